//! Signed tokens: JSON Web Tokens with HMAC-SHA256, and with RSA where a vendor wants to be shown one.
//! Who reads one says which of the two it must be; the token never chooses.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use ring::signature::RSA_PKCS1_SHA256;
use ring::signature::RsaKeyPair;
use ring::signature::UnparsedPublicKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::pem;

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Not three parts of base 64, or not the JSON expected.
    #[error("the token is malformed")]
    Malformed,
    /// The header names another algorithm than the one expected.
    #[error("the token must be signed with {0}")]
    Algorithm(&'static str),
    /// Signed with another key.
    #[error("the token's signature does not match")]
    Signature,
}

/// Signs `claims` under `key`.
#[must_use]
pub fn issue(claims: &impl Serialize, key: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = serde_json::to_vec(claims).expect("claims are plain data");
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Signs `claims` with a private key of RSA of 2,048 bits or more, in PEM; none where it is no such
/// key.
#[must_use]
pub fn issue_with_rsa(claims: &impl Serialize, key: &str) -> Option<String> {
    let der = pem::der(key)?;
    let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
    let pair = pair.ok()?;
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"RS256","typ":"JWT"}"#);
    let claims = serde_json::to_vec(claims).expect("claims are plain data");
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = SystemRandom::new();
    pair.sign(
        &RSA_PKCS1_SHA256,
        &random,
        signed.as_bytes(),
        &mut signature,
    )
    .ok()?;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Checks the signature and reads the claims. Expiry is a claim like others: the caller judges it.
///
/// # Errors
/// [`BadToken`], checked in the order form, algorithm, signature, claims.
pub fn read<T: DeserializeOwned>(token: &str, key: &[u8]) -> Result<T, BadToken> {
    read_signed(token, "HS256", |signed, proof| {
        same(&sign(key, signed), proof)
    })
}

/// The same for a token signed with RSA; `public` is the key as PKCS#1 writes it.
///
/// # Errors
/// As [`read`].
pub fn read_with_rsa<T: DeserializeOwned>(token: &str, public: &[u8]) -> Result<T, BadToken> {
    let known = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
    read_signed(token, "RS256", |signed, proof| {
        known.verify(signed, proof).is_ok()
    })
}

fn read_signed<T: DeserializeOwned>(
    token: &str,
    algorithm: &'static str,
    is_genuine: impl FnOnce(&[u8], &[u8]) -> bool,
) -> Result<T, BadToken> {
    #[derive(serde::Deserialize)]
    struct Header {
        alg: String,
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(BadToken::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(BadToken::Malformed)?;
    if parse::<Header>(header)?.alg != algorithm {
        return Err(BadToken::Algorithm(algorithm));
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| BadToken::Malformed)?;
    if !is_genuine(signed.as_bytes(), &signature) {
        return Err(BadToken::Signature);
    }
    parse(claims)
}

fn parse<T: DeserializeOwned>(part: &str) -> Result<T, BadToken> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| BadToken::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| BadToken::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, serde::Serialize, Debug, PartialEq)]
    struct Claims {
        sub: String,
        exp: i64,
    }

    const KEY: &[u8] = b"wcid_7Jq2mX0v3Nf9RbT1sYkLeW8uHcPzDaGo";
    const VECTOR: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyXzQyIiwibmFtZSI6IkFuYSBTaWx2YSIsImVtYWlsIjoiYW5hQGV4YW1wbGUuY29tIiwiaWF0IjoxNzY3MjY4ODAwLCJleHAiOjE3NjcyNzI0MDB9.l1lJ5nOqT-knttWT62SqRjFNQqQHL5_pjTPW2bM0odE";

    #[test]
    fn the_published_token_is_accepted_with_its_key_only() {
        let claims = Claims {
            sub: "user_42".into(),
            exp: 1_767_272_400,
        };
        assert_eq!(read::<Claims>(VECTOR, KEY), Ok(claims));
        assert_eq!(read::<Claims>(VECTOR, b"another"), Err(BadToken::Signature));
    }

    #[test]
    fn other_algorithms_and_broken_forms_are_refused() {
        let body = VECTOR
            .split('.')
            .nth(1)
            .map(str::to_owned)
            .unwrap_or_default();
        let none = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(br#"{"alg":"none"}"#));
        assert_eq!(
            read::<Claims>(&none, KEY),
            Err(BadToken::Algorithm("HS256"))
        );
        for broken in ["", "a", "a.b", "a.b.c", "..", "%.%.%"] {
            assert_eq!(
                read::<Claims>(broken, KEY),
                Err(BadToken::Malformed),
                "{broken}"
            );
        }
    }

    #[test]
    fn what_is_issued_reads_back() {
        let claims = Claims {
            sub: "x".into(),
            exp: 1,
        };
        assert_eq!(read::<Claims>(&issue(&claims, KEY), KEY), Ok(claims));
    }

    #[test]
    fn a_token_of_one_algorithm_is_none_of_the_other() {
        let key = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/sms/keys/application.pem"
        ));
        let der = pem::der(key).unwrap_or_default();
        let pair = RsaKeyPair::from_pkcs8(&der);
        let public = pair.map_or_else(|_| Vec::new(), |pair| pair.public().as_ref().to_vec());
        let claims = Claims {
            sub: "x".into(),
            exp: 1,
        };
        let token = issue_with_rsa(&claims, key).unwrap_or_default();
        assert_eq!(read_with_rsa::<Claims>(&token, &public), Ok(claims));
        assert_eq!(
            read_with_rsa::<Claims>(&token, b"another"),
            Err(BadToken::Signature)
        );
        // A public key is no secret: nothing signed under it as if it were one is let in.
        let forged = issue(
            &Claims {
                sub: "y".into(),
                exp: 1,
            },
            &public,
        );
        assert_eq!(
            read_with_rsa::<Claims>(&forged, &public),
            Err(BadToken::Algorithm("RS256"))
        );
        assert_eq!(
            read::<Claims>(&token, &public),
            Err(BadToken::Algorithm("HS256"))
        );
    }
}
