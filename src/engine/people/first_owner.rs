//! The first owner: who sets an installation up, with a link that works once.

use crate::base::crypto;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::logins::Logins;
use crate::engine::people::logins::Origin;
use crate::engine::people::names;
use crate::engine::people::users;
use crate::model::actor::Actor;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::organisation;
use crate::store::records::users as user_records;

/// The name of the account that stands in for an owner.
const STAND_IN_NAME: &str = "Operator";
/// Its address, to which no mail can be sent.
const STAND_IN_EMAIL: &str = "operator@linktor.invalid";

/// What the first owner tells of themselves.
#[derive(Debug, Clone, Default)]
pub struct FirstOwner {
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: String,
    /// Where they did it from; none where the operator's settings name them.
    pub from: Option<Origin>,
}

impl Logins {
    /// Whether no owner can sign in yet.
    ///
    /// # Errors
    /// The store's.
    pub fn is_unowned(&self) -> Result<bool, EngineError> {
        Ok(!is_owned(&self.context.store.snapshot()?)?)
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

    /// The owner that the key of the operator acts for, made when there is none: it cannot sign in,
    /// and becomes the first owner's account once somebody sets the installation up.
    ///
    /// # Errors
    /// The store's.
    pub async fn ensure_owner(&self) -> Result<User, EngineError> {
        if let Some(owner) = first_owner(&self.context.store.snapshot()?)? {
            return Ok(owner);
        }
        let stamp = self.context.stamp();
        self.context
            .store
            .write("making an owner for the operator's key", move |tx| {
                if let Some(owner) = first_owner(tx)? {
                    return Ok(owner);
                }
                let mut pen = stamp.pen();
                let (name, email) = (STAND_IN_NAME, STAND_IN_EMAIL);
                let owner = users::make(tx, &mut pen, name, email, Role::Owner, None)?;
                users::note(tx, &mut pen, &Actor::system(), "user.created", &owner)?;
                Ok(owner)
            })
            .await
    }

    /// Makes the first owner. Possible once.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field that is wrong; `RESOURCE_ALREADY_EXISTS` when there is an owner.
    pub async fn make_first_owner(&self, owner: &FirstOwner) -> Result<User, EngineError> {
        let password = Some(owner.password.as_str());
        let (name, email) = names::clean_account(&owner.name, &owner.email, password)?;
        let hash = self.passwords.hash(&owner.password).await?;
        let (stamp, from) = (self.context.stamp(), owner.from.clone());
        self.context
            .store
            .write("making the first owner", move |tx| {
                if is_owned(tx)? {
                    let message = "This installation has an owner already; sign in.";
                    return Err(Rejection::new(Code::ResourceAlreadyExists, message).into());
                }
                let mut pen: Pen = stamp.pen();
                let hash = Some(hash.clone());
                let stand_in = user_records::by_email(tx, STAND_IN_EMAIL)?;
                let (user, action) = if let Some(stand_in) = stand_in {
                    let owner = take_over(tx, &mut pen, stand_in, &name, &email, hash)?;
                    (owner, "user.updated")
                } else {
                    let owner = users::make(tx, &mut pen, &name, &email, Role::Owner, hash)?;
                    (owner, "user.created")
                };
                let by = match &from {
                    Some(origin) => Actor::user(user.id, user.role, user.name.clone())
                        .from_ip(origin.ip.clone()),
                    None => Actor::system(),
                };
                users::note(tx, &mut pen, &by, action, &user)?;
                organisation::forget_setup_token(tx)?;
                Ok(user)
            })
            .await
    }
}

/// Whether somebody who is an owner can sign in, or could before an owner blocked them.
fn is_owned(read: &impl Read) -> Result<bool, EngineError> {
    let all = user_records::list(read)?;
    Ok(all
        .iter()
        .any(|user| user.role == Role::Owner && user.password_hash.is_some()))
}

/// Makes the account that stood in for an owner the first owner's own: keys of it go on working.
fn take_over(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut account: User,
    name: &str,
    email: &str,
    password_hash: Option<String>,
) -> Result<User, EngineError> {
    users::free_email(tx, email, Some(account.id))?;
    name.clone_into(&mut account.name);
    email.clone_into(&mut account.email);
    account.password_hash = password_hash;
    account.updated_at = pen.now;
    user_records::put(tx, &account)?;
    let user_id = account.id;
    pen.log(tx, Event::UserChanged(UserEvent { user_id }))?;
    Ok(account)
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
