//! Saved views: whose they are, who is shown them, who may change them.

use crate::base::text::one_line;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::ids::TeamId;
use crate::model::ids::ViewId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::model::tag::add_labels;
use crate::model::view::Audience;
use crate::model::view::Colour;
use crate::model::view::Narrowing;
use crate::model::view::QUEUES;
use crate::model::view::View;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::teams;
use crate::store::records::views;

/// The longest name, in characters.
const NAME_MAX: usize = 60;
/// The longest words looked for, in characters.
const WORDS_MAX: usize = 120;
/// The most views one person makes.
const VIEWS_MAX: usize = 100;

/// A view to be made, or what is changed about one: what is none stays, or is as usual.
#[derive(Debug, Clone, Default)]
pub struct ViewChanges {
    /// The name.
    pub name: Option<String>,
    /// The colour of its dot.
    pub colour: Option<Colour>,
    /// Who is shown it.
    pub audience: Option<Audience>,
    /// The queue, by its word.
    pub queue: Option<String>,
    /// What of the queue.
    pub narrowing: Option<Narrowing>,
}

/// Keeping views.
#[derive(Clone)]
pub struct Views(pub Context);

impl Views {
    /// The views the actor is shown, oldest first.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn list(&self, actor: &Actor) -> Result<Vec<View>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        let teams = teams_of(&read, actor)?;
        let mut found = views::list(&read)?;
        found.retain(|view| is_shown(view, actor, &teams));
        Ok(found)
    }

    /// One of them.
    ///
    /// # Errors
    /// The actor may not read; there is none for the actor.
    pub fn get(&self, actor: &Actor, id: ViewId) -> Result<View, EngineError> {
        actor.require(Permission::ReadConversations)?;
        find(&self.0.store.snapshot()?, actor, id)
    }

    /// Makes a view.
    ///
    /// # Errors
    /// The actor may not share views; `VALIDATION_ERROR`.
    pub async fn create(&self, actor: &Actor, new: ViewChanges) -> Result<View, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let Some(owner) = actor.user_id() else {
            return Err(Rejection::field("owner", "must be a person").into());
        };
        let new = checked(actor, new)?;
        let missing = |field| Rejection::field(field, "is missing");
        let name = new.name.clone().ok_or_else(|| missing("name"))?;
        let stamp = self.0.stamp();
        self.0
            .store
            .write("making a view", move |tx| {
                let mut pen = stamp.pen();
                let held = views::list(tx)?;
                if held.iter().filter(|view| view.owner == owner).count() >= VIEWS_MAX {
                    let message = format!("You have {VIEWS_MAX} views; remove one first.");
                    return Err(Rejection::new(Code::ValidationError, message).into());
                }
                let mut view = View {
                    id: pen.id(),
                    name: name.clone(),
                    colour: Colour::default(),
                    owner,
                    audience: Audience::default(),
                    queue: "all".to_owned(),
                    narrowing: Narrowing::default(),
                    created_at: pen.now,
                    updated_at: pen.now,
                };
                apply(&mut view, &new);
                has_team(tx, view.audience)?;
                views::put(tx, &view)?;
                Ok::<_, EngineError>(view)
            })
            .await
    }

    /// Changes a view: one's own, or a shared one by whoever may share.
    ///
    /// # Errors
    /// The actor may not; there is none for the actor; `VALIDATION_ERROR`.
    pub async fn update(
        &self,
        actor: &Actor,
        id: ViewId,
        changes: ViewChanges,
    ) -> Result<View, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let changes = checked(actor, changes)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing a view", move |tx| {
                let mut view = find(tx, &actor, id)?;
                may_change(&actor, &view)?;
                apply(&mut view, &changes);
                has_team(tx, view.audience)?;
                view.updated_at = stamp.now;
                views::put(tx, &view)?;
                Ok(view)
            })
            .await
    }

    /// Removes a view: one's own, or a shared one by whoever may share.
    ///
    /// # Errors
    /// The actor may not; there is none for the actor.
    pub async fn delete(&self, actor: &Actor, id: ViewId) -> Result<(), EngineError> {
        actor.require(Permission::ReadConversations)?;
        let actor = actor.clone();
        self.0
            .store
            .write("removing a view", move |tx| {
                let view = find(tx, &actor, id)?;
                may_change(&actor, &view)?;
                Ok(views::remove(tx, id)?)
            })
            .await
    }
}

