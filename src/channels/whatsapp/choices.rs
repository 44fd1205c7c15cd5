//! Buttons, lists and cards: what WhatsApp calls interactive. whatsapp.md section 4.

use serde_json::Value;
use serde_json::json;

use crate::base::text::Counting;
use crate::base::text::shorten;
use crate::channels::meta::PHONE_REPLY;
use crate::channels::numbered::framed;
use crate::channels::whatsapp::body;
use crate::channels::whatsapp::body::Body;
use crate::channels::whatsapp::caps::CAPABILITIES;
use crate::channels::whatsapp::files;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::Card;
use crate::model::content::Carousel;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::Media;
use crate::model::content::Section;
use crate::model::content::Text;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;

/// What stands where the vendor wants words and there are none.
const NO_WORDS: &str = "\u{2026}";

/// What stands on the button of a list when nobody says otherwise.
const LIST_BUTTON: &str = "Options";

/// Line breaks in the words of a card, at most (section 11).
const CARD_BREAKS_MAX: usize = 2;

/// Words with quick replies, as buttons. One that hands over the customer's number is what the vendor
/// has for that, where it stands alone.
#[must_use]
pub fn quick_replies(text: &Text) -> Body {
    if let [only] = text.quick_replies.as_slice()
        && only.id == PHONE_REPLY
    {
        return ask_for_number(&text.text);
    }
    let replies: Vec<_> = text
        .quick_replies
        .iter()
        .map(|reply| (reply.id.as_str(), reply.title.as_str()))
        .collect();
    let mut value = json!({"type": "button"});
    frame(&mut value, None, &text.text, None);
    value["action"] = json!({"buttons": replies_of(&replies)});
    body::of("interactive", value)
}

/// Words with buttons: up to three that answer, or a single one that does something else. None for
/// a mixture.
#[must_use]
pub fn buttons(buttons: &Buttons) -> Option<Body> {
    let (header, footer) = (buttons.header.as_deref(), buttons.footer.as_deref());
    if let [only] = buttons.buttons.as_slice() {
        match only.kind {
            ButtonKind::Url => {
                let mut value = json!({"type": "cta_url"});
                frame(&mut value, header, &buttons.text, footer);
                value["action"] = open(only)?;
                return Some(body::of("interactive", value));
            }
            ButtonKind::Location => return Some(ask_for_place(buttons)),
            ButtonKind::Reply | ButtonKind::Call => {}
        }
    }
    let replies = replies_among(&buttons.buttons)?;
    let mut value = json!({"type": "button"});
    frame(&mut value, header, &buttons.text, footer);
    value["action"] = json!({"buttons": replies_of(&replies)});
    Some(body::of("interactive", value))
}

/// Asks for the customer's number. whatsapp.md section 7.3.
fn ask_for_number(words: &str) -> Body {
    let mut value = json!({"type": "request_contact_info"});
    frame(&mut value, None, words, None);
    value["action"] = json!({"name": "request_contact_info"});
    body::of("interactive", value)
}

/// Asking for a place knows no lines above and below: they join the words.
fn ask_for_place(buttons: &Buttons) -> Body {
    let words = framed(
        buttons.header.as_deref(),
        &buttons.text,
        buttons.footer.as_deref(),
    );
    let mut value = json!({"type": "location_request_message"});
    frame(&mut value, None, &words, None);
    value["action"] = json!({"name": "send_location"});
    body::of("interactive", value)
}

/// A list.
#[must_use]
pub fn list(account: &Account, list: &List) -> Body {
    let mut value = json!({"type": "list"});
    let (header, footer) = (list.header.as_deref(), list.footer.as_deref());
    frame(&mut value, header, &list.text, footer);
    let given = Some(list.button_text.as_str()).filter(|text| !text.trim().is_empty());
    let button = given
        .or_else(|| account.text("listButtonText"))
        .unwrap_or(LIST_BUTTON);
    let is_one_of_several = list.sections.len() > 1;
    let mut ids = Vec::new();
    let sections: Value = list
        .sections
        .iter()
        .map(|one| section(one, is_one_of_several, button, &mut ids))
        .collect();
    value["action"] = json!({"button": button, "sections": sections});
    body::of("interactive", value)
}

/// A section. Beside others it needs a title.
fn section(section: &Section, needs_title: bool, button: &str, ids: &mut Vec<String>) -> Value {
    let mut value = json!({});
    if !section.title.trim().is_empty() {
        value["title"] = section.title.as_str().into();
    } else if needs_title {
        value["title"] = button.into();
    }
    let mut row = |row: &crate::model::content::Row| {
        let id = unused(ids, row.id.trim(), usize::MAX);
        let mut value = json!({"id": id, "title": row.title});
        if let Some(text) = row.description.as_deref().filter(|text| !text.is_empty()) {
            value["description"] = text.into();
        }
        value
    };
    value["rows"] = section.rows.iter().map(&mut row).collect();
    value
}

/// Cards side by side, where the vendor shows these side by side; else one message for each. None
/// where a picture is nowhere the vendor could find it.
#[must_use]
pub fn carousel(sending: &Sending<'_>, carousel: &Carousel) -> Option<Vec<Body>> {
    let words = carousel
        .text
        .as_deref()
        .filter(|text| !text.trim().is_empty());
    if is_alike(&carousel.cards) {
        let cards = carousel.cards.iter().enumerate();
        let cards: Option<Vec<_>> = cards
            .map(|(index, card)| card_of_several(sending, index, card))
            .collect();
        let mut value = json!({"type": "carousel"});
        let first = carousel.cards.first().map(|card| card.title.as_str());
        frame(&mut value, None, words.or(first).unwrap_or_default(), None);
        value["action"] = json!({"cards": cards?});
        return Some(vec![body::of("interactive", value)]);
    }
    let mut bodies: Vec<_> = words.map(body::text).into_iter().collect();
    for card in &carousel.cards {
        bodies.extend(card_alone(sending, card)?);
    }
    Some(bodies)
}

