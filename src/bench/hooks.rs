//! Signed webhooks, and many connections that post them.

use std::cell::Cell;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use futures_util::future::try_join_all;
use serde_json::json;

use crate::base::crypto;
use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::bench::BenchError;
use crate::bench::client;
use crate::bench::client::Client;
use crate::bench::house::House;
use crate::bench::house::NUMBER_ID;
use crate::bench::house::VENDOR;
use crate::bench::server::Server;
use crate::search::bench::Times;
use crate::search::corpus;

/// People who write, again and again.
const CUSTOMERS: u32 = 2_000;
/// How late a timer may be by itself, which no server can help.
const TICK: Duration = Duration::from_millis(1);
/// The header that carries the proof.
const SIGNATURE: &str = "x-hub-signature-256";

/// How posts follow each other.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each connection posts as soon as it has its answer.
    Flat,
    /// So many a second over all connections, whatever the answers take. Waiting counts from the
    /// moment a post was due, but for what the client's timer is late by itself.
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
        let id = format!("wamid.{number}");
        Self::new(house, number % CUSTOMERS, &id, &words.join(" "))
    }

    fn new(house: &House, customer: u32, id: &str, text: &str) -> Self {
        let phone = (15_550_000_000 + u64::from(customer)).to_string();
        let value = json!({
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "15550783881", "phone_number_id": NUMBER_ID },
            "contacts": [{ "profile": { "name": format!("Customer {customer}") }, "wa_id": phone }],
            "messages": [{
                "from": phone, "id": id, "timestamp": now_secs().to_string(),
                "type": "text", "text": { "body": text },
            }],
        });
        let body = json!({
            "object": "whatsapp_business_account",
            "entry": [{
                "id": "102290129340398",
                "changes": [{ "field": "messages", "value": value }],
            }],
        });
        let body = body.to_string().into_bytes();
        let proof = crypto::sign(house.secret.as_bytes(), &body);
        Self {
            signature: format!("sha256={}", crypto::hex(&proof)),
            body,
        }
    }

    /// As bytes for a connection.
    fn request(&self, house: &House) -> Vec<u8> {
        let path = format!("/webhooks/{VENDOR}/{}", house.vendor);
        let header = format!("{SIGNATURE}: {}\r\n", self.signature);
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
        headers: Headers::default().with(SIGNATURE, signed.signature),
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
    Signed::new(house, CUSTOMERS, id, text).request(house)
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
                Instant::now().min(due + TICK)
            }
        };
        client.ask(&request).await?;
        took.push(due.elapsed());
    }
}
