//! What one message of WhatsApp says. whatsapp.md section 3.2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::crypto::hex;
use crate::base::mime;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::vcard;
use crate::model::Opaque;
use crate::model::content::ContactCard;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::content::Media;
use crate::model::content::Postback;
use crate::model::content::Unsupported;

/// What the vendor puts where it does not say which message was quoted.
const NO_MESSAGE: &str = "M0";

/// What a message is.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Something for the conversation.
    Message {
        /// What it says.
        content: Content,
        /// What is kept with it.
        metadata: Opaque,
    },
    /// A reaction; an empty emoji takes it back.
    Reaction {
        /// The vendor's id of the message reacted to.
        target: String,
        /// The emoji.
        emoji: String,
    },
    /// An earlier message says something else now.
    Edit {
        /// Its id.
        target: String,
        /// What it says now.
        content: Content,
    },
    /// An earlier message was taken back.
    Delete {
        /// Its id.
        target: String,
    },
    /// News about the customer, not from the customer.
    System,
}

/// Reads a message; `value` is the change it came in, which tells more of what is not supported.
#[must_use]
pub fn read(message: Node<'_>, value: Node<'_>) -> Said {
    let kind = message.word("type").unwrap_or_default();
    match kind.as_str() {
        "reaction" => reaction(message),
        "edit" => edit(message, value),
        "revoke" => revoke(message),
        "system" => Said::System,
        _ => {
            let mut kept = Kept::default();
            let content = content(&kind, message, value, &mut kept);
            Said::Message {
                content,
                metadata: kept.into_inner(),
            }
        }
    }
}

/// What stands around a message of any kind: forwarded, about a product, from an advertisement.
#[must_use]
pub fn decorations(message: Node<'_>) -> Opaque {
    let mut kept = Kept::default();
    let context = message.at("context");
    let forwarded = context.at("forwarded").is_on() || context.at("frequently_forwarded").is_on();
    kept.put("forwarded", forwarded.then_some(true));
    kept.put_raw("referredProduct", context.at("referred_product"));
    kept.put_raw("referral", message.at("referral"));
    kept.put("groupId", message.word("group_id"));
    kept.into_inner()
}

/// The id of the message this one answers.
#[must_use]
pub fn quoted(message: Node<'_>) -> Option<String> {
    message
        .at("context")
        .word("id")
        .filter(|id| id != NO_MESSAGE)
}

fn reaction(message: Node<'_>) -> Said {
    let reaction = message.at("reaction");
    Said::Reaction {
        target: reaction.word("message_id").unwrap_or_default(),
        // Taking a reaction back, the vendor leaves the emoji out or empty.
        emoji: reaction.word("emoji").unwrap_or_default(),
    }
}

fn edit(message: Node<'_>, value: Node<'_>) -> Said {
    let edit = message.at("edit");
    let inner = edit.at("message");
    let kind = inner.word("type").unwrap_or_default();
    Said::Edit {
        target: edit.word("original_message_id").unwrap_or_default(),
        content: content(&kind, inner, value, &mut Kept::default()),
    }
}

fn revoke(message: Node<'_>) -> Said {
    let revoke = message.at("revoke");
    Said::Delete {
        target: revoke.word("original_message_id").unwrap_or_default(),
    }
}

fn content(kind: &str, message: Node<'_>, value: Node<'_>, kept: &mut Kept) -> Content {
    let body = message.at(kind);
    let read = match kind {
        "text" => body.word("body").map(Content::text),
        "image" => file(body, kept).map(Content::Image),
        "video" => file(body, kept).map(Content::Video),
        "audio" => file(body, kept).map(Content::Audio),
        "document" => file(body, kept).map(|media| Content::Document(named(media, body))),
        "sticker" => {
            kept.put("animated", body.at("animated").is_on().then_some(true));
            file(body, kept).map(Content::Sticker)
        }
        "location" => location(body, kept),
        "contacts" => contacts(body, kept),
        "interactive" => answer(body, kept),
        "button" => button(body),
        "order" => Some(order(body, kept)),
        "request_welcome" => Some(postback("request_welcome", "")),
        _ => None,
    };
    read.unwrap_or_else(|| unsupported(kind, message, value))
}

/// A file that is still with the vendor.
fn file(body: Node<'_>, kept: &mut Kept) -> Option<Media> {
    let id = body.word("id");
    if id.is_none() && !body.at("url").is_there() {
        return None;
    }
    kept.put("mediaId", id);
    kept.put(
        "sha256",
        body.word("sha256").and_then(|digest| as_hex(&digest)),
    );
    kept.put("mediaState", Some("pending"));
    Some(Media {
        url: body.word("url"),
        mime_type: body.word("mime_type"),
        filename: body.word("filename"),
        caption: body.word("caption"),
        voice: body.at("voice").is_on(),
        ..Media::default()
    })
}

