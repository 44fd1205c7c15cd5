//! Answering in private what a customer said in public.

use crate::base::time::Timestamp;
use crate::engine::rules::comments;
use crate::engine::rules::comments::Answer;
use crate::model::capability::Capabilities;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::ids::MessageId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::messages;

/// How many messages back a comment is looked for that nobody answered.
const REACH: usize = 100;

/// The comment that a message would answer where nothing else may be sent.
///
/// # Errors
/// The disk's.
pub(super) fn comment(
    read: &impl Read,
    conversation: &Conversation,
    row: &Capabilities,
    answer: Answer,
    now: Timestamp,
) -> Result<Option<MessageId>, StoreError> {
    if row.comment_days == 0 {
        return Ok(None);
    }
    let recent = messages::near(read, conversation.id, None, Direction::Backward, REACH)?;
    Ok(comments::waiting(row, &recent, answer, now).map(|comment| comment.id))
}

/// Whether what answers a comment is one message: the vendor takes no second one.
///
/// # Errors
/// `CONTENT_TOO_LONG`: it goes in several.
pub(super) fn check(parts: &[Content]) -> Result<(), Rejection> {
    match parts.len() {
        0 | 1 => Ok(()),
        count => Err(Rejection::new(
            Code::ContentTooLong,
            format!("A comment is answered in private with one message; this goes in {count}."),
        )),
    }
}
