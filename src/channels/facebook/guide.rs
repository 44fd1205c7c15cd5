//! How a page is connected. facebook.md section 1.

use crate::model::guide::Guide;
use crate::model::guide::Reporting;
use crate::model::guide::Topic;

/// What there is to know.
pub const GUIDE: Guide = Guide {
    vendor: "Meta",
    about: "Messages to a Facebook page, through Messenger.",
    needs: "A Meta app with Messenger and a page in it",
    time: "15 minutes",
    page: Some((
        "Meta's app dashboard",
        "https://developers.facebook.com/apps",
    )),
    webhook: Reporting::ByHand(&[
        "In Meta's app dashboard open Messenger, then API settings.",
        "Under Webhooks paste the callback URL and the verify token, and press Verify and save. linktor answers Meta's check by itself.",
        "One address serves every page of the app. Connecting switches the fields below on for this page; the app needs them too.",
    ]),
    topics: &[
        Topic::required("messages", "Messages"),
        Topic::required("messaging_postbacks", "Presses of buttons and menus"),
        Topic::useful("message_deliveries", "Delivery receipts"),
        Topic::useful("message_reads", "Read receipts"),
        Topic::useful("message_echoes", "Answers sent from elsewhere"),
        Topic::useful("message_reactions", "Reactions"),
        Topic::useful("message_edits", "Changed messages"),
        Topic::useful("messaging_referrals", "Where people came from"),
        Topic::useful("messaging_handovers", "Hand-over between apps"),
        Topic::useful("messaging_policy_enforcement", "Warnings and blocks"),
    ],
    first_message: "Write to the page from a personal account. A page cannot write first.",
};
