//! Channels: an account at a vendor, or a web chat of our own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::ids::ChannelId;
use crate::model::inbound::Effect;
use crate::model::routing::Routing;

/// The kind of a channel: a checked text rather than an enum, so that adding a channel touches no
/// list here and a stored channel of an unknown kind is shown as such, never a crash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelKind(String);

impl ChannelKind {
    /// The kind of that name. Aliases of older clients are resolved; whether the kind is known is
    /// the registry's business.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let name = name.trim().to_ascii_lowercase();
        Self(match name.as_str() {
            "whatsapp_official" => "whatsapp".to_owned(),
            "web" => "webchat".to_owned(),
            "messenger" => "facebook".to_owned(),
            _ => name,
        })
    }

    /// The name on the wire and in addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for ChannelKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection through which messages come and go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// The channel's id.
    pub id: ChannelId,
    /// Which vendor, or our own web chat.
    pub kind: ChannelKind,
    /// Its name among colleagues.
    pub name: String,
    /// Whether it works. See [`ChannelState`].
    pub state: ChannelState,
    /// Switched off by hand: what comes in is kept but starts nothing, nothing goes out.
    pub enabled: bool,
    /// Settings that are no secrets, by the names of the channel document.
    pub settings: Opaque,
    /// Sealed secrets by name. They are write-only: no answer carries them.
    pub secrets: BTreeMap<String, Vec<u8>>,
    /// Whether it talks to the built-in sandbox.
    pub sandbox: bool,
    /// Why it does not work, in the vendor's words.
    pub error: Option<String>,
    /// Since when it is connected.
    pub connected_at: Option<Timestamp>,
    /// The last message that came in.
    pub last_inbound_at: Option<Timestamp>,
    /// The last message the vendor took from us.
    pub last_outbound_at: Option<Timestamp>,
    /// What API clients keep with it.
    pub metadata: Opaque,
    /// Grows with each change.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What the vendor said about it lately, oldest first.
    #[serde(default)]
    pub notes: Vec<HealthNote>,
    /// The setting that [`error`](Self::error) is about, where the vendor's refusal tells; or
    /// [`REPORTING`], where the account is right and the vendor reports to somebody else.
    #[serde(default)]
    pub error_about: Option<String>,
    /// When the vendor was last asked whether the account is in order.
    #[serde(default)]
    pub checked_at: Option<Timestamp>,
    /// When the vendor last reported something and proved that it was the vendor; none since the
    /// settings that connect the channel last changed.
    #[serde(default)]
    pub webhook_at: Option<Timestamp>,
    /// Where new conversations go.
    #[serde(default)]
    pub routing: Routing,
}

impl Channel {
    /// A channel nobody has connected yet.
    #[must_use]
    pub fn new(id: ChannelId, kind: ChannelKind, name: String, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            name,
            state: ChannelState::Inactive,
            enabled: true,
            settings: Opaque::new(),
            secrets: BTreeMap::new(),
            sandbox: false,
            error: None,
            connected_at: None,
            last_inbound_at: None,
            last_outbound_at: None,
            metadata: Opaque::new(),
            revision: 1,
            created_at: now,
            updated_at: now,
            notes: Vec::new(),
            error_about: None,
            checked_at: None,
            webhook_at: None,
            routing: Routing::default(),
        }
    }
}

/// What an error is about when the vendor reports to somebody else: a person decides who gives way.
pub const REPORTING: &str = "webhook";

/// Where the addresses of the built-in stand-ins for vendors begin.
const SANDBOX_PATH: &str = "/sandbox/api/";

/// Whether settings lead to the built-in sandbox in place of a vendor.
#[must_use]
pub fn leads_to_sandbox(settings: &Opaque) -> bool {
    let addresses = settings
        .iter()
        .filter(|(name, _)| name.ends_with("BaseUrl"));
    let mut urls = addresses.filter_map(|(_, value)| value.as_str());
    urls.any(|url| {
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        rest.find('/')
            .is_some_and(|at| rest[at..].starts_with(SANDBOX_PATH))
    })
}

/// Something the vendor said about a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthNote {
    /// What it is about, such as `accountUpdate` or `template`.
    pub kind: String,
    /// What followed from it.
    pub effect: Effect,
    /// A sentence for whoever runs the channel.
    pub text: String,
    /// What came, as it came.
    pub data: Opaque,
    /// When.
    pub at: Timestamp,
}

/// Whether a channel works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChannelState {
    /// Not connected: set-up unfinished, or disconnected by hand.
    Inactive,
    /// The vendor is being asked.
    Connecting,
    /// The vendor accepted us; messages flow.
    Active,
    /// The vendor refused us; the queue waits.
    Error,
}

