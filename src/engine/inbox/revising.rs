//! Changing and taking back messages of ours that were sent.
//!
//! Where the vendor has a message it is asked first, and our copy follows: what stands here is what
//! the customer sees. A change that breaks off in between can be asked again.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::entries;
use crate::engine::inbox::revised;
use crate::engine::inbox::send;
use crate::engine::rules::fit;
use crate::engine::rules::fit::Fitted;
use crate::engine::rules::fit::Mode;
use crate::engine::rules::revising;
use crate::engine::rules::revising::Reach;
use crate::engine::rules::revising::Scope;
use crate::engine::sight;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::declined;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::event::Event;
use crate::model::ids::MessageId;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::opaque;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Taken;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::outbox;

/// The reason by which a channel says that the vendor finds a message too old to be taken back.
const TOO_OLD: &str = "too_old";

/// What is to change about a message.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// What it says from now on; none leaves that as it is.
    pub saying: Option<Saying>,
    /// Merged into its metadata, one level deep; null takes a key out.
    pub metadata: Opaque,
    /// What to do with what the channel cannot show.
    pub mode: Mode,
}

/// What a message says from now on.
#[derive(Debug, Clone, PartialEq)]
pub enum Saying {
    /// The same with other words: the text, or the words under a file.
    Words(String),
    /// Something else. A file it carries must be the one it carried before.
    Content(Box<Content>),
}

/// Changing and taking back messages.
#[derive(Clone)]
pub struct Revising(pub Context);

impl Revising {
    /// Changes a message or a note.
    ///
    /// # Errors
    /// The actor may not; there is no such message, or it is not to be changed any more; the
    /// content is not right; the vendor does not do it: `CHANNEL_ERROR`.
    pub async fn edit(
        &self,
        actor: &Actor,
        id: MessageId,
        revision: Revision,
    ) -> Result<Message, EngineError> {
        actor.require(Permission::Reply)?;
        let Some(saying) = revision.saying else {
            if revision.metadata.is_empty() {
                return Err(Rejection::field("content", "must be given").into());
            }
            return self.annotate(actor, id, revision.metadata).await;
        };
        let held = self.find(actor, id)?;
        let content = held.saying(saying)?;
        let reach = revising::edit(&held.message, held.row, self.0.clock.now())?;
        let fitted = self.fitted(&held, &content, revision.mode)?;
        if reach == Reach::Vendor {
            check_count(&held.message, &fitted)?;
            let parts = &fitted.parts;
            let line = self.line(&held).await?;
            let translation = line.translation;
            let next = |asked: &Asked<'_>| translation.edit(&held.taken(), parts, asked);
            ask(&line, next).await?;
        }
        let edit = Edit {
            content,
            fitted,
            metadata: revision.metadata,
        };
        let change = Change::Edit(Box::new(edit));
        self.keep(actor, id, reach, change).await
    }

    /// Takes a message or a note away, for us or for everyone. One that is gone already stays so.
    ///
    /// # Errors
    /// The actor may not; there is no such message; the channel takes nothing back, or not any
    /// more; the vendor does not do it: `CHANNEL_ERROR`.
    pub async fn delete(
        &self,
        actor: &Actor,
        id: MessageId,
        scope: Scope,
    ) -> Result<Message, EngineError> {
        actor.require(Permission::Reply)?;
        let held = self.find(actor, id)?;
        if held.message.direction == Direction::Inbound {
            actor.require(Permission::DeleteContacts)?;
        }
        if held.message.deleted_at.is_some() {
            return Ok(held.message);
        }
        let reach = revising::delete(&held.message, held.row, scope, self.0.clock.now())?;
        if reach == Reach::Vendor {
            let line = self.line(&held).await?;
            let translation = line.translation;
            let next = |asked: &Asked<'_>| translation.delete(&held.taken(), asked);
            ask(&line, next).await?;
        }
        let scope = if held.row.own_transport {
            Scope::Everyone
        } else {
            scope
        };
        self.keep(actor, id, reach, Change::Delete(scope)).await
    }

    fn find(&self, actor: &Actor, id: MessageId) -> Result<Held, EngineError> {
        let read = self.0.store.snapshot()?;
        let message = sight::message_in(&read, actor, id)?;
        let channel = find::channel_in(&read, message.channel_id)?;
        let known = self.0.channels.capabilities(&channel.kind);
        Ok(Held {
            message,
            channel,
            row: known.unwrap_or(&Capabilities::PLAIN),
        })
    }

    fn fitted(&self, held: &Held, content: &Content, mode: Mode) -> Result<Fitted, Rejection> {
        if held.message.private {
            return Ok(Fitted::default());
        }
        let shorten = |media: &Media| self.0.links.address(media);
        fit::fit(content, held.row, &shorten, mode)
    }

