//! Choices as keyboards: inline ones under a message, and those that take the place of the phone's
//! own. telegram.md section 4.2.

use serde_json::Value;
use serde_json::json;

use crate::channels::numbered::link_line;
use crate::channels::short_key;
use crate::model::content::Button;
use crate::model::content::ButtonKind;

/// What a button can carry back, in bytes.
pub const DATA_MAX: usize = 64;

/// Keys of one message at most.
const KEYS_MAX: usize = 100;

/// Choices of a page: two keys are left for turning it.
const PAGE_ROWS: usize = 98;

/// What a key that turns a page carries back, before its number. An id of a choice that begins so is
/// always replaced by a short key.
const TURNS: &str = "~p:";

/// Titles longer than this get a row of their own, in characters.
const WIDE: usize = 20;

/// Buttons of one row, where they are short.
const ROW_MAX: usize = 3;

/// A keyboard of buttons, and the lines of those that cannot stand in it.
#[derive(Debug, Default, PartialEq)]
pub struct Keyboard {
    /// What goes as `reply_markup`; none where nothing is left to press.
    pub markup: Option<Value>,
    /// Buttons that became lines of the text.
    pub lines: Vec<String>,
}

/// The keyboard of buttons, which stands under the message. A button that asks for the person's
/// place needs the other kind, and a person at the other end.
#[must_use]
pub fn of_buttons(buttons: &[Button], asks_places: bool) -> Keyboard {
    if let [only] = buttons
        && only.kind == ButtonKind::Location
        && asks_places
    {
        let button = json!({"text": only.title, "request_location": true});
        return Keyboard {
            markup: Some(instead_of_keys(&[vec![button]])),
            lines: Vec::new(),
        };
    }
    let mut lines = Vec::new();
    let mut keys = Vec::new();
    for button in buttons {
        match button.kind {
            ButtonKind::Reply => keys.push(answering(&button.id, &button.title)),
            ButtonKind::Url if opens(button) => keys.push(json!({
                "text": button.title,
                "url": button.url.as_deref().unwrap_or_default(),
            })),
            ButtonKind::Url | ButtonKind::Call | ButtonKind::Location => {
                lines.push(link_line(button));
            }
        }
    }
    Keyboard {
        markup: (!keys.is_empty()).then(|| inline(&rows(&keys))),
        lines,
    }
}

/// A keyboard with one choice a row, as for the rows of a list. More than fit stand on pages, with keys
/// that turn them.
#[must_use]
pub fn of_rows(choices: &[(&str, &str)], page: usize) -> Value {
    let key = |(id, title): &(&str, &str)| vec![answering(id, title)];
    if choices.len() <= KEYS_MAX {
        return inline(&choices.iter().map(key).collect::<Vec<_>>());
    }
    let last = (choices.len() - 1) / PAGE_ROWS;
    let page = page.min(last);
    let shown = choices.chunks(PAGE_ROWS).nth(page).unwrap_or_default();
    let mut rows: Vec<_> = shown.iter().map(key).collect();
    let back = page.checked_sub(1).map(|before| turning("Back", before));
    let more = (page < last).then(|| turning("More", page + 1));
    rows.push(back.into_iter().chain(more).collect());
    inline(&rows)
}

fn turning(title: &str, page: usize) -> Value {
    json!({"text": title, "callback_data": format!("{TURNS}{page}")})
}

/// The page that a key asks for whose press brought `data`; none where it is a choice.
#[must_use]
pub fn page_of(data: &str) -> Option<usize> {
    data.strip_prefix(TURNS)?.parse().ok()
}

/// Quick replies under the message.
#[must_use]
pub fn of_replies<'a>(choices: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let keys: Vec<_> = choices.map(|(id, title)| answering(id, title)).collect();
    inline(&rows(&keys))
}

/// Quick replies in place of the phone's keyboard. What is pressed comes back as its title.
#[must_use]
pub fn of_titles<'a>(titles: impl Iterator<Item = &'a str>) -> Value {
    let keys: Vec<_> = titles.map(|title| json!({"text": title})).collect();
    instead_of_keys(&rows(&keys))
}

/// A key in place of the phone's keyboard with which a person gives us their own number.
#[must_use]
pub fn asking_number(title: &str) -> Value {
    instead_of_keys(&[vec![json!({"text": title, "request_contact": true})]])
}

/// Gives the phone its own keyboard back.
#[must_use]
pub fn none() -> Value {
    json!({"remove_keyboard": true})
}

fn answering(id: &str, title: &str) -> Value {
    let id = if id.is_empty() { title } else { id };
    json!({"text": title, "callback_data": short_key::fitting(id, DATA_MAX)})
}

/// Whether a button may open its address by itself.
fn opens(button: &Button) -> bool {
    let address = button.url.as_deref().unwrap_or_default();
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg"))
}

