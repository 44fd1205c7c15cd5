//! Changing a password.

use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::passes;
use crate::engine::people::logins::Logins;
use crate::engine::people::passwords;
use crate::engine::people::sessions;
use crate::model::actor::Actor;
use crate::model::ids::SessionId;
use crate::model::rejection::Code;
use crate::store::records::users;

impl Logins {
    /// Changes a user's own password and ends every other session.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` for a wrong present one, naming a bad new one too; `VALIDATION_ERROR`
    /// for a bad new one alone.
    pub async fn change_password(
        &self,
        actor: &Actor,
        present: &str,
        new: &str,
        keep: Option<SessionId>,
    ) -> Result<(), EngineError> {
        let user = self.own_account(actor)?;
        let confirmed = self.confirm(&user, present, "currentPassword").await;
        match (confirmed, passwords::check(new)) {
            (Err(EngineError::Refused(present)), Err(new))
                if present.code == Code::InvalidCredentials =>
            {
                return Err(present.and(new).into());
            }
            (confirmed, _) => confirmed?,
        }
        let id = user.id;
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
                passes::end_all(tx, id)?;
                sessions::end_all(tx, id, keep)
            })
            .await
    }
}
