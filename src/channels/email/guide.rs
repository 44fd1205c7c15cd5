//! How an address is connected. email.md section 1.

use serde_json::Value;

use crate::model::Opaque;
use crate::model::guide::Guide;
use crate::model::guide::Reporting;

const MAILBOX: Guide = Guide {
    vendor: "the mail server",
    about: "Mail to an address of yours, through a mailbox or a mail service.",
    needs: "A mailbox, or an account at a mail service",
    time: "10 minutes",
    page: None,
    webhook: Reporting::Fetched(
        "linktor reads the mailbox itself. Only a service that passes mail on needs the address below.",
    ),
    topics: &[],
    first_message: "Write a mail to {address}.",
};

const SENDGRID: Guide = Guide {
    vendor: "SendGrid",
    needs: "An API key with Mail Send; with the rights for Event Webhook and Inbound Parse the rest is set up by itself",
    page: Some((
        "SendGrid API Keys",
        "https://app.sendgrid.com/settings/api_keys",
    )),
    webhook: Reporting::ByItself(
        "Connecting tells SendGrid where to report and where to hand mail on, where the API key allows it; what is left to do by hand is said on the page of the channel. Mail comes in once the MX record of its domain names mx.sendgrid.net.",
    ),
    ..MAILBOX
};

const MAILGUN: Guide = Guide {
    vendor: "Mailgun",
    needs: "A domain that is active, an API key and the HTTP webhook signing key",
    page: Some((
        "Mailgun API Security",
        "https://app.mailgun.com/settings/api_security",
    )),
    webhook: Reporting::ByItself(
        "Connecting makes the webhooks of the domain and a route for mail that comes in. Nothing is believed before the signing key is entered.",
    ),
    ..MAILBOX
};

const SES: Guide = Guide {
    vendor: "Amazon SES",
    needs: "A user of IAM with an access key, and a domain or address that is verified",
    page: Some(("the SES console", "https://console.aws.amazon.com/ses/")),
    webhook: Reporting::ByHand(&[
        "In Amazon SNS, make a topic and subscribe the address with its password below to it, over HTTPS. The subscription is confirmed by itself.",
        "Give the subscription a delivery policy with more than three retries: Amazon drops what it could not deliver.",
        "In Amazon SES, make a configuration set with an event destination that is this topic, and enter its name here.",
        "For mail that comes in, make a receipt rule that publishes to the same topic, or one that keeps mails in a bucket and tells the topic.",
    ]),
    ..MAILBOX
};

const POSTMARK: Guide = Guide {
    vendor: "Postmark",
    needs: "A server and its API token",
    page: Some((
        "Postmark servers",
        "https://account.postmarkapp.com/servers",
    )),
    webhook: Reporting::ByItself(
        "Connecting makes the webhook of the message stream, and hands incoming mail on to here where it goes nowhere else yet.",
    ),
    ..MAILBOX
};

const RESEND: Guide = Guide {
    vendor: "Resend",
    needs: "A domain that is verified, and an API key with full access",
    page: Some(("Resend API Keys", "https://resend.com/api-keys")),
    webhook: Reporting::ByItself(
        "Connecting makes the webhook and keeps its secret. A key that may only send cannot: then add the webhook there with all events of email, and enter its signing secret.",
    ),
    ..MAILBOX
};

/// What there is to know of what mail is sent through.
#[must_use]
pub fn of(settings: &Opaque) -> &'static Guide {
    match settings.get("provider").and_then(Value::as_str) {
        Some("sendgrid") => &SENDGRID,
        Some("mailgun") => &MAILGUN,
        Some("ses") => &SES,
        Some("postmark") => &POSTMARK,
        Some("resend") => &RESEND,
        _ => &MAILBOX,
    }
}
