//! What a customer's phone shows: one chat with a business, bubble by bubble.
//!
//! Everything here is what the customer sees, not what the business meant: vendors turn the one
//! into the other, and the phones on `/sandbox` draw nothing else.

use std::collections::VecDeque;

use crate::base::time::Timestamp;
use crate::sandbox::mail::Mail;

/// Bubbles kept in a chat.
const BUBBLES_MAX: usize = 500;

/// A person outside, as a vendor knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// The vendor's name for them: digits, a number with a plus, a scoped id.
    pub id: String,
    /// The name they go by.
    pub name: String,
    /// The name under which they can be looked for, where the vendor has such names.
    pub username: Option<String>,
    /// The language of their phone.
    pub language: Option<String>,
    /// Where the chat is held.
    pub room: Room,
}

/// Where a chat is held. What is said elsewhere than between two has a phone of its own, whose
/// customer's id names the room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Room {
    /// Between the customer and the business.
    #[default]
    Private,
    /// In a group of which the customer and the business are members.
    Group {
        /// The vendor's name for the customer.
        member: String,
        /// The vendor's name for the group.
        id: String,
        /// What people call it.
        title: String,
        /// The topic of it, by its id and its name; none is what is said in no topic.
        topic: Option<(String, String)>,
    },
    /// With somebody of the business by their own account, for which the business may answer.
    Lent {
        /// The vendor's name for the customer.
        member: String,
        /// The vendor's name for that permission.
        connection: String,
        /// Whose account it is.
        owner: String,
    },
}

/// Who a bubble is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The business.
    Business,
    /// The customer.
    Customer,
    /// Somebody else in the same group.
    Other,
    /// The vendor: a line in the middle.
    Vendor,
}

/// How far a bubble came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// The vendor has it.
    Taken,
    /// It is on the other's device.
    Delivered,
    /// It was looked at.
    Read,
}

/// A style that is laid over a part of a text, counted in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it is.
    pub style: Style,
}

/// A style of letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Style {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underlined,
    /// Struck out.
    Struck,
    /// As a program is written.
    Code,
    /// Hidden until it is pressed.
    Hidden,
    /// Leads to an address.
    Link(String),
}

/// What kind of file a bubble shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// Something to hear.
    Audio,
    /// A voice note.
    Voice,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
}

impl Sort {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The sort of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let all = [
            Self::Image,
            Self::Video,
            Self::Audio,
            Self::Voice,
            Self::Document,
            Self::Sticker,
        ];
        all.into_iter().find(|sort| sort.name() == word)
    }
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the sandbox's own store.
    Stored(String),
    /// Somewhere else: the vendor fetches it from there.
    Linked(String),
}

/// One picture with words and buttons in a row of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// The picture.
    pub image: Option<Place>,
    /// In bold.
    pub title: String,
    /// Below.
    pub text: String,
    /// What can be pressed.
    pub choices: Vec<Choice>,
}

/// What a bubble holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Words, perhaps with a heading and a line in small print.
    Text {
        /// Above, in bold.
        header: Option<String>,
        /// The words.
        text: String,
        /// Styles over the words.
        spans: Vec<Span>,
        /// Below, in small print.
        footer: Option<String>,
    },
    /// A file, with words below it.
    File {
        /// What it is.
        sort: Sort,
        /// Where it is.
        place: Place,
        /// Its name.
        filename: Option<String>,
        /// The words below.
        caption: String,
        /// In small print below the words.
        footer: Option<String>,
    },
    /// A point on the map.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// What is there.
        name: String,
        /// Where that is.
        address: String,
    },
    /// Visiting cards.
    Contacts(Vec<(String, String)>),
    /// Pictures side by side.
    Cards {
        /// Words above.
        text: String,
        /// The pictures.
        cards: Vec<Card>,
    },
    /// A mail.
    Mail(Box<Mail>),
    /// A line of the vendor's own.
    Note(String),
}

impl Body {
    /// Plain words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            header: None,
            text: text.into(),
            spans: Vec::new(),
            footer: None,
        }
    }

    /// The words of it, for lists and tests.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text { text, .. } | Self::Cards { text, .. } | Self::Note(text) => text,
            Self::File { caption, .. } => caption,
            Self::Location { name, .. } => name,
            Self::Mail(mail) => &mail.text,
            Self::Contacts(cards) => cards.first().map_or("", |(name, _)| name),
        }
    }
}

/// What happens when a choice is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// The business hears of it.
    Reply(String),
    /// A row of a list, of which the business hears too.
    Row(String),
    /// A template's own button, of which the business hears in another way.
    Template(String),
    /// An address opens.
    Open(String),
    /// A number is called.
    Dial(String),
    /// The place of the phone is sent.
    Place,
    /// The number of the phone is sent.
    Number,
    /// Its words are written as if they were typed.
    Type,
    /// A code is copied.
    Copy(String),
}

