//! What a message says: its content, and what is kept beside it. telegram.md sections 3.2 to 3.4.

use serde_json::Value;

use crate::base::phone::PhoneNumber;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::telegram::entities;
use crate::channels::vcard;
use crate::model::Opaque;
use crate::model::content::ContactCard;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::content::Media;
use crate::model::content::Postback;
use crate::model::content::Unsupported;

/// Under this name a place keeps for how many seconds it is told again and again.
const LIVE: &str = "livePeriod";

/// Under this name it keeps that this is over.
const LIVE_ENDED: &str = "liveEnded";

/// Files that come with the words of a message under them, by the field they stand in.
const FILES: [&str; 8] = [
    // An animation stands there as a document too: it comes first, so that it is taken once.
    "animation",
    "video",
    "video_note",
    "voice",
    "audio",
    "sticker",
    "photo",
    "document",
];

/// Messages of customers that nobody here can show yet.
const UNSUPPORTED: [&str; 14] = [
    "paid_media",
    "story",
    "game",
    "invoice",
    "successful_payment",
    "giveaway",
    "giveaway_created",
    "giveaway_winners",
    "giveaway_completed",
    "checklist",
    "poll",
    "users_shared",
    "chat_shared",
    "rich_message",
];

/// Fields that say who, where and when, not what.
const FRAME: [&str; 30] = [
    "message_id",
    "from",
    "sender_chat",
    "chat",
    "date",
    "edit_date",
    "message_thread_id",
    "is_topic_message",
    "business_connection_id",
    "sender_business_bot",
    "sender_boost_count",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_markup",
    "via_bot",
    "author_signature",
    "media_group_id",
    "has_protected_content",
    "is_from_offline",
    "is_automatic_forward",
    "forward_origin",
    "entities",
    "caption",
    "caption_entities",
    "link_preview_options",
    "effect_id",
    "show_caption_above_media",
    "has_media_spoiler",
    "paid_star_count",
];

/// Fields of messages that say what became of the chat, not what somebody said. Those that are not
/// here begin with one of [`SERVICE_BEGINS`].
const SERVICE: [&str; 17] = [
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "pinned_message",
    "message_auto_delete_timer_changed",
    "boost_added",
    "chat_background_set",
    "write_access_allowed",
    "proximity_alert_triggered",
    "connected_website",
    "passport_data",
    "migrate_from_chat_id",
];

/// Beginnings of more of them.
const SERVICE_BEGINS: [&str; 3] = ["forum_topic_", "general_forum_topic_", "video_chat_"];

/// What a message says; none where it says nothing: somebody came or went, a title changed.
#[must_use]
pub fn content(message: Node<'_>, is_private: bool, kept: &mut Kept) -> Option<Content> {
    if let Some(text) = message.at("text").text() {
        formatting(&text, message.at("entities"), kept);
        return Some(Content::text(clean(&text)));
    }
    if let Some(field) = FILES.iter().find(|field| message.at(field).is_there()) {
        return Some(file(field, message, kept));
    }
    let known = place(message, kept)
        .or_else(|| contact(message, kept))
        .or_else(|| dice(message, kept))
        .or_else(|| app_data(message));
    if known.is_some() {
        return known;
    }
    if let Some(kind) = UNSUPPORTED.iter().find(|kind| message.at(kind).is_there()) {
        return Some(unsupported(kind, message));
    }
    let fields = message.object();
    let is_service = |name: &str| {
        SERVICE.contains(&name) || SERVICE_BEGINS.iter().any(|begin| name.starts_with(begin))
    };
    let is_known = fields
        .keys()
        .all(|name| FRAME.contains(&name.as_str()) || is_service(name));
    (is_private && !is_known).then(|| unsupported("service", message))
}

/// A text without what no store and no vendor takes.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}

