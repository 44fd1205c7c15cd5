//! Where a reply or a note is written.

use super::assets;
use super::atoms::BadgeView;
use super::atoms::Tone;
use super::content::Content;
use super::filters;

/// The state of the time in which the channel lets us write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowView {
    /// The channel has none: "No reply window on `WebChat`".
    None(String),
    /// Counts down to that moment.
    Until {
        /// When it closes, RFC 3339.
        iso: String,
        /// "23 h 58 m left".
        text: String,
        /// Ok, warn or bad.
        tone: Tone,
    },
    /// Only people may still answer, until that moment.
    Late {
        /// When it closes, RFC 3339.
        iso: String,
        /// "6 d left".
        text: String,
    },
    /// Nothing may be written but one answer to a comment, in private.
    Private(String),
    /// Closed: nothing but notes can be written.
    Closed(String),
}

/// A person who can be named in a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionView {
    /// `user_...`
    pub id: String,
    /// First name as it is typed after `@`.
    pub name: String,
}

/// What a customer would get of what is written: `<div id="outlook">`.
#[derive(Debug, Clone, PartialEq, Eq, Default, askama::Template)]
#[template(path = "parts/outlook.html")]
pub struct OutlookPart {
    /// The messages, in sending order.
    pub parts: Vec<Content>,
    /// What lost its form.
    pub converted: Vec<String>,
    /// What is not right yet.
    pub error: Option<String>,
}

/// How much of something a channel shows: "Up to 3, of 20 characters each".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferView {
    /// `buttons`, `replies`, `list`, `place`, `card`.
    pub kind: &'static str,
    /// "buttons".
    pub name: &'static str,
    /// What the channel shows natively, in words.
    pub limits: String,
    /// How many it shows; 0 where none.
    pub most: usize,
    /// The longest title, in characters.
    pub title_max: usize,
    /// The longest second line; 0 where there is none.
    pub about_max: usize,
}

/// The composer: `<form id="composer">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/composer.html")]
pub struct ComposerView {
    /// `conv_...`
    pub conversation: String,
    /// Proof for the form.
    pub csrf: String,
    /// A fresh `clientId` for a form sent without script.
    pub client_id: String,
    /// Name of the person, for the placeholder.
    pub to: String,
    /// The channel the reply goes through.
    pub channel: BadgeView,
    /// Whether we may write now.
    pub window: WindowView,
    /// Most characters of one message; 0 where its cost is shown instead.
    pub text_max: u64,
    /// What the text to start with costs, where that depends on its length.
    pub cost: String,
    /// What one character is to the channel: `characters`, `utf16Units`, `bytes`.
    pub unit: &'static str,
    /// What can be sent beside words and files.
    pub offers: Vec<OfferView>,
    /// Whether the channel has templates that are approved.
    pub templates: bool,
    /// Why nothing can be written, where that is so; may be empty.
    pub closed: String,
    /// Whether another app of the vendor has the conversation.
    pub elsewhere: bool,
    /// Largest file, in bytes; 0 when the channel takes no files.
    pub file_max_bytes: u64,
    /// `accept` of the file field, such as `image/*,application/pdf`.
    pub accept: String,
    /// Whether typing is told to the customer.
    pub typing: bool,
    /// People who can be named in notes.
    pub mentions: Vec<MentionView>,
    /// Whether a note is being written.
    pub writes_note: bool,
    /// Text to start with: what the reader has begun, or what could not be sent.
    pub text: String,
    /// The position of the newest entry the reader saw when beginning the reply.
    pub seen: u32,
    /// What the reader has begun, reply and note, as JSON for the script.
    pub kept: String,
    /// Why the reply was held up: "Ana answered 20 s ago: ...".
    pub held: Option<String>,
    /// To whom a mail goes and what stands above it, where mail is written.
    pub mail: Option<LetterView>,
}

/// To whom a mail goes and what stands above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterView {
    /// Who is written to.
    pub to: String,
    /// Everybody else who got the newest mail, separated by commas.
    pub cc: String,
    /// Whether the newest mail went to many: then its writer alone is answered until somebody says
    /// otherwise.
    pub is_to_many: bool,
    /// The subject it gets where nobody writes another.
    pub subject: String,
    /// What stands under it, as words; empty where the channel's own does.
    pub signature: String,
}

impl LetterView {
    /// Who gets copies where nobody chooses.
    #[must_use]
    pub fn copied(&self) -> &str {
        if self.is_to_many { "" } else { &self.cc }
    }

    /// "cc 2": how many get copies.
    #[must_use]
    pub fn copies(&self) -> String {
        match self
            .copied()
            .split(',')
            .filter(|one| !one.is_empty())
            .count()
        {
            0 => String::new(),
            count => format!("cc {count}"),
        }
    }
}

impl ComposerView {
    /// What can be offered, for the script.
    #[must_use]
    pub fn offers_json(&self) -> String {
        let all = self.offers.iter().map(|offer| {
            serde_json::json!({
                "kind": offer.kind, "name": offer.name, "limits": offer.limits, "most": offer.most,
                "titleMax": offer.title_max, "aboutMax": offer.about_max,
            })
        });
        all.collect::<serde_json::Value>().to_string()
    }

    /// How one may write now: `open`, `late` where only people may, `private` where a comment is all that may be answered, `closed`,
    /// `elsewhere` while another app has the conversation. A screen that shows another one is drawn
    /// anew.
    #[must_use]
    pub fn stance(&self) -> &'static str {
        match self.window {
            _ if self.elsewhere => "elsewhere",
            WindowView::Closed(_) => "closed",
            WindowView::Private(_) => "private",
            WindowView::Late { .. } => "late",
            WindowView::None(_) | WindowView::Until { .. } => "open",
        }
    }

    /// Whether a reply may be written at all; notes always may.
    #[must_use]
    pub fn may_reply(&self) -> bool {
        !self.elsewhere && !matches!(self.window, WindowView::Closed(_))
    }

    /// Whether it opens as a note: because one is being written, or nothing else may be.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.writes_note || !self.may_reply()
    }
}
