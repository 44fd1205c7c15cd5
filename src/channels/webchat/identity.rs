//! Who a visitor is: proofs of identity, and what they do to a session.

use serde::Deserialize;

use crate::base::crypto::signed_in_hex;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::channels::webchat::clean;
use crate::channels::webchat::frames::User;
use crate::model::Opaque;
use crate::model::webchat::Claims;

/// How much a web chat wants to know who its visitors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityMode {
    /// Ids and proofs are ignored.
    Off,
    /// A proof counts; without one the visitor stays anonymous.
    #[default]
    Optional,
    /// Whoever names an id without a proof is told so.
    Required,
}

/// The longest time a signed token may still be valid, in seconds.
const TOKEN_LIFE_MAX_SECS: i64 = 24 * 3_600;

/// What a page says and proves about its visitor.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    /// Nothing is proved; the claims are the visitor's own.
    Anonymous {
        /// What the visitor claims.
        claims: Claims,
        /// What the page keeps with the visitor.
        metadata: Opaque,
    },
    /// The visitor is this person of the business's own systems.
    Verified {
        /// The id there.
        external_id: String,
        /// Trusted facts.
        claims: Claims,
        /// What the page keeps with the visitor.
        metadata: Opaque,
    },
    /// A proof that is wrong, or one that is required and missing. What was said is not believed.
    Unverified,
}

/// Reads what a page says about its visitor, against the channel's identity secret.
#[must_use]
pub fn prove(user: &User, mode: IdentityMode, secret: &[u8], now: Timestamp) -> Proof {
    let claims = user.claims();
    let metadata = clean::metadata(&user.metadata);
    let anonymous = |claims, metadata| Proof::Anonymous { claims, metadata };
    if mode == IdentityMode::Off {
        return anonymous(claims, metadata);
    }
    if let Some(token) = user.token.as_deref().filter(|token| !token.is_empty()) {
        return prove_by_token(user, token, secret, now).unwrap_or(Proof::Unverified);
    }
    let id = user.id.as_deref().filter(|id| !id.is_empty());
    let hash = user.user_hash.as_deref().filter(|hash| !hash.is_empty());
    match (id, hash) {
        (Some(id), Some(hash)) if signed_in_hex(secret, id.as_bytes(), hash) => Proof::Verified {
            external_id: id.to_owned(),
            claims,
            metadata,
        },
        (_, Some(_)) => Proof::Unverified,
        (Some(_), None) if mode == IdentityMode::Required => Proof::Unverified,
        (_, None) => anonymous(claims, metadata),
    }
}

#[derive(Deserialize)]
struct TokenClaims {
    sub: String,
    exp: i64,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    metadata: Opaque,
}

/// Signed facts win over plain ones. None when the token does not prove the id.
fn prove_by_token(user: &User, token: &str, secret: &[u8], now: Timestamp) -> Option<Proof> {
    let signed: TokenClaims = jwt::read(token, secret).ok()?;
    let left = signed.exp.saturating_sub(now.as_secs());
    let in_time = left > 0 && left <= TOKEN_LIFE_MAX_SECS;
    let same_person = user.id.as_deref().is_none_or(|id| id == signed.sub);
    if !in_time || !same_person || signed.sub.is_empty() {
        return None;
    }
    let plain = user.claims();
    let mut metadata = user.metadata.clone();
    metadata.extend(signed.metadata);
    Some(Proof::Verified {
        external_id: signed.sub,
        claims: Claims {
            name: signed.name.or(plain.name),
            email: signed.email.or(plain.email),
            phone: signed.phone.or(plain.phone),
            avatar_url: plain.avatar_url,
        },
        metadata: clean::metadata(&metadata),
    })
}

/// What a proof does to the session it arrives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing but new claims of an anonymous visitor.
    Claim,
    /// Trusted facts about the verified visitor of this session.
    Update,
    /// The anonymous visitor turns out to be somebody: the timeline goes over to that person, the
    /// token is rotated and the old one revoked.
    BecomesVerified,
    /// Somebody else sits at the same computer: a new session with a new token; the old one stays
    /// with its own person.
    OtherPerson,
    /// Nothing, and the page is told that the identity is unverified.
    Refuse,
}

