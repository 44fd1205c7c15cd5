//! Messages with something to press, held against their limits.

use serde_json::Map;
use serde_json::Value;

use crate::sandbox::chat::Body;
use crate::sandbox::chat::Card;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Sort;
use crate::sandbox::graph::Fault;
use crate::sandbox::whatsapp::check::Find;
use crate::sandbox::whatsapp::check::Shown;
use crate::sandbox::whatsapp::check::choice;
use crate::sandbox::whatsapp::check::invalid;
use crate::sandbox::whatsapp::check::list;
use crate::sandbox::whatsapp::check::maybe;
use crate::sandbox::whatsapp::check::missing;
use crate::sandbox::whatsapp::check::object;
use crate::sandbox::whatsapp::check::text;

/// The limits of the contract, in UTF-16 units.
const BODY_MAX: usize = 1_024;
const HEADER_MAX: usize = 60;
const FOOTER_MAX: usize = 60;
const BUTTONS_MAX: usize = 3;
const TITLE_MAX: usize = 20;
const ID_MAX: usize = 256;
const ROWS_MAX: usize = 10;
const ROW_ID_MAX: usize = 200;
const ROW_TITLE_MAX: usize = 24;
const ROW_TEXT_MAX: usize = 72;
const CARDS_MAX: usize = 10;
const CARD_BODY_MAX: usize = 160;

/// Messages a customer answers by pressing: buttons, lists, links, cards.
///
/// # Errors
/// What the vendor would say.
pub fn interactive(map: &Map<String, Value>, find: &Find<'_>) -> Result<Shown, Fault> {
    let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
    let empty = Map::new();
    let action = object(map, "action")?;
    let footer = match map.get("footer").and_then(Value::as_object) {
        Some(footer) => Some(text(footer, "text", FOOTER_MAX)?),
        None => None,
    };
    let words = text(
        map.get("body").and_then(Value::as_object).unwrap_or(&empty),
        "text",
        BODY_MAX,
    )?;
    let header = header(map, kind, find)?;
    let (choices, offer) = match kind {
        "button" => (reply_buttons(action)?, Offer::Buttons),
        "list" => (
            rows(action)?,
            Offer::List(text(action, "button", TITLE_MAX)?),
        ),
        "cta_url" => (vec![link(action)?], Offer::Buttons),
        "location_request_message" => {
            let place = choice("Send location", "", Press::Place);
            (vec![place], Offer::Buttons)
        }
        "request_contact_info" => {
            let number = choice("Share phone number", "", Press::Number);
            (vec![number], Offer::Buttons)
        }
        "carousel" => return carousel(&words, action, find),
        _ => {
            return Err(invalid(format!("interactive type {kind} is not supported")));
        }
    };
    let body = match header {
        Some(Header::Text(header)) => Body::Text {
            header: Some(header),
            text: words,
            spans: Vec::new(),
            footer,
        },
        Some(Header::File(sort, place)) => Body::File {
            sort,
            place,
            filename: None,
            caption: words,
            footer,
        },
        None => Body::Text {
            header: None,
            text: words,
            spans: Vec::new(),
            footer,
        },
    };
    Ok(Shown {
        body,
        choices,
        offer,
    })
}

enum Header {
    Text(String),
    File(Sort, Place),
}

fn header(map: &Map<String, Value>, kind: &str, find: &Find<'_>) -> Result<Option<Header>, Fault> {
    let Some(header) = map.get("header").and_then(Value::as_object) else {
        return Ok(None);
    };
    let sort = match header.get("type").and_then(Value::as_str) {
        Some("text") => {
            return Ok(Some(Header::Text(text(header, "text", HEADER_MAX)?)));
        }
        Some("image") => Sort::Image,
        Some("video") => Sort::Video,
        Some("document") => Sort::Document,
        _ => return Err(invalid("header type is not supported")),
    };
    if kind != "button" && kind != "cta_url" {
        return Err(invalid(format!("{kind} supports text headers only")));
    }
    let file = object(header, sort.name())?;
    Ok(Some(Header::File(sort, find(file, sort)?)))
}

fn unique(seen: &mut Vec<String>, what: &str, value: &str) -> Result<(), Fault> {
    if seen.iter().any(|known| known == value) {
        return Err(invalid(format!(
            "{what} must be unique, {value} is repeated"
        )));
    }
    seen.push(value.to_owned());
    Ok(())
}

