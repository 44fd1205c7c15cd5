//! Messages: the conversation of the pictures, and every kind of bubble.

use super::super::atoms::AvatarView;
use super::super::atoms::Icon;
use super::super::atoms::TimeView;
use super::super::bubble::BubbleView;
use super::super::bubble::DegradedView;
use super::super::bubble::QuoteView;
use super::super::bubble::ReactionView;
use super::super::bubble::Receipt;
use super::super::bubble::RemedyView;
use super::super::bubble::Side;
use super::super::bubble::Trouble;
use super::super::content::CardView;
use super::super::content::ChoiceView;
use super::super::content::Content;
use super::super::content::FileView;
use super::super::content::FrameView;
use super::super::content::PersonCard;
use super::super::content::SectionView;
use super::super::format;
use super::super::picture::PictureView;
use super::super::thread::Item;
use super::at;
use super::sample::asked;
use super::sample::bag;
use super::sample::button;
use super::sample::happened;
use super::sample::mail;
use super::sample::message;
use super::sample::put;
use super::sample::voice;

pub(super) fn conversation() -> Vec<Item> {
    let read = Some(Receipt::Read(None));
    vec![
        Item::Day("Today".to_owned()),
        put(BubbleView {
            receipt: read.clone(),
            ..message(1, Side::Bot, "10:31", asked())
        }),
        put(message(2, Side::In, "10:33", Content::Image(bag(None)))),
        put(BubbleView {
            continued: true,
            ..message(
                3,
                Side::In,
                "10:33",
                Content::text("The Cerrado bag came torn, half the beans are loose \u{1F615}"),
            )
        }),
        happened(
            "9",
            Icon::PERSON,
            "Marina",
            "took over from Rita. The flow is paused until you mark this done.",
        ),
        put(BubbleView {
            receipt: read,
            ..message(
                4,
                Side::Out,
                "10:36",
                Content::text(
                    "So sorry, Camila! A new bag is booked for you, and there\u{2019}s no need to send anything back.",
                ),
            )
        }),
        put(message(
            5,
            Side::Note,
            "10:37",
            Content::note("@Rafael third torn Cerrado bag this week", &["Rafael"]),
        )),
        put(message(6, Side::In, "10:42", voice())),
        put(BubbleView {
            continued: true,
            ..message(
                7,
                Side::In,
                "10:42",
                Content::text("Perfect! And could you send the invoice too?"),
            )
        }),
    ]
}

fn document() -> Content {
    Content::Document {
        file: FileView {
            name: "invoice-AC-20418.pdf".to_owned(),
            size: "84 KB".to_owned(),
            url: "/app/media/med_1".to_owned(),
        },
        caption: None,
    }
}

fn roast() -> Content {
    let row = |title: &str, chosen| ChoiceView {
        title: title.to_owned(),
        text: String::new(),
        chosen,
    };
    Content::List {
        html: format::rich("Pick a roast"),
        frame: FrameView::default(),
        sections: vec![
            SectionView {
                title: "Light".to_owned(),
                rows: vec![row("Mogiana", false), row("Sul de Minas", false)],
            },
            SectionView {
                title: "Dark".to_owned(),
                rows: vec![row("Cerrado", true)],
            },
        ],
        more: 4,
    }
}

fn cards() -> Content {
    let card = |title: &str, text: &str| CardView {
        title: title.to_owned(),
        text: text.to_owned(),
        picture: Some("/gallery/bag.svg".to_owned()),
        buttons: vec![button("Add to cart", false)],
    };
    Content::Carousel {
        html: format::rich(""),
        cards: vec![
            card("Cerrado", "Cocoa, hazelnut"),
            card("Sul de Minas", "Caramel, orange"),
            card("Decaf", "Honey"),
        ],
    }
}

pub(super) fn every_kind() -> Vec<Item> {
    let mut items = texts();
    items.extend(files());
    items.extend(choices());
    items.extend(states());
    items
}

fn texts() -> Vec<Item> {
    vec![
        Item::Day("Monday 16 November".to_owned()),
        put(message(
            1,
            Side::In,
            "10:20",
            Content::text("Hi! Is the V60 kit still on offer?"),
        )),
        put(BubbleView {
            continued: true,
            reactions: vec![ReactionView {
                emoji: "\u{1F44D}".to_owned(),
                who: "Marina".to_owned(),
                own: true,
            }],
            ..message(
                2,
                Side::In,
                "10:20",
                Content::text("I saw it on https://auroracoffee.example/v60"),
            )
        }),
        put(BubbleView {
            quote: Some(QuoteView {
                id: "msg_01".to_owned(),
                author: "Camila".to_owned(),
                text: "Is the V60 kit still on offer?".to_owned(),
            }),
            edited: true,
            receipt: Some(Receipt::Read(None)),
            ..message(
                3,
                Side::Out,
                "10:21",
                Content::text("Yes, until Sunday at midnight."),
            )
        }),
        put(BubbleView {
            comment: Some("https://www.facebook.com/aurora/posts/1".to_owned()),
            ..message(
                90,
                Side::In,
                "10:21",
                Content::text("How much is the V60 kit?"),
            )
        }),
        put(message(
            4,
            Side::In,
            "10:22",
            Content::text("\u{1F60D}\u{1F60D}"),
        )),
        put(message(
            5,
            Side::In,
            "10:22",
            Content::text(&"Long stories need room. ".repeat(80)),
        )),
        put(message(
            6,
            Side::In,
            "10:23",
            Content::text(
                "\u{645}\u{631}\u{62D}\u{628}\u{627}! \u{643}\u{64A}\u{641} \u{64A}\u{645}\u{643}\u{646}\u{646}\u{627} \u{645}\u{633}\u{627}\u{639}\u{62F}\u{62A}\u{643}\u{61F}",
            ),
        )),
        Item::New(2),
    ]
}

