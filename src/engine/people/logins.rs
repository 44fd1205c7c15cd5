//! Signing in, by browsers and programs.

use std::sync::Arc;
use std::time::Duration;

use crate::base::crypto;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::people::passwords::Passwords;
use crate::engine::people::proofs::Proofs;
use crate::engine::people::proofs::Stands;
use crate::engine::people::renewing::REFRESH;
use crate::engine::people::throttle::Throttle;
use crate::engine::people::tokens;
use crate::model::actor::Actor;
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

impl Stay {
    const fn lasts(self) -> Duration {
        match self {
            Self::Brief => BRIEF,
            Self::Long => LONG,
        }
    }
}

/// How far signing in with a password came.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// All the way.
    Done(Box<SignedIn>),
    /// A code is asked for; what the browser carries until then.
    Code(String),
}

/// What came of the second step.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Who signed in.
    pub signed_in: SignedIn,
    /// How long they want to stay.
    pub stay: Stay,
    /// What spares this computer the second step for [`KNOWN`](crate::engine::people::proofs::KNOWN).
    pub known: String,
}

/// Signing in.
#[derive(Clone)]
pub struct Logins {
    pub(super) context: Context,
    pub(super) passwords: Passwords,
    pub(super) throttle: Arc<Throttle>,
    pub(super) proofs: Proofs,
    pub(super) access_key: [u8; 32],
}

impl Logins {
    /// The service over a context.
    #[must_use]
    pub fn new(context: Context, passwords: Passwords) -> Self {
        let access_key = tokens::key(context.store.secret_key().reveal());
        let proofs = Proofs::new(context.store.secret_key().reveal());
        Self {
            context,
            passwords,
            throttle: Arc::default(),
            proofs,
            access_key,
        }
    }

