//! What RCS can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Placing;
use crate::model::capability::Support;

const MIB: u64 = 1024 * 1024;

/// RCS: rcs.md sections 4.2 (what becomes of each content), 8 (files), 9 (throughput) and 11 (limits).
///
/// Buttons and quick replies are the same chips. One carrier honours a repeat key and the others do
/// not, so that an unsure send waits for a person.
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Full,
        documents: Support::Full,
        audio: Support::Full,
        video: Support::Full,
        buttons: Support::Full,
        quick_replies: Support::Full,
        templates: Support::Full,
        delivery_receipts: Support::Full,
        read_receipts: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 3_072,
    interactive_text_max: 3_072,
    caption_max: 2_000,
    media: MediaLimits {
        image_bytes: 100 * MIB,
        audio_bytes: 100 * MIB,
        video_bytes: 100 * MIB,
        document_bytes: 100 * MIB,
    },
    buttons_max: 11,
    button_title_max: 25,
    url_buttons: Placing::Anywhere,
    call_buttons: Placing::Anywhere,
    location_buttons: Placing::Anywhere,
    quick_replies_max: 11,
    quick_reply_title_max: 25,
    cards_max: 10,
    card_buttons_max: 4,
    card_title_max: 200,
    card_description_max: 2_000,
    locations: true,
    deletes: true,
    repeat_hours: 7 * 24,
    sends_per_second: 10,
    ..Capabilities::PLAIN
};