    /// The line to the vendor that has the message.
    async fn line(&self, held: &Held) -> Result<Line<'_>, EngineError> {
        let channel = &held.channel;
        if !channel.enabled {
            let message = format!("The channel {} is switched off.", channel.name);
            return Err(Rejection::new(Code::ChannelDisabled, message).into());
        }
        if channel.state != ChannelState::Active {
            let message = format!("The channel {} is not connected.", channel.name);
            return Err(Rejection::new(Code::ChannelNotConnected, message).into());
        }
        let mut line = Line::open(&self.0, channel.clone())?;
        let renewed = line.renew().await;
        renewed.map_err(|broken| refused(&broken))?;
        Ok(line)
    }

    async fn annotate(
        &self,
        actor: &Actor,
        id: MessageId,
        metadata: Opaque,
    ) -> Result<Message, EngineError> {
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("annotating a message", move |tx| {
                let mut pen = stamp.pen();
                let mut message = sight::message_in(tx, &actor, id)?;
                opaque::merge(&mut message.metadata, &metadata);
                message.updated_at = pen.now;
                messages::update(tx, &message)?;
                pen.log(tx, Event::MessageUpdated(entries::event_of(&message)))?;
                Ok(message)
            })
            .await
    }

    /// Writes a change down. What it was decided by may have moved meanwhile.
    async fn keep(
        &self,
        actor: &Actor,
        id: MessageId,
        decided: Reach,
        change: Change,
    ) -> Result<Message, EngineError> {
        let stamp = self.0.stamp();
        let actor = actor.clone();
        let registry = self.0.channels.clone();
        self.0
            .store
            .write("changing a message", move |tx| {
                let mut pen = stamp.pen();
                let mut message = sight::message_in(tx, &actor, id)?;
                if message.deleted_at.is_some() {
                    return Ok(message);
                }
                let known = registry.capabilities(&message.channel_kind);
                let row = known.unwrap_or(&Capabilities::PLAIN);
                let reach = match &change {
                    Change::Edit(_) => revising::edit(&message, row, pen.now),
                    Change::Delete(scope) => revising::delete(&message, row, *scope, pen.now),
                };
                // What the vendor did is kept, however late it has become.
                if decided == Reach::Here && reach? == Reach::Vendor {
                    return Err(revising::on_its_way().into());
                }
                unqueue(tx, &message, &change)?;
                match &change {
                    Change::Edit(edit) => {
                        take_form(&mut message, &edit.fitted);
                        opaque::merge(&mut message.metadata, &edit.metadata);
                        let (now, content) = (pen.now, edit.content.clone());
                        revised::replace(tx, &mut pen, &mut message, content, now)?;
                    }
                    Change::Delete(scope) => {
                        revised::withdraw(tx, &mut pen, &mut message, *scope)?;
                    }
                }
                Ok(message)
            })
            .await
    }
}

/// A message with what it takes to decide about it.
struct Held {
    message: Message,
    channel: Channel,
    row: &'static Capabilities,
}

impl Held {
    /// What the message will say, checked.
    fn saying(&self, saying: Saying) -> Result<Content, Rejection> {
        let held = &self.message.content;
        let mut content = match saying {
            Saying::Words(words) => held.with_words(&words).ok_or_else(|| {
                let wrong = format!(
                    "cannot be the text of a message of the type {}",
                    held.kind()
                );
                Rejection::field("text", wrong)
            })?,
            Saying::Content(content) => *content,
        };
        keep_file(held, &mut content)?;
        drafts::check(&mut content)?;
        Ok(content)
    }

    fn taken(&self) -> Taken<'_> {
        let message = &self.message;
        Taken {
            message_id: message.id,
            to: &message.to,
            external_ids: &message.external_ids,
            parts: parts_of(message),
            metadata: &message.metadata,
        }
    }
}

enum Change {
    Edit(Box<Edit>),
    Delete(Scope),
}

/// What a message says from now on, and how the channel gets it.
struct Edit {
    content: Content,
    fitted: Fitted,
    metadata: Opaque,
}

/// The parts of a message as they went out.
fn parts_of(message: &Message) -> &[Content] {
    if message.sent_as.is_empty() {
        std::slice::from_ref(&message.content)
    } else {
        &message.sent_as
    }
}

/// Lets changed content carry the file that was there; another one needs another message.
fn keep_file(held: &Content, content: &mut Content) -> Result<(), Rejection> {
    let wrong = "must carry the file that the message carries; send another message for another";
    let refused = || Rejection::field("content", wrong);
    let same = match (held.media(), content.media_mut()) {
        (None, None) => held.files() == content.files(),
        (Some(old), Some(new)) => {
            let is_same = match old.media_id {
                Some(_) => new.media_id == old.media_id,
                None => new.url == old.url,
            };
            *new = Media {
                caption: new.caption.take(),
                ..old.clone()
            };
            is_same
        }
        _ => false,
    };
    if same { Ok(()) } else { Err(refused()) }
}

/// A message that went out in parts stays in as many.
fn check_count(message: &Message, fitted: &Fitted) -> Result<(), Rejection> {
    let (held, needed) = (parts_of(message).len(), fitted.parts.len());
    if held == needed {
        return Ok(());
    }
    let sentence = format!(
        "It went out as {held} and would need {needed} messages now; send another message instead."
    );
    Err(Rejection::new(Code::ContentTooLong, sentence))
}

/// What a message goes out as from now on.
fn take_form(message: &mut Message, fitted: &Fitted) {
    message.converted.clone_from(&fitted.converted);
    message.sent_as = if fitted.converted.is_empty() {
        Vec::new()
    } else {
        fitted.parts.clone()
    };
}

/// A message that is taken away waits no longer; one that is handed over this moment cannot change.
fn unqueue(tx: &mut Tx<'_>, message: &Message, change: &Change) -> Result<(), EngineError> {
    let Some(waiting) = outbox::get(tx, &send::lane(message))? else {
        return Ok(());
    };
    if waiting.begun {
        return Err(revising::on_its_way().into());
    }
    if matches!(change, Change::Delete(_)) {
        outbox::remove(tx, &waiting)?;
    }
    Ok(())
}

async fn ask(
    line: &Line<'_>,
    next: impl Fn(&Asked<'_>) -> Next<()> + Send + Sync,
) -> Result<(), Rejection> {
    let held = line.hold(next).await;
    held.map_err(|broken| refused(&broken))
}

/// The vendor's no, for the person who asked.
fn refused(broken: &Broken) -> Rejection {
    let refusal = &broken.refusal;
    if refusal.error().reason == TOO_OLD {
        return Rejection::new(Code::DeleteWindowExpired, &refusal.error().message);
    }
    declined(refusal)
}
