//! The settings of a web chat, typed.

mod parts;
mod shortcuts;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

use crate::channels::webchat::contrast::Colour;
use crate::channels::webchat::forms;
use crate::channels::webchat::identity::IdentityMode;
use crate::channels::webchat::origins::Allowed;
use crate::channels::webchat::origins::Pattern;
pub use crate::channels::webchat::settings::parts::ColorScheme;
pub use crate::channels::webchat::settings::parts::EmailContinuity;
pub use crate::channels::webchat::settings::parts::Face;
pub use crate::channels::webchat::settings::parts::FileUpload;
pub use crate::channels::webchat::settings::parts::Form;
pub use crate::channels::webchat::settings::parts::Offline;
pub use crate::channels::webchat::settings::parts::Position;
pub use crate::channels::webchat::settings::parts::Privacy;
pub use crate::channels::webchat::settings::parts::Proactive;
pub use crate::channels::webchat::settings::parts::Size;
pub use crate::channels::webchat::settings::parts::Starter;
pub use crate::channels::webchat::settings::parts::Theme;
pub use crate::channels::webchat::settings::parts::Trigger;
pub use crate::channels::webchat::settings::parts::Words;
pub use crate::channels::webchat::settings::shortcuts::adopt;
use crate::model::Opaque;
use crate::model::hours::OpeningHours;
use crate::model::rejection::FieldError;

/// The largest file any web chat may allow, in bytes.
pub const UPLOAD_CEILING: u64 = 100 * 1024 * 1024;

const STARTERS_MAX: usize = 4;
const PROACTIVE_MAX: usize = 20;
const CSS_MAX: usize = 20_000;
const WORDS_MAX: usize = 2_000;
const THIRTY_DAYS_MS: u64 = 30 * 24 * 3_600 * 1_000;

/// What an operator chose for a web chat. What was not chosen has its default.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Which websites may show it.
    pub allowed_origins: Vec<Pattern>,
    /// How much it wants to know who its visitors are.
    pub identity_mode: IdentityMode,
    /// How it looks.
    pub theme: Theme,
    /// The language of whoever speaks none of ours.
    pub default_language: String,
    /// The form before the first message.
    pub pre_chat_form: Form,
    /// Questions that can be asked with one press.
    pub starters: Vec<Starter>,
    /// Messages shown beside the bubble.
    pub proactive_messages: Vec<Proactive>,
    /// What visitors may upload.
    pub file_upload: FileUpload,
    /// When somebody answers; none means always.
    pub business_hours: Option<OpeningHours>,
    /// Whether the offline form takes the place of the chat outside of these hours.
    pub business_hours_only: bool,
    /// What is said and asked when nobody is there.
    pub offline: Offline,
    /// Whether unread answers are mailed.
    pub email_continuity: EmailContinuity,
    /// How long a browser is remembered after its last visit, in milliseconds.
    pub session_duration_ms: u64,
    /// Whether the widget names us.
    pub show_branding: bool,
    /// Whether it makes sounds.
    pub sound_enabled: bool,
    /// Whether it has a palette of emoji.
    pub emoji_picker: bool,
    /// Whether agents see what is not sent yet.
    pub typing_preview: bool,
    /// Whether visitors see that their messages were read.
    pub show_read_receipts: bool,
    /// What is kept, and for how long.
    pub privacy: Privacy,
    /// Styles added to the widget's own.
    pub custom_css: Option<String>,
    /// Whether pages without an origin count.
    pub allow_null_origin: bool,
    /// Whether programs without an origin count.
    pub allow_non_browser: bool,
    /// What the widget is told to connect to.
    pub api_base_url: Option<String>,
    /// What the widget is told to load files from.
    pub media_base_url: Option<String>,
}

impl Settings {
    /// Reads what an operator chose. What is wrong has its default, so that a chat stays up
    /// whatever is stored.
    #[must_use]
    pub fn of(raw: &Opaque) -> Self {
        Self::read(raw).0
    }

