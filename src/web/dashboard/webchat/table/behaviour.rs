//! What a web chat does.

use crate::web::dashboard::webchat::table::DAY_MS;
use crate::web::dashboard::webchat::table::Kind::EmailChannel;
use crate::web::dashboard::webchat::table::Kind::Lines;
use crate::web::dashboard::webchat::table::Kind::Rows;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::MB;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::lists::PROACTIVE;
use crate::web::dashboard::webchat::table::number;
use crate::web::dashboard::webchat::table::section;

/// The page.
pub(super) const PAGE: Page = Page {
    path: "behaviour",
    title: "Behaviour",
    sections: &[
        section(
            "Conversation",
            "",
            &[
                entry("soundEnabled", "A sound for new messages", "", Tick(true)),
                entry(
                    "showReadReceipts",
                    "Visitors see that you read their message",
                    "",
                    Tick(true),
                ),
                entry(
                    "typingPreview",
                    "You see what a visitor types before it is sent",
                    "Say so in your privacy policy.",
                    Tick(false),
                ),
            ],
        ),
        section(
            "Files",
            "",
            &[
                entry(
                    "fileUpload.enabled",
                    "Visitors may send files",
                    "",
                    Tick(true),
                ),
                entry("fileUpload.multiple", "Several at once", "", Tick(true)),
                entry(
                    "fileUpload.maxSize",
                    "Largest file",
                    "",
                    number("MB", MB, 1, 100, Some(10)),
                ),
                entry(
                    "fileUpload.allowedTypes",
                    "Kinds of files",
                    "One a line, such as image/*, application/pdf or .docx. Empty: pictures, PDF, text, Word, Excel, sound and MP4.",
                    Lines,
                ),
            ],
        ),
        section(
            "Proactive messages",
            "Shown beside the bubble while the chat is closed. A conversation begins when the visitor answers.",
            &[entry("proactiveMessages", "Messages", "", Rows(PROACTIVE))],
        ),
        section(
            "When the visitor has left",
            "",
            &[
                entry(
                    "emailContinuity.enabled",
                    "Send unread answers by email",
                    "To visitors whose address is known.",
                    Tick(false),
                ),
                entry(
                    "emailContinuity.channelId",
                    "Email channel",
                    "",
                    EmailChannel,
                ),
                entry(
                    "emailContinuity.afterMinutes",
                    "After",
                    "",
                    number("minutes", 1, 1, 10_080, Some(10)),
                ),
                entry(
                    "sessionDuration",
                    "Remember a browser for",
                    "Counted from its last visit.",
                    number("days", DAY_MS, 1, 365, Some(30)),
                ),
            ],
        ),
    ],
};
