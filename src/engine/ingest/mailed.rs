//! Mails to visitors of a web chat: what comes back to them. webchat.md sections 5 and 7.6.

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::unread_mail::MAILED_AT;
use crate::engine::inbox::visitor_timeline;
use crate::engine::rules::mail_threads::By;
use crate::engine::webchat::continuity;
use crate::engine::webchat::receipts;
use crate::engine::webchat::receipts::Mark;
use crate::model::channel::Channel;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::inbound::Receipt;
use crate::model::mail::ReadMail;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::mails;
use crate::store::records::messages;
use crate::store::records::visitors;

/// The message of a web chat that went out as a mail of that id.
///
/// # Errors
/// The disk's.
pub fn answer(read: &impl Read, id: &str) -> Result<Option<Message>, StoreError> {
    let minted = id.split(['.', '@']).next().unwrap_or_default();
    let Ok(minted) = minted.parse::<MessageId>() else {
        return Ok(None);
    };
    let found = messages::get(read, minted)?;
    Ok(found.filter(|message| message.metadata.contains_key(MAILED_AT)))
}

/// The conversation of a web chat that a visitor answers by mail: the mail leads there, and it comes
/// from where ours went.
///
/// # Errors
/// The disk's.
pub fn conversation(
    read: &impl Read,
    channel: &Channel,
    mail: &ReadMail,
) -> Result<Option<(By, Conversation)>, EngineError> {
    let mut told: Vec<(By, ConversationId)> = Vec::new();
    for token in &mail.clues.tokens {
        let found = mails::of_token(read, channel.id, &token.to_lowercase())?;
        told.extend(found.map(|id| (By::Token, id)));
    }
    for id in &mail.clues.ids {
        let ours = answer(read, id)?.map(|message| message.conversation_id);
        let theirs = mails::known(read, channel.id, id)?.map(|known| known.conversation_id);
        told.extend(ours.or(theirs).map(|id| (By::Reply, id)));
    }
    for (by, id) in told {
        let Some(found) = conversations::get(read, id)? else {
            continue;
        };
        let Some(visitor) = visitor_timeline::visitor_of(read, &found.address)? else {
            continue;
        };
        let mailed = continuity::address_of(read, &visitor)?;
        if mailed.is_some_and(|address| address == mail.message.from.address) {
            return Ok(Some((by, found)));
        }
    }
    Ok(None)
}

/// Shows a visitor in the browser too what came by mail, where the conversation is a visitor's. Who
/// answers has read what is answered.
///
/// # Errors
/// The disk's.
pub fn bring(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &Conversation,
    message: &Message,
    quoted: Option<&Message>,
) -> Result<(), StoreError> {
    let Some(mut visitor) = visitor_timeline::visitor_of(tx, &conversation.address)? else {
        return Ok(());
    };
    let answered = match quoted {
        Some(quoted) => visitors::seq_of(tx, quoted.id)?,
        None => None,
    };
    if let Some((_, seq)) = answered.filter(|(of, _)| *of == visitor.id) {
        receipts::note(tx, pen, &mut visitor, Mark::Read(seq))?;
    }
    visitor_timeline::show(tx, pen, &mut visitor, message).map(drop)
}

/// Notes in a conversation that a mail to its visitor did not arrive: in the chat the answer still
/// waits to be read. Whether the receipt is of such a mail.
///
/// # Errors
/// The disk's.
pub fn bounced(tx: &mut Tx<'_>, pen: &mut Pen, receipt: &Receipt) -> Result<bool, EngineError> {
    let tagged = receipt.tag.as_deref().unwrap_or_default();
    let found = match answer(tx, &receipt.external_id)? {
        Some(found) => Some(found),
        None => answer(tx, tagged)?,
    };
    let Some(message) = found else {
        return Ok(false);
    };
    if receipt.state == Delivery::Failed {
        let why = receipt.error.as_ref().map(|error| error.message.as_str());
        let why = why.unwrap_or("it came back");
        let text = format!("This did not reach the visitor by mail: {why}");
        continuity::note(tx, pen, message.conversation_id, text)?;
    }
    Ok(true)
}
