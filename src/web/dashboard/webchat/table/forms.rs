//! What a web chat asks before it begins.

use crate::web::dashboard::webchat::table::Kind::Rows;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::Kind::Words;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::lists::FIELDS;
use crate::web::dashboard::webchat::table::section;

/// The page.
pub(super) const PAGE: Page = Page {
    path: "forms",
    title: "Form before the chat",
    sections: &[
        section(
            "Before the first message",
            "What a visitor has written is kept and sent after the form.",
            &[
                entry("requireName", "Ask for a name", "", Tick(false)),
                entry(
                    "requireEmail",
                    "Ask for an email address",
                    "So you can answer after the visitor has left.",
                    Tick(false),
                ),
                entry(
                    "preChatForm.enabled",
                    "Show the form below",
                    "",
                    Tick(false),
                ),
                entry("preChatForm.title", "Heading", "", Words(1)),
                entry(
                    "preChatForm.message",
                    "Reason",
                    "One sentence that says what it is for.",
                    Words(2),
                ),
                entry("preChatForm.submitButton", "Button", "", Words(1)),
            ],
        ),
        section(
            "Fields",
            "",
            &[entry("preChatForm.fields", "Fields", "", Rows(FIELDS))],
        ),
    ],
};
