//! What a bot says of itself: its name, its texts, what its menu button opens. telegram.md section 7.
//!
//! What was never set here is left as it is at Telegram; what was emptied here is taken away. Telegram lets a
//! bot change its name only seldom, so it is asked first and told only what differs.

use serde_json::Value;
use serde_json::json;

use crate::channels::table::wrong;
use crate::channels::telegram::api::Api;
use crate::model::call::Call;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// A text that a bot shows.
#[derive(Debug)]
struct Text {
    setting: &'static str,
    ask: &'static str,
    tell: &'static str,
    field: &'static str,
    /// In characters.
    max: usize,
    too_long: &'static str,
}

const TEXTS: [Text; 3] = [
    Text {
        setting: "profileName",
        ask: "getMyName",
        tell: "setMyName",
        field: "name",
        max: 64,
        too_long: "must be at most 64 characters long",
    },
    Text {
        setting: "profileAbout",
        ask: "getMyShortDescription",
        tell: "setMyShortDescription",
        field: "short_description",
        max: 120,
        too_long: "must be at most 120 characters long",
    },
    Text {
        setting: "profileDescription",
        ask: "getMyDescription",
        tell: "setMyDescription",
        field: "description",
        max: 512,
        too_long: "must be at most 512 characters long",
    },
];

const BUTTON: &str = "menuButton";
const BUTTON_TEXT: &str = "menuButtonText";
const BUTTON_URL: &str = "menuButtonUrl";

/// What opens a page.
const PAGE: &str = "web_app";

/// What the menu button may do.
const BUTTONS: [&str; 4] = ["", "default", "commands", PAGE];

/// Something a bot shows: how Telegram is asked for it, what it should say, how it is told.
#[derive(Debug)]
pub struct Shown {
    ask: &'static str,
    tell: &'static str,
    wanted: Value,
}

impl Shown {
    /// The call that asks how it is.
    #[must_use]
    pub fn asked(&self, api: &Api<'_>) -> Call {
        api.call(self.ask, &json!({}))
    }

    /// The call that makes it so; none where `found` says that it is.
    #[must_use]
    pub fn told(&self, api: &Api<'_>, found: &Value) -> Option<Call> {
        let (is_so, body) = if self.ask == ASK_BUTTON {
            let is_so = *found == self.wanted;
            (is_so, json!({"menu_button": self.wanted}))
        } else {
            let fields = self.wanted.as_object().into_iter().flatten();
            let mut same = fields.map(|(name, text)| found.get(name) == Some(text));
            (same.all(|same| same), self.wanted.clone())
        };
        (!is_so).then(|| api.call(self.tell, &body))
    }
}

const ASK_BUTTON: &str = "getChatMenuButton";

/// Everything an account says about what its bot shows.
#[must_use]
pub fn shown(account: &Account) -> Vec<Shown> {
    let set = |name: &str| account.settings.get(name).and_then(Value::as_str);
    let texts = TEXTS.iter().filter_map(|text| {
        let words = set(text.setting)?;
        Some(Shown {
            ask: text.ask,
            tell: text.tell,
            wanted: json!({text.field: words.trim()}),
        })
    });
    let mut all: Vec<Shown> = texts.collect();
    if let Some(kind) = set(BUTTON) {
        all.push(Shown {
            ask: ASK_BUTTON,
            tell: "setChatMenuButton",
            wanted: button(account, kind),
        });
    }
    all
}

fn button(account: &Account, kind: &str) -> Value {
    match kind {
        "" => json!({"type": "default"}),
        PAGE => json!({
            "type": PAGE,
            "text": account.text(BUTTON_TEXT).unwrap_or_default(),
            "web_app": {"url": account.text(BUTTON_URL).unwrap_or_default()},
        }),
        other => json!({"type": other}),
    }
}

/// What is wrong with what a bot is to show.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let mut all = Vec::new();
    for text in &TEXTS {
        let words = account.text(text.setting).unwrap_or_default();
        if words.trim().encode_utf16().count() > text.max {
            all.push(wrong(text.setting, text.too_long));
        }
    }
    let kind = account.text(BUTTON).unwrap_or_default();
    if !BUTTONS.contains(&kind) {
        all.push(wrong(BUTTON, "must be one of default, commands, web_app"));
    }
    if kind == PAGE {
        if account.text(BUTTON_TEXT).is_none() {
            all.push(wrong(BUTTON_TEXT, "is missing: what stands on the button"));
        }
        let opens = |url: &str| url::Url::parse(url).is_ok_and(|url| url.scheme() == "https");
        if !account.text(BUTTON_URL).is_some_and(opens) {
            all.push(wrong(BUTTON_URL, "must be the https address of a page"));
        }
    }
    all
}
