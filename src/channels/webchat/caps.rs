//! What WebChat can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Placing;
use crate::model::capability::Support;

const MIB: u64 = 1024 * 1024;

/// `WebChat`: webchat.md sections 4 (what the widget shows), 5 (receipts), 8 (files: the ceiling no
/// channel may exceed), 10 (no window) and 11 (limits).
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Full,
        documents: Support::Full,
        audio: Support::Full,
        video: Support::Full,
        buttons: Support::Full,
        quick_replies: Support::Full,
        delivery_receipts: Support::Full,
        read_receipts: Support::Full,
        typing: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 10_000,
    interactive_text_max: 10_000,
    caption_max: 1_024,
    media: MediaLimits {
        image_bytes: 100 * MIB,
        audio_bytes: 100 * MIB,
        video_bytes: 100 * MIB,
        document_bytes: 100 * MIB,
    },
    stickers: true,
    header_max: 80,
    buttons_max: 10,
    button_title_max: 40,
    url_buttons: Placing::Anywhere,
    call_buttons: Placing::Anywhere,
    location_buttons: Placing::Anywhere,
    quick_replies_max: 13,
    quick_reply_title_max: 40,
    list_rows_max: 50,
    list_sections_max: 10,
    list_title_max: 80,
    list_description_max: 300,
    cards_max: 10,
    card_buttons_max: 10,
    card_title_max: 80,
    card_description_max: 300,
    locations: true,
    contacts: true,
    replies: true,
    reactions: true,
    edits: true,
    deletes: true,
    repeat_hours: 30 * 24,
    resend_is_safe: true,
    sends_per_second: 1_000,
    own_transport: true,
    ..Capabilities::PLAIN
};
