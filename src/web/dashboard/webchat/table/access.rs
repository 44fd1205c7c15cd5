//! Who may show a web chat, and what is kept of its visitors.

use crate::web::dashboard::webchat::table::Kind::Choice;
use crate::web::dashboard::webchat::table::Kind::Line;
use crate::web::dashboard::webchat::table::Kind::Lines;
use crate::web::dashboard::webchat::table::Kind::Name;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::number;
use crate::web::dashboard::webchat::table::section;

/// The page.
pub(super) const PAGE: Page = Page {
    path: "access",
    title: "Access and privacy",
    sections: &[
        section(
            "Where it appears",
            "",
            &[
                entry("name", "Name", "Only your team sees it.", Name),
                entry(
                    "allowedOrigins",
                    "Websites",
                    "One a line, such as shop.example or *.shop.example. Empty allows every website.",
                    Lines,
                ),
            ],
        ),
        section(
            "Who your visitors are",
            "Your website can prove who is signed in there, with the identity secret under Credentials.",
            &[entry(
                "identityMode",
                "Proof of identity",
                "",
                Choice(&[
                    ("optional", "Believed where there is a proof"),
                    ("required", "Ids without a proof are ignored"),
                    ("off", "No ids at all"),
                ]),
            )],
        ),
        section(
            "Privacy",
            "",
            &[
                entry(
                    "privacy.cookieConsent",
                    "Ask for agreement before anything is stored",
                    "",
                    Tick(false),
                ),
                entry(
                    "privacy.policyUrl",
                    "Address of your privacy policy",
                    "",
                    Line,
                ),
                entry(
                    "privacy.dataRetention",
                    "Keep closed conversations for",
                    "Then messages and files are deleted. Empty: for ever.",
                    number("days", 1, 1, 3_650, None),
                ),
                entry(
                    "privacy.anonymizeIP",
                    "Shorten network addresses before they are stored",
                    "",
                    Tick(false),
                ),
            ],
        ),
        section(
            "Apps and proxies",
            "",
            &[
                entry(
                    "allowNullOrigin",
                    "Allow pages without an origin",
                    "For web views inside of apps.",
                    Tick(false),
                ),
                entry(
                    "allowNonBrowser",
                    "Allow programs",
                    "For apps that speak the protocol themselves.",
                    Tick(false),
                ),
                entry(
                    "apiBaseUrl",
                    "Address the chat connects to",
                    "Empty: the public address of this server.",
                    Line,
                ),
                entry(
                    "mediaBaseUrl",
                    "Address files are loaded from",
                    "Empty: the public address of this server.",
                    Line,
                ),
            ],
        ),
    ],
};
