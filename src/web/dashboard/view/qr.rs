//! A text as a picture that a phone reads.

use std::fmt::Write as _;

use qrcodegen::QrCode;
use qrcodegen::QrCodeEcc;

/// The empty border that readers need, in modules.
const BORDER: i32 = 4;

/// A picture: the dark modules as the path of an SVG, and the length of a side in modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The `d` of the path.
    pub path: String,
    /// The width and the height of the view box.
    pub side: i32,
}

/// Draws a text. None: it is too long, which begins at two thousand characters.
#[must_use]
pub fn path(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let dark = (x..code.size())
                .take_while(|at| code.get_module(*at, y))
                .count();
            let run = i32::try_from(dark).unwrap_or_default();
            if run > 0 {
                // Writing into a text cannot fail.
                let _written = write!(path, "M{} {}h{run}v1h-{run}z", x + BORDER, y + BORDER);
            }
            x += run + 1;
        }
    }
    Some(Picture {
        path,
        side: code.size() + 2 * BORDER,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    /// Whether the module is dark, read back from the path.
    fn is_dark(picture: &Picture, x: i32, y: i32) -> bool {
        picture.path.split('M').skip(1).any(|run| {
            let (at, rest) = run.split_once('h').unwrap();
            let (left, top) = at.split_once(' ').unwrap();
            let length: i32 = rest.split_once('v').unwrap().0.parse().unwrap();
            let left: i32 = left.parse().unwrap();
            top == y.to_string() && (left..left + length).contains(&x)
        })
    }

    #[test]
    fn a_picture_holds_the_modules_of_its_code_within_a_border() {
        let text = "otpauth://totp/Aurora:ana%40example%2Ecom?secret=MZXW6YTBOI&issuer=Aurora";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let picture = path(text).unwrap();
        assert_eq!(picture.side, code.size() + 8);
        for y in 0..picture.side {
            for x in 0..picture.side {
                let dark = code.get_module(x - BORDER, y - BORDER);
                assert_eq!(is_dark(&picture, x, y), dark, "{x} {y}");
            }
        }
        assert_eq!(path(&"x".repeat(5_000)), None);
    }
}
