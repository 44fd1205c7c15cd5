//! The codes an authenticator shows: RFC 6238, six digits, a new one every half minute.
//!
//! The digest is SHA-1, the only one that every authenticator understands; what is known against it
//! does not touch HMAC.

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use sha1::Sha1;

use crate::base::crypto::same;
use crate::base::time::Timestamp;

/// How long a code is shown.
const STEP_SECS: i64 = 30;
/// How far a clock may be off, in steps.
const DRIFT: i64 = 1;
/// Codes are smaller than this.
const MODULUS: u32 = 1_000_000;
/// The letters of base 32.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The time step of the code `typed`, among the present one and its neighbours. None: it is no code
/// of these, or one of a step up to `last`, which was taken before.
#[must_use]
pub fn step_of(secret: &[u8], typed: &str, now: Timestamp, last: i64) -> Option<i64> {
    let present = now.as_secs().div_euclid(STEP_SECS);
    (present - DRIFT..=present + DRIFT)
        .filter(|step| *step > last)
        .find(|step| same(code(secret, *step).as_bytes(), typed.as_bytes()))
}

/// The code of a moment, for whoever plays the authenticator.
#[must_use]
#[cfg(test)]
pub fn code_at(secret: &[u8], now: Timestamp) -> String {
    code(secret, now.as_secs().div_euclid(STEP_SECS))
}

fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of every length");
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 15);
    let word = [
        digest[at] & 127,
        digest[at + 1],
        digest[at + 2],
        digest[at + 3],
    ];
    format!("{:06}", u32::from_be_bytes(word) % MODULUS)
}

/// Bytes in base 32, as a person types a secret into an authenticator.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let letter = |bits: u64| char::from(LETTERS[usize::from(bits.to_le_bytes()[0] & 31)]);
    let mut text = String::new();
    for five in bytes.chunks(5) {
        let word = five
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
        let word = word << (8 * (5 - five.len()));
        let letters = (five.len() * 8).div_ceil(5);
        text.extend((0..letters).map(|at| letter(word >> (35 - 5 * at))));
    }
    text
}

/// The address that an authenticator reads from a picture.
#[must_use]
pub fn address(issuer: &str, account: &str, secret: &[u8]) -> String {
    let escaped = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret = base32(secret);
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_published_vectors_hold() {
        // Appendix B of RFC 6238, its last six of eight digits.
        for (secs, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, Timestamp::from_secs(secs)), expected);
        }
        // Section 10 of RFC 4648, without its padding.
        for (plain, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
    }

    #[test]
    fn a_code_works_within_half_a_minute_of_its_own_and_not_after_it_was_taken() {
        let now = Timestamp::from_secs(1_000 * STEP_SECS);
        for (off_secs, known) in [
            (-60, false),
            (-30, true),
            (0, true),
            (30, true),
            (60, false),
        ] {
            let typed = code_at(SECRET, Timestamp::from_secs(1_000 * STEP_SECS + off_secs));
            let step = step_of(SECRET, &typed, now, 0);
            assert_eq!(
                step,
                known.then_some(1_000 + off_secs / STEP_SECS),
                "{off_secs}"
            );
        }
        let typed = code_at(SECRET, now);
        assert_eq!(step_of(SECRET, &typed, now, 1_000), None);
        assert_eq!(step_of(SECRET, "", now, 0), None);
        assert_eq!(step_of(b"another secret", &typed, now, 0), None);
    }

    #[test]
    fn an_address_names_the_business_and_the_account() {
        assert_eq!(
            address("Aurora Coffee", "ana@example.com", b"foobar"),
            "otpauth://totp/Aurora%20Coffee:ana%40example%2Ecom?secret=MZXW6YTBOI&issuer=Aurora%20Coffee"
        );
    }
}
