//! Changing a password.

use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::people::logins::Logins;
use crate::engine::people::sessions;
use crate::model::actor::Actor;
use crate::model::ids::SessionId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::records::users;

impl Logins {
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
        let user = users::get(&self.context.store.snapshot()?, id)?;
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
                let Some(mut user) = users::get(tx, id)? else {
                    return Ok(());
                };
                user.password_hash = Some(hash.clone());
                user.updated_at = pen.now;
                users::put(tx, &user)?;
                let details = audit::named(&user.name);
                audit::note(tx, &mut pen, &actor, "user.password_changed", id, details)?;
                sessions::end_all(tx, id, keep)
            })
            .await
    }
}
