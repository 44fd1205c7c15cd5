//! How a web chat looks.

use crate::web::dashboard::webchat::table::Kind::Area;
use crate::web::dashboard::webchat::table::Kind::Choice;
use crate::web::dashboard::webchat::table::Kind::Colour;
use crate::web::dashboard::webchat::table::Kind::Line;
use crate::web::dashboard::webchat::table::Kind::Rows;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::Kind::Words;
use crate::web::dashboard::webchat::table::LANGUAGES;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::lists::STARTERS;
use crate::web::dashboard::webchat::table::number;
use crate::web::dashboard::webchat::table::section;

/// The page.
pub(super) const PAGE: Page = Page {
    path: "appearance",
    title: "Appearance",
    sections: &[
        section(
            "Look",
            "",
            &[
                entry(
                    "theme.primaryColor",
                    "Colour",
                    "Text on it is black or white, whichever reads better.",
                    Colour("#0066FF"),
                ),
                entry(
                    "theme.position",
                    "Corner",
                    "",
                    Choice(&[
                        ("", "Right; left in Arabic and Hebrew"),
                        ("bottom-right", "Always right"),
                        ("bottom-left", "Always left"),
                    ]),
                ),
                entry(
                    "theme.size",
                    "Size",
                    "",
                    Choice(&[
                        ("standard", "Standard"),
                        ("compact", "Compact"),
                        ("large", "Large"),
                    ]),
                ),
                entry(
                    "theme.colorScheme",
                    "Light or dark",
                    "",
                    Choice(&[
                        ("auto", "As the visitor\u{2019}s device"),
                        ("light", "Always light"),
                        ("dark", "Always dark"),
                    ]),
                ),
                entry(
                    "theme.borderRadius",
                    "Corners",
                    "",
                    number("pixels", 1, 0, 32, Some(12)),
                ),
                entry(
                    "theme.logoUrl",
                    "Logo",
                    "Address of a picture, at least 80 by 80 pixels.",
                    Line,
                ),
                entry(
                    "theme.avatarUrl",
                    "Picture of your business",
                    "Shown beside messages that no person wrote.",
                    Line,
                ),
                entry(
                    "theme.launcherIcon",
                    "Picture on the bubble",
                    "Address of a picture. Empty: a speech bubble.",
                    Line,
                ),
            ],
        ),
        section(
            "Words",
            "The widget has its own words in eight languages. What you write here takes their place.",
            &[
                entry(
                    "defaultLanguage",
                    "Language of visitors whose own is missing",
                    "",
                    Choice(LANGUAGES),
                ),
                entry(
                    "theme.headerText",
                    "Name in the header",
                    "Empty: the name of your business.",
                    Words(1),
                ),
                entry("theme.welcomeMessage", "Greeting", "", Words(2)),
                entry(
                    "theme.launcherText",
                    "Text beside the bubble",
                    "Empty shows the bubble alone.",
                    Words(1),
                ),
            ],
        ),
        section(
            "Questions to start with",
            "A visitor asks one with one press.",
            &[entry("starters", "Questions", "", Rows(STARTERS))],
        ),
        section(
            "Details",
            "",
            &[
                entry(
                    "showBranding",
                    "Show \u{201c}Powered by linktor\u{201d}",
                    "",
                    Tick(true),
                ),
                entry("emojiPicker", "Emoji beside the text field", "", Tick(true)),
                entry(
                    "theme.zIndex",
                    "Layer",
                    "Lower it when the chat covers something of your page.",
                    number("z-index", 1, 1, 2_147_483_647, Some(2_147_483_000)),
                ),
                entry(
                    "customCss",
                    "Own styles",
                    "CSS for .linktor-launcher, .linktor-header and the other classes. No imports, no addresses.",
                    Area(4),
                ),
            ],
        ),
    ],
};
