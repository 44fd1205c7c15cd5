//! The column of email in product.md's capability matrix, cell by cell and for every sender: what the
//! customer's mail program really shows, and what an answer there comes back as.

use std::time::Duration;

use linktor::config::Config;
use linktor::sandbox::act::Act;
use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::sandbox::line::upload;
use crate::sandbox::mail::SERVICES;
use crate::sandbox::mail::connected;
use crate::sandbox::mail::customer;
use crate::sandbox::mail::mails;
use crate::sandbox::mail::until;
use crate::sandbox::with_sandbox;
use crate::support::eventually;
use crate::support::post_office::PostOffice;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::webchat::files::PNG;

const MP3: &[u8] = b"ID3\x03\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0";
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08free";
const NOTES: &[u8] = b"Roasted on Monday, shipped on Tuesday.\n";

/// What proves a cell.
#[derive(Debug, Clone, Copy)]
enum Proof {
    /// Words arrive as they are, in HTML too.
    Words,
    /// A file arrives as what it is: its kind, its name and its bytes.
    File(&'static str, &'static str, &'static [u8]),
    /// What is offered becomes a list of numbers, and a number in the answer is the choice.
    Counted(fn(Value) -> Value),
    /// A template of ours arrives with its values.
    Template,
    /// A service tells it; a server of one's own does not, and nothing is shown that did not happen.
    Told(&'static str),
    /// Nobody is asked.
    Silent,
}

/// Every feature of the product's table, what it says of email, and how that is proved.
const COLUMN: [(&str, &str, Proof); 11] = [
    ("text", "full", Proof::Words),
    ("images", "full", Proof::File("image", "cup.png", PNG)),
    (
        "documents",
        "full",
        Proof::File("document", "notes.txt", NOTES),
    ),
    ("audio", "full", Proof::File("audio", "tune.mp3", MP3)),
    ("video", "full", Proof::File("video", "pour.mp4", MP4)),
    (
        "buttons",
        "none",
        Proof::Counted(|all| json!({ "type": "buttons", "text": "Well?", "buttons": all })),
    ),
    (
        "quickReplies",
        "none",
        Proof::Counted(|all| json!({ "type": "text", "text": "Well?", "quickReplies": all })),
    ),
    ("templates", "full", Proof::Template),
    ("deliveryReceipts", "partial", Proof::Told("delivered")),
    ("readReceipts", "partial", Proof::Told("read")),
    ("typing", "none", Proof::Silent),
];

/// A mail as its reader has it.
#[derive(Debug)]
struct Seen {
    /// What an answer quotes.
    id: String,
    text: String,
    html: String,
    files: Vec<String>,
}

/// A channel, who carries its mail, and whom it goes to.
struct Way<'s> {
    server: &'s Server,
    name: &'static str,
    channel: Value,
    to: String,
    /// A server of one's own in place of a service.
    office: Option<PostOffice>,
}

impl<'s> Way<'s> {
    async fn of_service(server: &'s Server, name: &'static str) -> Self {
        Self {
            server,
            name,
            channel: connected(server, name).await,
            to: customer(server, name),
            office: None,
        }
    }

    async fn of_server(server: &'s Server) -> Self {
        let office = PostOffice::open().await;
        let config = json!({
            "provider": "smtp", "smtpHost": "127.0.0.1", "smtpPort": office.port,
            "smtpEncryption": "none", "fromEmail": "desk@aurora.example", "inboundMode": "smtp",
        });
        let api = server.api();
        let body = json!({ "type": "email", "name": "smtp", "config": config });
        let channel = api.post("/channels", body).await.ok();
        let connect = format!("/channels/{}/connect", channel["id"].as_str().unwrap());
        let now = api.post(&connect, json!({})).await.ok();
        assert_eq!(now["connectionStatus"], "connected", "{now}");
        Self {
            server,
            name: "smtp",
            channel,
            to: "ana@example.com".to_owned(),
            office: Some(office),
        }
    }

    fn arrived(&self) -> Vec<Seen> {
        let Some(office) = &self.office else {
            let all = mails(self.server, self.name, &self.to).into_iter();
            let all = all.map(|(id, mail)| Seen {
                id,
                text: mail.text.trim().replace("\r\n", "\n"),
                html: mail.html.unwrap_or_default(),
                files: mail.files.into_iter().map(|file| file.filename).collect(),
            });
            return all.collect();
        };
        let all = office.letters().into_iter();
        all.map(|letter| seen(&letter.text)).collect()
    }

