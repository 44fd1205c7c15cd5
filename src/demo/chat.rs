//! The lines of a conversation that is held in the web chat, written down as if they had been said.

use crate::base::time::Timestamp;
use crate::demo::sample::Guest;
use crate::demo::sample::Line;
use crate::demo::sample::Talk;
use crate::demo::stage::Stage;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::inbox::visitor_timeline;
use crate::engine::ingest::senders;
use crate::engine::webchat::arrivals::nobody;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::VisitorId;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::user::User;
use crate::model::webchat::Claims;
use crate::model::webchat::Visitor;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::visitors;

/// Somebody who visits the shop's page.
pub struct Visit {
    visitor: VisitorId,
    sender: InboundSender,
}

impl Visit {
    /// Opens the page at a moment.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin(
        stage: &Stage<'_>,
        talk: &'static Talk,
        guest: Guest,
        at: Timestamp,
    ) -> Result<Self, EngineError> {
        let context = &stage.engine.context;
        let stamp = context.stamp_at(at);
        let channel = stage.chat.clone();
        let invite = move |tx: &mut Tx<'_>| {
            let visitor = visitor(&mut stamp.pen(), &channel, talk.name, guest);
            visitors::put(tx, &visitor)?;
            Ok::<_, EngineError>(visitor.id)
        };
        let visitor = context.store.write("inviting a sample visitor", invite);
        let visitor = visitor.await?;
        let sender = InboundSender {
            address: visitor.to_string(),
            name: Some(talk.name.to_owned()),
            language: Some(guest.language.to_owned()),
            timezone: Some(guest.timezone.to_owned()),
            ..InboundSender::default()
        };
        Ok(Self { visitor, sender })
    }

    /// Writes down what is said now; the conversation it belongs to.
    ///
    /// # Errors
    /// The store's.
    pub async fn say(
        &self,
        stage: &Stage<'_>,
        line: &'static Line,
        conversation: Option<ConversationId>,
    ) -> Result<ConversationId, EngineError> {
        let context = &stage.engine.context;
        let stamp = context.stamp();
        let (channel, sender, visitor) = (stage.chat.clone(), self.sender.clone(), self.visitor);
        let author = line.colleague.and_then(|index| stage.colleagues.get(index));
        let (author, reader) = (author.cloned(), author);
        let write = move |tx: &mut Tx<'_>| {
            let pen = &mut stamp.pen();
            let contact = senders::resolve(tx, pen, &channel, &sender)?;
            let known = conversation
                .map(|id| conversations::get(tx, id))
                .transpose()?;
            let mut talk = match known.flatten() {
                Some(found) => found,
                None => open::for_inbound(tx, pen, &channel, &contact, &sender.address)?,
            };
            if let Some(mut visitor) = visitors::get(tx, visitor)? {
                visitor.contact_id = Some(contact.id);
                visitor.conversation_id = Some(talk.id);
                visitors::put(tx, &visitor)?;
            }
            let entry = entry(
                pen,
                &channel,
                &contact,
                &sender.address,
                author.as_ref(),
                line,
            );
            let mut message = entries::append(tx, pen, &mut talk, entry)?;
            if !message.private {
                visitor_timeline::bring(tx, pen, &mut message)?;
                heard(tx, pen, channel.id, message.direction)?;
            }
            Ok::<_, EngineError>(talk.id)
        };
        let id = context.store.write("saying a sample line", write).await?;
        if let Some(author) = reader {
            // Whoever answers has read what was asked.
            let actor = Actor::user(author.id, author.role, author.name.clone());
            stage.engine.reading.mark_read(&actor, id).await?;
        }
        Ok(id)
    }
}

fn visitor(pen: &mut Pen, channel: &Channel, name: &str, guest: Guest) -> Visitor {
    Visitor {
        claims: Claims {
            name: Some(name.to_owned()),
            email: guest.email.map(str::to_owned),
            ..Claims::default()
        },
        locale: Some(guest.language.to_owned()),
        timezone: Some(guest.timezone.to_owned()),
        ..nobody(pen, channel)
    }
}

/// What is stored of a line.
fn entry(
    pen: &Pen,
    channel: &Channel,
    contact: &Contact,
    address: &str,
    author: Option<&User>,
    line: &Line,
) -> Entry {
    let (here, there) = (channel.id.to_string(), address.to_owned());
    let content = Content::text(line.said.words());
    let written = Entry {
        direction: Direction::Inbound,
        private: line.said.is_note(),
        sender: Sender {
            kind: SenderKind::Contact,
            id: Some(contact.id.to_string()),
            name: contact.name.clone(),
        },
        from: there.clone(),
        to: here.clone(),
        content,
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Delivered,
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: Source::Customer,
        metadata: Opaque::new(),
        at: pen.now,
    };
    let Some(author) = author else {
        return written;
    };
    Entry {
        direction: Direction::Outbound,
        sender: Sender {
            kind: SenderKind::Agent,
            id: Some(author.id.to_string()),
            name: author.name.clone(),
        },
        from: here,
        to: there,
        delivery: Delivery::Read,
        source: Source::Dashboard,
        ..written
    }
}

/// When the channel last carried something, as if it had just happened.
fn heard(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: ChannelId,
    direction: Direction,
) -> Result<(), EngineError> {
    let Some(mut channel) = channels::get(tx, channel)? else {
        return Ok(());
    };
    let last = match direction {
        Direction::Inbound => &mut channel.last_inbound_at,
        Direction::Outbound => &mut channel.last_outbound_at,
    };
    *last = (*last).max(Some(pen.now));
    Ok(channels::put(tx, &channel)?)
}
