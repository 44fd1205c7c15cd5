//! What Voice can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Support;

const MIB: u64 = 1024 * 1024;

/// Voice: voice.md sections 4.2 (what becomes of each content in a live call), 5 (states of a call),
/// 8 (sounds) and 11 (limits; the spoken text of the narrowest carrier).
///
/// Text is spoken, choices are spoken as numbers to press. "Delivered" means spoken to the end.
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        audio: Support::Full,
        delivery_receipts: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 1_500,
    interactive_text_max: 1_500,
    media: MediaLimits {
        image_bytes: 0,
        audio_bytes: 40 * MIB,
        video_bytes: 0,
        document_bytes: 0,
    },
    repeat_hours: 24,
    sends_per_second: 1,
    ..Capabilities::PLAIN
};
