//! What is said on a phone, as templates want it.

use askama::Template;
use jiff::tz::TimeZone;

use crate::base::time::Timestamp;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Room;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::view::filters;
use crate::web::sandbox::styled::styled;

/// What is said on a phone.
#[derive(Template)]
#[template(path = "parts/phone_thread.html")]
pub struct ThreadPart {
    bubbles: Vec<BubbleView>,
    typing: bool,
    business: String,
    hint: &'static str,
}

struct BubbleView {
    id: String,
    ours: bool,
    note: bool,
    bare: bool,
    deleted: bool,
    edited: bool,
    read: bool,
    time: String,
    quoted: Option<String>,
    header: Option<String>,
    text: String,
    footer: Option<String>,
    media: Option<(&'static str, String, String)>,
    place: Option<String>,
    contacts: Vec<(String, String)>,
    cards: Vec<CardView>,
    choices: Vec<String>,
    list: Option<String>,
    offer: &'static str,
    reaction: Option<String>,
    acts: Vec<(String, &'static str)>,
}

struct CardView {
    image: Option<String>,
    title: String,
    text: String,
    choices: Vec<String>,
}

#[derive(Template)]
#[template(path = "parts/phone_choice.html")]
struct ChoicePart<'a> {
    link: Option<&'a str>,
    value: String,
    title: &'a str,
    description: &'a str,
    row: usize,
    still: bool,
}

/// Hours and minutes where the reader is.
#[must_use]
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.calendar());
    format!("{:02}:{:02}", local.hour(), local.minute())
}

impl ThreadPart {
    /// What a phone shows. `can` are the names of acts its app has.
    #[must_use]
    pub fn of(chat: &Chat, business: &str, can: &[&str], now: Timestamp, zone: &TimeZone) -> Self {
        let last = chat.bubbles.back().map(|bubble| bubble.id.clone());
        let shown = chat.bubbles.iter().map(|bubble| {
            let newest = last.as_ref() == Some(&bubble.id);
            bubble_view(chat, bubble, can, newest, zone)
        });
        Self {
            bubbles: shown.collect(),
            typing: chat.typing_until.is_some_and(|until| now < until),
            business: business.to_owned(),
            hint: if matches!(chat.customer.room, Room::Group { .. }) {
                "In groups the bot hears commands, its name and answers to it."
            } else if can.contains(&"start") && !chat.started {
                "Press + and Start to begin."
            } else {
                "Write something to begin."
            },
        }
    }
}

fn address(place: &Place) -> String {
    match place {
        Place::Stored(id) => format!("/sandbox/files/{id}"),
        Place::Linked(_) => String::new(),
    }
}

fn bubble_view(
    chat: &Chat,
    bubble: &Bubble,
    can: &[&str],
    newest: bool,
    zone: &TimeZone,
) -> BubbleView {
    let ours = bubble.side == Side::Customer;
    let quoted = bubble.quoting.as_deref().and_then(|id| chat.bubble(id));
    let quick = matches!(bubble.offer, Offer::Quick | Offer::Keyboard);
    let still = quick && !newest;
    let mut view = BubbleView {
        id: bubble.id.clone(),
        ours,
        note: bubble.side == Side::Vendor || matches!(bubble.body, Body::Note(_)),
        bare: matches!(
            bubble.body,
            Body::File {
                sort: Sort::Sticker,
                ..
            }
        ),
        deleted: bubble.deleted,
        edited: bubble.edited,
        read: bubble.reached == Reached::Read,
        time: time(bubble.at, zone),
        quoted: quoted.map(|quoted| shortened(quoted.body.words())),
        header: None,
        text: String::new(),
        footer: None,
        media: None,
        place: None,
        contacts: Vec::new(),
        cards: Vec::new(),
        choices: Vec::new(),
        list: None,
        offer: match bubble.offer {
            Offer::Buttons | Offer::List(_) => "buttons",
            Offer::Quick => "quick",
            Offer::Keyboard => "keyboard",
            Offer::Poll => "poll",
        },
        reaction: bubble
            .reaction
            .clone()
            .or_else(|| bubble.business_reaction.clone()),
        acts: acts(bubble, can),
    };
    if let Offer::List(open) = &bubble.offer {
        view.list = Some(open.clone());
    }
    fill(&mut view, &bubble.body, &bubble.id, bubble.choices.len());
    if !still {
        let choices = bubble.choices.iter().enumerate();
        view.choices = choices
            .map(|(at, choice)| choice_part(choice, &bubble.id, at))
            .collect();
    }
    view
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.is_empty() {
        "A file".to_owned()
    } else {
        short
    }
}

