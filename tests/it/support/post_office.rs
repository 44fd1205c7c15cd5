//! A mail server: takes what it is sent, or refuses it as told.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;

use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::support::eventually;

/// A mail that arrived.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The envelope's recipient.
    pub to: String,
    /// Headers and bodies, lines joined that were folded for the way.
    pub text: String,
}

impl Letter {
    /// The first address in it that begins so.
    pub fn link(&self, beginning: &str) -> String {
        let at = self.text.find(beginning).unwrap();
        let rest = &self.text[at..];
        let end = rest.find(|c: char| c.is_whitespace() || "\"<".contains(c));
        rest[..end.unwrap_or(rest.len())].to_owned()
    }

    /// What its link carries.
    pub fn token(&self) -> String {
        let link = self.link("http");
        link.split_once("token=").unwrap().1.to_owned()
    }
}

/// What is wrong with the office when a mail is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It answers like this, and does not take it.
    Says(&'static str),
    /// It takes it, and hangs up before it says so.
    TakesAndHangsUp,
    /// It hangs up before it has it.
    HangsUp,
}

#[derive(Default)]
struct Held {
    letters: Vec<Letter>,
    /// What is wrong with the next mails, the next one first.
    troubles: VecDeque<Trouble>,
}

/// The server.
#[derive(Clone)]
pub struct PostOffice {
    /// Where it listens.
    pub port: u16,
    held: Arc<Mutex<Held>>,
}

impl PostOffice {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let office = Self {
            port: listener.local_addr().unwrap().port(),
            held: Arc::default(),
        };
        let held = Arc::clone(&office.held);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&held)));
            }
        });
        office
    }

    /// Has the server write through this office.
    pub fn config(&self, config: &mut linktor::config::Config) {
        config.mail.host = Some("127.0.0.1".to_owned());
        config.mail.port = Some(self.port);
        config.mail.tls = linktor::config::MailTls::None;
        config.mail.from = Some("Aurora Coffee <desk@aurora.example>".to_owned());
    }

    /// The next mails are put off, so many times.
    pub fn be_busy(&self, times: usize) {
        self.fails(&vec![Trouble::Says("451 come again"); times]);
    }

    /// This is wrong with the next mails.
    pub fn fails(&self, troubles: &[Trouble]) {
        self.held.lock().unwrap().troubles.extend(troubles);
    }

    /// Whether nothing is wrong any more.
    pub fn is_free(&self) -> bool {
        self.held.lock().unwrap().troubles.is_empty()
    }

    /// Everything that arrived.
    pub fn letters(&self) -> Vec<Letter> {
        self.held.lock().unwrap().letters.clone()
    }

    /// Waits until so many have arrived; the last one.
    pub async fn letter(&self, number: usize) -> Letter {
        eventually("the mail arrives", async || {
            self.letters().get(number - 1).cloned()
        })
        .await
    }
}

async fn talk(stream: TcpStream, held: Arc<Mutex<Held>>) -> Option<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 post.example\r\n").await.ok()?;
    let mut recipient = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let word = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let answer = match word.as_str() {
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1)?.to_owned();
                "250 fine".to_owned()
            }
            "DATA" => {
                to.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                take(&held, &recipient, &text)?.to_owned()
            }
            "QUIT" => {
                to.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 fine".to_owned(),
        };
        to.write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
    Some(())
}

/// What it says to a mail; none where it hangs up.
fn take(held: &Mutex<Held>, to: &str, text: &str) -> Option<&'static str> {
    let mut held = held.lock().unwrap();
    let trouble = held.troubles.pop_front();
    match trouble {
        Some(Trouble::Says(answer)) => return Some(answer),
        Some(Trouble::HangsUp) => return None,
        Some(Trouble::TakesAndHangsUp) | None => {}
    }
    // Quoted-printable: folded lines, and signs that stand for others.
    let text = text
        .replace("=\n", "")
        .replace("=3D", "=")
        .replace("=2E", ".");
    held.letters.push(Letter {
        to: to.to_owned(),
        text,
    });
    trouble.is_none().then_some("250 taken")
}
