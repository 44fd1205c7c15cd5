//! How a number is connected. whatsapp.md section 1.

use crate::model::guide::Guide;
use crate::model::guide::Reporting;
use crate::model::guide::Topic;

/// What there is to know.
pub const GUIDE: Guide = Guide {
    vendor: "Meta",
    about: "A business number on WhatsApp, through Meta's Cloud API.",
    needs: "A Meta app with WhatsApp and a number in it",
    time: "15 minutes",
    page: Some((
        "Meta's app dashboard",
        "https://developers.facebook.com/apps",
    )),
    webhook: Reporting::ByHand(&[
        "In Meta's app dashboard open WhatsApp, then Configuration.",
        "Under Webhook paste the callback URL and the verify token, and press Verify and save. linktor answers Meta's check by itself.",
        "Then switch on the fields below.",
    ]),
    topics: &[
        Topic::required("messages", "Messages and receipts"),
        Topic::useful("message_template_status_update", "Template approvals"),
        Topic::useful("message_template_quality_update", "Quality of templates"),
        Topic::useful(
            "template_category_update",
            "Templates that cost more from now on",
        ),
        Topic::useful(
            "phone_number_quality_update",
            "Limits and quality of the number",
        ),
        Topic::useful("account_update", "Restrictions and bans"),
        Topic::useful("smb_message_echoes", "Replies sent from the phone app"),
    ],
    first_message: "Write to the number from any phone with WhatsApp.",
};
