//! What one message of Messenger or Instagram holds: the value of `message`. facebook.md section 4,
//! instagram.md section 4.

use serde_json::Value;
use serde_json::json;

use crate::base::mime;
use crate::base::text::Counting;
use crate::base::text::shorten;
use crate::channels::meta::PHONE_REPLY;
use crate::channels::numbered;
use crate::channels::numbered::framed;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::Card;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::QuickReply;
use crate::model::content::TemplateUse;
use crate::model::content::Text;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;

/// The longest title of a card, in characters (facebook.md section 11).
const CARD_TITLE_MAX: usize = 80;

/// Quick replies that hand over what the customer's profile says.
const PROFILE_REPLIES: [&str; 2] = [PHONE_REPLY, "user_email"];

/// What stands above choices instead of no words and of the words of the engine: the account's own.
#[must_use]
pub fn stand_in(account: &Account, words: &str) -> Option<String> {
    let setting = match words.trim() {
        "" | numbered::PROMPT => "promptText",
        numbered::MORE => "moreOptionsText",
        _ => return None,
    };
    let own = account.text(setting).map(str::to_owned);
    own.or_else(|| words.trim().is_empty().then(|| numbered::PROMPT.to_owned()))
}

/// Words.
#[must_use]
pub fn text(words: &str) -> Value {
    json!({"text": words})
}

/// Words with quick replies. Without words the vendor shows none, so the account's own stand in.
#[must_use]
pub fn quick_replies(sending: &Sending<'_>, text: &Text) -> Value {
    let words = stand_in(sending.account, &text.text).unwrap_or_else(|| text.text.clone());
    let replies: Vec<_> = text.quick_replies.iter().map(quick_reply).collect();
    json!({"text": words, "quick_replies": replies})
}

fn quick_reply(reply: &QuickReply) -> Value {
    if PROFILE_REPLIES.contains(&reply.id.as_str()) {
        return json!({"content_type": reply.id});
    }
    let mut value = json!({
        "content_type": "text",
        "title": reply.title,
        "payload": payload(&reply.id, &reply.title),
    });
    if let Some(url) = &reply.image_url {
        value["image_url"] = url.as_str().into();
    }
    value
}

fn payload<'a>(id: &'a str, title: &'a str) -> &'a str {
    if id.trim().is_empty() { title } else { id }
}

/// Where the vendor finds a file.
pub enum Found {
    /// Under the id it gave it.
    Handle(String),
    /// At an address.
    Url(String),
}

/// Where the vendor finds a file; none where it cannot.
#[must_use]
pub fn find(sending: &Sending<'_>, media: &Media) -> Option<Found> {
    let stored = |all: &std::collections::BTreeMap<String, String>| {
        media
            .media_id
            .and_then(|id| all.get(&id.to_string()).cloned())
    };
    let handed_over = || sending.handles.get(media.url.as_deref()?).cloned();
    let handle = stored(sending.handles).or_else(handed_over);
    handle.map(Found::Handle).or_else(|| {
        stored(sending.media_urls)
            .or_else(|| media.url.clone())
            .map(Found::Url)
    })
}

/// What a file is to the vendor, by its type: what it is handed over as.
#[must_use]
pub fn kind_of(media: &Media) -> &'static str {
    let kind = media
        .mime_type
        .as_deref()
        .map(mime::essence)
        .unwrap_or_default();
    match kind.split('/').next() {
        Some("image") if kind != "image/svg+xml" => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "file",
    }
}

/// A file. One that was handed over before goes as what it was handed over as.
#[must_use]
pub fn file(sending: &Sending<'_>, content: &Content, media: &Media) -> Option<Value> {
    let asked = match content {
        Content::Image(_) | Content::Sticker(_) => "image",
        Content::Video(_) => "video",
        Content::Audio(_) => "audio",
        _ => "file",
    };
    let (kind, payload) = match find(sending, media)? {
        Found::Handle(id) => {
            let kind = media.media_id.map_or(asked, |_| kind_of(media));
            (kind, json!({"attachment_id": id}))
        }
        Found::Url(url) => (asked, json!({"url": url})),
    };
    Some(json!({"attachment": {"type": kind, "payload": payload}}))
}

