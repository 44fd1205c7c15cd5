//! Colours, and which text can be read on them.

/// A colour of the standard space of the web.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// White.
pub const WHITE: Colour = Colour {
    red: 255,
    green: 255,
    blue: 255,
};

/// The dark text we set on light colours.
pub const DARK: Colour = Colour {
    red: 0x11,
    green: 0x11,
    blue: 0x11,
};

/// The least contrast at which text counts as readable (WCAG 2.2, level AA).
pub const READABLE: f64 = 4.5;

impl Colour {
    /// Reads `#rgb` or `#rrggbb`, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Option<Vec<u8>> = text
            .trim()
            .strip_prefix('#')?
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        match digits?.as_slice() {
            [r, g, b] => Some(Self {
                red: r * 17,
                green: g * 17,
                blue: b * 17,
            }),
            [r, red, g, green, b, blue] => Some(Self {
                red: r * 16 + red,
                green: g * 16 + green,
                blue: b * 16 + blue,
            }),
            _ => None,
        }
    }

    /// Relative luminance, 0 for black to 1 for white.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// The contrast with another colour, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// White or dark, whichever reads better on this colour.
    #[must_use]
    pub fn text(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(DARK) {
            WHITE
        } else {
            DARK
        }
    }

    /// Whether the better of white and dark text is readable on this colour.
    #[must_use]
    pub fn is_readable(self) -> bool {
        self.contrast(self.text()) >= READABLE
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_published_contrasts_hold() {
        let cases = [
            ("#0066FF", 4.83, 3.91, WHITE),
            ("#FFD400", 1.43, 13.19, DARK),
            ("#22C55E", 2.28, 8.29, DARK),
            ("#767676", 4.54, 4.16, WHITE),
        ];
        for (text, with_white, with_dark, expected) in cases {
            let colour = Colour::parse(text).unwrap();
            let rounded = |ratio: f64| (ratio * 100.0).round() / 100.0;
            assert!(
                (rounded(colour.contrast(WHITE)) - with_white).abs() < 0.001,
                "{text}"
            );
            assert!(
                (rounded(colour.contrast(DARK)) - with_dark).abs() < 0.001,
                "{text}"
            );
            assert_eq!(colour.text(), expected, "{text}");
            assert!(colour.is_readable(), "{text}");
        }
    }

    #[test]
    fn some_colours_carry_neither_text() {
        assert!(!Colour::parse("#7a7a7a").unwrap().is_readable());
    }

    #[test]
    fn colours_are_hexadecimal() {
        assert_eq!(Colour::parse("#fff"), Some(WHITE));
        assert_eq!(Colour::parse("#111111"), Colour::parse(" #111 "));
        for text in [
            "",
            "#",
            "fff",
            "#ffff",
            "#12345g",
            "red",
            "#fffffff",
            "#\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
