//! Tokens, secrets and numbers of the sandbox's accounts.
//!
//! They are derived from the installation's own secret, so a channel that was connected to the
//! sandbox still fits after a restart although the sandbox itself remembers nothing.

use crate::base::crypto::base64url;
use crate::base::crypto::hex;
use crate::base::crypto::sign;

/// Where they all come from.
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// The seed an installation's secret gives.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(sign(secret, b"sandbox"))
    }

    /// `length` (at most 64) lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self, what: &str, length: usize) -> String {
        let mut text = hex(&sign(&self.0, what.as_bytes()));
        text.truncate(length);
        text
    }

    /// `length` (at most 32) decimal digits; the first is no zero.
    #[must_use]
    pub fn digits(&self, what: &str, length: usize) -> String {
        let bytes = sign(&self.0, what.as_bytes());
        let digits = bytes.iter().enumerate().map(|(at, byte)| {
            let digit = if at == 0 { 1 + byte % 9 } else { byte % 10 };
            char::from(b'0' + digit)
        });
        digits.take(length).collect()
    }

    /// `length` (at most 86) characters of A-Z, a-z, 0-9, - and _.
    #[must_use]
    pub fn token(&self, what: &str, length: usize) -> String {
        let first = sign(&self.0, what.as_bytes());
        let second = sign(&first, what.as_bytes());
        let mut text = base64url(&[first, second].concat());
        text.truncate(length);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_installation_gives_the_same_values_and_another_does_not() {
        let (ours, theirs) = (Seed::of(b"ours"), Seed::of(b"theirs"));
        assert_eq!(ours.token("a", 40), Seed::of(b"ours").token("a", 40));
        assert_ne!(ours.token("a", 40), ours.token("b", 40));
        assert_ne!(ours.token("a", 40), theirs.token("a", 40));
        assert_eq!(ours.token("a", 86).len(), 86);
        assert_eq!(ours.digits("a", 15).len(), 15);
        assert!(!ours.digits("a", 15).starts_with('0'));
        assert_eq!(ours.hex("a", 32).len(), 32);
    }
}
