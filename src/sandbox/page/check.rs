//! What a Page or a professional account may send, and what the customer sees of it.

use serde_json::Value;

use crate::sandbox::chat::Body;
use crate::sandbox::chat::Card;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Sort;
use crate::sandbox::graph::Fault;
use crate::sandbox::page::Kind;

const TITLE_MAX: usize = 20;
const PAYLOAD_MAX: usize = 1_000;
const QUICK_MAX: usize = 13;
const BUTTONS_MAX: usize = 3;
const BUTTON_TEXT_MAX: usize = 640;
const ELEMENTS_MAX: usize = 10;
const ELEMENT_MAX: usize = 80;

/// What a message shows; several bubbles where it carries several pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The bubbles.
    pub bodies: Vec<Body>,
    /// What can be pressed.
    pub choices: Vec<Choice>,
    /// How that is offered.
    pub offer: Offer,
}

/// A message that is not as it must be.
#[must_use]
pub fn invalid(message: &str, subcode: i64) -> Fault {
    Fault::parameter(message).within(subcode)
}

/// A file by the id it was uploaded under.
pub type Find<'a> = dyn Fn(&str) -> Option<Place> + 'a;

fn limited(text: &str, max: usize, what: &str) -> Result<String, Fault> {
    if text.is_empty() || text.chars().count() > max {
        return Err(invalid(
            &format!("{what} must have 1 to {max} characters"),
            2_018_164,
        ));
    }
    Ok(text.to_owned())
}

/// Reads the `message` of a call.
///
/// # Errors
/// What the vendor would say.
pub fn message(kind: Kind, message: &Value, find: &Find<'_>) -> Result<Shown, Fault> {
    let text = message["text"].as_str();
    let (bodies, mut choices) = if let Some(text) = text {
        (vec![words(kind, text)?], Vec::new())
    } else if let Some(many) = message["attachments"].as_array() {
        if kind == Kind::Messenger || many.is_empty() || many.len() > 10 {
            return Err(invalid("attachments must have 1 to 10 elements", 2_534_015));
        }
        let bodies = many.iter().map(|one| file(kind, one, find));
        (bodies.collect::<Result<_, _>>()?, Vec::new())
    } else if message["attachment"].is_object() {
        attachment(kind, &message["attachment"], find)?
    } else if message["sticker_id"].is_i64() || message["sticker_id"].is_string() {
        (vec![Body::text("\u{1f44d}")], Vec::new())
    } else {
        return Err(invalid(
            "The message must have a text or an attachment",
            kind.wrong(),
        ));
    };
    let mut offer = Offer::Buttons;
    if let Some(quick) = message["quick_replies"].as_array() {
        if kind == Kind::Instagram && text.is_none() {
            return Err(invalid("Quick replies need a text", kind.wrong()));
        }
        choices = quick_replies(quick)?;
        offer = Offer::Quick;
    }
    Ok(Shown {
        bodies,
        choices,
        offer,
    })
}

fn words(kind: Kind, text: &str) -> Result<Body, Fault> {
    let fits = match kind {
        Kind::Messenger => text.chars().count() <= 2_000,
        Kind::Instagram => text.len() <= 1_000,
    };
    if text.trim().is_empty() || !fits {
        let sentence = match kind {
            Kind::Messenger => "Length of param message[text] must be less than or equal to 2000",
            Kind::Instagram => "Message text is too long, at most 1000 bytes",
        };
        return Err(invalid(sentence, kind.wrong()));
    }
    Ok(Body::text(text))
}

