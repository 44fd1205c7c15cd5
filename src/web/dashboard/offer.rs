//! What a composer sends beside words and files: choices to press, a place, a contact card.

use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Buttons;
use crate::model::content::ContactCard;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::List;
use crate::model::content::Location;
use crate::model::content::QuickReply;
use crate::model::content::Row;
use crate::model::content::Section;
use crate::model::content::Text;
use crate::model::rejection::Rejection;
use crate::web::dashboard::form::Fields;

/// Rows of a form at most: more than any channel shows.
const ROWS_MAX: usize = 100;

/// What was asked for beside words; none where nothing was.
///
/// # Errors
/// The kind is none we know, or a number is no number.
pub fn content(fields: &Fields) -> Result<Option<Content>, Rejection> {
    let text = fields.get("text").replace("\r\n", "\n").trim().to_owned();
    let rows = rows(fields);
    Ok(Some(match fields.get("offer") {
        "" => return Ok(None),
        "buttons" => Content::Buttons(Buttons {
            text,
            buttons: rows.into_iter().map(button).collect(),
            ..Buttons::default()
        }),
        "replies" => Content::Text(Text {
            text,
            quick_replies: rows
                .into_iter()
                .map(|(title, _)| QuickReply {
                    title,
                    ..QuickReply::default()
                })
                .collect(),
        }),
        "list" => Content::List(List {
            text,
            button_text: fields.some("opens").unwrap_or("Options").to_owned(),
            sections: vec![Section {
                title: String::new(),
                rows: rows
                    .into_iter()
                    .map(|(title, about)| Row {
                        title,
                        description: Some(about).filter(|about| !about.is_empty()),
                        ..Row::default()
                    })
                    .collect(),
            }],
            ..List::default()
        }),
        "place" => Content::Location(place(fields)?),
        "card" => Content::Contacts(card(fields)),
        _ => {
            let wrong = "must be buttons, replies, list, place or card";
            return Err(Rejection::field("offer", wrong));
        }
    }))
}

/// The rows that hold something: a title, and what else is said of it.
fn rows(fields: &Fields) -> Vec<(String, String)> {
    let trimmed = |name: &str| {
        let values = fields.all(name).take(ROWS_MAX);
        values
            .map(|value| value.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let abouts = trimmed("rowAbout");
    let titles = trimmed("rowTitle").into_iter().enumerate();
    titles
        .map(|(at, title)| (title, abouts.get(at).cloned().unwrap_or_default()))
        .filter(|(title, _)| !title.is_empty())
        .collect()
}

/// A button that answers, or opens the address beside it, or calls the number.
fn button((title, about): (String, String)) -> Button {
    let is_number = about.starts_with('+');
    let kind = match about.as_str() {
        "" => ButtonKind::Reply,
        _ if is_number => ButtonKind::Call,
        _ => ButtonKind::Url,
    };
    Button {
        kind,
        title,
        url: (kind == ButtonKind::Url).then(|| about.clone()),
        phone: (kind == ButtonKind::Call).then_some(about),
        ..Button::default()
    }
}

fn place(fields: &Fields) -> Result<Location, Rejection> {
    let degrees = |name: &str| {
        let typed = fields.get(name).trim().replace(',', ".");
        let wrong = || Rejection::field(name, "must be degrees, such as -23.5563");
        typed.parse::<f64>().map_err(|_| wrong())
    };
    Ok(Location {
        latitude: degrees("latitude")?,
        longitude: degrees("longitude")?,
        name: fields.some("placeName").map(str::to_owned),
        address: fields.some("placeAddress").map(str::to_owned),
    })
}

fn card(fields: &Fields) -> Contacts {
    let all = |name: &str| fields.some(name).map(str::to_owned).into_iter().collect();
    Contacts {
        contacts: vec![ContactCard {
            name: fields.get("cardName").trim().to_owned(),
            phones: all("cardPhone"),
            emails: all("cardEmail"),
            organization: fields.some("cardCompany").map(str::to_owned),
        }],
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_becomes_what_it_asks_for() {
        let cases = [
            ("text=hi", Value::Null),
            (
                "offer=buttons&text=Which%3F&rowTitle=A&rowAbout=&rowTitle=+&rowAbout=x&rowTitle=B&rowAbout=https://x.org&rowTitle=C&rowAbout=%2B551",
                json!({"type":"buttons","text":"Which?","header":null,"footer":null,"buttons":[
                    {"type":"reply","id":"","title":"A","url":null,"phone":null},
                    {"type":"url","id":"","title":"B","url":"https://x.org","phone":null},
                    {"type":"call","id":"","title":"C","url":null,"phone":"+551"}]}),
            ),
            (
                "offer=replies&text=a&rowTitle=Yes&rowAbout=",
                json!({"type":"text","text":"a","quickReplies":[{"id":"","title":"Yes","imageUrl":null}]}),
            ),
            (
                "offer=list&text=a&opens=Days&rowTitle=Fri&rowAbout=9+to+12",
                json!({"type":"list","text":"a","header":null,"footer":null,"buttonText":"Days","sections":[
                    {"title":"","rows":[{"id":"","title":"Fri","description":"9 to 12"}]}]}),
            ),
            (
                "offer=place&latitude=-23%2C5&longitude=-46.7&placeName=Shop",
                json!({"type":"location","latitude":-23.5,"longitude":-46.7,"name":"Shop","address":null}),
            ),
            (
                "offer=card&cardName=Paula&cardPhone=%2B551",
                json!({"type":"contacts","contacts":[{"name":"Paula","phones":["+551"],"emails":[],"organization":null}]}),
            ),
        ];
        for (body, expected) in cases {
            let read = content(&Fields::read(body.as_bytes())).unwrap();
            let read = serde_json::to_value(read).unwrap();
            assert_eq!(read, expected, "{body}");
        }
        for body in ["offer=x", "offer=place&latitude=north&longitude=1"] {
            assert!(content(&Fields::read(body.as_bytes())).is_err(), "{body}");
        }
    }
}
