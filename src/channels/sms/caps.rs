//! What SMS can carry.

use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Support;

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
    ..Capabilities::PLAIN
};

/// The same through Twilio, which fills in the templates of its own (section 4.2).
pub static TWILIO: Capabilities = Capabilities {
    template_names: Some("HX"),
    ..CAPABILITIES
};

/// The same with files.
pub static TWILIO_WITH_FILES: Capabilities = Capabilities {
    template_names: TWILIO.template_names,
    taken_types: &[
        "application/pdf",
        "audio/3gpp",
        "audio/amr",
        "audio/mpeg",
        "image/gif",
        "image/jpeg",
        "image/png",
        "text/directory",
        "text/vcard",
        "text/x-vcard",
        "video/3gpp",
        "video/mp4",
    ],
    ..WITH_FILES
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

/// The same through Vonage, which takes longer texts.
pub static VONAGE: Capabilities = Capabilities {
    text_max: 3_200,
    interactive_text_max: 3_200,
    ..CAPABILITIES
};

/// The same through Vonage, which takes pictures, sound and films of some types and no documents.
pub static WITH_VONAGE_FILES: Capabilities = Capabilities {
    media: MediaLimits {
        image_bytes: 2_000_000,
        audio_bytes: 2_000_000,
        video_bytes: 2_000_000,
        document_bytes: 0,
    },
    taken_types: &[
        "audio/ac3",
        "audio/amr",
        "audio/midi",
        "audio/mpeg",
        "audio/wav",
        "audio/x-wav",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "video/3gpp",
        "video/mp4",
        "video/mpeg",
        "video/x-msvideo",
    ],
    text_max: VONAGE.text_max,
    interactive_text_max: VONAGE.interactive_text_max,
    ..WITH_FILES
};

/// The same through Plivo: five megabytes, whichever of its types it is.
pub static WITH_PLIVO_FILES: Capabilities = Capabilities {
    media: MediaLimits {
        image_bytes: 5_000_000,
        audio_bytes: 5_000_000,
        video_bytes: 5_000_000,
        document_bytes: 5_000_000,
    },
    taken_types: &[
        "application/pdf",
        "image/gif",
        "image/jpeg",
        "image/png",
        "text/vcard",
        "text/x-vcard",
        "video/3gpp",
        "video/mp4",
    ],
    ..WITH_FILES
};
