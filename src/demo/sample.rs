//! What the sample people say.

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
    /// The address the customer told, if any.
    pub email: Option<&'static str>,
    /// Where the customer lives.
    pub timezone: &'static str,
    /// What the customer speaks.
    pub language: &'static str,
    /// What is said, in order.
    pub lines: &'static [Line],
    /// Who answers it: a place in [`PEOPLE`].
    pub assignee: Option<usize>,
    /// Its labels.
    pub tags: &'static [&'static str],
    /// Whether it is done.
    pub done: bool,
}

/// Something said.
pub struct Line {
    /// When.
    pub minutes_ago: u64,
    /// Which of us said it; none for the customer.
    pub colleague: Option<usize>,
    /// Whether it stays among us.
    pub note: bool,
    /// The words.
    pub text: &'static str,
}

const fn them(minutes_ago: u64, text: &'static str) -> Line {
    Line {
        minutes_ago,
        colleague: None,
        note: false,
        text,
    }
}

const fn us(minutes_ago: u64, colleague: usize, text: &'static str) -> Line {
    Line {
        minutes_ago,
        colleague: Some(colleague),
        note: false,
        text,
    }
}

const fn note(minutes_ago: u64, colleague: usize, text: &'static str) -> Line {
    Line {
        minutes_ago,
        colleague: Some(colleague),
        note: true,
        text,
    }
}

/// The conversations, the oldest first.
pub const TALKS: &[Talk] = &[
    Talk {
        name: "Hannah Weiss",
        email: Some("hannah@weiss.example"),
        timezone: "Europe/Berlin",
        language: "de",
        lines: &[
            them(4_320, "Does the Mogiana work in a moka pot?"),
            us(
                4_312,
                1,
                "It does, and it likes it. Grind a little coarser than for espresso.",
            ),
            them(4_309, "Perfect, thank you!"),
        ],
        assignee: Some(1),
        tags: &["Brewing"],
        done: true,
    },
    Talk {
        name: "Mateus Rocha",
        email: None,
        timezone: "America/Sao_Paulo",
        language: "pt-BR",
        lines: &[
            them(310, "Oi! Voc\u{ea}s entregam em Campinas no s\u{e1}bado?"),
            us(
                300,
                2,
                "Oi Mateus! Sim, s\u{e1}bados de manh\u{e3}, das 9 \u{e0}s 12.",
            ),
        ],
        assignee: Some(0),
        tags: &["Delivery"],
        done: false,
    },
    Talk {
        name: "Tom Becker",
        email: Some("tom@becker.example"),
        timezone: "America/New_York",
        language: "en",
        lines: &[
            them(150, "Which of your brew kits fits a small kitchen?"),
            us(
                140,
                0,
                "The V60 kit is the smallest: a cone, a jug and a hand grinder. It stands on half a shelf.",
            ),
        ],
        assignee: Some(0),
        tags: &[],
        done: false,
    },
    Talk {
        name: "Ingrid Solberg",
        email: Some("ingrid@solberg.example"),
        timezone: "Europe/Oslo",
        language: "en",
        lines: &[
            them(75, "Which size fits the 0.3 litre server?"),
            us(62, 0, "The 01 cone. It takes up to two cups at a time."),
        ],
        assignee: Some(0),
        tags: &["Brewing"],
        done: false,
    },
    Talk {
        name: "Lucas Ferreira",
        email: None,
        timezone: "America/Sao_Paulo",
        language: "pt-BR",
        lines: &[them(38, "O Cerrado volta quando? Quero dois pacotes.")],
        assignee: Some(0),
        tags: &["Stock question"],
        done: false,
    },
    Talk {
        name: "Daniel Okafor",
        email: Some("daniel@okafor.example"),
        timezone: "Europe/London",
        language: "en",
        lines: &[
            them(
                27,
                "Hi team, we run three caf\u{e9}s in London. Could you send the wholesale price list for 2027?",
            ),
            them(26, "About 40 kg a month to start with."),
        ],
        assignee: Some(0),
        tags: &["Wholesale"],
        done: false,
    },
    Talk {
        name: "Sofia M\u{e9}ndez",
        email: None,
        timezone: "America/Mexico_City",
        language: "es",
        lines: &[them(
            14,
            "\u{bf}Puedo cambiar la direcci\u{f3}n de mi pedido?",
        )],
        assignee: None,
        tags: &[],
        done: false,
    },
    Talk {
        name: "Sam Whitaker",
        email: None,
        timezone: "America/Chicago",
        language: "en",
        lines: &[
            them(12, "Can I move Thursday's box to Friday?"),
            us(11, 0, "Of course. Morning or afternoon?"),
            them(9, "Afternoon is better."),
        ],
        assignee: Some(0),
        tags: &["Change delivery date"],
        done: false,
    },
    Talk {
        name: "John Doe",
        email: Some("john@doe.example"),
        timezone: "America/New_York",
        language: "en",
        lines: &[
            them(5, "Hello, I need help with my order"),
            them(4, "It is #AC-20391, it should have come yesterday."),
        ],
        assignee: Some(0),
        tags: &["Order help"],
        done: false,
    },
    Talk {
        name: "Camila Duarte",
        email: Some("camila@duarte.example"),
        timezone: "America/Sao_Paulo",
        language: "pt-BR",
        lines: &[
            them(
                13,
                "The Cerrado bag came torn, half the beans are loose \u{1f615}",
            ),
            us(
                10,
                0,
                "So sorry, Camila! A new bag is booked for you, and there\u{2019}s no need to send anything back.",
            ),
            note(9, 1, "@Rafael third torn Cerrado bag this week"),
            them(
                4,
                "No problem at all, thank you for being so quick about it.",
            ),
            them(2, "Perfect! And could you send the invoice too?"),
        ],
        assignee: Some(0),
        tags: &["Damaged item"],
        done: false,
    },
    Talk {
        name: "Priya Nair",
        email: None,
        timezone: "Asia/Kolkata",
        language: "en",
        lines: &[them(1, "Do you ship to Bengaluru?")],
        assignee: None,
        tags: &[],
        done: false,
    },
];

/// A mail that a customer of the sandbox's mail service writes when the demo opens.
pub struct SampleMail {
    /// Its subject.
    pub subject: &'static str,
    /// Its words.
    pub text: &'static str,
    /// Who gets a copy.
    pub cc: &'static [&'static str],
    /// A file: its name, and what stands in it.
    pub file: Option<(&'static str, &'static str)>,
}

/// The mails.
pub const MAILS: &[SampleMail] = &[
    SampleMail {
        subject: "Wholesale price list 2027",
        text: "Hi team,\n\nwe open a third shop in March. Could you send the 2027 list? What we took \
               this year is attached.\n\nDaniel",
        cc: &["buying@okafor.example"],
        file: Some((
            "order-2026.csv",
            "coffee,kg\nCerrado,420\nMogiana,260\nSul de Minas,180\n",
        )),
    },
    SampleMail {
        subject: "Delivery on the 24th?",
        text: "One more thing: do you deliver on the 24th, or should we order a day earlier?",
        cc: &[],
        file: None,
    },
];