    /// Sends something and waits until the customer has it; the message and the mail.
    async fn shown(&self, mut body: Value) -> (Value, Seen) {
        let before = self.arrived().len();
        // One a second leaves.
        self.server.pass(Duration::from_secs(2));
        body["channelId"] = self.channel["id"].clone();
        body["to"] = self.to.clone().into();
        let message = self.server.api().post("/messages", body).await.ok();
        let end = if self.office.is_some() {
            "sent"
        } else {
            "read"
        };
        let now = until(self.server, &message, end).await;
        let mut all = self.arrived().split_off(before);
        assert_eq!(all.len(), 1, "{}: {message}", self.name);
        (now, all.remove(0))
    }

    /// The customer answers a mail.
    async fn answer(&self, seen: &Seen, words: &str) {
        if self.office.is_none() {
            let act = Act::Say {
                text: words.to_owned(),
                quoting: Some(seen.id.clone()),
            };
            self.server.sandbox().act(self.name, &self.to, act).unwrap();
            return;
        }
        let mail = format!(
            "EHLO x.example\r\nMAIL FROM:<{0}>\r\nRCPT TO:<desk@aurora.example>\r\nDATA\r\n\
             From: {0}\r\nTo: desk@aurora.example\r\nSubject: Re: Well?\r\nIn-Reply-To: {1}\r\n\r\n\
             {words}\r\n.\r\nQUIT\r\n",
            self.to, seen.id
        );
        let place = ("127.0.0.1", self.server.mail_port());
        let mut stream = TcpStream::connect(place).await.unwrap();
        stream.write_all(mail.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        assert!(said.contains("\r\n354 "), "{said}");
    }

    async fn messages(&self) -> Vec<Value> {
        let all = self.server.api().get("/conversations").await.ok();
        let mut all = all["data"].as_array().unwrap().iter();
        let own = all
            .find(|one| one["channelId"] == self.channel["id"])
            .unwrap();
        let address = format!("/conversations/{}/messages", own["id"].as_str().unwrap());
        let all = self.server.api().get(&address).await.ok();
        all["data"].as_array().unwrap().clone()
    }

    async fn proves(&self, feature: &str, proof: Proof) {
        let cell = format!("{feature} through {}", self.name);
        match proof {
            Proof::Words => self.words(&cell).await,
            Proof::File(kind, name, bytes) => self.file(&cell, kind, name, bytes).await,
            Proof::Counted(content) => self.counted(&cell, content).await,
            Proof::Template => self.template(&cell).await,
            Proof::Told(state) => self.told(&cell, state).await,
            Proof::Silent => self.silent(&cell).await,
        }
    }

    async fn words(&self, cell: &str) {
        let text = "Ready at 5 <b>x</b>";
        let body = json!({ "content": { "type": "text", "text": text } });
        let (_, mail) = self.shown(body).await;
        assert_eq!(mail.text, text, "{cell}");
        assert!(
            mail.html.contains("&lt;b&gt;x&lt;/b&gt;"),
            "{cell}: {mail:?}"
        );
    }

    async fn file(&self, cell: &str, kind: &str, name: &str, bytes: &[u8]) {
        let id = upload(self.server, name, bytes).await;
        let content = json!({ "type": kind, "mediaId": id, "filename": name, "caption": "look" });
        let (_, mail) = self.shown(json!({ "content": content })).await;
        assert_eq!(mail.text, "look", "{cell}");
        assert_eq!(mail.files, [name], "{cell}");
        // A small picture is in the mail as well, not beside it alone.
        assert_eq!(mail.html.contains("cid:"), kind == "image", "{cell}");
    }

    async fn counted(&self, cell: &str, content: fn(Value) -> Value) {
        let choice = |id: &str, title: &str| json!({ "type": "reply", "id": id, "title": title });
        let both = json!([choice("y", "Yes"), choice("n", "No")]);
        let (message, mail) = self.shown(json!({ "content": content(both) })).await;
        let list = "Well?\n\n1. Yes\n2. No\n\nReply with a number.";
        assert_eq!(mail.text, list, "{cell}");
        assert_eq!(
            message["content"]["text"], "Well?",
            "{cell}: what was asked is kept"
        );
        self.answer(&mail, "2").await;
        let heard = eventually(&format!("the answer to {cell}"), async || {
            self.server.pass(Duration::from_millis(400));
            let newest = self.messages().await.remove(0);
            (newest["direction"] == "inbound").then(|| newest["content"].clone())
        })
        .await;
        assert_eq!(heard["type"], "postback", "{cell}: {heard}");
        assert_eq!(
            (&heard["payload"], &heard["title"]),
            (&json!("n"), &json!("No")),
            "{cell}"
        );
    }

    async fn template(&self, cell: &str) {
        let path = format!(
            "/channels/{}/templates",
            self.channel["id"].as_str().unwrap()
        );
        let draft = json!({
            "name": "order", "language": "en", "subject": "Order {{number}}",
            "text": "Hi {{name}}, {{number}} is on its way.", "html": "<p>Hi <i>{{name}}</i></p>",
            "variables": ["name", "number"],
        });
        self.server.api().post(&path, draft).await.ok();
        let values = json!({ "name": "Ana", "number": "1234" });
        let body = json!({ "template": { "name": "order", "variables": values } });
        let (_, mail) = self.shown(body).await;
        assert_eq!(mail.text, "Hi Ana, 1234 is on its way.", "{cell}");
        assert!(mail.html.contains("<i>Ana</i>"), "{cell}: {mail:?}");
    }

    async fn told(&self, cell: &str, state: &str) {
        let body = json!({ "content": { "type": "text", "text": "Told?" } });
        let (message, _) = self.shown(body).await;
        let log = &message["metadata"]["recipients"][self.to.as_str()];
        if self.office.is_some() {
            // Nobody tells, so nothing is claimed.
            assert_eq!(message["status"], "sent", "{cell}");
            for at in ["deliveredAt", "readAt"] {
                assert!(message[at].is_null(), "{cell}: {message}");
            }
            assert_eq!(log["status"], "sent", "{cell}: {message}");
            return;
        }
        let at = format!("{state}At");
        assert!(message[&at].is_string(), "{cell}: {message}");
    }

    /// An agent who writes is no news for a service.
    async fn silent(&self, cell: &str) {
        let newest = self.messages().await.remove(0);
        let talk = newest["conversationId"].as_str().unwrap();
        let calls = || match &self.office {
            Some(office) => office.letters().len(),
            None => self.server.sandbox().look(|world| {
                let all = world.journal.newest();
                all.filter(|one| one.account == self.name).count()
            }),
        };
        if self.office.is_none() {
            eventually("all is told", async || {
                self.server.pass(Duration::from_millis(400));
                self.server.sandbox().is_quiet(self.name).then_some(())
            })
            .await;
        }
        let before = calls();
        let owner = self.server.agent(OWNER).await;
        owner
            .submit(&format!("/app/c/{talk}/typing"), &[("state", "start")])
            .await;
        self.server.pass(Duration::from_secs(2));
        assert_eq!(calls(), before, "{cell}");
    }
}

/// A mail from its source.
fn seen(source: &str) -> Seen {
    let raw = source.replace('\n', "\r\n");
    let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
    let text = mail.body_text(0).unwrap_or_default();
    Seen {
        id: format!("<{}>", mail.message_id().unwrap()),
        text: text.trim().replace("\r\n", "\n"),
        html: mail.body_html(0).unwrap_or_default().into_owned(),
        files: {
            use mail_parser::MimeHeaders as _;
            let names = mail.attachments().filter_map(|part| part.attachment_name());
            names.map(str::to_owned).collect()
        },
    }
}

fn with_both(config: &mut Config) {
    with_sandbox(config);
    config.reception.listen = Some(([127, 0, 0, 1], 0).into());
}

#[test]
fn the_table_has_every_feature_once_and_says_what_the_api_tells() {
    on_a_server_with(with_sandbox, async |server| {
        let told = server.api().get("/capabilities").await.ok();
        let mut rows = told["data"].as_array().unwrap().iter();
        let row = rows.find(|row| row["channelType"] == "email").unwrap();
        let matrix = row["matrix"].as_object().unwrap();
        let mut features: Vec<&str> = COLUMN.iter().map(|(feature, ..)| *feature).collect();
        let mut known: Vec<&str> = matrix.keys().map(String::as_str).collect();
        features.sort_unstable();
        known.sort_unstable();
        assert_eq!(features, known);
        for (feature, word, _) in COLUMN {
            assert_eq!(matrix[feature], word, "{feature}");
        }
    });
}

#[test]
fn every_cell_holds_at_every_service() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let way = Way::of_service(server, service).await;
            for (feature, _, proof) in COLUMN {
                way.proves(feature, proof).await;
            }
        }
    });
}

#[test]
fn every_cell_holds_through_a_server_of_ones_own() {
    on_a_server_with(with_both, async |server| {
        let way = Way::of_server(server).await;
        for (feature, _, proof) in COLUMN {
            way.proves(feature, proof).await;
        }
    });
}
