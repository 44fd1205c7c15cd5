//! Links that managers of users hand out: to those they invited, and to those who cannot sign in.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::letters;
use crate::engine::passes;
use crate::engine::people::forgotten::purpose_for;
use crate::engine::people::users::Users;
use crate::engine::people::users::find;
use crate::engine::people::users::may_touch;
use crate::engine::people::users::note;
use crate::model::actor::Actor;
use crate::model::ids::UserId;
use crate::model::letter::Letter;
use crate::model::pass::Pass;
use crate::model::pass::Purpose;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::store::Tx;

/// A link that lets somebody choose a password, for whoever hands it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The link. It works once.
    pub url: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whether a mail with it is on its way too.
    pub mailed: bool,
}

impl Users {
    /// A new link for somebody to choose a password with. Who is invited gets a mail with it, where
    /// mails can be sent; to somebody else it is handed by whoever asked.
    ///
    /// # Errors
    /// The actor may not; there is none; they may not sign in.
    pub async fn link(&self, actor: &Actor, id: UserId) -> Result<Invitation, EngineError> {
        actor.require(Permission::ManageUsers)?;
        let stamp = self.context.stamp();
        let (actor, mails) = (actor.clone(), self.context.mailer.is_set());
        let pass = self
            .context
            .store
            .write("making a link for a user", move |tx| {
                let mut pen = stamp.pen();
                let user = find(tx, id)?;
                may_touch(&actor, &user)?;
                let purpose = purpose_for(&user).ok_or_else(|| {
                    let message = format!("{} may not sign in; unblock them first.", user.name);
                    Rejection::new(Code::AccountLocked, message)
                })?;
                note(tx, &mut pen, &actor, "user.link_made", &user)?;
                let pass = passes::make(tx, &mut pen, id, purpose)?;
                if mails && purpose == Purpose::Invitation {
                    letters::post(tx, &mut pen, Letter::Pass(pass.id))?;
                }
                Ok::<_, EngineError>(pass)
            })
            .await?;
        Ok(shown(&self.context, &pass))
    }
}

/// Invites somebody whose account is being made.
///
/// # Errors
/// The disk's.
pub(super) fn invite(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    user: &User,
    mails: bool,
) -> Result<Pass, EngineError> {
    let pass = passes::make(tx, pen, user.id, Purpose::Invitation)?;
    if mails {
        letters::post(tx, pen, Letter::Pass(pass.id))?;
    }
    Ok(pass)
}

/// A pass as its link.
pub(super) fn shown(context: &Context, pass: &Pass) -> Invitation {
    Invitation {
        url: passes::address(context, pass),
        expires_at: pass.expires_at,
        mailed: pass.purpose == Purpose::Invitation && context.mailer.is_set(),
    }
}
