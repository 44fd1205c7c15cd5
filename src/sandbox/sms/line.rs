//! What all carriers do alike: a number, the phones that write to it, and who wants to hear nothing.

use serde_json::Value;

use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;
use crate::sandbox::seed::Seed;

/// Words that end it, begin it again, and ask for help.
const STOP: &str = "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT";
const START: &str = "START UNSTOP YES";
const HELP: &str = "HELP INFO";

/// What a person writes to the number.
#[derive(Debug, Clone)]
pub struct Written {
    /// The words.
    pub text: String,
    /// The files, by their ids.
    pub files: Vec<String>,
}

/// What the carrier itself makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    /// Wants to hear nothing more.
    Stop,
    /// Wants to hear again.
    Start,
    /// Asks who that is.
    Help,
}

impl Keyword {
    /// The word on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Help => "HELP",
        }
    }

    /// The keyword a whole text is.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let word = text
            .trim()
            .trim_end_matches(['.', '!', '?'])
            .to_ascii_uppercase();
        let meant = [(STOP, Self::Stop), (START, Self::Start), (HELP, Self::Help)];
        let is = |words: &str| words.split(' ').any(|known| known == word);
        let found = meant.into_iter().find(|(words, _)| is(words));
        found.map(|(_, keyword)| keyword)
    }

    const fn answer(self) -> &'static str {
        match self {
            Self::Stop => {
                "You have successfully been unsubscribed. You will not receive any more messages \
                 from this number. Reply START to resubscribe."
            }
            Self::Start => {
                "You have successfully been re-subscribed to messages from this number. Reply HELP \
                 for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
            }
            Self::Help => "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        }
    }
}

/// Opens a number with its first phone.
pub fn open(account: &mut Account, seed: &Seed, person: &str) {
    let number = seed.digits(&format!("{}/number", account.id), 4);
    account
        .keys
        .insert("phoneNumber", format!("+1555010{number}"));
    account.phone(Customer {
        id: format!(
            "+1555011{}",
            seed.digits(&format!("{}/phone", account.id), 4)
        ),
        name: person.to_owned(),
        language: Some("en".to_owned()),
        ..Customer::default()
    });
}

/// Whether a number can be one.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let sized = (7..=15).contains(&digits.len());
    sized && !digits.starts_with('0') && digits.chars().all(|c| c.is_ascii_digit())
}

/// A number with its plus.
#[must_use]
pub fn plussed(text: &str) -> String {
    let text = text.trim();
    if text.starts_with('+') {
        text.to_owned()
    } else {
        format!("+{text}")
    }
}

/// What a customer does, as far as messages go; what was written, for the carrier to pass on.
///
/// # Errors
/// A telephone cannot do that.
pub fn written(
    desk: &mut Desk<'_>,
    customer: &str,
    act: Act,
    keywords: Keywords,
) -> Result<Option<Written>, NotPossible> {
    let (text, files) = match act {
        Act::Say { text, .. } => (text, Vec::new()),
        Act::Send { file, caption, .. } => (caption, vec![file]),
        Act::Album { files, caption } => (caption, files),
        Act::Block(on) => {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.blocked = on;
            }
            return Ok(None);
        }
        Act::Read => return Ok(None),
        other => return Err(NotPossible::here("SMS", other.name())),
    };
    let files = show(desk, customer, &text, files);
    if keywords == Keywords::Carrier
        && let Some(keyword) = Keyword::of(&text)
    {
        obey(desk, customer, keyword);
    }
    Ok(Some(Written { text, files }))
}

/// Who answers STOP and its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keywords {
    /// The carrier.
    Carrier,
    /// The business.
    Business,
}

fn show(desk: &mut Desk<'_>, customer: &str, text: &str, files: Vec<Chosen>) -> Vec<String> {
    let now = desk.now;
    let mut ids = Vec::new();
    let mut bubbles = Vec::new();
    for (at, file) in files.into_iter().enumerate() {
        let sort = match file.mime_type.split('/').next() {
            Some("image") => Sort::Image,
            Some("video") => Sort::Video,
            Some("audio") => Sort::Audio,
            _ => Sort::Document,
        };
        let filename = Some(file.filename.clone());
        let id = desk.keep(file, KEPT);
        bubbles.push(Body::File {
            sort,
            place: Place::Stored(id.clone()),
            filename,
            caption: if at == 0 {
                text.to_owned()
            } else {
                String::new()
            },
            footer: None,
        });
        ids.push(id);
    }
    if bubbles.is_empty() {
        bubbles.push(Body::text(text));
    }
    for body in bubbles {
        let mut bubble = Bubble::new(desk.hex(16), Side::Customer, now, body);
        bubble.reached = Reached::Delivered;
        if let Some(chat) = desk.chat_mut(customer) {
            chat.wrote_at = Some(now);
            chat.started = true;
            chat.push(bubble);
        }
    }
    ids
}

fn place_of(customer: &str) -> String {
    format!("stopped/{customer}")
}

fn obey(desk: &mut Desk<'_>, customer: &str, keyword: Keyword) {
    let place = place_of(customer);
    let stopped = desk.account.kept.contains_key(&place);
    match keyword {
        Keyword::Stop if stopped => return,
        Keyword::Stop => {
            desk.account.kept.insert(place, Value::Bool(true));
        }
        Keyword::Start if stopped => {
            desk.account.kept.remove(&place);
        }
        Keyword::Start => return,
        Keyword::Help => {}
    }
    deliver(
        desk,
        customer,
        &desk.hex(16),
        Body::text(keyword.answer()),
        None,
    );
}

/// Whether somebody wants to hear nothing more.
#[must_use]
pub fn is_stopped(desk: &Desk<'_>, customer: &str) -> bool {
    desk.account.kept.contains_key(&place_of(customer))
}

/// Puts a message of the business on a phone; whether there is one that takes it.
pub fn deliver(
    desk: &mut Desk<'_>,
    customer: &str,
    id: &str,
    body: Body,
    tag: Option<String>,
) -> bool {
    let now = desk.now;
    let Some(chat) = desk.chat_mut(customer).filter(|chat| !chat.blocked) else {
        return false;
    };
    let mut bubble = Bubble::new(id, Side::Business, now, body);
    bubble.tag = tag;
    chat.push(bubble);
    true
}

/// Puts the further files of a message on a phone; the message is reported on as one.
pub fn deliver_more(desk: &mut Desk<'_>, customer: &str, id: &str, urls: &[&str]) {
    for (at, url) in urls.iter().enumerate() {
        let id = format!("{id}-{}", at + 1);
        deliver(desk, customer, &id, with_file(url, ""), None);
    }
}

/// The body of a message with a file that the carrier fetches.
#[must_use]
pub fn with_file(url: &str, text: &str) -> Body {
    Body::File {
        sort: Sort::Image,
        place: Place::Linked(url.to_owned()),
        filename: None,
        caption: text.to_owned(),
        footer: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_is_the_whole_text() {
        assert_eq!(Keyword::of(" stop. "), Some(Keyword::Stop));
        assert_eq!(Keyword::of("Unstop"), Some(Keyword::Start));
        assert_eq!(Keyword::of("INFO"), Some(Keyword::Help));
        assert_eq!(Keyword::of("STOP please"), None);
        assert!(is_number("+15550100199") && !is_number("15550100199") && !is_number("+0555"));
    }
}
