//! When somebody answers a web chat.

use crate::web::dashboard::webchat::table::Kind::Hours;
use crate::web::dashboard::webchat::table::Kind::Rows;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::Kind::Words;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::lists::FIELDS;
use crate::web::dashboard::webchat::table::section;

/// The page.
pub(super) const PAGE: Page = Page {
    path: "hours",
    title: "Hours",
    sections: &[
        section(
            "Business hours",
            "Outside of them visitors see when you are back.",
            &[
                entry("businessHours", "Hours", "", Hours),
                entry(
                    "businessHoursOnly",
                    "No chat outside of business hours",
                    "Visitors leave a message by the form below.",
                    Tick(false),
                ),
            ],
        ),
        section(
            "When you are closed",
            "",
            &[
                entry(
                    "offline.enabled",
                    "Show the form to new visitors",
                    "",
                    Tick(true),
                ),
                entry("offline.message", "What it says", "", Words(2)),
                entry("offline.form.submitButton", "Button", "", Words(1)),
                entry(
                    "offline.form.fields",
                    "Fields",
                    "None: an email address and a message.",
                    Rows(FIELDS),
                ),
            ],
        ),
    ],
};
