//! Signed-in browsers and programs, found by id, by token and by user.

use crate::model::ids::SessionId;
use crate::model::ids::UserId;
use crate::model::session::Session;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::SESSION_BY_TOKEN;
use crate::store::keyspaces::SESSIONS;
use crate::store::keyspaces::SESSIONS_OF_USER;

/// One session.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: SessionId) -> Result<Option<Session>, StoreError> {
    read.get(&SESSIONS, &id)
}

/// The session a token belongs to: its current token, or one it already spent.
///
/// # Errors
/// The disk's.
pub fn by_token(read: &impl Read, hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    match read.get(&SESSION_BY_TOKEN, hash)? {
        Some(id) => get(read, id),
        None => Ok(None),
    }
}

/// The sessions of one user, oldest first.
///
/// # Errors
/// The disk's.
pub fn of_user(read: &impl Read, user: UserId) -> Result<Vec<Session>, StoreError> {
    let mut sessions = Vec::new();
    for (_, id) in read.keys_under(&SESSIONS_OF_USER, &user)? {
        sessions.extend(get(read, id)?);
    }
    Ok(sessions)
}

/// Every session, for the janitor.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Session>, StoreError> {
    read.values(&SESSIONS)
}

/// Stores a session. Tokens it spent keep leading to it, so that their reuse is noticed.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, session: &Session) -> Result<(), StoreError> {
    tx.put(&SESSION_BY_TOKEN, &session.token_hash, &session.id)?;
    tx.put(&SESSIONS_OF_USER, &(session.user_id, session.id), &())?;
    tx.put(&SESSIONS, &session.id, session)
}

/// Ends a session for good.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, session: &Session) -> Result<(), StoreError> {
    for hash in session.spent.iter().chain([&session.token_hash]) {
        tx.remove(&SESSION_BY_TOKEN, hash)?;
    }
    tx.remove(&SESSIONS_OF_USER, &(session.user_id, session.id))?;
    tx.remove(&SESSIONS, &session.id)
}
