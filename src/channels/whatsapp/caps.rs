//! What WhatsApp can carry.

use crate::base::text::Counting;
use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Placing;
use crate::model::capability::Support;
use crate::model::capability::Telling;

const MIB: u64 = 1024 * 1024;

/// `WhatsApp`: whatsapp.md sections 4 (what becomes of each content), 8 (files), 9 (throughput), 10
/// (window) and 11 (limits).
///
/// Quick replies are shown as buttons, so they share their limits. Captions do not exist for sound.
/// Emoji may count as two: the unit is chosen never to be too long.
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        text: Support::Full,
        images: Support::Full,
        documents: Support::Full,
        audio: Support::Full,
        video: Support::Full,
        buttons: Support::Full,
        quick_replies: Support::Full,
        templates: Support::Full,
        delivery_receipts: Support::Full,
        read_receipts: Support::Full,
        typing: Support::Full,
    },
    text_max: 4_096,
    interactive_text_max: 1_024,
    caption_max: 1_024,
    counting: Counting::Utf16Units,
    media: MediaLimits {
        image_bytes: 5 * MIB,
        audio_bytes: 16 * MIB,
        video_bytes: 16 * MIB,
        document_bytes: 100 * MIB,
    },
    unshown_types: &[
        "audio/wav",
        "audio/webm",
        "audio/x-wav",
        "image/gif",
        "image/heic",
        "image/heif",
        "image/webp",
        "video/quicktime",
        "video/webm",
    ],
    stickers: true,
    header_max: 60,
    buttons_max: 3,
    button_title_max: 20,
    url_buttons: Placing::Alone,
    location_buttons: Placing::Alone,
    quick_replies_max: 3,
    quick_reply_title_max: 20,
    list_rows_max: 10,
    list_sections_max: 10,
    list_title_max: 24,
    list_description_max: 72,
    choice_id_max: 256,
    list_id_max: 200,
    cards_max: 10,
    card_buttons_max: 3,
    card_title_max: 60,
    // Title and description share 160 characters and stand on lines of their own.
    card_description_max: 99,
    locations: true,
    contacts: true,
    replies: true,
    reactions: true,
    approved_templates: true,
    window_hours: Some(24),
    repeat_hours: 8 * 24,
    inspected_every_secs: 24 * 3_600,
    telling_refusals: &[
        ("131048", Telling::OfAccount),
        ("131053", Telling::OfLink),
        ("131064", Telling::OfAccount),
        ("display_name_not_approved", Telling::OfAccount),
        ("payment_problem", Telling::OfAccount),
        ("template_disabled", Telling::OfTemplates),
        ("template_paused", Telling::OfTemplates),
        ("template_unknown", Telling::OfTemplates),
    ],
    typing_every_secs: 20,
    sends_per_second: 80,
    ..Capabilities::PLAIN
};