impl ChannelState {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Connecting => "connecting",
            Self::Active => "active",
            Self::Error => "error",
        }
    }

    /// The same as seen by clients that ask for `connectionStatus`.
    #[must_use]
    pub const fn connection(self) -> &'static str {
        match self {
            Self::Inactive => "disconnected",
            Self::Connecting => "connecting",
            Self::Active => "connected",
            Self::Error => "error",
        }
    }
}

/// One setting of a kind of channel: the form and the checks are made from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The name in `config`.
    pub name: &'static str,
    /// Other spellings that older clients send.
    pub aliases: &'static [&'static str],
    /// What it is, for the person who fills it in.
    pub label: &'static str,
    /// Where it is found at the vendor, or what it does.
    pub help: &'static str,
    /// What it must look like.
    pub shape: Shape,
    /// Whether the channel cannot connect without it.
    pub required: bool,
    /// What it is for.
    pub part: Part,
    /// The choice it belongs to; none when it is asked for in any case.
    pub when: Option<When>,
}

/// What a setting is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Proves the account to the vendor: asked for first. A channel whose value changes is connected
    /// again.
    Access,
    /// How the channel behaves once it works.
    Behaviour,
    /// What hardly anybody touches, addresses of proxies and the like. Changes connect again.
    Rare,
}

/// A choice among the settings that decides whether another one is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// The setting that is chosen.
    pub name: &'static str,
    /// The values with which the other one counts; the empty one is no choice at all.
    pub values: &'static [&'static str],
}

impl Setting {
    /// A setting that may be left empty. Secrets prove the account, everything else is behaviour.
    #[must_use]
    pub const fn new(
        name: &'static str,
        label: &'static str,
        help: &'static str,
        shape: Shape,
    ) -> Self {
        let part = if matches!(shape, Shape::Secret { .. }) {
            Part::Access
        } else {
            Part::Behaviour
        };
        Self {
            name,
            aliases: &[],
            label,
            help,
            shape,
            required: false,
            part,
            when: None,
        }
    }

    /// The same one, without which the channel cannot connect.
    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self.access()
        }
    }

    /// The same one, asked for where the account is proved.
    #[must_use]
    pub const fn access(self) -> Self {
        Self {
            part: Part::Access,
            ..self
        }
    }

    /// The same one, out of the way.
    #[must_use]
    pub const fn rare(self) -> Self {
        Self {
            part: Part::Rare,
            ..self
        }
    }

    /// The same one, asked for only where another setting has one of these values.
    #[must_use]
    pub const fn only_with(self, name: &'static str, values: &'static [&'static str]) -> Self {
        Self {
            when: Some(When { name, values }),
            ..self
        }
    }

    /// Whether it counts beside these settings.
    #[must_use]
    pub fn counts(&self, settings: &Opaque) -> bool {
        self.when.is_none_or(|when| {
            let chosen = settings.get(when.name).and_then(serde_json::Value::as_str);
            when.values.contains(&chosen.unwrap_or_default())
        })
    }
}

/// What the value of a setting looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One line of text.
    Text,
    /// Text of several lines.
    Lines,
    /// A secret: sealed, write-only, generated when `generated` names a prefix and none is given.
    Secret {
        /// The prefix of a generated value; none when a person must bring it.
        generated: Option<&'static str>,
    },
    /// Yes or no.
    Switch,
    /// A whole number.
    Number {
        /// The least value allowed.
        min: i64,
        /// The greatest value allowed.
        max: i64,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A list of texts, one a line in forms.
    List,
    /// A JSON object; its content is checked by the channel.
    Object,
    /// Hours of every day and whose clock is meant: an object with `start`, `end` and `timezone`.
    DailyHours,
    /// A JSON array; its content is checked by the channel.
    Array,
}

/// What a masked secret looks like. Sent back unchanged it leaves the stored value as it is.
pub const MASK: &str = "********";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_on_the_sandbox_is_known_by_its_addresses() {
        for (name, url, leads) in [
            (
                "apiBaseUrl",
                "http://127.0.0.1:8080/sandbox/api/whatsapp",
                true,
            ),
            (
                "restBaseUrl",
                "https://chat.example.com/sandbox/api/vonage",
                true,
            ),
            ("apiBaseUrl", "https://graph.facebook.com", false),
            (
                "apiBaseUrl",
                "https://example.com/x/sandbox/api/whatsapp",
                false,
            ),
            (
                "websiteUrl",
                "http://127.0.0.1:8080/sandbox/api/whatsapp",
                false,
            ),
        ] {
            let settings = Opaque::from_iter([(name.to_owned(), url.into())]);
            assert_eq!(leads_to_sandbox(&settings), leads, "{name} {url}");
        }
    }
}
