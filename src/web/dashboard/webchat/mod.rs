//! The settings of a web chat as forms, made from one table.

pub mod draw;
pub mod hours;
pub mod install;
pub mod pages;
pub mod place;
pub mod preview;
pub mod read;
pub mod rows;
pub mod table;

use serde_json::Value;

use crate::model::Opaque;

/// The websites a chat may appear on, in one line.
#[must_use]
pub fn websites(settings: &Opaque) -> String {
    let listed = settings.get("allowedOrigins").and_then(Value::as_array);
    let origins: Vec<&str> = listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match origins.as_slice() {
        [] => "Every website".to_owned(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
