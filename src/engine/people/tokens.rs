//! Access tokens of programs: signed, short-lived, and tied to a session that can be ended.

use serde::Deserialize;
use serde::Serialize;

use crate::base::crypto::sign;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::model::ids::SessionId;
use crate::model::ids::UserId;

/// How long an access token works.
pub const ACCESS_SECS: i64 = 3_600;
/// What marks a token of ours as an access token; a refresh token is no JWT at all.
const AUDIENCE: &str = "linktor-api";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who.
    pub sub: UserId,
    /// Within which session.
    pub sid: SessionId,
    /// For what.
    pub aud: String,
    /// When it was issued, Unix seconds.
    pub iat: i64,
    /// When it ends, Unix seconds.
    pub exp: i64,
}

/// The key that signs access tokens, made from the installation's.
#[must_use]
pub fn key(secret_key: &[u8; 32]) -> [u8; 32] {
    sign(secret_key, b"access tokens")
}

/// Issues an access token.
#[must_use]
pub fn issue(key: &[u8; 32], sub: UserId, sid: SessionId, now: Timestamp) -> String {
    let iat = now.as_secs();
    let claims = Claims {
        sub,
        sid,
        aud: AUDIENCE.to_owned(),
        iat,
        exp: iat + ACCESS_SECS,
    };
    jwt::issue(&claims, key)
}

/// Reads an access token that is still good.
#[must_use]
pub fn read(key: &[u8; 32], token: &str, now: Timestamp) -> Option<Claims> {
    let claims: Claims = jwt::read(token, key).ok()?;
    (claims.aud == AUDIENCE && now.as_secs() < claims.exp).then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    #[test]
    fn a_token_ends_with_its_hour_and_its_key() {
        let (sub, sid) = (UserId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        let now = Timestamp::from_secs(1_000_000);
        let token = issue(&[7; 32], sub, sid, now);
        assert_eq!(
            read(&[7; 32], &token, now).map(|claims| claims.sub),
            Some(sub)
        );
        assert_eq!(read(&[8; 32], &token, now), None);
        assert_eq!(
            read(
                &[7; 32],
                &token,
                Timestamp::from_secs(1_000_000 + ACCESS_SECS)
            ),
            None
        );
        assert_eq!(read(&[7; 32], "not a token", now), None);
    }
}
