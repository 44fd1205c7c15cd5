//! What may be sent: each kind of message read, held against its limits, and turned into what the
//! customer sees.

mod interactive;

use serde_json::Map;
use serde_json::Value;

use crate::sandbox::chat::Body;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Sort;
use crate::sandbox::graph::Fault;
use crate::sandbox::whatsapp::check::interactive::interactive;

/// The limits of the contract, in UTF-16 units.
const TEXT_MAX: usize = 4_096;
const CAPTION_MAX: usize = 1_024;
const CONTACTS_MAX: usize = 5;
const TAG_MAX: usize = 512;

/// What a message shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The bubble.
    pub body: Body,
    /// What can be pressed.
    pub choices: Vec<Choice>,
    /// How that is offered.
    pub offer: Offer,
}

impl Shown {
    fn plain(body: Body) -> Self {
        Self {
            body,
            choices: Vec::new(),
            offer: Offer::Buttons,
        }
    }
}

/// A file of a message: where it is, by an id of ours or by a link.
pub type Find<'a> = dyn Fn(&Map<String, Value>, Sort) -> Result<Place, Fault> + 'a;

/// A value that is not as it must be.
#[must_use]
pub fn invalid(details: impl Into<String>) -> Fault {
    Fault::new(400, 131_009, "Parameter value is not valid").because(details)
}

/// A value that is not there.
#[must_use]
pub fn missing(name: &str) -> Fault {
    Fault::parameter(format!("The parameter {name} is required."))
        .because(format!("The parameter {name} is required."))
}

/// Length as the vendor counts.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn object<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a Map<String, Value>, Fault> {
    map.get(name)
        .and_then(Value::as_object)
        .ok_or_else(|| missing(name))
}

fn list<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Fault> {
    let found = map.get(name).and_then(Value::as_array);
    found.map(Vec::as_slice).ok_or_else(|| missing(name))
}

/// A text that must be there.
///
/// # Errors
/// It is not there, empty, no text or too long.
pub fn text(map: &Map<String, Value>, name: &str, max: usize) -> Result<String, Fault> {
    let found = map.get(name).and_then(Value::as_str).unwrap_or_default();
    if found.is_empty() {
        return Err(missing(name));
    }
    if length(found) > max {
        return Err(invalid(format!(
            "{name} length invalid. Min length: 1, Max length: {max}"
        )));
    }
    Ok(found.to_owned())
}

fn maybe(map: &Map<String, Value>, name: &str, max: usize) -> Result<Option<String>, Fault> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => text(map, name, max).map(Some),
    }
}

/// Checks what every message has, and reads what it shows. Reactions and templates are read
/// elsewhere.
///
/// # Errors
/// What the vendor would say.
pub fn message(body: &Map<String, Value>, find: &Find<'_>) -> Result<Shown, Fault> {
    maybe(body, "biz_opaque_callback_data", TAG_MAX)?;
    let kind = body.get("type").and_then(Value::as_str).unwrap_or("text");
    match kind {
        "text" => words(object(body, "text")?),
        "image" => file(object(body, kind)?, Sort::Image, find),
        "video" => file(object(body, kind)?, Sort::Video, find),
        "document" => file(object(body, kind)?, Sort::Document, find),
        "sticker" => file(object(body, kind)?, Sort::Sticker, find),
        "audio" => {
            let audio = object(body, kind)?;
            let is_voice = audio.get("voice").and_then(Value::as_bool) == Some(true);
            let sort = if is_voice { Sort::Voice } else { Sort::Audio };
            file(audio, sort, find)
        }
        "location" => location(object(body, kind)?),
        "contacts" => contacts(list(body, kind)?),
        "interactive" => interactive(object(body, kind)?, find),
        _ => Err(Fault::parameter(format!(
            "Param type must be one of {{AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, \
             REACTION, STICKER, TEMPLATE, TEXT, VIDEO}} - got \"{kind}\"."
        ))),
    }
}

fn words(words: &Map<String, Value>) -> Result<Shown, Fault> {
    let text = words
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if text.trim().is_empty() {
        return Err(missing("text['body']"));
    }
    if length(text) > TEXT_MAX {
        let sentence = "Param text['body'] must be at most 4096 characters long.";
        return Err(Fault::parameter(sentence).because(sentence));
    }
    Ok(Shown::plain(Body::text(text)))
}

fn file(map: &Map<String, Value>, sort: Sort, find: &Find<'_>) -> Result<Shown, Fault> {
    let caption = maybe(map, "caption", CAPTION_MAX)?;
    if caption.is_some() && matches!(sort, Sort::Audio | Sort::Voice | Sort::Sticker) {
        return Err(Fault::parameter(format!(
            "Unexpected key \"caption\" on param \"{}\".",
            sort.name()
        )));
    }
    Ok(Shown::plain(Body::File {
        sort,
        place: find(map, sort)?,
        filename: maybe(map, "filename", 240)?,
        caption: caption.unwrap_or_default(),
        footer: None,
    }))
}

