//! One message in a thread.

use super::atoms::AvatarView;
use super::atoms::Icon;
use super::atoms::RichText;
use super::atoms::TimeView;
use super::filters;
use super::format;
use super::mail::MailCard;
use super::picture::PictureView;
use super::template::SeenTemplate;

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
    /// Not sent, for good. Plain reason with the vendor's code in brackets, and whether a retry can help.
    Failed {
        /// "Not delivered. The phone can't be reached (30003)."
        reason: String,
        /// What else the vendor said, with the id of the call in its logs; may be empty.
        facts: String,
        /// Whether the Retry button is drawn.
        retry: bool,
    },
    /// It left, and nobody knows whether it arrived.
    Unknown,
    /// Not sent yet: it is tried again by itself.
    Waiting {
        /// "Not sent yet. The vendor is busy."
        reason: String,
        /// When the next try is; none while the whole channel waits.
        next: Option<TimeView>,
    },
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

/// A file, as a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Full name.
    pub name: String,
    /// "84 KB".
    pub size: String,
    /// Path of the download; empty while the file is not there yet.
    pub url: String,
}

impl FileView {
    /// Letters on the tile.
    #[must_use]
    pub fn kind(&self) -> String {
        format::file_kind(&self.name)
    }

    /// The name with its middle cut.
    #[must_use]
    pub fn short_name(&self) -> String {
        format::middle(&self.name, 34)
    }

    /// Colour group of the tile.
    #[must_use]
    pub fn tile(&self) -> &'static str {
        match self.kind().as_str() {
            "PDF" => "bad",
            "PNG" | "JPG" | "JPEG" | "GIF" | "WEBP" | "HEIC" => "info",
            "XLS" | "XLSX" | "CSV" | "ODS" => "ok",
            "ZIP" | "GZ" | "RAR" | "7Z" | "TAR" => "warn",
            _ => "neutral",
        }
    }
}

/// The lines above and below an offer; either may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrameView {
    /// Above the words.
    pub header: String,
    /// Small below them.
    pub footer: String,
}

impl FrameView {
    /// What a message has of them.
    #[must_use]
    pub fn of(header: Option<&String>, footer: Option<&String>) -> Self {
        Self {
            header: header.cloned().unwrap_or_default(),
            footer: footer.cloned().unwrap_or_default(),
        }
    }
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ButtonView {
    /// Its words.
    pub title: String,
    /// `external-link` or `phone` for buttons that lead elsewhere; none for answers.
    pub icon: Option<Icon>,
    /// The customer pressed this one.
    pub chosen: bool,
}

/// A row of a list message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceView {
    /// First line.
    pub title: String,
    /// Second line; may be empty.
    pub text: String,
    /// The customer chose this one.
    pub chosen: bool,
}

/// A headed part of a list message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionView {
    /// Its head; may be empty.
    pub title: String,
    /// Its rows.
    pub rows: Vec<ChoiceView>,
}

/// One card of a carousel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardView {
    /// First line.
    pub title: String,
    /// Second line.
    pub text: String,
    /// Path of a picture on our origin.
    pub picture: Option<String>,
    /// Its buttons.
    pub buttons: Vec<ButtonView>,
}

/// A person sent as a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonCard {
    /// Initials on a tint.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// First phone number or address.
    pub reach: String,
}

/// Height of the bars of a voice note, 0 to 16.
pub type Peaks = Vec<u8>;

