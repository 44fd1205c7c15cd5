//! What a person of ours has begun to write in a conversation and not sent.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::MediaId;
use crate::model::ids::MessageId;

/// What one person has begun in one conversation: a reply and a note, each by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unsent {
    /// Words for the customer.
    pub reply: Words,
    /// Words for the team.
    pub note: Words,
    /// Whether the note is the one being written.
    pub writes_note: bool,
    /// When it was last written at.
    pub updated_at: Timestamp,
}

/// A message that is not one yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Words {
    /// What it says so far, as it was typed.
    pub text: String,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Files that go with it.
    pub files: Vec<MediaId>,
    /// The position of the newest entry that stood there when it was begun.
    pub seen: u32,
}

impl Words {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.files.is_empty()
    }
}

impl Unsent {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reply.is_empty() && self.note.is_empty()
    }

    /// The words a list shows: those for the customer before those for the team.
    #[must_use]
    pub fn shown(&self) -> Option<&Words> {
        [&self.reply, &self.note]
            .into_iter()
            .find(|words| !words.is_empty())
    }
}