fn location(map: &Map<String, Value>) -> Result<Shown, Fault> {
    let number = |name: &str| {
        let found = map.get(name);
        let number = found.and_then(Value::as_f64);
        let number = number.or_else(|| found?.as_str()?.parse().ok());
        number.ok_or_else(|| missing(name))
    };
    let (latitude, longitude) = (number("latitude")?, number("longitude")?);
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err(invalid("latitude or longitude is out of range"));
    }
    Ok(Shown::plain(Body::Location {
        latitude,
        longitude,
        name: maybe(map, "name", 1_000)?.unwrap_or_default(),
        address: maybe(map, "address", 1_000)?.unwrap_or_default(),
    }))
}

fn contacts(cards: &[Value]) -> Result<Shown, Fault> {
    if cards.is_empty() || cards.len() > CONTACTS_MAX {
        return Err(invalid(format!(
            "contacts must have 1 to {CONTACTS_MAX} elements"
        )));
    }
    let mut shown = Vec::new();
    for card in cards {
        let empty = Map::new();
        let name = object(card.as_object().unwrap_or(&empty), "name")?;
        let formatted = text(name, "formatted_name", 1_000)?;
        let more = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if !more.iter().any(|part| name.contains_key(*part)) {
            return Err(invalid(
                "At least one of first_name, last_name, middle_name, suffix or prefix is required.",
            ));
        }
        let phone = card.pointer("/phones/0/phone").and_then(Value::as_str);
        shown.push((formatted, phone.unwrap_or_default().to_owned()));
    }
    Ok(Shown::plain(Body::Contacts(shown)))
}

/// A choice in a row of its own.
#[must_use]
pub fn choice(title: &str, description: &str, press: Press) -> Choice {
    Choice {
        title: title.to_owned(),
        description: description.to_owned(),
        press,
        row: 0,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use serde_json::json;

    fn find(file: &Map<String, Value>, _: Sort) -> Result<Place, Fault> {
        let link = file.get("link").and_then(Value::as_str);
        link.map(|link| Place::Linked(link.to_owned()))
            .ok_or_else(|| missing("link"))
    }

    fn code(body: &Value) -> i64 {
        match message(body.as_object().unwrap(), &find) {
            Ok(_) => 0,
            Err(fault) => fault.code,
        }
    }

    fn buttons(count: usize, title: &str) -> Value {
        let buttons = (0..count).map(|at| {
            json!({"type":"reply","reply":{"id":format!("b{at}"),"title":format!("{title}{at}")}})
        });
        json!({"type":"interactive","interactive":{"type":"button","body":{"text":"Q"},
            "action":{"buttons":buttons.collect::<Vec<_>>()}}})
    }

    fn rows_of(count: usize, title: &str) -> Value {
        let rows = (0..count).map(|at| json!({"id":format!("r{at}"),"title":title}));
        json!({"type":"interactive","interactive":{"type":"list","body":{"text":"Q"},
            "action":{"button":"Open","sections":[{"rows":rows.collect::<Vec<_>>()}]}}})
    }

    #[test]
    fn every_limit_is_taken_at_its_edge_and_refused_past_it() {
        let text = |length: usize| json!({"type":"text","text":{"body":"a".repeat(length)}});
        let caption = |length: usize| json!({"type":"image","image":{"link":"https://a/b.png","caption":"a".repeat(length)}});
        for (body, expected) in [
            (text(4_096), 0),
            (text(4_097), 100),
            (text(0), 100),
            (caption(1_024), 0),
            (caption(1_025), 131_009),
            (buttons(3, &"t".repeat(19)), 0),
            (buttons(3, &"t".repeat(20)), 131_009),
            (buttons(4, "t"), 131_009),
            (rows_of(10, &"t".repeat(24)), 0),
            (rows_of(10, &"t".repeat(25)), 131_009),
            (rows_of(11, "t"), 131_009),
            (
                json!({"type":"audio","audio":{"link":"https://a/b.ogg","caption":"x"}}),
                100,
            ),
            (json!({"type":"poll"}), 100),
            (
                json!({"type":"location","location":{"latitude":91,"longitude":0}}),
                131_009,
            ),
            (
                json!({"type":"contacts","contacts":[{"name":{"formatted_name":"Ana"}}]}),
                131_009,
            ),
            (
                json!({"type":"contacts","contacts":[{"name":{"formatted_name":"Ana","first_name":"Ana"}}]}),
                0,
            ),
        ] {
            assert_eq!(code(&body), expected, "{body}");
        }
    }

    #[test]
    fn ids_and_titles_of_buttons_are_unique() {
        let mut twice = buttons(2, "t");
        twice["interactive"]["action"]["buttons"][1]["reply"]["id"] = json!("b0");
        assert_eq!(code(&twice), 131_009);
        let mut spaced = buttons(1, "t");
        spaced["interactive"]["action"]["buttons"][0]["reply"]["id"] = json!(" b0");
        assert_eq!(code(&spaced), 131_009);
    }
}