/// What is inside a bubble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Words. Emoji alone are large; very long ones fold.
    Text {
        /// The words, safe.
        html: RichText,
        /// Only a few emoji.
        jumbo: bool,
        /// Longer than [`format::FOLD_CHARS`].
        folded: bool,
    },
    /// A picture.
    Image(PictureView),
    /// A film.
    Video(PictureView),
    /// A sound.
    Audio {
        /// Path.
        url: String,
        /// "0:14".
        length: String,
        /// Bars; may be empty.
        peaks: Peaks,
        /// What is said in it.
        transcript: Option<String>,
    },
    /// A file.
    Document {
        /// The file.
        file: FileView,
        /// Words below.
        caption: Option<RichText>,
    },
    /// A sticker: path.
    Sticker(String),
    /// A place.
    Location {
        /// First line; may be empty.
        name: String,
        /// Second line; may be empty.
        address: String,
        /// "-23.55630, -46.68970".
        coordinates: String,
        /// Address of a map that a person may open.
        map: String,
    },
    /// People.
    Contacts {
        /// The first ones.
        people: Vec<PersonCard>,
        /// How many more.
        more: usize,
    },
    /// Words with buttons.
    Buttons {
        /// The words.
        html: RichText,
        /// What stands around them.
        frame: FrameView,
        /// The buttons.
        buttons: Vec<ButtonView>,
    },
    /// Words with a list of choices.
    List {
        /// The words.
        html: RichText,
        /// What stands around them.
        frame: FrameView,
        /// Parts.
        sections: Vec<SectionView>,
        /// Rows that are not shown.
        more: usize,
    },
    /// Cards side by side.
    Carousel {
        /// The words; may be empty.
        html: RichText,
        /// Cards.
        cards: Vec<CardView>,
    },
    /// A text the vendor approved.
    Template {
        /// Such as `Template refund_approved, es_MX`.
        head: String,
        /// What the customer sees.
        seen: SeenTemplate,
    },
    /// The customer pressed something.
    Postback {
        /// What the customer typed, or the title.
        text: String,
        /// "Pressed a button" or "Chose "Change delivery date"".
        how: String,
    },
    /// A mail.
    Mail(Box<MailCard>),
    /// A story of theirs or ours.
    Story {
        /// Where its picture lies here; none where it may not be kept, or is gone.
        picture: Option<String>,
        /// "Replied to your story".
        line: &'static str,
        /// What was said to it; empty for a mention.
        html: RichText,
        /// Where it can be seen while it lasts; may be empty.
        link: String,
    },
    /// A phone call.
    Call {
        /// "Call, 3 m 12 s".
        line: String,
        /// Whether nobody answered.
        missed: bool,
        /// The recording: where it lies; may be empty.
        url: String,
        /// What was said.
        transcript: Option<String>,
    },
    /// Deleted by the customer or by us: who, in words.
    Deleted(String),
    /// A kind this version does not know.
    Unsupported {
        /// The vendor's word for it.
        kind: String,
        /// What came, as JSON text.
        raw: String,
    },
}

impl Content {
    /// Words of a message.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text {
            html: format::rich(text),
            jumbo: format::is_jumbo(text),
            folded: text.chars().count() > format::FOLD_CHARS,
        }
    }

    /// A private note with the people it names.
    #[must_use]
    pub fn note(text: &str, mentioned: &[&str]) -> Self {
        Self::Text {
            html: format::rich_note(text, mentioned),
            jumbo: false,
            folded: text.chars().count() > format::FOLD_CHARS,
        }
    }

    /// Whether it is drawn without a bubble around it.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        matches!(
            self,
            Self::Sticker(_) | Self::Carousel { .. } | Self::Text { jumbo: true, .. }
        )
    }

    /// Class of the bubble: what decides its padding.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Text { jumbo: true, .. } => "jumbo",
            Self::Text { .. } | Self::Postback { .. } | Self::Call { .. } => "text",
            Self::Story { .. } => "story",
            Self::Image(_) | Self::Video(_) => "media",
            Self::Audio { .. } => "audio",
            Self::Document { .. } => "file",
            Self::Sticker(_) => "sticker",
            Self::Location { .. } => "place",
            Self::Contacts { .. } => "people",
            Self::Buttons { .. } | Self::Template { .. } => "buttons",
            Self::List { .. } => "choices",
            Self::Carousel { .. } => "cards",
            Self::Mail(_) => "mail",
            Self::Deleted(_) | Self::Unsupported { .. } => "gone",
        }
    }
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
