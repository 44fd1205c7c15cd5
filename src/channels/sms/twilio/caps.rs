//! What Twilio carries beyond what every carrier does.

use crate::channels::sms::caps;
use crate::model::capability::Capabilities;

/// SMS through Twilio, which fills in the templates of its own (section 4.2).
pub static TWILIO: Capabilities = Capabilities {
    template_names: Some("HX"),
    ..caps::CAPABILITIES
};

/// The same with files.
pub static WITH_FILES: Capabilities = Capabilities {
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
    ..caps::WITH_FILES
};
