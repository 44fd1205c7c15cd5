//! What one message of WhatsApp holds, but for choices. whatsapp.md section 4.

use serde_json::Value;
use serde_json::json;

use crate::base::phone::PhoneNumber;
use crate::channels::whatsapp::files;
use crate::model::Opaque;
use crate::model::content::ContactCard;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::content::Media;
use crate::model::content::Reaction;
use crate::model::content::TemplateUse;
use crate::model::outbound::Sending;

/// Contact cards in one message, at most (section 11).
const CARDS_MAX: usize = 5;

/// What stands in a call beside whom it goes to: its type, and the object named like it.
pub type Body = Opaque;

/// A body of a type.
#[must_use]
pub fn of(kind: &str, value: Value) -> Body {
    let fields = [("type".to_owned(), kind.into()), (kind.to_owned(), value)];
    fields.into_iter().collect()
}

/// Words. A link in them is shown with a preview.
#[must_use]
pub fn text(words: &str) -> Body {
    let has_link = words.contains("http://") || words.contains("https://");
    let mut value = json!({"body": words});
    if has_link {
        value["preview_url"] = true.into();
    }
    of("text", value)
}

/// A file, and after it the words under it where its kind takes none. None where the file is
/// nowhere the vendor could find it.
#[must_use]
pub fn file(sending: &Sending<'_>, content: &Content, media: &Media) -> Option<Vec<Body>> {
    let kind = files::shown_as(content, media);
    let (field, place) = files::reference(sending, media)?;
    let caption = media
        .caption
        .as_deref()
        .filter(|caption| !caption.trim().is_empty());
    let takes_caption = matches!(kind, "image" | "video" | "document");
    let mut value = Opaque::new();
    value.insert(field.to_owned(), place.into());
    if let Some(caption) = caption.filter(|_| takes_caption) {
        value.insert("caption".to_owned(), caption.into());
    }
    if kind == "document" {
        value.insert("filename".to_owned(), files::name(media).into());
    }
    if kind == "audio" && files::is_voice_note(media) {
        value.insert("voice".to_owned(), true.into());
    }
    let mut bodies = vec![of(kind, Value::Object(value))];
    bodies.extend(caption.filter(|_| !takes_caption).map(text));
    Some(bodies)
}

/// A place.
#[must_use]
pub fn location(place: &Location) -> Body {
    let mut value = json!({"latitude": place.latitude, "longitude": place.longitude});
    if let Some(name) = &place.name {
        value["name"] = name.as_str().into();
    }
    if let Some(address) = &place.address {
        value["address"] = address.as_str().into();
    }
    of("location", value)
}

/// Contact cards, as many messages as they need.
#[must_use]
pub fn contacts(cards: &Contacts) -> Vec<Body> {
    let message = |some: &[ContactCard]| of("contacts", some.iter().map(card).collect());
    cards.contacts.chunks(CARDS_MAX).map(message).collect()
}

/// A card. The vendor wants one more name beside the whole one.
fn card(card: &ContactCard) -> Value {
    let name = card.name.trim();
    let (first, last) = match name.split_once(char::is_whitespace) {
        Some((first, last)) => (first, Some(last.trim())),
        None => (name, None),
    };
    let mut names = json!({"formatted_name": name, "first_name": first});
    if let Some(last) = last {
        names["last_name"] = last.into();
    }
    let mut value = json!({"name": names});
    if !card.phones.is_empty() {
        value["phones"] = card.phones.iter().map(|number| phone(number)).collect();
    }
    if !card.emails.is_empty() {
        let mail = |email: &String| json!({"email": email, "type": "WORK"});
        value["emails"] = card.emails.iter().map(mail).collect();
    }
    if let Some(company) = &card.organization {
        value["org"] = json!({"company": company});
    }
    value
}

/// A number of a card; with the id that lets the customer write to it, where it can be one.
fn phone(number: &str) -> Value {
    let mut value = json!({"phone": number, "type": "CELL"});
    if let Some(whole) = PhoneNumber::parse(number) {
        value["wa_id"] = whole.as_str().trim_start_matches('+').into();
    }
    value
}

/// A template, its components as they came but for files of ours: those stand under the id the
/// vendor gave them, else at their address.
#[must_use]
pub fn template(sending: &Sending<'_>, template: &TemplateUse) -> Body {
    let mut value = json!({
        "name": template.name,
        "language": {"code": template.language},
    });
    if !template.components.is_empty() {
        let components = template.components.iter().cloned().map(Value::Object);
        let mut components: Value = components.collect();
        name_files(sending, &mut components);
        value["components"] = components;
    }
    of("template", value)
}

/// Puts what the vendor finds a file by where a value names one of ours: `{"id": "media_..."}`.
fn name_files(sending: &Sending<'_>, value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| name_files(sending, item)),
        Value::Object(map) => {
            let named = map.get("id").and_then(Value::as_str);
            let media = named.and_then(|id| id.parse().ok()).map(|id| Media {
                media_id: Some(id),
                ..Media::default()
            });
            if let Some((way, place)) = media.and_then(|media| files::reference(sending, &media)) {
                map.remove("id");
                map.insert(way.to_owned(), place.into());
            }
            map.values_mut().for_each(|item| name_files(sending, item));
        }
        _ => {}
    }
}

/// A reaction; an empty emoji takes it back.
#[must_use]
pub fn reaction(sending: &Sending<'_>, reaction: &Reaction) -> Body {
    let target = sending.reply_to.unwrap_or(&reaction.target_id);
    of(
        "reaction",
        json!({"message_id": target, "emoji": reaction.emoji}),
    )
}
