//! What vendors show beside messages, as forms: one page for each kind of channel that has some.

use crate::web::dashboard::webchat::table::Entry;
use crate::web::dashboard::webchat::table::Kind::Area;
use crate::web::dashboard::webchat::table::Kind::Choice;
use crate::web::dashboard::webchat::table::Kind::Line;
use crate::web::dashboard::webchat::table::Kind::Lines;
use crate::web::dashboard::webchat::table::Kind::Rows;
use crate::web::dashboard::webchat::table::List;
use crate::web::dashboard::webchat::table::Naming;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::Section;
use crate::web::dashboard::webchat::table::entry;
use crate::web::dashboard::webchat::table::section;

const QUESTIONS: &List = &List {
    noun: "question",
    max: 4,
    naming: Naming::Nothing,
    columns: &[
        entry("question", "Question", "At most 80 characters.", Line),
        entry(
            "payload",
            "What it sends",
            "For flows and programs. Empty: the question itself.",
            Line,
        ),
    ],
};

const MENU: &List = &List {
    noun: "menu entry",
    max: 20,
    naming: Naming::Nothing,
    columns: &[
        entry("title", "Title", "At most 30 characters.", Line),
        entry(
            "url",
            "Address",
            "For an entry that opens a page. Empty: it answers.",
            Line,
        ),
        entry(
            "payload",
            "What it sends",
            "For an entry that answers. Empty: the title itself.",
            Line,
        ),
    ],
};

const COMMAND: Entry = entry(
    "name",
    "Command",
    "Without the slash, at most 32 characters.",
    Line,
);

const SLASHES: &List = &List {
    noun: "command",
    max: 100,
    naming: Naming::Nothing,
    columns: &[
        COMMAND,
        entry(
            "description",
            "What it does",
            "At most 64 characters.",
            Line,
        ),
    ],
};

const HINTS: &List = &List {
    noun: "command",
    max: 30,
    naming: Naming::Nothing,
    columns: &[
        COMMAND,
        entry(
            "description",
            "What it does",
            "At most 256 characters, no emoji.",
            Line,
        ),
    ],
};

const BOT_COMMANDS: &List = &List {
    noun: "command",
    max: 100,
    naming: Naming::Nothing,
    columns: &[
        entry(
            "command",
            "Command",
            "Without the slash: small letters, digits and _, at most 32.",
            Line,
        ),
        entry(
            "description",
            "What it does",
            "At most 256 characters.",
            Line,
        ),
        entry(
            "scope",
            "Shown",
            "The most particular list wins.",
            Choice(&[
                ("", "Everywhere"),
                ("all_private_chats", "In private chats"),
                ("all_group_chats", "In groups"),
                ("all_chat_administrators", "To administrators of groups"),
            ]),
        ),
        entry(
            "languageCode",
            "Language",
            "Two letters, such as pt. Empty: everybody whose language has no list.",
            Line,
        ),
    ],
};

const FIRST_QUESTIONS: Section = section(
    "First questions",
    "Shown to whoever writes for the first time; a press sends one. At most 4.",
    &[entry("iceBreakers", "First questions", "", Rows(QUESTIONS))],
);

const SIDE_MENU: Section = section(
    "Menu",
    "Stands beside the text field all the time. The first three entries are seen at once; at most 20.",
    &[entry("persistentMenu", "Menu", "", Rows(MENU))],
);

const TRADES: &[(&str, &str)] = &[
    ("UNDEFINED", "Not said"),
    ("OTHER", "Other"),
    ("AUTO", "Cars"),
    ("BEAUTY", "Beauty"),
    ("APPAREL", "Clothing"),
    ("EDU", "Education"),
    ("ENTERTAIN", "Entertainment"),
    ("EVENT_PLAN", "Events"),
    ("FINANCE", "Finance"),
    ("GROCERY", "Groceries"),
    ("GOVT", "Government"),
    ("HOTEL", "Hotels"),
    ("HEALTH", "Health"),
    ("NONPROFIT", "Nonprofit"),
    ("PROF_SERVICES", "Services"),
    ("RETAIL", "Shops"),
    ("TRAVEL", "Travel"),
    ("RESTAURANT", "Restaurants"),
    ("NOT_A_BIZ", "No business"),
];

