//! Phone numbers in international form.

/// A phone number in E.164 form: a plus sign and 7 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number written with a plus sign or with 00; spaces, dots, dashes and brackets are
    /// dropped. A number without country code is not guessed at.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
        let separators = |c: char| c.is_whitespace() || ".-()/\u{a0}\u{2011}".contains(c);
        if rest.chars().any(|c| !c.is_ascii_digit() && !separators(c)) {
            return None;
        }
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let fits = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
        fits.then(|| Self(format!("+{digits}")))
    }

    /// The same line as it is also written, in countries where a digit comes and goes: mobile numbers
    /// of Brazil with the ninth digit or without it, of Argentina and Mexico with the mark of mobiles
    /// or without it.
    #[must_use]
    pub fn otherwise(&self) -> Option<Self> {
        let digits = &self.0[1..];
        let (country, rest) = digits.split_at_checked(2)?;
        let told = match (country, rest.len()) {
            ("55", 11) if rest[2..].starts_with('9') => format!("{}{}", &rest[..2], &rest[3..]),
            // Fixed lines begin lower and have no ninth digit.
            ("55", 10) if rest[2..].starts_with(['6', '7', '8', '9']) => {
                format!("{}9{}", &rest[..2], &rest[2..])
            }
            ("54", 11) if rest.starts_with('9') => rest[1..].to_owned(),
            ("54", 10) => format!("9{rest}"),
            ("52", 11) if rest.starts_with('1') => rest[1..].to_owned(),
            ("52", 10) => format!("1{rest}"),
            _ => return None,
        };
        Some(Self(format!("+{country}{told}")))
    }

    /// The number with its plus sign.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_be_written_in_two_ways() {
        let cases = [
            ("+5511987654321", Some("+551187654321")),
            ("+551187654321", Some("+5511987654321")),
            ("+551133334444", None),
            ("+5491123456789", Some("+541123456789")),
            ("+541123456789", Some("+5491123456789")),
            ("+5215512345678", Some("+525512345678")),
            ("+525512345678", Some("+5215512345678")),
            ("+14155552671", None),
            ("+5512345", None),
        ];
        for (number, expected) in cases {
            let other = PhoneNumber::parse(number).and_then(|number| number.otherwise());
            assert_eq!(
                other.as_ref().map(PhoneNumber::as_str),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("+55 11 98765-4321", Some("+5511987654321")),
            ("0055 (11) 98765.4321", Some("+5511987654321")),
            ("+1 415 555 2671", Some("+14155552671")),
            ("11 98765-4321", None),
            ("+55 11 CALL-ME", None),
            ("+0123456789", None),
            ("+123456", None),
            ("+1234567890123456", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let read = PhoneNumber::parse(text);
            assert_eq!(read.as_ref().map(PhoneNumber::as_str), expected, "{text}");
        }
    }
}
