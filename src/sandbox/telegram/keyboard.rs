//! Keyboards: below a message, or in place of the phone's own.

use serde_json::Value;

use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Press;

use super::params::Fault;

/// The most bytes that come back with a press.
const DATA_MAX_BYTES: usize = 64;
/// Buttons of one message.
const BUTTONS_MAX: usize = 100;

/// What marks a message as a poll, before its id.
pub const POLL: &str = "poll ";

/// The id of the poll that a message is.
#[must_use]
pub fn poll_of(bubble: &Bubble) -> Option<&str> {
    bubble.mark.as_deref()?.strip_prefix(POLL)
}

/// The options of a poll, one below the other.
#[must_use]
pub fn options(titles: &[&str]) -> Vec<Choice> {
    let option = |(at, title): (usize, &&str)| Choice {
        title: (*title).to_owned(),
        description: String::new(),
        press: Press::Reply(at.to_string()),
        row: at,
    };
    titles.iter().enumerate().map(option).collect()
}

/// What can be pressed, and where it stands.
pub type Keys = (Vec<Choice>, Offer);

/// Reads a keyboard.
///
/// # Errors
/// It cannot be shown.
pub fn read(markup: Option<&Value>) -> Result<Keys, Fault> {
    let Some(markup) = markup else {
        return Ok((Vec::new(), Offer::Buttons));
    };
    if let Some(rows) = markup["inline_keyboard"].as_array() {
        return Ok((rows_of(rows, inline)?, Offer::Buttons));
    }
    if let Some(rows) = markup["keyboard"].as_array() {
        return Ok((rows_of(rows, typed)?, Offer::Keyboard));
    }
    if markup["remove_keyboard"] == true || markup["force_reply"] == true {
        return Ok((Vec::new(), Offer::Keyboard));
    }
    Err(Fault::bad("object expected as reply markup"))
}

fn rows_of(
    rows: &[Value],
    read: impl Fn(&Value) -> Result<(String, Press), Fault>,
) -> Result<Vec<Choice>, Fault> {
    let mut choices = Vec::new();
    for (row, buttons) in rows.iter().enumerate() {
        let buttons = buttons
            .as_array()
            .ok_or_else(|| Fault::bad("field \"inline_keyboard\" must be an Array of Arrays"))?;
        for button in buttons {
            let (title, press) = read(button)?;
            choices.push(Choice {
                title,
                description: String::new(),
                press,
                row,
            });
        }
    }
    if choices.len() > BUTTONS_MAX {
        return Err(Fault::bad("reply markup is too long"));
    }
    Ok(choices)
}

fn title(button: &Value) -> Result<String, Fault> {
    let text = button["text"]
        .as_str()
        .or_else(|| button.as_str())
        .unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Fault::bad("button text must be non-empty"));
    }
    Ok(text.to_owned())
}

fn inline(button: &Value) -> Result<(String, Press), Fault> {
    let title = title(button)?;
    if let Some(data) = button["callback_data"].as_str() {
        if data.is_empty() || data.len() > DATA_MAX_BYTES {
            return Err(Fault::bad("BUTTON_DATA_INVALID"));
        }
        return Ok((title, Press::Reply(data.to_owned())));
    }
    if let Some(url) = button["url"].as_str() {
        let known = ["http://", "https://", "tg://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(Fault::bad("BUTTON_URL_INVALID"));
        }
        return Ok((title, Press::Open(url.to_owned())));
    }
    if let Some(copied) = button["copy_text"]["text"].as_str() {
        return Ok((title, Press::Copy(copied.to_owned())));
    }
    Err(Fault::bad(
        "Text buttons are unallowed in the inline keyboard",
    ))
}

fn typed(button: &Value) -> Result<(String, Press), Fault> {
    let press = if button["request_location"] == true {
        Press::Place
    } else if button["request_contact"] == true {
        Press::Number
    } else {
        Press::Type
    };
    Ok((title(button)?, press))
}
