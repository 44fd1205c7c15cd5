//! How an account is connected. instagram.md section 1.

use crate::model::guide::Guide;
use crate::model::guide::Reporting;
use crate::model::guide::Topic;

/// What there is to know.
pub const GUIDE: Guide = Guide {
    vendor: "Meta",
    about: "Direct messages, story replies and mentions of a professional account.",
    needs: "A professional account and a Meta app",
    time: "15 minutes",
    page: Some((
        "Meta's app dashboard",
        "https://developers.facebook.com/apps",
    )),
    webhook: Reporting::ByHand(&[
        "On the phone, in Instagram's settings for messages, allow access to messages: without it nothing is reported.",
        "In Meta's app dashboard open Instagram, then API setup; through a page, open Webhooks and choose Instagram.",
        "Paste the callback URL and the verify token, and press Verify and save. linktor answers Meta's check by itself.",
    ]),
    topics: &[
        Topic::required("messages", "Messages, story replies and mentions"),
        Topic::required(
            "messaging_postbacks",
            "Presses of buttons and first questions",
        ),
        Topic::useful("message_reactions", "Reactions"),
        Topic::useful("messaging_seen", "Read receipts"),
        Topic::useful("messaging_referrals", "Where people came from"),
    ],
    first_message: "Write to the account from another one. A business cannot write first.",
};
