//! The one organisation of this installation.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::fence::AgentVisibility;
use crate::model::ids::OrganisationId;

/// The business this data directory belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Its constant id; `tenantId` on the wire.
    pub id: OrganisationId,
    /// Its name, as customers know it.
    pub name: String,
    /// Its name in addresses: `[a-z0-9-]`, 2 to 40 characters.
    pub slug: String,
    /// The IANA time zone its days are counted in.
    pub timezone: String,
    /// Its language, such as `en` or `pt-BR`.
    pub language: String,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Which conversations agents get to see.
    #[serde(default)]
    pub agent_visibility: AgentVisibility,
    /// For how many days after its last message a resolved conversation is kept; none means for
    /// ever.
    #[serde(default)]
    pub retention_days: Option<u16>,
    /// After how many days without a message an open conversation is resolved by itself; none means
    /// never.
    #[serde(default)]
    pub auto_close_after_days: Option<u16>,
    /// How much there may be of everything.
    #[serde(default)]
    pub limits: Limits,
    /// Whether nothing may be sent until an owner says otherwise; what customers send is received.
    #[serde(default)]
    pub suspended: bool,
}

/// How much there may be of everything; none means any number. What customers send is never
/// refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// People who answer.
    pub users: Option<u64>,
    /// Channels.
    pub channels: Option<u64>,
    /// Contacts that we make; those who write to us are contacts beyond it too.
    pub contacts: Option<u64>,
    /// Messages from and to customers in a month, beyond which nothing goes out.
    pub messages_per_month: Option<u64>,
}
