//! What does not go as it is on WhatsApp, Messenger and Instagram: the form in which their customers
//! see it, and that what they choose there, by hand, number or title, is the choice.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::until_within;
use crate::sandbox::line::upload;
use crate::sandbox::line::vendor;
use crate::sandbox::matrix::drawn;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;
use crate::webchat::files::PNG;

/// The accounts, in the order of the columns.
const ACCOUNTS: [&str; 3] = ["whatsapp", "facebook", "instagram"];

/// How long a message of several parts may take on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// How a customer chooses.
#[derive(Clone, Copy)]
enum By {
    /// Pressing the choice of that place in the newest bubble.
    Hand(usize),
    /// Typing that.
    Words(&'static str),
}

/// Something that is sent, and what each phone shows of it.
struct Case {
    what: &'static str,
    content: fn(&str) -> Value,
    shows: [&'static [&'static str]; 3],
    /// How a choice is made, and the one it is.
    chosen: Option<([By; 3], &'static str)>,
}

fn replies(count: usize) -> Value {
    let all = (1..=count)
        .map(|n| json!({"type": "reply", "id": format!("c{n}"), "title": format!("C{n}")}));
    all.collect()
}

fn rows(count: usize) -> Value {
    let all = (1..=count).map(|n| json!({"id": format!("c{n}"), "title": format!("C{n}")}));
    let sections = [json!({"rows": all.collect::<Vec<_>>()})];
    json!({"type": "list", "text": "Pick:", "buttonText": "Open", "sections": sections})
}

fn card(picture: &str, title: &str, buttons: &Value) -> Value {
    json!({"title": title, "description": "fresh", "image": {"mediaId": picture}, "buttons": buttons})
}

const FOURTEEN: &str = "Pick:\n\n1. C1\n2. C2\n3. C3\n4. C4\n5. C5\n6. C6\n7. C7\n8. C8\n9. C9\n\
    10. C10\n11. C11\n12. C12\n13. C13\n14. C14";
const ELEVEN: &str = "Pick:\n\n1. C1\n2. C2\n3. C3\n4. C4\n5. C5\n6. C6\n7. C7\n8. C8\n9. C9\n\
    10. C10\n11. C11";
const LONG_TITLES: &str = "Pick:\n\n1. A title of more than twenty\n2. A title of more than twelve \
    <A title of more tha\u{2026}> <A title of more t\u{2026} 2>";
const QUICK: &str = "Pick: (C1) (C2) (C3) (C4) (C5) (C6) (C7) (C8) (C9) (C10) (C11)";

const CASES: [Case; 13] = [
    Case {
        what: "four buttons",
        content: |_| json!({"type": "buttons", "text": "Pick:", "buttons": replies(4)}),
        shows: [
            &["Pick: - C1 - C2 - C3 - C4"],
            &["Pick: (C1) (C2) (C3) (C4)"],
            &["Pick: (C1) (C2) (C3) (C4)"],
        ],
        chosen: Some(([By::Hand(3), By::Hand(3), By::Words("c4")], "c4")),
    },
    Case {
        what: "eleven buttons",
        content: |_| json!({"type": "buttons", "text": "Pick:", "buttons": replies(11)}),
        shows: [&[ELEVEN], &[QUICK], &[QUICK]],
        chosen: Some(([By::Words("11."), By::Hand(10), By::Hand(10)], "c11")),
    },
    Case {
        what: "fourteen quick replies",
        content: |_| json!({"type": "text", "text": "Pick:", "quickReplies": replies(14)}),
        shows: [&[FOURTEEN]; 3],
        chosen: Some(([By::Words("2"), By::Words("two."), By::Words("C2")], "c2")),
    },
    Case {
        what: "a short list",
        content: |_| rows(2),
        shows: [
            &["Pick: - C1 - C2"],
            &["Pick: (C1) (C2)"],
            &["Pick: (C1) (C2)"],
        ],
        chosen: Some(([By::Hand(1), By::Hand(1), By::Hand(1)], "c2")),
    },
    Case {
        what: "a long list",
        content: |_| rows(14),
        shows: [&[FOURTEEN]; 3],
        chosen: Some(([By::Words("C14"), By::Words("14"), By::Words("14.")], "c14")),
    },
    Case {
        what: "buttons of every kind",
        content: |_| {
            json!({"type": "buttons", "text": "Pick:", "buttons": [
                {"type": "reply", "id": "c1", "title": "C1"},
                {"type": "url", "id": "u", "title": "Shop", "url": "https://shop.example/a"},
                {"type": "call", "id": "t", "title": "Call us", "phone": "+15550783881"}]})
        },
        shows: [
            &["Pick:\n\nShop: https://shop.example/a\nCall us: +15550783881 <C1>"],
            &["Pick: <C1> <Shop> <Call us>"],
            &["Pick:\n\nCall us: +15550783881 <C1> <Shop>"],
        ],
        chosen: Some(([By::Hand(0), By::Hand(0), By::Hand(0)], "c1")),
    },
    Case {
        what: "cards with pictures and answers",
        content: |picture| {
            let cards = ["c1", "c2"].map(|id| {
                let button = json!([{"type": "reply", "id": id, "title": format!("Take {id}")}]);
                card(picture, id, &button)
            });
            json!({"type": "carousel", "text": "Pick:", "cards": cards})
        },
        shows: [
            &["Pick: [c1\nfresh] [c2\nfresh]"],
            &["Pick:", " [c1] [c2]"],
            &["Pick:", " [c1] [c2]"],
        ],
        chosen: None,
    },
    Case {
        what: "a card without a picture",
        content: |_| {
            let button = json!([{"type": "reply", "id": "c1", "title": "Take it"}]);
            let plain = json!({"title": "Beans", "description": "fresh", "buttons": button});
            json!({"type": "carousel", "text": "Pick:", "cards": [plain]})
        },
        shows: [
            &["Pick:", "Beans\nfresh <Take it>"],
            &["Pick:", " [Beans]"],
            &["Pick:", " [Beans]"],
        ],
        chosen: None,
    },
    Case {
        what: "a place",
        content: |_| {
            json!({"type": "location", "latitude": 37.44, "longitude": -122.16,
                "name": "Roastery", "address": "101 Forest Ave"})
        },
        shows: [
            &["Roastery"],
            &["Roastery\n101 Forest Ave\nhttps://maps.google.com/?q=37.44,-122.16"],
            &["Roastery\n101 Forest Ave\nhttps://maps.google.com/?q=37.44,-122.16"],
        ],
        chosen: None,
    },
    Case {
        what: "a person",
        content: |_| {
            json!({"type": "contacts", "contacts": [{"name": "Ana Silva",
                "phones": ["+5511987654321"], "emails": ["a@x.org"], "organization": "Acme"}]})
        },
        shows: [
            &["Ana Silva"],
            &["Ana Silva: +5511987654321, a@x.org (Acme)"],
            &["Ana Silva: +5511987654321, a@x.org (Acme)"],
        ],
        chosen: None,
    },
    Case {
        what: "choices to a long text",
        content: |_| {
            let text = format!("{}. {} What now?", "a".repeat(900), "b".repeat(200));
            json!({"type": "buttons", "text": text, "buttons": replies(2)})
        },
        shows: [
            &["a*900.", "b*200 What now? <C1> <C2>"],
            &["a*900. b*200 What now?", "Choose an option: <C1> <C2>"],
            &["a*900.", "b*200 What now?", "Choose an option: <C1> <C2>"],
        ],
        chosen: Some(([By::Hand(1), By::Hand(1), By::Hand(1)], "c2")),
    },
    Case {
        what: "long titles",
        content: |_| {
            json!({"type": "buttons", "text": "Pick:", "buttons": [
                {"type": "reply", "id": "c1", "title": "A title of more than twenty"},
                {"type": "reply", "id": "c2", "title": "A title of more than twelve"}]})
        },
        shows: [
            &["Pick: - A title of more than tw\u{2026} - A title of more than\u{2026} 2"],
            &[LONG_TITLES],
            &[LONG_TITLES],
        ],
        chosen: Some(([By::Hand(1), By::Hand(1), By::Hand(1)], "c2")),
    },
    Case {
        what: "a long text",
        content: |_| json!({"type": "text", "text": format!("{} {}", "a".repeat(4_000), "b".repeat(200))}),
        shows: [
            &["a*4000", "b*200"],
            &["a*2000", "a*2000", "b*200"],
            &["a*1000", "a*1000", "a*1000", "a*1000", "b*200"],
        ],
        chosen: None,
    },
];

#[test]
fn what_does_not_fit_is_shown_as_documented_and_a_choice_comes_back_as_one() {
    on_a_server_with(with_sandbox, async |server| {
        let picture = upload(server, "cup.png", PNG).await;
        let mut wrong = Vec::new();
        for (column, account) in ACCOUNTS.into_iter().enumerate() {
            let line = Line::open(server, vendor(account)).await;
            for case in &CASES {
                if let Err(why) = try_case(&line, case, column, &picture).await {
                    wrong.push(format!("{} on {account}: {why}", case.what));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn words_of_the_account_stand_above_choices_as_they_were_seen_before() {
    on_a_server_with(with_sandbox, async |server| {
        let own = json!({"config": {"promptText": "Please choose:"}});
        let line = Line::open(server, vendor("facebook")).await;
        let channel = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        server.api().patch(&channel, own).await.ok();
        line.until("the channel stands again", async || {
            (line.channel_now().await["status"] == "active").then_some(())
        })
        .await;
        let long = "a".repeat(641);
        let agent = server.agent(OWNER).await;
        let written = [
            ("mode", "reply"),
            ("text", long.as_str()),
            ("offer", "buttons"),
            ("rowTitle", "Yes"),
            ("rowAbout", ""),
        ];
        let outlook = format!("/app/c/{}/outlook", line.conversation);
        let seen = agent.submit(&outlook, &written).await.text();
        for words in ["Please choose:", "goes before them"] {
            assert!(seen.contains(words), "{words}: {seen}");
        }

        let before = line.on_phone(Side::Business).len();
        let buttons = json!({"type": "buttons", "header": "Order 7", "text": long,
            "footer": "Aurora", "buttons": replies(1)});
        line.send(buttons).await.ok();
        let bubbles = line.until("both messages", async || {
            let bubbles = line.on_phone(Side::Business).split_off(before);
            (bubbles.len() == 2).then_some(bubbles)
        });
        let bubbles = bubbles.await;
        let shown = bubbles.iter().map(|bubble| shortened(&drawn(bubble)));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            ["Order 7\n\na*641\nAurora", "Please choose: <C1>"]
        );
        let thread = format!("/app/inbox/all/{}", line.conversation);
        let thread = agent.open(&thread).await.text();
        for line in ["<b>Order 7</b>", ">Aurora</p>"] {
            assert!(thread.contains(line), "{line}");
        }
    });
}

/// A text with its runs of one letter counted: "aaaa" is "a*4".
fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut left = text;
    while let Some(first) = left.chars().next() {
        let rest = left.trim_start_matches(first);
        let count = (left.len() - rest.len()) / first.len_utf8();
        short.push(first);
        if count > 3 {
            short.extend(["*", &count.to_string()]);
        } else {
            short.extend(std::iter::repeat_n(first, count - 1));
        }
        left = rest;
    }
    short
}

async fn try_case(
    line: &Line<'_>,
    case: &Case,
    column: usize,
    picture: &str,
) -> Result<(), String> {
    let before = line.on_phone(Side::Business).len();
    let reply = line.send((case.content)(picture)).await;
    if reply.status >= 300 {
        return Err(reply.text());
    }
    let path = format!("/messages/{}", reply.json()["id"].as_str().unwrap());
    let what = format!("{}: {}", line.vendor.account, case.what);
    let ended = until_within(line.server, LONGEST, &what, async || {
        let now = line.server.api().get(&path).await.ok();
        let quiet = line.server.sandbox().is_quiet(line.vendor.account);
        (now["status"] != "pending" && quiet).then_some(now)
    });
    let ended = ended.await;
    if ended["status"] == "failed" {
        return Err(format!("failed: {}", ended["metadata"]["error"]));
    }
    let bubbles = line.on_phone(Side::Business).split_off(before);
    let seen: Vec<String> = bubbles
        .iter()
        .map(|bubble| shortened(&drawn(bubble)))
        .collect();
    let expected = case.shows[column];
    if seen != expected {
        return Err(format!("shows {seen:?}, not {expected:?}"));
    }
    let Some((ways, id)) = case.chosen else {
        return Ok(());
    };
    let heard = line.messages("inbound").await.len();
    match ways[column] {
        By::Words(words) => line.say(words),
        By::Hand(choice) => line.act(Act::Press {
            bubble: bubbles.last().unwrap().id.clone(),
            choice,
        }),
    }
    let heard = line.hears(heard + 1).await;
    let content = &heard.last().unwrap()["content"];
    let is_choice = content["type"] == "postback" && content["payload"] == id;
    is_choice
        .then_some(())
        .ok_or_else(|| format!("the choice came back as {content}"))
}
