//! What Vonage carries beyond what every carrier does.

use crate::channels::sms::caps;
use crate::model::capability::Capabilities;
use crate::model::capability::MediaLimits;

/// SMS through Vonage, which takes longer texts.
pub static VONAGE: Capabilities = Capabilities {
    text_max: 3_200,
    interactive_text_max: 3_200,
    ..caps::CAPABILITIES
};

/// The same through Vonage, which takes pictures, sound and films of some types and no documents.
pub static WITH_FILES: Capabilities = Capabilities {
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
    ..caps::WITH_FILES
};
