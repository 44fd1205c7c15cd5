//! How many messages a second a number sends. sms.md section 9.

use serde_json::Value;

use crate::channels::sms::carrier;
use crate::channels::sms::numbers;
use crate::model::Opaque;

/// What is sent from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A number of a person's length in North America.
    American,
    /// One that costs whoever calls it nothing.
    TollFree,
    /// A number elsewhere.
    Foreign,
    /// A few digits.
    ShortCode,
    /// No number at all.
    Name,
}

/// Beginnings of numbers in North America that are free to call.
const TOLL_FREE: [&str; 7] = [
    "+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888",
];

/// So many a second, by carrier and by what is sent from, where the account does not say otherwise.
#[must_use]
pub fn of(settings: &Opaque) -> u32 {
    let set = settings.get("rateLimitPerSecond").and_then(Value::as_u64);
    if let Some(set) = set {
        return u32::try_from(set).unwrap_or(u32::MAX).max(1);
    }
    let number = settings.get("phoneNumber").and_then(Value::as_str);
    let from = number.map_or(Origin::American, kind);
    carrier(settings).map_or(1, |carrier| carrier.speaks.per_second(from))
}

/// So many a second by what is sent from, where the carrier says nothing else.
#[must_use]
pub const fn usual(from: Origin) -> u32 {
    match from {
        Origin::ShortCode => 100,
        Origin::Name => 10,
        Origin::TollFree => 3,
        Origin::American | Origin::Foreign => 1,
    }
}

/// What a number is.
#[must_use]
pub fn kind(number: &str) -> Origin {
    let number = numbers::reported(number);
    if numbers::is_name(&number) {
        Origin::Name
    } else if !number.starts_with('+') {
        Origin::ShortCode
    } else if TOLL_FREE.iter().any(|begin| number.starts_with(begin)) {
        Origin::TollFree
    } else if number.starts_with("+1") {
        Origin::American
    } else {
        Origin::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_kind_of_sender_has_its_speed_unless_the_account_says_another() {
        let cases = [
            (json!({"provider":"twilio","phoneNumber":"+15550001111"}), 1),
            (json!({"provider":"twilio","phoneNumber":"+18885550111"}), 3),
            (json!({"provider":"twilio","phoneNumber":"12345"}), 100),
            (json!({"provider":"twilio","phoneNumber":"Acme"}), 10),
            (
                json!({"provider":"twilio","phoneNumber":"+447700900001"}),
                1,
            ),
            (json!({"provider":"twilio"}), 1),
            (json!({"provider":"plivo","phoneNumber":"12345"}), 100),
            (
                json!({"provider":"vonage","phoneNumber":"+447700900001"}),
                30,
            ),
            (json!({"provider":"vonage","phoneNumber":"+15550001111"}), 1),
            (json!({"provider":"vonage","phoneNumber":"Acme"}), 10),
            (json!({"provider":"plivo","phoneNumber":"+15550001111"}), 5),
            (
                json!({"provider":"generic","phoneNumber":"+15550001111"}),
                1,
            ),
            (
                json!({"provider":"generic","phoneNumber":"+1555","rateLimitPerSecond":40}),
                40,
            ),
        ];
        for (settings, expected) in cases {
            let settings = settings.as_object().cloned().unwrap_or_default();
            assert_eq!(of(&settings), expected, "{settings:?}");
        }
    }
}
