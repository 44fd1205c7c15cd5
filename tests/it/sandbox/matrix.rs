//! product.md's capability matrix, cell by cell, for the channels whose vendors are in the box: what
//! the customer's phone really shows, and what a choice made there comes back as. Native where the
//! table says so, converted as documented where not; a failure names its cell.

use std::collections::BTreeSet;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Body;
use linktor::sandbox::chat::Bubble;
use linktor::sandbox::chat::Customer;
use linktor::sandbox::chat::Offer;
use linktor::sandbox::chat::Side;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::shown;
use crate::sandbox::line::vendor;
use crate::sandbox::matrix_files::Files;
use crate::sandbox::matrix_files::bytes_of;
use crate::sandbox::with_sandbox;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// The columns, and the accounts that stand for them.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("whatsapp", &["whatsapp"]),
    ("telegram", &["telegram"]),
    ("sms", &["twilio", "vonage", "vonage-2", "plivo", "generic"]),
    ("facebook", &["facebook"]),
    ("instagram", &["instagram"]),
];

/// The table that is published: Y natively, P partly, - not at all.
const PUBLISHED: &str = include_str!("../../../docs/channels.md");

/// How wide and how long it is.
const SIZE: (usize, usize) = (9, 11);

/// Its rows: what a feature is called in the API, and the channels' marks by their names.
fn table() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let mut rows = PUBLISHED
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | "));
    let channels: Vec<_> = rows.next().unwrap().skip(1).collect();
    let rows = rows.map(|mut cells| {
        let feature = match cells.next().unwrap() {
            "quick replies" => "quickReplies",
            "delivery receipts" => "deliveryReceipts",
            "read receipts" => "readReceipts",
            "typing indicators" => "typing",
            other => other,
        };
        (feature, channels.iter().copied().zip(cells).collect())
    });
    rows.collect()
}

/// What the table says of a feature on a channel.
pub fn mark(feature: &str, column: usize) -> &'static str {
    let table = table();
    let (_, marks) = table.iter().find(|(name, _)| *name == feature).unwrap();
    let mut marks = marks.iter();
    marks
        .find(|(name, _)| *name == COLUMNS[column].0)
        .unwrap()
        .1
}

/// A feature of messages: what is sent on a channel, and what its phone shows. `{link}` is an address
/// at which our own copy of the file lies.
struct Feature {
    name: &'static str,
    content: fn(&Files, &str) -> Value,
    shows: [&'static [&'static str]; 5],
}

/// What is offered to choose from comes back under this name.
const CHOSEN: &str = "n";

const FEATURES: [Feature; 8] = [
    Feature {
        name: "text",
        content: |_, _| json!({"type": "text", "text": "Hello"}),
        shows: [&["Hello"]; 5],
    },
    Feature {
        name: "images",
        content: |files, _| files.of("image", "cup.png"),
        shows: [
            &["[image]look"],
            &["[image]look"],
            &["look\ncup.png: {link}"],
            &["[image]", "look"],
            &["[image]", "look"],
        ],
    },
    Feature {
        name: "documents",
        content: |files, _| files.of("document", "notes.txt"),
        shows: [
            &["[document]look"],
            &["[document]look"],
            &["look\nnotes.txt: {link}"],
            &["[document]", "look"],
            &["look\nnotes.txt: {link}"],
        ],
    },
    Feature {
        name: "audio",
        content: |files, channel| {
            // Each in a form the vendor plays.
            let name = if channel == "instagram" {
                "tune.wav"
            } else {
                "tune.mp3"
            };
            files.of("audio", name)
        },
        shows: [
            &["[audio]", "look"],
            &["[audio]look"],
            &["look\ntune.mp3: {link}"],
            &["[audio]", "look"],
            &["[audio]", "look"],
        ],
    },
    Feature {
        name: "video",
        content: |files, _| files.of("video", "pour.mp4"),
        shows: [
            &["[video]look"],
            &["[video]look"],
            &["look\npour.mp4: {link}"],
            &["[video]", "look"],
            &["[video]", "look"],
        ],
    },
    Feature {
        name: "buttons",
        content: |_, _| {
            let reply = |id: &str, title: &str| json!({"type": "reply", "id": id, "title": title});
            let buttons = [reply("y", "Yes"), reply(CHOSEN, "No")];
            json!({"type": "buttons", "text": "Well?", "buttons": buttons})
        },
        shows: [
            &["Well? <Yes> <No>"],
            &["Well? <Yes> <No>"],
            &["Well?\n\n1. Yes\n2. No"],
            &["Well? <Yes> <No>"],
            &["Well? <Yes> <No>"],
        ],
    },
    Feature {
        name: "quickReplies",
        content: |_, _| {
            let reply = |id: &str, title: &str| json!({"id": id, "title": title});
            let replies = [reply("y", "Yes"), reply(CHOSEN, "No")];
            json!({"type": "text", "text": "Sure?", "quickReplies": replies})
        },
        shows: [
            &["Sure? <Yes> <No>"],
            &["Sure? <Yes> <No>"],
            &["Sure?\n\n1. Yes\n2. No"],
            &["Sure? (Yes) (No)"],
            &["Sure? (Yes) (No)"],
        ],
    },
    Feature {
        name: "templates",
        content: |_, channel| match channel {
            "whatsapp" => {
                let text = |text: &str| json!({"type": "text", "text": text});
                json!({"type": "template", "name": "order_shipped", "language": "pt_BR", "components": [
                    {"type": "body", "parameters": [text("Camila"), text("AC-20418")]},
                    {"type": "button", "sub_type": "url", "index": "1", "parameters": [text("AC-20418")]},
                ]})
            }
            "facebook" => {
                json!({"type": "template", "name": "button", "language": "en", "components": [
                    {"text": "Your order", "buttons": [
                        {"type": "postback", "title": "Track", "payload": "track"}]},
                ]})
            }
            _ => json!({"type": "template", "name": "hi", "language": "en", "components": [],
                "text": "Hello again"}),
        },
        shows: [
            &[
                "Oi Camila, seu pedido AC-20418 saiu hoje e chega em dois dias. <Rastrear> <Ver pedido>",
            ],
            &["Hello again"],
            &["Hello again"],
            &["Your order <Track>"],
            &["Hello again"],
        ],
    },
];

