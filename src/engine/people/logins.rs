//! Signing in and out, by browsers and programs, and the set-up of the first owner.

use std::sync::Arc;
use std::time::Duration;

use crate::base::crypto;
use crate::base::time::Timestamp;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::passwords::Passwords;
use crate::engine::people::throttle::Throttle;
use crate::engine::people::tokens;
use crate::engine::people::users;
use crate::model::actor::Actor;
use crate::model::ids::SessionId;
use crate::model::ids::UserId;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::session::Session;
use crate::model::session::SessionKind;
use crate::model::user::User;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::organisation;
use crate::store::records::sessions;
use crate::store::records::users as user_records;

/// How long a browser stays signed in without the wish to be remembered.
const BRIEF: Duration = Duration::from_secs(12 * 3_600);
/// How long it stays signed in with it, and a program's refresh token works.
const LONG: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long a refresh token works.
const REFRESH: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Uses are noted at most so often.
const NOTE_EVERY: Duration = Duration::from_secs(60);
/// Spent refresh tokens that are remembered per session.
const SPENT_MAX: usize = 50;

/// Where somebody comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network address.
    pub ip: Option<String>,
    /// The browser or program.
    pub user_agent: Option<String>,
}

/// Somebody who signed in with a browser.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The session.
    pub session: Session,
    /// The cookie's value. It is nowhere else.
    pub token: String,
}

/// A pair of tokens for a program.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenPair {
    /// Who.
    pub user: User,
    /// The access token, good for [`tokens::ACCESS_SECS`].
    pub access: String,
    /// The refresh token, good once.
    pub refresh: String,
}

/// How long a browser wants to stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// For the day.
    Brief,
    /// For a month.
    Long,
}

/// Signing in.
#[derive(Clone)]
pub struct Logins {
    context: Context,
    passwords: Passwords,
    throttle: Arc<Throttle>,
    access_key: [u8; 32],
}

impl Logins {
    /// The service over a context.
    #[must_use]
    pub fn new(context: Context, passwords: Passwords) -> Self {
        let access_key = tokens::key(context.store.secret_key().reveal());
        Self {
            context,
            passwords,
            throttle: Arc::default(),
            access_key,
        }
    }

