//! Answers in a web chat that nobody reads there: after a while they go out as one mail, where the
//! chat is set up to go on by email. webchat.md section 7.6.

use crate::base::time::Timestamp;
use crate::channels::webchat::settings::EmailContinuity;
use crate::engine::context::Pen;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::webchat::TimelineEvent;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::messages;
use crate::store::records::visitors;

/// Under this name a message says when it went out as a mail.
pub const MAILED_AT: &str = "emailedAt";

/// Entries of a timeline that are looked at; older ones were lost sight of long ago.
const ENTRIES_MAX: usize = 500;

/// Has the unread answers of a visitor mailed, once there was time to read the one that came then.
/// The visitor is changed, not stored.
///
/// # Errors
/// The disk's.
pub fn want(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &mut Visitor,
    came: Timestamp,
) -> Result<(), StoreError> {
    if visitor.mail_due.is_some() {
        return Ok(());
    }
    let Some(channel) = channels::get(tx, visitor.channel_id)? else {
        return Ok(());
    };
    let going_on = EmailContinuity::of(&channel.settings);
    if going_on.channel().is_none() {
        return Ok(());
    }
    let due = came.plus(going_on.wait());
    visitor.mail_due = Some(due);
    let job = Job {
        id: pen.id(),
        kind: JobKind::MailUnread {
            visitor_id: visitor.id,
        },
        due,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// Answers that a visitor has neither read nor got as a mail, oldest first.
///
/// # Errors
/// The disk's.
pub fn waiting(read: &impl Read, visitor: &Visitor) -> Result<Vec<Message>, StoreError> {
    let (from, way) = (Some(visitor.read), Direction::Forward);
    let entries = visitors::timeline(read, visitor.id, from, way, ENTRIES_MAX)?;
    let mut found = Vec::new();
    for (_, entry) in entries {
        if let TimelineEvent::Message { message_id } = entry.what {
            found.extend(messages::get(read, message_id)?.filter(is_unheard));
        }
    }
    Ok(found)
}

fn is_unheard(message: &Message) -> bool {
    message.direction == Way::Outbound
        && !message.private
        && message.deleted_at.is_none()
        && !message.metadata.contains_key(MAILED_AT)
}