/// A document without a name gets one that opens with the right program.
fn named(mut media: Media, body: Node<'_>) -> Media {
    if media.filename.is_none() {
        let id = body.word("id").unwrap_or_default();
        let kind = media.mime_type.as_deref().unwrap_or_default();
        let ending = mime::ending(kind);
        media.filename = Some(format!("document-{id}.{ending}"));
    }
    media
}

/// Digests come in base 64 in webhooks and in hex elsewhere; they are kept in hex.
fn as_hex(digest: &str) -> Option<String> {
    let is_hex = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hex {
        return Some(digest.to_ascii_lowercase());
    }
    STANDARD.decode(digest).ok().map(|bytes| hex(&bytes))
}

fn location(body: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let place = Location {
        latitude: body.at("latitude").number()?,
        longitude: body.at("longitude").number()?,
        name: body.word("name"),
        address: body.word("address"),
    };
    kept.put("locationUrl", body.word("url"));
    Some(Content::Location(place))
}

fn contacts(body: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let cards: Vec<_> = body.items().map(card).collect();
    kept.put_raw("contacts", body);
    (!cards.is_empty()).then(|| Content::Contacts(Contacts { contacts: cards }))
}

/// What a card says: in fields, and where those are missing in the lines of a vCard.
fn card(card: Node<'_>) -> ContactCard {
    let lines = card.word("vcard").map(|text| vcard::card(&text));
    let lines = lines.unwrap_or_default();
    let texts = |list: &str, field: &str, lines: Vec<String>| {
        let items = card.at(list).items();
        let told: Vec<_> = items.filter_map(|item| item.word(field)).collect();
        if told.is_empty() { lines } else { told }
    };
    let name = card.at("name");
    let name = name
        .word("formatted_name")
        .or_else(|| name.word("first_name"));
    ContactCard {
        name: name.unwrap_or(lines.name),
        phones: texts("phones", "phone", lines.phones),
        emails: texts("emails", "email", lines.emails),
        organization: card.at("org").word("company").or(lines.organization),
    }
}

/// The answer to a message with buttons, a list or a form.
fn answer(body: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let kind = body.word("type")?;
    let reply = body.at(&kind);
    match kind.as_str() {
        "button_reply" | "list_reply" => {
            kept.put("description", reply.word("description"));
            let title = reply.word("title").unwrap_or_default();
            Some(postback(&reply.word("id")?, &title))
        }
        "nfm_reply" => Some(form(reply, kept)),
        "call_permission_reply" => {
            let response = reply.word("response")?;
            Some(postback(&format!("call_permission:{response}"), ""))
        }
        _ => None,
    }
}

fn form(reply: Node<'_>, kept: &mut Kept) -> Content {
    let filled = reply.word("response_json").unwrap_or_default();
    let response: Option<Value> = serde_json::from_str(&filled).ok();
    let mut flow = Kept::default();
    flow.put("name", reply.word("name"));
    flow.put("response", response);
    kept.put("flow", Some(flow.into_inner()));
    postback(&filled, &reply.word("body").unwrap_or_default())
}

fn button(body: Node<'_>) -> Option<Content> {
    let title = body.word("text").unwrap_or_default();
    let payload = body.word("payload").unwrap_or_else(|| title.clone());
    (!payload.is_empty()).then(|| postback(&payload, &title))
}

/// An order as words: one line for each thing.
fn order(body: Node<'_>, kept: &mut Kept) -> Content {
    kept.put_raw("order", body);
    kept.put("originalType", Some("order"));
    let words = body.word("text");
    let lines = body.at("product_items").items().map(order_line);
    let text = words
        .into_iter()
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n");
    Content::text(text)
}

fn order_line(item: Node<'_>) -> String {
    let word = |name| item.word(name).unwrap_or_default();
    format!(
        "{} \u{d7} {} \u{2014} {} {}",
        word("quantity"),
        word("product_retailer_id"),
        word("item_price"),
        word("currency"),
    )
}

fn postback(payload: &str, title: &str) -> Content {
    Content::Postback(Postback {
        payload: payload.to_owned(),
        title: title.to_owned(),
        ..Postback::default()
    })
}

/// What we cannot show, under the name the vendor gives it, and with the errors that stand beside
/// it in the change.
fn unsupported(kind: &str, message: Node<'_>, value: Node<'_>) -> Content {
    let named = message.at("unsupported").word("type");
    let mut raw = message.object();
    let errors = value.at("errors");
    if errors.is_there() && !raw.contains_key("errors") {
        raw.insert("errors".to_owned(), errors.raw());
    }
    Content::Unsupported(Unsupported {
        kind: named.unwrap_or_else(|| {
            if kind.is_empty() {
                "unknown".to_owned()
            } else {
                kind.to_owned()
            }
        }),
        raw,
    })
}
