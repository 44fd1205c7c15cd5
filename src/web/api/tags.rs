//! `/tags`: labels to choose from.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::setup::tags::TagChanges;
use crate::model::ids::OrganisationId;
use crate::model::ids::TagId;
use crate::model::permission::Permission;
use crate::model::tag::Tag;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("tags");
    routes
        .get(&["/tags"], index)
        .says("List tags")
        .needs(Permission::ReadPeople)
        .lists::<TagOut>();
    routes
        .post(&["/tags"], create)
        .says("Make a tag")
        .needs(Permission::ManageTeams)
        .takes::<TagIn>()
        .makes::<TagOut>();
    routes
        .get(&["/tags/{id}"], show)
        .says("Get a tag")
        .needs(Permission::ReadPeople)
        .gives::<TagOut>();
    routes
        .patch(&["/tags/{id}"], update)
        .says("Change a tag; what carries it is renamed with it")
        .needs(Permission::ManageTeams)
        .takes::<TagPatch>()
        .gives::<TagOut>();
    routes
        .delete(&["/tags/{id}"], remove)
        .says("Remove a tag from the choice; what carries it keeps it")
        .needs(Permission::ManageTeams);
}

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tag)]
struct TagOut {
    /// `tag_...`
    id: TagId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// Its name.
    name: String,
    /// Its colour: one of eight, from 0.
    tint: u8,
    /// What it stands under in lists.
    group: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl TagOut {
    fn new(tag: Tag, tenant_id: OrganisationId) -> Self {
        Self {
            id: tag.id,
            tenant_id,
            name: tag.name,
            tint: tag.tint,
            group: tag.group,
            created_at: tag.created_at,
            updated_at: tag.updated_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
struct TagIn {
    /// Its name; unique without regard to case.
    name: String,
    /// Its colour: 0 to 7; without one it gets the next.
    #[serde(default)]
    tint: Option<u8>,
    /// What it stands under in lists.
    #[serde(default)]
    group: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct TagPatch {
    /// Its name.
    #[serde(default)]
    name: Option<String>,
    /// Its colour: 0 to 7.
    #[serde(default)]
    tint: Option<u8>,
    /// What it stands under in lists; an empty text takes it out.
    #[serde(default)]
    group: Option<String>,
}

async fn index(caller: ApiCaller, state: Data<State>, asked: Asked) -> Answered {
    let tags = state.engine.tags.list(&caller.actor)?;
    let tenant = tenant_of(&state)?;
    let page = page::cut(tags, &asked.0, "tags")?;
    Ok(Answer::list(
        page.map(|tag| TagOut::new(tag, tenant)),
        &asked.0,
    ))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<TagIn>) -> Answered {
    let new = TagChanges {
        name: Some(body.0.name),
        tint: body.0.tint,
        group: body.0.group,
    };
    let tag = state.engine.tags.create(&caller.actor, new).await?;
    Ok(Answer::made(&TagOut::new(tag, tenant_of(&state)?)))
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<TagId>) -> Answered {
    let tag = state.engine.tags.get(&caller.actor, id.0)?;
    Ok(Answer::one(&TagOut::new(tag, tenant_of(&state)?)))
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<TagId>,
    body: Body<TagPatch>,
) -> Answered {
    let changes = TagChanges {
        name: body.0.name,
        tint: body.0.tint,
        group: body.0.group,
    };
    let tag = state
        .engine
        .tags
        .update(&caller.actor, id.0, changes)
        .await?;
    Ok(Answer::one(&TagOut::new(tag, tenant_of(&state)?)))
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<TagId>) -> Answered {
    state.engine.tags.delete(&caller.actor, id.0).await?;
    Ok(Answer::done())
}
