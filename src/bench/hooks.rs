//! Signed webhooks, and many connections that post them.

use std::cell::Cell;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use futures_util::future::try_join_all;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::bench::BenchError;
use crate::bench::client;
use crate::bench::client::Client;
use crate::bench::house::House;
use crate::bench::house::KIND;
use crate::bench::server::Server;
use crate::channels::webchat::hook;
use crate::search::bench::Times;
use crate::search::corpus;

/// People who write, again and again.
const VISITORS: u32 = 2_000;

/// How posts follow each other.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each connection posts as soon as it has its answer.
    Flat,
    /// So many a second over all connections, whatever the answers take. Waiting counts from the
    /// moment a post was due.
    PerSecond(f64),
}

/// What posting showed.
pub struct Posted {
    /// How many a second.
    pub rate: f64,
    /// How long answers took.
    pub times: Times,
}

/// A body and its signature.
struct Signed {
    body: Vec<u8>,
    signature: String,
}

impl Signed {
    /// The `number`-th message.
    fn numbered(house: &House, number: u32) -> Self {
        let words: Vec<String> = corpus::ranks_of(number)
            .into_iter()
            .map(corpus::word)
            .collect();
        Self::new(
            house,
            number % VISITORS,
            &format!("cm_{number}"),
            &words.join(" "),
        )
    }

    fn new(house: &House, visitor: u32, id: &str, text: &str) -> Self {
        let body = json!({
            "visitor": { "id": format!("user_{visitor}"), "name": format!("Visitor {visitor}") },
            "clientMessageId": id,
            "content": { "type": "text", "text": text },
        });
        let body = body.to_string().into_bytes();
        let seconds = now_secs().to_string();
        let proof = hook::signature(house.secret.as_bytes(), &seconds, &body);
        Self {
            body,
            signature: format!("t={seconds},v1={proof}"),
        }
    }

    /// As bytes for a connection.
    fn request(&self, house: &House) -> Vec<u8> {
        let path = format!("/webhooks/{KIND}/{}", house.channel);
        let header = format!("{}: {}\r\n", hook::SIGNATURE, self.signature);
        client::post(&path, &header, &self.body)
    }
}

fn now_secs() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The `number`-th message as a channel gets it.
pub fn webhook(house: &House, number: u32) -> Webhook {
    let signed = Signed::numbered(house, number);
    Webhook {
        method: Method::Post,
        headers: Headers::default().with(hook::SIGNATURE, signed.signature),
        query: String::new(),
        body: signed.body,
    }
}

/// The `number`-th message as bytes for a connection.
pub fn request(house: &House, number: u32) -> Vec<u8> {
    Signed::numbered(house, number).request(house)
}

/// A message with these words, under an id of its own.
pub fn saying(house: &House, id: &str, text: &str) -> Vec<u8> {
    Signed::new(house, VISITORS, id, text).request(house)
}

/// Posts the messages of a range over so many connections.
pub async fn post(
    server: &Server,
    house: &House,
    messages: std::ops::Range<u32>,
    connections: u32,
    pace: Pace,
) -> Result<Posted, BenchError> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(server.address).await?);
    }
    let next = Cell::new(messages.start);
    let count = messages.len();
    let began = Instant::now();
    let turns = clients
        .into_iter()
        .map(|client| post_in_turn(client, house, &next, &messages, began, pace));
    let took: Vec<Duration> = try_join_all(turns).await?.into_iter().flatten().collect();
    #[expect(
        clippy::cast_precision_loss,
        reason = "far fewer messages than that matters for"
    )]
    let rate = count as f64 / began.elapsed().as_secs_f64();
    Ok(Posted {
        rate,
        times: Times::of(took),
    })
}

async fn post_in_turn(
    mut client: Client,
    house: &House,
    next: &Cell<u32>,
    messages: &std::ops::Range<u32>,
    began: Instant,
    pace: Pace,
) -> Result<Vec<Duration>, BenchError> {
    let mut took = Vec::new();
    loop {
        let number = next.get();
        if number >= messages.end {
            return Ok(took);
        }
        next.set(number + 1);
        let request = request(house, number);
        let due = match pace {
            Pace::Flat => Instant::now(),
            Pace::PerSecond(rate) => {
                let due =
                    began + Duration::from_secs_f64(f64::from(number - messages.start) / rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        client.ask(&request).await?;
        took.push(due.elapsed());
    }
}
