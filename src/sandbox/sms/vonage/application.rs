//! Applications: who proves calls of the newer interface with a key of its own in place of the account's
//! secret, in the form of a token that holds for a while.

use ring::signature::RsaKeyPair;
use serde::Deserialize;

use crate::base::jwt;
use crate::base::pem;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::call::Call;
use crate::sandbox::seed::Seed;

/// The private key that whoever makes an application is given; every application here has the same.
pub const KEY: &str = include_str!("../keys/application.pem");

/// How far the clocks of the two sides may be apart, in seconds.
const LEEWAY_SECS: i64 = 60;
/// How long a token may hold at most, in seconds.
const LIFE_MAX_SECS: i64 = 24 * 3_600;

/// What a token says.
#[derive(Debug, Deserialize)]
struct Claims {
    application_id: String,
    iat: i64,
    exp: Option<i64>,
    #[serde(rename = "jti")]
    _once: String,
}

/// The id of an account's application.
#[must_use]
pub fn id(seed: &Seed, account: &str) -> String {
    let hex = seed.hex(&format!("{account}/application"), 32);
    let mut id = String::with_capacity(36);
    for (at, letter) in hex.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(letter);
    }
    id
}

/// What the token of a call says; none where there is none, or its signature is not the application's.
fn claims(call: &Call) -> Option<Claims> {
    let der = pem::der(KEY)?;
    let pair = RsaKeyPair::from_pkcs8(&der).ok()?;
    jwt::read_with_rsa(call.bearer()?, pair.public().as_ref()).ok()
}

/// Whether a call is proved by the application of an account.
#[must_use]
pub fn is_of(call: &Call, account: &Account) -> bool {
    claims(call).is_some_and(|claims| claims.application_id == account.key("applicationId"))
}

/// Whether the proof of a call holds now; what is proved in another way has no time.
#[must_use]
pub fn holds(call: &Call, now: Timestamp) -> bool {
    let Some(claims) = claims(call) else {
        return call.bearer().is_none();
    };
    let ends = claims.exp.unwrap_or(claims.iat + 900);
    let now = now.as_secs();
    claims.iat <= now + LEEWAY_SECS && now <= ends && ends - claims.iat <= LIFE_MAX_SECS
}
