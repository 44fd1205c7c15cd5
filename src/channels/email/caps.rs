//! What Email can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Support;
use crate::model::capability::Telling;

const MIB: u64 = 1024 * 1024;

/// Email: email.md sections 4.1 (what becomes of each content), 5 (receipts), 8 (sizes), 9
/// (throughput) and 11 (limits).
///
/// Mail has no longest text; ours is the one kept of inbound mail. Files travel as base 64, which
/// adds 37 % to them; how large all of a mail may be is the service's affair and checked by itself.
/// Receipts depend on the service and the reader's program. Buttons become numbers, though links
/// stay links.
pub static CAPABILITIES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Full,
        documents: Support::Full,
        audio: Support::Full,
        video: Support::Full,
        templates: Support::Full,
        delivery_receipts: Support::Partial,
        read_receipts: Support::Partial,
        ..Capabilities::PLAIN.matrix
    },
    text_max: 100_000,
    interactive_text_max: 100_000,
    caption_max: 100_000,
    media: MediaLimits {
        image_bytes: 60 * MIB,
        audio_bytes: 60 * MIB,
        video_bytes: 60 * MIB,
        document_bytes: 60 * MIB,
    },
    locations: true,
    contacts: true,
    stickers: true,
    replies: true,
    threads: true,
    own_templates: true,
    repeat_hours: 7 * 24,
    inspected_every_secs: 24 * 3_600,
    telling_refusals: &[
        ("quota_exceeded", Telling::OfAccount),
        ("sender_not_verified", Telling::OfAccount),
    ],
    sends_per_second: 1,
    ..Capabilities::PLAIN
};

/// The same where the service notices a mail that is handed over twice.
pub static REPEATABLE: Capabilities = Capabilities {
    resend_is_safe: true,
    ..CAPABILITIES
};
