//! People who answer: made, changed, removed. Nobody touches a role as high as their own, except
//! owners, and the last owner stays.

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::limits;
use crate::engine::limits::Resource;
use crate::engine::passes;
use crate::engine::people::invitations;
use crate::engine::people::invitations::Invitation;
use crate::engine::people::names::clean_account;
use crate::engine::people::names::clean_email;
use crate::engine::people::names::clean_name;
use crate::engine::people::passwords::Passwords;
use crate::engine::people::sessions;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::AlertMails;
use crate::model::user::Theme;
use crate::model::user::User;
use crate::model::user::UserStatus;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::users;

/// What may be said of a new user.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// The password; without one the person is invited to choose it.
    pub password: Option<String>,
}

/// A user who was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Who.
    pub user: User,
    /// The link by which they choose a password; none where one was given.
    pub invitation: Option<Invitation>,
}

/// What may be changed about a user; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct UserChanges {
    /// The name.
    pub name: Option<String>,
    /// The address to sign in with.
    pub email: Option<String>,
    /// What the person may do.
    pub role: Option<Role>,
    /// Whether the person may sign in.
    pub status: Option<UserStatus>,
    /// A new password.
    pub password: Option<String>,
    /// The look of the dashboard; only one's own.
    pub theme: Option<Theme>,
    /// Whether to be written to about channels; only one's own.
    pub alert_mails: Option<AlertMails>,
    /// What stands under one's mails; an empty text takes it away.
    pub signature: Option<String>,
    /// A sender of mail whose pictures are fetched from now on; only one's own.
    pub pictures_from: Option<String>,
    /// The phone number; an empty text takes it away.
    pub phone: Option<String>,
    /// A picture; an empty text takes it away.
    pub avatar_url: Option<String>,
}

/// The longest signature, in characters.
const SIGNATURE_MAX: usize = 10_000;
/// The most senders of mail whose pictures somebody wants always; the oldest go.
const SENDERS_MAX: usize = 1_000;

/// Managing users.
#[derive(Clone)]
pub struct Users {
    pub(super) context: Context,
    passwords: Passwords,
}

impl Users {
    /// The service over a context.
    #[must_use]
    pub fn new(context: Context, passwords: Passwords) -> Self {
        Self { context, passwords }
    }

    /// Every user, oldest first.
    ///
    /// # Errors
    /// The actor may not.
    pub fn list(&self, actor: &Actor) -> Result<Vec<User>, EngineError> {
        actor.require(Permission::ReadPeople)?;
        Ok(users::list(&self.context.store.snapshot()?)?)
    }