/// Whether the vendor takes cards as one carousel: at least two, all with pictures, and all with
/// the same buttons: one address, or equally many answers.
fn is_alike(cards: &[Card]) -> bool {
    let pattern = |card: &Card| -> Option<(ButtonKind, usize)> {
        let first = card.buttons.first()?.kind;
        let count = card.buttons.len();
        let fits = match first {
            ButtonKind::Reply => card.buttons.iter().all(|button| button.kind == first),
            ButtonKind::Url => count == 1,
            ButtonKind::Call | ButtonKind::Location => false,
        };
        fits.then_some((first, count))
    };
    let Some(first) = cards.first().and_then(pattern) else {
        return false;
    };
    cards.len() >= 2
        && cards.iter().all(|card| {
            card.image.is_some()
                && pattern(card) == Some(first)
                && words_of(card).matches('\n').count() <= CARD_BREAKS_MAX
        })
}

fn words_of(card: &Card) -> String {
    framed(None, &card.title, card.description.as_deref())
}

fn card_of_several(sending: &Sending<'_>, index: usize, card: &Card) -> Option<Value> {
    let link = files::address(sending, card.image.as_ref()?)?;
    let action = match card.buttons.first()? {
        only if only.kind == ButtonKind::Url => open(only)?,
        _ => {
            let button = |button: &Button| {
                let reply = json!({"id": button.id.trim(), "title": button.title});
                json!({"type": "quick_reply", "quick_reply": reply})
            };
            json!({"buttons": card.buttons.iter().map(button).collect::<Vec<_>>()})
        }
    };
    Some(json!({
        "card_index": index,
        "type": "cta_url",
        "header": {"type": "image", "image": {"link": link}},
        "body": {"text": words_of(card)},
        "action": action,
    }))
}

/// A card as a message of its own.
fn card_alone(sending: &Sending<'_>, card: &Card) -> Option<Vec<Body>> {
    let words = words_of(card);
    if card.buttons.is_empty() {
        let Some(picture) = &card.image else {
            return Some(vec![body::text(&words)]);
        };
        let picture = Media {
            caption: Some(words),
            ..picture.clone()
        };
        return body::file(sending, &Content::Image(picture.clone()), &picture);
    }
    let asks_for_place = card
        .buttons
        .iter()
        .any(|button| button.kind == ButtonKind::Location);
    let mut message = buttons(&Buttons {
        text: words,
        buttons: card.buttons.clone(),
        ..Buttons::default()
    })?;
    let mut bodies = Vec::new();
    if let Some(picture) = &card.image {
        if asks_for_place {
            bodies.extend(body::file(
                sending,
                &Content::Image(picture.clone()),
                picture,
            )?);
        } else {
            let (field, place) = match files::address(sending, picture) {
                Some(link) => ("link", link),
                None => files::reference(sending, picture)?,
            };
            message["interactive"]["header"] = json!({"type": "image", "image": {field: place}});
        }
    }
    bodies.push(message);
    Some(bodies)
}

/// The words of something interactive and the lines above and below. Words there must be: where
/// there are none the line above takes their place.
fn frame(value: &mut Value, header: Option<&str>, words: &str, footer: Option<&str>) {
    let given = |text: Option<&str>| {
        text.map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (header, words) = match (given(header), given(Some(words))) {
        (header, Some(_)) => (header, Some(words.to_owned())),
        (header, None) => (None, header),
    };
    if let Some(header) = header {
        value["header"] = json!({"type": "text", "text": header});
    }
    value["body"] = json!({"text": words.unwrap_or_else(|| NO_WORDS.to_owned())});
    if let Some(footer) = given(footer) {
        value["footer"] = json!({"text": footer});
    }
}

/// The action of a button that opens an address.
fn open(button: &Button) -> Option<Value> {
    let url = button.url.as_deref()?;
    Some(json!({
        "name": "cta_url",
        "parameters": {"display_text": button.title, "url": url},
    }))
}

/// Ids and titles of buttons that answer; none where there are others among them.
fn replies_among(buttons: &[Button]) -> Option<Vec<(&str, &str)>> {
    let reply = |button: &'_ Button| button.kind == ButtonKind::Reply;
    let fits = !buttons.is_empty() && buttons.iter().all(reply);
    fits.then(|| {
        buttons
            .iter()
            .map(|button| (button.id.as_str(), button.title.as_str()))
            .collect()
    })
}

/// Buttons that answer. The vendor wants ids and titles that differ and ids without blanks around
/// them.
fn replies_of(replies: &[(&str, &str)]) -> Vec<Value> {
    let (mut ids, mut titles) = (Vec::new(), Vec::new());
    let mut button = |(id, title): &(&str, &str)| {
        let id = Some(id.trim()).filter(|id| !id.is_empty()).unwrap_or(title);
        let reply = json!({
            "id": unused(&mut ids, id, usize::MAX),
            "title": unused(&mut titles, title, CAPABILITIES.button_title_max),
        });
        json!({"type": "reply", "reply": reply})
    };
    replies.iter().map(&mut button).collect()
}

/// A text that was not used before: the same again gets a number.
fn unused(used: &mut Vec<String>, text: &str, max: usize) -> String {
    let mut name = text.to_owned();
    let mut copy = 2;
    while used.contains(&name) {
        let mark = format!(" {copy}");
        let room = max.saturating_sub(mark.len());
        name = shorten(text, room, Counting::Characters) + &mark;
        copy += 1;
    }
    used.push(name.clone());
    name
}
