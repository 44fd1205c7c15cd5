//! How a number is connected, where its carrier says nothing else. sms.md section 1.

use crate::model::guide::Guide;
use crate::model::guide::Reporting;

/// What there is to know of any carrier.
pub const SMS: Guide = Guide {
    vendor: "the provider",
    about: "Text messages through Twilio, Vonage, Plivo or any HTTP interface.",
    needs: "An account with a number at a provider",
    time: "5 minutes",
    page: None,
    webhook: Reporting::ByHand(&[
        "Where the provider asks for the address of incoming messages, enter this one.",
        "Where it asks for one for delivery reports, enter the same with /status at its end.",
    ]),
    topics: &[],
    first_message: "Send a text to the number from any phone.",
};
