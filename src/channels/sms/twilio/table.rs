//! What Twilio needs of an account. sms.md section 1.1.

use crate::channels::sms::guide;
use crate::channels::table::BROUGHT;
use crate::channels::table::optional;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::guide::Guide;
use crate::model::guide::Reporting;

/// Its settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    optional(
        "accountSid",
        "Account SID",
        "Console, Account Info. Begins with AC.",
        Shape::Text,
    )
    .access(),
    optional(
        "authToken",
        "Auth token",
        "Console, Account Info. Twilio signs webhooks with it.",
        BROUGHT,
    ),
    optional(
        "authTokenSecondary",
        "Secondary auth token",
        "Only while tokens are being changed.",
        BROUGHT,
    )
    .rare(),
    optional(
        "apiKeySid",
        "API key SID",
        "Console, API keys. Begins with SK. Sends in place of the auth token.",
        Shape::Text,
    )
    .access(),
    optional(
        "apiKeySecret",
        "API key secret",
        "Shown once, when the key is made.",
        BROUGHT,
    ),
    optional(
        "messagingServiceSid",
        "Messaging service",
        "Console, Messaging, Services. Begins with MG. Chooses the number in place of the one above.",
        Shape::Text,
    )
    .access(),
    optional(
        "sendAsMms",
        "Texts as MMS",
        "Where files go as MMS, texts do too: one message in place of several segments.",
        Shape::Switch,
    ),
    optional(
        "messagingBaseUrl",
        "Services address",
        "Only for tests and proxies.",
        Shape::Text,
    )
    .rare(),
];

/// How its numbers are connected.
pub const GUIDE: Guide = Guide {
    vendor: "Twilio",
    page: Some(("Twilio's console", "https://console.twilio.com")),
    webhook: Reporting::ByItself(
        "Connecting sets the address at the number, or at its messaging service. Unless that is switched off in the settings, there is nothing to do at Twilio.",
    ),
    ..guide::SMS
};