fn fill(view: &mut BubbleView, body: &Body, id: &str, before: usize) {
    match body {
        Body::Text {
            header,
            text,
            spans,
            footer,
        } => {
            view.header.clone_from(header);
            view.text = styled(text, spans);
            view.footer.clone_from(footer);
        }
        Body::File {
            sort,
            place,
            filename,
            caption,
            footer,
        } => {
            let name = filename.clone().unwrap_or_else(|| "File".to_owned());
            view.media = Some((sort.name(), address(place), name));
            view.text = styled(caption, &[]);
            view.footer.clone_from(footer);
        }
        Body::Location {
            latitude,
            longitude,
            name,
            address,
        } => {
            let point = format!("{latitude:.4}, {longitude:.4}");
            let parts = [name.as_str(), address.as_str(), point.as_str()];
            let known = parts.into_iter().filter(|part| !part.is_empty());
            view.place = Some(known.collect::<Vec<_>>().join(", "));
        }
        Body::Contacts(cards) => view.contacts.clone_from(cards),
        Body::Cards { text, cards } => {
            view.text = styled(text, &[]);
            let mut at = before;
            for card in cards {
                let choices = card.choices.iter().map(|choice| {
                    at += 1;
                    choice_part(choice, id, at - 1)
                });
                view.cards.push(CardView {
                    image: card.image.as_ref().map(address),
                    title: card.title.clone(),
                    text: card.text.clone(),
                    choices: choices.collect(),
                });
            }
        }
        Body::Mail(mail) => {
            view.header = Some(mail.subject.clone());
            view.text = styled(&mail.text, &[]);
        }
        Body::Note(text) => view.text = styled(text, &[]),
    }
}

fn choice_part(choice: &Choice, bubble: &str, at: usize) -> String {
    let dialled;
    let link = match &choice.press {
        Press::Open(url) => Some(url.as_str()),
        Press::Dial(number) => {
            dialled = format!("tel:{number}");
            Some(dialled.as_str())
        }
        _ => None,
    };
    // An address is the business's: it may lead to any page, but run nothing.
    let safe = |url: &&str| {
        ["https://", "http://", "tel:"]
            .iter()
            .any(|start| url.starts_with(start))
    };
    render(&ChoicePart {
        link: link.filter(safe),
        value: format!("press {at} {bubble}"),
        title: &choice.title,
        description: &choice.description,
        row: choice.row.min(9),
        still: matches!(choice.press, Press::Copy(_)),
    })
}

fn acts(bubble: &Bubble, can: &[&str]) -> Vec<(String, &'static str)> {
    let id = &bubble.id;
    let mut acts = Vec::new();
    let has = |name: &str| can.contains(&name);
    let ours = bubble.side == Side::Customer;
    if has("quote") {
        acts.push((format!("quote {id}"), "Answer it"));
    }
    if has("react") && !ours {
        acts.push((format!("react \u{1f44d} {id}"), "\u{1f44d} Like"));
        acts.push((format!("react \u{2764} {id}"), "\u{2764} Love"));
        if bubble.reaction.is_some() {
            acts.push((format!("react - {id}"), "Take the sign off"));
        }
    }
    if has("edit") && ours && matches!(bubble.body, Body::Text { .. }) {
        acts.push((format!("edit {id}"), "Change it"));
    }
    if has("delete") && ours {
        acts.push((format!("delete {id}"), "Delete it"));
    }
    acts
}
