//! What a channel is told of the conversation a message stands in.

use serde_json::Value;

use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::ids::ChannelId;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::thread::EARLIER_MAX;
use crate::model::thread::Earlier;
use crate::model::thread::Thread;
use crate::model::thread::Writer;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::identities;
use crate::store::records::messages;
use crate::store::records::users;

/// Where a message stands, and who wrote it.
///
/// # Errors
/// The disk's.
pub fn of(
    read: &impl Read,
    message: &Message,
    conversation: &Conversation,
) -> Result<Thread, StoreError> {
    let (id, from) = (conversation.id, Some(message.position));
    let before = messages::near(read, id, from, Direction::Backward, EARLIER_MAX * 2)?;
    let mut earlier: Vec<Earlier> = before
        .into_iter()
        .filter(went_between)
        .take(EARLIER_MAX)
        .map(told)
        .collect();
    earlier.reverse();
    if let Some(heard) = earlier.iter_mut().rev().find(|one| !one.ours) {
        leave_out_closed(read, message.channel_id, heard)?;
    }
    let by_person = message.sender.kind == SenderKind::Agent;
    let writer = message.sender.id.as_deref().and_then(|id| id.parse().ok());
    let signature = match writer.filter(|_| by_person) {
        Some(id) => users::get(read, id)?.map(|user| user.signature),
        None => None,
    };
    Ok(Thread {
        conversation_id: Some(id),
        subject: conversation.subject.clone(),
        earlier,
        writer: by_person.then(|| Writer {
            name: message.sender.name.clone(),
            signature: signature.filter(|text| !text.is_empty()),
        }),
        automatic: matches!(message.source, Source::Bot | Source::Flow | Source::System),
    })
}

/// Takes those out of whom a mail went to who may not be written to any more: its answer goes to all of
/// them.
fn leave_out_closed(
    read: &impl Read,
    channel: ChannelId,
    heard: &mut Earlier,
) -> Result<(), StoreError> {
    for name in ["toAll", "cc"] {
        let Some(Value::Array(listed)) = heard.metadata.get_mut(name) else {
            continue;
        };
        let mut open = Vec::with_capacity(listed.len());
        for one in listed.drain(..) {
            let address = one.as_str().unwrap_or_default();
            let known = identities::get(read, channel, address)?;
            if known.is_none_or(|identity| identity.closed.is_none()) {
                open.push(one);
            }
        }
        *listed = open;
    }
    Ok(())
}

/// How far back a choice is looked for.
const CHOICE_WITHIN: usize = 10;

/// Whether the customer chose something since we last wrote, and the choice came back as words.
///
/// # Errors
/// The disk's.
pub fn chose_typed(read: &impl Read, message: &Message) -> Result<bool, StoreError> {
    let (id, from) = (message.conversation_id, Some(message.position));
    let before = messages::near(read, id, from, Direction::Backward, CHOICE_WITHIN)?;
    let mut since = before
        .iter()
        .filter(|message| went_between(message))
        .take_while(|message| message.direction == Way::Inbound);
    Ok(since.any(|message| match &message.content {
        Content::Postback(chosen) => chosen.typed.is_some(),
        _ => false,
    }))
}

/// Whether a line of a conversation is a message that reached the vendor, or came from it.
fn went_between(message: &Message) -> bool {
    !message.private && (message.direction == Way::Inbound || !message.external_ids.is_empty())
}

fn told(message: Message) -> Earlier {
    Earlier {
        message_id: Some(message.id),
        ours: message.direction == Way::Outbound,
        words: message.content.words().to_owned(),
        external_ids: message.external_ids,
        name: message.sender.name,
        at: Some(message.at),
        metadata: message.metadata,
    }
}
