//! Groups of users.

use crate::model::ids::TeamId;
use crate::model::team::Team;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::TEAMS;

/// One team.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: TeamId) -> Result<Option<Team>, StoreError> {
    read.get(&TEAMS, &id)
}

/// Every team, oldest first. An organisation has few.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Team>, StoreError> {
    read.values(&TEAMS)
}

/// Stores a team in place of what was there.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, team: &Team) -> Result<(), StoreError> {
    tx.put(&TEAMS, &team.id, team)
}

/// Removes a team.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: TeamId) -> Result<(), StoreError> {
    tx.remove(&TEAMS, &id)
}
