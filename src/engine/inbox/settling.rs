//! Messages that did not go out as they were meant to: tried again, taken back, settled by hand.

use crate::engine::error::EngineError;
use crate::engine::inbox::receipts;
use crate::engine::inbox::send::Sending;
use crate::engine::inbox::send::lane;
use crate::engine::inbox::send::row;
use crate::engine::inbox::send::status_event;
use crate::engine::inbox::target;
use crate::engine::inbox::templates;
use crate::engine::limits;
use crate::engine::rules::comments::Answer;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::parts::Parts;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::records::messages;
use crate::store::records::outbox;

impl Sending {
    /// Tries a failed message, or one of unknown outcome, again: the same message, behind the parts
    /// the vendor took already.
    ///
    /// # Errors
    /// The actor may not; there is no such message; it did not fail; nothing may be sent now.
    pub async fn retry(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        self.again(actor, id, &[Delivery::Failed, Delivery::Unsure])
            .await
    }

    /// The same for one of many: only what is known to have failed. Whoever tries many again does not
    /// look at each, and nothing goes out twice unseen.
    ///
    /// # Errors
    /// As [`retry`](Self::retry); its outcome is unknown.
    pub async fn retry_failed(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        self.again(actor, id, &[Delivery::Failed]).await
    }

    async fn again(
        &self,
        actor: &Actor,
        id: MessageId,
        states: &'static [Delivery],
    ) -> Result<Message, EngineError> {
        actor.require(Permission::Reply)?;
        let stamp = self.0.stamp();
        let registry = self.0.channels.clone();
        let actor = actor.clone();
        self.0
            .store
            .write("trying a message again", move |tx| {
                let mut pen = stamp.pen();
                let mut message = sight::message_in(tx, &actor, id)?;
                if message.deleted_at.is_some() {
                    return Err(Rejection::field("id", "must not be deleted").into());
                }
                if message.delivery == Delivery::Unsure && !states.contains(&Delivery::Unsure) {
                    let undecided = "It may have arrived: decide first whether it did.";
                    return Err(Rejection::new(Code::ValidationError, undecided).into());
                }
                if !states.contains(&message.delivery) {
                    let wrong = "must be failed, or of unknown outcome, for this";
                    return Err(Rejection::field("status", wrong).into());
                }
                let place = target::again(tx, &message)?;
                let caps = registry
                    .capabilities(&place.channel.kind)
                    .unwrap_or(&Capabilities::PLAIN);
                let answer = Answer {
                    id: Some(message.id),
                    reply_to: message.reply_to,
                };
                let writer = (message.source, &message.metadata);
                let asked = (&message.content, writer, answer);
                target::may_send(tx, &place, caps, asked, pen.now)?;
                limits::may_send(tx)?;
                templates::complete(tx, &registry, &place, &message.content)?;
                if message.calls_taken == 0 {
                    message.parts = Parts::tried_again(message.external_ids.len());
                }
                message.delivery = Delivery::Pending;
                message.handled_at = None;
                message.error = None;
                message.updated_at = pen.now;
                messages::update(tx, &message)?;
                outbox::push(tx, &row(&message, pen.now))?;
                pen.log(tx, status_event(&message, pen.now))?;
                Ok(message)
            })
            .await
    }

    /// Takes a waiting message back, or settles one whose fate is unknown as failed.
    ///
    /// # Errors
    /// The actor may not; there is no such message; it is on its way or gone already.
    pub async fn cancel(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        self.settle(actor, id, Delivery::Failed).await
    }

    /// Sends a message whose fate is unknown once more: the customer may get it twice.
    ///
    /// # Errors
    /// The actor may not; there is no such message; its fate is known; nothing may be sent now.
    pub async fn resend(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        self.again(actor, id, &[Delivery::Unsure]).await
    }

    /// Says of a message whose fate is unknown that it did arrive.
    ///
    /// # Errors
    /// The actor may not; there is no such message; its fate is known.
    pub async fn confirm(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        self.settle(actor, id, Delivery::Sent).await
    }

    async fn settle(
        &self,
        actor: &Actor,
        id: MessageId,
        fate: Delivery,
    ) -> Result<Message, EngineError> {
        actor.require(Permission::Reply)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("settling a message", move |tx| {
                let mut pen = stamp.pen();
                let mut message = sight::message_in(tx, &actor, id)?;
                let waiting = outbox::get(tx, &lane(&message))?;
                let settled = match message.delivery {
                    Delivery::Unsure => true,
                    Delivery::Pending => {
                        fate == Delivery::Failed && waiting.as_ref().is_some_and(|row| !row.begun)
                    }
                    _ => false,
                };
                if !settled {
                    let wrong = "must be waiting, or of unknown outcome, for this";
                    return Err(Rejection::field("status", wrong).into());
                }
                if let Some(row) = waiting {
                    outbox::remove(tx, &row)?;
                }
                let error = match (fate, message.delivery) {
                    (Delivery::Failed, Delivery::Unsure) => Some(lost()),
                    (Delivery::Failed, _) => Some(cancelled()),
                    _ => None,
                };
                let now = pen.now;
                receipts::hear(tx, &mut pen, &mut message, fate, now, error)?;
                Ok(message)
            })
            .await
    }
}

fn cancelled() -> SendError {
    SendError::passing("cancelled", "Taken back before it went out.")
}

fn lost() -> SendError {
    SendError::passing("not_arrived", "Settled by hand: it did not arrive.")
}
