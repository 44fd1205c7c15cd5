//! `kill -9` at random instants under load: nothing acknowledged is lost, nothing is doubled, and the
//! index catches up by itself.
//!
//! `LINKTOR_TEST_SEED` repeats the instants of an earlier run; the seed is printed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::api::Api;
use crate::support::browser::Browser;
use crate::support::browser::sends;
use crate::support::browser::words;
use crate::support::eventually;
use crate::support::process::Process;

/// How often the server is killed.
const KILLS: usize = 100;
/// Visitors who write over HTTP, and as many over a socket.
const VISITORS: usize = 3;
/// What a visitor may say at once, by the web chat's limits.
const WORDS_MAX: usize = 9;
/// A kill comes within this many milliseconds after the load began.
const INSTANTS_MS: u64 = 120;

/// What somebody said: the id, which is also the text, and whether it was acknowledged.
type Said = Vec<(String, bool)>;

/// One who writes until nobody answers.
enum Writer {
    Visitor(Browser),
    Program { api: Api, conversation: String },
}

/// A sequence that looks random and can be repeated (xorshift64).
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let given = std::env::var("LINKTOR_TEST_SEED").ok();
        let seed = given.map_or_else(
            || u64::from(std::process::id()) << 32 | 1,
            |seed| seed.parse().unwrap(),
        );
        eprintln!("LINKTOR_TEST_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Makes the web chat and a conversation that programs answer in.
async fn prepare(data: &Path) -> (String, String) {
    let server = Process::start(data);
    let api = server.api();
    let body = json!({ "type": "webchat", "name": "Website" });
    let site = api.post("/channels", body).await.ok();
    let site = site["id"].as_str().unwrap().to_owned();
    api.post(&format!("/channels/{site}/connect"), json!({}))
        .await
        .ok();
    let mut ana = server.browser(&site, "203.0.113.1");
    ana.open().await;
    let ack = ana.say("cm_first", "hello").await;
    let conversation = ack["conversationId"].as_str().unwrap().to_owned();
    (site, conversation)
}

/// The load of one round: every writer, with the words they will try.
async fn writers(server: &Process, site: &str, conversation: &str) -> Vec<Writer> {
    let mut all = Vec::new();
    for number in 0..VISITORS * 2 {
        let mut browser = server.browser(site, &format!("198.51.100.{number}"));
        browser.open().await;
        all.push(Writer::Visitor(browser));
    }
    all.push(Writer::Program {
        api: server.api(),
        conversation: conversation.to_owned(),
    });
    all
}

impl Writer {
    /// Says one thing; whether it was acknowledged.
    async fn say(&self, id: &str) -> bool {
        match self {
            Self::Visitor(browser) => {
                let said = browser.try_call(Method::POST, "messages", words(id, &text(id)));
                said.await
                    .is_ok_and(|reply| matches!(reply.status, 200 | 201))
            }
            Self::Program { api, conversation } => {
                let address = format!("/api/v1/conversations/{conversation}/messages");
                let body = json!({ "text": text(id) }).to_string().into_bytes();
                let api = api.with("idempotency-key", id);
                let said = api.try_send(Method::POST, &address, Some(body)).await;
                said.is_ok_and(|reply| reply.status().is_success())
            }
        }
    }

    /// Writes until nobody answers.
    async fn write(&self, over_http: bool, name: &str) -> Said {
        match self {
            Self::Visitor(browser) if !over_http => over_a_socket(browser, name).await,
            _ => {
                let mut said = Vec::new();
                for number in 0..WORDS_MAX {
                    let id = format!("{name}-{number}");
                    let acknowledged = self.say(&id).await;
                    said.push((id, acknowledged));
                    if !acknowledged {
                        break;
                    }
                }
                said
            }
        }
    }

    /// The same writer in front of the server that was started again.
    fn moved(&self, server: &Process) -> Self {
        match self {
            Self::Visitor(browser) => Self::Visitor(server.moved(browser)),
            Self::Program { conversation, .. } => Self::Program {
                api: server.api(),
                conversation: conversation.clone(),
            },
        }
    }

    /// Everything that is kept of what it said, by its texts.
    async fn kept(&self) -> Vec<String> {
        match self {
            Self::Visitor(browser) => {
                let history = browser.history().await.into_iter();
                history.map(|(_, text)| text).collect()
            }
            Self::Program { api, conversation } => {
                let address = format!("/conversations/{conversation}/messages?limit=50");
                let list = api.get(&address).await.ok();
                let all = list["data"].as_array().unwrap().iter();
                all.map(|one| one["text"].as_str().unwrap().to_owned())
                    .collect()
            }
        }
    }
}

/// The text of a message: its id, and a word by which those of its round are found.
fn text(id: &str) -> String {
    let round = id.split('-').nth(1).unwrap();
    format!("{} {id}", harvest(round))
}

/// The word that all messages of a round share.
fn harvest(round: impl std::fmt::Display) -> String {
    format!("harvest{round}")
}

/// Writes over a socket without waiting for answers, then listens until it breaks.
async fn over_a_socket(browser: &Browser, name: &str) -> Said {
    let ids: Vec<String> = (0..WORDS_MAX).map(|n| format!("{name}-{n}")).collect();
    let mut acknowledged = BTreeSet::new();
    if let Ok(mut socket) = browser.dial().await {
        let hello = Message::text(browser.hello(0).to_string());
        // A socket that is cut meanwhile acknowledges nothing; that is what counts.
        let mut open = socket.try_say(hello).await.is_ok();
        for id in &ids {
            let frame = Message::text(sends(id, &text(id)).to_string());
            open = open && socket.try_say(frame).await.is_ok();
        }
        while acknowledged.len() < ids.len()
            && let Some(ack) = socket.try_hear_of("ack").await
        {
            acknowledged.extend(ack["ref"].as_str().map(str::to_owned));
        }
    }
    ids.into_iter()
        .map(|id| {
            let heard = acknowledged.contains(&id);
            (id, heard)
        })
        .collect()
}

/// Checks one writer after the crash, then says again what nobody acknowledged.
async fn check(writer: &Writer, said: &Said) {
    let kept = writer.kept().await;
    let copies = |kept: &[String], id: &str| kept.iter().filter(|one| **one == text(id)).count();
    for (id, acknowledged) in said {
        let copies = copies(&kept, id);
        assert!(copies <= 1, "{id} is there {copies} times");
        assert!(
            copies == 1 || !acknowledged,
            "{id} was acknowledged and is lost"
        );
    }
    for (id, acknowledged) in said {
        if !acknowledged {
            eventually("it is taken the second time", async || {
                writer.say(id).await.then_some(())
            })
            .await;
        }
    }
    let kept = writer.kept().await;
    for (id, _) in said {
        assert_eq!(copies(&kept, id), 1, "{id} said again");
    }
}

/// How many messages a search finds.
async fn found(api: &Api, query: &str) -> usize {
    let address = format!("/search?q={query}&types=messages&limit=1");
    let list = api.get(&address).await.ok();
    list["total"].as_u64().unwrap().try_into().unwrap()
}

#[test]
fn a_hundred_kills_under_load_lose_nothing_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    linktor::app::run(async {
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut chance = Chance::new();
        let (site, conversation) = prepare(&data).await;
        let mut written = Vec::new();
        let mut server = Process::start(&data);
        for round in 0..KILLS {
            let writers = writers(&server, &site, &conversation).await;
            let instant = Duration::from_millis(chance.below(INSTANTS_MS));
            let load = writers.iter().enumerate().map(async |(number, writer)| {
                let name = format!("cm-{round}-{number}");
                writer.write(number < VISITORS, &name).await
            });
            let killed = async {
                tokio::time::sleep(instant).await;
                server.kill();
            };
            let (said, ()) = tokio::join!(futures_util::future::join_all(load), killed);
            server = Process::start(&data);
            let checks = writers.iter().zip(&said).map(async |(writer, said)| {
                check(&writer.moved(&server), said).await;
            });
            futures_util::future::join_all(checks).await;
            written.push(said.iter().map(Vec::len).sum::<usize>());
        }
        let api = server.api();
        for (round, written) in written.into_iter().enumerate() {
            eventually("everything written is found, once", async || {
                // In quotes: the word itself, not what begins with it or resembles it.
                let query = format!("%22{}%22", harvest(round));
                (found(&api, &query).await == written).then_some(())
            })
            .await;
        }
    })
    .unwrap();
}
