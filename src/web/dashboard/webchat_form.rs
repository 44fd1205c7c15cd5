//! The form of a web chat's settings: drawn from what is stored, and read back into it.

use serde_json::Value;
use serde_json::json;

use crate::engine::webchat::contrast::Colour;
use crate::model::Opaque;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::channels::WebchatForm;

/// The colour while none was chosen.
const COLOUR: &str = "#0066FF";
/// Fields beside which the form says what is wrong with them.
pub const SAID_BESIDE: &[&str] = &[
    "name",
    "allowedOrigins",
    "theme.primaryColor",
    "theme.headerText",
    "theme.welcomeMessage",
    "theme.launcherText",
];
const POSITIONS: [(&str, &str); 2] = [
    ("bottom-right", "Bottom right"),
    ("bottom-left", "Bottom left"),
];
const SIZES: [(&str, &str); 3] = [
    ("compact", "Compact"),
    ("standard", "Standard"),
    ("large", "Large"),
];
const SCHEMES: [(&str, &str); 3] = [
    ("auto", "As the visitor\u{2019}s computer"),
    ("light", "Always light"),
    ("dark", "Always dark"),
];
const IDENTITY: [(&str, &str); 3] = [
    ("off", "Off"),
    ("optional", "Optional"),
    ("required", "Required"),
];
/// The languages the widget speaks.
const LANGUAGES: [(&str, &str); 8] = [
    ("en", "English"),
    ("pt-BR", "Portugu\u{ea}s (Brasil)"),
    ("es", "Espa\u{f1}ol"),
    ("fr", "Fran\u{e7}ais"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("ar", "\u{627}\u{644}\u{639}\u{631}\u{628}\u{64a}\u{629}"),
    ("he", "\u{5e2}\u{5d1}\u{5e8}\u{5d9}\u{5ea}"),
];

/// The form, with what is wrong.
#[must_use]
pub fn draw(name: &str, settings: &Opaque, refused: &Refused) -> WebchatForm {
    let held = Held(settings);
    let colour = held.theme("primaryColor", COLOUR);
    let themed = |name: &str| {
        let words = held.words(name);
        refused.field(&format!("theme.{name}"), &words)
    };
    WebchatForm {
        name: refused.field("name", name),
        allowed_origins: refused.field("allowedOrigins", &origins(settings).join("\n")),
        primary_color: refused.field("theme.primaryColor", colour),
        contrast: Colour::parse(colour).map(contrast),
        position: options(&POSITIONS, held.theme("position", "bottom-right")),
        size: options(&SIZES, held.theme("size", "standard")),
        color_scheme: options(&SCHEMES, held.theme("colorScheme", "auto")),
        header_text: themed("headerText"),
        welcome_message: themed("welcomeMessage"),
        launcher_text: themed("launcherText"),
        default_language: options(&LANGUAGES, held.text("defaultLanguage", "en")),
        require_name: held.switch("requireName", false),
        require_email: held.switch("requireEmail", false),
        file_upload: held.inner("fileUpload", "enabled").is_none_or(is_on),
        sound_enabled: held.switch("soundEnabled", true),
        show_branding: held.switch("showBranding", true),
        identity_mode: options(&IDENTITY, held.text("identityMode", "optional")),
    }
}

/// What the form says, to be merged into the settings: whole objects, so that what the form does
/// not ask about stays.
#[must_use]
pub fn read(fields: &Fields, settings: &Opaque) -> Opaque {
    let language = fields.some("defaultLanguage").unwrap_or("en");
    let mut theme = object(settings, "theme");
    for name in ["primaryColor", "position", "size", "colorScheme"] {
        theme.insert(name.to_owned(), fields.get(name).into());
    }
    for name in ["headerText", "welcomeMessage", "launcherText"] {
        let typed = fields.get(name).trim().replace("\r\n", "\n");
        let said = reword(theme.get(name), language, &typed);
        theme.insert(name.to_owned(), said);
    }
    let mut file_upload = object(settings, "fileUpload");
    file_upload.insert("enabled".to_owned(), fields.has("fileUpload").into());
    let mut read = Opaque::from_iter([
        (
            "allowedOrigins".to_owned(),
            lines(fields.get("allowedOrigins")),
        ),
        ("theme".to_owned(), theme.into()),
        ("fileUpload".to_owned(), file_upload.into()),
        ("defaultLanguage".to_owned(), language.into()),
        ("identityMode".to_owned(), fields.get("identityMode").into()),
    ]);
    for name in [
        "requireName",
        "requireEmail",
        "soundEnabled",
        "showBranding",
    ] {
        read.insert(name.to_owned(), fields.has(name).into());
    }
    read
}

/// A list typed one a line.
#[must_use]
pub fn lines(typed: &str) -> Value {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().into()
}

/// The websites a chat may appear on, in one line.
#[must_use]
pub fn websites(settings: &Opaque) -> String {
    let origins = origins(settings);
    match origins.as_slice() {
        [] => "Every website".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn origins(settings: &Opaque) -> Vec<String> {
    let listed = settings.get("allowedOrigins").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn object(settings: &Opaque, name: &str) -> Opaque {
    let held = settings.get(name).and_then(Value::as_object);
    held.cloned().unwrap_or_default()
}

/// A text with what was typed in place of its wording in one language; none when there is none.
fn reword(held: Option<&Value>, language: &str, typed: &str) -> Value {
    match held {
        Some(Value::Object(wordings)) => {
            let mut wordings = wordings.clone();
            wordings.insert(language.to_owned(), typed.into());
            wordings.into()
        }
        _ if typed.is_empty() => Value::Null,
        _ => json!(typed),
    }
}

/// How well text reads on a colour.
fn contrast(colour: Colour) -> (Tone, String) {
    let ratio = colour.contrast(colour.text());
    if colour.is_readable() {
        (Tone::Ok, format!("Text on it reads well, {ratio:.1} to 1."))
    } else {
        let words = format!("Text on it is hard to read, {ratio:.1} to 1. Choose a darker one.");
        (Tone::Warn, words)
    }
}

fn options(table: &[(&str, &str)], current: &str) -> Vec<OptionView> {
    table
        .iter()
        .map(|(value, label)| OptionView::of(value, label, current))
        .collect()
}

fn is_on(value: &Value) -> bool {
    value.as_bool().unwrap_or(true)
}

/// Stored settings, read for the form.
struct Held<'a>(&'a Opaque);

impl<'a> Held<'a> {
    fn inner(&self, outer: &str, name: &str) -> Option<&'a Value> {
        self.0.get(outer)?.get(name)
    }

    fn theme(&self, name: &str, default: &'a str) -> &'a str {
        self.inner("theme", name)
            .and_then(Value::as_str)
            .unwrap_or(default)
    }

    fn text(&self, name: &str, default: &'a str) -> &'a str {
        self.0.get(name).and_then(Value::as_str).unwrap_or(default)
    }

    fn switch(&self, name: &str, default: bool) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(default)
    }

    /// A text of the theme: said in one way, or in the default language.
    fn words(&self, name: &str) -> String {
        let language = self.text("defaultLanguage", "en");
        match self.inner("theme", name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Object(wordings)) => wordings
                .get(language)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "written in place")]
    fn settings(value: Value) -> Opaque {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_the_form_does_not_ask_about_stays() {
        let held = settings(json!({
            "theme": { "avatarUrl": "/a.png", "headerText": { "en": "Hi", "pt-BR": "Oi" } },
            "fileUpload": { "enabled": true, "maxSize": 5 },
        }));
        let fields = Fields::read(
            b"primaryColor=%23112233&position=bottom-left&size=large&colorScheme=dark\
            &headerText=Hello&welcomeMessage=&defaultLanguage=en&identityMode=off&requireName=true\
            &allowedOrigins=https%3A%2F%2Fa.example%0D%0A%0D%0A*.b.example",
        );
        let read = read(&fields, &held);
        assert_eq!(read["theme"]["avatarUrl"], "/a.png");
        assert_eq!(
            read["theme"]["headerText"],
            json!({ "en": "Hello", "pt-BR": "Oi" })
        );
        assert_eq!(read["theme"]["welcomeMessage"], Value::Null);
        assert_eq!(
            read["fileUpload"],
            json!({ "enabled": false, "maxSize": 5 })
        );
        assert_eq!(
            read["allowedOrigins"],
            json!(["https://a.example", "*.b.example"])
        );
        assert_eq!(read["requireName"], true);
        assert_eq!(read["requireEmail"], false);
    }

    #[test]
    fn the_form_shows_what_is_stored_or_the_default() {
        let form = draw("Shop", &Opaque::new(), &Refused::nothing());
        assert_eq!(form.primary_color.value, COLOUR);
        assert!(form.file_upload && form.sound_enabled && form.show_branding);
        assert!(!form.require_email);
        let held = settings(json!({
            "defaultLanguage": "pt-BR",
            "theme": { "primaryColor": "#FFD400", "welcomeMessage": { "en": "Hi", "pt-BR": "Oi" } },
            "fileUpload": { "enabled": false },
        }));
        let form = draw("Shop", &held, &Refused::nothing());
        assert_eq!(form.welcome_message.value, "Oi");
        assert!(!form.file_upload);
        assert_eq!(form.contrast.unwrap().0, Tone::Ok);
        assert_eq!(websites(&held), "Every website");
    }
}
