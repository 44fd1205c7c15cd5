//! The second factor: set up, asked for, taken away.
//!
//! A code is taken once. What is guessed at is slowed down like a password. Recovery codes are kept
//! as keyed digests, so that a copy of the database alone opens nothing.

use std::time::Duration;

use crate::base::crypto::base64url;
use crate::base::crypto::from_base64url;
use crate::base::crypto::sign;
use crate::base::time::Timestamp;
use crate::base::totp;
use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::people::logins::Logins;
use crate::engine::people::logins::Origin;
use crate::engine::people::sessions;
use crate::engine::people::users::Users;
use crate::engine::people::users::find;
use crate::engine::people::users::may_touch;
use crate::engine::people::users::note;
use crate::model::actor::Actor;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::ids::SessionId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::Totp;
use crate::model::user::User;
use crate::store::records::organisation;
use crate::store::records::users;

/// Bytes of a shared secret: as many as its digest has.
const SECRET_BYTES: usize = 20;
/// How long an offered secret waits for its first code.
pub const OFFER_LASTS: Duration = Duration::from_secs(30 * 60);
/// Recovery codes made at a time.
const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code: 60 bits.
const RECOVERY_LENGTH: usize = 12;
/// Letters that stand together.
const GROUP: usize = 4;
/// Letters of recovery codes: none that looks like another.
const RECOVERY_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Wrong codes after which the clock is suspected.
const SUSPECT_CLOCK_AFTER: u32 = 3;

/// A second factor that a person may take into use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The secret, as it is typed into an authenticator.
    pub secret: String,
    /// The same as an address, to be drawn as a picture.
    pub address: String,
    /// The secret as this installation takes it back, for half an hour.
    pub token: String,
}

impl Logins {
    /// Makes up a secret for the actor's own second factor. Nothing is kept of it yet.
    ///
    /// # Errors
    /// The actor is nobody; the store's.
    pub fn offer_totp(&self, actor: &Actor) -> Result<Offer, EngineError> {
        let user = self.own_account(actor)?;
        let secret = self.context.random.bytes::<SECRET_BYTES>();
        let end = self.context.clock.now().plus(OFFER_LASTS).as_secs();
        let kept = [&end.to_be_bytes()[..], &secret].concat();
        let sealed = self.context.sealer.seal(&offer_place(user.id), &kept);
        let business = organisation::get(&self.context.store.snapshot()?)?;
        let issuer = business.map_or_else(|| "linktor".to_owned(), |business| business.name);
        Ok(Offer {
            secret: totp::base32(&secret),
            address: totp::address(&issuer, &user.email, &secret),
            token: base64url(&sealed),
        })
    }

    /// The offer of that token once more, for a form that was not taken.
    ///
    /// # Errors
    /// `VALIDATION_ERROR`: it is too old, or not this person's.
    pub fn offer_again(&self, actor: &Actor, token: &str) -> Result<Offer, EngineError> {
        let user = self.own_account(actor)?;
        let secret = self.offered(user.id, token)?;
        let business = organisation::get(&self.context.store.snapshot()?)?;
        let issuer = business.map_or_else(|| "linktor".to_owned(), |business| business.name);
        Ok(Offer {
            secret: totp::base32(&secret),
            address: totp::address(&issuer, &user.email, &secret),
            token: token.to_owned(),
        })
    }

    /// Turns the actor's second factor on, and ends every other session: they were opened without
    /// it. The recovery codes are in the answer and nowhere else.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` naming `password` or `code`; `VALIDATION_ERROR` for an old offer.
    pub async fn turn_totp_on(
        &self,
        actor: &Actor,
        token: &str,
        code: &str,
        password: &str,
        keep: Option<SessionId>,
    ) -> Result<Vec<String>, EngineError> {
        let user = self.own_account(actor)?;
        let secret = self.offered(user.id, token)?;
        self.confirm(&user, password, "password").await?;
        let stamp = self.context.stamp();
        let step =
            totp::step_of(&secret, &digits(code), stamp.now, 0).ok_or_else(|| wrong_code(0))?;
        let codes = self.recovery_codes();
        let fresh = Totp {
            secret: self.context.sealer.seal(&secret_place(user.id), &secret),
            since: stamp.now,
            last_step: step,
            recovery: codes
                .iter()
                .map(|code| self.digest(user.id, code))
                .collect(),
        };
        self.change_totp(
            actor,
            user.id,
            "user.two_step_on",
            Some(fresh),
            Ending::But(keep),
        )
        .await?;
        Ok(codes)
    }

