//! A channel of the server, the vendor in the box behind it, and the customer at the other end.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Body;
use linktor::sandbox::chat::Bubble;
use linktor::sandbox::chat::Side;
use linktor::sandbox::chat::Sort;
use linktor::sandbox::faults::Faults;
use linktor::sandbox::files::Chosen;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::support::PATIENCE;
use crate::support::reply::Reply;
use crate::support::server::KEY;
use crate::support::server::Server;
use crate::support::within;
use crate::webchat::files::PNG;

/// A vendor as the tests know it.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// The account in the sandbox.
    pub account: &'static str,
    /// Where that is not the first of its vendor: whose it is.
    opened_at: Option<&'static str>,
    /// The kind of channel.
    pub kind: &'static str,
    /// Settings beside those a person pastes.
    more: &'static [(&'static str, &'static str)],
    /// The last state of a message whose customer looks at everything.
    pub end: &'static str,
    /// Whether pictures go both ways.
    pub pictures: bool,
    /// Whether webhooks that were not taken come again.
    pub comes_again: bool,
}

const PLAIN: Vendor = Vendor {
    account: "",
    opened_at: None,
    kind: "",
    more: &[],
    end: "read",
    pictures: true,
    comes_again: true,
};

/// Mail: whoever writes twice before anybody answers has one conversation all the same.
const MAIL: Vendor = Vendor {
    kind: "email",
    more: &[("singleThreadPerContact", "true")],
    ..PLAIN
};

/// Every vendor in the box; Instagram, Telegram and Vonage in both of their ways.
pub const VENDORS: &[Vendor] = &[
    Vendor {
        account: "whatsapp",
        kind: "whatsapp",
        ..PLAIN
    },
    Vendor {
        account: "facebook",
        kind: "facebook",
        ..PLAIN
    },
    Vendor {
        account: "instagram",
        kind: "instagram",
        ..PLAIN
    },
    Vendor {
        account: "instagram-2",
        opened_at: Some("instagram"),
        kind: "instagram",
        more: &[("loginType", "instagram")],
        ..PLAIN
    },
    Vendor {
        account: "telegram",
        kind: "telegram",
        more: &[("mode", "polling")],
        end: "sent",
        ..PLAIN
    },
    Vendor {
        account: "telegram-2",
        opened_at: Some("telegram"),
        kind: "telegram",
        more: &[("mode", "webhook")],
        end: "sent",
        ..PLAIN
    },
    Vendor {
        account: "twilio",
        kind: "sms",
        end: "delivered",
        pictures: false,
        comes_again: false,
        ..PLAIN
    },
    Vendor {
        account: "vonage",
        kind: "sms",
        end: "delivered",
        pictures: false,
        ..PLAIN
    },
    Vendor {
        account: "vonage-2",
        opened_at: Some("vonage"),
        kind: "sms",
        more: &[("api", "messages")],
        end: "delivered",
        pictures: false,
        ..PLAIN
    },
    Vendor {
        account: "plivo",
        kind: "sms",
        end: "delivered",
        pictures: false,
        ..PLAIN
    },
    Vendor {
        account: "generic",
        kind: "sms",
        end: "delivered",
        pictures: false,
        ..PLAIN
    },
    MAIL.another("postmark"),
    MAIL.another("sendgrid"),
    MAIL.another("mailgun"),
    MAIL.another("resend"),
    Vendor {
        comes_again: false,
        ..MAIL.another("ses")
    },
];

impl Vendor {
    /// The same for one more account.
    pub const fn another(self, account: &'static str) -> Self {
        Self { account, ..self }
    }
}

/// The vendor of an account.
pub fn vendor(account: &str) -> &'static Vendor {
    VENDORS
        .iter()
        .find(|known| known.account == account)
        .unwrap()
}

/// A message as it stands on our side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    pub words: String,
    pub status: String,
    /// Whether nobody knows whether the vendor took it.
    pub unsure: bool,
    /// Why it failed or waits.
    pub error: String,
}

/// A channel and the customer on its other side.
pub struct Line<'a> {
    pub server: &'a Server,
    pub vendor: &'static Vendor,
    /// The channel, as the answer that made it shows it.
    pub channel: Value,
    pub customer: String,
    /// The conversation, once the customer wrote.
    pub conversation: String,
}

impl<'a> Line<'a> {
    /// Connects a channel; its customer has not written yet.
    pub async fn connected(server: &'a Server, vendor: &'static Vendor) -> Self {
        Self::with(server, vendor, &json!({})).await
    }

