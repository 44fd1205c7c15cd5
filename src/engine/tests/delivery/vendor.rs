//! A vendor in the test's own process: plain HTTP on a port of its own, answering as it is told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// What the vendor was asked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Method and path.
    pub(super) line: String,
    /// The body, as text.
    pub(super) body: String,
}

impl Request {
    /// A field of the JSON that came.
    pub(super) fn field(&self, name: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body[name].as_str().unwrap_or_default().to_owned()
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A status, headers and a body.
    Reply(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// A status and nothing else, once somebody lets go of it.
    Held(u16, Arc<Notify>),
    /// Nothing, for ever.
    Silence,
    /// The connection ends without a word.
    HangUp,
}

impl Answer {
    /// A status and nothing else.
    pub(super) fn status(status: u16) -> Self {
        Self::Reply(status, Vec::new(), Vec::new())
    }

    /// Taken, under an id.
    pub(super) fn taken(id: &str) -> Self {
        Self::Reply(
            200,
            Vec::new(),
            json!({ "id": id }).to_string().into_bytes(),
        )
    }
}

type Script = Box<dyn FnMut(&Request) -> Answer + Send>;

struct Inner {
    heard: Vec<Request>,
    script: Script,
    busy: BTreeMap<String, usize>,
    most_at_once: usize,
    overlapped: bool,
}

/// The vendor. Cheap to clone.
#[derive(Clone)]
pub(super) struct Vendor {
    /// Where it is.
    pub(super) url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Vendor {
    /// A vendor who takes everything, under ids that say what they stand for.
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::new(Mutex::new(Inner {
                heard: Vec::new(),
                script: Box::new(takes),
                busy: BTreeMap::new(),
                most_at_once: 0,
                overlapped: false,
            })),
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
    pub(super) fn answers(&self, script: impl FnMut(&Request) -> Answer + Send + 'static) {
        self.inner().script = Box::new(script);
    }

    /// Has it give these answers to the next sends, and take what comes after them.
    pub(super) fn answers_first(&self, answers: Vec<Answer>) {
        let mut left = answers.into_iter();
        self.answers(move |request| {
            let is_send = request.line.contains("/send");
            let planned = if is_send { left.next() } else { None };
            planned.unwrap_or_else(|| takes(request))
        });
    }

    /// Everything it was asked so far on a path.
    pub(super) fn heard(&self, path: &str) -> Vec<Request> {
        let inner = self.inner();
        let on_path = inner
            .heard
            .iter()
            .filter(|request| request.line.contains(path));
        on_path.cloned().collect()
    }

    /// The texts it was asked to send, in order.
    pub(super) fn texts(&self) -> Vec<String> {
        let sends = self.heard("/send");
        sends.iter().map(|request| request.field("text")).collect()
    }

    /// The most calls that were open at once.
    pub(super) fn most_at_once(&self) -> usize {
        self.inner().most_at_once
    }

    /// Whether two calls for one recipient were ever open at once.
    pub(super) fn overlapped(&self) -> bool {
        self.inner().overlapped
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(request) = read(&mut stream).await else {
            return;
        };
        let lane = if request.line.contains("/send") {
            request.field("to")
        } else {
            String::new()
        };
        let answer = self.hear(request, &lane);
        // Others get a chance to come in between: what may run at once does.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        let answer = match answer {
            Answer::Held(status, gate) => {
                gate.notified().await;
                Answer::status(status)
            }
            at_once => at_once,
        };
        match answer {
            Answer::Held(..) | Answer::Silence => std::future::pending::<()>().await,
            Answer::HangUp => {}
            Answer::Reply(status, headers, body) => {
                self.release(&lane);
                let bytes = written(status, &headers, &body);
                drop(stream.write_all(&bytes).await);
                return;
            }
        }
        self.release(&lane);
    }

    fn hear(&self, request: Request, lane: &str) -> Answer {
        let mut inner = self.inner();
        let open = inner.busy.entry(lane.to_owned()).or_default();
        *open += 1;
        let overlaps = *open > 1 && !lane.is_empty();
        inner.overlapped |= overlaps;
        let all = inner
            .busy
            .iter()
            .filter(|(lane, _)| !lane.is_empty())
            .map(|(_, open)| open)
            .sum();
        inner.most_at_once = inner.most_at_once.max(all);
        let answer = (inner.script)(&request);
        inner.heard.push(request);
        answer
    }

    fn release(&self, lane: &str) {
        if let Some(open) = self.inner().busy.get_mut(lane) {
            *open -= 1;
        }
    }
}

/// Takes a message, or says that the account is right.
pub(super) fn takes(request: &Request) -> Answer {
    Answer::taken(&format!("v-{}", request.field("key")))
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.trim().parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let line = String::from_utf8_lossy(&bytes);
    Some(Request {
        line: line.lines().next().unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&bytes[head_end..]).into_owned(),
    })
}

fn written(status: u16, headers: &[(&'static str, String)], body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{}",
        lines.collect::<String>()
    );
    [head.as_bytes(), b"\r\n", body].concat()
}