/// Words with up to three buttons. Lines above and below are part of the words.
#[must_use]
pub fn buttons(sending: &Sending<'_>, buttons: &Buttons) -> Option<Value> {
    let words = framed(
        buttons.header.as_deref(),
        &buttons.text,
        buttons.footer.as_deref(),
    );
    let words = stand_in(sending.account, &words).unwrap_or(words);
    let buttons: Option<Vec<_>> = buttons.buttons.iter().map(button).collect();
    Some(template(&json!({
        "template_type": "button",
        "text": words,
        "buttons": buttons?,
    })))
}

/// A button. Asking for a place is a plain answer: there is nothing else.
fn button(button: &Button) -> Option<Value> {
    let title = &button.title;
    Some(match button.kind {
        ButtonKind::Reply | ButtonKind::Location => {
            json!({"type": "postback", "title": title, "payload": payload(&button.id, title)})
        }
        ButtonKind::Url => {
            json!({"type": "web_url", "title": title, "url": button.url.as_deref()?})
        }
        ButtonKind::Call => {
            json!({"type": "phone_number", "title": title, "payload": button.phone.as_deref()?})
        }
    })
}

/// What the vendor shows as something of its own.
#[must_use]
pub fn template(payload: &Value) -> Value {
    json!({"attachment": {"type": "template", "payload": payload}})
}

/// One of the vendor's shapes: what is in it goes as it came.
#[must_use]
pub fn shaped(used: &TemplateUse) -> Value {
    let mut payload = used.components.first().cloned().unwrap_or_default();
    payload.insert("template_type".to_owned(), used.name.as_str().into());
    template(&Value::Object(payload))
}

/// Cards side by side, as many messages as they need: a card with nothing but a title is no card to
/// the vendor and goes as words.
#[must_use]
pub fn cards(sending: &Sending<'_>, cards: &[Card]) -> Option<Vec<Value>> {
    let mut messages = Vec::new();
    let mut row = Vec::new();
    for card in cards {
        let (title, line) = lines_of(card);
        if line.is_none() && card.image.is_none() && card.buttons.is_empty() {
            messages.extend(together(&mut row));
            messages.push(text(&title));
            continue;
        }
        row.push(element(sending, card, &title, line)?);
    }
    messages.extend(together(&mut row));
    Some(messages)
}

fn together(row: &mut Vec<Value>) -> Option<Value> {
    let elements = std::mem::take(row);
    (!elements.is_empty()).then(|| {
        template(&json!({
            "template_type": "generic",
            "image_aspect_ratio": "horizontal",
            "elements": elements,
        }))
    })
}

/// Title and second line. A card without a title takes the beginning of its second line.
fn lines_of(card: &Card) -> (String, Option<&str>) {
    let line = card
        .description
        .as_deref()
        .filter(|line| !line.trim().is_empty());
    match line {
        Some(line) if card.title.trim().is_empty() => {
            (shorten(line, CARD_TITLE_MAX, Counting::Characters), None)
        }
        _ => (card.title.clone(), line),
    }
}

fn element(sending: &Sending<'_>, card: &Card, title: &str, line: Option<&str>) -> Option<Value> {
    let mut element = json!({"title": title});
    if let Some(line) = line {
        element["subtitle"] = line.into();
    }
    if let Some(image) = &card.image {
        let stored = image
            .media_id
            .and_then(|id| sending.media_urls.get(&id.to_string()));
        let url = stored.or(image.url.as_ref())?;
        element["image_url"] = url.as_str().into();
    }
    if !card.buttons.is_empty() {
        let buttons: Option<Vec<_>> = card.buttons.iter().map(button).collect();
        element["buttons"] = buttons?.into();
    }
    Some(element)
}