    /// The same with more settings.
    pub async fn with(server: &'a Server, vendor: &'static Vendor, more: &Value) -> Self {
        let sandbox = server.sandbox();
        if let Some(of) = vendor.opened_at
            && sandbox.settings(vendor.account).is_none()
        {
            assert_eq!(sandbox.open(of).as_deref(), Some(vendor.account));
        }
        let settings = sandbox.settings(vendor.account).unwrap();
        let mut config: Map<String, Value> = settings
            .into_iter()
            .map(|(name, value)| (name.to_owned(), pasted(value)))
            .collect();
        for (name, value) in vendor.more {
            config.insert((*name).to_owned(), (*value).into());
        }
        config.extend(more.as_object().unwrap().clone());
        let verify = config.get("verifyToken").and_then(Value::as_str);
        let verify = verify.unwrap_or_default().to_owned();
        let body = json!({"type": vendor.kind, "name": vendor.account, "config": config});
        let made = server.api().post("/channels", body).await.ok();
        assert_eq!(made["sandbox"], true, "{made}");
        let connect = format!("/channels/{}/connect", made["id"].as_str().unwrap());
        let connected = server.api().post(&connect, json!({})).await.ok();
        assert_eq!(connected["status"], "active", "{connected}");
        if sandbox.wants_address(vendor.account) {
            let url = made["webhookUrl"].as_str().unwrap();
            sandbox.point(vendor.account, url, &verify).await.unwrap();
        }
        let customer = sandbox.look(|world| {
            let chats = &world.accounts[vendor.account].chats;
            chats.keys().next().unwrap().clone()
        });
        Self {
            server,
            vendor,
            channel: made,
            customer,
            conversation: String::new(),
        }
    }

    /// Connects a channel whose customer says hello.
    pub async fn open(server: &'a Server, vendor: &'static Vendor) -> Self {
        let mut line = Self::connected(server, vendor).await;
        line.greet().await;
        line
    }

    /// The customer says hello; from then on there is a conversation.
    pub async fn greet(&mut self) {
        self.say("hello");
        let found = self.until("a conversation", async || self.found().await);
        self.conversation = found.await;
    }

    /// Its only conversation, once there is one.
    pub async fn found(&self) -> Option<String> {
        let list = self.server.api().get("/conversations").await.ok();
        let all = list["data"].as_array().unwrap().iter();
        let mut own = all.filter(|one| one["channelId"] == self.channel["id"]);
        let id = own.next()?["id"].as_str().unwrap().to_owned();
        assert!(own.next().is_none(), "one conversation a customer");
        Some(id)
    }

    /// The conversation as it stands now.
    pub async fn talk(&self) -> Value {
        let path = format!("/conversations/{}", self.conversation);
        self.server.api().get(&path).await.ok()
    }

    /// Sets the vendor's switches.
    pub fn break_with(&self, faults: &Faults) {
        let faults = faults.clone();
        let account = self.vendor.account;
        let set = self
            .server
            .sandbox()
            .change(account, |account| account.faults = faults);
        set.unwrap();
    }

    /// Puts the vendor in order again.
    pub fn mend(&self) {
        self.break_with(&Faults::default());
    }

    pub fn act(&self, act: Act) {
        let sandbox = self.server.sandbox();
        let done = sandbox.act(self.vendor.account, &self.customer, act);
        done.unwrap_or_else(|why| unreachable!("{}: {why}", self.vendor.account));
    }

    /// Whether a phone of this vendor can do something.
    pub fn can(&self, act: &str) -> bool {
        let vendor = self.server.sandbox().look(|world| {
            let account = &world.accounts[self.vendor.account];
            account.vendor
        });
        let vendor = self.server.sandbox().vendor(vendor).unwrap();
        vendor.acts().contains(&act)
    }

    pub fn say(&self, text: &str) {
        self.act(Act::Say {
            text: text.to_owned(),
            quoting: None,
        });
    }

    /// The customer sends a picture without words.
    pub fn show_picture(&self) {
        self.act(Act::Send {
            sort: Sort::Image,
            file: picture(),
            caption: String::new(),
            quoting: None,
        });
    }

    /// Everything of one side on the phone, oldest first.
    pub fn on_phone(&self, side: Side) -> Vec<Bubble> {
        self.server.sandbox().look(|world| {
            let chat = &world.accounts[self.vendor.account].chats[&self.customer];
            chat.from(side).cloned().collect()
        })
    }

    /// The words of one side on the phone.
    pub fn shown(&self, side: Side) -> Vec<String> {
        self.on_phone(side).iter().map(shown).collect()
    }

    /// What a vendor had on its wire with this account, newest first: title, status and note.
    pub fn wire(&self) -> Vec<(String, u16, String)> {
        self.server.sandbox().look(|world| {
            let all = world.journal.newest();
            let own = all.filter(|entry| entry.account == self.vendor.account);
            own.map(|entry| (entry.title.clone(), entry.status, entry.note.clone()))
                .collect()
        })
    }

    /// The whole messages of one direction, oldest first.
    pub async fn messages(&self, direction: &str) -> Vec<Value> {
        let path = format!("/conversations/{}/messages?limit=100", self.conversation);
        let list = self.server.api().get(&path).await.ok();
        let mut all = list["data"].as_array().unwrap().clone();
        all.reverse();
        all.retain(|message| message["direction"] == direction && message["private"] == false);
        all
    }

