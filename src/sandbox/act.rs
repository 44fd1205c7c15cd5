//! What a person can do who plays a customer.

use crate::sandbox::chat::Sort;
use crate::sandbox::files::Chosen;

/// Something a customer does on the phone.
#[derive(Debug, Clone)]
pub enum Act {
    /// Presses the button with which the vendor lets a customer begin.
    Start {
        /// What came along with the link that was followed; may be empty.
        payload: String,
    },
    /// Writes.
    Say {
        /// The words.
        text: String,
        /// The bubble it answers.
        quoting: Option<String>,
    },
    /// Sends a file.
    Send {
        /// As what.
        sort: Sort,
        /// The file.
        file: Chosen,
        /// The words below it.
        caption: String,
        /// The bubble it answers.
        quoting: Option<String>,
    },
    /// Sends several pictures at once.
    Album {
        /// The pictures.
        files: Vec<Chosen>,
        /// The words below the first.
        caption: String,
    },
    /// Sends a place.
    Locate {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// What is there; may be empty.
        name: String,
        /// Where that is; may be empty.
        address: String,
        /// The bubble it answers.
        quoting: Option<String>,
    },
    /// Sends a visiting card.
    Card {
        /// Whose.
        name: String,
        /// The number on it.
        phone: String,
    },
    /// Presses a button, a row of a list or a quick reply.
    Press {
        /// The bubble it belongs to.
        bubble: String,
        /// Which one, counted from 0.
        choice: usize,
    },
    /// Puts a sign on a bubble; an empty one takes it off.
    React {
        /// The bubble.
        bubble: String,
        /// The sign.
        emoji: String,
    },
    /// Changes what was said.
    Edit {
        /// The bubble.
        bubble: String,
        /// The new words.
        text: String,
    },
    /// Takes back what was said.
    Delete {
        /// The bubble.
        bubble: String,
    },
    /// Looks at everything.
    Read,
    /// Wants to hear nothing more, or again.
    Block(bool),
    /// Answers a story of the business.
    StoryReply {
        /// The words.
        text: String,
    },
    /// Says something in public below a post of the business.
    Comment {
        /// The words.
        text: String,
    },
    /// Names the business in a story.
    StoryMention {
        /// The story's picture.
        file: Chosen,
    },
    /// Wants to hear advertising, or not.
    Marketing(bool),
    /// Sends something the vendor does not pass on, such as a poll.
    Strange {
        /// What it is.
        kind: String,
    },
    /// Somebody of the business answers with the vendor's own app: not the customer's doing, but the
    /// customer sees it.
    Echo {
        /// The words.
        text: String,
    },
    /// Somebody of the business takes the conversation into the vendor's own inbox, or hands it back.
    Hold(bool),
    /// Takes the business into a group.
    Group,
    /// Writes to somebody of the business by their own account, for which the business may answer.
    Lend,
    /// Somebody else in the same group writes.
    Aside {
        /// The words.
        text: String,
    },
    /// Gets another number or id.
    Move {
        /// The new one.
        id: String,
    },
    /// Writes a mail, or answers one.
    Mail(Letter),
    /// Opens a mail.
    Open {
        /// The bubble.
        bubble: String,
    },
    /// Follows a link in a mail.
    Follow {
        /// The bubble.
        bubble: String,
        /// Where it leads.
        url: String,
    },
    /// Says that a mail is unwanted.
    Complain {
        /// The bubble.
        bubble: String,
    },
    /// Lets a mail come back.
    Bounce {
        /// The bubble.
        bubble: String,
    },
    /// Presses the button with which mail programs leave a list.
    Unsubscribe {
        /// The bubble.
        bubble: String,
    },
}

/// A mail as a person writes it.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// The subject; empty where the answered mail has one.
    pub subject: String,
    /// The words.
    pub text: String,
    /// Who else gets it.
    pub cc: Vec<String>,
    /// What is enclosed.
    pub files: Vec<Chosen>,
    /// The bubble it answers.
    pub answering: Option<String>,
    /// Whether it answers the newest mail of the business where none is named.
    pub newest: bool,
    /// Whether everybody who got that one is answered.
    pub all: bool,
}

impl Act {
    /// The word for it, for lists.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Say { .. } => "say",
            Self::Send { .. } => "send",
            Self::Album { .. } => "album",
            Self::Locate { .. } => "locate",
            Self::Card { .. } => "card",
            Self::Press { .. } => "press",
            Self::React { .. } => "react",
            Self::Edit { .. } => "edit",
            Self::Delete { .. } => "delete",
            Self::Read => "read",
            Self::Block(_) => "block",
            Self::StoryReply { .. } => "storyReply",
            Self::Comment { .. } => "comment",
            Self::StoryMention { .. } => "storyMention",
            Self::Marketing(_) => "marketing",
            Self::Strange { .. } => "strange",
            Self::Echo { .. } => "echo",
            Self::Hold(_) => "hold",
            Self::Group => "group",
            Self::Lend => "lend",
            Self::Aside { .. } => "aside",
            Self::Move { .. } => "move",
            Self::Mail(_) => "mail",
            Self::Open { .. } => "open",
            Self::Follow { .. } => "follow",
            Self::Complain { .. } => "complain",
            Self::Bounce { .. } => "bounce",
            Self::Unsubscribe { .. } => "unsubscribe",
        }
    }
}

/// Why a phone does not do something; a sentence for whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotPossible(pub String);

impl NotPossible {
    /// This app has no such thing.
    #[must_use]
    pub fn here(app: &str, what: &str) -> Self {
        Self(format!("{app} has no {what}."))
    }

    /// What was pointed at is gone.
    #[must_use]
    pub fn gone() -> Self {
        Self("That message is not on this phone any more.".to_owned())
    }
}
