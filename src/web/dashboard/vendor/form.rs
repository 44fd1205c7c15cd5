//! The settings of a vendor's channel as a form, made from the channel's own table, and read back.

use serde_json::Value;
use serde_json::json;

use crate::model::Opaque;
use crate::model::channel::Part;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::rejection::FieldError;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::reader::capitalised;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::setting::Input;
use crate::web::dashboard::view::setting::SettingView;
use crate::web::dashboard::welcome::time_zones;

/// The parts of hours of every day, and the word for the clock of whom a message goes to.
const START: &str = "start";
const END: &str = "end";
const ZONE: &str = "timezone";
const CONTACT: &str = "contact";

/// What the values of choices are called, where the word itself says too little: setting, value,
/// words.
const WORDS: [(&str, &str, &str); 26] = [
    ("provider", "smtp", "Any mail server"),
    ("provider", "ses", "Amazon SES"),
    ("provider", "sendgrid", "SendGrid"),
    ("provider", "generic", "Another provider"),
    ("loginType", "facebook", "A Facebook page"),
    ("loginType", "instagram", "By itself"),
    ("mode", "webhook", "The vendor calls linktor (webhook)"),
    ("mode", "polling", "linktor asks the vendor (polling)"),
    ("groupMode", "off", "Nothing"),
    ("groupMode", "mentions", "Commands, mentions and replies"),
    ("groupMode", "all", "Everything"),
    ("optOutHandling", "provider", "The provider"),
    ("optOutHandling", "linktor", "linktor"),
    ("optOutHandling", "off", "Nobody"),
    ("inboundMode", "imap", "linktor reads a mailbox (IMAP)"),
    (
        "inboundMode",
        "webhook",
        "The service tells linktor (webhook)",
    ),
    ("inboundMode", "smtp", "linktor takes it in itself (SMTP)"),
    ("inboundMode", "none", "Not at all"),
    ("smtpEncryption", "tls", "TLS"),
    ("smtpEncryption", "starttls", "STARTTLS"),
    ("imapEncryption", "tls", "TLS"),
    ("imapEncryption", "starttls", "STARTTLS"),
    ("smtpAuth", "oauth2", "Sign-in (OAuth 2)"),
    ("imapAuth", "oauth2", "Sign-in (OAuth 2)"),
    ("mailgunRegion", "us", "US"),
    ("mailgunRegion", "eu", "EU"),
];

/// What is needed where one of several is chosen: setting, value, words.
const ABOUT: [(&str, &str, &str); 10] = [
    ("provider", "smtp", "Sent over SMTP, read over IMAP"),
    ("provider", "sendgrid", "An API key"),
    (
        "provider",
        "mailgun",
        "A domain, an API key and a signing key",
    ),
    ("provider", "ses", "A domain and a user of IAM"),
    ("provider", "postmark", "A server and its token"),
    ("provider", "resend", "A domain and an API key"),
    (
        "provider",
        "twilio",
        "A number, the account SID and the auth token",
    ),
    ("provider", "vonage", "A number, the API key and its secret"),
    (
        "provider",
        "plivo",
        "A number, the auth ID and the auth token",
    ),
    (
        "provider",
        "generic",
        "Any carrier that is spoken to over HTTP",
    ),
];

/// What is needed for a choice; may be empty.
#[must_use]
pub fn about(setting: &str, value: &str) -> &'static str {
    let known = ABOUT
        .iter()
        .find(|(of, known, _)| *of == setting && *known == value);
    known.map_or("", |(_, _, words)| words)
}

/// What stands in a form.
pub enum Filled<'a> {
    /// What is stored.
    Stored {
        /// The settings.
        settings: &'a Opaque,
        /// Whether a secret of that name is stored.
        has: &'a dyn Fn(&str) -> bool,
    },
    /// What was typed, and whether there are secrets behind fields that were left empty.
    Typed {
        /// The form.
        fields: &'a Fields,
        /// Whether a secret of that name is stored.
        has: &'a dyn Fn(&str) -> bool,
    },
}

impl Filled<'_> {
    /// A part of a setting that is an object.
    fn part(&self, setting: &Setting, name: &str) -> String {
        match self {
            Self::Typed { fields, .. } => fields.get(&inner(setting, name)).to_owned(),
            Self::Stored { settings, .. } => {
                let held = settings.get(setting.name).and_then(|held| held.get(name));
                held.map(shown).unwrap_or_default()
            }
        }
    }

    fn value(&self, setting: &Setting) -> String {
        match self {
            Self::Typed { fields, .. } => fields.get(setting.name).to_owned(),
            // A secret never comes back.
            Self::Stored { .. } if matches!(setting.shape, Shape::Secret { .. }) => String::new(),
            Self::Stored { settings, .. } => {
                settings.get(setting.name).map(shown).unwrap_or_default()
            }
        }
    }

    fn has_secret(&self, name: &str) -> bool {
        match self {
            Self::Stored { has, .. } | Self::Typed { has, .. } => has(name),
        }
    }
}

