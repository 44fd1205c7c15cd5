//! What Plivo needs of an account, how its numbers are connected, and what it carries. sms.md sections
//! 1.1 and 8.

use crate::channels::sms::caps;
use crate::channels::sms::guide;
use crate::channels::table::BROUGHT;
use crate::channels::table::optional;
use crate::model::capability::Capabilities;
use crate::model::capability::MediaLimits;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::guide::Guide;
use crate::model::guide::Reporting;

/// Its settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    optional(
        "authId",
        "Auth ID",
        "Console overview. Begins with MA or SA.",
        Shape::Text,
    )
    .access(),
    optional(
        "authToken",
        "Auth token",
        "Console overview. Plivo signs webhooks with it.",
        BROUGHT,
    ),
    optional(
        "powerpackUuid",
        "Powerpack",
        "Console, Messaging, Powerpack. Chooses the number in place of the one above.",
        Shape::Text,
    )
    .access(),
];

/// How its numbers are connected.
pub const GUIDE: Guide = Guide {
    vendor: "Plivo",
    page: Some(("Plivo's console", "https://console.plivo.com")),
    webhook: Reporting::ByHand(&[
        "In Plivo's console open Messaging, Applications, and the application of the number.",
        "Enter this address as its message URL, with the method POST. Delivery reports need nothing.",
    ]),
    ..guide::SMS
};

/// What it carries where files go along: five megabytes, whichever of its types it is.
pub static WITH_FILES: Capabilities = Capabilities {
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
    ..caps::WITH_FILES
};
