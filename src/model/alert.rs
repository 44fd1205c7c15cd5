//! What operators are told of a channel, and what they know already.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;

/// What there is to tell of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum News {
    /// It does not work any more.
    Broke,
    /// It works again.
    Mended,
    /// It works, but the vendor warns of something.
    Warned,
    /// The access that the vendor gave ends soon.
    Expiring,
}

/// What operators were told of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// That it does not work.
    pub broken: bool,
    /// Warnings up to this one.
    pub warned_at: Option<Timestamp>,
    /// That its access ends then.
    pub expiry: Option<Timestamp>,
    /// When they were last told anything.
    pub at: Option<Timestamp>,
}
