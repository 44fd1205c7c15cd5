//! What is inside a bubble, by the kind of the message.

use super::atoms::AvatarView;
use super::atoms::Icon;
use super::atoms::RichText;
use super::format;
use super::mail::MailCard;
use super::picture::PictureView;
use super::template::SeenTemplate;

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