    /// Turns the actor's second factor off.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` naming `password`.
    pub async fn turn_totp_off(&self, actor: &Actor, password: &str) -> Result<(), EngineError> {
        let user = self.own_account(actor)?;
        self.confirm(&user, password, "password").await?;
        self.change_totp(actor, user.id, "user.two_step_off", None, Ending::None)
            .await
    }

    /// Makes new recovery codes in place of those that are left.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` naming `password`; `VALIDATION_ERROR` while there is no second factor.
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: &str,
    ) -> Result<Vec<String>, EngineError> {
        let user = self.own_account(actor)?;
        self.confirm(&user, password, "password").await?;
        let held = user.totp.ok_or_else(|| {
            let message = "Two-step sign-in is off, so there is nothing to recover.";
            Rejection::new(Code::ValidationError, message)
        })?;
        let codes = self.recovery_codes();
        let recovery = codes
            .iter()
            .map(|code| self.digest(user.id, code))
            .collect();
        let fresh = Totp { recovery, ..held };
        let action = "user.recovery_codes_renewed";
        self.change_totp(actor, user.id, action, Some(fresh), Ending::None)
            .await?;
        Ok(codes)
    }

    /// Takes a code of the authenticator, or a recovery code, from somebody whose password was right.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` naming `code`; `RATE_LIMIT_EXCEEDED` after too many tries.
    pub(super) async fn take_code(
        &self,
        user: User,
        typed: &str,
        origin: &Origin,
    ) -> Result<User, EngineError> {
        let Some(held) = &user.totp else {
            return Ok(user);
        };
        let name = format!("code {}", user.id);
        self.may_try(&[&name])?;
        // Counted before it is judged: what comes at once must not be more tries than one after another.
        let failures = self.throttle.failed(&name, self.context.clock.now());
        let secret = self.secret(&user, held)?;
        let (id, digits, digest) = (user.id, digits(typed), self.digest(user.id, typed));
        let stamp = self.context.stamp();
        let who = Actor::user(id, user.role, user.name.clone()).from_ip(origin.ip.clone());
        let taken = self
            .context
            .store
            .write("taking a code", move |tx| {
                let Some(mut user) = users::get(tx, id)?.filter(User::is_active) else {
                    return Ok(None);
                };
                let Some(held) = &mut user.totp else {
                    return Ok::<_, EngineError>(None);
                };
                if let Some(step) = totp::step_of(&secret, &digits, stamp.now, held.last_step) {
                    held.last_step = step;
                } else if let Some(at) = held.recovery.iter().position(|left| *left == digest) {
                    held.recovery.remove(at);
                    let mut pen = stamp.pen();
                    let details = audit::named(&user.name);
                    audit::note(tx, &mut pen, &who, "user.recovery_code_used", id, details)?;
                } else {
                    return Ok(None);
                }
                users::put(tx, &user)?;
                Ok(Some(user))
            })
            .await?;
        if let Some(user) = taken {
            self.throttle.succeeded(&name);
            return Ok(user);
        }
        Err(wrong_code(failures).into())
    }

    /// Writes a second factor down, or its end.
    pub(super) async fn change_totp(
        &self,
        actor: &Actor,
        id: UserId,
        action: &'static str,
        totp: Option<Totp>,
        ending: Ending,
    ) -> Result<(), EngineError> {
        let stamp = self.context.stamp();
        let actor = actor.clone();
        self.context
            .store
            .write("changing a second factor", move |tx| {
                let mut pen = stamp.pen();
                let Some(mut user) = users::get(tx, id)? else {
                    return Err(Rejection::not_found(Code::ResourceNotFound, "user").into());
                };
                user.totp.clone_from(&totp);
                user.updated_at = pen.now;
                users::put(tx, &user)?;
                note(tx, &mut pen, &actor, action, &user)?;
                if let Ending::But(keep) = ending {
                    sessions::end_all(tx, id, keep)?;
                }
                pen.log(tx, Event::UserChanged(UserEvent { user_id: id }))?;
                Ok(())
            })
            .await
    }

    fn secret(&self, user: &User, held: &Totp) -> Result<Vec<u8>, EngineError> {
        let opened = self
            .context
            .sealer
            .open(&secret_place(user.id), &held.secret);
        opened.map_err(|error| EngineError::Broken(format!("a second factor: {error}")))
    }

    fn offered(&self, user: UserId, token: &str) -> Result<Vec<u8>, Rejection> {
        let opened = from_base64url(token)
            .and_then(|sealed| self.context.sealer.open(&offer_place(user), &sealed).ok());
        let (end, secret) = opened
            .as_deref()
            .and_then(<[u8]>::split_first_chunk::<8>)
            .ok_or_else(too_old)?;
        let end = Timestamp::from_secs(i64::from_be_bytes(*end));
        if self.context.clock.now() < end {
            Ok(secret.to_vec())
        } else {
            Err(too_old())
        }
    }

    fn recovery_codes(&self) -> Vec<String> {
        let letter = |byte: &u8| char::from(RECOVERY_LETTERS[usize::from(byte & 31)]);
        let code = |_| {
            let bytes = self.context.random.bytes::<RECOVERY_LENGTH>();
            let groups = bytes
                .chunks(GROUP)
                .map(|group| group.iter().map(letter).collect());
            groups.collect::<Vec<String>>().join("-")
        };
        (0..RECOVERY_CODES).map(code).collect()
    }

    /// What is kept in place of a recovery code; however it is typed.
    fn digest(&self, user: UserId, code: &str) -> [u8; 32] {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let message = format!("recovery code {user} {}", plain.to_ascii_lowercase());
        sign(self.context.store.secret_key().reveal(), message.as_bytes())
    }
}

