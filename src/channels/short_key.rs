//! Ids of choices for vendors that carry only a few bytes of them.

use crate::base::crypto::base64url;
use crate::base::crypto::digest;

/// What a short key begins with.
const MARK: char = '~';

/// How many bytes of the digest stand in a short key: 16 characters.
const DIGEST_BYTES: usize = 12;

/// The form in which `id` travels where at most `max_bytes` do: the id itself, else a key made from
/// it. Ids that look like such a key are always replaced, so that the two are never mixed up.
#[must_use]
pub fn fitting(id: &str, max_bytes: usize) -> String {
    if id.len() <= max_bytes && !is_short(id) {
        return id.to_owned();
    }
    let key = digest(id.as_bytes());
    format!("{MARK}{}", base64url(&key[..DIGEST_BYTES]))
}

/// Whether a text may be a key that stands for a longer id.
#[must_use]
pub fn is_short(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Whether `key` stands for `id`.
#[must_use]
pub fn stands_for(key: &str, id: &str) -> bool {
    is_short(key) && fitting(id, 0) == key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_and_what_does_not_can_be_found_again() {
        let long = "x".repeat(65);
        let accents = "\u{e9}".repeat(33);
        let cases = [
            ("opt_1", 64, false),
            (&"x".repeat(64), 64, false),
            (&long, 64, true),
            (&accents, 64, true),
            ("~p:2", 64, true),
        ];
        for (id, max, shortened) in cases {
            let key = fitting(id, max);
            assert_eq!(key != id, shortened, "{id}");
            assert!(key.len() <= max, "{key}");
            assert_eq!(stands_for(&key, id), shortened, "{id}");
            assert!(!stands_for(&key, "something else"));
        }
    }
}
