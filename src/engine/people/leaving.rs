//! Somebody of ours leaves: the account goes, the work stays.

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::passes;
use crate::engine::people::sessions;
use crate::engine::people::teams;
use crate::engine::people::users::Users;
use crate::engine::people::users::find;
use crate::engine::people::users::keep_an_owner;
use crate::engine::people::users::may_touch;
use crate::engine::people::users::note;
use crate::model::actor::Actor;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::mentions;
use crate::store::records::read_marks;
use crate::store::records::unsent;
use crate::store::records::users;
use crate::store::records::views;

impl Users {
    /// Removes a user; their open conversations go back to the queue.
    ///
    /// # Errors
    /// The actor may not; the last owner must stay.
    pub async fn delete(&self, actor: &Actor, id: UserId) -> Result<(), EngineError> {
        actor.require(Permission::ManageUsers)?;
        let stamp = self.context.stamp();
        let actor = actor.clone();
        self.context
            .store
            .write("removing a user", move |tx| {
                let mut pen = stamp.pen();
                let user = find(tx, id)?;
                may_touch(&actor, &user)?;
                keep_an_owner(tx, &user)?;
                release_conversations(tx, &mut pen, id, actor.name())?;
                teams::leave_all(tx, &mut pen, id)?;
                sessions::end_all(tx, id, None)?;
                passes::end_all(tx, id)?;
                unsent::forget_user(tx, id)?;
                mentions::forget_user(tx, id)?;
                views::forget_user(tx, id)?;
                channels::forget_user(tx, id)?;
                users::remove(tx, &user)?;
                read_marks::forget_user(tx, id)?;
                note(tx, &mut pen, &actor, "user.deleted", &user)?;
                pen.log(tx, Event::UserChanged(UserEvent { user_id: id }))?;
                Ok(())
            })
            .await
    }
}

fn release_conversations(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    user: UserId,
    by: &str,
) -> Result<(), EngineError> {
    use crate::model::conversation::Status;
    use crate::store::records::conversations;
    use crate::store::records::conversations::Owner;
    for status in [Status::Open, Status::Pending, Status::Snoozed] {
        let places = conversations::places(tx, status, Owner::User(user), None, usize::MAX)?;
        for (_, id) in places {
            if let Some(mut found) = conversations::get(tx, id)? {
                found.assignee = None;
                found.assigned_at = None;
                found.revision += 1;
                conversations::put(tx, &found)?;
                let change = crate::model::event::Change::Assignee {
                    from: Some(user),
                    to: None,
                };
                let event = crate::model::event::ConversationChanged {
                    conversation_id: id,
                    change,
                };
                pen.log(tx, Event::ConversationChanged(event))?;
            }
        }
    }
    tracing::info!("{by} removed a user; the user's conversations went back to the queue");
    Ok(())
}
