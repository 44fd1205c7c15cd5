//! Numbers as people and carriers write them. sms.md sections 3 and 11.

use crate::base::phone::PhoneNumber;
use crate::model::Opaque;

/// The address a person means who types a number: international, or national where the account has
/// a country. Short codes stay as they are.
#[must_use]
pub fn typed(settings: &Opaque, text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(number) = PhoneNumber::parse(text) {
        return Some(number.as_str().to_owned());
    }
    if text.starts_with('+') || text.starts_with("00") {
        return None;
    }
    let country = settings.get("defaultCountryCode")?.as_str()?;
    let country = country.trim_start_matches('+');
    let is_digits = !country.is_empty() && country.bytes().all(|b| b.is_ascii_digit());
    let national = text.trim_start_matches('0');
    let national = if national.len() < text.len() && !national.is_empty() {
        national
    } else {
        text
    };
    is_digits
        .then(|| PhoneNumber::parse(&format!("+{country} {national}")))
        .flatten()
        .map(|number| number.as_str().to_owned())
}

/// A number as a carrier reports it, as we keep it: with a plus sign where it is international.
/// Short codes and names stay as they are.
#[must_use]
pub fn reported(text: &str) -> String {
    let text = text.trim();
    let is_bare = (7..=15).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('0');
    if is_bare {
        format!("+{text}")
    } else {
        text.to_owned()
    }
}

/// A number without its plus sign.
#[must_use]
pub fn digits(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

/// Whether a text can stand as sender: a number, a short code, or a name of up to eleven letters
/// and digits.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    let is_short_code = (3..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_short_code || is_name(text) || (text.starts_with('+') && PhoneNumber::parse(text).is_some())
}

/// Whether a text is the name of a sender.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_understood_as_people_write_them() {
        let plain = json!({});
        let brazil = json!({"defaultCountryCode":"55"});
        let cases = [
            (&plain, "+1 (555) 222-3333", Some("+15552223333")),
            (&plain, "0044 7700 900001", Some("+447700900001")),
            (&plain, "555 222 3333", None),
            (&brazil, "(11) 98765-4321", Some("+5511987654321")),
            (&brazil, "011 98765-4321", Some("+5511987654321")),
            (&brazil, "+1 555 222 3333", Some("+15552223333")),
            (&brazil, "12345", Some("+5512345")),
            (&brazil, "ana", None),
            (&plain, "+123456", None),
            (&plain, "+1234567", Some("+1234567")),
            (&plain, "+123456789012345", Some("+123456789012345")),
            (&plain, "+1234567890123456", None),
            (&plain, "", None),
        ];
        for (settings, text, expected) in cases {
            let settings = settings.as_object().cloned().unwrap_or_default();
            assert_eq!(typed(&settings, text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn carriers_leave_out_the_plus_sign() {
        let cases = [
            ("447700900001", "+447700900001"),
            ("+447700900001", "+447700900001"),
            ("40404", "40404"),
            ("1234567", "+1234567"),
            ("123456", "123456"),
            ("GOOGLE", "GOOGLE"),
            ("0123456789", "0123456789"),
        ];
        for (text, expected) in cases {
            assert_eq!(reported(text), expected);
        }
    }

    #[test]
    fn senders_are_numbers_codes_or_short_names() {
        let cases = [
            ("+15550001111", true),
            ("15550001111", false),
            ("40404", true),
            ("12", false),
            ("1234567", false),
            ("Acme Shop 1", true),
            ("Acme Shop 12", false),
            ("Acme-Shop", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_sender(text), expected, "{text}");
        }
    }
}