fn quick_replies(quick: &[Value]) -> Result<Vec<Choice>, Fault> {
    if quick.is_empty() || quick.len() > QUICK_MAX {
        return Err(invalid("There are at most 13 quick replies", 2_018_164));
    }
    let read = quick.iter().map(|reply| {
        let (title, payload) = match reply["content_type"].as_str() {
            Some("text") => {
                let title = reply["title"].as_str().unwrap_or_default();
                let payload = reply["payload"].as_str().unwrap_or_default();
                (
                    limited(title, TITLE_MAX, "A quick reply's title")?,
                    limited(payload, PAYLOAD_MAX, "A payload")?,
                )
            }
            Some("user_phone_number") => {
                ("+55 11 98888 0003".to_owned(), "+5511988880003".to_owned())
            }
            Some("user_email") => ("ana@example.com".to_owned(), "ana@example.com".to_owned()),
            _ => {
                return Err(invalid(
                    "The content type of a quick reply is not known",
                    2_018_164,
                ));
            }
        };
        Ok(choice(title, Press::Reply(payload)))
    });
    read.collect()
}

fn choice(title: String, press: Press) -> Choice {
    Choice {
        title,
        description: String::new(),
        press,
        row: 0,
    }
}

fn attachment(
    kind: Kind,
    attachment: &Value,
    find: &Find<'_>,
) -> Result<(Vec<Body>, Vec<Choice>), Fault> {
    let sort = attachment["type"].as_str().unwrap_or_default();
    match sort {
        "template" => template(kind, &attachment["payload"]),
        "like_heart" if kind == Kind::Instagram => Ok((vec![Body::text("\u{2764}")], Vec::new())),
        "MEDIA_SHARE" if kind == Kind::Instagram => {
            Ok((vec![Body::text("A post of the business")], Vec::new()))
        }
        _ => Ok((vec![file(kind, attachment, find)?], Vec::new())),
    }
}

fn file(kind: Kind, attachment: &Value, find: &Find<'_>) -> Result<Body, Fault> {
    let sort = match attachment["type"].as_str().unwrap_or_default() {
        "image" => Sort::Image,
        "video" => Sort::Video,
        "audio" => Sort::Audio,
        "file" => Sort::Document,
        other => {
            return Err(invalid(
                &format!("The attachment type {other} is not known"),
                kind.wrong(),
            ));
        }
    };
    let payload = &attachment["payload"];
    let id = match &payload["attachment_id"] {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    };
    let place = if let Some(id) = id {
        let missing = || invalid("The attachment id is not valid", 2_018_074);
        find(&id).ok_or_else(missing)?
    } else {
        let url = payload["url"].as_str().unwrap_or_default();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(invalid("The url is not valid", kind.wrong()));
        }
        Place::Linked(url.to_owned())
    };
    Ok(Body::File {
        sort,
        place,
        filename: None,
        caption: String::new(),
        footer: None,
    })
}

fn template(kind: Kind, payload: &Value) -> Result<(Vec<Body>, Vec<Choice>), Fault> {
    match payload["template_type"].as_str().unwrap_or_default() {
        "button" => {
            let text = payload["text"].as_str().unwrap_or_default();
            let text = limited(text, BUTTON_TEXT_MAX, "A button template's text")?;
            Ok((
                vec![Body::text(text)],
                buttons(kind, &payload["buttons"], 1)?,
            ))
        }
        "generic" => {
            let elements = payload["elements"]
                .as_array()
                .map_or(&[][..], Vec::as_slice);
            if elements.is_empty() || elements.len() > ELEMENTS_MAX {
                return Err(invalid(
                    "A generic template has 1 to 10 elements",
                    2_018_164,
                ));
            }
            let cards = elements.iter().map(|element| card(kind, element));
            let cards = cards.collect::<Result<_, _>>()?;
            let text = String::new();
            Ok((vec![Body::Cards { text, cards }], Vec::new()))
        }
        "media" if kind == Kind::Messenger => {
            let element = &payload["elements"][0];
            let text = element["media_type"].as_str().unwrap_or("image");
            let choices = buttons(kind, &element["buttons"], 0)?;
            Ok((vec![Body::text(format!("A {text}"))], choices))
        }
        "receipt" if kind == Kind::Messenger => {
            let needed = [
                "recipient_name",
                "order_number",
                "currency",
                "payment_method",
                "summary",
            ];
            if let Some(name) = needed.iter().find(|name| payload[**name].is_null()) {
                return Err(invalid(
                    &format!("The parameter {name} is required"),
                    2_018_164,
                ));
            }
            let order = payload["order_number"].as_str().unwrap_or_default();
            let total = &payload["summary"]["total_cost"];
            Ok((
                vec![Body::text(format!("Receipt {order}\nTotal {total}"))],
                Vec::new(),
            ))
        }
        other => Err(invalid(
            &format!("The template type {other} is not known"),
            kind.wrong(),
        )),
    }
}

