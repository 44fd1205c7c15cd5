//! `/channels/{id}/templates`: what a vendor keeps and approves before it can be sent.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::ids::ChannelId;
use crate::model::ids::OrganisationId;
use crate::model::ids::TemplateId;
use crate::model::permission::Permission;
use crate::model::template::Template;
use crate::model::template::TemplateChanges;
use crate::model::template::TemplateDraft;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::IdsOf;
use crate::web::api::wire::Query;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("templates");
    routes
        .get(&["/channels/{id}/templates"], index)
        .says("List the templates of a channel, by name, as they were last told")
        .needs(Permission::ReadTemplates)
        .query::<TemplateQuery>()
        .lists::<TemplateOut>();
    routes
        .post(&["/channels/{id}/templates"], create)
        .says("Hand a template in for approval")
        .needs(Permission::ManageTemplates)
        .takes::<TemplateIn>()
        .makes::<TemplateOut>();
    routes
        .post(&["/channels/{id}/templates/sync"], sync)
        .says("Ask the vendor for every template of a channel")
        .needs(Permission::ManageTemplates)
        .lists::<TemplateOut>();
    routes
        .get(&["/channels/{id}/templates/{inner}"], show)
        .says("Get a template")
        .needs(Permission::ReadTemplates)
        .gives::<TemplateOut>();
    routes
        .patch(&["/channels/{id}/templates/{inner}"], update)
        .says("Hand a template in again with other parts or of another category")
        .needs(Permission::ManageTemplates)
        .takes::<TemplateChangesIn>()
        .gives::<TemplateOut>();
    routes
        .delete(&["/channels/{id}/templates/{inner}"], remove)
        .says("Take a template away, at the vendor too")
        .needs(Permission::ManageTemplates);
}

/// A template in one language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Template)]
struct TemplateOut {
    /// `tpl_...`
    id: TemplateId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// The channel it is sent through.
    channel_id: ChannelId,
    /// Its name.
    name: String,
    /// Its language, such as `pt_BR`.
    language: String,
    /// `AUTHENTICATION`, `MARKETING` or `UTILITY`.
    category: String,
    /// How it stands with the vendor: `APPROVED`, `PENDING`, `REJECTED` and others.
    status: String,
    /// Whether it can be sent now.
    usable: bool,
    /// Why it stands so.
    rejection_reason: Option<String>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    quality_score: Option<String>,
    /// `POSITIONAL` or `NAMED`.
    parameter_format: Option<String>,
    /// Its parts, in the vendor's shape.
    #[schema(value_type = Vec<Object>)]
    components: Vec<Opaque>,
    /// The vendor's id.
    external_id: Option<String>,
    /// When the vendor last told all of it.
    last_synced_at: Timestamp,
    /// When it was first known here.
    created_at: Timestamp,
    /// When it last changed here.
    updated_at: Timestamp,
}

impl TemplateOut {
    fn new(template: Template, tenant_id: OrganisationId) -> Self {
        let usable = template.told.is_usable();
        let told = template.told;
        Self {
            id: template.id,
            tenant_id,
            channel_id: template.channel_id,
            name: told.name,
            language: told.language,
            category: told.category,
            status: told.status,
            usable,
            rejection_reason: told.reason,
            quality_score: told.quality,
            parameter_format: told.parameter_format,
            components: told.components,
            external_id: told.external_id,
            last_synced_at: template.synced_at,
            created_at: template.created_at,
            updated_at: template.updated_at,
        }
    }
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct TemplateQuery {
    /// Only in this state, such as `APPROVED`.
    status: Option<String>,
    /// Only in this language.
    language: Option<String>,
    /// Only with this in the name.
    search: Option<String>,
}

impl TemplateQuery {
    fn shows(&self, template: &Template) -> bool {
        let told = &template.told;
        let is = |wanted: &Option<String>, held: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(held))
        };
        let found = |wanted: &String| told.name.contains(&wanted.to_lowercase());
        is(&self.status, &told.status)
            && is(&self.language, &told.language)
            && self.search.as_ref().is_none_or(found)
    }
}

/// A template to be approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewTemplate)]
struct TemplateIn {
    /// Its name.
    name: String,
    /// Its language, such as `pt_BR`; an object with a `code` is read too.
    #[schema(value_type = String)]
    language: Value,
    /// `AUTHENTICATION`, `MARKETING` or `UTILITY`.
    #[serde(default)]
    category: String,
    /// `POSITIONAL` or `NAMED`.
    #[serde(default)]
    parameter_format: Option<String>,
    /// Its parts, in the vendor's shape. Example files may be named by the id of an upload.
    #[schema(value_type = Vec<Object>)]
    #[serde(default)]
    components: Vec<Opaque>,
}

impl From<TemplateIn> for TemplateDraft {
    fn from(body: TemplateIn) -> Self {
        let code = body.language.get("code").unwrap_or(&body.language);
        Self {
            language: code.as_str().unwrap_or_default().to_owned(),
            name: body.name,
            category: body.category.to_uppercase(),
            parameter_format: body.parameter_format,
            components: body.components,
            ..Self::default()
        }
    }
}

/// What is to be different; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateChanges)]
struct TemplateChangesIn {
    /// `AUTHENTICATION`, `MARKETING` or `UTILITY`.
    #[serde(default)]
    category: Option<String>,
    /// All its parts, in the vendor's shape.
    #[schema(value_type = Option<Vec<Object>>)]
    #[serde(default)]
    components: Option<Vec<Opaque>>,
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    query: Query<TemplateQuery>,
    asked: Asked,
) -> Answered {
    let mut found = state.engine.templates.list(&caller.actor, id.0)?;
    found.retain(|template| query.0.shows(template));
    list(&state, id.0, found, &asked)
}

fn list(state: &State, id: ChannelId, found: Vec<Template>, asked: &Asked) -> Answered {
    let tenant = tenant_of(state)?;
    let page = page::cut(found, &asked.0, &format!("templates {id}"))?;
    Ok(Answer::list(
        page.map(|template| TemplateOut::new(template, tenant)),
        &asked.0,
    ))
}

async fn create(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<TemplateIn>,
) -> Answered {
    let service = &state.engine.templates;
    let made = service.create(&caller.actor, id.0, body.0.into()).await?;
    Ok(Answer::made(&TemplateOut::new(made, tenant_of(&state)?)))
}

async fn sync(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    asked: Asked,
) -> Answered {
    let found = state.engine.templates.sync(&caller.actor, id.0).await?;
    list(&state, id.0, found, &asked)
}

async fn show(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ChannelId, TemplateId>,
) -> Answered {
    let found = state.engine.templates.get(&caller.actor, ids.0, ids.1)?;
    Ok(Answer::one(&TemplateOut::new(found, tenant_of(&state)?)))
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ChannelId, TemplateId>,
    body: Body<TemplateChangesIn>,
) -> Answered {
    let changes = TemplateChanges {
        category: body.0.category.map(|category| category.to_uppercase()),
        components: body.0.components,
    };
    let service = &state.engine.templates;
    let changed = service.edit(&caller.actor, ids.0, ids.1, changes).await?;
    Ok(Answer::one(&TemplateOut::new(changed, tenant_of(&state)?)))
}

async fn remove(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ChannelId, TemplateId>,
) -> Answered {
    let service = &state.engine.templates;
    service.delete(&caller.actor, ids.0, ids.1).await?;
    Ok(Answer::done())
}
