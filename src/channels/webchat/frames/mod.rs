//! What a visitor's browser sends: frames over the socket, the same bodies over REST.

mod reading;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::channels::webchat::clean;
use crate::channels::webchat::content::Said;
pub use crate::channels::webchat::frames::reading::body;
pub use crate::channels::webchat::frames::reading::event;
pub use crate::channels::webchat::frames::reading::json;
pub use crate::channels::webchat::frames::reading::read;
pub use crate::channels::webchat::frames::reading::send;
use crate::channels::webchat::problem::Problem;
use crate::model::Opaque;
use crate::model::ids::MessageId;
use crate::model::webchat::Claims;

/// The largest frame, in bytes.
pub const FRAME_MAX: usize = 64 * 1_024;

/// The version of the protocol spoken here.
pub const PROTOCOL: u32 = 1;

/// A frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The id the client chose; the answer carries it in `ref`.
    pub id: Option<String>,
    /// What it says.
    pub body: Body,
}

/// A frame that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFrame {
    /// The id the client chose, as far as it could be read.
    pub id: Option<String>,
    /// Why.
    pub problem: Problem,
}

/// What a frame says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// The first frame: which session.
    Hello(Box<Hello>),
    /// A message.
    Send(Box<Send>),
    /// Everything after this position, please.
    Sync {
        /// The position.
        after: u64,
    },
    /// Everything up to here was seen.
    Read {
        /// The position.
        seq: u64,
    },
    /// Everything up to here arrived.
    Delivered {
        /// The position.
        seq: u64,
    },
    /// The visitor types.
    Typing(Typing),
    /// Whether the page can be seen.
    Presence(Presence),
    /// The visitor went to another page.
    Page(Page),
    /// The page says who the visitor is.
    Identify(Box<User>),
    /// Custom attributes.
    Attributes(Attributes),
    /// What became of a proactive message.
    Proactive(Proactive),
    /// Something the page counts.
    Event(Tracked),
    /// The visitor ends the conversation.
    EndConversation,
    /// The visitor rates.
    Rating(Rating),
    /// Still there.
    Ping,
}

/// The first frame of a connection.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hello {
    /// The version of the protocol.
    pub protocol: u32,
    /// The token of the session.
    pub token: String,
    /// The newest position the client has.
    pub cursor: u64,
    /// Whether the page can be seen.
    pub visible: bool,
    /// The language of the browser.
    pub locale: Option<String>,
    /// The page.
    pub page: Option<Page>,
    /// The version of the client.
    pub sdk: Option<String>,
}

/// A message of a visitor.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// The client's id of the message.
    pub client_message_id: String,
    /// What it says.
    pub said: Said,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// When it was written, by the visitor's clock, as it came.
    pub sent_at: Option<String>,
    /// Where it was written.
    pub page: Option<Page>,
    /// The proactive message it answers.
    pub proactive_id: Option<String>,
}

/// The visitor types.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Typing {
    /// Whether typing began or ended.
    pub state: TypingState,
    /// What is typed so far, where the channel allows it.
    #[serde(default)]
    pub preview: Option<String>,
}

/// Whether typing began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum TypingState {
    Start,
    Stop,
}

/// Whether the page can be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Presence {
    /// Whether the tab is visible.
    pub visible: bool,
    /// Whether the panel is open.
    pub open: bool,
}

/// Where a visitor is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Page {
    /// The address.
    pub url: String,
    /// The title.
    pub title: Option<String>,
    /// Where the visitor came from.
    pub referrer: Option<String>,
}

/// What a page says about its visitor.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
    /// The id in the business's own systems.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The address of mail.
    pub email: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// A picture.
    #[serde(alias = "avatarUrl")]
    pub avatar: Option<String>,
    /// The signature of the id.
    pub user_hash: Option<String>,
    /// A signed token in its place.
    pub token: Option<String>,
    /// What the page keeps with the visitor.
    pub metadata: Opaque,
}

impl User {
    /// What is claimed, cleaned.
    #[must_use]
    pub fn claims(&self) -> Claims {
        let cleaned = |text: &Option<String>| {
            let text = clean::text(text.as_deref()?)?;
            (text.chars().count() <= 254).then_some(text)
        };
        Claims {
            name: cleaned(&self.name),
            email: cleaned(&self.email).map(|mail| mail.to_lowercase()),
            phone: cleaned(&self.phone),
            avatar_url: self
                .avatar
                .clone()
                .filter(|url| url.starts_with("https://") && url.len() <= 2_048),
        }
    }
}

/// Custom attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Attributes {
    /// Those to set.
    pub set: Opaque,
    /// Those to remove.
    pub unset: Vec<String>,
}

/// What became of a proactive message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Proactive {
    /// Which.
    pub id: String,
    /// What became of it.
    pub action: ProactiveAction,
}

/// What became of a proactive message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ProactiveAction {
    Shown,
    Dismissed,
    Opened,
}

/// Something the page counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Tracked {
    /// Its name.
    pub name: String,
    /// What goes with it.
    #[serde(default)]
    pub data: Value,
}

/// A visitor's rating.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    /// The message that asked for it.
    pub message_id: MessageId,
    /// 1 to 5.
    pub score: u8,
    /// What the visitor adds.
    #[serde(default)]
    pub comment: Option<String>,
}

/// The body of `POST .../session` and, in parts, of `PATCH .../session`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionRequest {
    /// The version of the protocol.
    pub protocol: u32,
    /// The version of the client.
    pub sdk: Option<String>,
    /// The language of the browser.
    pub locale: Option<String>,
    /// The time zone of the browser.
    pub timezone: Option<String>,
    /// Whether the page can be seen.
    pub visible: bool,
    /// Whether the visitor agreed to be remembered.
    pub consent: Option<bool>,
    /// The page.
    pub page: Option<Page>,
    /// Who the visitor is.
    pub user: Option<User>,
    /// Custom attributes.
    pub attributes: Option<Attributes>,
}

/// The body of the pre-chat and offline forms.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FormRequest {
    /// The client's id of the message an offline form makes.
    pub client_message_id: String,
    /// The answers.
    pub fields: Opaque,
    /// Whether the visitor agreed to be remembered.
    pub consent: Option<bool>,
    /// The field only machines fill in.
    pub hp: String,
    /// Milliseconds between showing and sending.
    pub elapsed: Option<u64>,
}
