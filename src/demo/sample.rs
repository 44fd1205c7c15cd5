//! What the sample people say.

use std::sync::Arc;

use crate::demo::sample::Said::Choice;
use crate::demo::sample::Said::Mail;
use crate::demo::sample::Said::Note;
use crate::demo::sample::Said::Offer;
use crate::demo::sample::Said::Photo;
use crate::demo::sample::Said::Story;
use crate::demo::sample::Said::Text;
use crate::sandbox::files::Chosen;

/// Questions of the chat's first view: a picture, and the words by language.
pub const STARTERS: [(&str, [(&str, &str); 4]); 3] = [
    (
        "box",
        [
            ("en", "Where is my order?"),
            ("pt-BR", "Onde est\u{e1} meu pedido?"),
            ("es", "\u{bf}D\u{f3}nde est\u{e1} mi pedido?"),
            (
                "ar",
                "\u{623}\u{64a}\u{646} \u{637}\u{644}\u{628}\u{64a}\u{61f}",
            ),
        ],
    ),
    (
        "cup",
        [
            ("en", "Which coffee suits me?"),
            ("pt-BR", "Qual caf\u{e9} combina comigo?"),
            ("es", "\u{bf}Qu\u{e9} caf\u{e9} me conviene?"),
            (
                "ar",
                "\u{623}\u{64a} \u{642}\u{647}\u{648}\u{629} \u{62a}\u{646}\u{627}\u{633}\u{628}\u{646}\u{64a}\u{61f}",
            ),
        ],
    ),
    (
        "undo",
        [
            ("en", "Change my subscription"),
            ("pt-BR", "Mudar minha assinatura"),
            ("es", "Cambiar mi suscripci\u{f3}n"),
            (
                "ar",
                "\u{62a}\u{63a}\u{64a}\u{64a}\u{631} \u{627}\u{634}\u{62a}\u{631}\u{627}\u{643}\u{64a}",
            ),
        ],
    ),
];

/// People of the sample business: name and address; the owner comes first.
pub const PEOPLE: [(&str, &str); 6] = [
    ("Rafael Lima", "rafael@auroracoffee.example"),
    ("Marina Costa", "marina@auroracoffee.example"),
    ("Beatriz Nunes", "beatriz@auroracoffee.example"),
    ("Tom\u{e1}s Arroyo", "tomas@auroracoffee.example"),
    ("Emily Carter", "emily@auroracoffee.example"),
    ("L\u{ed}via Prado", "livia@auroracoffee.example"),
];

/// A conversation.
pub struct Talk {
    /// The customer.
    pub name: &'static str,
    /// Where it is held.
    pub place: Place,
    /// What is said, in order.
    pub lines: &'static [Line],
    /// Who answers it: a place in [`PEOPLE`].
    pub assignee: Option<usize>,
    /// Its labels.
    pub tags: &'static [&'static str],
    /// Whether it is done.
    pub done: bool,
}

/// Where a conversation is held.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In the chat of the shop's page.
    Chat(Guest),
    /// On the first phone of this account of the sandbox.
    Phone(&'static str),
}

/// What the web chat knows of whoever writes.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// The address they told, if any.
    pub email: Option<&'static str>,
    /// Where they live.
    pub timezone: &'static str,
    /// What they speak.
    pub language: &'static str,
}

/// Something said.
pub struct Line {
    /// When.
    pub minutes_ago: u64,
    /// Which of us said it; none for the customer.
    pub colleague: Option<usize>,
    /// What.
    pub said: Said,
}