/// Something to press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub title: String,
    /// What it says in small print.
    pub description: String,
    /// What happens.
    pub press: Press,
    /// Which row of keys it stands in.
    pub row: usize,
}

/// How the choices of a bubble are offered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Offer {
    /// Below the bubble, and there they stay.
    #[default]
    Buttons,
    /// Behind a button that opens a list.
    List(String),
    /// Above the keyboard, until something is said.
    Quick,
    /// In place of the keyboard.
    Keyboard,
    /// In the bubble, each with a mark to set.
    Poll,
}

/// One bubble.
#[derive(Debug, Clone)]
pub struct Bubble {
    /// The vendor's id of it.
    pub id: String,
    /// Who it is from.
    pub side: Side,
    /// When, by the vendors' clock.
    pub at: Timestamp,
    /// What it holds.
    pub body: Body,
    /// What can be pressed.
    pub choices: Vec<Choice>,
    /// How that is offered.
    pub offer: Offer,
    /// The bubble it answers.
    pub quoting: Option<String>,
    /// The customer's sign on it.
    pub reaction: Option<String>,
    /// The business's sign on it.
    pub business_reaction: Option<String>,
    /// Whether it was changed.
    pub edited: bool,
    /// Whether it was taken back.
    pub deleted: bool,
    /// How far it came.
    pub reached: Reached,
    /// What the business gave along for its own use.
    pub tag: Option<String>,
    /// What the vendor remembers of it for its own use: a template's category, a part of an album.
    pub mark: Option<String>,
}

impl Bubble {
    /// A new bubble.
    #[must_use]
    pub fn new(id: impl Into<String>, side: Side, at: Timestamp, body: Body) -> Self {
        Self {
            id: id.into(),
            side,
            at,
            body,
            choices: Vec::new(),
            offer: Offer::default(),
            quoting: None,
            reaction: None,
            business_reaction: None,
            edited: false,
            deleted: false,
            reached: Reached::Taken,
            tag: None,
            mark: None,
        }
    }
}

/// One chat of a customer with a business.
#[derive(Debug, Clone)]
pub struct Chat {
    /// Who holds the phone.
    pub customer: Customer,
    /// What it shows, oldest first.
    pub bubbles: VecDeque<Bubble>,
    /// When the customer last did something that opens the vendor's window.
    pub wrote_at: Option<Timestamp>,
    /// Whether the customer ever began: some vendors let no business write first.
    pub started: bool,
    /// Whether the customer wants to hear nothing more.
    pub blocked: bool,
    /// Whether the phone has no network: messages wait.
    pub offline: bool,
    /// Whether whoever holds the phone looks at what comes.
    pub reads: bool,
    /// Until when the business is shown as typing.
    pub typing_until: Option<Timestamp>,
    /// Whether the business has seen everything.
    pub seen: bool,
    /// Bubbles that wait for the network.
    pub waiting: Vec<String>,
    /// The last number given to a bubble, for vendors that count.
    pub last_number: i64,
    /// When the business last wrote, newest last; for limits.
    pub sent_at: VecDeque<Timestamp>,
    /// Until when what the business wrote at once is paid back; for limits.
    pub paid_until: Timestamp,
}

impl Chat {
    /// A phone that has never heard of the business.
    #[must_use]
    pub fn new(customer: Customer) -> Self {
        Self {
            customer,
            bubbles: VecDeque::new(),
            wrote_at: None,
            started: false,
            blocked: false,
            offline: false,
            reads: true,
            typing_until: None,
            seen: true,
            waiting: Vec::new(),
            last_number: 0,
            sent_at: VecDeque::new(),
            paid_until: Timestamp::from_millis(0),
        }
    }

    /// Shows one more bubble.
    pub fn push(&mut self, bubble: Bubble) {
        if bubble.side == Side::Business {
            self.typing_until = None;
        }
        self.bubbles.push_back(bubble);
        if self.bubbles.len() > BUBBLES_MAX {
            self.bubbles.pop_front();
        }
    }

    /// A bubble.
    #[must_use]
    pub fn bubble(&self, id: &str) -> Option<&Bubble> {
        self.bubbles.iter().rev().find(|bubble| bubble.id == id)
    }

    /// A bubble, to be changed.
    pub fn bubble_mut(&mut self, id: &str) -> Option<&mut Bubble> {
        self.bubbles.iter_mut().rev().find(|bubble| bubble.id == id)
    }

    /// The bubbles of one side, oldest first.
    pub fn from(&self, side: Side) -> impl Iterator<Item = &Bubble> {
        self.bubbles
            .iter()
            .filter(move |bubble| bubble.side == side)
    }
}
