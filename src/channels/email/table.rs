//! The settings of a mailbox as data. email.md section 1.

use crate::channels::email::provider::NAMES;
use crate::channels::table::BROUGHT;
use crate::channels::table::MADE_UP;
use crate::channels::table::known_as;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::model::channel::Setting;
use crate::model::channel::Shape;

/// The names of the services mail leaves through.
pub const PROVIDERS: &[&str] = &NAMES;
/// How mail of customers comes in: read from a mailbox, reported by the service, handed to our own
/// listener, or not at all.
pub const INBOUND_MODES: &[&str] = &["imap", "webhook", "smtp", "none"];
/// How a conversation with a mail server is encrypted.
pub const ENCRYPTIONS: &[&str] = &["tls", "starttls", "none"];
/// How a mail server knows us.
pub const AUTHS: &[&str] = &["password", "oauth2"];
const REGIONS: &[&str] = &["us", "eu"];
/// Who gives out tokens.
pub const OAUTH_PROVIDERS: &[&str] = &["google", "microsoft", "custom"];

const PORT: Shape = Shape::Number {
    min: 1,
    max: 65_535,
};

/// The setting that says what mail is sent through; smtp where it is absent.
const PROVIDER: &str = "provider";

/// Every setting, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    optional(
        PROVIDER,
        "Sends through",
        "smtp (usual) is any mail server.",
        Shape::Choice(PROVIDERS),
    ),
    required(
        "fromEmail",
        "Address",
        "Customers see it as the sender. A mail service must have verified it.",
        Shape::Text,
    ),
    optional(
        "fromName",
        "Name of the sender",
        "Such as Acme Support.",
        Shape::Text,
    ),
    optional(
        "useAgentName",
        "Show who wrote",
        "Ana at Acme Support in place of the name alone.",
        Shape::Switch,
    ),
    optional(
        "replyTo",
        "Answers go to",
        "Only where that is not the address above.",
        Shape::Text,
    ),
    optional(
        "plusAddressing",
        "Mark answers in the address",
        "Answers go to support+conv-k3J9@example.com, so that each finds its conversation. Off for servers that refuse a plus.",
        Shape::Switch,
    ),
    optional(
        "domain",
        "Domain of message ids",
        "The domain of the address when left empty.",
        Shape::Text,
    ),
    known_as(
        optional(
            "smtpHost",
            "Server",
            "Such as smtp.example.com.",
            Shape::Text,
        ).access().only_with(PROVIDER, &["smtp", ""]),
        &["host"],
    ),
    known_as(
        optional(
            "smtpPort",
            "Port",
            "465 for TLS, 587 for STARTTLS, 25 for none when left empty.",
            PORT,
        ).access().only_with(PROVIDER, &["smtp", ""]),
        &["port"],
    ),
    known_as(
        optional(
            "smtpUsername",
            "User",
            "Usually the address. Without one the server is not signed in to.",
            Shape::Text,
        ).access().only_with(PROVIDER, &["smtp", ""]),
        &["smtpUser"],
    ),
    known_as(
        optional(
            "smtpPassword",
            "Password",
            "Many services want an app password.",
            BROUGHT,
        ).access().only_with(PROVIDER, &["smtp", ""]),
        &["smtpPass"],
    ),
    optional(
        "smtpEncryption",
        "Encryption",
        "TLS from the first byte (usual), STARTTLS after a greeting, none only for a server on your own network.",
        Shape::Choice(ENCRYPTIONS),
    ).access().only_with(PROVIDER, &["smtp", ""]),
    optional(
        "smtpAuth",
        "Proof",
        "A password, or signing in at Google or Microsoft.",
        Shape::Choice(AUTHS),
    ).access().only_with(PROVIDER, &["smtp", ""]),
    optional(
        "dkimSelector",
        "DKIM: Selector",
        "Signs what goes out, where your server does not: the name before ._domainkey in the DNS.",
        Shape::Text,
    ).only_with(PROVIDER, &["smtp", ""]).rare(),
    optional(
        "dkimDomain",
        "DKIM: Domain",
        "The domain of the address when left empty.",
        Shape::Text,
    ).only_with(PROVIDER, &["smtp", ""]).rare(),
    optional(
        "dkimPrivateKey",
        "DKIM: Private key",
        "In PEM: RSA of 2,048 bits (openssl genrsa 2048), or Ed25519. The record to publish is shown with the channel.",
        BROUGHT,
    ).only_with(PROVIDER, &["smtp", ""]).rare(),
    known_as(
        optional(
            "apiKey",
            "API key",
            "Settings, API Keys. Needs Mail Send.",
            BROUGHT,
        ).access().only_with(PROVIDER, &["sendgrid"]),
        &["sendgridApiKey"],
    ),
    optional(
        "sendgridWebhookPublicKey",
        "Verification key",
        "Settings, Mail Settings, Event Webhook, Security. Set by itself where the key allows it.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["sendgrid"]),
    optional(
        "sendgridParseSigned",
        "Incoming mail is signed",
        "Inbound Parse with a signature policy.",
        Shape::Switch,
    ).access().only_with(PROVIDER, &["sendgrid"]),
    optional(
        "sendgridParsePublicKey",
        "Verification key of incoming mail",
        "Of the signature policy, where that has a key of its own. Set by itself where the key allows it.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["sendgrid"]).rare(),
    optional(
        "mailgunApiKey",
        "API key",
        "API Security.",
        BROUGHT,
    ).access().only_with(PROVIDER, &["mailgun"]),
    optional(
        "mailgunDomain",
        "Domain",
        "The sending domain, such as mg.example.com.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["mailgun"]),
    optional(
        "mailgunRegion",
        "Region",
        "US when left empty.",
        Shape::Choice(REGIONS),
    ).access().only_with(PROVIDER, &["mailgun"]),
    optional(
        "mailgunWebhookSigningKey",
        "Webhook signing key",
        "API Security, HTTP webhook signing key. Not the API key.",
        BROUGHT,
    ).access().only_with(PROVIDER, &["mailgun"]),
    known_as(
        optional(
            "sesRegion",
            "Region",
            "Such as eu-west-1.",
            Shape::Text,
        ).access().only_with(PROVIDER, &["ses"]),
        &["region"],
    ),
    optional(
        "sesAccessKeyId",
        "Access key id",
        "Of a user that may ses:SendEmail, ses:SendRawEmail, ses:GetAccount and, for incoming mail, s3:GetObject.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "sesSecretKey",
        "Secret access key",
        "Shown once, when the key is made.",
        BROUGHT,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "sesSessionToken",
        "Session token",
        "Only with temporary keys.",
        BROUGHT,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "sesConfigurationSet",
        "Configuration set",
        "Its event destination reports deliveries to the SNS topic.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "sesTopicArns",
        "SNS topics",
        "Topics that may report, such as arn:aws:sns:eu-west-1:123456789012:linktor. Learned from the first subscription when left empty.",
        Shape::List,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "sesInboundBucket",
        "Bucket of incoming mail",
        "Only mails in this bucket are fetched.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "postmarkServerToken",
        "Server token",
        "Server, API Tokens.",
        BROUGHT,
    ).access().only_with(PROVIDER, &["postmark"]),
    optional(
        "postmarkMessageStream",
        "Message stream",
        "outbound when left empty.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["postmark"]),
    optional(
        "postmarkInboundAddress",
        "Postmark's address for incoming mail",
        "Told by Postmark: mail that is forwarded to it comes in here.",
        Shape::Text,
    ).only_with(PROVIDER, &["postmark"]).rare(),
    optional("resendApiKey", "API key", "API Keys.", BROUGHT).access().only_with(PROVIDER, &["resend"]),
    optional(
        "resendWebhookSecret",
        "Webhook secret",
        "Begins with whsec_. Set by itself where the key allows it.",
        BROUGHT,
    ).access().only_with(PROVIDER, &["resend"]),
    optional(
        "inboundMode",
        "How mail comes in",
        "Usually a mailbox where one is set below, else what the service tells where it can.",
        Shape::Choice(INBOUND_MODES),
    ).access(),
    optional(
        "inboundAddress",
        "Address of incoming mail",
        "Where answers arrive, such as support@in.example.com; the address above when left empty.",
        Shape::Text,
    ).access(),
    optional(
        "imapHost",
        "Mailbox: Server",
        "Such as imap.example.com.",
        Shape::Text,
    ).access(),
    optional("imapPort", "Mailbox: Port", "993 when left empty.", PORT).access(),
    known_as(
        optional(
            "imapUsername",
            "Mailbox: User",
            "Usually the address.",
            Shape::Text,
        ).access(),
        &["imapUser"],
    ),
    known_as(
        optional(
            "imapPassword",
            "Mailbox: Password",
            "Many services want an app password.",
            BROUGHT,
        ).access(),
        &["imapPass"],
    ),
    optional(
        "imapEncryption",
        "Mailbox: Encryption",
        "TLS when left empty.",
        Shape::Choice(ENCRYPTIONS),
    ).access(),
    optional(
        "imapFolder",
        "Mailbox: Folder",
        "INBOX when left empty.",
        Shape::Text,
    ).access(),
    optional(
        "imapPollInterval",
        "Mailbox: Seconds between looks",
        "60 when left empty; servers that tell by themselves are heard at once.",
        Shape::Number {
            min: 15,
            max: 3_600,
        },
    ),
    optional(
        "imapIdle",
        "Mailbox: Let the server tell",
        "On when left empty.",
        Shape::Switch,
    ),
    optional(
        "imapInitialDays",
        "Mailbox: Days to bring in",
        "Mail from before the channel was connected. None when left empty.",
        Shape::Number { min: 0, max: 3_650 },
    ),
    optional(
        "imapMarkSeen",
        "Mailbox: Mark as read",
        "As soon as one of you reads it here.",
        Shape::Switch,
    ),
    optional(
        "imapAuth",
        "Mailbox: Proof",
        "A password, or signing in at Google or Microsoft.",
        Shape::Choice(AUTHS),
    ).access(),
    optional(
        "oauthProvider",
        "Sign-in: With",
        "Who gives out the access to the mailbox.",
        Shape::Choice(OAUTH_PROVIDERS),
    ).rare(),
    optional(
        "oauthClientId",
        "Sign-in: Client id",
        "Google Cloud, Credentials; or Microsoft Entra, App registrations.",
        Shape::Text,
    ).rare(),
    optional(
        "oauthClientSecret",
        "Sign-in: Client secret",
        "Of the same client.",
        BROUGHT,
    ).rare(),
    optional(
        "oauthTenant",
        "Sign-in: Microsoft tenant",
        "common when left empty.",
        Shape::Text,
    ).rare(),
    optional(
        "oauthRefreshToken",
        "Sign-in: Refresh token",
        "Kept by itself after signing in.",
        BROUGHT,
    ).rare(),
    optional(
        "oauthAccessToken",
        "Sign-in: Access token",
        "Kept by itself; renewed before it ends.",
        BROUGHT,
    ).rare(),
    optional(
        "oauthAuthUrl",
        "Sign-in: Address of the page",
        "Only for another provider.",
        Shape::Text,
    ).rare(),
    optional(
        "oauthTokenUrl",
        "Sign-in: Address of tokens",
        "Only for another provider.",
        Shape::Text,
    ).rare(),
    optional(
        "oauthScope",
        "Sign-in: Scope",
        "Only for another provider.",
        Shape::Text,
    ).rare(),
    optional(
        "webhookUser",
        "Webhook: User",
        "linktor when left empty.",
        Shape::Text,
    ).rare(),
    optional(
        "webhookSecret",
        "Webhook: Password",
        "Proves services that sign nothing; made up when left empty.",
        MADE_UP,
    ).rare(),
    optional(
        "signatureHtml",
        "Signature",
        "HTML under every mail of a person.",
        Shape::Lines,
    ),
    optional(
        "defaultSubject",
        "Usual subject",
        "For the first mail of a conversation that has none.",
        Shape::Text,
    ),
    optional(
        "includeQuote",
        "Quote what is answered",
        "The customer's last mail stands under the answer.",
        Shape::Switch,
    ),
    optional(
        "trackOpens",
        "Notice opening",
        "Where the service can. Without it nothing is ever read.",
        Shape::Switch,
    ),
    optional(
        "trackClicks",
        "Notice clicks",
        "Where the service can; links lead through it.",
        Shape::Switch,
    ),
    optional(
        "stripQuotes",
        "Fold quotes away",
        "What customers quote is kept, but not shown at once. On when left empty.",
        Shape::Switch,
    ),
    optional(
        "singleThreadPerContact",
        "One conversation per customer",
        "Instead of one per thread.",
        Shape::Switch,
    ),
    optional(
        "autoMessagesPerHour",
        "Automatic mails an hour",
        "To one address, so that two machines do not write to each other for ever. 5 when left empty.",
        Shape::Number { min: 0, max: 100 },
    ),
    optional(
        "mailsPerSecond",
        "Mails a second",
        "How fast they go out. 1 through a mail server, what the service is known to take elsewhere, when left empty.",
        Shape::Number { min: 1, max: 1_000 },
    ).rare(),
    optional(
        "optOutWords",
        "Words of unsubscribing",
        "A mail that says nothing else wants no marketing. STOP, UNSUBSCRIBE, REMOVE, SAIR, CANCELAR and BAJA when left empty.",
        Shape::List,
    ),
    optional(
        "apiBaseUrl",
        "API address",
        "Only for another region, tests and proxies.",
        Shape::Text,
    ).rare(),
    optional(
        "mediaBaseUrl",
        "S3 address",
        "Only for tests and proxies.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["ses"]),
    optional(
        "snsCertBaseUrl",
        "Address of SNS certificates",
        "Only for tests.",
        Shape::Text,
    ).access().only_with(PROVIDER, &["ses"]),
];
