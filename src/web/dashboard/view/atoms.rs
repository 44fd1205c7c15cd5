//! The smallest things pages are made of.

use std::fmt;

use super::filters;
use super::format;

/// A picture of the sprite, where code and not a template decides which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon(pub &'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The pictures code may choose. The sprite is built from these names and from the templates.
impl Icon {
    /// A sound file or voice note.
    pub const AUDIO: Self = Self("mic");
    /// A document.
    pub const DOCUMENT: Self = Self("paperclip");
    /// A picture.
    pub const IMAGE: Self = Self("image");
    /// A film.
    pub const VIDEO: Self = Self("video");
    /// A place.
    pub const LOCATION: Self = Self("map-pin");
    /// Contact cards.
    pub const CONTACTS: Self = Self("contact");
    /// Buttons, a list or cards.
    pub const CHOICES: Self = Self("square-mouse-pointer");
    /// A private note.
    pub const NOTE: Self = Self("lock");
    /// Put aside until a moment.
    pub const SNOOZED: Self = Self("alarm-clock");
    /// Something did not work.
    pub const FAILED: Self = Self("circle-alert");
    /// Nobody knows.
    pub const UNKNOWN: Self = Self("circle-question-mark");
    /// Done.
    pub const DONE: Self = Self("check");
    /// Opened again.
    pub const REOPENED: Self = Self("undo-2");
    /// Given to somebody.
    pub const ASSIGNED: Self = Self("user-plus");
    /// Labels changed.
    pub const TAGGED: Self = Self("tag");
    /// The person arrived, left or was joined with another.
    pub const PERSON: Self = Self("user");
    /// Two people were joined.
    pub const MERGED: Self = Self("git-merge");
    /// Urgent.
    pub const URGENT: Self = Self("flame");
    /// Works.
    pub const HEALTHY: Self = Self("circle-check");
    /// Works, with a reservation.
    pub const WARNING: Self = Self("triangle-alert");
    /// Does not work.
    pub const BROKEN: Self = Self("circle-x");
    /// Waits.
    pub const WAITING: Self = Self("clock");
    /// Switched off.
    pub const OFF: Self = Self("ban");
    /// Plain news.
    pub const INFO: Self = Self("info");
    /// The search index.
    pub const SEARCH: Self = Self("search");
}

/// What a colour stands for. Colour is never alone: a word or a picture says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// Good.
    Ok,
    /// Needs a look soon.
    Warn,
    /// Wrong.
    Bad,
    /// For information.
    Info,
    /// Belongs to the product or is chosen.
    Accent,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Neutral => "neutral",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Accent => "accent",
        })
    }
}

/// The coloured square of a channel. Its name always stands beside it or in the accessible name.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/badge.html")]
pub struct BadgeView {
    /// The channel's kind as stored, such as `webchat`; also the picture's name.
    pub kind: String,
    /// How people call the kind, such as "`WebChat`".
    pub name: String,
}

impl BadgeView {
    /// The badge of a channel kind. A kind this version does not know keeps its own word.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        let (known, name) = match kind {
            "whatsapp" => ("whatsapp", "WhatsApp"),
            "telegram" => ("telegram", "Telegram"),
            "sms" => ("sms", "SMS"),
            "email" => ("email", "Email"),
            "voice" => ("voice", "Voice"),
            "webchat" => ("webchat", "WebChat"),
            "facebook" => ("facebook", "Messenger"),
            "instagram" => ("instagram", "Instagram"),
            "rcs" => ("rcs", "RCS"),
            other => ("unknown", other),
        };
        Self {
            kind: known.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// There now.
    Online,
    /// Not there.
    Offline,
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Online => "online",
            Self::Offline => "offline",
        })
    }
}

/// A person's round picture. The name always stands beside it, so it has no text of its own.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/avatar.html")]
pub struct AvatarView {
    /// At most two letters; empty draws a figure.
    pub initials: String,
    /// Which of the eight tints, 0 to 7.
    pub tint: u8,
    /// Path of a picture on our own origin.
    pub picture: Option<String>,
    /// The channel, at the lower right.
    pub badge: Option<BadgeView>,
    /// The dot, at the lower right; not together with a badge.
    pub presence: Option<Presence>,
}

