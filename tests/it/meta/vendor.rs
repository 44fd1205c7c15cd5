//! The vendor of three channels, in the test's own process: plain HTTP on a port of its own, taking
//! whatever it is sent unless it is told otherwise.

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
use tokio::sync::Notify;

use crate::support::eventually;
use crate::support::hook::hmac_hex;
use crate::support::reply::Reply;
use crate::support::server::Server;

/// The secret every webhook is signed with.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// A picture: the smallest PNG.
pub const PICTURE: &[u8] = &[
    0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0x9c,
    0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae,
    0x42, 0x60, 0x82,
];

/// What the vendor was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method and path without version and query.
    pub line: String,
    /// What it was allowed in with.
    pub authorization: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// The JSON that came.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it is a message, and not something merely shown beside one.
    fn is_message(&self) -> bool {
        let body = self.json();
        self.line.ends_with("/messages")
            && body["status"].is_null()
            && body["sender_action"].is_null()
    }
}

#[derive(Default)]
struct Inner {
    heard: Vec<Asked>,
    refusals: VecDeque<(u16, Value)>,
    sent: usize,
    /// Answers to messages wait for this.
    held: Option<Arc<Notify>>,
    /// The number it knows the customer by, where that is another.
    known_as: Option<&'static str>,
    /// What it says of messages it takes.
    status: Option<&'static str>,
    /// Whether it refuses to show that somebody types.
    shows_nothing: bool,
    /// The number of a business account.
    owned: Option<&'static str>,
}

/// The vendor. Cheap to clone.
#[derive(Clone)]
pub struct Vendor {
    /// Where it is.
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Vendor {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::default(),
        };
        let serving = vendor.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        vendor
    }

    /// Refuses the next messages, one after the other.
    pub fn refuses(&self, status: u16, error: Value) {
        self.inner().refusals.push_back((status, error));
    }

    /// Refuses from now on to show that somebody types.
    pub fn shows_nothing(&self) {
        self.inner().shows_nothing = true;
    }

    /// How often it was asked to show that somebody types.
    pub fn typed(&self) -> usize {
        let inner = self.inner();
        let is_it = |asked: &&Asked| asked.json()["sender_action"] == "typing_on";
        inner.heard.iter().filter(is_it).count()
    }

    /// Has every business account have this number.
    pub fn owns(&self, number: &'static str) {
        self.inner().owned = Some(number);
    }

    /// Says this of messages it takes from now on.
    pub fn calls_them(&self, status: &'static str) {
        self.inner().status = Some(status);
    }

    /// Knows the customer under another number than ours.
    pub fn knows_as(&self, number: &'static str) {
        self.inner().known_as = Some(number);
    }

    /// Keeps its answer to the next message back until the holder lets go.
    pub fn holds(&self) -> Arc<Notify> {
        let held = Arc::new(Notify::new());
        self.inner().held = Some(held.clone());
        held
    }

    /// The messages it was sent so far, what is merely shown left out.
    pub fn messages(&self) -> Vec<Value> {
        let inner = self.inner();
        let sent = inner.heard.iter().filter(|asked| asked.is_message());
        sent.map(Asked::json).collect()
    }

    /// What it was asked on a path.
    pub fn heard(&self, line: &str) -> Vec<Asked> {
        let inner = self.inner();
        let all = inner.heard.iter().filter(|asked| asked.line == line);
        all.cloned().collect()
    }

    /// Waits until it was sent so many messages; all of them.
    pub async fn sent(&self, count: usize) -> Vec<Value> {
        let look = async || Some(self.messages()).filter(|all| all.len() >= count);
        eventually("the vendor was sent a message", look).await
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(asked) = read(&mut stream).await else {
            return;
        };
        let held = if asked.is_message() {
            self.inner().held.take()
        } else {
            None
        };
        let (status, kind, body) = self.answer(asked);
        if let Some(held) = held {
            held.notified().await;
        }
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        drop(stream.write_all(&[head.as_bytes(), &body].concat()).await);
    }

    fn answer(&self, asked: Asked) -> (u16, &'static str, Vec<u8>) {
        let mut inner = self.inner();
        let line = asked.line.clone();
        let (message, is_send) = (asked.json(), asked.is_message());
        inner.heard.push(asked);
        if line.starts_with("GET /files/") {
            return (200, "image/png", PICTURE.to_vec());
        }
        let refused = if is_send {
            inner.refusals.pop_front()
        } else if inner.shows_nothing && message["sender_action"] == "typing_on" {
            Some((400, json!({"message": "Invalid parameter", "code": 100})))
        } else {
            None
        };
        let (status, answer) = match refused {
            Some((status, error)) => (status, json!({ "error": error })),
            None if is_send => {
                inner.sent += 1;
                let id = format!("out.{}", inner.sent);
                let to = message["to"].as_str().unwrap_or_default();
                let known_as = inner.known_as.unwrap_or(to);
                let contacts = json!([{ "input": to, "wa_id": known_as }]);
                let status = inner.status.unwrap_or("accepted");
                let messages = json!([{ "id": id, "message_status": status }]);
                (
                    200,
                    json!({ "contacts": contacts, "messages": messages, "message_id": id }),
                )
            }
            None if line.ends_with("/phone_numbers") => {
                let owned = inner.owned.map(|id| json!({ "id": id }));
                let owned: Vec<Value> = owned.into_iter().collect();
                (200, json!({ "data": owned }))
            }
            None => (200, self.told(&line)),
        };
        (status, "application/json", answer.to_string().into_bytes())
    }

    /// What the vendor knows: every account is what it is asked as.
    fn told(&self, line: &str) -> Value {
        let node = line.split('/').nth(1).unwrap_or_default();
        json!({
            "id": if line == "GET /me" { "1234567890" } else { node },
            "name": "Acme",
            "category": "Shop",
            "user_id": "17841405822304914",
            "display_phone_number": "+1 555-078-3881",
            "instagram_business_account": { "id": format!("{node}99"), "username": "acme" },
            "success": true,
            "data": [],
            "attachment_id": "attached",
            "url": format!("{}/files/5", self.url),
        })
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(held, _)| held.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let is_chunked = header("transfer-encoding").is_some();
    let length = header("content-length").and_then(|length| length.parse::<usize>().ok());
    let is_whole = |bytes: &[u8]| {
        if is_chunked {
            bytes.ends_with(b"0\r\n\r\n")
        } else {
            bytes.len() >= head_end + length.unwrap_or(0)
        }
    };
    while !is_whole(&bytes) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let (method, rest) = head.split_once(' ')?;
    let path = rest.split([' ', '?']).next()?;
    let path = path.strip_prefix("/v25.0").unwrap_or(path);
    Some(Asked {
        line: format!("{method} {path}"),
        authorization: header("authorization").unwrap_or_default(),
        body: bytes[head_end..].to_vec(),
    })
}