fn files() -> Vec<Item> {
    vec![
        put(message(
            10,
            Side::In,
            "10:33",
            Content::Image(bag(Some("Like this when I opened it"))),
        )),
        put(message(
            11,
            Side::In,
            "10:34",
            Content::Video(PictureView {
                about: "0:23 \u{b7} 4.1 MB".to_owned(),
                ..bag(None)
            }),
        )),
        put(message(12, Side::In, "10:41", voice())),
        put(message(13, Side::Out, "10:45", document())),
        put(message(
            14,
            Side::In,
            "10:46",
            Content::Sticker("/gallery/bag.svg".to_owned()),
        )),
        put(message(
            15,
            Side::In,
            "10:47",
            Content::Location {
                name: "Rua Harmonia 210".to_owned(),
                address: "Vila Madalena, S\u{e3}o Paulo".to_owned(),
                coordinates: "-23.55630, -46.68970".to_owned(),
                map: "https://www.openstreetmap.org/?mlat=-23.5563&mlon=-46.6897".to_owned(),
            },
        )),
        put(message(
            16,
            Side::In,
            "10:48",
            Content::Contacts {
                people: vec![PersonCard {
                    avatar: AvatarView::of("Paula Reis", "contact_paula"),
                    name: "Paula Reis".to_owned(),
                    reach: "+55 11 97777-1020".to_owned(),
                }],
                more: 2,
            },
        )),
    ]
}

fn choices() -> Vec<Item> {
    vec![
        put(message(20, Side::Bot, "10:31", asked())),
        put(message(
            21,
            Side::In,
            "10:31",
            Content::Postback {
                text: "Something arrived damaged".to_owned(),
                how: "Pressed a button".to_owned(),
            },
        )),
        put(message(22, Side::Out, "10:32", roast())),
        put(message(23, Side::Out, "10:32", cards())),
        put(BubbleView {
            degraded: Some(DegradedView {
                summary: "2 buttons became a numbered text".to_owned(),
                sent: "Which day should we come?\n\n1. Fri 27\n2. Sat 28".to_owned(),
            }),
            ..message(
                24,
                Side::Bot,
                "10:33",
                Content::text("Which day should we come?"),
            )
        }),
    ]
}

fn states() -> Vec<Item> {
    let ladder = [
        Receipt::Sending,
        Receipt::Sent,
        Receipt::Delivered,
        Receipt::Read(None),
    ];
    let mut items: Vec<Item> = (30..)
        .zip(ladder)
        .map(|(number, receipt)| {
            put(BubbleView {
                receipt: Some(receipt),
                ..message(
                    number,
                    Side::Out,
                    "10:50",
                    Content::text("On its way \u{2615}"),
                )
            })
        })
        .collect();
    items.extend([
        put(BubbleView {
            trouble: Some(Trouble::Failed {
                reason: "Not delivered. The phone can\u{2019}t be reached (30003).".to_owned(),
                facts: "Unreachable destination handset".to_owned(),
                remedy: RemedyView::Retry,
            }),
            ..message(
                40,
                Side::Out,
                "10:51",
                Content::text("Your refund was approved."),
            )
        }),
        put(BubbleView {
            trouble: Some(Trouble::Unknown { settles: true }),
            ..message(41, Side::Out, "10:51", Content::text("brew-guide.pdf"))
        }),
        put(BubbleView {
            trouble: Some(Trouble::Waiting {
                reason: "Not sent yet. WhatsApp is busy.".to_owned(),
                next: Some(TimeView::clock(
                    at("2026-11-22T10:54:00Z"),
                    &jiff::tz::TimeZone::UTC,
                )),
            }),
            ..message(97, Side::Out, "10:51", Content::text("Here it is."))
        }),
        put(message(
            42,
            Side::In,
            "10:52",
            Content::Unsupported {
                kind: "order".to_owned(),
                raw: "{\"type\":\"order\"}".to_owned(),
            },
        )),
        put(message(48, Side::In, "10:52", mail("Daniel Okafor"))),
        put(message(
            43,
            Side::In,
            "10:52",
            Content::Deleted("The customer deleted this message".to_owned()),
        )),
        put(message(
            44,
            Side::Note,
            "10:53",
            Content::note("@Rafael can packing check the sealer?", &["Rafael"]),
        )),
        happened("12", Icon::DONE, "Marina", "marked this done"),
    ]);
    items
}

/// Messages in which everything is an attack.
pub(super) fn hostile(attack: &str) -> Vec<Item> {
    vec![
        put(BubbleView {
            quote: Some(QuoteView {
                id: "msg_01".to_owned(),
                author: attack.to_owned(),
                text: attack.to_owned(),
            }),
            label: attack.to_owned(),
            ..message(1, Side::In, "10:20", Content::text(attack))
        }),
        put(message(
            2,
            Side::Note,
            "10:20",
            Content::note(attack, &[attack]),
        )),
        put(message(
            3,
            Side::In,
            "10:20",
            Content::Unsupported {
                kind: attack.to_owned(),
                raw: attack.to_owned(),
            },
        )),
        put(message(4, Side::In, "10:20", mail(attack))),
        happened("1", Icon::TAGGED, attack, attack),
    ]
}