    /// Signs a browser in.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS`, the same for an unknown address and a wrong password;
    /// `RATE_LIMIT_EXCEEDED` after too many tries; `ACCOUNT_LOCKED`.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        stay: Stay,
        origin: Origin,
    ) -> Result<SignedIn, EngineError> {
        let user = self.prove(email, password, &origin).await?;
        let lasts = if stay == Stay::Long { LONG } else { BRIEF };
        self.open(user, SessionKind::Browser, lasts, origin).await
    }

    /// Signs a browser in without a password: for the link that `linktor demo` prints.
    ///
    /// # Errors
    /// The store's.
    pub async fn admit(&self, user: User, origin: Origin) -> Result<SignedIn, EngineError> {
        self.open(user, SessionKind::Browser, BRIEF, origin).await
    }

    /// Signs a program in.
    ///
    /// # Errors
    /// As [`Logins::sign_in`].
    pub async fn issue(
        &self,
        email: &str,
        password: &str,
        origin: Origin,
    ) -> Result<TokenPair, EngineError> {
        let user = self.prove(email, password, &origin).await?;
        let opened = self
            .open(user, SessionKind::Program, REFRESH, origin)
            .await?;
        Ok(self.pair(opened))
    }

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

    fn pair(&self, opened: SignedIn) -> TokenPair {
        let now = self.context.clock.now();
        let access = tokens::issue(&self.access_key, opened.user.id, opened.session.id, now);
        TokenPair {
            user: opened.user,
            access,
            refresh: opened.token,
        }
    }

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
        let user = user_records::get(&snapshot, session.user_id)?.filter(User::is_active);
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
        let user = user_records::get(&snapshot, claims.sub)?
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
            .write("ending sessions", move |tx| end_sessions(tx, user, but))
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
        Ok(user_records::get(&snapshot, session.user_id)?.filter(User::is_active))
    }

    /// Changes a user's own password and ends every other session.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` for a wrong present one; `VALIDATION_ERROR` for a bad new one.
    pub async fn change_password(
        &self,
        actor: &Actor,
        present: &str,
        new: &str,
        keep: Option<SessionId>,
    ) -> Result<(), EngineError> {
        let id = actor.user_id().ok_or_else(|| {
            Rejection::new(
                Code::AuthenticationRequired,
                "Sign in to change a password.",
            )
        })?;
        let user = user_records::get(&self.context.store.snapshot()?, id)?;
        let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
        if !self.passwords.matches(present, hash).await? {
            let message = "The present password is not right.";
            return Err(Rejection::new(Code::InvalidCredentials, message)
                .and_field("currentPassword", "is not right")
                .into());
        }
        let hash = self.passwords.hash(new).await?;
        let stamp = self.context.stamp();
        let actor = actor.clone();
        self.context
            .store
            .write("changing a password", move |tx| {
                let mut pen = stamp.pen();
                let Some(mut user) = user_records::get(tx, id)? else {
                    return Ok(());
                };
                user.password_hash = Some(hash.clone());
                user.updated_at = pen.now;
                user_records::put(tx, &user)?;
                let details = audit::named(&user.name);
                audit::note(tx, &mut pen, &actor, "user.password_changed", id, details)?;
                end_sessions(tx, id, keep)
            })
            .await
    }

    /// Checks address and password, slowing down whoever guesses.
    async fn prove(
        &self,
        email: &str,
        password: &str,
        origin: &Origin,
    ) -> Result<User, EngineError> {
        let now = self.context.clock.now();
        let account = format!("account {}", email.trim().to_lowercase());
        let address = format!("address {}", origin.ip.as_deref().unwrap_or("unknown"));
        let wait = self
            .throttle
            .wait(&account, now)
            .max(self.throttle.wait(&address, now));
        if !wait.is_zero() {
            let secs = wait.as_secs().max(1);
            let message = format!("Too many tries. Wait {secs} s.");
            return Err(Rejection::new(Code::RateLimitExceeded, message)
                .retry_after(secs)
                .into());
        }
        let user = user_records::by_email(&self.context.store.snapshot()?, email)?;
        let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let right = self.passwords.matches(password, hash).await?;
        match user.filter(|_| right) {
            Some(user) if user.is_active() => {
                self.throttle.succeeded(&account);
                Ok(user)
            }
            Some(_) => {
                let message = "This account is blocked. Ask an owner.";
                Err(Rejection::new(Code::AccountLocked, message).into())
            }
            None => {
                self.throttle.failed(&account, now);
                self.throttle.failed(&address, now);
                let message = "Email or password is not right.";
                Err(Rejection::new(Code::InvalidCredentials, message).into())
            }
        }
    }

    async fn open(
        &self,
        user: User,
        kind: SessionKind,
        lasts: Duration,
        origin: Origin,
    ) -> Result<SignedIn, EngineError> {
        let prefix = if kind == SessionKind::Browser {
            "ls_"
        } else {
            "lr_"
        };
        let token = crypto::new_token(&self.context.random, prefix);
        let token_hash = crypto::token_hash(&token);
        let stamp = self.context.stamp();
        let session = self
            .context
            .store
            .write("opening a session", move |tx| {
                let mut pen = stamp.pen();
                let session = Session {
                    id: pen.id(),
                    user_id: user.id,
                    kind,
                    token_hash,
                    spent: Vec::new(),
                    ip: origin.ip.clone(),
                    user_agent: origin.user_agent.clone(),
                    created_at: pen.now,
                    last_seen_at: pen.now,
                    expires_at: pen.now.plus(lasts),
                };
                sessions::put(tx, &session)?;
                let Some(mut user) = user_records::get(tx, user.id)? else {
                    let message = "This account is gone.";
                    return Err(EngineError::from(Rejection::new(
                        Code::InvalidCredentials,
                        message,
                    )));
                };
                user.last_login_at = Some(pen.now);
                user_records::put(tx, &user)?;
                Ok((user, session))
            })
            .await?;
        let (user, session) = session;
        Ok(SignedIn {
            user,
            session,
            token,
        })
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
    let Some(user) = user_records::get(tx, session.user_id)?.filter(User::is_active) else {
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

/// Ends every session of a user but one.
///
/// # Errors
/// The disk's.
pub fn end_sessions(
    tx: &mut Tx<'_>,
    user: UserId,
    but: Option<SessionId>,
) -> Result<(), EngineError> {
    for session in sessions::of_user(tx, user)? {
        if Some(session.id) != but {
            sessions::remove(tx, &session)?;
        }
    }
    Ok(())
}

/// What the first owner tells of themselves.
#[derive(Debug, Clone, Default)]
pub struct FirstOwner {
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: String,
}

impl Logins {
    /// Whether nobody has an account yet.
    ///
    /// # Errors
    /// The store's.
    pub fn is_unowned(&self) -> Result<bool, EngineError> {
        Ok(user_records::list(&self.context.store.snapshot()?)?.is_empty())
    }

    /// A new one-time token for the set-up page; earlier ones stop working.
    ///
    /// # Errors
    /// The store's.
    pub async fn new_setup_token(&self) -> Result<String, EngineError> {
        let token = self.context.random.base62(40);
        let hash = crypto::token_hash(&token);
        self.context
            .store
            .write("making a set-up link", move |tx| {
                Ok(organisation::put_setup_token(tx, &hash)?)
            })
            .await
            .map(|()| token)
    }

    /// Whether a set-up token is the one that works.
    ///
    /// # Errors
    /// The store's.
    pub fn is_setup_token(&self, token: &str) -> Result<bool, EngineError> {
        let held = organisation::setup_token(&self.context.store.snapshot()?)?;
        Ok(held.is_some_and(|held| crypto::same(&held, &crypto::token_hash(token))))
    }

    /// Makes the first owner. Possible once.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field; `RESOURCE_ALREADY_EXISTS` when there is an owner.
    pub async fn make_first_owner(&self, owner: &FirstOwner) -> Result<User, EngineError> {
        let email = users::clean_email(&owner.email)?;
        let name = users::clean_name(&owner.name)?;
        let hash = self.passwords.hash(&owner.password).await?;
        let stamp = self.context.stamp();
        self.context
            .store
            .write("making the first owner", move |tx| {
                if !user_records::list(tx)?.is_empty() {
                    let message = "This installation has an owner already; sign in.";
                    return Err(Rejection::new(Code::ResourceAlreadyExists, message).into());
                }
                let mut pen: Pen = stamp.pen();
                let hash = Some(hash.clone());
                let user = users::make(tx, &mut pen, &name, &email, Role::Owner, hash)?;
                organisation::forget_setup_token(tx)?;
                Ok(user)
            })
            .await
    }
}

/// The owner an installation's own acts are done for, such as its bootstrap key.
///
/// # Errors
/// The disk's.
pub fn first_owner(read: &impl Read) -> Result<Option<User>, EngineError> {
    let all = user_records::list(read)?;
    Ok(all
        .into_iter()
        .find(|user| user.role == Role::Owner && user.is_active()))
}