/// Where a setting is asked for: a secret that is made up by itself is out of the way.
#[must_use]
pub const fn part(setting: &Setting) -> Part {
    match setting.shape {
        Shape::Secret { generated: Some(_) } => Part::Rare,
        _ => setting.part,
    }
}

/// What the word for a value of a choice is.
#[must_use]
pub fn word(setting: &str, value: &str) -> String {
    let known = WORDS
        .iter()
        .find(|(of, known, _)| *of == setting && *known == value);
    known.map_or_else(|| capitalised(value), |(_, _, words)| (*words).to_owned())
}

/// One field.
#[must_use]
pub fn field(setting: &Setting, filled: &Filled<'_>, refused: &Refused) -> SettingView {
    let value = filled.value(setting);
    let input = match setting.shape {
        Shape::Text => Input::Line {
            kind: "text",
            placeholder: String::new(),
        },
        Shape::Secret { generated } => Input::Secret {
            placeholder: secret_placeholder(filled.has_secret(setting.name), generated.is_some()),
        },
        Shape::Switch => Input::Choice(options(&[("true", "On"), ("false", "Off")], &value, false)),
        Shape::Number { .. } => Input::Number {
            unit: String::new(),
            placeholder: String::new(),
        },
        Shape::Choice(values) => {
            let words: Vec<(&str, String)> = values
                .iter()
                .map(|value| (*value, word(setting.name, value)))
                .collect();
            let words: Vec<(&str, &str)> = words
                .iter()
                .map(|(value, words)| (*value, words.as_str()))
                .collect();
            Input::Choice(options(&words, &value, setting.required))
        }
        Shape::List => Input::Area(3),
        Shape::Object | Shape::Array | Shape::Lines => Input::Area(4),
        Shape::DailyHours => Input::Group(hours(setting, filled)),
    };
    let empty = SettingView::new(setting.name, setting.label, setting.help, input);
    match setting.shape {
        Shape::Secret { .. } => empty.wrong(refused.secret(setting.name, &value).error),
        _ => empty.holding(&value).wrong(refused.about(setting.name)),
    }
}

/// The name of a part of a setting in a form.
fn inner(setting: &Setting, part: &str) -> String {
    format!("{}.{part}", setting.name)
}

/// From when until when, and on whose clock.
fn hours(setting: &Setting, filled: &Filled<'_>) -> Vec<SettingView> {
    let time = |name: &str, label: &str| {
        let input = Input::Line {
            kind: "time",
            placeholder: String::new(),
        };
        let value = filled.part(setting, name);
        SettingView::new(&inner(setting, name), label, "", input).holding(&value)
    };
    let zone = filled.part(setting, ZONE);
    let theirs = OptionView::of(CONTACT, "The recipient's", &zone);
    let zones = std::iter::once(theirs).chain(time_zones(&zone)).collect();
    let clock = SettingView::new(&inner(setting, ZONE), "Clock", "", Input::Choice(zones));
    vec![time(START, "From"), time(END, "Until"), clock]
}

/// The hours a form says; none where no time was typed.
fn read_hours(setting: &Setting, fields: &Fields) -> Value {
    let part = |name: &str| fields.get(&inner(setting, name)).trim().to_owned();
    let (start, end) = (part(START), part(END));
    if start.is_empty() && end.is_empty() {
        return Value::Null;
    }
    json!({START: start, END: end, ZONE: part(ZONE)})
}

fn secret_placeholder(is_stored: bool, is_made_up: bool) -> String {
    match (is_stored, is_made_up) {
        (true, _) => "Stored. Leave it empty to keep it.",
        (false, true) => "Made up when left empty",
        (false, false) => "",
    }
    .to_owned()
}

/// The entries of a choice; the first leaves it to the channel, unless one must be chosen.
fn options(words: &[(&str, &str)], current: &str, must: bool) -> Vec<OptionView> {
    let usual = (!must).then(|| OptionView::of("", "As usual", current));
    let rest = words
        .iter()
        .map(|(value, words)| OptionView::of(value, words, current));
    usual.into_iter().chain(rest).collect()
}

/// A stored value as it is typed.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let lines: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            lines.join("\n")
        }
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

