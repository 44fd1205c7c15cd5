//! Signing in, by browsers and programs.

use std::sync::Arc;
use std::time::Duration;

use crate::base::crypto;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::people::passwords::Passwords;
use crate::engine::people::renewing::REFRESH;
use crate::engine::people::throttle::Throttle;
use crate::engine::people::tokens;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::session::Session;
use crate::model::session::SessionKind;
use crate::model::user::User;
use crate::store::records::sessions;
use crate::store::records::users as user_records;

/// How long a browser stays signed in without the wish to be remembered.
const BRIEF: Duration = Duration::from_secs(12 * 3_600);
/// How long it stays signed in with it.
pub(super) const LONG: Duration = Duration::from_secs(30 * 24 * 3_600);

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
    pub(super) context: Context,
    pub(super) passwords: Passwords,
    throttle: Arc<Throttle>,
    pub(super) access_key: [u8; 32],
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

    /// The tokens of a session that was just opened.
    pub(super) fn pair(&self, opened: SignedIn) -> TokenPair {
        let now = self.context.clock.now();
        let access = tokens::issue(&self.access_key, opened.user.id, opened.session.id, now);
        TokenPair {
            user: opened.user,
            access,
            refresh: opened.token,
        }
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