/// Keeps how a text was formatted, and the command it begins with.
fn formatting(text: &str, entities: Node<'_>, kept: &mut Kept) {
    if let Some(html) = entities::html(text, entities) {
        kept.put("html", Some(html));
        kept.put_raw("entities", entities);
    }
    let mentions: Vec<Value> = entities
        .items()
        .filter(|entity| entity.at("type").is("text_mention"))
        .filter_map(|entity| entity.at("user").word("id").map(Value::from))
        .collect();
    kept.put("mentions", (!mentions.is_empty()).then_some(mentions));
    let first = entities.first();
    if first.at("type").is("bot_command")
        && first.at("offset").whole() == Some(0)
        && let Some(command) = entities::covered(text, first)
    {
        keep_command(text, &command, kept);
    }
}

fn keep_command(text: &str, command: &str, kept: &mut Kept) {
    let args = text[command.len()..].trim();
    let name = command.trim_start_matches('/');
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let name = name.to_ascii_lowercase();
    if name == "start" && is_payload(args) {
        kept.put("startPayload", Some(args));
    }
    kept.put(
        "command",
        Some(serde_json::json!({"name": name, "args": args})),
    );
}

fn is_payload(args: &str) -> bool {
    (1..=64).contains(&args.len())
        && args
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn file(field: &str, message: Node<'_>, kept: &mut Kept) -> Content {
    let caption = message.word("caption").map(|text| clean(&text));
    if let Some(words) = &caption {
        formatting(words, message.at("caption_entities"), kept);
    }
    let body = message.at(field);
    let media = |body: Node<'_>, usual: Option<&str>, kept: &mut Kept| {
        let mut media = described(body, kept);
        media.mime_type = media.mime_type.or_else(|| usual.map(str::to_owned));
        media.caption.clone_from(&caption);
        media
    };
    match field {
        "photo" => {
            // Every size of one picture: the last is the largest.
            let largest = body.items().last().unwrap_or(body);
            Content::Image(media(largest, Some("image/jpeg"), kept))
        }
        "animation" => {
            kept.put("animation", Some(true));
            Content::Video(media(body, Some("video/mp4"), kept))
        }
        "video" => Content::Video(media(body, Some("video/mp4"), kept)),
        "video_note" => {
            kept.put("videoNote", Some(true));
            Content::Video(media(body, Some("video/mp4"), kept))
        }
        "voice" => Content::Audio(Media {
            voice: true,
            ..media(body, Some("audio/ogg"), kept)
        }),
        "audio" => {
            let mut sound = media(body, Some("audio/mpeg"), kept);
            sound.filename = sound.filename.or_else(|| song(body));
            Content::Audio(sound)
        }
        "sticker" => sticker(body, kept),
        _ => {
            let document = media(body, None, kept);
            if is_picture(document.mime_type.as_deref()) {
                Content::Image(document)
            } else {
                Content::Document(document)
            }
        }
    }
}

/// A file that still lies with Telegram; where, is asked for by its id.
fn described(body: Node<'_>, kept: &mut Kept) -> Media {
    kept.put("fileId", body.word("file_id"));
    kept.put("fileUniqueId", body.word("file_unique_id"));
    let whole = |name: &str| body.at(name).whole();
    Media {
        mime_type: body.word("mime_type"),
        filename: body.word("file_name"),
        size_bytes: whole("file_size").and_then(|size| u64::try_from(size).ok()),
        width: whole("width").and_then(|width| u32::try_from(width).ok()),
        height: whole("height").and_then(|height| u32::try_from(height).ok()),
        duration_ms: whole("duration")
            .and_then(|secs| u64::try_from(secs).ok())
            .map(|secs| secs.saturating_mul(1_000)),
        ..Media::default()
    }
}

fn song(body: Node<'_>) -> Option<String> {
    let title = body.word("title")?;
    Some(match body.word("performer") {
        Some(performer) => format!("{performer} - {title}.mp3"),
        None => format!("{title}.mp3"),
    })
}

/// A sticker. Of one that moves, whose format browsers do not know, the still picture is taken.
fn sticker(body: Node<'_>, kept: &mut Kept) -> Content {
    let is_animated = body.at("is_animated").is_on();
    let is_video = body.at("is_video").is_on();
    kept.put("emoji", body.word("emoji"));
    kept.put("stickerSet", body.word("set_name"));
    let still = body.at("thumbnail");
    if (is_animated || is_video) && still.is_there() {
        kept.put("animated", Some(true));
        kept.put("animatedFileId", body.word("file_id"));
        return Content::Sticker(described(still, kept));
    }
    let usual = match (is_animated, is_video) {
        (true, _) => "application/x-tgsticker",
        (_, true) => "video/webm",
        _ => "image/webp",
    };
    Content::Sticker(Media {
        mime_type: Some(usual.to_owned()),
        ..described(body, kept)
    })
}

