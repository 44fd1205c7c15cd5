//! What SMS can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Support;
use crate::model::capability::Telling;

/// SMS: sms.md sections 2 (repeats), 4.2 (what becomes of each content), 9 (throughput) and 11
/// (limits; the text of the narrowest carrier).
///
/// Pictures go as MMS only where an account has it switched on and its carrier can; this row is
/// true of every account, so here they go as links.
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Partial,
        delivery_receipts: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 1_600,
    interactive_text_max: 1_600,
    repeat_hours: 72,
    sends_per_second: 1,
    // Which number may write to whom is the account's affair; a full queue is one of Twilio's.
    telling_refusals: &[
        ("sender_not_allowed", Telling::OfAccount),
        ("country_not_allowed", Telling::OfAccount),
        ("unregistered", Telling::OfAccount),
        ("30001", Telling::OfMoment),
    ],
    ..Capabilities::PLAIN
};

/// The same where files go along as MMS: sms.md section 8. What carriers take of other kinds than
/// pictures is little.
pub static WITH_FILES: Capabilities = Capabilities {
    media: MediaLimits {
        image_bytes: 5_000_000,
        audio_bytes: 500_000,
        video_bytes: 500_000,
        document_bytes: 500_000,
    },
    caption_max: 1_600,
    ..CAPABILITIES
};
