//! What must be said of a carrier that nobody knows. sms.md section 7.5.

use crate::channels::table::BROUGHT;
use crate::channels::table::optional;
use crate::model::channel::Setting;
use crate::model::channel::Shape;

const METHODS: &[&str] = &["POST", "GET", "PUT"];
const AUTH: &[&str] = &["none", "basic", "bearer", "header", "query"];
const FORMATS: &[&str] = &["json", "form", "query"];

/// Its settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    optional(
        "sendUrl",
        "Address for sending",
        "May hold {{to}}, {{toDigits}}, {{from}}, {{text}}, {{id}}, {{callbackUrl}}.",
        Shape::Text,
    )
    .access(),
    optional(
        "sendMethod",
        "Method",
        "POST when left empty.",
        Shape::Choice(METHODS),
    )
    .access(),
    optional(
        "bodyFormat",
        "Body",
        "json when left empty.",
        Shape::Choice(FORMATS),
    )
    .access(),
    optional(
        "bodyTemplate",
        "What to send",
        "Such as {\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"unicode\":\"{{unicode:bool}}\"}.",
        Shape::Object,
    )
    .access(),
    optional(
        "authType",
        "Proof",
        "How the provider wants to know us.",
        Shape::Choice(AUTH),
    )
    .access(),
    optional(
        "authUsername",
        "User name",
        "For basic.",
        Shape::Text,
    )
    .access(),
    optional("authPassword", "Password", "For basic.", BROUGHT),
    optional(
        "authToken",
        "Token",
        "For bearer, header and query.",
        BROUGHT,
    ),
    optional(
        "authName",
        "Name of header or parameter",
        "For header and query; the token stands under it.",
        Shape::Text,
    )
    .access(),
    optional(
        "headers",
        "Headers",
        "Further headers of each call.",
        Shape::Object,
    )
    .access(),
    optional(
        "successWhen",
        "Success",
        "Such as {\"status\":[200],\"path\":\"/status\",\"equals\":[\"ok\"]}. Empty: any answer from 200 to 299.",
        Shape::Object,
    )
    .access(),
    optional(
        "idPath",
        "Id in the answer",
        "A JSON pointer such as /messages/0/id.",
        Shape::Text,
    )
    .access(),
    optional(
        "errorPath",
        "Error in the answer",
        "A JSON pointer.",
        Shape::Text,
    )
    .access(),
    optional(
        "inboundMap",
        "Incoming messages",
        "JSON pointers for id, from, to, text, timestamp and mediaUrls where they are not /id, /from and so on.",
        Shape::Object,
    )
    .access(),
    optional(
        "statusMap",
        "Reports",
        "JSON pointers for id, status, errorCode and errorMessage.",
        Shape::Object,
    )
    .access(),
    optional(
        "statusValues",
        "Words of reports",
        "What the provider's words mean: sent, delivered, read or failed.",
        Shape::Object,
    )
    .access(),
    optional(
        "healthUrl",
        "Address for the test",
        "Asked with GET when the channel is connected.",
        Shape::Text,
    )
    .access(),
    optional(
        "webhookSecret",
        "Webhook secret",
        "The provider, or a program before it, proves with it that it knows us.",
        BROUGHT,
    ),
    optional(
        "insecureWebhook",
        "Accept unproved webhooks",
        "Anybody who knows the address can pretend to be a customer.",
        Shape::Switch,
    )
    .access(),
    optional(
        "maxLength",
        "Longest message, in characters",
        "Longer texts go in several messages. Empty: 1600.",
        Shape::Number { min: 70, max: 1_600 },
    ),
];
