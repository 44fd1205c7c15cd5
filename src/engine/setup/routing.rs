//! Where the new conversations of a channel go.

use crate::engine::error::EngineError;
use crate::engine::find;
use crate::model::rejection::Rejection;
use crate::model::routing::Routing;
use crate::model::tag;
use crate::store::Read;
use crate::store::records::teams;

/// What somebody wants done with new conversations, once it can be done.
///
/// # Errors
/// `VALIDATION_ERROR` naming the team or the tags; there is no such person, or not at work here.
pub(super) fn checked(read: &impl Read, wanted: &Routing) -> Result<Routing, EngineError> {
    if let Some(team) = wanted.team_id
        && teams::get(read, team)?.is_none()
    {
        return Err(Rejection::field("teamId", "must be a team").into());
    }
    if let Some(user) = wanted.assignee_id {
        find::active_user_in(read, user)?;
    }
    let mut tags = Vec::new();
    tag::add_labels(&mut tags, &wanted.tags);
    tag::check(&tags)?;
    Ok(Routing {
        tags,
        ..wanted.clone()
    })
}
