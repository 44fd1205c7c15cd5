//! Counts kept up to date with each change, so that no list is ever counted.

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::Id as _;
use crate::model::ids::TeamId;
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
    /// Visible conversations in a status that one team answers.
    Team(TeamId, Status),
    /// Visible conversations in a status that have exactly this person and this team.
    Share(Option<UserId>, Option<TeamId>, Status),
    /// Contacts that are nobody's tombstone.
    Contacts,
    /// Messages from customers, ever.
    Inbound,
    /// Messages to customers, ever.
    Outbound,
    /// Messages from and to customers in a month, by its beginning.
    Month(Timestamp),
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
            Self::Team(team, status) => (7, team.bytes(), status as u8),
            Self::Share(user, team, status) => (8, pair(user, team), status as u8),
            Self::Month(month) => {
                let mut owner = [0; 16];
                owner[8..].copy_from_slice(&month.as_millis().to_be_bytes());
                (9, owner, 0)
            }
        }
    }
}

/// A person and a team as one owner.
fn pair(user: Option<UserId>, team: Option<TeamId>) -> [u8; 16] {
    let bytes = [
        user.map_or([0; 16], UserId::bytes),
        team.map_or([0; 16], TeamId::bytes),
    ];
    let mut owner = [0; 16];
    owner.copy_from_slice(&digest(&bytes.concat())[..16]);
    owner
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

/// Counts a conversation among those of its team and of its pair of person and team.
///
/// # Errors
/// The disk's.
pub fn count_shares(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<(), StoreError> {
    let is_share = |counter: &Counter| matches!(counter, Counter::Team(..) | Counter::Share(..));
    for counter in counted_in(conversation).into_iter().filter(is_share) {
        add(tx, counter, 1)?;
    }
    Ok(())
}

fn counted_in(conversation: &Conversation) -> Vec<Counter> {
    if conversation.hidden {
        return Vec::new();
    }
    let status = conversation.status;
    let share = Counter::Share(conversation.assignee, conversation.team_id, status);
    let owner = match conversation.assignee {
        Some(user) => Counter::Assigned(user, status),
        None => Counter::Unassigned(status),
    };
    let mut counters = vec![Counter::Status(status), owner, share];
    counters.extend(conversation.team_id.map(|team| Counter::Team(team, status)));
    counters
}
