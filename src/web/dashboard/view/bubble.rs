//! One message in a thread.

use super::atoms::AvatarView;
use super::atoms::TimeView;
use super::content::Content;
use super::filters;

/// Whose message it is and so where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From the customer, at the start.
    In,
    /// From one of us, at the end.
    Out,
    /// From a bot of ours, at the end with an edge.
    Bot,
    /// A private note, at the end in note colours.
    Note,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Bot => "bot",
            Self::Note => "note",
        })
    }
}

/// How far an outgoing message came. Only what really happened is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// On its way to the vendor.
    Sending,
    /// Taken by the channel.
    Sent,
    /// Taken by a channel that says nothing more.
    Taken,
    /// On the person's device.
    Delivered,
    /// Read; at that time, when known.
    Read(Option<TimeView>),
}

impl Receipt {
    /// Name of the picture.
    #[must_use]
    pub fn icon(&self) -> &'static str {
        match self {
            Self::Sending => "clock",
            Self::Sent => "check",
            Self::Taken => "arrow-up",
            Self::Delivered | Self::Read(_) => "check-check",
        }
    }

    /// The word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sending => "Sending",
            Self::Sent => "Sent",
            Self::Taken => "Sent, no receipts here",
            Self::Delivered => "Delivered",
            Self::Read(_) => "Read",
        }
    }
}

/// What went wrong with an outgoing message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Not sent, for good. Plain reason with the vendor's code in brackets, and what can help.
    Failed {
        /// "Not delivered. The phone can't be reached (30003)."
        reason: String,
        /// What else the vendor said, with the id of the call in its logs; may be empty.
        facts: String,
        /// What is offered.
        remedy: RemedyView,
    },
    /// It left, and nobody knows whether it arrived.
    Unknown {
        /// Whether the reader may say what becomes of it.
        settles: bool,
    },
    /// Not sent yet: it is tried again by itself.
    Waiting {
        /// "Not sent yet. The vendor is busy."
        reason: String,
        /// When the next try is; none while the whole channel waits.
        next: Option<TimeView>,
    },
}

/// What is offered beside a message that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemedyView {
    /// Trying it once more.
    Retry,
    /// Choosing a template in its place.
    Template,
    /// Nothing.
    Nothing,
}

/// A message shown small above a reply to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteView {
    /// `msg_...` of the original.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// One line of it.
    pub text: String,
}

/// A picture put on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionView {
    /// The emoji.
    pub emoji: String,
    /// Who, or how many.
    pub who: String,
    /// The reader's own.
    pub own: bool,
}

/// What a message became on a channel that cannot carry it as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DegradedView {
    /// "3 buttons became a numbered text".
    pub summary: String,
    /// The text that was really sent.
    pub sent: String,
}

/// One message: `<article id="msg_...">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/bubble.html")]
pub struct BubbleView {
    /// `msg_...`
    pub id: String,
    /// The conversation, for the form that retries.
    pub conversation: String,
    /// The sender's own id of the message (`clientId`), so that the bubble drawn while sending is replaced.
    pub client_id: Option<String>,
    /// Its place in the conversation, from 1.
    pub position: u32,
    /// Log position of its newest change.
    pub rev: u64,
    /// Whose it is.
    pub side: Side,
    /// Same author within a minute of the message before: no gap, no second picture.
    pub continued: bool,
    /// Stable key of the author: the client compares it to group pushed messages.
    pub author_key: String,
    /// Author and channel in words: "Camila, WhatsApp".
    pub label: String,
    /// Picture of the customer; ours have none.
    pub avatar: Option<AvatarView>,
    /// Shown in the meta line of ours: "Marina", "Rita, flow "Order help"".
    pub author: Option<String>,
    /// When.
    pub time: TimeView,
    /// What.
    pub content: Content,
    /// What it answers.
    pub quote: Option<QuoteView>,
    /// Reactions below it.
    pub reactions: Vec<ReactionView>,
    /// How far it came, for ours.
    pub receipt: Option<Receipt>,
    /// What went wrong, for ours.
    pub trouble: Option<Trouble>,
    /// What the channel made of it.
    pub degraded: Option<DegradedView>,
    /// Changed after sending.
    pub edited: bool,
    /// The address of a comment, where it is one; empty where that is not known.
    pub comment: Option<String>,
    /// Proof for the retry form; empty in pushed frames, where the client adds it.
    pub csrf: String,
}
