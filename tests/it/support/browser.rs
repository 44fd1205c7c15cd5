//! A visitor's browser: what the widget does, without a page around it.

use reqwest::Client;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use tokio_tungstenite::tungstenite;

use crate::support::reply::Reply;
use crate::support::socket::Socket;

/// The page the widget stands on.
const PAGE: &str = "https://shop.example.com";

/// One browser in front of one web chat.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    base: String,
    site: String,
    /// Where it comes from, as a trusted proxy says.
    pub ip: String,
    /// The page's origin.
    pub origin: String,
    /// The token it holds.
    pub token: Option<String>,
}

impl Browser {
    pub fn new(http: Client, base: &str, site: &str, ip: &str) -> Self {
        Self {
            http,
            base: base.to_owned(),
            site: site.to_owned(),
            ip: ip.to_owned(),
            origin: PAGE.to_owned(),
            token: None,
        }
    }

    /// The same browser in front of the same web chat on another server.
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    /// The same browser on a page of another origin.
    pub fn on(&self, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            ..self.clone()
        }
    }

    /// Begins or resumes a session, without saying who it is.
    pub async fn open(&mut self) -> Value {
        self.open_as(json!({})).await
    }

    /// Begins or resumes a session with a body of one's own; keeps the token.
    pub async fn open_as(&mut self, body: Value) -> Value {
        let opened = self.call(Method::POST, "session", body).await.ok();
        if let Some(token) = opened["token"].as_str() {
            self.token = Some(token.to_owned());
        }
        opened
    }

    /// Says something; the acknowledgement.
    pub async fn say(&self, id: &str, text: &str) -> Value {
        self.call(Method::POST, "messages", words(id, text))
            .await
            .ok()
    }

    /// The texts of the history with their places, in order.
    pub async fn history(&self) -> Vec<(u64, String)> {
        let history = self.get("messages").await.ok();
        let all = history["messages"].as_array().unwrap().iter();
        all.map(|message| {
            let text = message["fallbackText"].as_str().unwrap().to_owned();
            (message["seq"].as_u64().unwrap(), text)
        })
        .collect()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "application/json", None).await
    }

    /// A call of the web chat with a JSON body.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        let bytes = body.to_string().into_bytes();
        self.send(method, path, "application/json", Some(bytes))
            .await
    }

    /// Uploads a file.
    pub async fn upload(&self, id: &str, filename: &str, bytes: &[u8]) -> Reply {
        let part = |head: &str, body: &[u8]| {
            let head = format!("--limit\r\ncontent-disposition: form-data; {head}\r\n\r\n");
            [head.as_bytes(), body, b"\r\n"].concat()
        };
        let body = [
            part("name=\"clientUploadId\"", id.as_bytes()),
            part(&format!("name=\"file\"; filename=\"{filename}\""), bytes),
            b"--limit--\r\n".to_vec(),
        ]
        .concat();
        let kind = "multipart/form-data; boundary=limit";
        self.send(Method::POST, "uploads", kind, Some(body)).await
    }

    /// The same where nobody may be there to answer.
    ///
    /// # Errors
    /// Nobody answered.
    pub async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> reqwest::Result<Reply> {
        let bytes = body.to_string().into_bytes();
        self.try_send(method, path, "application/json", Some(bytes))
            .await
    }

    /// A call with a body of any kind.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Option<Vec<u8>>,
    ) -> Reply {
        self.try_send(method, path, kind, body).await.unwrap()
    }

    async fn try_send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<Reply> {
        let address = format!("{}/webchat/v1/{}/{path}", self.base, self.site);
        let mut call = self
            .http
            .request(method, address)
            .header("origin", &self.origin)
            .header("x-forwarded-for", &self.ip)
            .header("content-type", kind);
        if let Some(token) = &self.token {
            call = call.bearer_auth(token);
        }
        if let Some(body) = body {
            call = call.body(body);
        }
        Ok(Reply::read(call.send().await?).await)
    }

    /// Opens the socket without a word.
    ///
    /// # Errors
    /// The server refuses the upgrade, or is not there.
    pub async fn dial(&self) -> Result<Socket, tungstenite::Error> {
        let address = format!(
            "ws{}/webchat/v1/{}/ws",
            self.base.trim_start_matches("http"),
            self.site
        );
        let headers = [
            ("origin", self.origin.as_str()),
            ("x-forwarded-for", &self.ip),
            ("sec-websocket-protocol", "linktor.v1"),
        ];
        Socket::open(&address, &headers).await
    }

    /// Opens the socket and says hello; the socket, and what the welcome says.
    pub async fn connect(&self, cursor: u64) -> (Socket, Value) {
        let mut socket = self.dial().await.unwrap();
        socket.say(self.hello(cursor)).await;
        let welcome = socket.hear().await;
        assert_eq!(
            (&welcome["type"], &welcome["ref"]),
            (&json!("welcome"), &json!("h")),
            "{welcome}"
        );
        (socket, welcome["payload"].clone())
    }

    /// The hello of somebody who has seen everything up to a place.
    pub fn hello(&self, cursor: u64) -> Value {
        json!({ "type": "hello", "id": "h", "payload":
            { "protocol": 1, "token": self.token, "cursor": cursor, "visible": true } })
    }
}

/// The body of a message of words.
pub fn words(id: &str, text: &str) -> Value {
    json!({ "clientMessageId": id, "content": { "type": "text", "text": text } })
}

/// The same as a frame.
pub fn sends(id: &str, text: &str) -> Value {
    json!({ "type": "message.send", "id": id, "payload": words(id, text) })
}