/// A bubble as the table writes it: `<buttons>`, `(quick replies)`.
pub fn drawn(bubble: &Bubble) -> String {
    let mut text = shown(bubble);
    for choice in &bubble.choices {
        let title = &choice.title;
        let drawn = match bubble.offer {
            Offer::Quick => format!(" ({title})"),
            Offer::List(_) => format!(" - {title}"),
            Offer::Buttons | Offer::Keyboard | Offer::Poll => format!(" <{title}>"),
        };
        text.push_str(&drawn);
    }
    if let Body::Cards { cards, .. } = &bubble.body {
        for card in cards {
            let words = [&card.title, &card.text].map(String::as_str);
            let words = words.into_iter().find(|words| !words.is_empty());
            text.extend([" [", words.unwrap_or_default(), "]"]);
        }
    }
    text
}

/// A line to each of them, with its column.
pub async fn lines(server: &Server) -> Vec<(usize, Line<'_>)> {
    let mut all = Vec::new();
    for (column, (_, accounts)) in COLUMNS.iter().enumerate() {
        for account in *accounts {
            all.push((column, Line::open(server, vendor(account)).await));
        }
    }
    all
}

#[test]
fn no_cell_of_the_table_goes_without_a_test() {
    let table = table();
    let widths: Vec<_> = table.iter().map(|(_, marks)| marks.len()).collect();
    assert_eq!(widths, [SIZE.0; SIZE.1]);
    let features: Vec<_> = table.iter().map(|(feature, _)| *feature).collect();
    let mut tried: Vec<_> = FEATURES.iter().map(|feature| feature.name).collect();
    tried.extend(["deliveryReceipts", "readReceipts", "typing"]);
    assert_eq!(features, tried);
}

#[test]
fn what_the_api_tells_is_the_products_table() {
    on_a_server_with(with_sandbox, async |server| {
        let told = server.api().get("/capabilities").await.ok();
        let table = table();
        let rows = told["data"][0]["matrix"].as_object().unwrap().keys();
        let rows: BTreeSet<&str> = rows.map(String::as_str).collect();
        assert_eq!(rows, table.iter().map(|(name, _)| *name).collect());
        for (feature, marks) in table {
            for (channel, mark) in marks {
                let rows = told["data"].as_array().unwrap();
                let row = rows.iter().find(|row| row["channelType"] == channel);
                let word = match mark {
                    "Y" => "full",
                    "P" => "partial",
                    _ => "none",
                };
                assert_eq!(
                    row.unwrap()["matrix"][feature],
                    word,
                    "{feature} on {channel}"
                );
            }
        }
    });
}

