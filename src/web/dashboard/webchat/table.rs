//! Everything that can be set of a web chat, as data: pages, their sections, and the fields in them.

use crate::web::dashboard::webchat::table::Kind::Area;
use crate::web::dashboard::webchat::table::Kind::Choice;
use crate::web::dashboard::webchat::table::Kind::Colour;
use crate::web::dashboard::webchat::table::Kind::EmailChannel;
use crate::web::dashboard::webchat::table::Kind::Hours;
use crate::web::dashboard::webchat::table::Kind::Line;
use crate::web::dashboard::webchat::table::Kind::Lines;
use crate::web::dashboard::webchat::table::Kind::Name;
use crate::web::dashboard::webchat::table::Kind::Number;
use crate::web::dashboard::webchat::table::Kind::Options;
use crate::web::dashboard::webchat::table::Kind::Rows;
use crate::web::dashboard::webchat::table::Kind::Tick;
use crate::web::dashboard::webchat::table::Kind::Words;

/// The languages the widget speaks.
pub const LANGUAGES: Texts = &[
    ("en", "English"),
    ("pt-BR", "Portugu\u{ea}s (Brasil)"),
    ("es", "Espa\u{f1}ol"),
    ("fr", "Fran\u{e7}ais"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("ar", "\u{627}\u{644}\u{639}\u{631}\u{628}\u{64a}\u{629}"),
    ("he", "\u{5e2}\u{5d1}\u{5e8}\u{5d9}\u{5ea}"),
];

/// What is sent and what a person reads.
pub type Texts = &'static [(&'static str, &'static str)];

/// A page of settings.
#[derive(Debug)]
pub struct Page {
    /// The last part of its address.
    pub path: &'static str,
    /// What its tab says.
    pub title: &'static str,
    /// What is on it.
    pub sections: &'static [Section],
}

/// Fields that belong together.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// A sentence under it; may be empty.
    pub lead: &'static str,
    /// Its fields.
    pub entries: &'static [Entry],
}

/// One field.
#[derive(Debug)]
pub struct Entry {
    /// Where its value stands in the settings, or in a row of a list: `theme.primaryColor`.
    pub path: &'static str,
    /// What it is.
    pub label: &'static str,
    /// A sentence under it; may be empty.
    pub hint: &'static str,
    /// What it looks like.
    pub kind: Kind,
}

/// What a field looks like. What is left empty, or stands at its default, is not stored.
#[derive(Debug)]
pub enum Kind {
    /// The channel's own name.
    Name,
    /// One line.
    Line,
    /// Several lines; so many are seen.
    Area(u8),
    /// A colour, with its default.
    Colour(&'static str),
    /// On or off, with its default.
    Tick(bool),
    /// One of a few; the first is the default.
    Choice(Texts),
    /// A number in a person's unit.
    Number(Unit),
    /// Texts, one a line.
    Lines,
    /// Choices of a select, one a line: `label`, or `value | label`.
    Options,
    /// A text by language; so many lines are seen.
    Words(u8),
    /// A list of objects.
    Rows(&'static List),
    /// Opening hours.
    Hours,
    /// One of the email channels.
    EmailChannel,
}

/// A number as people say it.
#[derive(Debug)]
pub struct Unit {
    /// What it counts: "days".
    pub name: &'static str,
    /// How much of it is stored for one.
    pub stored: u64,
    /// The least.
    pub min: u64,
    /// The most.
    pub max: u64,
    /// What holds while the field is empty; none where nothing does.
    pub default: Option<u64>,
}

/// How the rows of a list are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By an `id` of this beginning.
    Ids(&'static str),
    /// By a `name`, made from the label.
    Names,
    /// Not at all.
    Nothing,
}

/// A list of objects.
#[derive(Debug)]
pub struct List {
    /// One of them: "field".
    pub noun: &'static str,
    /// How many there may be.
    pub max: usize,
    /// How rows are told apart.
    pub naming: Naming,
    /// What is in a row. The first is what a row is known by.
    pub columns: &'static [Entry],
}

/// One field.
#[must_use]
pub const fn entry(
    path: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: Kind,
) -> Entry {
    Entry {
        path,
        label,
        hint,
        kind,
    }
}

/// Fields that belong together.
#[must_use]
pub const fn section(
    title: &'static str,
    lead: &'static str,
    entries: &'static [Entry],
) -> Section {
    Section {
        title,
        lead,
        entries,
    }
}

const fn number(name: &'static str, stored: u64, min: u64, max: u64, default: Option<u64>) -> Kind {
    Number(Unit {
        name,
        stored,
        min,
        max,
        default,
    })
}

const SECOND_MS: u64 = 1_000;
const DAY_MS: u64 = 24 * 3_600 * SECOND_MS;
const MB: u64 = 1_024 * 1_024;

const FIELDS: &List = &List {
    noun: "field",
    max: 20,
    naming: Naming::Names,
    columns: &[
        entry("label", "Label", "What the visitor reads.", Line),
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

const STARTERS: &List = &List {
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

const PROACTIVE: &List = &List {
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

/// Every page, in the order of its tabs.
pub const PAGES: &[Page] = &[
    Page {
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
                            ("", "Where a line ends: right, or left in Arabic and Hebrew"),
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
    },
    Page {
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
    },
    Page {
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
    },
    Page {
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
    },
    Page {
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
    },
];

/// What goes on by email stands here.
const BY_EMAIL: &str = "emailContinuity.";

/// The field that is always sent where going on by email is offered.
pub const EMAIL_CHANNEL: &str = "emailContinuity.channelId";

/// The page with that address.
#[must_use]
pub fn page(path: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.path == path)
}

impl Page {
    /// Its fields.
    pub fn entries(&self) -> impl Iterator<Item = &'static Entry> {
        self.sections
            .iter()
            .flat_map(|section| section.entries.iter())
    }
}

impl Entry {
    /// Whether it makes sense only where there is a channel that mail can go through.
    #[must_use]
    pub fn needs_email(&self) -> bool {
        self.path.starts_with(BY_EMAIL)
    }
}