    /// One user.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn get(&self, actor: &Actor, id: UserId) -> Result<User, EngineError> {
        if actor.user_id() != Some(id) {
            actor.require(Permission::ReadPeople)?;
        }
        find(&self.context.store.snapshot()?, id)
    }

    /// Makes a user; without a password it is invited to choose one.
    ///
    /// # Errors
    /// The actor may not give that role; `EMAIL_ALREADY_EXISTS`; `VALIDATION_ERROR`.
    pub async fn create(&self, actor: &Actor, new: NewUser) -> Result<Made, EngineError> {
        actor.require(Permission::ManageUsers)?;
        may_give(actor, new.role)?;
        let (name, email) = clean_account(&new.name, &new.email, new.password.as_deref())?;
        let hash = match &new.password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let stamp = self.context.stamp();
        let (actor, mails) = (actor.clone(), self.context.mailer.is_set());
        let (user, pass) = self
            .context
            .store
            .write("making a user", move |tx| {
                limits::one_more(tx, Resource::Users)?;
                let mut pen = stamp.pen();
                let mut user = make(tx, &mut pen, &name, &email, new.role, hash.clone())?;
                note(tx, &mut pen, &actor, "user.created", &user)?;
                if hash.is_some() {
                    return Ok((user, None));
                }
                user.status = UserStatus::Pending;
                users::put(tx, &user)?;
                let pass = invitations::invite(tx, &mut pen, &user, mails)?;
                Ok::<_, EngineError>((user, Some(pass)))
            })
            .await?;
        let invitation = pass.map(|pass| invitations::shown(&self.context, &pass));
        Ok(Made { user, invitation })
    }

    /// Changes a user. One's own name, picture and theme may be changed by everybody.
    ///
    /// # Errors
    /// The actor may not; the last owner must stay; `EMAIL_ALREADY_EXISTS`; `VALIDATION_ERROR`.
    pub async fn update(
        &self,
        actor: &Actor,
        id: UserId,
        changes: UserChanges,
    ) -> Result<User, EngineError> {
        let own = actor.user_id() == Some(id);
        let personal = changes.email.is_none()
            && changes.role.is_none()
            && changes.status.is_none()
            && changes.password.is_none();
        if !(own && personal) {
            actor.require(Permission::ManageUsers)?;
        }
        if let Some(role) = changes.role {
            may_give(actor, role)?;
        }
        let name = changes.name.as_deref().map(clean_name).transpose()?;
        let email = changes.email.as_deref().map(clean_email).transpose()?;
        if changes
            .signature
            .as_ref()
            .is_some_and(|text| text.chars().count() > SIGNATURE_MAX)
        {
            let words = format!("must be at most {SIGNATURE_MAX} characters");
            return Err(Rejection::field("signature", words).into());
        }
        let hash = match &changes.password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let picture = changes.avatar_url.as_deref();
        let picture = picture.and_then(|address| self.context.links.media_of(address));
        let stamp = self.context.stamp();
        let actor = actor.clone();
        self.context
            .store
            .write("changing a user", move |tx| {
                let mut pen = stamp.pen();
                let mut user = find(tx, id)?;
                let before = user.clone();
                if !own {
                    may_touch(&actor, &user)?;
                }
                let leaves = changes.role.is_some_and(|role| role != Role::Owner)
                    || changes
                        .status
                        .is_some_and(|status| status != UserStatus::Active);
                if leaves {
                    keep_an_owner(tx, &user)?;
                }
                if let Some(email) = &email {
                    free_email(tx, email, Some(id))?;
                }
                if let Some(picture) = picture {
                    attachments::take_into_use(tx, picture)?;
                }
                apply(
                    &mut user,
                    &changes,
                    name.as_deref(),
                    email.as_deref(),
                    hash.as_deref(),
                );
                user.updated_at = pen.now;
                users::put(tx, &user)?;
                if !(own && personal) {
                    note(tx, &mut pen, &actor, deed(&before, &user), &user)?;
                }
                if !user.is_active() || hash.is_some() {
                    sessions::end_all(tx, id, None)?;
                    passes::end_all(tx, id)?;
                }
                pen.log(tx, Event::UserChanged(UserEvent { user_id: id }))?;
                Ok(user)
            })
            .await
    }
}

/// What a change of a user is called in the audit log: by the weightiest thing it did.
fn deed(before: &User, after: &User) -> &'static str {
    if before.status != after.status {
        return if after.is_active() {
            "user.activated"
        } else {
            "user.suspended"
        };
    }
    if before.role != after.role {
        "user.role_changed"
    } else if before.password_hash != after.password_hash {
        "user.password_reset"
    } else {
        "user.updated"
    }
}

/// Writes down what was done to a user: who it is and what the user may do now, never a password.
///
/// # Errors
/// The disk's.
pub(super) fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    action: &str,
    user: &User,
) -> Result<(), EngineError> {
    let details = Opaque::from_iter([
        ("name".to_owned(), user.name.as_str().into()),
        ("email".to_owned(), user.email.as_str().into()),
        ("role".to_owned(), user.role.name().into()),
    ]);
    Ok(audit::note(tx, pen, actor, action, user.id, details)?)
}

