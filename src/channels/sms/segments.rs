//! What a text costs: its alphabet, and how many pieces it is sent in. sms.md section 4.3.

/// Units of a piece in the short alphabet: alone, and as one of several.
const GSM7: (usize, usize) = (160, 153);

/// The same in the long alphabet.
const UCS2: (usize, usize) = (70, 67);

/// The characters that take one unit of the short alphabet, in the order of their codes.
const BASIC: &str = "@\u{a3}$\u{a5}\u{e8}\u{e9}\u{f9}\u{ec}\u{f2}\u{c7}\n\u{d8}\u{f8}\r\u{c5}\u{e5}\
    \u{394}_\u{3a6}\u{393}\u{39b}\u{3a9}\u{3a0}\u{3a8}\u{3a3}\u{398}\u{39e}\u{c6}\u{e6}\u{df}\u{c9} \
    !\"#\u{a4}%&'()*+,-./0123456789:;<=>?\u{a1}ABCDEFGHIJKLMNOPQRSTUVWXYZ\u{c4}\u{d6}\u{d1}\u{dc}\
    \u{a7}\u{bf}abcdefghijklmnopqrstuvwxyz\u{e4}\u{f6}\u{f1}\u{fc}\u{e0}";

/// The characters that take two: an escape goes before them.
const EXTENDED: &str = "\u{c}^{}\\[~]|\u{20ac}";

/// Look-alikes in the short alphabet for characters that are not in it.
const LOOK_ALIKES: [(char, &str); 24] = [
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{201e}', "\""),
    ('\u{2018}', "'"),
    ('\u{2019}', "'"),
    ('\u{201a}', "'"),
    ('\u{2013}', "-"),
    ('\u{2014}', "-"),
    ('\u{2026}', "..."),
    ('\u{a0}', " "),
    ('\u{2002}', " "),
    ('\u{2003}', " "),
    ('\u{2004}', " "),
    ('\u{2005}', " "),
    ('\u{2006}', " "),
    ('\u{2007}', " "),
    ('\u{2008}', " "),
    ('\u{2009}', " "),
    ('\u{202f}', " "),
    ('\u{2022}', "*"),
    ('`', "'"),
    ('\t', " "),
    ('\u{200b}', ""),
    ('\u{feff}', ""),
];

/// The alphabet a text is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// The short one: seven bits a unit.
    Gsm7,
    /// The long one: any character, in UTF-16.
    Ucs2,
}

impl Alphabet {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    const fn sizes(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => GSM7,
            Self::Ucs2 => UCS2,
        }
    }

    fn cost(self, c: char) -> usize {
        match self {
            Self::Gsm7 if EXTENDED.contains(c) => 2,
            Self::Gsm7 => 1,
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// How a text is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// In which alphabet.
    pub alphabet: Alphabet,
    /// How long it is, in units of the alphabet.
    pub units: usize,
    /// In how many pieces.
    pub segments: usize,
    /// How many units more the last piece takes.
    pub remaining: usize,
}

/// Counts a text. What takes two units never stands on the border of two pieces.
#[must_use]
pub fn count(text: &str) -> Count {
    let alphabet = alphabet(text);
    let (alone, joined) = alphabet.sizes();
    let units = text.chars().map(|c| alphabet.cost(c)).sum();
    if units <= alone {
        return Count {
            alphabet,
            units,
            segments: usize::from(units > 0),
            remaining: alone - units,
        };
    }
    let (mut segments, mut used) = (1, 0);
    for c in text.chars() {
        let cost = alphabet.cost(c);
        if used + cost > joined {
            segments += 1;
            used = 0;
        }
        used += cost;
    }
    Count {
        alphabet,
        units,
        segments,
        remaining: joined - used,
    }
}

fn alphabet(text: &str) -> Alphabet {
    let is_short = |c: char| BASIC.contains(c) || EXTENDED.contains(c);
    if text.chars().all(is_short) {
        Alphabet::Gsm7
    } else {
        Alphabet::Ucs2
    }
}

/// The text with look-alikes for a few signs of typography, where it fits the short alphabet then.
/// Letters are never changed: that would be another language.
#[must_use]
pub fn smart(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match LOOK_ALIKES.iter().find(|(from, _)| *from == c) {
            Some((_, to)) => plain.push_str(to),
            None => plain.push(c),
        }
    }
    if alphabet(&plain) == Alphabet::Gsm7 {
        plain
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_document_holds() {
        let a = |count: usize| "a".repeat(count);
        let smile = "\u{1f600}";
        let cases = [
            (String::new(), "gsm7", 0, 0),
            (a(160), "gsm7", 160, 1),
            (a(161), "gsm7", 161, 2),
            (a(306), "gsm7", 306, 2),
            (a(307), "gsm7", 307, 3),
            ("\u{20ac}".repeat(80), "gsm7", 160, 1),
            ("\u{20ac}".repeat(81), "gsm7", 162, 2),
            ("]".repeat(153), "gsm7", 306, 3),
            (format!("{}]{}", a(152), a(152)), "gsm7", 306, 3),
            ("Ol\u{e1}".to_owned(), "ucs2", 3, 1),
            ("\u{e0} la carte".to_owned(), "gsm7", 10, 1),
            ("fa\u{e7}ade".to_owned(), "ucs2", 6, 1),
            ("\u{c7}A".to_owned(), "gsm7", 2, 1),
            (smile.repeat(35), "ucs2", 70, 1),
            (smile.repeat(36), "ucs2", 72, 2),
            (format!("{}{smile}{}", a(66), a(66)), "ucs2", 134, 3),
            (format!("{}{smile}{}", a(65), a(67)), "ucs2", 134, 2),
            (
                format!("this is a {}\u{1f618}", "]".repeat(74)),
                "ucs2",
                86,
                2,
            ),
        ];
        for (text, name, units, segments) in cases {
            let found = count(&text);
            assert_eq!(
                (found.alphabet.name(), found.units, found.segments),
                (name, units, segments),
                "{text}"
            );
        }
    }

    #[test]
    fn the_short_alphabet_has_its_characters() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENDED.chars().count(), 10);
        for c in
            "\u{e1}\u{ed}\u{f3}\u{fa}\u{e2}\u{ea}\u{f4}\u{e3}\u{f5}\u{e7}`\u{201c}\u{2026}\t\u{a0}"
                .chars()
        {
            assert_eq!(count(&c.to_string()).alphabet, Alphabet::Ucs2, "{c}");
        }
    }

    #[test]
    fn what_is_left_is_told() {
        for (text, remaining) in [("", 160), ("abc", 157), ("\u{20ac}", 158), ("\u{e1}", 69)] {
            assert_eq!(count(text).remaining, remaining, "{text}");
        }
        assert_eq!(count(&"a".repeat(161)).remaining, 2 * 153 - 161);
    }

    #[test]
    fn typography_gives_way_and_letters_do_not() {
        let cases = [
            (
                "\u{201c}Hi\u{201d} \u{2014} it\u{2019}s\u{a0}me\u{2026}",
                "\"Hi\" - it's me...",
            ),
            ("\u{2022} one\u{200b}", "* one"),
            ("\u{201c}Ol\u{e1}\u{201d}", "\u{201c}Ol\u{e1}\u{201d}"),
            ("caf\u{e9}", "caf\u{e9}"),
        ];
        for (text, expected) in cases {
            assert_eq!(smart(text), expected);
        }
    }
}