    /// Reads and checks what an operator chose.
    ///
    /// # Errors
    /// Everything that is wrong, by its path.
    pub fn checked(raw: &Opaque) -> Result<Self, Vec<FieldError>> {
        let (settings, mut wrong) = Self::read(raw);
        settings.check(&mut wrong);
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(wrong)
        }
    }

    fn read(raw: &Opaque) -> (Self, Vec<FieldError>) {
        let mut reader = Reader {
            raw,
            wrong: Vec::new(),
        };
        let mut form: Form = reader.value("preChatForm");
        shortcuts::ask_for(&mut form, &shortcuts::EMAIL, reader.value("requireEmail"));
        shortcuts::ask_for(&mut form, &shortcuts::NAME, reader.value("requireName"));
        let settings = Self {
            allowed_origins: reader.origins(),
            identity_mode: reader.value("identityMode"),
            theme: reader.value("theme"),
            default_language: reader.value_or("defaultLanguage", || "en".to_owned()),
            pre_chat_form: form,
            starters: numbered(reader.value("starters"), "s", |starter: &mut Starter| {
                &mut starter.id
            }),
            proactive_messages: numbered(
                reader.value("proactiveMessages"),
                "p",
                |proactive: &mut Proactive| &mut proactive.id,
            ),
            file_upload: reader.value("fileUpload"),
            business_hours: reader.value("businessHours"),
            business_hours_only: reader.value("businessHoursOnly"),
            offline: reader.value("offline"),
            email_continuity: reader.value("emailContinuity"),
            session_duration_ms: reader.value_or("sessionDuration", || THIRTY_DAYS_MS),
            show_branding: reader.value_or("showBranding", || true),
            sound_enabled: reader.value_or("soundEnabled", || true),
            emoji_picker: reader.value_or("emojiPicker", || true),
            typing_preview: reader.value("typingPreview"),
            show_read_receipts: reader.value_or("showReadReceipts", || true),
            privacy: reader.value("privacy"),
            custom_css: reader.value("customCss"),
            allow_null_origin: reader.value("allowNullOrigin"),
            allow_non_browser: reader.value("allowNonBrowser"),
            api_base_url: reader.value("apiBaseUrl"),
            media_base_url: reader.value("mediaBaseUrl"),
        };
        (settings, reader.wrong)
    }

    /// Which requests are accepted.
    #[must_use]
    pub fn allowed(&self) -> Allowed {
        Allowed {
            patterns: self.allowed_origins.clone(),
            null_origin: self.allow_null_origin,
            non_browser: self.allow_non_browser,
        }
    }

    /// What works but should be looked at, as sentences for the operator.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.allowed_origins.is_empty() || self.allowed_origins.contains(&Pattern::Any) {
            warnings.push("Every website can show this chat. List yours.".to_owned());
        }
        let colour = Colour::parse(&self.theme.primary_color);
        if colour.is_some_and(|colour| !colour.is_readable()) {
            warnings.push(format!(
                "Neither white nor dark text reads well on {}.",
                self.theme.primary_color
            ));
        }
        warnings
    }

    fn check(&self, wrong: &mut Vec<FieldError>) {
        let mut say = |field: &str, message: &str| wrong.push(error(field, message));
        if Colour::parse(&self.theme.primary_color).is_none() {
            say("theme.primaryColor", "must be a colour such as #0066FF");
        }
        let pictures = [
            ("theme.avatarUrl", self.theme.avatar_url.as_deref()),
            ("theme.logoUrl", self.theme.logo_url.as_deref()),
            (
                "theme.launcherIcon",
                Some(self.theme.launcher_icon.as_str()).filter(|icon| *icon != "bubble"),
            ),
            ("privacy.policyUrl", self.privacy.policy_url.as_deref()),
        ];
        for (field, url) in pictures {
            if url.is_some_and(|url| !is_web_address(url) && !is_own_path(url)) {
                say(field, "must be an address that begins with https://");
            }
        }
        let bases = [
            ("apiBaseUrl", &self.api_base_url),
            ("mediaBaseUrl", &self.media_base_url),
        ];
        for (field, url) in bases {
            if url.as_deref().is_some_and(|url| !is_web_address(url)) {
                say(field, "must be an address that begins with https://");
            }
        }
        if self.starters.len() > STARTERS_MAX {
            say("starters", "must be at most four");
        }
        if self.proactive_messages.len() > PROACTIVE_MAX {
            say("proactiveMessages", "must be at most 20");
        }
        if !(1..=UPLOAD_CEILING).contains(&self.file_upload.max_size) {
            say("fileUpload.maxSize", "must be 1 byte to 100 MB");
        }
        if self.email_continuity.enabled && self.email_continuity.channel_id.is_none() {
            say("emailContinuity.channelId", "must name an email channel");
        }
        if self.business_hours_only && self.business_hours.is_none() {
            say("businessHours", "must be set for businessHoursOnly");
        }
        let asked = self.offline.fields();
        if !asked.is_empty() && asked.iter().all(|field| field.name != "message") {
            say("offline.form.fields", "must have a field named message");
        }
        if let Some(problem) = self.custom_css.as_deref().and_then(flaw_of_css) {
            say("customCss", problem);
        }
        if self.words().any(|text| text.chars().count() > WORDS_MAX) {
            say("theme", "must have texts of at most 2,000 characters");
        }
        let forms = [
            (self.pre_chat_form.fields.as_slice(), "preChatForm.fields"),
            (self.offline.fields(), "offline.form.fields"),
        ];
        for (fields, path) in forms {
            wrong.extend(forms::check(fields, path).err().unwrap_or_default());
        }
    }

    fn words(&self) -> impl Iterator<Item = &String> {
        let theme = &self.theme;
        [
            &theme.header_text,
            &theme.welcome_message,
            &theme.launcher_text,
            &self.offline.message,
        ]
        .into_iter()
        .flatten()
        .chain(
            self.proactive_messages
                .iter()
                .map(|proactive| &proactive.message),
        )
        .chain(self.starters.iter().map(|starter| &starter.title))
        .flat_map(Words::texts)
    }
}

