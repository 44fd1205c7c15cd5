//! Where a message stands in its conversation, for channels whose messages carry their thread.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;

/// Where a message stands among the others of its conversation, and who wrote it. Known to channels
/// whose messages carry their thread: [`Capabilities::threads`](crate::model::capability::Capabilities::threads).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Thread {
    /// The conversation.
    pub conversation_id: Option<ConversationId>,
    /// What it is about.
    pub subject: Option<String>,
    /// The newest messages before this one, oldest first: [`EARLIER_MAX`] at most.
    pub earlier: Vec<Earlier>,
    /// The person of ours who wrote it; none for programs.
    pub writer: Option<Writer>,
    /// Whether no person and no client of ours wrote it: a bot, a flow, linktor itself.
    pub automatic: bool,
}

/// How many messages before one are known.
pub const EARLIER_MAX: usize = 20;

/// A message before the one that is sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Earlier {
    /// Our id.
    pub message_id: Option<MessageId>,
    /// Whether we wrote it.
    pub ours: bool,
    /// The vendor's ids.
    pub external_ids: Vec<String>,
    /// Who wrote it, as it is shown.
    pub name: String,
    /// Its words.
    pub words: String,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// What is kept with it.
    pub metadata: Opaque,
}

/// A person of ours who writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Writer {
    /// The name.
    pub name: String,
    /// What stands under what the person writes, as HTML.
    pub signature: Option<String>,
}