/// What somebody says.
pub enum Said {
    /// Words.
    Text(&'static str),
    /// Words that stay among us.
    Note(&'static str),
    /// Words with buttons.
    Offer(&'static str, &'static [&'static str]),
    /// One of the buttons, pressed.
    Choice(&'static str),
    /// The picture of [`torn_bag`], with words below it.
    Photo(&'static str),
    /// An answer to a story of ours.
    Story(&'static str),
    /// A mail.
    Mail(SampleMail),
}

impl Said {
    /// The words of it.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Text(words)
            | Self::Note(words)
            | Self::Offer(words, _)
            | Self::Choice(words)
            | Self::Photo(words)
            | Self::Story(words) => words,
            Self::Mail(mail) => mail.text,
        }
    }

    /// Whether it stays among us.
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::Note(_))
    }
}

/// A mail.
pub struct SampleMail {
    /// Its subject.
    pub subject: &'static str,
    /// Its words.
    pub text: &'static str,
    /// Who gets a copy.
    pub cc: &'static [&'static str],
    /// A table that is enclosed: its name, and what stands in it.
    pub file: Option<(&'static str, &'static str)>,
}

/// A bag of coffee that did not survive the post.
pub fn torn_bag() -> Chosen {
    Chosen {
        mime_type: "image/jpeg".to_owned(),
        filename: "bag.jpg".to_owned(),
        bytes: Arc::from(&include_bytes!("../../static/demo/torn-bag.jpg")[..]),
    }
}

/// A table as a file.
pub fn table((name, text): (&str, &str)) -> Chosen {
    Chosen {
        mime_type: "text/csv".to_owned(),
        filename: name.to_owned(),
        bytes: Arc::from(text.as_bytes()),
    }
}

const fn them(minutes_ago: u64, said: Said) -> Line {
    Line {
        minutes_ago,
        colleague: None,
        said,
    }
}

const fn us(minutes_ago: u64, colleague: usize, said: Said) -> Line {
    Line {
        minutes_ago,
        colleague: Some(colleague),
        said,
    }
}

/// The conversations, the oldest first.
pub const TALKS: &[Talk] = &[
    Talk {
        name: "Hannah Weiss",
        place: Place::Chat(Guest {
            email: Some("hannah@weiss.example"),
            timezone: "Europe/Berlin",
            language: "de",
        }),
        lines: &[
            them(4_320, Text("Does the Mogiana work in a moka pot?")),
            us(
                4_312,
                1,
                Text("It does, and it likes it. Grind a little coarser than for espresso."),
            ),
            them(4_309, Text("Perfect, thank you!")),
        ],
        assignee: Some(1),
        tags: &["Brewing"],
        done: true,
    },
    Talk {
        name: "Ana Ribeiro",
        place: Place::Phone("facebook"),
        lines: &[
            them(
                310,
                Text("Oi! Voc\u{ea}s entregam em Campinas no s\u{e1}bado?"),
            ),
            us(
                300,
                2,
                Text("Oi Ana! Sim, s\u{e1}bados de manh\u{e3}, das 9 \u{e0}s 12."),
            ),
        ],
        assignee: Some(0),
        tags: &["Delivery"],
        done: false,
    },
    Talk {
        name: "Tom Becker",
        place: Place::Chat(Guest {
            email: Some("tom@becker.example"),
            timezone: "America/New_York",
            language: "en",
        }),
        lines: &[
            them(150, Text("Which of your brew kits fits a small kitchen?")),
            us(
                140,
                0,
                Text(
                    "The V60 kit is the smallest: a cone, a jug and a hand grinder. It stands on half a shelf.",
                ),
            ),
        ],
        assignee: Some(0),
        tags: &[],
        done: false,
    },
    Talk {
        name: "Ingrid Solberg",
        place: Place::Chat(Guest {
            email: Some("ingrid@solberg.example"),
            timezone: "Europe/Oslo",
            language: "en",
        }),
        lines: &[
            them(75, Text("Which size fits the 0.3 litre server?")),
            us(
                62,
                0,
                Text("The 01 cone. It takes up to two cups at a time."),
            ),
        ],
        assignee: Some(0),
        tags: &["Brewing"],
        done: false,
    },
    Talk {
        name: "Luc\u{ed}a G\u{f3}mez",
        place: Place::Phone("instagram"),
        lines: &[them(
            38,
            Story("\u{bf}Cu\u{e1}ndo vuelve el Cerrado? Quiero dos paquetes."),
        )],
        assignee: Some(0),
        tags: &["Stock question"],
        done: false,
    },
    Talk {
        name: "Daniel Okafor",
        place: Place::Phone("postmark"),
        lines: &[them(
            27,
            Mail(SampleMail {
                subject: "Wholesale price list 2027",
                text: "Hi team,\n\nwe open a third shop in March. Could you send the 2027 list? What \
                       we took this year is attached.\n\nDaniel",
                cc: &["buying@okafor.example"],
                file: Some((
                    "order-2026.csv",
                    "coffee,kg\nCerrado,420\nMogiana,260\nSul de Minas,180\n",
                )),
            }),
        )],
        assignee: Some(0),
        tags: &["Wholesale"],
        done: false,
    },
    Talk {
        name: "Daniel Okafor",
        place: Place::Phone("postmark"),
        lines: &[them(
            21,
            Mail(SampleMail {
                subject: "Delivery on the 24th?",
                text: "One more thing: do you deliver on the 24th, or should we order a day earlier?",
                cc: &[],
                file: None,
            }),
        )],
        assignee: None,
        tags: &[],
        done: false,
    },
    Talk {
        name: "Sam Rivera",
        place: Place::Phone("twilio"),
        lines: &[
            them(16, Text("Hi, this is about Thursday\u{2019}s box")),
            us(
                15,
                0,
                Offer(
                    "Hi Sam! What would you like to do?",
                    &["Skip this box", "Change delivery date"],
                ),
            ),
            them(12, Text("2")),
            us(11, 0, Text("Of course. Friday morning or afternoon?")),
            them(9, Text("Afternoon is better.")),
        ],
        assignee: Some(0),
        tags: &["Change delivery date"],
        done: false,
    },
    Talk {
        name: "Diego Herrera",
        place: Place::Phone("telegram"),
        lines: &[them(
            14,
            Text("\u{bf}Puedo cambiar la direcci\u{f3}n de mi pedido?"),
        )],
        assignee: None,
        tags: &[],
        done: false,
    },
    Talk {
        name: "John Doe",
        place: Place::Chat(Guest {
            email: Some("john@doe.example"),
            timezone: "America/New_York",
            language: "en",
        }),
        lines: &[
            them(5, Text("Hello, I need help with my order")),
            them(4, Text("It is #AC-20391, it should have come yesterday.")),
        ],
        assignee: Some(0),
        tags: &["Order help"],
        done: false,
    },
    Talk {
        name: "Camila Duarte",
        place: Place::Phone("whatsapp"),
        lines: &[
            them(17, Text("Hi! My order just arrived.")),
            us(
                16,
                0,
                Offer(
                    "Hi Camila! What can I help with?",
                    &["Track my order", "It came damaged"],
                ),
            ),
            them(14, Choice("It came damaged")),
            them(
                13,
                Photo("The Cerrado bag came torn, half the beans are loose \u{1f615}"),
            ),
            us(
                10,
                0,
                Text(
                    "So sorry, Camila! A new bag is booked for you, and there\u{2019}s no need to send anything back.",
                ),
            ),
            us(9, 1, Note("@Rafael third torn Cerrado bag this week")),
            them(
                4,
                Text("No problem at all, thank you for being so quick about it."),
            ),
            them(2, Text("Perfect! And could you send the invoice too?")),
        ],
        assignee: Some(0),
        tags: &["Damaged item"],
        done: false,
    },
    Talk {
        name: "Priya Nair",
        place: Place::Chat(Guest {
            email: None,
            timezone: "Asia/Kolkata",
            language: "en",
        }),
        lines: &[them(1, Text("Do you ship to Bengaluru?"))],
        assignee: None,
        tags: &[],
        done: false,
    },
];
