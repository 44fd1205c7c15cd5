//! How a conversation changes as a whole: status, owner, urgency, labels.
//!
//! The functions over a transaction are shared by commands, by ingest and by workers; the commands
//! that ask for them are in [`crate::engine::inbox::change`].

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::engine::inbox::entries;
use crate::engine::inbox::visitor_timeline;
use crate::model::content::EventLine;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::ResolvedBy;
use crate::model::conversation::Status;
use crate::model::event::Change;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::team::Team;
use crate::model::user::User;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;

/// Stores a changed conversation and logs what changed.
///
/// # Errors
/// The disk's.
pub fn store(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    change: Change,
) -> Result<(), StoreError> {
    conversation.revision += 1;
    conversation.updated_at = pen.now;
    conversations::put(tx, conversation)?;
    let conversation_id = conversation.id;
    let event = ConversationChanged {
        conversation_id,
        change,
    };
    pen.log(tx, Event::ConversationChanged(event)).map(drop)
}

/// Stores a changed conversation with a line in its history.
///
/// # Errors
/// The disk's.
pub fn store_with_line(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    change: Change,
    by: &str,
    line: EventLine,
) -> Result<(), StoreError> {
    entries::append(
        tx,
        pen,
        conversation,
        entries::history_line(pen.now, by, line),
    )?;
    store(tx, pen, conversation, change)
}

/// Details of a move that the move itself does not carry.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// Until when a snooze lasts; none means until the customer writes.
    pub until: Option<Timestamp>,
    /// How a resolved conversation ended.
    pub resolution: Option<Resolution>,
    /// Who resolves it.
    pub by: ResolvedBy,
}

/// Makes a move; whether the status changed, or a snooze got another time.
///
/// # Errors
/// The disk's.
pub fn make(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    happened: Move,
    terms: Terms,
    by: &str,
) -> Result<bool, StoreError> {
    let from = conversation.status;
    let Some(to) = from.after(happened) else {
        return Ok(false);
    };
    settle(conversation, to, terms, pen.now);
    let line = EventLine {
        name: line_name(from, to).to_owned(),
        detail: terms
            .resolution
            .filter(|end| *end == Resolution::Spam)
            .map(|_| "spam".to_owned()),
        until: conversation.snoozed_until,
        ..EventLine::default()
    };
    store_with_line(tx, pen, conversation, Change::Status { from, to }, by, line)?;
    visitor_timeline::conversation_changed(tx, pen, conversation)?;
    Ok(true)
}

fn settle(conversation: &mut Conversation, to: Status, terms: Terms, now: Timestamp) {
    conversation.status = to;
    conversation.snoozed_until = terms.until.filter(|_| to == Status::Snoozed);
    let done = to == Status::Resolved;
    conversation.resolved_at = done
        .then_some(now)
        .or(conversation.resolved_at.filter(|_| done));
    conversation.resolution = terms.resolution.filter(|_| done);
    conversation.closed_at = conversation.resolution.map(|_| now);
    conversation.resolved_by = done.then_some(terms.by);
    if done {
        conversation.waiting_since = None;
    }
}

const fn line_name(from: Status, to: Status) -> &'static str {
    match (from, to) {
        (_, Status::Resolved) => "resolved",
        (_, Status::Snoozed) => "snoozed",
        (_, Status::Pending) => "parked",
        (Status::Snoozed, Status::Open) => "woken",
        (_, Status::Open) => "reopened",
    }
}

/// Gives a conversation to somebody, or to nobody; whether that is news. Taking up a waiting one
/// opens it.
///
/// # Errors
/// The disk's.
pub fn assign(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    to: Option<&User>,
    by: &str,
) -> Result<bool, StoreError> {
    let from = conversation.assignee;
    let user_id = to.map(|user| user.id);
    if from == user_id {
        return Ok(false);
    }
    conversation.assignee = user_id;
    conversation.assigned_at = user_id.map(|_| pen.now);
    let line = EventLine {
        name: if to.is_some() {
            "assigned"
        } else {
            "unassigned"
        }
        .to_owned(),
        detail: to.map(|user| user.name.clone()),
        ..EventLine::default()
    };
    store_with_line(
        tx,
        pen,
        conversation,
        Change::Assignee { from, to: user_id },
        by,
        line,
    )?;
    visitor_timeline::conversation_changed(tx, pen, conversation)?;
    if user_id.is_some() && conversation.status == Status::Pending {
        make(tx, pen, conversation, Move::Assigned, Terms::default(), by)?;
    }
    Ok(true)
}

/// Gives a conversation to a team, or to none; whether that is news.
///
/// # Errors
/// The disk's.
pub fn give_to_team(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    to: Option<&Team>,
    by: &str,
) -> Result<bool, StoreError> {
    let from = conversation.team_id;
    let team_id = to.map(|team| team.id);
    if from == team_id {
        return Ok(false);
    }
    conversation.team_id = team_id;
    let line = EventLine {
        name: if to.is_some() { "team" } else { "noTeam" }.to_owned(),
        detail: to.map(|team| team.name.clone()),
        ..EventLine::default()
    };
    store_with_line(
        tx,
        pen,
        conversation,
        Change::Team { from, to: team_id },
        by,
        line,
    )?;
    Ok(true)
}

/// Sets the urgency; whether that is news.
///
/// # Errors
/// The disk's.
pub fn prioritise(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    to: Priority,
    by: &str,
) -> Result<bool, StoreError> {
    let from = conversation.priority;
    if from == to {
        return Ok(false);
    }
    conversation.priority = to;
    let line = EventLine {
        name: "priority".to_owned(),
        detail: Some(to.name().to_owned()),
        ..EventLine::default()
    };
    store_with_line(
        tx,
        pen,
        conversation,
        Change::Priority { from, to },
        by,
        line,
    )?;
    Ok(true)
}

/// Sets the labels; whether that is news.
///
/// # Errors
/// The disk's.
pub fn label(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    tags: Vec<String>,
    by: &str,
) -> Result<bool, StoreError> {
    if conversation.tags == tags {
        return Ok(false);
    }
    let added: Vec<_> = tags
        .iter()
        .filter(|tag| !conversation.tags.contains(tag))
        .cloned()
        .collect();
    let gone: Vec<_> = conversation
        .tags
        .iter()
        .filter(|tag| !tags.contains(tag))
        .cloned()
        .collect();
    conversation.tags = tags;
    for (name, tags) in [("tagged", added), ("untagged", gone)] {
        if !tags.is_empty() {
            let detail = Some(tags.join(", "));
            let line = EventLine {
                name: name.to_owned(),
                detail,
                ..EventLine::default()
            };
            entries::append(
                tx,
                pen,
                conversation,
                entries::history_line(pen.now, by, line),
            )?;
        }
    }
    store(tx, pen, conversation, Change::Tags)?;
    Ok(true)
}
