//! `/api-keys`: keys by which programs act for a user.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::model::api_key::ApiKey;
use crate::model::ids::ApiKeyId;
use crate::model::ids::OrganisationId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
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
    routes.about("api-keys");
    routes
        .get(&["/api-keys", "/auth/api-keys"], index)
        .says("List API keys")
        .needs(Permission::ManageApiKeys)
        .lists::<ApiKeyOut>();
    routes
        .post(&["/api-keys", "/auth/api-keys"], create)
        .says("Make an API key; the key itself is in this answer and nowhere else")
        .needs(Permission::ManageApiKeys)
        .takes::<ApiKeyIn>()
        .makes::<ApiKeyOut>();
    routes
        .delete(&["/api-keys/{id}", "/auth/api-keys/{id}"], remove)
        .says("Revoke an API key")
        .needs(Permission::ManageApiKeys);
}

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
struct ApiKeyOut {
    /// `key_...`
    id: ApiKeyId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// What it is for.
    name: String,
    /// The key itself, in the answer that made it.
    key: Option<String>,
    /// Its first characters, to recognise it by.
    prefix: String,
    /// What it is limited to; empty means everything its user may.
    scopes: Vec<String>,
    /// The same, for older clients.
    permissions: Vec<String>,
    /// Whom it acts for.
    user_id: UserId,
    /// The last use, to the minute.
    last_used_at: Option<Timestamp>,
    /// When it stops working.
    expires_at: Option<Timestamp>,
    /// When it was revoked.
    revoked_at: Option<Timestamp>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl ApiKeyOut {
    fn new(held: ApiKey, key: Option<String>, tenant_id: OrganisationId) -> Self {
        Self {
            id: held.id,
            tenant_id,
            name: held.name,
            key,
            prefix: held.prefix,
            permissions: held.scopes.clone(),
            scopes: held.scopes,
            user_id: held.user_id,
            last_used_at: held.last_used_at,
            expires_at: held.expires_at,
            revoked_at: held.revoked_at,
            created_at: held.created_at,
            updated_at: held.updated_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ApiKeyIn {
    /// What it is for.
    name: String,
    /// What it is limited to, such as `messages:write`; without any it may all that its user may.
    #[serde(default, alias = "permissions")]
    scopes: Vec<String>,
    /// When it stops working; without it, never.
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

async fn index(caller: ApiCaller, state: Data<State>, asked: Asked) -> Answered {
    let keys = state.engine.api_keys.list(&caller.actor)?;
    let tenant = tenant_of(&state)?;
    let page = page::cut(keys, &asked.0, "api keys")?;
    Ok(Answer::list(
        page.map(|key| ApiKeyOut::new(key, None, tenant)),
        &asked.0,
    ))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<ApiKeyIn>) -> Answered {
    let ApiKeyIn {
        name,
        scopes,
        expires_at,
    } = body.0;
    let keys = &state.engine.api_keys;
    let (held, key) = keys
        .create(&caller.actor, &name, scopes, expires_at)
        .await?;
    Ok(Answer::made(&ApiKeyOut::new(
        held,
        Some(key),
        tenant_of(&state)?,
    )))
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<ApiKeyId>) -> Answered {
    state.engine.api_keys.revoke(&caller.actor, id.0).await?;
    Ok(Answer::done())
}
