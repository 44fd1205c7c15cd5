//! The parts of the settings, each as it stands in JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::channels::webchat::forms::Field;
use crate::model::Opaque;
use crate::model::ids::ChannelId;

/// A text in one language, or in several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// The same for everybody.
    Plain(String),
    /// By language.
    ByLanguage(BTreeMap<String, String>),
}

impl Default for Words {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Words {
    /// The text in the nearest language: the one asked for, its family, a sister, the default.
    #[must_use]
    pub fn in_language(&self, asked: &str, default: &str) -> Option<&str> {
        let texts = match self {
            Self::Plain(text) => return Some(text),
            Self::ByLanguage(texts) => texts,
        };
        let family = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let exact = |tag: &str| {
            let found = texts
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(tag));
            found.map(|(_, text)| text.as_str())
        };
        let sister = |tag: &str| {
            let found = texts.iter().find(|(known, _)| family(known) == family(tag));
            found.map(|(_, text)| text.as_str())
        };
        exact(asked)
            .or_else(|| exact(&family(asked)))
            .or_else(|| sister(asked))
            .or_else(|| exact(default))
            .or_else(|| sister(default))
            .or_else(|| texts.values().next().map(String::as_str))
    }

    /// The text in every language.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let (one, many) = match self {
            Self::Plain(text) => (Some(text), None),
            Self::ByLanguage(texts) => (None, Some(texts.values())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

/// How a web chat looks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are those of the channel document")]
pub struct Theme {
    pub primary_color: String,
    pub position: Option<Position>,
    pub size: Size,
    pub header_text: Option<Words>,
    pub welcome_message: Option<Words>,
    pub avatar_url: Option<String>,
    pub logo_url: Option<String>,
    pub launcher_icon: String,
    pub launcher_text: Option<Words>,
    pub color_scheme: ColorScheme,
    pub border_radius: u16,
    pub z_index: u32,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            primary_color: "#0066FF".to_owned(),
            position: None,
            size: Size::default(),
            header_text: None,
            welcome_message: None,
            avatar_url: None,
            logo_url: None,
            launcher_icon: "bubble".to_owned(),
            launcher_text: None,
            color_scheme: ColorScheme::default(),
            border_radius: 12,
            z_index: 2_147_483_000,
        }
    }
}

/// In which corner the bubble sits. Where none was chosen, at the end of a line of the visitor's
/// language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Position {
    BottomRight,
    BottomLeft,
}

/// How large the panel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Size {
    Compact,
    #[default]
    Standard,
    Large,
}

/// Light, dark, or as the browser prefers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ColorScheme {
    #[default]
    Auto,
    Light,
    Dark,
}

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Form {
    /// Whether it is shown.
    pub enabled: bool,
    /// Its heading.
    pub title: Option<Words>,
    /// A sentence under it.
    pub message: Option<Words>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What stands on its button.
    pub submit_button: Option<Words>,
}

/// A question that can be asked with one press.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Starter {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// The question.
    pub title: Words,
    /// The picture beside it.
    #[serde(default)]
    pub icon: Option<String>,
}

/// A message shown beside the bubble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proactive {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// What brings it up.
    pub trigger: Trigger,
    /// Milliseconds to wait.
    #[serde(default)]
    pub delay: u64,
    /// The path it is shown on; `*` stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// How far the page is scrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentage: Option<u8>,
    /// What it says.
    pub message: Words,
    /// Whether it is shown once in a browser.
    #[serde(default)]
    pub only_once: bool,
    /// How often a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_day: Option<u16>,
    /// Whose face it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Face>,
}

/// What brings a proactive message up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Trigger {
    Time,
    Pageview,
    Scroll,
    ExitIntent,
}

/// A person as visitors see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Face {
    /// The name.
    pub name: String,
    /// A picture.
    #[serde(default)]
    pub avatar_url: Option<String>,
}

/// What visitors may upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileUpload {
    /// Whether they may at all.
    pub enabled: bool,
    /// The largest file, in bytes.
    pub max_size: u64,
    /// Types and endings, as `base::mime::allowed` reads them.
    pub allowed_types: Vec<String>,
    /// Whether several at once.
    pub multiple: bool,
}

impl Default for FileUpload {
    fn default() -> Self {
        let types = [
            "image/*",
            "application/pdf",
            "text/plain",
            ".docx",
            ".xlsx",
            "audio/*",
            "video/mp4",
        ];
        Self {
            enabled: true,
            max_size: 10 * 1024 * 1024,
            allowed_types: types.map(str::to_owned).to_vec(),
            multiple: true,
        }
    }
}

/// What is said and asked when nobody is there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Offline {
    /// Whether the form is shown.
    pub enabled: bool,
    /// What is said.
    pub message: Option<Words>,
    /// What is asked; none means for an address of mail and a message.
    pub form: Option<Form>,
}

impl Default for Offline {
    fn default() -> Self {
        Self {
            enabled: true,
            message: None,
            form: None,
        }
    }
}

impl Offline {
    /// The fields of its own form, where it has one.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        self.form.as_ref().map_or(&[], |form| &form.fields)
    }
}

/// Whether unread answers are mailed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EmailContinuity {
    /// Whether they are.
    pub enabled: bool,
    /// The email channel they go through.
    pub channel_id: Option<String>,
    /// Minutes after the first unread answer; 0 means 10.
    pub after_minutes: u16,
}

impl EmailContinuity {
    /// What the settings of a web chat say.
    #[must_use]
    pub fn of(settings: &Opaque) -> Self {
        let kept = settings.get("emailContinuity").cloned();
        let read = kept.and_then(|kept| serde_json::from_value(kept).ok());
        read.unwrap_or_default()
    }

    /// The email channel, where answers go on there.
    #[must_use]
    pub fn channel(&self) -> Option<ChannelId> {
        let id = self.channel_id.as_deref().filter(|_| self.enabled)?;
        id.parse().ok()
    }

    /// How long an answer may stay unread.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let minutes = match self.after_minutes {
            0 => 10,
            chosen => u64::from(chosen),
        };
        Duration::from_secs(minutes * 60)
    }
}

/// What is kept, and for how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Privacy {
    /// Whether nothing is stored before the visitor agrees.
    pub cookie_consent: bool,
    /// Days to keep closed conversations; 0 means for ever.
    pub data_retention: u32,
    /// Whether addresses are shortened before they are stored.
    #[serde(rename = "anonymizeIP")]
    pub anonymize_ip: bool,
    /// Where the policy can be read.
    pub policy_url: Option<String>,
}