/// What a form says, as a change of the settings: what was left empty goes, secrets that were left
/// empty stay.
///
/// # Errors
/// What the form itself finds wrong.
pub fn read<'a>(
    settings: impl Iterator<Item = &'a Setting>,
    fields: &Fields,
) -> Result<Opaque, Vec<FieldError>> {
    let mut config = Opaque::new();
    let mut wrong = Vec::new();
    for setting in settings {
        if setting.shape == Shape::DailyHours && fields.has(&inner(setting, START)) {
            config.insert(setting.name.to_owned(), read_hours(setting, fields));
        }
        if !fields.has(setting.name) {
            continue;
        }
        let typed = fields.get(setting.name).trim();
        match (setting.shape, typed) {
            (Shape::Secret { .. }, "") => {}
            (_, "") => {
                config.insert(setting.name.to_owned(), Value::Null);
            }
            (Shape::List, _) => {
                let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
                config.insert(setting.name.to_owned(), lines.collect::<Vec<_>>().into());
            }
            (Shape::Object | Shape::Array, _) => match serde_json::from_str(typed) {
                Ok(value) => {
                    config.insert(setting.name.to_owned(), value);
                }
                Err(error) => wrong.push(FieldError {
                    field: setting.name.to_owned(),
                    message: format!("is no JSON: {error}"),
                }),
            },
            _ => {
                config.insert(setting.name.to_owned(), typed.into());
            }
        }
    }
    if wrong.is_empty() {
        Ok(config)
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    const TABLE: &[Setting] = &[
        Setting::new("number", "Number", "", Shape::Text),
        Setting::new("token", "Token", "", Shape::Secret { generated: None }),
        Setting::new("on", "On", "", Shape::Switch),
        Setting::new("countries", "Countries", "", Shape::List),
        Setting::new("map", "Map", "", Shape::Object),
        Setting::new("mode", "Mode", "", Shape::Choice(&["webhook", "polling"])),
        Setting::new("quiet", "Quiet hours", "", Shape::DailyHours),
    ];

    #[test]
    fn what_is_stored_comes_back_as_it_was_and_secrets_do_not() {
        let stored: Opaque = serde_json::from_value(
            json!({"number":"+1","on":false,"countries":["1","55"],"map":{"id":"/x"},"mode":"polling",
                "quiet":{"start":"21:00","end":"08:00","timezone":"Europe/Lisbon"}}),
        )
        .unwrap();
        let has = |name: &str| name == "token";
        let filled = Filled::Stored {
            settings: &stored,
            has: &has,
        };
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for setting in TABLE {
            let drawn = field(setting, &filled, &Refused::nothing());
            let parts = match drawn.input {
                Input::Group(parts) => parts,
                _ => vec![drawn],
            };
            for drawn in parts {
                let value = match &drawn.input {
                    Input::Choice(options) => {
                        let chosen = options.iter().find(|option| option.selected);
                        chosen.map(|option| option.value.clone()).unwrap()
                    }
                    _ => drawn.field.value.clone(),
                };
                body.append_pair(&drawn.id, &value);
            }
        }
        let read = read(TABLE.iter(), &Fields::read(body.finish().as_bytes())).unwrap();
        let expected = json!({"number":"+1","on":"false","countries":["1","55"],"map":{"id":"/x"},"mode":"polling",
            "quiet":{"start":"21:00","end":"08:00","timezone":"Europe/Lisbon"}});
        assert_eq!(Value::Object(read), expected);
    }

    #[test]
    fn hours_without_a_time_are_none() {
        let quiet = |body: &str| {
            let read = read(TABLE.iter(), &Fields::read(body.as_bytes())).unwrap();
            read.get("quiet").cloned()
        };
        assert_eq!(quiet("number=1"), None);
        let zone = "quiet.timezone=contact";
        let none = quiet(&format!("quiet.start=&quiet.end=&{zone}"));
        assert_eq!(none, Some(Value::Null));
        let half = quiet(&format!("quiet.start=21:00&quiet.end=&{zone}"));
        let expected = json!({"start":"21:00","end":"","timezone":"contact"});
        assert_eq!(half, Some(expected), "said to be wrong by the channel");
    }

    #[test]
    fn what_is_typed_is_not_lost_when_it_is_wrong_but_for_secrets() {
        let fields = Fields::read(b"number=&token=t0k&map=%7B&other=1");
        let wrong = read(TABLE.iter(), &fields).unwrap_err();
        assert_eq!(wrong[0].field, "map");
        let has = |_: &str| false;
        let filled = Filled::Typed {
            fields: &fields,
            has: &has,
        };
        let refused = Refused::because(wrong);
        let drawn = field(&TABLE[4], &filled, &refused);
        assert_eq!(drawn.field.value, "{");
        assert!(drawn.field.error.unwrap().starts_with("This is no JSON"));
        let secret = field(&TABLE[1], &filled, &refused).field;
        assert_eq!(secret.value, "");
        assert!(secret.error.unwrap().contains("again"));
        let good = read(TABLE[..2].iter(), &fields).unwrap();
        assert_eq!(Value::Object(good), json!({"number":null,"token":"t0k"}));
    }
}
