//! What Vonage needs of an account. sms.md section 1.1.

use crate::channels::sms::guide;
use crate::channels::table::BROUGHT;
use crate::channels::table::optional;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::guide::Guide;
use crate::model::guide::Reporting;

const APIS: &[&str] = &["sms", "messages"];
const SIGNATURE_METHODS: &[&str] = &["md5hash", "md5", "sha1", "sha256", "sha512"];

/// Its settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    optional(
        "apiKey",
        "API key",
        "Dashboard, API settings.",
        Shape::Text,
    )
    .access(),
    optional(
        "apiSecret",
        "API secret",
        "Dashboard, API settings.",
        BROUGHT,
    ),
    optional(
        "signatureSecret",
        "Signature secret",
        "Dashboard, API settings. Without it nothing that comes in can be checked.",
        BROUGHT,
    ),
    optional(
        "signatureMethod",
        "Signature method",
        "As in the dashboard; md5hash when left empty.",
        Shape::Choice(SIGNATURE_METHODS),
    )
    .access(),
    optional(
        "requireSignature",
        "Only signed webhooks",
        "Off only where Vonage does not sign for this account.",
        Shape::Switch,
    )
    .access(),
    optional(
        "api",
        "API",
        "sms (usual), or messages, which also carries pictures.",
        Shape::Choice(APIS),
    )
    .access(),
    optional(
        "applicationId",
        "Application ID",
        "Dashboard, Applications; only for messages. With the private key it proves each call in place of the API key.",
        Shape::Text,
    )
    .access(),
    optional(
        "privateKey",
        "Private key of the application",
        "The whole file, as it was downloaded.",
        BROUGHT,
    ),
    optional(
        "restBaseUrl",
        "SMS API address",
        "Only for tests and proxies.",
        Shape::Text,
    )
    .rare(),
];

/// How its numbers are connected.
pub const GUIDE: Guide = Guide {
    vendor: "Vonage",
    page: Some(("Vonage's dashboard", "https://dashboard.nexmo.com")),
    webhook: Reporting::ByItself(
        "Connecting sets the address at the number. For delivery receipts, and with the API messages, enter it in the dashboard too, with /status at its end where statuses are asked for.",
    ),
    ..guide::SMS
};
