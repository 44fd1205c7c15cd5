//! What Instagram can carry.

use crate::base::text::Counting;
use crate::model::capability::Capabilities;
use crate::model::capability::LateAnswers;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Placing;
use crate::model::capability::Support;
use crate::model::capability::Telling;

const MIB: u64 = 1024 * 1024;

/// Instagram: instagram.md sections 4 (what becomes of each content), 5 (receipts), 8 (files), 9
/// (throughput), 10 (window, and that an account never begins) and 11 (limits).
///
/// Text counts in bytes. No delivery is ever reported by itself; a read message counts as
/// delivered (section 5). Numbers to call become lines of the text.
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Full,
        audio: Support::Full,
        video: Support::Full,
        buttons: Support::Full,
        quick_replies: Support::Full,
        delivery_receipts: Support::Full,
        read_receipts: Support::Full,
        typing: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 1_000,
    interactive_text_max: 640,
    quick_reply_text_max: 1_000,
    prompts: true,
    header_apart: true,
    counting: Counting::Bytes,
    media: MediaLimits {
        image_bytes: 8 * MIB,
        audio_bytes: 25 * MIB,
        video_bytes: 25 * MIB,
        document_bytes: 0,
    },
    pdf_bytes: 25 * MIB,
    unshown_types: &[
        "audio/amr",
        "audio/mp3",
        "audio/mpeg",
        "audio/ogg",
        "audio/opus",
        "audio/webm",
        "image/heic",
        "image/heif",
        "image/webp",
    ],
    buttons_max: 3,
    buttons_go_on: true,
    button_title_max: 20,
    url_buttons: Placing::Anywhere,
    quick_replies_max: 13,
    quick_reply_title_max: 20,
    choice_id_max: 1_000,
    cards_max: 10,
    card_buttons_max: 3,
    card_title_max: 80,
    card_description_max: 80,
    replies: true,
    reactions: true,
    shapes: crate::channels::instagram::speak::SHAPES,
    profiles: true,
    hands_over: true,
    starts_conversations: false,
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
    sends_per_second: 100,
    ..Capabilities::PLAIN
};