fn card(kind: Kind, element: &Value) -> Result<Card, Fault> {
    let title = element["title"].as_str().unwrap_or_default();
    let text = element["subtitle"].as_str().unwrap_or_default();
    if text.chars().count() > ELEMENT_MAX {
        return Err(invalid("A subtitle has at most 80 characters", 2_018_164));
    }
    let image = element["image_url"].as_str();
    Ok(Card {
        image: image.map(|url| Place::Linked(url.to_owned())),
        title: limited(title, ELEMENT_MAX, "An element's title")?,
        text: text.to_owned(),
        choices: buttons(kind, &element["buttons"], 0)?,
    })
}

fn buttons(kind: Kind, buttons: &Value, least: usize) -> Result<Vec<Choice>, Fault> {
    let buttons = buttons.as_array().map_or(&[][..], Vec::as_slice);
    if buttons.len() < least || buttons.len() > BUTTONS_MAX {
        return Err(invalid("There are 1 to 3 buttons", 2_018_164));
    }
    let read = buttons.iter().map(|button| {
        let text = |name: &str| button[name].as_str().unwrap_or_default();
        let title = limited(text("title"), TITLE_MAX, "A button's title")?;
        let press = match text("type") {
            "postback" => Press::Template(limited(text("payload"), PAYLOAD_MAX, "A payload")?),
            "web_url" if text("url").starts_with("http") => Press::Open(text("url").to_owned()),
            "phone_number" if kind == Kind::Messenger && text("payload").starts_with('+') => {
                Press::Dial(text("payload").to_owned())
            }
            other => {
                let sentence = format!("A button of the type {other} is not possible here");
                return Err(invalid(&sentence, kind.wrong()));
            }
        };
        Ok(choice(title, press))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::page::Kind::Instagram;
    use crate::sandbox::page::Kind::Messenger;
    use serde_json::json;

    fn code(kind: Kind, body: &Value) -> i64 {
        let find = |_: &str| None;
        message(kind, body, &find).map_or_else(|fault| fault.code, |_| 0)
    }

    #[test]
    fn limits_are_taken_at_their_edge_and_refused_past_it() {
        let text = |text: &str, count: usize| json!({"text": text.repeat(count)});
        let quick = |count: usize, title: usize| {
            let one = json!({"content_type": "text", "title": "t".repeat(title), "payload": "p"});
            json!({"text": "Q", "quick_replies": vec![one; count]})
        };
        let button = |count: usize, length: usize| {
            let one = json!({"type": "postback", "title": "t".repeat(length), "payload": "p"});
            json!({"attachment": {"type": "template", "payload": {
                "template_type": "button", "text": "Q", "buttons": vec![one; count]}}})
        };
        for (kind, body, expected) in [
            (Messenger, text("a", 2_000), 0),
            (Messenger, text("a", 2_001), 100),
            (Instagram, text("a", 1_000), 0),
            (Instagram, text("a", 1_001), 100),
            (Instagram, text("\u{44f}", 500), 0),
            (Instagram, text("\u{44f}", 501), 100),
            (Messenger, text("\u{44f}", 2_000), 0),
            (Messenger, quick(13, 20), 0),
            (Messenger, quick(14, 20), 100),
            (Instagram, quick(13, 21), 100),
            (Messenger, button(3, 20), 0),
            (Messenger, button(4, 20), 100),
            (Messenger, button(0, 20), 100),
            (Messenger, json!({}), 100),
        ] {
            assert_eq!(code(kind, &body), expected, "{kind:?} {body}");
        }
    }
}