impl Users {
    /// Takes away the second factor of somebody who lost it, and ends their sessions: the phone may
    /// be in other hands.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn reset_totp(&self, actor: &Actor, id: UserId) -> Result<User, EngineError> {
        actor.require(Permission::ManageUsers)?;
        let stamp = self.context.stamp();
        let actor = actor.clone();
        self.context
            .store
            .write("taking away a second factor", move |tx| {
                let mut pen = stamp.pen();
                let mut user = find(tx, id)?;
                may_touch(&actor, &user)?;
                if user.totp.take().is_none() {
                    return Ok(user);
                }
                user.updated_at = pen.now;
                users::put(tx, &user)?;
                note(tx, &mut pen, &actor, "user.two_step_reset", &user)?;
                sessions::end_all(tx, id, None)?;
                pen.log(tx, Event::UserChanged(UserEvent { user_id: id }))?;
                Ok(user)
            })
            .await
    }
}

/// Which sessions end with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// None.
    None,
    /// All but this one.
    But(Option<SessionId>),
}

fn secret_place(user: UserId) -> String {
    format!("user/{user}/totp")
}

fn offer_place(user: UserId) -> String {
    format!("user/{user}/totp-offer")
}

/// A code as it is compared: people write it in groups.
fn digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).collect()
}

fn wrong_code(failures: u32) -> Rejection {
    let message = if failures >= SUSPECT_CLOCK_AFTER {
        "That code is not right or has expired. Check that your phone shows the right time."
    } else {
        "That code is not right or has expired."
    };
    Rejection::new(Code::InvalidCredentials, message)
        .and_field("code", "is not right or has expired")
        .because("second_factor_invalid")
}

fn too_old() -> Rejection {
    let message = "This page was open for too long. Scan the new picture.";
    Rejection::new(Code::ValidationError, message)
        .and_field("token", "is too old; ask for a new secret")
}
