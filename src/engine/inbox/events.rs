//! The event log for those outside the process: sockets that resume, programs that follow.

use std::sync::Arc;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::event::Change;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::fence::Fence;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::log;
use crate::store::log::Entries;
use crate::store::records::conversations;

/// A stretch of the event log, as somebody may hear it.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// The entries, oldest first.
    pub entries: Vec<Arc<EventRecord>>,
    /// The number up to which the log was read: what comes after it comes next.
    pub read_to: u64,
    /// Whether that was its end.
    pub is_all: bool,
}

/// Reading the event log.
#[derive(Clone)]
pub struct Events(pub Context);

impl Events {
    /// The entries after a number that the actor may hear of, oldest first.
    ///
    /// # Errors
    /// The actor may not; `CURSOR_TOO_OLD`: what comes after it is forgotten already;
    /// `INVALID_CURSOR`: the log has not come so far.
    pub fn after(&self, actor: &Actor, seq: u64, limit: usize) -> Result<Excerpt, EngineError> {
        actor.require(Permission::ReadEvents)?;
        match log::read_after(&self.0.store.snapshot()?, seq, limit)? {
            Entries::Next(entries) => {
                let read_to = entries.last().map_or(seq, |last| last.seq);
                let is_all = entries.len() < limit;
                let entries: Vec<_> = entries.into_iter().map(Arc::new).collect();
                Ok(Excerpt {
                    entries: self.heard(actor, &entries)?,
                    read_to,
                    is_all,
                })
            }
            Entries::Ahead => Err(no_such_event().into()),
            Entries::TooOld { oldest } => {
                let message = format!("The log begins at {oldest}; start afresh from there.");
                Err(Rejection::new(Code::CursorTooOld, message).into())
            }
        }
    }

    /// Those of some entries that the actor may hear of: what is out of sight is left out, but for
    /// the change that took it there.
    ///
    /// # Errors
    /// The store's.
    pub fn heard(
        &self,
        actor: &Actor,
        entries: &[Arc<EventRecord>],
    ) -> Result<Vec<Arc<EventRecord>>, EngineError> {
        let snapshot = self.0.store.snapshot()?;
        let fence = sight::fence(&snapshot, actor)?;
        let mut heard = Vec::with_capacity(entries.len());
        for entry in entries {
            let now = match entry.event.conversation_id() {
                Some(id) if fence != Fence::All => conversations::get(&snapshot, id)?,
                _ => None,
            };
            if is_heard(&fence, now.as_ref(), &entry.event) {
                heard.push(entry.clone());
            }
        }
        Ok(heard)
    }

    /// The number of the newest entry.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0.store.last_seq()
    }

    /// The number of the oldest entry that is still there.
    ///
    /// # Errors
    /// The store's.
    pub fn oldest(&self) -> Result<u64, EngineError> {
        Ok(log::oldest_seq(&self.0.store.snapshot()?)?)
    }
}

/// What whoever names a place that the log has not come to is told: it follows another log, as of an
/// installation that was replaced by an older copy.
#[must_use]
pub fn no_such_event() -> Rejection {
    let message = "There is no such event yet; start afresh without resuming.";
    Rejection::new(Code::InvalidCursor, message)
}

/// Whether somebody behind a fence hears of an event, by how its conversation stands now.
#[must_use]
pub fn is_heard(fence: &Fence, now: Option<&Conversation>, event: &Event) -> bool {
    if *fence == Fence::All || event.conversation_id().is_none() {
        return true;
    }
    // Of one that is deleted nothing is left to hide.
    now.is_none_or(|now| fence.shows(now) || is_farewell(fence, now, event))
}

/// Whether an event may be what took a conversation out of sight.
fn is_farewell(fence: &Fence, now: &Conversation, event: &Event) -> bool {
    let Event::ConversationChanged(changed) = event else {
        return false;
    };
    match changed.change {
        Change::Assignee { from, .. } => {
            fence.admits(from, now.team_id) || fence.admits(from, None)
        }
        Change::Team { from, .. } => fence.admits(now.assignee, from) || fence.admits(None, from),
        _ => false,
    }
}
