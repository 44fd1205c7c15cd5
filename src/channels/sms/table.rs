//! The settings of a number as data. sms.md section 1.

use crate::channels::sms::numbers;
use crate::channels::table::BROUGHT;
use crate::channels::table::check_bases;
use crate::channels::table::known_as;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::channels::table::wrong;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::hours::QuietHours;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// The setting that says who carries the messages.
const PROVIDER: &str = "provider";
const TWILIO: &[&str] = &["twilio"];
const VONAGE: &[&str] = &["vonage"];
const PLIVO: &[&str] = &["plivo"];
const GENERIC: &[&str] = &["generic"];

const PROVIDERS: &[&str] = &["twilio", "vonage", "plivo", "generic"];
const OPT_OUT: &[&str] = &["provider", "linktor", "off"];
const APIS: &[&str] = &["sms", "messages"];
const SIGNATURE_METHODS: &[&str] = &["md5hash", "md5", "sha1", "sha256", "sha512"];
const METHODS: &[&str] = &["POST", "GET", "PUT"];
const AUTH: &[&str] = &["none", "basic", "bearer", "header", "query"];
const FORMATS: &[&str] = &["json", "form", "query"];

/// Every setting, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    required(
        PROVIDER,
        "Provider",
        "Who carries the messages; generic is any other with an HTTP interface.",
        Shape::Choice(PROVIDERS),
    ),
    known_as(
        optional(
            "phoneNumber",
            "Number",
            "With + and country code, such as +15550001111; a short code; or a name of up to 11 letters, which nobody can answer.",
            Shape::Text,
        )
    .access(),
        &["fromNumber", "from"],
    ),
    optional(
        "accountSid",
        "Account SID",
        "Console, Account Info. Begins with AC.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, TWILIO),
    optional(
        "authToken",
        "Auth token",
        "As the provider's console shows it. Twilio and Plivo sign webhooks with it; others get it with each call.",
        BROUGHT,
    )
    .only_with(PROVIDER, &["twilio", "plivo", "generic"]),
    optional(
        "authTokenSecondary",
        "Secondary auth token",
        "Only while tokens are being changed.",
        BROUGHT,
    )
    .rare()
    .only_with(PROVIDER, TWILIO),
    optional(
        "apiKeySid",
        "API key SID",
        "Console, API keys. Begins with SK. Sends in place of the auth token.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, TWILIO),
    optional(
        "apiKeySecret",
        "API key secret",
        "Shown once, when the key is made.",
        BROUGHT,
    )
    .only_with(PROVIDER, TWILIO),
    optional(
        "messagingServiceSid",
        "Messaging service",
        "Console, Messaging, Services. Begins with MG. Chooses the number in place of the one above.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, TWILIO),
    optional(
        "apiKey",
        "API key",
        "Dashboard, API settings.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, VONAGE),
    optional(
        "apiSecret",
        "API secret",
        "Dashboard, API settings.",
        BROUGHT,
    )
    .only_with(PROVIDER, VONAGE),
    optional(
        "signatureSecret",
        "Signature secret",
        "Dashboard, API settings. Without it nothing that comes in can be checked.",
        BROUGHT,
    )
    .only_with(PROVIDER, VONAGE),
    optional(
        "signatureMethod",
        "Signature method",
        "As in the dashboard; md5hash when left empty.",
        Shape::Choice(SIGNATURE_METHODS),
    )
    .access()
    .only_with(PROVIDER, VONAGE),
    optional(
        "requireSignature",
        "Only signed webhooks",
        "Off only where Vonage does not sign for this account.",
        Shape::Switch,
    )
    .access()
    .only_with(PROVIDER, VONAGE),
    optional(
        "api",
        "API",
        "sms (usual), or messages, which also carries pictures.",
        Shape::Choice(APIS),
    )
    .access()
    .only_with(PROVIDER, VONAGE),
    optional(
        "applicationId",
        "Application ID",
        "Dashboard, Applications; only for messages. With the private key it proves each call in place of the API key.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, VONAGE),
    optional(
        "privateKey",
        "Private key of the application",
        "The whole file, as it was downloaded.",
        BROUGHT,
    )
    .only_with(PROVIDER, VONAGE),
    optional(
        "authId",
        "Auth ID",
        "Console overview. Begins with MA or SA.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, PLIVO),
    optional(
        "powerpackUuid",
        "Powerpack",
        "Console, Messaging, Powerpack. Chooses the number in place of the one above.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, PLIVO),
    optional(
        "sendUrl",
        "Address for sending",
        "May hold {{to}}, {{toDigits}}, {{from}}, {{text}}, {{id}}, {{callbackUrl}}.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "sendMethod",
        "Method",
        "POST when left empty.",
        Shape::Choice(METHODS),
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "bodyFormat",
        "Body",
        "json when left empty.",
        Shape::Choice(FORMATS),
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "bodyTemplate",
        "What to send",
        "Such as {\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"unicode\":\"{{unicode:bool}}\"}.",
        Shape::Object,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "authType",
        "Proof",
        "How the provider wants to know us.",
        Shape::Choice(AUTH),
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "authUsername",
        "User name",
        "For basic.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional("authPassword", "Password", "For basic.", BROUGHT)
    .only_with(PROVIDER, GENERIC),
    optional(
        "authName",
        "Name of header or parameter",
        "For header and query; the auth token stands under it.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "headers",
        "Headers",
        "Further headers of each call.",
        Shape::Object,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "successWhen",
        "Success",
        "Such as {\"status\":[200],\"path\":\"/status\",\"equals\":[\"ok\"]}. Empty: any answer from 200 to 299.",
        Shape::Object,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "idPath",
        "Id in the answer",
        "A JSON pointer such as /messages/0/id.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "errorPath",
        "Error in the answer",
        "A JSON pointer.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "inboundMap",
        "Incoming messages",
        "JSON pointers for id, from, to, text, timestamp and mediaUrls where they are not /id, /from and so on.",
        Shape::Object,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "statusMap",
        "Reports",
        "JSON pointers for id, status, errorCode and errorMessage.",
        Shape::Object,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "statusValues",
        "Words of reports",
        "What the provider's words mean: sent, delivered, read or failed.",
        Shape::Object,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "healthUrl",
        "Address for the test",
        "Asked with GET when the channel is connected.",
        Shape::Text,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "webhookSecret",
        "Webhook secret",
        "The provider, or a program before it, proves with it that it knows us.",
        BROUGHT,
    )
    .only_with(PROVIDER, GENERIC),
    optional(
        "insecureWebhook",
        "Accept unproved webhooks",
        "Anybody who knows the address can pretend to be a customer.",
        Shape::Switch,
    )
    .access()
    .only_with(PROVIDER, GENERIC),
    optional(
        "defaultCountryCode",
        "Country code",
        "Such as 55: completes national numbers.",
        Shape::Text,
    ),
    optional(
        "mmsEnabled",
        "Send files as MMS",
        "Where the provider can; elsewhere customers get a link.",
        Shape::Switch,
    ),
    optional(
        "mmsCountries",
        "Countries with MMS",
        "Country codes; 1 when left empty.",
        Shape::List,
    ),
    optional(
        "maxSegments",
        "Longest text, in segments",
        "10 when left empty. What is longer is refused.",
        Shape::Number { min: 1, max: 40 },
    ),
    optional(
        "rateLimitPerSecond",
        "Messages a second",
        "Only where the provider agreed to another speed than is usual for the number.",
        Shape::Number { min: 1, max: 1_000 },
    )
    .rare(),
    optional(
        "maxLength",
        "Longest message, in characters",
        "Longer texts go in several messages. Empty: 1600.",
        Shape::Number { min: 70, max: 1_600 },
    )
    .only_with(PROVIDER, GENERIC),
    optional(
        "smartEncoding",
        "Plain typography",
        "Curly quotes, dashes and the like become plain where that makes a text cheaper. On when left empty.",
        Shape::Switch,
    ),
    optional(
        "optOutHandling",
        "Who answers STOP",
        "provider (usual for Twilio and Plivo), linktor (usual for the others), or off.",
        Shape::Choice(OPT_OUT),
    ),
    optional(
        "extraStopKeywords",
        "More words for STOP",
        "Such as PARAR, SAIR.",
        Shape::List,
    ),
    optional(
        "optOutReply",
        "Answer to STOP",
        "The last message to somebody who wants no more.",
        Shape::Text,
    ),
    optional(
        "optInReply",
        "Answer to START",
        "To somebody who wants messages again.",
        Shape::Text,
    ),
    optional(
        "helpReply",
        "Answer to HELP",
        "Who you are and how to stop.",
        Shape::Text,
    ),
    optional(
        "quietHours",
        "Quiet hours",
        "What goes to many at once or advertises waits until they are over; answers do not.",
        Shape::DailyHours,
    ),
    optional(
        "autoConfigureWebhook",
        "Set the webhook at the provider",
        "When the channel is connected. On when left empty.",
        Shape::Switch,
    )
    .rare()
    .only_with(PROVIDER, &["twilio", "vonage", "plivo"]),
    optional(
        "statusCallbackUrl",
        "Address for reports",
        "Only where reports must come by another way.",
        Shape::Text,
    )
    .rare(),
    optional(
        "apiBaseUrl",
        "API address",
        "Only for tests and proxies.",
        Shape::Text,
    )
    .rare(),
    optional(
        "restBaseUrl",
        "SMS API address",
        "Only for tests and proxies.",
        Shape::Text,
    )
    .rare()
    .only_with(PROVIDER, VONAGE),
    optional(
        "messagingBaseUrl",
        "Services address",
        "Only for tests and proxies.",
        Shape::Text,
    )
    .rare()
    .only_with(PROVIDER, TWILIO),
];

/// What is wrong with the settings that every carrier shares.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let mut all = check_bases(account, &["apiBaseUrl", "restBaseUrl", "messagingBaseUrl"]);
    if account
        .text("phoneNumber")
        .is_some_and(|text| !numbers::is_sender(text))
    {
        all.push(wrong(
            "phoneNumber",
            "must be a number with +, a short code, or a name of up to 11 letters and digits",
        ));
    }
    let code = account
        .text("defaultCountryCode")
        .map(|text| text.trim_start_matches('+'));
    let is_code = |text: &str| {
        (1..=3).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit())
            && !text.starts_with('0')
    };
    if code.is_some_and(|text| !is_code(text)) {
        all.push(wrong("defaultCountryCode", "must be 1 to 3 digits"));
    }
    if let Some(quiet) = account
        .settings
        .get("quietHours")
        .filter(|held| !held.is_null())
        && let Err(error) = serde_json::from_value::<QuietHours>(quiet.clone())
    {
        let sentence = format!("must have start, end and timezone: {error}");
        all.push(wrong("quietHours", &sentence));
    }
    all
}