/// Whether the actor may change a view.
///
/// # Errors
/// `INSUFFICIENT_PERMISSIONS`: it is somebody else's, and the actor may not share.
pub fn may_change(actor: &Actor, view: &View) -> Result<(), Rejection> {
    if Some(view.owner) == actor.user_id() {
        return Ok(());
    }
    actor.require(Permission::ManageTeams)
}

fn teams_of(read: &impl Read, actor: &Actor) -> Result<Vec<TeamId>, StoreError> {
    let Some(user) = actor.user_id() else {
        return Ok(Vec::new());
    };
    let all = teams::list(read)?.into_iter();
    Ok(all
        .filter(|team| team.member_ids.contains(&user))
        .map(|team| team.id)
        .collect())
}

fn is_shown(view: &View, actor: &Actor, teams: &[TeamId]) -> bool {
    Some(view.owner) == actor.user_id()
        || match view.audience {
            Audience::Owner => false,
            Audience::Team(team) => teams.contains(&team),
            Audience::All => true,
        }
}

fn find(read: &impl Read, actor: &Actor, id: ViewId) -> Result<View, EngineError> {
    let teams = teams_of(read, actor)?;
    views::get(read, id)?
        .filter(|view| is_shown(view, actor, &teams))
        .ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "view").into())
}

fn has_team(read: &impl Read, audience: Audience) -> Result<(), EngineError> {
    match audience {
        Audience::Team(team) if teams::get(read, team)?.is_none() => {
            Err(Rejection::field("teamId", "must be a team").into())
        }
        _ => Ok(()),
    }
}

fn checked(actor: &Actor, mut changes: ViewChanges) -> Result<ViewChanges, Rejection> {
    if let Some(name) = &mut changes.name {
        *name = one_line(name);
        if name.is_empty() || name.chars().count() > NAME_MAX {
            let wrong = format!("must be 1 to {NAME_MAX} characters long");
            return Err(Rejection::field("name", wrong));
        }
    }
    if changes
        .queue
        .as_ref()
        .is_some_and(|queue| !QUEUES.contains(&queue.as_str()))
    {
        let wrong = format!("must be one of {}", QUEUES.join(", "));
        return Err(Rejection::field("queue", wrong));
    }
    if changes
        .audience
        .is_some_and(|audience| audience != Audience::Owner)
    {
        actor.require(Permission::ManageTeams)?;
    }
    if let Some(narrowing) = &mut changes.narrowing {
        let names = std::mem::take(&mut narrowing.tags);
        tag::check(&names)?;
        add_labels(&mut narrowing.tags, &names);
        let words = narrowing.words.take().map(|words| words.trim().to_owned());
        narrowing.words = words.filter(|words| !words.is_empty());
        if narrowing
            .words
            .as_ref()
            .is_some_and(|words| words.chars().count() > WORDS_MAX)
        {
            let wrong = format!("must be at most {WORDS_MAX} characters long");
            return Err(Rejection::field("filter.search", wrong));
        }
    }
    Ok(changes)
}

fn apply(view: &mut View, changes: &ViewChanges) {
    if let Some(name) = &changes.name {
        view.name.clone_from(name);
    }
    view.colour = changes.colour.unwrap_or(view.colour);
    view.audience = changes.audience.unwrap_or(view.audience);
    if let Some(queue) = &changes.queue {
        view.queue.clone_from(queue);
    }
    if let Some(narrowing) = &changes.narrowing {
        view.narrowing.clone_from(narrowing);
    }
}
