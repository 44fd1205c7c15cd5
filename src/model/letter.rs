//! Mails to people of ours: what there is to say. The words are made when a mail goes out, so that
//! they are true then and no secret waits in a queue.

use serde::Deserialize;
use serde::Serialize;

use crate::model::alert::News;
use crate::model::ids::ChannelId;
use crate::model::ids::PassId;
use crate::model::ids::UserId;

/// What there is to say to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Letter {
    /// The link of a pass: an invitation, or the way to a new password.
    Pass(PassId),
    /// How a channel stands.
    Alert {
        /// To whom.
        user_id: UserId,
        /// Of which channel.
        channel_id: ChannelId,
        /// What.
        news: News,
    },
}
