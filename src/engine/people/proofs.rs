//! What a browser carries between the two steps of signing in, and what spares a known computer the
//! second one. Signed, short-lived, and void once the password or the second factor changes.

use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::base::crypto::base64url;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::model::ids::UserId;
use crate::model::user::User;

/// How long a person may take to find the code.
const HALF: Duration = Duration::from_secs(10 * 60);
/// How long a computer is known.
pub const KNOWN: Duration = Duration::from_secs(30 * 24 * 3_600);

/// What a proof stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stands {
    /// The password was right; the code is asked for.
    Password {
        /// Whether the person wants to stay signed in.
        keep: bool,
    },
    /// A code was given on this computer.
    Computer,
}

/// A proof, as it is signed.
#[derive(Serialize, Deserialize)]
struct Proof {
    sub: UserId,
    stands: Stands,
    bond: String,
    exp: i64,
}

/// Signs and reads proofs.
#[derive(Clone)]
pub struct Proofs([u8; 32]);

impl Proofs {
    /// Proofs under a key made from the installation's.
    #[must_use]
    pub fn new(secret_key: &[u8; 32]) -> Self {
        Self(sign(secret_key, b"proofs of signing in"))
    }

    /// A proof for somebody, from now on.
    #[must_use]
    pub fn issue(&self, user: &User, stands: Stands, now: Timestamp) -> String {
        let lasts = match stands {
            Stands::Password { .. } => HALF,
            Stands::Computer => KNOWN,
        };
        let proof = Proof {
            sub: user.id,
            stands,
            bond: self.bond(user),
            exp: now.plus(lasts).as_secs(),
        };
        jwt::issue(&proof, &self.0)
    }

    /// Whose proof it is, and what it stands for; whether it still does is [`Proofs::holds`].
    #[must_use]
    pub fn read(&self, token: &str, now: Timestamp) -> Option<(UserId, Stands)> {
        let proof = self.open(token, now)?;
        Some((proof.sub, proof.stands))
    }

    /// Whether a proof is of this person as they sign in today.
    #[must_use]
    pub fn holds(&self, token: &str, user: &User, now: Timestamp) -> bool {
        self.open(token, now).is_some_and(|proof| {
            proof.sub == user.id && same(proof.bond.as_bytes(), self.bond(user).as_bytes())
        })
    }

    fn open(&self, token: &str, now: Timestamp) -> Option<Proof> {
        let proof: Proof = jwt::read(token, &self.0).ok()?;
        (now.as_secs() < proof.exp).then_some(proof)
    }

    /// What changes with the password and with the second factor.
    fn bond(&self, user: &User) -> String {
        let password = user.password_hash.as_deref().unwrap_or_default();
        let secret = user.totp.as_ref().map_or(&[][..], |totp| &totp.secret);
        base64url(&sign(&self.0, &[password.as_bytes(), secret].concat()))
    }
}