fn rows(keys: &[Value]) -> Vec<Vec<Value>> {
    let is_wide = |key: &Value| {
        key["text"]
            .as_str()
            .is_some_and(|text| text.chars().count() > WIDE)
    };
    let width = if keys.iter().any(is_wide) { 1 } else { ROW_MAX };
    keys.chunks(width).map(<[Value]>::to_vec).collect()
}

fn inline(rows: &[Vec<Value>]) -> Value {
    json!({"inline_keyboard": rows})
}

fn instead_of_keys(rows: &[Vec<Value>]) -> Value {
    json!({"keyboard": rows, "resize_keyboard": true, "one_time_keyboard": true})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(kind: ButtonKind, id: &str, title: &str, target: &str) -> Button {
        Button {
            kind,
            id: id.to_owned(),
            title: title.to_owned(),
            url: Some(target.to_owned()),
            phone: Some(target.to_owned()),
        }
    }

    #[test]
    fn short_titles_share_a_row_and_long_ones_do_not() {
        let title = |length: usize| "x".repeat(length);
        for (lengths, expected) in [
            (vec![20, 1, 1, 1], vec![3, 1]),
            (vec![21, 1, 1], vec![1, 1, 1]),
            (vec![5], vec![1]),
        ] {
            let buttons: Vec<_> = lengths
                .iter()
                .map(|length| button(ButtonKind::Reply, "a", &title(*length), ""))
                .collect();
            let markup = of_buttons(&buttons, true).markup.unwrap_or_default();
            let found: Vec<_> = markup["inline_keyboard"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|row| row.as_array().map_or(0, Vec::len))
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_cannot_be_pressed_becomes_a_line() {
        use ButtonKind::{Call, Location, Reply, Url};
        let mixed = [
            button(Reply, "ok", "OK", ""),
            button(Url, "", "Site", "https://ex.com/"),
            button(Url, "", "Mail", "mailto:a@b.example"),
            button(Call, "", "Phone", "+5511"),
            button(Location, "", "Place", ""),
        ];
        let keyboard = of_buttons(&mixed, true);
        assert_eq!(
            keyboard.markup,
            Some(
                json!({"inline_keyboard":[[{"text":"OK","callback_data":"ok"},{"text":"Site","url":"https://ex.com/"}]]})
            )
        );
        assert_eq!(
            keyboard.lines,
            ["Mail: mailto:a@b.example", "Phone: +5511", "Place"]
        );
        let place = [button(Location, "", "Send location", "")];
        assert_eq!(
            of_buttons(&place, true).markup,
            Some(
                json!({"keyboard":[[{"text":"Send location","request_location":true}]],"resize_keyboard":true,"one_time_keyboard":true})
            )
        );
        assert_eq!(of_buttons(&place, false).lines, ["Send location"]);
    }

    #[test]
    fn ids_fit_into_what_a_button_carries() {
        for length in [64, 65] {
            let id = "i".repeat(length);
            let markup = of_rows(&[(id.as_str(), "T")], 0);
            let data = markup["inline_keyboard"][0][0]["callback_data"]
                .as_str()
                .unwrap_or_default();
            assert_eq!(data == id, length == 64);
            assert!(data.len() <= DATA_MAX);
        }
    }

    #[test]
    fn more_choices_than_a_message_has_keys_for_stand_on_pages() {
        let ids: Vec<String> = (0..300).map(|index| format!("r{index}")).collect();
        let choices: Vec<_> = ids.iter().map(|id| (id.as_str(), "T")).collect();
        let data = |count: usize, page: usize| {
            let markup = of_rows(&choices[..count], page);
            let rows = markup["inline_keyboard"].as_array();
            let keys = rows.into_iter().flatten().filter_map(Value::as_array);
            let keys: Vec<String> = keys
                .flatten()
                .map(|key| key["callback_data"].as_str().unwrap_or_default().to_owned())
                .collect();
            keys
        };
        // Of each page its size, its first key, and those that turn it.
        let cases: [(usize, usize, usize, &str, &[&str]); 6] = [
            (100, 0, 100, "r0", &[]),
            (101, 0, 99, "r0", &["~p:1"]),
            (101, 1, 4, "r98", &["~p:0"]),
            (300, 1, 100, "r98", &["~p:0", "~p:2"]),
            (300, 3, 7, "r294", &["~p:2"]),
            (300, 9, 7, "r294", &["~p:2"]),
        ];
        for (count, page, keys, first, turning) in cases {
            let found = data(count, page);
            assert_eq!(found.len(), keys, "{count} {page}");
            assert_eq!(found[0], first, "{count} {page}");
            let turns: Vec<_> = found.iter().filter(|key| page_of(key).is_some()).collect();
            assert_eq!(turns, turning, "{count} {page}");
        }
        assert_eq!(page_of("r1"), None);
        assert_eq!(page_of("~p:x"), None);
    }
}
