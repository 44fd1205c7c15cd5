//! Messages into calls. facebook.md sections 4 and 10, instagram.md sections 4 and 10.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::channels::RenderError;
use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::Reactions;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::body;
use crate::channels::meta::direct::comments;
use crate::channels::meta::direct::shown::NO_QUOTE;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::content::Reaction;
use crate::model::content::TemplateUse;
use crate::model::outbound::Sending;
use crate::model::outbound::Switch;

/// How long after the customer wrote everything may be said.
const FREELY: Duration = Duration::from_secs(24 * 3_600);

/// Under which name a sender hands over the token of somebody who asked for news.
pub const NEWS: &str = "notificationMessagesToken";

/// One message, and whether it is one of those the vendor approved.
#[derive(Debug)]
pub enum Message {
    /// Free words, files, choices.
    Free(Value),
    /// An approved template.
    Approved(Value),
    /// No message: something done to one.
    Action(Value),
}

/// How a channel writes what only it knows.
pub trait Speaker {
    /// Content that one channel writes in a way of its own; none leaves it to both alike.
    fn own(&self, sending: &Sending<'_>, part: &Content) -> Option<Vec<Message>>;

    /// A template; none where the channel has none of that name.
    fn template(&self, template: &TemplateUse) -> Option<Message>;
}

/// The calls that carry a message, in order.
///
/// # Errors
/// Content the channel cannot carry.
pub fn calls(
    product: &Product,
    way: &Way<'_>,
    speaker: &dyn Speaker,
    sending: &Sending<'_>,
) -> Result<Vec<Call>, RenderError> {
    let mut messages = Vec::new();
    for part in sending.parts {
        let written = written(product, speaker, sending, part).ok_or(RenderError {
            kind: product.kind,
            content: part.kind(),
        })?;
        messages.extend(written);
    }
    let path = way.messages();
    let call = |(index, message)| {
        let whole = enveloped(product, sending, index, message);
        Call::http(way.graph.post(&path, &whole))
    };
    Ok(messages.into_iter().enumerate().map(call).collect())
}

fn written(
    product: &Product,
    speaker: &dyn Speaker,
    sending: &Sending<'_>,
    part: &Content,
) -> Option<Vec<Message>> {
    if let Some(own) = speaker.own(sending, part) {
        return Some(own);
    }
    let free = |message| vec![Message::Free(message)];
    Some(match part {
        Content::Text(text) if text.quick_replies.is_empty() => free(body::text(&text.text)),
        Content::Text(text) => free(body::quick_replies(sending, text)),
        Content::Image(media)
        | Content::Video(media)
        | Content::Audio(media)
        | Content::Document(media)
        | Content::Sticker(media) => free(body::file(sending, part, media)?),
        Content::Buttons(buttons) => free(body::buttons(sending, buttons)?),
        Content::Carousel(carousel) => {
            let words = carousel
                .text
                .as_deref()
                .filter(|text| !text.trim().is_empty());
            let cards = body::cards(sending, &carousel.cards)?;
            let all = words.map(body::text).into_iter().chain(cards);
            all.map(Message::Free).collect()
        }
        Content::Template(template) => vec![speaker.template(template)?],
        Content::Reaction(reaction) => vec![react(product, sending, reaction)],
        _ => return None,
    })
}

/// A reaction; an empty emoji takes it back.
fn react(product: &Product, sending: &Sending<'_>, reaction: &Reaction) -> Message {
    let target = sending.reply_to.unwrap_or(&reaction.target_id);
    let emoji = match product.reactions {
        Reactions::Emoji => reaction.emoji.as_str(),
        Reactions::Heart => "love",
    };
    let mut action = json!({
        "recipient": {"id": sending.to},
        "sender_action": "react",
        "payload": {"message_id": target, "reaction": emoji},
    });
    if reaction.emoji.is_empty() {
        action["sender_action"] = "unreact".into();
        action["payload"] = json!({"message_id": target});
    }
    Message::Action(action)
}

/// A message with whom it goes to, why it is sent, and what it answers: only the first of several
/// answers. What answers a comment goes to its writer as such while nothing else may be said, and
/// quotes nothing.
fn enveloped(product: &Product, sending: &Sending<'_>, index: usize, message: Message) -> Value {
    let quoted = sending.reply_to.filter(|_| index == 0);
    let commented = quoted.and_then(comments::recipient);
    let is_private =
        matches!(message, Message::Free(_)) && commented.is_some() && !is_free(sending);
    let subscribed = subscription(sending);
    let recipient = commented
        .clone()
        .filter(|_| is_private)
        .or_else(|| subscribed.map(|token| json!({"notification_messages_token": token})))
        .unwrap_or_else(|| json!({"id": sending.to}));
    let mut whole = json!({ "recipient": recipient });
    let mut content = match message {
        Message::Action(action) => return action,
        Message::Approved(content) | Message::Free(content) if subscribed.is_some() => content,
        Message::Approved(content) => {
            whole["messaging_type"] = "UTILITY".into();
            content
        }
        Message::Free(content) if speaks_late(sending) && !is_private => {
            whole["messaging_type"] = "MESSAGE_TAG".into();
            whole["tag"] = "HUMAN_AGENT".into();
            content
        }
        Message::Free(content) => {
            if product.says_why {
                whole["messaging_type"] = "RESPONSE".into();
            }
            content
        }
    };
    if product.tags {
        content["metadata"] = sending.message_id.to_string().into();
    }
    whole["message"] = content;
    let quotes = !sending.handles.contains_key(NO_QUOTE);
    if let Some(quoted) = quoted.filter(|_| quotes && commented.is_none()) {
        whole["reply_to"] = json!({"mid": quoted});
    }
    whole
}

/// The token with which the customer asked for news, where the sender wants the message to go as such.
/// facebook.md section 7.3.
fn subscription<'a>(sending: &Sending<'a>) -> Option<&'a str> {
    sending.metadata.get(NEWS)?.as_str()
}

/// Whether a person answers after a day, which the vendor wants to be told and takes only from apps
/// that may. Never within the day, and never for a program: then it is sent as an answer, and the
/// vendor decides.
fn speaks_late(sending: &Sending<'_>) -> bool {
    let wrote = sending.last_inbound_at.is_some();
    wrote
        && !is_free(sending)
        && sending.by_person
        && sending.account.is_on("humanAgentTag", Switch::Off)
}

/// Whether the customer wrote to us within a day.
fn is_free(sending: &Sending<'_>) -> bool {
    sending
        .last_inbound_at
        .is_some_and(|last| sending.now.since(last) < FREELY)
}
