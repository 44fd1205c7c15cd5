//! How a number is connected, carrier by carrier. sms.md section 1.

use serde_json::Value;

use crate::model::Opaque;
use crate::model::guide::Guide;
use crate::model::guide::Reporting;

const SMS: Guide = Guide {
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

const TWILIO: Guide = Guide {
    vendor: "Twilio",
    page: Some(("Twilio's console", "https://console.twilio.com")),
    webhook: Reporting::ByItself(
        "Connecting sets the address at the number, or at its messaging service. Unless that is switched off in the settings, there is nothing to do at Twilio.",
    ),
    ..SMS
};

const VONAGE: Guide = Guide {
    vendor: "Vonage",
    page: Some(("Vonage's dashboard", "https://dashboard.nexmo.com")),
    webhook: Reporting::ByItself(
        "Connecting sets the address at the number. For delivery receipts, and with the API messages, enter it in the dashboard too, with /status at its end where statuses are asked for.",
    ),
    ..SMS
};

const PLIVO: Guide = Guide {
    vendor: "Plivo",
    page: Some(("Plivo's console", "https://console.plivo.com")),
    webhook: Reporting::ByHand(&[
        "In Plivo's console open Messaging, Applications, and the application of the number.",
        "Enter this address as its message URL, with the method POST. Delivery reports need nothing.",
    ]),
    ..SMS
};

/// What there is to know of the carrier that was chosen.
#[must_use]
pub fn of(settings: &Opaque) -> &'static Guide {
    match settings.get("provider").and_then(Value::as_str) {
        Some("twilio") => &TWILIO,
        Some("vonage") => &VONAGE,
        Some("plivo") => &PLIVO,
        _ => &SMS,
    }
}
