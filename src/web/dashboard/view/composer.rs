//! Where a reply or a note is written.

use super::assets;
use super::atoms::BadgeView;
use super::atoms::Tone;
use super::filters;

/// The state of the time in which the channel lets us write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowView {
    /// The channel has none: "No reply window on `WebChat`".
    None(String),
    /// "Offline. Ana gets it on the next visit."
    Words(String),
    /// Counts down to that moment.
    Until {
        /// When it closes, RFC 3339.
        iso: String,
        /// "23 h 58 m left".
        text: String,
        /// Ok, warn or bad.
        tone: Tone,
    },
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
    /// The subject it gets where nobody writes another.
    pub subject: String,
}

impl LetterView {
    /// "cc 2": how many get copies.
    #[must_use]
    pub fn copies(&self) -> String {
        match self.cc.split(',').filter(|one| !one.is_empty()).count() {
            0 => String::new(),
            count => format!("cc {count}"),
        }
    }
}

impl ComposerView {
    /// Whether a reply may be written at all; notes always may.
    #[must_use]
    pub fn may_reply(&self) -> bool {
        !matches!(self.window, WindowView::Closed(_))
    }

    /// Whether it opens as a note: because one is being written, or nothing else may be.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.writes_note || !self.may_reply()
    }
}
