//! Groups of users that conversations can be given to.

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::names::clean_name;
use crate::model::actor::Actor;
use crate::model::conversation::Status;
use crate::model::event::Change;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::event::TeamEvent;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::team::Team;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::teams;
use crate::store::records::users;

/// The longest description, in characters.
const ABOUT_MAX: usize = 500;

/// What may be said of a team; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TeamChanges {
    /// The name.
    pub name: Option<String>,
    /// What it is for; an empty text takes it away.
    pub description: Option<String>,
    /// Its members, all of them.
    pub member_ids: Option<Vec<UserId>>,
}

/// Managing teams.
#[derive(Clone)]
pub struct Teams(pub Context);

impl Teams {
    /// Every team, oldest first.
    ///
    /// # Errors
    /// The actor may not.
    pub fn list(&self, actor: &Actor) -> Result<Vec<Team>, EngineError> {
        actor.require(Permission::ReadPeople)?;
        Ok(teams::list(&self.0.store.snapshot()?)?)
    }

    /// One team.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn get(&self, actor: &Actor, id: TeamId) -> Result<Team, EngineError> {
        actor.require(Permission::ReadPeople)?;
        find(&self.0.store.snapshot()?, id)
    }

    /// Makes a team.
    ///
    /// # Errors
    /// The actor may not; `RESOURCE_ALREADY_EXISTS`; `VALIDATION_ERROR`.
    pub async fn create(&self, actor: &Actor, team: TeamChanges) -> Result<Team, EngineError> {
        actor.require(Permission::ManageTeams)?;
        let changes = clean(team)?;
        if changes.name.is_none() {
            return Err(Rejection::field("name", "is required").into());
        }
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("making a team", move |tx| {
                let mut pen = stamp.pen();
                let fresh = Team {
                    id: pen.id(),
                    name: String::new(),
                    description: None,
                    member_ids: Vec::new(),
                    created_at: pen.now,
                    updated_at: pen.now,
                };
                store(tx, &mut pen, fresh, &changes, &actor, "team.created")
            })
            .await
    }

    /// Changes a team.
    ///
    /// # Errors
    /// The actor may not; there is none; `RESOURCE_ALREADY_EXISTS`; `VALIDATION_ERROR`.
    pub async fn update(
        &self,
        actor: &Actor,
        id: TeamId,
        changes: TeamChanges,
    ) -> Result<Team, EngineError> {
        actor.require(Permission::ManageTeams)?;
        let changes = clean(changes)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing a team", move |tx| {
                let held = find(tx, id)?;
                let mut pen = stamp.pen();
                store(tx, &mut pen, held, &changes, &actor, "team.updated")
            })
            .await
    }

    /// Removes a team. Its conversations keep the people who answer them; those that nobody answers
    /// are for everybody again.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn delete(&self, actor: &Actor, id: TeamId) -> Result<(), EngineError> {
        actor.require(Permission::ManageTeams)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("removing a team", move |tx| {
                let mut pen = stamp.pen();
                let team = find(tx, id)?;
                release_conversations(tx, &mut pen, id)?;
                channels::forget_team(tx, id)?;
                teams::remove(tx, id)?;
                let details = audit::named(&team.name);
                audit::note(tx, &mut pen, &actor, "team.deleted", id, details)?;
                pen.log(tx, Event::TeamChanged(TeamEvent { team_id: id }))?;
                Ok(())
            })
            .await
    }
}

/// Takes the live conversations of a team from it; what is resolved is history.
fn release_conversations(tx: &mut Tx<'_>, pen: &mut Pen, team: TeamId) -> Result<(), EngineError> {
    for status in [Status::Open, Status::Pending, Status::Snoozed] {
        for (_, id) in conversations::places_of_team(tx, status, team, None, usize::MAX)? {
            let Some(mut found) = conversations::get(tx, id)? else {
                continue;
            };
            found.team_id = None;
            found.revision += 1;
            conversations::put(tx, &found)?;
            let event = ConversationChanged {
                conversation_id: id,
                change: Change::Team {
                    from: Some(team),
                    to: None,
                },
            };
            pen.log(tx, Event::ConversationChanged(event))?;
        }
    }
    Ok(())
}

/// Takes somebody who is removed out of every team.
///
/// # Errors
/// The disk's.
pub(super) fn leave_all(tx: &mut Tx<'_>, pen: &mut Pen, user: UserId) -> Result<(), EngineError> {
    for mut team in teams::list(tx)? {
        if team.member_ids.contains(&user) {
            team.member_ids.retain(|member| *member != user);
            team.updated_at = pen.now;
            teams::put(tx, &team)?;
            pen.log(tx, Event::TeamChanged(TeamEvent { team_id: team.id }))?;
        }
    }
    Ok(())
}

fn store(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut team: Team,
    changes: &TeamChanges,
    actor: &Actor,
    action: &str,
) -> Result<Team, EngineError> {
    if let Some(name) = &changes.name {
        free(&teams::list(tx)?, name, team.id)?;
        team.name.clone_from(name);
    }
    if let Some(description) = &changes.description {
        team.description = Some(description.clone()).filter(|about| !about.is_empty());
    }
    if let Some(members) = &changes.member_ids {
        for member in members {
            users::get(tx, *member)?
                .ok_or_else(|| Rejection::field("memberIds", "must be ids of users"))?;
        }
        team.member_ids.clone_from(members);
    }
    team.updated_at = pen.now;
    teams::put(tx, &team)?;
    audit::note(tx, pen, actor, action, team.id, audit::named(&team.name))?;
    pen.log(tx, Event::TeamChanged(TeamEvent { team_id: team.id }))?;
    Ok(team)
}

fn find(read: &impl Read, id: TeamId) -> Result<Team, EngineError> {
    teams::get(read, id)?.ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "team").into())
}

fn free(held: &[Team], name: &str, but: TeamId) -> Result<(), Rejection> {
    let folded = name.to_lowercase();
    let taken = held
        .iter()
        .any(|team| team.id != but && team.name.to_lowercase() == folded);
    if taken {
        let message = format!("There is already a team named {name}.");
        return Err(Rejection::new(Code::ResourceAlreadyExists, message));
    }
    Ok(())
}

fn clean(mut changes: TeamChanges) -> Result<TeamChanges, Rejection> {
    if let Some(name) = &mut changes.name {
        *name = clean_name(name)?;
    }
    if let Some(description) = &mut changes.description {
        *description = description.trim().to_owned();
        if description.chars().count() > ABOUT_MAX {
            let wrong = format!("must be at most {ABOUT_MAX} characters long");
            return Err(Rejection::field("description", wrong));
        }
    }
    if let Some(members) = &mut changes.member_ids {
        let mut seen = Vec::new();
        members.retain(|member| {
            let is_new = !seen.contains(member);
            seen.push(*member);
            is_new
        });
    }
    Ok(changes)
}