/// Takes settings out of an object, noting which ones are not in their shape.
struct Reader<'a> {
    raw: &'a Opaque,
    wrong: Vec<FieldError>,
}

impl Reader<'_> {
    fn value<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        self.value_or(name, T::default)
    }

    fn value_or<T: DeserializeOwned>(&mut self, name: &str, default: impl FnOnce() -> T) -> T {
        let Some(value) = self.raw.get(name).filter(|value| !value.is_null()) else {
            return default();
        };
        T::deserialize(value).unwrap_or_else(|problem| {
            self.wrong
                .push(error(name, &format!("is not right: {problem}")));
            default()
        })
    }

    fn origins(&mut self) -> Vec<Pattern> {
        let texts: Vec<String> = self.value("allowedOrigins");
        let mut patterns = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            match Pattern::parse(text) {
                Ok(pattern) => patterns.push(pattern),
                Err(problem) => {
                    let field = format!("allowedOrigins[{index}]");
                    self.wrong.push(error(&field, &problem.to_string()));
                }
            }
        }
        if patterns.is_empty() && !texts.is_empty() {
            // A list of which nothing can be read must not open the chat to everybody.
            patterns.push(nowhere());
        }
        patterns
    }
}

/// A pattern no website fits: the name is reserved never to exist.
fn nowhere() -> Pattern {
    Pattern::Sites {
        scheme: None,
        host: "nowhere.invalid".to_owned(),
        below: false,
        port: None,
    }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

fn numbered<T>(mut items: Vec<T>, prefix: &str, id: impl Fn(&mut T) -> &mut String) -> Vec<T> {
    for (index, item) in items.iter_mut().enumerate() {
        let id = id(item);
        if id.is_empty() {
            *id = format!("{prefix}{}", index + 1);
        }
    }
    items
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && local)
    })
}

fn is_own_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//")
}

/// What styles may not do: load anything, or leave their place. Escapes could hide both.
fn flaw_of_css(css: &str) -> Option<&'static str> {
    let folded = css.to_ascii_lowercase();
    if css.len() > CSS_MAX {
        return Some("must have at most 20,000 bytes");
    }
    let forbidden = ["@import", "url(", "image-set(", "</", "expression(", "\\"];
    forbidden
        .iter()
        .any(|word| folded.contains(word))
        .then_some("must not import, name addresses or use escapes")
}
