//! Labels that people choose from. Conversations and contacts carry them by name.

use crate::base::text::one_line;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::setup::relabelling;
use crate::model::actor::Actor;
use crate::model::ids::TagId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag::Tag;
use crate::store::Read;
use crate::store::records::tags;

/// The longest name, in characters.
const NAME_MAX: usize = 60;
/// How many tints the interface has.
pub const TINTS: u8 = 8;

/// What may be changed; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct TagChanges {
    /// The name.
    pub name: Option<String>,
    /// The tint, below [`TINTS`].
    pub tint: Option<u8>,
    /// What it stands under in lists; an empty text takes it out.
    pub group: Option<String>,
}

/// Managing labels.
#[derive(Clone)]
pub struct Tags(pub Context);

impl Tags {
    /// Every label, oldest first.
    ///
    /// # Errors
    /// The actor may not.
    pub fn list(&self, actor: &Actor) -> Result<Vec<Tag>, EngineError> {
        actor.require(Permission::ReadPeople)?;
        Ok(tags::list(&self.0.store.snapshot()?)?)
    }

    /// One label.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn get(&self, actor: &Actor, id: TagId) -> Result<Tag, EngineError> {
        actor.require(Permission::ReadPeople)?;
        find(&self.0.store.snapshot()?, id)
    }

    /// Makes a label. Without a tint it gets the next one.
    ///
    /// # Errors
    /// The actor may not; `RESOURCE_ALREADY_EXISTS`; `VALIDATION_ERROR`.
    pub async fn create(&self, actor: &Actor, new: TagChanges) -> Result<Tag, EngineError> {
        actor.require(Permission::ManageTeams)?;
        let new = checked(&new)?;
        let missing = || Rejection::field("name", "is missing");
        let name = new.name.clone().ok_or_else(missing)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("making a tag", move |tx| {
                let mut pen = stamp.pen();
                let held = tags::list(tx)?;
                free(&held, &name, None)?;
                // A count modulo eight is below 256.
                let next = u8::try_from(held.len() % usize::from(TINTS)).unwrap_or(0);
                let tag = Tag {
                    id: pen.id(),
                    name: name.clone(),
                    tint: new.tint.unwrap_or(next),
                    created_at: pen.now,
                    updated_at: pen.now,
                    group: new.group.clone().filter(|group| !group.is_empty()),
                    former: Vec::new(),
                };
                tags::put(tx, &tag)?;
                let details = audit::named(&tag.name);
                audit::note(tx, &mut pen, &actor, "tag.created", tag.id, details)?;
                Ok(tag)
            })
            .await
    }

    /// Changes a label. What carries it is renamed with it, a little later where that is much.
    ///
    /// # Errors
    /// The actor may not; there is none; `RESOURCE_ALREADY_EXISTS`; `VALIDATION_ERROR`.
    pub async fn update(
        &self,
        actor: &Actor,
        id: TagId,
        changes: TagChanges,
    ) -> Result<Tag, EngineError> {
        actor.require(Permission::ManageTeams)?;
        let changes = checked(&changes)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing a tag", move |tx| {
                let mut pen = stamp.pen();
                let mut tag = find(tx, id)?;
                let before = tag.name.clone();
                if let Some(name) = &changes.name {
                    free(&tags::list(tx)?, name, Some(id))?;
                    tag.rename(name);
                }
                tag.tint = changes.tint.unwrap_or(tag.tint);
                if let Some(group) = &changes.group {
                    tag.group = Some(group.clone()).filter(|group| !group.is_empty());
                }
                tag.updated_at = pen.now;
                tags::put(tx, &tag)?;
                if tag.name != before {
                    relabelling::begin(tx, &mut pen, &tag)?;
                }
                let details = audit::named(&tag.name);
                audit::note(tx, &mut pen, &actor, "tag.updated", id, details)?;
                Ok(tag)
            })
            .await
    }

    /// Makes one label of two: what carries the one carries the other from now on.
    ///
    /// # Errors
    /// The actor may not; there is no such label; the two are the same.
    pub async fn merge(&self, actor: &Actor, id: TagId, into: TagId) -> Result<Tag, EngineError> {
        actor.require(Permission::ManageTeams)?;
        if id == into {
            return Err(Rejection::field("into", "must be another tag").into());
        }
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("merging tags", move |tx| {
                let mut pen = stamp.pen();
                let gone = find(tx, id)?;
                let mut tag = find(tx, into)?;
                tag.former.extend(gone.former.iter().cloned());
                tag.former.push(gone.name.clone());
                tag.updated_at = pen.now;
                tags::remove(tx, id)?;
                tags::put(tx, &tag)?;
                relabelling::begin(tx, &mut pen, &tag)?;
                let details = audit::named(&gone.name);
                audit::note(tx, &mut pen, &actor, "tag.merged", into, details)?;
                Ok(tag)
            })
            .await
    }

    /// Removes a label from the choice. What carries it keeps it.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn delete(&self, actor: &Actor, id: TagId) -> Result<(), EngineError> {
        actor.require(Permission::ManageTeams)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("removing a tag", move |tx| {
                let tag = find(tx, id)?;
                tags::remove(tx, id)?;
                let details = audit::named(&tag.name);
                audit::note(tx, &mut stamp.pen(), &actor, "tag.deleted", id, details)?;
                Ok(())
            })
            .await
    }
}

fn find(read: &impl Read, id: TagId) -> Result<Tag, EngineError> {
    tags::get(read, id)?.ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "tag").into())
}

fn free(held: &[Tag], name: &str, but: Option<TagId>) -> Result<(), Rejection> {
    let taken = held
        .iter()
        .any(|tag| Some(tag.id) != but && tag.is_called(name));
    if taken {
        let message = format!("There is already a tag named {name}.");
        return Err(Rejection::new(Code::ResourceAlreadyExists, message));
    }
    Ok(())
}

/// The changes with their words in order.
fn checked(changes: &TagChanges) -> Result<TagChanges, Rejection> {
    check_tint(changes.tint)?;
    let name = changes.name.as_deref().map(one_line);
    if name
        .as_deref()
        .is_some_and(|name| !fits(name) || name.is_empty())
    {
        let wrong = format!("must be 1 to {NAME_MAX} characters long");
        return Err(Rejection::field("name", wrong));
    }
    let group = changes.group.as_deref().map(one_line);
    if group.as_deref().is_some_and(|group| !fits(group)) {
        let wrong = format!("must be at most {NAME_MAX} characters long");
        return Err(Rejection::field("group", wrong));
    }
    Ok(TagChanges {
        name,
        tint: changes.tint,
        group,
    })
}

fn fits(words: &str) -> bool {
    words.chars().count() <= NAME_MAX
}

fn check_tint(tint: Option<u8>) -> Result<(), Rejection> {
    match tint {
        Some(tint) if tint >= TINTS => Err(Rejection::field(
            "tint",
            format!("must be 0 to {}", TINTS - 1),
        )),
        _ => Ok(()),
    }
}