#[test]
fn every_feature_of_messages_is_on_the_phone_as_the_table_says() {
    on_a_server_with(with_sandbox, async |server| {
        let lines = lines(server).await;
        let files = Files::upload(server).await;
        let mut wrong = Vec::new();
        for feature in &FEATURES {
            for (column, line) in &lines {
                let cell = format!("{} on {}", feature.name, line.vendor.account);
                if let Err(why) = try_cell(line, feature, *column, &files).await {
                    wrong.push(format!("{cell}: {why}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

async fn try_cell(
    line: &Line<'_>,
    feature: &Feature,
    column: usize,
    files: &Files,
) -> Result<(), String> {
    let before = line.on_phone(Side::Business).len();
    let content = (feature.content)(files, COLUMNS[column].0);
    let reply = line.send(content.clone()).await;
    if reply.status >= 300 {
        return Err(reply.text());
    }
    let path = format!("/messages/{}", reply.json()["id"].as_str().unwrap());
    let ended = line.until("an end", async || {
        let now = line.server.api().get(&path).await.ok();
        let ended =
            now["status"] != "pending" && line.server.sandbox().is_quiet(line.vendor.account);
        ended.then_some(now)
    });
    let ended = ended.await;
    if ended["status"] == "failed" {
        return Err(format!("failed: {}", ended["metadata"]["error"]));
    }
    let bubbles = line.on_phone(Side::Business).split_off(before);
    let mut seen: Vec<String> = bubbles.iter().map(drawn).collect();
    for text in &mut seen {
        if let Some(link) = link_in(line.server, text) {
            let path = link.strip_prefix(line.server.url()).unwrap();
            let opened = line.server.anonymous().send(Method::GET, path, None).await;
            let name = content["filename"].as_str().unwrap_or_default();
            if opened.bytes != bytes_of(name) {
                return Err(format!("{link} is another file"));
            }
            *text = text.replace(&link, "{link}");
        }
    }
    let expected = feature.shows[column];
    if seen != expected {
        return Err(format!("shows {seen:?}, not {expected:?}"));
    }
    let is_native = mark(feature.name, column) == "Y";
    let is_converted = !ended["metadata"]["degradedFrom"].is_null();
    let is_offer = matches!(feature.name, "buttons" | "quickReplies");
    if is_offer && is_native == is_converted {
        return Err(format!("converted: {is_converted}"));
    }
    if is_offer {
        return choose(line, bubbles.last().unwrap(), is_native).await;
    }
    Ok(())
}

/// Our own address in a text.
fn link_in(server: &Server, text: &str) -> Option<String> {
    let at = text.find(server.url())?;
    let link = text[at..].split_whitespace().next()?;
    Some(link.to_owned())
}

/// The customer chooses the second of two: by pressing it, or by its number.
async fn choose(line: &Line<'_>, offer: &Bubble, is_native: bool) -> Result<(), String> {
    let before = line.messages("inbound").await.len();
    if is_native {
        line.act(Act::Press {
            bubble: offer.id.clone(),
            choice: 1,
        });
    } else {
        line.say("2.");
    }
    let heard = line.hears(before + 1).await;
    let content = &heard.last().unwrap()["content"];
    let chosen = (&content["type"], &content["payload"], &content["title"]);
    if chosen == (&json!("postback"), &json!(CHOSEN), &json!("No")) {
        Ok(())
    } else {
        Err(format!("the choice came back as {content}"))
    }
}

#[test]
fn files_go_along_with_a_text_message_where_an_account_has_them_switched_on() {
    on_a_server_with(with_sandbox, async |server| {
        let files = Files::upload(server).await;
        for account in ["twilio", "vonage-2", "plivo", "generic"] {
            let more = json!({"mmsEnabled": true});
            let mut line = Line::with(server, vendor(account), &more).await;
            line.greet().await;
            let sent = line.send(files.of("image", "cup.png")).await.ok();
            line.stands(&sent, "delivered").await;
            assert_eq!(line.shown(Side::Business), ["[image]look"], "{account}");
            // Phones of other countries take no files: there it is a link.
            let far = "+447700900001";
            let customer = Customer {
                id: far.to_owned(),
                name: "Olivia".to_owned(),
                ..Customer::default()
            };
            server.sandbox().phone(account, customer);
            let content = files.of("image", "cup.png");
            let body = json!({"channelId": line.channel["id"], "to": far, "content": content});
            let sent = server.api().post("/messages", body).await.ok();
            line.stands(&sent, "delivered").await;
            let shown = server.sandbox().look(|world| {
                let chat = &world.accounts[account].chats[far];
                chat.bubbles.back().map(drawn)
            });
            let beginning = format!("look\ncup.png: {}", server.url());
            assert!(
                shown.as_ref().unwrap().starts_with(&beginning),
                "{account}: {shown:?}"
            );
        }
    });
}