/// The pages, by the kind of channel.
const PAGES: [(&str, Page); 4] = [
    (
        "facebook",
        Page {
            path: "menu",
            title: "Menu and greeting",
            sections: &[
                section(
                    "First screen",
                    "Seen before the first message. Clients may show the old one for up to a day.",
                    &[
                        entry(
                            "greeting",
                            "Greeting",
                            "At most 160 characters. {{user_first_name}} becomes the name.",
                            Area(3),
                        ),
                        entry(
                            "getStartedPayload",
                            "What Get started sends",
                            "Empty: GET_STARTED. There always is such a button: without it there is no menu.",
                            Line,
                        ),
                    ],
                ),
                FIRST_QUESTIONS,
                SIDE_MENU,
                section(
                    "Commands",
                    "Offered once a slash is typed. They take the place of the menu\u{2019}s icon.",
                    &[entry("commands", "Commands", "", Rows(SLASHES))],
                ),
            ],
        },
    ),
    (
        "instagram",
        Page {
            path: "menu",
            title: "Menu and questions",
            sections: &[FIRST_QUESTIONS, SIDE_MENU],
        },
    ),
    (
        "telegram",
        Page {
            path: "menu",
            title: "Profile and commands",
            sections: &[
                section(
                    "Profile",
                    "What people see of the bot. What was never set here stays as @BotFather has it.",
                    &[
                        entry(
                            "profileName",
                            "Name",
                            "At most 64 characters. Telegram lets it change only a few times a day.",
                            Line,
                        ),
                        entry(
                            "profileAbout",
                            "About",
                            "On the profile and beside links to the bot, at most 120 characters.",
                            Line,
                        ),
                        entry(
                            "profileDescription",
                            "Description",
                            "In the empty chat, above Start; at most 512 characters.",
                            Area(3),
                        ),
                    ],
                ),
                section(
                    "Menu button",
                    "Stands beside the text field.",
                    &[
                        entry(
                            "menuButton",
                            "What it does",
                            "",
                            Choice(&[
                                ("", "What Telegram chooses"),
                                ("commands", "Shows the commands"),
                                ("web_app", "Opens a page"),
                            ]),
                        ),
                        entry("menuButtonText", "Text", "For one that opens a page.", Line),
                        entry(
                            "menuButtonUrl",
                            "Page",
                            "Its address, with https:// in front.",
                            Line,
                        ),
                    ],
                ),
                section(
                    "Commands",
                    "The list a bot shows behind its menu button and once a slash is typed.",
                    &[entry("commands", "Commands", "", Rows(BOT_COMMANDS))],
                ),
            ],
        },
    ),
    (
        "whatsapp",
        Page {
            path: "menu",
            title: "Profile and questions",
            sections: &[
                section(
                    "Business profile",
                    "What customers see who tap your name. What was never set here is shown as it is at WhatsApp.",
                    &[
                        entry(
                            "profileAbout",
                            "About",
                            "The line below the name, at most 139 characters.",
                            Line,
                        ),
                        entry(
                            "profileDescription",
                            "Description",
                            "At most 512 characters.",
                            Area(3),
                        ),
                        entry("profileAddress", "Address", "At most 256 characters.", Line),
                        entry("profileEmail", "Email", "", Line),
                        entry(
                            "profileWebsites",
                            "Websites",
                            "One a line, at most 2, each with https:// in front.",
                            Lines,
                        ),
                        entry("profileVertical", "Category", "", Choice(TRADES)),
                    ],
                ),
                section(
                    "First questions",
                    "Shown to whoever writes for the first time; a press sends one. At most 4.",
                    &[entry(
                        "iceBreakers",
                        "First questions",
                        "One a line, at most 80 characters each.",
                        Lines,
                    )],
                ),
                section(
                    "Commands",
                    "Offered once a slash is typed.",
                    &[entry("commands", "Commands", "", Rows(HINTS))],
                ),
            ],
        },
    ),
];

/// The page of a kind of channel.
#[must_use]
pub fn page(kind: &str) -> Option<&'static Page> {
    static ALL: &[(&str, Page)] = &PAGES;
    let found = ALL.iter().find(|(known, _)| *known == kind);
    found.map(|(_, page)| page)
}
