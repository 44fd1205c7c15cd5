//! Telegram in the test's own process: a Bot API that answers as it is told, and a customer who
//! writes to the bot.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::support::server::Server;

/// What becomes of one message to the customer.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    /// It is refused for good.
    Refused,
    /// The connection ends before an answer.
    Lost,
}

#[derive(Default)]
struct Inner {
    fates: VecDeque<Fate>,
    heard: Vec<(String, Value)>,
}

/// The Bot API. Cheap to clone.
#[derive(Clone)]
pub struct Telegram {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Telegram {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let telegram = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::default(),
        };
        let serving = telegram.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        telegram
    }

    /// Has these fates come over the next messages; those after them are taken.
    pub fn fates(&self, fates: &[Fate]) {
        self.inner().fates.extend(fates);
    }

    /// The bodies of every call of a method.
    pub fn heard(&self, method: &str) -> Vec<Value> {
        let inner = self.inner();
        let of_method = inner.heard.iter().filter(|(name, _)| name == method);
        of_method.map(|(_, body)| body.clone()).collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some((method, body)) = read(&mut stream).await else {
            return;
        };
        let fate = {
            let mut inner = self.inner();
            inner.heard.push((method.clone(), body));
            let is_send = method == "sendMessage";
            is_send.then(|| inner.fates.pop_front()).flatten()
        };
        let answer = match (method.as_str(), fate) {
            // Nothing is waiting: the call stays open.
            ("getUpdates", _) => std::future::pending().await,
            (_, Some(Fate::Lost)) => return,
            (_, Some(Fate::Refused)) => {
                let body = json!({ "ok": false, "error_code": 400, "description": "Bad Request: message is too long" });
                ("400 Bad Request", body)
            }
            ("getMe", _) => taken(
                &json!({ "id": 1, "is_bot": true, "first_name": "Shop", "username": "shop_bot" }),
            ),
            ("getUserProfilePhotos", _) => taken(&json!({ "total_count": 0, "photos": [] })),
            ("sendMessage", _) => {
                let number = self.heard("sendMessage").len();
                taken(&json!({ "message_id": number, "date": 0, "chat": { "id": 5_550_001 } }))
            }
            _ => taken(&json!(true)),
        };
        let (status, body) = (answer.0, answer.1.to_string());
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        drop(stream.write_all(reply.as_bytes()).await);
    }
}

fn taken(result: &Value) -> (&'static str, Value) {
    ("200 OK", json!({ "ok": true, "result": result }))
}

/// The method and the body of a call.
async fn read(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, length)| length.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                let path = head.split_whitespace().nth(1)?;
                let method = path.rsplit('/').next()?.to_owned();
                return Some((method, serde_json::from_str(body).unwrap_or_default()));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// The conversation of a customer who wrote to a bot that is connected.
pub struct Bot {
    pub conversation: String,
}

impl Bot {
    /// The server must be allowed to reach this machine.
    pub async fn connected(server: &Server, telegram: &Telegram) -> Self {
        let api = server.api();
        let config = json!({
            "botToken": "123456789:AAF_abcdefghijklmnopqrstuvwxyz01234",
            "apiBaseUrl": telegram.url,
            "mediaBaseUrl": telegram.url,
        });
        let body = json!({ "type": "telegram", "name": "Bot", "config": config });
        let channel = api.post("/channels", body).await.ok();
        let id = channel["id"].as_str().unwrap();
        let connected = api
            .post(&format!("/channels/{id}/connect"), json!({}))
            .await;
        let connected = connected.ok();
        assert_eq!(connected["status"], "active", "{connected}");
        let secret = channel["secrets"]["webhookSecret"].as_str().unwrap();
        let ana =
            json!({ "id": 5_550_001, "is_bot": false, "first_name": "Ana", "type": "private" });
        let update = json!({ "update_id": 1, "message": {
            "message_id": 900, "date": server.now().as_secs(), "chat": ana, "from": ana, "text": "hi" } });
        let hook = server.anonymous();
        let hook = hook.with("x-telegram-bot-api-secret-token", secret);
        let address = format!("/webhooks/telegram/{id}");
        let body = update.to_string().into_bytes();
        let heard = hook.send(Method::POST, &address, Some(body)).await;
        assert_eq!(heard.status, 200, "{}", heard.text());
        let list = api.get("/conversations").await.ok();
        let conversation = list["data"][0]["id"].as_str().unwrap().to_owned();
        Self { conversation }
    }
}
