//! The first owner: who sets an installation up, with a link that works once.

use crate::base::crypto;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::logins::Logins;
use crate::engine::people::users;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::store::Read;
use crate::store::records::organisation;
use crate::store::records::users as user_records;

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
