//! What a channel is given to send, what it answers with, and what came of it.

use std::collections::BTreeMap;

use crate::base::http::HttpRequest;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::message::SendError;

/// A channel as its translation sees it: settings and opened secrets.
#[derive(Debug, Clone)]
pub struct Account {
    /// The channel's id.
    pub channel_id: ChannelId,
    /// Settings that are no secrets.
    pub settings: Opaque,
    /// Secrets, opened for this one use.
    pub secrets: BTreeMap<String, Secret<String>>,
}

impl Account {
    /// A setting that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.settings
            .get(name)
            .and_then(serde_json::Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// A setting that is a switch; absent means `default`.
    #[must_use]
    pub fn is_on(&self, name: &str, default: Switch) -> bool {
        let absent = matches!(default, Switch::On);
        self.settings
            .get(name)
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(absent)
    }

    /// A secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.secrets
            .get(name)
            .map(|secret| secret.reveal().as_str())
    }
}

/// How a switch stands when nobody set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// A fitted message on its way out, with all of the present that a translation needs.
#[derive(Debug)]
pub struct Sending<'a> {
    /// The account it goes through.
    pub account: &'a Account,
    /// Our id: the repeat key where a vendor takes one.
    pub message_id: MessageId,
    /// The address it goes to.
    pub to: &'a str,
    /// The parts, already fitted to the channel's capabilities.
    pub parts: &'a [Content],
    /// The vendor's id of the message it answers.
    pub reply_to: Option<&'a str>,
    /// Addresses under which the vendor can fetch stored files, by their media id as text.
    pub media_urls: &'a BTreeMap<String, String>,
    /// The present.
    pub now: Timestamp,
}

/// One step that carries a message out.
#[derive(Debug, Clone)]
pub enum Call {
    /// A request to the vendor.
    Http(Box<HttpRequest>),
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The vendor took it, under these ids.
    Accepted(Vec<String>),
    /// Not now: the vendor is down, busy, or asks us to slow down.
    Later {
        /// Why, for the person who waits.
        error: SendError,
        /// How long the vendor asks us to wait.
        wait: Option<std::time::Duration>,
    },
    /// Never: trying again would change nothing.
    Never(SendError),
    /// Never, and the whole account is refused: the channel stops until somebody mends it.
    AccountRefused(SendError),
}
