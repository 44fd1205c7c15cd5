//! Counts kept up to date with each change, so that no list is ever counted.

use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::COUNTERS;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Visible conversations in a status.
    Status(Status),
    /// Visible conversations in a status that nobody answers.
    Unassigned(Status),
    /// Visible conversations in a status that one person answers.
    Assigned(UserId, Status),
    /// Contacts that are nobody's tombstone.
    Contacts,
    /// Messages from customers, ever.
    Inbound,
    /// Messages to customers, ever.
    Outbound,
}

impl Counter {
    fn key(self) -> (u8, [u8; 16], u8) {
        match self {
            Self::Status(status) => (1, [0; 16], status as u8),
            Self::Unassigned(status) => (2, [0; 16], status as u8),
            Self::Assigned(user, status) => (3, user.bytes(), status as u8),
            Self::Contacts => (4, [0; 16], 0),
            Self::Inbound => (5, [0; 16], 0),
            Self::Outbound => (6, [0; 16], 0),
        }
    }
}

/// A count.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, counter: Counter) -> Result<u64, StoreError> {
    Ok(read.get(&COUNTERS, &counter.key())?.unwrap_or(0))
}

/// Adds to a count, or takes from it; never below zero.
///
/// # Errors
/// The disk's.
pub fn add(tx: &mut Tx<'_>, counter: Counter, step: i64) -> Result<(), StoreError> {
    let now = get(tx, counter)?;
    tx.put(&COUNTERS, &counter.key(), &now.saturating_add_signed(step))
}

/// Moves a conversation from the counts of its old state to those of its new one.
///
/// # Errors
/// The disk's.
pub fn moved(
    tx: &mut Tx<'_>,
    old: Option<&Conversation>,
    new: Option<&Conversation>,
) -> Result<(), StoreError> {
    let before = old.map_or(Vec::new(), counted_in);
    let after = new.map_or(Vec::new(), counted_in);
    if before == after {
        return Ok(());
    }
    for counter in before {
        add(tx, counter, -1)?;
    }
    for counter in after {
        add(tx, counter, 1)?;
    }
    Ok(())
}

fn counted_in(conversation: &Conversation) -> Vec<Counter> {
    if conversation.hidden {
        return Vec::new();
    }
    let status = conversation.status;
    let owner = match conversation.assignee {
        Some(user) => Counter::Assigned(user, status),
        None => Counter::Unassigned(status),
    };
    vec![Counter::Status(status), owner]
}
