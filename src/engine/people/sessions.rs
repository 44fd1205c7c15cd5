//! Sessions: whose they are, and their end.

use std::time::Duration;

use crate::base::crypto;
use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::people::logins::LONG;
use crate::engine::people::logins::Logins;
use crate::engine::people::tokens;
use crate::model::ids::SessionId;
use crate::model::ids::UserId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::session::Session;
use crate::model::session::SessionKind;
use crate::model::user::User;
use crate::store::Tx;
use crate::store::records::sessions;
use crate::store::records::users;

/// Uses are noted at most so often.
const NOTE_EVERY: Duration = Duration::from_secs(60);

impl Logins {
    /// Who a cookie belongs to.
    ///
    /// # Errors
    /// The store's; a cookie that is not good is none.
    pub fn by_cookie(&self, token: &str) -> Result<Option<(User, Session)>, EngineError> {
        let now = self.context.clock.now();
        let snapshot = self.context.store.snapshot()?;
        let found = sessions::by_token(&snapshot, &crypto::token_hash(token))?;
        let Some(session) = found
            .filter(|session| session.kind == SessionKind::Browser && now < session.expires_at)
        else {
            return Ok(None);
        };
        let user = users::get(&snapshot, session.user_id)?.filter(User::is_active);
        if now.since(session.last_seen_at) >= NOTE_EVERY {
            self.note_use(session.id, now);
        }
        Ok(user.map(|user| (user, session)))
    }

    /// Who an access token belongs to, and the session it is of.
    ///
    /// # Errors
    /// `INVALID_TOKEN`, `TOKEN_REVOKED`.
    pub fn by_access_token(&self, token: &str) -> Result<(User, SessionId), EngineError> {
        let refuse = |code, message: &str| EngineError::from(Rejection::new(code, message));
        let claims =
            tokens::read(&self.access_key, token, self.context.clock.now()).ok_or_else(|| {
                refuse(
                    Code::InvalidToken,
                    "This access token is not valid or has expired.",
                )
            })?;
        let snapshot = self.context.store.snapshot()?;
        let ended = || refuse(Code::TokenRevoked, "This session was ended; sign in again.");
        sessions::get(&snapshot, claims.sid)?.ok_or_else(ended)?;
        let user = users::get(&snapshot, claims.sub)?
            .filter(User::is_active)
            .ok_or_else(ended)?;
        Ok((user, claims.sid))
    }

    /// Notes that a session is in use. Nobody waits for it, and a lost note costs nothing.
    fn note_use(&self, id: SessionId, now: Timestamp) {
        let store = self.context.store.clone();
        tokio::spawn(async move {
            let noted = store.write("noting the use of a session", move |tx| {
                let Some(mut session) = sessions::get(tx, id)? else {
                    return Ok(());
                };
                let span = session.expires_at.since(session.last_seen_at);
                session.last_seen_at = now;
                // Sliding: a browser that is used stays signed in.
                session.expires_at = session.expires_at.max(now.plus(span.min(LONG)));
                Ok::<_, EngineError>(sessions::put(tx, &session)?)
            });
            if let Err(error) = noted.await {
                tracing::warn!("noting the use of a session failed: {error}");
            }
        });
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's; a session that is gone already is no error.
    pub async fn sign_out(&self, id: SessionId) -> Result<(), EngineError> {
        self.context
            .store
            .write("ending a session", move |tx| {
                if let Some(session) = sessions::get(tx, id)? {
                    sessions::remove(tx, &session)?;
                }
                Ok(())
            })
            .await
    }

    /// Ends the session a refresh token belongs to.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out_token(&self, refresh: &str) -> Result<(), EngineError> {
        let hash = crypto::token_hash(refresh);
        let found = sessions::by_token(&self.context.store.snapshot()?, &hash)?;
        match found {
            Some(session) => self.sign_out(session.id).await,
            None => Ok(()),
        }
    }

    /// Ends a user's own sessions, all but one.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out_others(
        &self,
        user: UserId,
        but: Option<SessionId>,
    ) -> Result<(), EngineError> {
        self.context
            .store
            .write("ending sessions", move |tx| end_all(tx, user, but))
            .await
    }

    /// The sessions of a user, newest use first.
    ///
    /// # Errors
    /// The store's.
    pub fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, EngineError> {
        let mut found = sessions::of_user(&self.context.store.snapshot()?, user)?;
        found.sort_by_key(|session| std::cmp::Reverse(session.last_seen_at));
        Ok(found)
    }

    /// Whose session it is, if it still works and they may still act: for connections that outlive
    /// the request they began with.
    ///
    /// # Errors
    /// The store's.
    pub fn holder(&self, id: SessionId) -> Result<Option<User>, EngineError> {
        let snapshot = self.context.store.snapshot()?;
        let now = self.context.clock.now();
        let Some(session) = sessions::get(&snapshot, id)?.filter(|held| now < held.expires_at)
        else {
            return Ok(None);
        };
        Ok(users::get(&snapshot, session.user_id)?.filter(User::is_active))
    }
}

/// Ends every session of a user but one.
///
/// # Errors
/// The disk's.
pub fn end_all(tx: &mut Tx<'_>, user: UserId, but: Option<SessionId>) -> Result<(), EngineError> {
    for session in sessions::of_user(tx, user)? {
        if Some(session.id) != but {
            sessions::remove(tx, &session)?;
        }
    }
    Ok(())
}