impl AvatarView {
    /// The picture of `name`, tinted by the person's stable `id`.
    #[must_use]
    pub fn of(name: &str, id: &str) -> Self {
        Self {
            initials: format::initials(name),
            tint: format::tint(id),
            picture: None,
            badge: None,
            presence: None,
        }
    }

    /// The same with a channel badge.
    #[must_use]
    pub fn on(mut self, kind: &str) -> Self {
        self.badge = Some(BadgeView::of(kind));
        self
    }

    /// The same with a presence dot.
    #[must_use]
    pub fn with(mut self, presence: Presence) -> Self {
        self.presence = Some(presence);
        self
    }
}

/// A small rounded label.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/chip.html")]
pub struct ChipView {
    /// The word.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// A picture before the word.
    pub icon: Option<Icon>,
}

impl ChipView {
    /// A grey chip.
    #[must_use]
    pub fn plain(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            tone: Tone::Neutral,
            icon: None,
        }
    }

    /// A chip with a meaning.
    #[must_use]
    pub fn toned(label: impl Into<String>, tone: Tone, icon: Option<Icon>) -> Self {
        Self {
            label: label.into(),
            tone,
            icon,
        }
    }
}

/// A moment as shown: the client rewrites `text` each minute and in the reader's zone.
#[derive(Debug, Clone, PartialEq, Eq, Default, askama::Template)]
#[template(path = "parts/time.html")]
pub struct TimeView {
    /// RFC 3339, for `datetime`.
    pub iso: String,
    /// What stands there until the client takes over, such as "2 m" or "10:33".
    pub text: String,
    /// `ago` or `clock`: how the client writes it.
    pub style: &'static str,
}

impl TimeView {
    /// "2 m", "3 d", "19 Nov": for rows and lists.
    #[must_use]
    pub fn ago(at: crate::base::time::Timestamp, now: crate::base::time::Timestamp) -> Self {
        Self {
            iso: at.to_string(),
            text: format::ago(at, now),
            style: "ago",
        }
    }

    /// "10:33" in that zone: for messages.
    #[must_use]
    pub fn clock(at: crate::base::time::Timestamp, zone: &jiff::tz::TimeZone) -> Self {
        Self {
            iso: at.to_string(),
            text: format::clock(at, zone),
            style: "clock",
        }
    }
}

/// Text that is already HTML: escaped, with links and mentions made by [`format::rich`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RichText(pub(super) String);

impl fmt::Display for RichText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for RichText {}

/// One entry of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionView {
    /// What the form sends.
    pub value: String,
    /// What a person reads.
    pub label: String,
    /// Chosen now.
    pub selected: bool,
}

impl OptionView {
    /// An entry, chosen when its value is `current`.
    #[must_use]
    pub fn of(value: &str, label: &str, current: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            selected: value == current,
        }
    }
}

/// A text field of a form, with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldView {
    /// What stands in it.
    pub value: String,
    /// What is wrong, in words.
    pub error: Option<String>,
}

impl FieldView {
    /// A field holding `value`.
    #[must_use]
    pub fn of(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }

    /// The same with what is wrong.
    #[must_use]
    pub fn wrong(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }
}

/// A band under the page header or above a form.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/banner.html")]
pub struct BannerView {
    /// Info, warn, bad or ok.
    pub tone: Tone,
    /// The first sentence, in bold.
    pub title: String,
    /// The second sentence; may be empty.
    pub text: String,
}

impl BannerView {
    /// What happened, said in green: "Saved."
    #[must_use]
    pub fn done(title: impl Into<String>) -> Self {
        Self {
            tone: Tone::Ok,
            title: title.into(),
            text: String::new(),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn bad(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            title: title.into(),
            text: text.into(),
        }
    }

    /// The picture that goes with the tone.
    #[must_use]
    pub fn icon(&self) -> Icon {
        match self.tone {
            Tone::Ok => Icon::HEALTHY,
            Tone::Warn => Icon::WARNING,
            Tone::Bad => Icon::BROKEN,
            Tone::Neutral | Tone::Info | Tone::Accent => Icon::INFO,
        }
    }
}
