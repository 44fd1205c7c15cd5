//! What Messenger can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::LateAnswers;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Placing;
use crate::model::capability::Support;
use crate::model::capability::Telling;

const MIB: u64 = 1024 * 1024;

/// Messenger: facebook.md sections 4 (what becomes of each content), 8 (files), 9 (throughput), 10
/// (window, and that a page never begins) and 11 (limits).
///
/// Captions become messages of their own, headers and footers lines of the text. Events are known
/// again for longer than the vendor repeats them (meta.md sections 5 and 7).
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
    text_max: 2_000,
    interactive_text_max: 640,
    quick_reply_text_max: 2_000,
    prompts: true,
    header_apart: true,
    media: MediaLimits {
        image_bytes: 8 * MIB,
        audio_bytes: 25 * MIB,
        video_bytes: 25 * MIB,
        document_bytes: 25 * MIB,
    },
    buttons_max: 3,
    buttons_go_on: true,
    button_title_max: 20,
    url_buttons: Placing::Anywhere,
    call_buttons: Placing::Anywhere,
    location_buttons: Placing::Anywhere,
    quick_replies_max: 13,
    quick_reply_title_max: 20,
    choice_id_max: 1_000,
    cards_max: 10,
    card_buttons_max: 3,
    card_title_max: 80,
    card_description_max: 80,
    replies: true,
    reactions: true,
    approved_templates: true,
    shapes: crate::channels::facebook::speak::SHAPES,
    profiles: true,
    hands_over: true,
    starts_conversations: false,
    ticket: Some(crate::channels::meta::direct::render::NEWS),
    window_hours: Some(24),
    comment_days: 7,
    late_answers: Some(LateAnswers {
        after_hours: 24,
        hours: 7 * 24,
        setting: "humanAgentTag",
    }),
    repeat_hours: 8 * 24,
    inspected_every_secs: 24 * 3_600,
    telling_refusals: &[("account_restricted", Telling::OfAccount)],
    sends_per_second: 300,
    ..Capabilities::PLAIN
};