/// A connected channel of the vendor's.
pub struct Account {
    /// The channel's id.
    pub id: String,
    kind: &'static str,
}

impl Account {
    /// Makes a channel and connects it.
    pub async fn connect(
        server: &Server,
        vendor: &Vendor,
        kind: &'static str,
        config: Value,
    ) -> Self {
        let account = Self::make(server, vendor, kind, config).await;
        let connect = format!("/channels/{}/connect", account.id);
        let connected = server.api().post(&connect, json!({})).await.ok();
        assert_eq!(connected["status"], "active", "{connected}");
        account
    }

    /// Makes a channel.
    pub async fn make(
        server: &Server,
        vendor: &Vendor,
        kind: &'static str,
        mut config: Value,
    ) -> Self {
        let all = config.as_object_mut().unwrap();
        let common = [
            ("apiBaseUrl", &vendor.url[..]),
            ("mediaBaseUrl", &vendor.url[..]),
            ("appSecret", SECRET),
            ("verifyToken", "tok"),
        ];
        for (name, value) in common {
            all.entry(name).or_insert(value.into());
        }
        let token = match kind {
            "facebook" => "pageAccessToken",
            _ => "accessToken",
        };
        all.entry(token).or_insert("EAAT".into());
        let body = json!({ "type": kind, "name": kind, "config": config });
        let made = server.api().post("/channels", body).await.ok();
        Self {
            id: made["id"].as_str().unwrap().to_owned(),
            kind,
        }
    }

    /// Where the vendor reports.
    pub fn address(&self) -> String {
        format!("/webhooks/{}/{}", self.kind, self.id)
    }

    /// Reports something, signed.
    pub async fn report(&self, server: &Server, event: &Value) -> Reply {
        let body = event.to_string().into_bytes();
        let signature = format!("sha256={}", hmac_hex(SECRET, &body));
        self.post(server, body, &signature).await
    }

    /// Reports anything under any signature.
    pub async fn post(&self, server: &Server, body: Vec<u8>, signature: &str) -> Reply {
        server
            .anonymous()
            .with("x-hub-signature-256", signature)
            .send(Method::POST, &self.address(), Some(body))
            .await
    }
}

/// The newest conversations, whole.
pub async fn conversations(server: &Server) -> Vec<Value> {
    let list = server.api().get("/conversations").await.ok();
    list["data"].as_array().unwrap().clone()
}

/// The messages of the only conversation, oldest first.
pub async fn messages(server: &Server) -> Vec<Value> {
    let all = conversations(server).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let list = format!("/conversations/{}/messages", all[0]["id"].as_str().unwrap());
    let list = server.api().get(&list).await.ok();
    let mut all = list["data"].as_array().unwrap().clone();
    all.reverse();
    all
}

/// Answers in the only conversation; the message as it was stored.
pub async fn answer(server: &Server, body: Value) -> Value {
    let all = conversations(server).await;
    let to = format!("/conversations/{}/messages", all[0]["id"].as_str().unwrap());
    server.api().post(&to, body).await.ok()
}

/// Waits until a message stands so.
pub async fn stands(server: &Server, message: &Value, status: &str) -> Value {
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    let look = async || {
        let found = server.api().get(&path).await.ok();
        (found["status"] == status).then_some(found)
    };
    eventually(&format!("a message is {status}"), look).await
}
