//! What people do besides writing: press buttons, react, come and go. telegram.md sections 3.5 and
//! 3.6.

use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::telegram::chat::BUSINESS;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::keyboard;
use crate::channels::telegram::people;
use crate::channels::telegram::table;
use crate::model::content::Content;
use crate::model::content::Postback;
use crate::model::inbound::Access;
use crate::model::inbound::Effect;
use crate::model::inbound::Extent;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundReaction;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Notice;
use crate::model::inbound::Tap;
use crate::model::outbound::Account;

/// Under this name a press keeps what it is answered by.
pub const QUERY: &str = "callbackQueryId";

/// Under this name a press keeps the page of a keyboard that it asks for.
pub const PAGE: &str = "page";

/// What stands for an emoji that only the vendor's own programs can show.
const CUSTOM: &str = "\u{2b50}";

/// A button that was pressed. The person is the one who pressed, not the one whose message it
/// stands under: that is the bot.
#[must_use]
pub fn pressed(account: &Account, query: Node<'_>) -> Option<InboundEvent> {
    let id = query.word("id")?;
    let message = query.at("message");
    let (Some(data), Some(mut chat)) = (query.word("data"), Chat::of(message)) else {
        return Some(tap(&id, None, None));
    };
    if let Some(page) = keyboard::page_of(&data) {
        let under = message.word("message_id").map(|id| chat.external_id(&id));
        return Some(tap(&id, under, Some(page)));
    }
    chat.business = chat
        .business
        .or_else(|| query.word("business_connection_id"));
    let presser = query.at("from");
    let from = if chat.is_private() {
        InboundSender {
            address: chat.address(),
            ..people::person(presser)?
        }
    } else {
        people::other_end(&chat, message)
    };
    let mut kept = Kept::default();
    kept.put(QUERY, Some(id.as_str()));
    kept.put("chatId", Some(chat.id.as_str()));
    kept.put("chatType", message.at("chat").word("type"));
    kept.put("threadId", chat.thread.clone());
    kept.put("businessConnectionId", chat.business.clone());
    let presser_id = presser.word("id").unwrap_or_default();
    kept.put("profileName", Some(people::name(presser, &presser_id)));
    kept.put("username", presser.word("username"));
    if !chat.is_private() {
        kept.put("participant", Some(presser_id));
    }
    Some(InboundEvent::Message(InboundMessage {
        external_id: format!("cb:{id}"),
        from,
        to: table::bot_id(account).to_owned(),
        content: Content::Postback(Postback {
            title: title(message, &data).unwrap_or_default(),
            payload: data,
            ..Postback::default()
        }),
        reply_to: message.word("message_id").map(|id| chat.external_id(&id)),
        // The query has no time: that of the message is when the button was shown.
        sent_at: None,
        metadata: kept.into_inner(),
    }))
}

/// A press that says nothing: a page of a keyboard was turned, or it stands under what is none of ours.
fn tap(id: &str, under: Option<String>, page: Option<usize>) -> InboundEvent {
    let mut kept = Kept::default();
    kept.put(QUERY, Some(id));
    kept.put(PAGE, page);
    InboundEvent::Tap(Tap {
        under,
        metadata: kept.into_inner(),
    })
}

/// What stands on the button, where the message still has it.
fn title(message: Node<'_>, data: &str) -> Option<String> {
    let rows = message.at("reply_markup").at("inline_keyboard").items();
    rows.flat_map(Node::items)
        .find(|button| button.at("callback_data").is(data))
        .and_then(|button| button.word("text"))
}

