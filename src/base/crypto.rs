//! Digests, signatures, sealed secrets and hashed passwords.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::KeyInit as _;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::aead::Payload;
use hmac::Hmac;
use hmac::Mac as _;
use md5::Md5;
use sha1::Sha1;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::Sha512;
use subtle::ConstantTimeEq as _;

use crate::base::random::Random;

/// SHA-256 of `bytes`.
#[must_use]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// HMAC-SHA256 of `message` under `key`.
#[must_use]
pub fn sign(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Hash functions that vendors choose and we do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// The digest of `bytes` by a function a vendor chose.
#[must_use]
pub fn hash(function: Hash, bytes: &[u8]) -> Vec<u8> {
    match function {
        Hash::Md5 => Md5::digest(bytes).to_vec(),
        Hash::Sha1 => Sha1::digest(bytes).to_vec(),
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
    }
}

/// The HMAC of `message` under `key` by a function a vendor chose.
#[must_use]
pub fn sign_with(function: Hash, key: &[u8], message: &[u8]) -> Vec<u8> {
    macro_rules! signed {
        ($digest:ty) => {{
            let mac = Hmac::<$digest>::new_from_slice(key);
            let mut mac = mac.expect("HMAC takes keys of every length");
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    match function {
        Hash::Md5 => signed!(Md5),
        Hash::Sha1 => signed!(Sha1),
        Hash::Sha256 => signed!(Sha256),
        Hash::Sha512 => signed!(Sha512),
    }
}

/// Whether two byte strings are equal, in time that depends on their lengths alone.
#[must_use]
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Whether `claimed` is the hex HMAC-SHA256 of `message`; either case, constant time.
#[must_use]
pub fn signed_in_hex(key: &[u8], message: &[u8], claimed: &str) -> bool {
    same(
        hex(&sign(key, message)).as_bytes(),
        claimed.to_ascii_lowercase().as_bytes(),
    )
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Base 64 for addresses, without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind such a text; none when it is not one.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A new secret for a person or program to carry: the prefix and 256 bits.
#[must_use]
pub fn new_token(random: &Random, prefix: &str) -> String {
    format!("{prefix}{}", base64url(&random.bytes::<32>()))
}

/// What is stored in place of a token: enough to recognise it, useless to whoever reads the disk.
///
/// A plain digest is right for values of 256 random bits; passwords go through [`Passwords`].
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    digest(token.as_bytes())
}

/// Encrypts what must be kept readable to us alone: vendor tokens, signing secrets.
///
/// A sealed value is a 24-byte nonce followed by XChaCha20-Poly1305 ciphertext. The place it
/// belongs to is bound in, so that a sealed value copied to another record does not open.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    random: Random,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

/// A sealed value that does not open: another key, another place, or damaged bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret does not open with this installation's key (secret.key)")]
pub struct NotOurs;

impl Sealer {
    /// A sealer over the key of the data directory.
    #[must_use]
    pub fn new(key: &[u8; 32], random: Random) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&(*key).into()),
            random,
        }
    }

    /// Seals `plain` for `place`, such as `channel/ch_.../accessToken`.
    #[must_use]
    pub fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = self.random.bytes::<24>();
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), payload)
            .expect("a value in memory is far below the cipher's limit of 256 GB");
        [&nonce[..], &sealed].concat()
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// [`NotOurs`]: it was not sealed here for that place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        let (nonce, body) = sealed.split_first_chunk::<24>().ok_or(NotOurs)?;
        let payload = Payload {
            msg: body,
            aad: place.as_bytes(),
        };
        self.cipher
            .decrypt(&(*nonce).into(), payload)
            .map_err(|_| NotOurs)
    }
}

/// Hashes a password with argon2id (19 MiB, two passes: OWASP's first recommendation).
///
/// Takes tens of milliseconds and 19 MiB: run it off the event loop, a few at a time.
#[must_use]
pub fn hash_password(password: &str, random: &Random) -> String {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &random.bytes::<16>())
        .expect("argon2 takes any password and a salt of 16 bytes")
        .to_string()
}

/// What reads as a hash made by [`hash_password`] and is of no password: to check against it takes as
/// long and never succeeds.
#[must_use]
pub fn hash_of_no_password(random: &Random) -> String {
    let params = Argon2::default().params().clone();
    let (salt, hash) = (random.bytes::<16>(), random.bytes::<32>());
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(hash),
    )
}

/// Whether `password` is the one that was hashed; constant time in the password.
#[must_use]
pub fn password_matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        let key = b"wcid_7Jq2mX0v3Nf9RbT1sYkLeW8uHcPzDaGo";
        let claimed = "5883bfb33657c72c6f75ae7a9f0553c9572e97b05f7689998121ad42750db95b";
        assert!(signed_in_hex(key, b"user_42", claimed));
        assert!(signed_in_hex(key, b"user_42", &claimed.to_uppercase()));
        assert!(!signed_in_hex(key, b"user_43", claimed));
        assert!(!signed_in_hex(key, b"user_42", &claimed[..63]));
        assert_eq!(
            hex(&sign(key, "jos\u{e9}@example.com".as_bytes())),
            "981f28772ee3c33986ef9f838f298e3e157606029aaf8aefba57ff264b373e52"
        );
        assert_eq!(
            hex(&token_hash(
                "wct_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
            )),
            "b0ace63d2f44a34d8e5780984a29b1e3abd3fc7d8daaa5e4fa7b4162465de407"
        );
    }

    #[test]
    fn a_sealed_value_opens_only_in_its_place_with_its_key() {
        let sealer = Sealer::new(&[1; 32], Random::system());
        let sealed = sealer.seal("channel/1/token", b"secret");
        assert_eq!(sealer.open("channel/1/token", &sealed).unwrap(), b"secret");
        assert_eq!(sealer.open("channel/2/token", &sealed), Err(NotOurs));
        let other = Sealer::new(&[2; 32], Random::system());
        assert_eq!(other.open("channel/1/token", &sealed), Err(NotOurs));
        assert_eq!(sealer.open("channel/1/token", &sealed[..20]), Err(NotOurs));
        assert_ne!(
            sealed,
            sealer.seal("channel/1/token", b"secret"),
            "nonces differ"
        );
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let hash = hash_password("correct horse battery", &Random::system());
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(password_matches("correct horse battery", &hash));
        assert!(!password_matches("correct horse batterz", &hash));
        assert!(!password_matches("correct horse battery", "not a hash"));
    }

    #[test]
    fn the_hash_of_no_password_takes_as_long_to_check_as_a_real_one() {
        let random = Random::system();
        let (real, none) = (hash_password("a", &random), hash_of_no_password(&random));
        let cost = |hash: &str| {
            let hash = PasswordHash::new(hash).expect("a hash");
            let lengths = (
                hash.salt.map(|salt| salt.len()),
                hash.hash.map(|output| output.len()),
            );
            (hash.algorithm.to_string(), hash.params.to_string(), lengths)
        };
        assert_eq!(cost(&none), cost(&real));
        assert!(!password_matches("a", &none));
    }
}
