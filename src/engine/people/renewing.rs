//! Refresh tokens: each works once, and one that comes again ends its session.

use std::time::Duration;

use crate::base::crypto;
use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::people::logins::Logins;
use crate::engine::people::logins::SignedIn;
use crate::engine::people::logins::TokenPair;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::session::Session;
use crate::model::session::SessionKind;
use crate::model::user::User;
use crate::store::Tx;
use crate::store::records::sessions;
use crate::store::records::users;

/// How long a refresh token works.
pub(super) const REFRESH: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Spent refresh tokens that are remembered per session.
const SPENT_MAX: usize = 50;

impl Logins {
    /// Exchanges a refresh token for a new pair. Each works once: one that comes again was stolen,
    /// and ends the session.
    ///
    /// # Errors
    /// `INVALID_REFRESH_TOKEN`, `TOKEN_REVOKED`.
    pub async fn refresh(&self, refresh: &str) -> Result<TokenPair, EngineError> {
        let spent = crypto::token_hash(refresh);
        let token = crypto::new_token(&self.context.random, "lr_");
        let fresh = crypto::token_hash(&token);
        let now = self.context.clock.now();
        let renewed = self
            .context
            .store
            .write("renewing a session", move |tx| {
                renew(tx, &spent, fresh, now)
            })
            .await?;
        match renewed {
            Renewed::Fresh(user, session) => Ok(self.pair(SignedIn {
                user: *user,
                session: *session,
                token,
            })),
            Renewed::Unknown => {
                let message = "This refresh token is not known or has expired; sign in again.";
                Err(Rejection::new(Code::InvalidRefreshToken, message).into())
            }
            Renewed::Stolen => {
                let message =
                    "This refresh token was used before, so the session was ended; sign in again.";
                Err(Rejection::new(Code::TokenRevoked, message).into())
            }
        }
    }
}

enum Renewed {
    Fresh(Box<User>, Box<Session>),
    Unknown,
    Stolen,
}

fn renew(
    tx: &mut Tx<'_>,
    spent: &[u8; 32],
    fresh: [u8; 32],
    now: Timestamp,
) -> Result<Renewed, EngineError> {
    let found = sessions::by_token(tx, spent)?;
    let Some(mut session) =
        found.filter(|held| held.kind == SessionKind::Program && now < held.expires_at)
    else {
        return Ok(Renewed::Unknown);
    };
    if session.token_hash != *spent {
        sessions::remove(tx, &session)?;
        return Ok(Renewed::Stolen);
    }
    let Some(user) = users::get(tx, session.user_id)?.filter(User::is_active) else {
        return Ok(Renewed::Unknown);
    };
    session.spent.push(*spent);
    if session.spent.len() > SPENT_MAX {
        session.spent.remove(0);
    }
    session.token_hash = fresh;
    session.last_seen_at = now;
    session.expires_at = now.plus(REFRESH);
    sessions::put(tx, &session)?;
    Ok(Renewed::Fresh(Box::new(user), Box::new(session)))
}