/// A reaction: what is there now and was not before, or nothing where one was taken back.
#[must_use]
pub fn reaction(reaction: Node<'_>, update_id: &str) -> Option<InboundEvent> {
    let chat = Chat::of(reaction)?;
    let message = reaction.word("message_id")?;
    let author = [reaction.at("user"), reaction.at("actor_chat")]
        .into_iter()
        .find(|node| node.is_there())?;
    let author_id = author.word("id")?;
    let marks = |name: &str| -> Vec<Mark> { reaction.at(name).items().map(Mark::of).collect() };
    let (old, new) = (marks("old_reaction"), marks("new_reaction"));
    let added = new.into_iter().find(|mark| !old.contains(mark));
    let added = added.unwrap_or_default();
    let mut kept = Kept::default();
    kept.put("customEmojiId", added.custom);
    let from = if chat.is_private() {
        people::person(author)?
    } else {
        people::other_end(&chat, reaction)
    };
    Some(InboundEvent::Reaction(InboundReaction {
        external_id: format!("re:{}:{message}:{author_id}:{update_id}", chat.id),
        from,
        target_external_id: chat.external_id(&message),
        emoji: added.emoji,
        metadata: kept.into_inner(),
    }))
}

/// What somebody put on a message.
#[derive(Debug, Default, PartialEq, Eq)]
struct Mark {
    /// As everybody can show it.
    emoji: String,
    /// Which of the vendor's own it is.
    custom: Option<String>,
}

impl Mark {
    fn of(mark: Node<'_>) -> Self {
        Self {
            emoji: mark.word("emoji").unwrap_or_else(|| CUSTOM.to_owned()),
            custom: mark.word("custom_emoji_id"),
        }
    }
}

/// Somebody blocked the bot or let it in again; a group took it in or put it out.
#[must_use]
pub fn membership(member: Node<'_>) -> Option<InboundEvent> {
    let chat = Chat::of(member)?;
    let is_open = lets_in(member.at("new_chat_member"))?;
    // What else changed is no matter of being let in.
    if lets_in(member.at("old_chat_member")) == Some(is_open) {
        return None;
    }
    let by = member.at("from");
    let by_id = by.word("id").unwrap_or_default();
    let extent = if chat.is_private() {
        Extent::Alone
    } else {
        Extent::Room
    };
    Some(InboundEvent::Access(Access {
        from: people::other_end(&chat, member),
        is_open,
        at: member.at("date").moment(),
        extent,
        by: (extent == Extent::Room && by.is_there()).then(|| people::name(by, &by_id)),
    }))
}

/// Whether a chat in which the bot stands so lets it in; none for a word that nobody knows.
fn lets_in(standing: Node<'_>) -> Option<bool> {
    match standing.word("status")?.as_str() {
        "kicked" | "left" => Some(false),
        "member" | "administrator" | "creator" | "restricted" => Some(true),
        _ => None,
    }
}

/// A business account was connected to the bot, changed what it may do, or was disconnected: its
/// customers can be answered or not from then on.
#[must_use]
pub fn connection(connection: Node<'_>) -> Vec<InboundEvent> {
    let owner = connection.at("user");
    let name = people::name(owner, "Somebody");
    let rights = connection.at("rights");
    let may_reply = rights.at("can_reply").is_on() || connection.at("can_reply").is_on();
    let is_enabled = connection.at("is_enabled").is_on();
    let (effect, text) = match (is_enabled, may_reply) {
        (true, true) => (
            Effect::Note,
            format!("{name} connected a business account to the bot."),
        ),
        (true, false) => (
            Effect::Warn,
            format!("{name} connected a business account, but the bot may not reply there."),
        ),
        (false, _) => (
            Effect::Warn,
            format!("{name} disconnected a business account: its conversations can only be read."),
        ),
    };
    let at = connection.at("date").moment();
    let notice = InboundEvent::Notice(Notice {
        kind: "businessConnection".to_owned(),
        effect,
        text,
        address: None,
        data: connection.object(),
        at,
        holds: None,
    });
    let access = connection.word("id").map(|id| {
        InboundEvent::Access(Access {
            from: InboundSender {
                address: format!("{BUSINESS}{id}"),
                ..InboundSender::default()
            },
            is_open: is_enabled && may_reply,
            at,
            extent: Extent::Within,
            by: None,
        })
    });
    std::iter::once(notice).chain(access).collect()
}
