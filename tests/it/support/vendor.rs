//! A vendor in this process: plain HTTP at a port of its own, answering as a test says.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::support::eventually;

/// How often a call that is held open is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What the vendor was asked.
#[derive(Debug, Clone)]
pub struct Call {
    /// `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The request line and the headers.
    pub head: String,
    /// The body as text.
    pub text: String,
}

impl Call {
    /// A header; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    }

    /// The body as JSON; the pairs of a form as an object.
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| {
            let pairs = url::form_urlencoded::parse(self.text.as_bytes());
            Value::Object(
                pairs
                    .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
                    .collect(),
            )
        })
    }
}

/// A status and a body; none keeps the call open until there is one.
pub type Answer = Option<(u16, Value)>;

type Script = Box<dyn FnMut(&Call) -> Answer + Send>;

/// The vendor. Cheap to clone.
#[derive(Clone)]
pub struct Vendor {
    /// Where it is.
    pub url: String,
    heard: Arc<Mutex<Vec<Call>>>,
    script: Arc<Mutex<Script>>,
}

impl Vendor {
    /// A vendor that answers as the script says.
    pub async fn open(script: impl FnMut(&Call) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            heard: Arc::default(),
            script: Arc::new(Mutex::new(Box::new(script))),
        };
        let serving = vendor.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        vendor
    }

    /// Has it answer in another way from now on.
    pub fn answers(&self, script: impl FnMut(&Call) -> Answer + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// Every call so far whose path ends so, before its query.
    pub fn heard(&self, end: &str) -> Vec<Call> {
        let heard = self.heard.lock().unwrap();
        let ends = |call: &&Call| {
            call.path
                .split('?')
                .next()
                .unwrap_or_default()
                .ends_with(end)
        };
        heard.iter().filter(ends).cloned().collect()
    }

    /// Waits for so many calls whose path ends so; the last of them.
    pub async fn hears(&self, end: &str, count: usize) -> Call {
        let what = format!("{count} calls of {end}");
        eventually(&what, async || {
            let heard = self.heard(end);
            (heard.len() >= count).then(|| heard[count - 1].clone())
        })
        .await
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(call) = read(&mut stream).await else {
            return;
        };
        self.heard.lock().unwrap().push(call.clone());
        let (status, body) = loop {
            let answer = (self.script.lock().unwrap())(&call);
            match answer {
                Some(answer) => break answer,
                None => tokio::time::sleep(LOOK_EVERY).await,
            }
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        drop(stream.write_all((head + &body).as_bytes()).await);
    }
}

async fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let length = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok());
    while bytes.len() < head + length.unwrap_or(0) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = text.split_whitespace();
    Some(Call {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        head: text.clone(),
        text: String::from_utf8_lossy(&bytes[head..]).into_owned(),
    })
}
