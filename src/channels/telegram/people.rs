//! Who writes, and what is kept of their profile. telegram.md section 3.1.

use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::said;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;

/// The other end of a chat: the person, or the group as a whole, since that is where an answer
/// goes. Of a group, `message` may tell the topic.
#[must_use]
pub fn other_end(chat: &Chat, message: Node<'_>) -> InboundSender {
    let place = message.at("chat");
    if !chat.is_private() {
        return InboundSender {
            address: chat.address(),
            name: group_name(chat, message),
            ..InboundSender::default()
        };
    }
    let from = message.at("from");
    let is_theirs = from.word("id").as_deref() == Some(chat.id.as_str());
    let profile = if is_theirs { from } else { place };
    InboundSender {
        address: chat.address(),
        name: Some(name(profile, &chat.id)),
        language: profile.word("language_code"),
        proof: Proof {
            phone: said::proved_phone(message),
            ..Proof::default()
        },
        ..InboundSender::default()
    }
}

/// A person, as an update that is no message names one.
#[must_use]
pub fn person(user: Node<'_>) -> Option<InboundSender> {
    let id = user.word("id")?;
    Some(InboundSender {
        name: Some(name(user, &id)),
        language: user.word("language_code"),
        address: id,
        ..InboundSender::default()
    })
}

/// The name of a profile: first and last name, else the username, else the id.
#[must_use]
pub fn name(profile: Node<'_>, id: &str) -> String {
    let names = [profile.word("first_name"), profile.word("last_name")];
    let full: Vec<_> = names.into_iter().flatten().collect();
    let full = full.join(" ").trim().to_owned();
    if !full.is_empty() {
        return full;
    }
    let title = profile.word("title");
    let username = profile.word("username").map(|name| format!("@{name}"));
    title.or(username).unwrap_or_else(|| id.to_owned())
}

/// The title of a group, and the topic of it. Only a message that answers nothing says the name of
/// its topic: the others must not take away what is known.
fn group_name(chat: &Chat, message: Node<'_>) -> Option<String> {
    let title = name(message.at("chat"), &chat.id);
    if chat.thread.is_none() {
        return Some(title);
    }
    let opening = message.at("reply_to_message").at("forum_topic_created");
    opening
        .word("name")
        .map(|topic| format!("{title}: {topic}"))
}

/// Who wrote in a group: whoever the message is sent for, as an anonymous administrator or a linked
/// channel, else the user.
#[must_use]
pub fn author(message: Node<'_>) -> Node<'_> {
    let sent_for = message.at("sender_chat");
    if sent_for.is_there() {
        sent_for
    } else {
        message.at("from")
    }
}

/// Keeps what a message tells of its author and of the chat.
pub fn keep(chat: &Chat, message: Node<'_>, kept: &mut Kept) {
    let author = author(message);
    let id = author.word("id").unwrap_or_default();
    kept.put("chatId", Some(chat.id.as_str()));
    kept.put("chatType", message.at("chat").word("type"));
    kept.put("telegramMessageId", message.word("message_id"));
    kept.put("threadId", chat.thread.clone());
    kept.put("businessConnectionId", chat.business.clone());
    kept.put("profileName", Some(name(author, &id)));
    kept.put("firstName", author.word("first_name"));
    kept.put("lastName", author.word("last_name"));
    kept.put("username", author.word("username"));
    kept.put("languageCode", author.word("language_code"));
    kept.put("isPremium", author.at("is_premium").is_on().then_some(true));
    if !chat.is_private() {
        kept.put("participant", Some(id));
    }
}
