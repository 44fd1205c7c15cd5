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
    webhook: Reporting::ByItself(
        "linktor reads the mailbox itself, so there is nothing to set up. Only a service that passes mail on by itself needs the address below.",
    ),
    topics: &[],
    first_message: "Write a mail to the address.",
};

const SERVICE: Guide = Guide {
    vendor: "the mail service",
    webhook: Reporting::ByHand(&[
        "Where the service asks for the address of incoming mail and of events, enter this one. Connecting does it by itself where the service lets it.",
    ]),
    ..MAILBOX
};

/// What there is to know of what mail is sent through.
#[must_use]
pub fn of(settings: &Opaque) -> &'static Guide {
    match settings.get("provider").and_then(Value::as_str) {
        None | Some("smtp") => &MAILBOX,
        Some(_) => &SERVICE,
    }
}