    /// Signs a browser in: at once, or as far as the password goes where a code is asked for too and
    /// the computer is not known by `known`.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS`, the same for an unknown address and a wrong password;
    /// `RATE_LIMIT_EXCEEDED` after too many tries; `ACCOUNT_LOCKED`.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        stay: Stay,
        known: Option<&str>,
        origin: Origin,
    ) -> Result<Step, EngineError> {
        let user = self.prove(email, password, &origin).await?;
        let now = self.context.clock.now();
        let is_known = known.is_some_and(|known| {
            let stands = self.proofs.read(known, now).map(|(_, stands)| stands);
            stands == Some(Stands::Computer) && self.proofs.holds(known, &user, now)
        });
        if user.totp.is_some() && !is_known {
            let keep = stay == Stay::Long;
            let half = self.proofs.issue(&user, Stands::Password { keep }, now);
            return Ok(Step::Code(half));
        }
        let signed_in = self.open(user, SessionKind::Browser, stay.lasts(), origin);
        Ok(Step::Done(Box::new(signed_in.await?)))
    }

    /// Whether somebody is half signed in: the password was right, and not long ago.
    #[must_use]
    pub fn is_half_way(&self, half: &str) -> bool {
        let read = self.proofs.read(half, self.context.clock.now());
        matches!(read, Some((_, Stands::Password { .. })))
    }

    /// The second step: a code of the authenticator, or a recovery code.
    ///
    /// # Errors
    /// `INVALID_TOKEN`: the first step is too long ago; `INVALID_CREDENTIALS` naming `code`;
    /// `RATE_LIMIT_EXCEEDED` after too many tries.
    pub async fn finish(
        &self,
        half: &str,
        code: &str,
        origin: Origin,
    ) -> Result<Finished, EngineError> {
        let now = self.context.clock.now();
        let again = || Rejection::new(Code::InvalidToken, "That took too long. Sign in again.");
        let Some((id, Stands::Password { keep })) = self.proofs.read(half, now) else {
            return Err(again().into());
        };
        let user = user_records::get(&self.context.store.snapshot()?, id)?;
        let user = user.filter(|user| user.is_active() && self.proofs.holds(half, user, now));
        let user = user.ok_or_else(again)?;
        let user = self.take_code(user, code, &origin).await?;
        let known = self.proofs.issue(&user, Stands::Computer, now);
        let stay = if keep { Stay::Long } else { Stay::Brief };
        let signed_in = self.open(user, SessionKind::Browser, stay.lasts(), origin);
        Ok(Finished {
            signed_in: signed_in.await?,
            stay,
            known,
        })
    }

    /// Signs a browser in without a password: for the link that `linktor demo` prints.
    ///
    /// # Errors
    /// The store's.
    pub async fn admit(&self, user: User, origin: Origin) -> Result<SignedIn, EngineError> {
        self.open(user, SessionKind::Browser, BRIEF, origin).await
    }

    /// Signs a program in; with a code where the person has a second factor.
    ///
    /// # Errors
    /// As [`Logins::sign_in`]; `AUTHENTICATION_REQUIRED` naming `code` where one is missing;
    /// `INVALID_CREDENTIALS` naming `code` where it is wrong.
    pub async fn issue(
        &self,
        email: &str,
        password: &str,
        code: Option<&str>,
        origin: Origin,
    ) -> Result<TokenPair, EngineError> {
        let user = self.prove(email, password, &origin).await?;
        let user = match code.filter(|code| !code.trim().is_empty()) {
            Some(code) => self.take_code(user, code, &origin).await?,
            None if user.totp.is_some() => return Err(code_missing().into()),
            None => user,
        };
        self.issue_to(user, origin).await
    }

    /// Signs a program in as somebody who was just proved otherwise.
    ///
    /// # Errors
    /// The store's.
    pub async fn issue_to(&self, user: User, origin: Origin) -> Result<TokenPair, EngineError> {
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
        let may_try = || self.may_try(&[&account, &address]);
        may_try()?;
        let user = user_records::by_email(&self.context.store.snapshot()?, email)?;
        let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let right = self.passwords.matches(password, hash, may_try).await?;
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

    /// Goes on only when none of these names was guessed at too often.
    ///
    /// # Errors
    /// `RATE_LIMIT_EXCEEDED` with the time to wait.
    pub(super) fn may_try(&self, names: &[&str]) -> Result<(), Rejection> {
        let now = self.context.clock.now();
        let waits = names.iter().map(|name| self.throttle.wait(name, now));
        let wait = waits.max().unwrap_or_default();
        if wait.is_zero() {
            return Ok(());
        }
        let secs = wait.as_secs().max(1);
        let message = format!("Too many tries. Wait {secs} s.");
        Err(Rejection::new(Code::RateLimitExceeded, message).retry_after(secs))
    }

    /// Who acts, as they are stored.
    ///
    /// # Errors
    /// `AUTHENTICATION_REQUIRED`: nobody does; the store's.
    pub(super) fn own_account(&self, actor: &Actor) -> Result<User, EngineError> {
        let id = actor.user_id();
        let user = match id {
            Some(id) => user_records::get(&self.context.store.snapshot()?, id)?,
            None => None,
        };
        let message = "Sign in to change your account.";
        user.ok_or_else(|| Rejection::new(Code::AuthenticationRequired, message).into())
    }

    /// Asks somebody who is signed in for the present password, slowing down whoever guesses.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` naming `field`; `RATE_LIMIT_EXCEEDED` after too many tries.
    pub(super) async fn confirm(
        &self,
        user: &User,
        password: &str,
        field: &str,
    ) -> Result<(), EngineError> {
        let account = format!("account {}", user.email);
        let may_try = || self.may_try(&[&account]);
        may_try()?;
        let hash = user.password_hash.as_deref();
        if self.passwords.matches(password, hash, may_try).await? {
            self.throttle.succeeded(&account);
            return Ok(());
        }
        self.throttle.failed(&account, self.context.clock.now());
        let message = "The present password is not right.";
        Err(Rejection::new(Code::InvalidCredentials, message)
            .and_field(field, "is not right")
            .into())
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

fn code_missing() -> Rejection {
    let message = "This account asks for a code too: send the one your authenticator shows, or a recovery code, as `code`.";
    Rejection::new(Code::AuthenticationRequired, message)
        .and_field("code", "is needed")
        .because("second_factor_required")
}