/// Decides what `proof` does to a session. `verified_as` is the id that was proved in it before;
/// none while the session is new or anonymous. Facts about a verified person change only with a
/// proof in the same call.
#[must_use]
pub fn step(verified_as: Option<&str>, proof: &Proof) -> Step {
    match (verified_as, proof) {
        (_, Proof::Unverified) | (Some(_), Proof::Anonymous { .. }) => Step::Refuse,
        (None, Proof::Anonymous { .. }) => Step::Claim,
        (None, Proof::Verified { .. }) => Step::BecomesVerified,
        (Some(known), Proof::Verified { external_id, .. }) if known == external_id => Step::Update,
        (Some(_), Proof::Verified { .. }) => Step::OtherPerson,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crypto::hex;
    use crate::base::crypto::sign;

    const SECRET: &[u8] = b"wcid_7Jq2mX0v3Nf9RbT1sYkLeW8uHcPzDaGo";
    const HASH: &str = "5883bfb33657c72c6f75ae7a9f0553c9572e97b05f7689998121ad42750db95b";
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyXzQyIiwibmFtZSI6IkFuYSBTaWx2YSIsImVtYWlsIjoiYW5hQGV4YW1wbGUuY29tIiwiaWF0IjoxNzY3MjY4ODAwLCJleHAiOjE3NjcyNzI0MDB9.l1lJ5nOqT-knttWT62SqRjFNQqQHL5_pjTPW2bM0odE";
    const NOW: Timestamp = Timestamp::from_secs(1_767_268_800);

    fn user(id: Option<&str>, hash: Option<&str>, token: Option<&str>) -> User {
        User {
            id: id.map(str::to_owned),
            name: Some("Plain".to_owned()),
            user_hash: hash.map(str::to_owned),
            token: token.map(str::to_owned),
            ..User::default()
        }
    }

    /// The id that is proved, `-` for an anonymous visitor, `!` for a refusal.
    fn verdict(user: &User, mode: IdentityMode, now: Timestamp) -> String {
        match prove(user, mode, SECRET, now) {
            Proof::Anonymous { .. } => "-".to_owned(),
            Proof::Unverified => "!".to_owned(),
            Proof::Verified { external_id, .. } => external_id,
        }
    }

    #[test]
    fn proofs_are_judged_as_documented() {
        use IdentityMode::{Off, Optional, Required};
        let upper = HASH.to_uppercase();
        let cases = [
            (user(Some("user_42"), Some(HASH), None), Optional, "user_42"),
            (
                user(Some("user_42"), Some(&upper), None),
                Required,
                "user_42",
            ),
            (user(Some("user_42"), Some(HASH), None), Off, "-"),
            (user(Some("User_42"), Some(HASH), None), Optional, "!"),
            (user(Some("user_42 "), Some(HASH), None), Optional, "!"),
            (user(Some("user_42"), Some(&HASH[1..]), None), Optional, "!"),
            (user(Some("user_42"), Some("x"), None), Required, "!"),
            (user(None, Some(HASH), None), Optional, "!"),
            (user(Some("user_42"), None, None), Optional, "-"),
            (user(Some("user_42"), None, None), Required, "!"),
            (user(Some("user_42"), Some(""), None), Optional, "-"),
            (user(None, None, None), Required, "-"),
            (user(None, None, Some(TOKEN)), Optional, "user_42"),
            (
                user(Some("user_42"), None, Some(TOKEN)),
                Required,
                "user_42",
            ),
            (user(Some("user_43"), None, Some(TOKEN)), Optional, "!"),
            (
                user(Some("user_42"), Some(HASH), Some("a.b.c")),
                Optional,
                "!",
            ),
        ];
        for (user, mode, expected) in cases {
            assert_eq!(verdict(&user, mode, NOW), expected, "{user:?} {mode:?}");
        }
        let accent = "jos\u{e9}@example.com";
        let hash = "981f28772ee3c33986ef9f838f298e3e157606029aaf8aefba57ff264b373e52";
        let jose = user(Some(accent), Some(hash), None);
        assert_eq!(verdict(&jose, Optional, NOW), accent);
    }

    #[test]
    fn tokens_live_a_day_at_most() {
        let user = user(None, None, Some(TOKEN));
        let expires = 1_767_272_400;
        let cases = [
            (expires - 1, "user_42"),
            (expires, "!"),
            (expires - 24 * 3_600, "user_42"),
            (expires - 24 * 3_600 - 1, "!"),
        ];
        for (now, expected) in cases {
            let now = Timestamp::from_secs(now);
            assert_eq!(
                verdict(&user, IdentityMode::Optional, now),
                expected,
                "{now}"
            );
        }
    }

    #[test]
    fn signed_facts_win_over_plain_ones() {
        let proof = prove(
            &user(Some("user_42"), None, Some(TOKEN)),
            IdentityMode::Optional,
            SECRET,
            NOW,
        );
        let Proof::Verified { claims, .. } = proof else {
            unreachable!("the token is good");
        };
        assert_eq!(claims.name.as_deref(), Some("Ana Silva"));
        assert_eq!(claims.email.as_deref(), Some("ana@example.com"));
    }

    #[test]
    fn a_session_follows_its_person() {
        let verified = |id: &str| Proof::Verified {
            external_id: id.to_owned(),
            claims: Claims::default(),
            metadata: Opaque::new(),
        };
        let anonymous = Proof::Anonymous {
            claims: Claims::default(),
            metadata: Opaque::new(),
        };
        let cases = [
            (None, anonymous.clone(), Step::Claim),
            (None, verified("a"), Step::BecomesVerified),
            (None, Proof::Unverified, Step::Refuse),
            (Some("a"), verified("a"), Step::Update),
            (Some("a"), verified("b"), Step::OtherPerson),
            (Some("a"), anonymous, Step::Refuse),
            (Some("a"), Proof::Unverified, Step::Refuse),
        ];
        for (verified_as, proof, expected) in cases {
            assert_eq!(
                step(verified_as, &proof),
                expected,
                "{verified_as:?} {proof:?}"
            );
        }
    }

    #[test]
    fn a_hash_is_of_the_id_as_it_was_sent() {
        let id = "  padded  ";
        let hash = hex(&sign(SECRET, id.as_bytes()));
        let padded = user(Some(id), Some(&hash), None);
        assert_eq!(verdict(&padded, IdentityMode::Optional, NOW), id);
    }
}
