//! The settings of a web chat as data: the form and the simple checks are made from this.

use crate::model::channel::Setting;
use crate::model::channel::Shape;

const ONE_YEAR_MS: i64 = 365 * 24 * 3_600 * 1_000;
const ONE_HOUR_MS: i64 = 3_600 * 1_000;

const fn setting(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    shape: Shape,
) -> Setting {
    Setting::new(name, label, help, shape)
}

/// Every setting, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        aliases: &["allowedDomains"],
        ..setting(
            "allowedOrigins",
            "Allowed websites",
            "Where the chat may appear, such as shop.example.com or *.example.com. Empty: everywhere.",
            Shape::List,
        )
    },
    setting(
        "identityMode",
        "Identity",
        "Whether your page can say, or must prove, who the visitor is.",
        Shape::Choice(&["optional", "required", "off"]),
    ),
    setting(
        "identitySecret",
        "Identity secret",
        "Signs the visitor's id on your server. Keep it there.",
        Shape::Secret {
            generated: Some("wcid_"),
        },
    ),
    setting(
        "webhookSecret",
        "Webhook secret",
        "Signs messages your own programs post for visitors.",
        Shape::Secret {
            generated: Some("whs_"),
        },
    ),
    setting(
        "theme",
        "Look",
        "Colour, place, size and words of the chat.",
        Shape::Object,
    ),
    setting(
        "defaultLanguage",
        "Language",
        "Used where the visitor's own is not available.",
        Shape::Text,
    ),
    setting(
        "requireName",
        "Ask for the name first",
        "Shows a form before the first message.",
        Shape::Switch,
    ),
    setting(
        "requireEmail",
        "Ask for the email first",
        "Shows a form before the first message.",
        Shape::Switch,
    ),
    setting(
        "preChatForm",
        "Form before the chat",
        "Up to 20 fields to fill in before the first message.",
        Shape::Object,
    ),
    setting(
        "starters",
        "Conversation starters",
        "Up to four questions a visitor can ask with one press.",
        Shape::Array,
    ),
    setting(
        "proactiveMessages",
        "Proactive messages",
        "Messages shown beside the bubble after a while or on some pages.",
        Shape::Array,
    ),
    setting(
        "fileUpload",
        "Files",
        "Whether visitors may send files, which and how large.",
        Shape::Object,
    ),
    setting(
        "businessHours",
        "Business hours",
        "When somebody answers: a time zone, hours of each weekday, holidays.",
        Shape::Object,
    ),
    setting(
        "businessHoursOnly",
        "Only in business hours",
        "Outside of them visitors leave a message by a form.",
        Shape::Switch,
    ),
    setting(
        "offline",
        "When nobody is there",
        "What is said and asked outside of business hours.",
        Shape::Object,
    ),
    setting(
        "emailContinuity",
        "Go on by email",
        "Mails unread answers through an email channel.",
        Shape::Object,
    ),
    setting(
        "sessionDuration",
        "Remember visitors",
        "How long a browser is remembered after its last visit, in milliseconds.",
        Shape::Number {
            min: ONE_HOUR_MS,
            max: ONE_YEAR_MS,
        },
    ),
    setting("showBranding", "Show linktor", "", Shape::Switch),
    setting("soundEnabled", "Sounds", "", Shape::Switch),
    setting("emojiPicker", "Emoji", "", Shape::Switch),
    setting(
        "typingPreview",
        "Preview of typing",
        "Shows agents what a visitor types before it is sent. Think of privacy.",
        Shape::Switch,
    ),
    setting(
        "showReadReceipts",
        "Read receipts",
        "Shows visitors that their message was read.",
        Shape::Switch,
    ),
    setting(
        "privacy",
        "Privacy",
        "Consent, days to keep data, shortened addresses.",
        Shape::Object,
    ),
    setting(
        "customCss",
        "Own styles",
        "Added to the chat's own. No imports, no addresses.",
        Shape::Text,
    ),
    setting(
        "allowNullOrigin",
        "Allow pages without origin",
        "For web views of apps.",
        Shape::Switch,
    ),
    setting(
        "allowNonBrowser",
        "Allow programs",
        "For apps that speak the protocol themselves.",
        Shape::Switch,
    ),
    setting(
        "apiBaseUrl",
        "Address of the API",
        "Where the chat connects to, if not to this server's public address.",
        Shape::Text,
    ),
    setting(
        "mediaBaseUrl",
        "Address of files",
        "Where the chat loads files from, if not from this server's public address.",
        Shape::Text,
    ),
];