fn is_picture(mime_type: Option<&str>) -> bool {
    matches!(
        mime_type,
        Some("image/jpeg" | "image/png" | "image/webp" | "image/gif")
    )
}

/// A place, perhaps with a name. Of a venue the bare place stands there too.
fn place(message: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let venue = message.at("venue");
    let location = if venue.is_there() {
        venue.at("location")
    } else {
        message.at("location")
    };
    if let Some(period) = location.at("live_period").whole() {
        kept.put(LIVE, Some(period));
    }
    Some(Content::Location(Location {
        latitude: location.at("latitude").number()?,
        longitude: location.at("longitude").number()?,
        name: venue.word("title"),
        address: venue.word("address"),
    }))
}

fn contact(message: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let card = message.at("contact");
    let phone = card.word("phone_number")?;
    if is_own(message) {
        kept.put("isOwnContact", Some(true));
    }
    let names = [card.word("first_name"), card.word("last_name")];
    let name: Vec<_> = names.into_iter().flatten().collect();
    let whole = card.word("vcard").unwrap_or_default();
    Some(Content::Contacts(Contacts {
        contacts: vec![ContactCard {
            name: name.join(" "),
            phones: vec![with_plus(&phone)],
            emails: vcard::values(&whole, "EMAIL"),
            organization: vcard::values(&whole, "ORG").into_iter().next(),
        }],
    }))
}

/// What is kept of words: with others, it is otherwise or gone.
const OF_WORDS: [&str; 3] = ["html", "entities", "mentions"];

/// What is kept otherwise once a message was changed to `content`, beside which `told` is kept now. A
/// place that somebody shared while they moved is told without an end when that is over.
#[must_use]
pub fn otherwise(content: &Content, told: &Opaque) -> Opaque {
    let names: &[&str] = match content {
        Content::Location(_) => &[LIVE, LIVE_ENDED],
        _ => &OF_WORDS,
    };
    let now = |name: &str| match name {
        LIVE_ENDED if !told.contains_key(LIVE) => Value::Bool(true),
        _ => told.get(name).cloned().unwrap_or_default(),
    };
    let kept = names.iter().map(|name| ((*name).to_owned(), now(name)));
    kept.collect()
}

/// Whether a contact card is the sender's own, which Telegram vouches for.
fn is_own(message: Node<'_>) -> bool {
    let owner = message.at("contact").word("user_id");
    owner.is_some() && owner == message.at("from").word("id")
}

/// The sender's own number, where the message proves it.
#[must_use]
pub fn proved_phone(message: Node<'_>) -> Option<String> {
    let phone = message.at("contact").word("phone_number")?;
    let number = PhoneNumber::parse(&with_plus(&phone))?;
    is_own(message).then(|| number.as_str().to_owned())
}

fn with_plus(number: &str) -> String {
    format!("+{}", number.trim_start_matches('+'))
}

fn dice(message: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let dice = message.at("dice");
    let (emoji, value) = (dice.word("emoji")?, dice.at("value").whole()?);
    kept.put_raw("dice", dice);
    Some(Content::text(format!("{emoji} {value}")))
}

/// What a page that a button opened inside Telegram sent back.
fn app_data(message: Node<'_>) -> Option<Content> {
    let data = message.at("web_app_data");
    Some(Content::Postback(Postback {
        payload: data.word("data")?,
        title: data.word("button_text").unwrap_or_default(),
        ..Postback::default()
    }))
}

fn unsupported(kind: &str, message: Node<'_>) -> Content {
    let mut raw = message.object();
    raw.retain(|name, _| !FRAME.contains(&name.as_str()));
    Content::Unsupported(Unsupported {
        kind: kind.to_owned(),
        raw,
    })
}
