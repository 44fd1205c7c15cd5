//! The settings the three channels share. meta section 2.

use crate::channels::table::BROUGHT;
use crate::channels::table::MADE_UP;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::channels::table::wrong as field;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::outbound::Switch;
use crate::model::rejection::FieldError;

/// What the vendor says back when it asks whether an address is ours.
pub const VERIFY_TOKEN: Setting = required(
    "verifyToken",
    "Verify token",
    "Type it beside the webhook address in the app's dashboard. Made up for you when left empty.",
    MADE_UP,
);

/// The secret webhooks are signed with.
pub const APP_SECRET: Setting = optional(
    "appSecret",
    "App secret",
    "App dashboard, App settings, Basic. Without it nothing that comes in can be checked, so nothing is taken in.",
    BROUGHT,
);

/// The id of the app.
pub const APP_ID: Setting = optional(
    "appId",
    "App ID",
    "App dashboard, App settings, Basic.",
    Shape::Text,
)
.access();

/// The version of the vendor's interface.
pub const API_VERSION: Setting = optional(
    "apiVersion",
    "API version",
    "Such as v25.0, which is used when left empty.",
    Shape::Text,
)
.rare();

/// Where the vendor's interface is.
pub const API_BASE_URL: Setting = optional(
    "apiBaseUrl",
    "API address",
    "Only for tests and proxies.",
    Shape::Text,
)
.rare();

/// Where the vendor's files are.
pub const MEDIA_BASE_URL: Setting = optional(
    "mediaBaseUrl",
    "Media address",
    "Only for tests and proxies: every file is fetched from this host.",
    Shape::Text,
)
.rare();

/// Whether unsigned webhooks are taken in.
pub const ALLOW_UNSIGNED: Setting = optional(
    "allowUnsignedWebhooks",
    "Accept unsigned webhooks",
    "Only for development, and only while there is no app secret.",
    Shape::Switch,
)
.rare();

/// How long the vendor may take.
pub const TIMEOUT: Setting = optional(
    "requestTimeoutSecs",
    "Time limit of a call, in seconds",
    "30 when left empty.",
    Shape::Number { min: 1, max: 120 },
)
.rare();

/// What is wrong with the settings the three share.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if account
        .text("apiVersion")
        .is_some_and(|text| !is_version(text))
    {
        wrong.push(field("apiVersion", "must look like v25.0"));
    }
    for name in ["apiBaseUrl", "mediaBaseUrl"] {
        if account.text(name).is_some_and(|text| !is_base(text)) {
            wrong.push(field(
                name,
                "must be an http or https address without the version",
            ));
        }
    }
    wrong
}

/// What is wrong with ids, which stand in addresses. That they are digits, as all that were seen
/// so far, is for the vendor to say: an account may be made before its ids are at hand.
#[must_use]
pub fn check_ids(account: &Account, names: &[&str]) -> Vec<FieldError> {
    names
        .iter()
        .filter(|name| account.text(name).is_some_and(|text| !is_id(text)))
        .map(|name| field(name, "must be letters and digits, without spaces or signs"))
        .collect()
}

/// Whether the vendor can call that address. What stands in for the vendor may call any.
#[must_use]
pub fn may_be_called(account: &Account, text: &str) -> bool {
    let stands_in = account.text("apiBaseUrl").is_some();
    url::Url::parse(text).is_ok_and(|url| {
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && stands_in);
        is_safe && url.host_str().is_some()
    })
}

/// What is said of an account that can check nothing of what comes in.
#[must_use]
pub fn deaf(account: &Account) -> Option<String> {
    let has_secret = account
        .secret("appSecret")
        .is_some_and(|secret| !secret.is_empty());
    let open = account.is_on("allowUnsignedWebhooks", Switch::Off);
    let words =
        "Nothing is taken in: the app secret is missing, so nothing that comes in can be checked.";
    (!has_secret && !open).then(|| words.to_owned())
}

fn is_id(text: &str) -> bool {
    let may_stand_in_addresses = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(may_stand_in_addresses)
}

fn is_version(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or(text);
    number.split_once('.').is_some_and(|(major, minor)| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits(major) && digits(minor)
    })
}

/// Whether calls can be made below an address. It may have a path, as behind a proxy or in the
/// sandbox; the version comes after it.
fn is_base(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let mut parts = url.path().split('/');
        let versioned = parts.any(|part| part.starts_with('v') && is_version(part));
        matches!(url.scheme(), "http" | "https") && url.query().is_none() && !versioned
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use serde_json::json;

    #[test]
    fn wrong_settings_are_named() {
        let cases = [
            (json!({}), vec![]),
            (
                json!({"apiVersion":"25.0","apiBaseUrl":"http://127.0.0.1:1","mediaBaseUrl":"https://m.example/"}),
                vec![],
            ),
            (
                json!({"apiBaseUrl":"http://127.0.0.1:1/sandbox/api/whatsapp"}),
                vec![],
            ),
            (json!({"apiVersion":"latest"}), vec!["apiVersion"]),
            (json!({"apiVersion":"v25."}), vec!["apiVersion"]),
            (
                json!({"apiBaseUrl":"graph.facebook.com","mediaBaseUrl":"ftp://a"}),
                vec!["apiBaseUrl", "mediaBaseUrl"],
            ),
            (
                json!({"apiBaseUrl":"https://graph.facebook.com/v25.0"}),
                vec!["apiBaseUrl"],
            ),
        ];
        for (settings, expected) in cases {
            let wrong = check(&account(settings.clone(), &[]));
            let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, expected, "{settings}");
        }
        let ids = account(json!({"pageId":"12/a","appId":"1","x":"1".repeat(41)}), &[]);
        let wrong = check_ids(&ids, &["pageId", "appId", "x", "y"]);
        let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["pageId", "x"]);
    }
}
