//! The lists among the settings of a web chat, and what stands in a row of each.

use crate::web::dashboard::webchat::table::Kind::Choice;
use crate::web::dashboard::webchat::table::Kind::Line;
use crate::web::dashboard::webchat::table::Kind::Options;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::Kind::Words;
use crate::web::dashboard::webchat::table::List;
use crate::web::dashboard::webchat::table::Naming;
use crate::web::dashboard::webchat::table::SECOND_MS;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::number;

/// The fields of a form.
pub(super) const FIELDS: &List = &List {
    noun: "field",
    max: 20,
    naming: Naming::Names,
    columns: &[
        entry("label", "Label", "What the visitor reads.", Words(1)),
        entry(
            "type",
            "Kind",
            "",
            Choice(&[
                ("text", "One line"),
                ("email", "Email address"),
                ("tel", "Phone number"),
                ("textarea", "Several lines"),
                ("select", "One of several"),
                ("checkbox", "Box to tick"),
                ("number", "Number"),
            ]),
        ),
        entry("required", "Must be filled in", "", Tick(false)),
        entry(
            "options",
            "Choices",
            "For one of several: one a line.",
            Options,
        ),
        entry(
            "placeholder",
            "Example",
            "Shown while the field is empty.",
            Line,
        ),
        entry(
            "maxLength",
            "Longest answer",
            "",
            number("characters", 1, 1, 500, None),
        ),
        entry(
            "pattern",
            "Pattern",
            "A regular expression that the whole answer must fit, such as [A-Z]{2}-[0-9]+.",
            Line,
        ),
        entry(
            "name",
            "Name for programs",
            "Empty: made from the label. The names name, email and phone fill in the contact.",
            Line,
        ),
    ],
};

/// What a visitor may begin with.
pub(super) const STARTERS: &List = &List {
    noun: "question",
    max: 4,
    naming: Naming::Ids("s"),
    columns: &[
        entry("title", "Question", "", Words(1)),
        entry(
            "icon",
            "Picture",
            "",
            Choice(&[
                ("", "Bubble"),
                ("box", "Parcel"),
                ("truck", "Truck"),
                ("undo", "Return"),
                ("card", "Card"),
                ("tag", "Price tag"),
                ("cup", "Cup"),
                ("help", "Question mark"),
            ]),
        ),
    ],
};

/// What the chat says by itself.
pub(super) const PROACTIVE: &List = &List {
    noun: "message",
    max: 20,
    naming: Naming::Ids("p"),
    columns: &[
        entry("message", "Message", "", Words(2)),
        entry(
            "trigger",
            "Shown",
            "",
            Choice(&[
                ("time", "After a while on the page"),
                ("pageview", "When a page is opened"),
                ("scroll", "When the page is scrolled"),
                ("exit_intent", "When the visitor is about to leave"),
            ]),
        ),
        entry(
            "delay",
            "Wait",
            "",
            number("seconds", SECOND_MS, 0, 3_600, Some(0)),
        ),
        entry(
            "percentage",
            "Scrolled by",
            "Only when the page is scrolled.",
            number("percent", 1, 1, 100, None),
        ),
        entry(
            "page",
            "Pages",
            "A path, * stands for anything: /products/*. Empty: every page.",
            Line,
        ),
        entry(
            "author.name",
            "In the name of",
            "Empty: your business.",
            Line,
        ),
        entry("onlyOnce", "Once for each visitor", "", Tick(false)),
        entry(
            "maxPerDay",
            "Most often",
            "",
            number("times a day", 1, 1, 100, None),
        ),
    ],
};