    /// The same as far as both sides can be compared.
    pub async fn kept(&self, direction: &str) -> Vec<Kept> {
        let all = self.messages(direction).await;
        all.iter().map(kept).collect()
    }

    /// Sends any content.
    pub async fn send(&self, content: Value) -> Reply {
        let path = format!("/conversations/{}/messages", self.conversation);
        let body = json!({ "content": content });
        self.server.api().post(&path, body).await
    }

    pub async fn write(&self, text: &str) -> Value {
        self.send(json!({"type": "text", "text": text})).await.ok()
    }

    /// Sends a picture of ours without words.
    pub async fn send_picture(&self) -> Value {
        let media = upload(self.server, "cup.png", PNG).await;
        let picture = json!({"type": "image", "mediaId": media});
        self.send(picture).await.ok()
    }

    /// The channel as it stands now.
    pub async fn channel_now(&self) -> Value {
        let path = format!("/channels/{}", self.channel["id"].as_str().unwrap());
        self.server.api().get(&path).await.ok()
    }

    /// Waits for something while time passes, for the server and the vendors alike.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
        let what = format!("{}: {what}", self.vendor.account);
        until(self.server, &what, look).await
    }

    /// Waits until a message stands so.
    pub async fn stands(&self, message: &Value, status: &str) -> Value {
        let path = format!("/messages/{}", message["id"].as_str().unwrap());
        let what = format!("{} is {status}", message["content"]);
        self.until(&what, async || {
            let now = self.server.api().get(&path).await.ok();
            (now["status"] == status).then_some(now)
        })
        .await
    }

    /// Waits until so many messages of the customer came in; all of them.
    pub async fn hears(&self, count: usize) -> Vec<Value> {
        let what = format!("{count} messages of the customer");
        self.until(&what, async || {
            let all = self.messages("inbound").await;
            (all.len() >= count).then_some(all)
        })
        .await
    }
}

/// A setting as the form has it: what is written as JSON is taken as such.
fn pasted(value: String) -> Value {
    let object = serde_json::from_str(&value).ok().filter(Value::is_object);
    object.unwrap_or(Value::String(value))
}

/// Waits for something while time passes, for the server and the vendors alike.
pub async fn until<T>(server: &Server, what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(server, PATIENCE, what, look).await
}

/// The same with a limit of its own, in real time.
pub async fn until_within<T>(
    server: &Server,
    limit: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let mut looks = 0;
    within(limit, what, async || {
        let seen = look().await;
        if seen.is_none() {
            looks += 1;
            server.pass(stride(looks));
        }
        seen
    })
    .await
}

/// How much time passes after so many looks: what takes long is waited for in longer strides.
const fn stride(looks: u32) -> Duration {
    match looks {
        0..=20 => Duration::from_millis(250),
        21..=60 => Duration::from_secs(1),
        _ => Duration::from_secs(3),
    }
}

/// A small picture.
pub fn picture() -> Chosen {
    Chosen {
        mime_type: "image/png".to_owned(),
        filename: "cup.png".to_owned(),
        bytes: PNG.into(),
    }
}

/// Uploads a file of ours; its id.
pub async fn upload(server: &Server, name: &str, bytes: &[u8]) -> String {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    let api = server.anonymous().with("x-api-key", KEY);
    let api = api.of_kind("multipart/form-data; boundary=b");
    let kept = api
        .send(reqwest::Method::POST, "/api/v1/media/upload", Some(body))
        .await
        .ok();
    kept["id"].as_str().unwrap().to_owned()
}

/// A bubble as both sides can be compared.
pub fn shown(bubble: &Bubble) -> String {
    match &bubble.body {
        _ if bubble.deleted => "(taken back)".to_owned(),
        Body::File { sort, caption, .. } => format!("[{}]{caption}", sort.name()),
        Body::Mail(mail) => {
            // Without what it quotes.
            let own = mail.text.split("\n\nOn ").next().unwrap_or_default().trim();
            let picture = mail
                .files
                .iter()
                .any(|file| file.mime_type.starts_with("image/"));
            let kind = if picture { "[image]" } else { "" };
            format!("{kind}{own}")
        }
        other => other.words().to_owned(),
    }
}

fn kept(message: &Value) -> Kept {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let content = &message["content"];
    let words = match content["type"].as_str().unwrap_or_default() {
        _ if !message["deletedAt"].is_null() => "(taken back)".to_owned(),
        kind @ ("image" | "video" | "audio" | "document" | "sticker") => {
            format!("[{kind}]{}", text(&content["caption"]))
        }
        _ => text(&content["text"]),
    };
    Kept {
        id: text(&message["id"]),
        words,
        status: text(&message["status"]),
        unsure: message["metadata"]["outcome"] == "unknown",
        error: text(&message["metadata"]["error"]["message"]),
    }
}