fn reply_buttons(action: &Map<String, Value>) -> Result<Vec<Choice>, Fault> {
    let buttons = list(action, "buttons")?;
    if buttons.is_empty() || buttons.len() > BUTTONS_MAX {
        return Err(invalid(format!(
            "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS_MAX}"
        )));
    }
    let (mut ids, mut titles) = (Vec::new(), Vec::new());
    let mut choices = Vec::new();
    for button in buttons {
        let reply = button.get("reply").and_then(Value::as_object);
        let reply = reply.ok_or_else(|| missing("reply"))?;
        let id = text(reply, "id", ID_MAX)?;
        if id.trim() != id {
            return Err(invalid(
                "Button id must not have leading or trailing spaces",
            ));
        }
        let title = text(reply, "title", TITLE_MAX)
            .map_err(|_| invalid("Button title length invalid. Min length: 1, Max length: 20"))?;
        unique(&mut ids, "Button ids", &id)?;
        unique(&mut titles, "Button titles", &title)?;
        choices.push(choice(&title, "", Press::Reply(id)));
    }
    Ok(choices)
}

fn rows(action: &Map<String, Value>) -> Result<Vec<Choice>, Fault> {
    let sections = list(action, "sections")?;
    let mut ids = Vec::new();
    let mut choices = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        let section = section.as_object().ok_or_else(|| missing("sections"))?;
        let title = maybe(section, "title", ROW_TITLE_MAX)?;
        if sections.len() > 1 && title.is_none() {
            return Err(invalid(
                "Section title is required when there is more than one section",
            ));
        }
        for row in list(section, "rows")? {
            let row = row.as_object().ok_or_else(|| missing("rows"))?;
            let id = text(row, "id", ROW_ID_MAX)?;
            unique(&mut ids, "Row ids", &id)?;
            let title = text(row, "title", ROW_TITLE_MAX)
                .map_err(|_| invalid("Row title is too long. Max length is 24"))?;
            let description = maybe(row, "description", ROW_TEXT_MAX)?;
            let press = Press::Row(id);
            choices.push(Choice {
                row: at,
                ..choice(&title, &description.unwrap_or_default(), press)
            });
        }
    }
    if choices.is_empty() || choices.len() > ROWS_MAX {
        return Err(invalid(format!(
            "Total row count exceed max allowed count: {ROWS_MAX}"
        )));
    }
    Ok(choices)
}

fn link(action: &Map<String, Value>) -> Result<Choice, Fault> {
    let parameters = object(action, "parameters")?;
    let title = text(parameters, "display_text", TITLE_MAX)?;
    let url = text(parameters, "url", 2_000)?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(invalid("url must be a valid address"));
    }
    Ok(choice(&title, "", Press::Open(url)))
}

fn carousel(words: &str, action: &Map<String, Value>, find: &Find<'_>) -> Result<Shown, Fault> {
    let cards = list(action, "cards")?;
    if cards.len() < 2 || cards.len() > CARDS_MAX {
        return Err(invalid(format!("A carousel has 2 to {CARDS_MAX} cards")));
    }
    let mut shown = Vec::new();
    for card in cards {
        let card = card.as_object().ok_or_else(|| missing("cards"))?;
        let header = object(card, "header")?;
        let image = find(object(header, "image")?, Sort::Image)?;
        let text = match card.get("body").and_then(Value::as_object) {
            Some(body) => text(body, "text", CARD_BODY_MAX)?,
            None => String::new(),
        };
        if text.matches('\n').count() > 2 {
            return Err(invalid("A card's text has at most 2 line breaks"));
        }
        let action = object(card, "action")?;
        let choices = match action.get("buttons").and_then(Value::as_array) {
            Some(buttons) => quick(buttons)?,
            None => vec![link(action)?],
        };
        shown.push(Card {
            image: Some(image),
            title: String::new(),
            text,
            choices,
        });
    }
    let pattern = |card: &Card| {
        let replies = card.choices.iter();
        replies
            .map(|choice| matches!(choice.press, Press::Reply(_)))
            .collect::<Vec<_>>()
    };
    if shown.iter().any(|card| pattern(card) != pattern(&shown[0])) {
        return Err(invalid("All cards must have the same buttons"));
    }
    Ok(Shown::plain(Body::Cards {
        text: words.to_owned(),
        cards: shown,
    }))
}

fn quick(buttons: &[Value]) -> Result<Vec<Choice>, Fault> {
    if buttons.is_empty() || buttons.len() > BUTTONS_MAX {
        return Err(invalid("A card has 1 to 3 quick replies"));
    }
    let read = buttons.iter().map(|button| {
        let reply = button.get("quick_reply").and_then(Value::as_object);
        let reply = reply.ok_or_else(|| missing("quick_reply"))?;
        let id = text(reply, "id", ID_MAX)?;
        Ok(choice(
            &text(reply, "title", TITLE_MAX)?,
            "",
            Press::Reply(id),
        ))
    });
    read.collect()
}
