//! What a template leaves to fill in, what comes of it, and what a customer sees then.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::model::Opaque;
use crate::model::ids::MediaId;
use crate::model::rejection::FieldError;

/// Something to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// Under which name its value is given: `header.1`, `body.first_name`, `button.0`.
    pub key: String,
    /// What goes there.
    pub kind: BlankKind,
    /// An example, as the template was handed in with.
    pub example: Option<String>,
}

/// What goes into a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlankKind {
    /// Words on one line.
    Text,
    /// A picture: its address, or our id of a stored one.
    Image,
    /// A film, likewise.
    Video,
    /// A document, likewise.
    Document,
    /// A place: latitude, longitude and, after another comma, a name.
    Location,
    /// The end of the address a button opens.
    AddressEnd,
    /// The code a button copies.
    Code,
}

/// A template with values in its blanks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filling {
    /// The components that carry the values, in the vendor's shape. A text that is missing or
    /// wrong stands as its variable; anything else that is, is not there.
    pub components: Vec<Opaque>,
    /// Every value that is missing or cannot be sent, by the key of its blank.
    pub wrong: Vec<FieldError>,
}

/// A template as a customer sees it. Variables without a value stand as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preview {
    /// What stands above.
    pub header: Option<Header>,
    /// The words.
    pub body: String,
    /// The line below.
    pub footer: Option<String>,
    /// The buttons, in order.
    pub buttons: Vec<PreviewButton>,
    /// Where in the words values stand: from and up to which byte.
    pub fills: Vec<(usize, usize)>,
    /// The same as HTML, where it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// What stands above the words of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Header {
    /// A line.
    Text(String),
    /// A file or a place.
    Media {
        /// Which kind, in lower case: `image`, `video`, `document`, `location`.
        kind: String,
        /// Where a file lies, once it is known: its address, or our id of a stored one.
        link: Option<String>,
    },
}

/// A button of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreviewButton {
    /// What stands on it.
    pub title: String,
    /// What it does, in the vendor's words: `QUICK_REPLY`, `URL`.
    pub kind: String,
    /// Where it leads: an address, a number, a code.
    pub target: Option<String>,
}

impl Preview {
    /// The words of it, line by line: what is kept of a message that was sent.
    #[must_use]
    pub fn words(&self) -> String {
        let header = match &self.header {
            Some(Header::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let lines = [header, Some(&self.body), self.footer.as_deref()];
        let given = lines.into_iter().flatten().filter(|line| !line.is_empty());
        given.collect::<Vec<_>>().join("\n")
    }
}

/// What a vendor lets stand in a template: what a form offers, and how long each text may be in
/// UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateTerms {
    /// The categories, in the vendor's words.
    pub categories: &'static [&'static str],
    /// What may stand above: `TEXT`, `IMAGE`, `LOCATION`.
    pub headers: &'static [&'static str],
    /// The types of buttons: `QUICK_REPLY`, `URL`.
    pub buttons: &'static [&'static str],
    /// The longest line above.
    pub header_max: usize,
    /// The longest body.
    pub body_max: usize,
    /// The longest line below; 0 where there is none.
    pub footer_max: usize,
    /// The longest HTML beside the words; 0 where there is none.
    pub html_max: usize,
    /// Buttons, at most.
    pub buttons_max: usize,
    /// The longest text on one.
    pub button_max: usize,
    /// Whether one that was handed in can be changed.
    pub edits: bool,
    /// Whether one that the vendor paused goes out again at our word.
    pub resumes: bool,
}

impl TemplateTerms {
    /// Whether templates are kept here: nobody approves them, and the line above is a subject.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        self.html_max > 0
    }
}

/// The stored files that components name by our id, in their order.
#[must_use]
pub fn named_files(components: &[Opaque]) -> Vec<MediaId> {
    let mut named = Vec::new();
    for value in components.iter().flat_map(Opaque::values) {
        collect(value, &mut named);
    }
    named
}

fn collect(value: &Value, found: &mut Vec<MediaId>) {
    match value {
        Value::String(text) => found.extend(text.parse::<MediaId>().ok()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}
