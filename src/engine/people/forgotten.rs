//! Choosing a password with a link: after an invitation, or in place of a forgotten one.

use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::letters;
use crate::engine::passes;
use crate::engine::people::logins::Logins;
use crate::engine::people::logins::Origin;
use crate::engine::people::sessions;
use crate::model::actor::Actor;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::letter::Letter;
use crate::model::pass::Pass;
use crate::model::pass::Purpose;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::model::user::UserStatus;
use crate::store::Read;
use crate::store::records::organisation;
use crate::store::records::passes as records;
use crate::store::records::users;

impl Logins {
    /// Whether this installation can write mails.
    #[must_use]
    pub fn can_mail(&self) -> bool {
        self.context.mailer.is_set()
    }

    /// Has a link sent to whoever has this address. Whether somebody has is told to nobody: the
    /// answer is the same, and takes as long.
    ///
    /// # Errors
    /// `PROVIDER_NOT_CONFIGURED` where no mail can be sent; `RATE_LIMIT_EXCEEDED`.
    pub async fn ask_for_link(&self, email: &str, origin: &Origin) -> Result<(), EngineError> {
        if !self.can_mail() {
            return Err(no_mail().into());
        }
        let account = format!("link for {}", email.trim().to_lowercase());
        let address = format!("link from {}", origin.ip.as_deref().unwrap_or("unknown"));
        self.may_try(&[&account, &address])?;
        let now = self.context.clock.now();
        for name in [&account, &address] {
            self.throttle.failed(name, now);
        }
        let stamp = self.context.stamp();
        let email = email.to_owned();
        self.context
            .store
            .write("making a link to choose a password", move |tx| {
                let mut pen = stamp.pen();
                // Written for everybody, so that every answer waits for the disk.
                organisation::note_link_asked(tx, pen.now)?;
                let Some(user) = users::by_email(tx, &email)? else {
                    return Ok(());
                };
                let Some(purpose) = purpose_for(&user) else {
                    return Ok(());
                };
                let pass = passes::make(tx, &mut pen, user.id, purpose)?;
                Ok(letters::post(tx, &mut pen, Letter::Pass(pass.id))?)
            })
            .await
    }

    /// What a link is good for: its pass, and for whom it is.
    ///
    /// # Errors
    /// `INVALID_RESET_TOKEN`: unknown, used or too old.
    pub fn pass_of(&self, token: &str) -> Result<(Pass, User), EngineError> {
        let id = passes::read_token(&self.context, token).ok_or_else(bad_link)?;
        let read = self.context.store.snapshot()?;
        let pass = records::get(&read, id)?.ok_or_else(bad_link)?;
        let user = self.user_of(&read, &pass)?;
        Ok((pass, user))
    }

    fn user_of(&self, read: &impl Read, pass: &Pass) -> Result<User, EngineError> {
        if !passes::works(pass, self.context.clock.now()) {
            return Err(bad_link().into());
        }
        let user = users::get(read, pass.user_id)?;
        let user = user.filter(|user| purpose_for(user).is_some());
        user.ok_or_else(|| bad_link().into())
    }

    /// Sets the password of whoever a link is for. The link is spent, every other one too, and every
    /// session ends.
    ///
    /// # Errors
    /// `INVALID_RESET_TOKEN`; `VALIDATION_ERROR` naming `password`.
    pub async fn choose_password(
        &self,
        token: &str,
        password: &str,
        origin: &Origin,
    ) -> Result<(User, Purpose), EngineError> {
        let (pass, _) = self.pass_of(token)?;
        let hash = self.passwords.hash(password).await?;
        let stamp = self.context.stamp();
        let ip = origin.ip.clone();
        let account = self
            .context
            .store
            .write("choosing a password", move |tx| {
                let mut pen = stamp.pen();
                // Spent meanwhile by another request.
                records::get(tx, pass.id)?.ok_or_else(bad_link)?;
                let user = users::get(tx, pass.user_id)?;
                let mut user = user
                    .filter(|user| purpose_for(user).is_some())
                    .ok_or_else(bad_link)?;
                let action = match user.status {
                    UserStatus::Pending => "user.invitation_accepted",
                    _ => "user.password_reset",
                };
                user.status = UserStatus::Active;
                user.password_hash = Some(hash.clone());
                user.updated_at = pen.now;
                users::put(tx, &user)?;
                passes::end_all(tx, user.id)?;
                sessions::end_all(tx, user.id, None)?;
                let who = Actor::user(user.id, user.role, user.name.clone()).from_ip(ip.clone());
                let details = audit::named(&user.name);
                audit::note(tx, &mut pen, &who, action, user.id, details)?;
                let user_id = user.id;
                pen.log(tx, Event::UserChanged(UserEvent { user_id }))?;
                Ok::<_, EngineError>(user)
            })
            .await?;
        self.throttle
            .succeeded(&format!("account {}", account.email));
        Ok((account, pass.purpose))
    }
}

/// What a link for somebody would be for; none for those who may not sign in.
pub(super) fn purpose_for(user: &User) -> Option<Purpose> {
    match user.status {
        UserStatus::Pending => Some(Purpose::Invitation),
        UserStatus::Active => Some(Purpose::Reset),
        UserStatus::Inactive | UserStatus::Suspended => None,
    }
}

fn bad_link() -> Rejection {
    let message = "This link is wrong, too old or was already used. Ask for a new one.";
    Rejection::new(Code::InvalidResetToken, message)
}

fn no_mail() -> Rejection {
    let message = "No mail is set up on this server. Whoever manages users can give you a link, and so can `linktor user link` on the server itself.";
    Rejection::new(Code::ProviderNotConfigured, message)
}