fn apply(
    user: &mut User,
    changes: &UserChanges,
    name: Option<&str>,
    email: Option<&str>,
    hash: Option<&str>,
) {
    if let Some(name) = name {
        name.clone_into(&mut user.name);
    }
    if let Some(email) = email {
        email.clone_into(&mut user.email);
    }
    if let Some(hash) = hash {
        user.password_hash = Some(hash.to_owned());
    }
    user.role = changes.role.unwrap_or(user.role);
    user.status = changes.status.unwrap_or(user.status);
    user.theme = changes.theme.unwrap_or(user.theme);
    user.alert_mails = changes.alert_mails.unwrap_or(user.alert_mails);
    if let Some(signature) = &changes.signature {
        signature.trim().clone_into(&mut user.signature);
    }
    if let Some(sender) = &changes.pictures_from
        && !user.pictures_from.contains(sender)
    {
        user.pictures_from.push(sender.clone());
        let many = user.pictures_from.len().saturating_sub(SENDERS_MAX);
        user.pictures_from.drain(..many);
    }
    if let Some(phone) = &changes.phone {
        user.phone = Some(phone.clone()).filter(|phone| !phone.trim().is_empty());
    }
    if let Some(avatar_url) = &changes.avatar_url {
        user.avatar_url = Some(avatar_url.clone()).filter(|url| !url.trim().is_empty());
    }
}

/// Makes a user within a change.
///
/// # Errors
/// `EMAIL_ALREADY_EXISTS`.
pub fn make(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    name: &str,
    email: &str,
    role: Role,
    password_hash: Option<String>,
) -> Result<User, EngineError> {
    free_email(tx, email, None)?;
    let user = User {
        password_hash,
        ..User::new(pen.id(), email.to_owned(), name.to_owned(), role, pen.now)
    };
    users::put(tx, &user)?;
    pen.log(tx, Event::UserChanged(UserEvent { user_id: user.id }))?;
    Ok(user)
}

/// A user who must be there.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub(super) fn find(read: &impl Read, id: UserId) -> Result<User, EngineError> {
    users::get(read, id)?.ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "user").into())
}

/// Nobody gives a role higher than their own.
fn may_give(actor: &Actor, role: Role) -> Result<(), Rejection> {
    if role <= actor.role() {
        return Ok(());
    }
    let message = format!("Only an owner can make somebody {}.", role.name());
    Err(Rejection::new(Code::InsufficientPermissions, message))
}

/// Only owners touch those of their own role.
///
/// # Errors
/// `INSUFFICIENT_PERMISSIONS`.
pub(super) fn may_touch(actor: &Actor, user: &User) -> Result<(), Rejection> {
    if actor.role() == Role::Owner || user.role < actor.role() {
        return Ok(());
    }
    let message = format!(
        "{} has the role {}; ask an owner.",
        user.name,
        user.role.name()
    );
    Err(Rejection::new(Code::InsufficientPermissions, message))
}

/// Goes on only when an owner stays.
///
/// # Errors
/// `VALIDATION_ERROR`.
pub(super) fn keep_an_owner(tx: &Tx<'_>, leaving: &User) -> Result<(), EngineError> {
    let others = users::list(tx)?
        .into_iter()
        .any(|user| user.role == Role::Owner && user.is_active() && user.id != leaving.id);
    if leaving.role != Role::Owner || others {
        return Ok(());
    }
    let message = "The last owner stays. Make somebody else owner first.";
    Err(Rejection::new(Code::ValidationError, message).into())
}

/// Goes on only when an address is nobody else's.
///
/// # Errors
/// `EMAIL_ALREADY_EXISTS`.
pub(super) fn free_email(tx: &Tx<'_>, email: &str, but: Option<UserId>) -> Result<(), EngineError> {
    match users::by_email(tx, email)? {
        Some(user) if Some(user.id) != but => {
            let message = format!("There is already an account with the address {email}.");
            Err(Rejection::new(Code::EmailAlreadyExists, message).into())
        }
        _ => Ok(()),
    }
}
