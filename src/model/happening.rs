//! What happened to a channel, for whoever looks after it.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;

/// A line of a channel's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: HappeningKind,
    /// More of it, in a sentence; may be empty.
    pub text: String,
}

/// What can happen to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HappeningKind {
    /// The vendor accepted the account.
    Accepted,
    /// The vendor did not accept it when it was asked to.
    NotAccepted,
    /// It stopped working.
    Broke,
    /// The vendor was asked and warns of something.
    Warned,
    /// The vendor told something about the account by itself.
    Told,
    /// The settings that connect it changed, so it is connected again.
    Reconnecting,
    /// The vendor asked whether the address is ours and was answered.
    Greeted,
    /// Somebody asked that with another verify token than ours.
    NotGreeted,
    /// The vendor reported something for the first time, with proof.
    FirstWebhook,
    /// Something came whose signature is missing or wrong.
    NotGenuine,
    /// Something genuine came that could not be read.
    Unreadable,
    /// The vendor does not report to us any more, as it was asked.
    Released,
    /// The vendor could not be told to stop reporting.
    NotReleased,
}

impl HappeningKind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::NotAccepted => "notAccepted",
            Self::Broke => "broke",
            Self::Warned => "warned",
            Self::Told => "told",
            Self::Reconnecting => "reconnecting",
            Self::Greeted => "greeted",
            Self::NotGreeted => "notGreeted",
            Self::FirstWebhook => "firstWebhook",
            Self::NotGenuine => "notGenuine",
            Self::Unreadable => "unreadable",
            Self::Released => "released",
            Self::NotReleased => "notReleased",
        }
    }

    /// Whether strangers can bring it about as often as they like: then it is written down at most
    /// now and then.
    #[must_use]
    pub const fn is_cheap(self) -> bool {
        matches!(self, Self::Greeted | Self::NotGreeted | Self::NotGenuine)
    }
}
