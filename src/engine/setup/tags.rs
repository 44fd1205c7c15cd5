//! Labels that people choose from. Conversations and contacts carry them by name.

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::ids::TagId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag::Tag;
use crate::model::tag::same_label;
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
    pub async fn create(
        &self,
        actor: &Actor,
        name: &str,
        tint: Option<u8>,
    ) -> Result<Tag, EngineError> {
        actor.require(Permission::ManageTeams)?;
        let name = clean(name)?;
        check_tint(tint)?;
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
                    tint: tint.unwrap_or(next),
                    created_at: pen.now,
                    updated_at: pen.now,
                };
                tags::put(tx, &tag)?;
                let details = audit::named(&tag.name);
                audit::note(tx, &mut pen, &actor, "tag.created", tag.id, details)?;
                Ok(tag)
            })
            .await
    }

    /// Changes a label. What carries the old name keeps it.
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
        let name = changes.name.as_deref().map(clean).transpose()?;
        check_tint(changes.tint)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing a tag", move |tx| {
                let mut pen = stamp.pen();
                let mut tag = find(tx, id)?;
                if let Some(name) = &name {
                    free(&tags::list(tx)?, name, Some(id))?;
                    tag.name.clone_from(name);
                }
                tag.tint = changes.tint.unwrap_or(tag.tint);
                tag.updated_at = pen.now;
                tags::put(tx, &tag)?;
                let details = audit::named(&tag.name);
                audit::note(tx, &mut pen, &actor, "tag.updated", id, details)?;
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
        .any(|tag| Some(tag.id) != but && same_label(&tag.name, name));
    if taken {
        let message = format!("There is already a tag named {name}.");
        return Err(Rejection::new(Code::ResourceAlreadyExists, message));
    }
    Ok(())
}

fn clean(name: &str) -> Result<String, Rejection> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let wrong = format!("must be 1 to {NAME_MAX} characters long");
        return Err(Rejection::field("name", wrong));
    }
    Ok(name)
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
