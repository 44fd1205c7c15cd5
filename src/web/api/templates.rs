//! `/channels/{id}/templates`: what a vendor keeps and approves before it can be sent.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::setup::template_forms::must_declare;
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
use crate::web::error::ApiError;
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
        .post(&["/channels/{id}/templates/{inner}/unpause"], unpause)
        .says("Have the vendor send a template again that it paused")
        .needs(Permission::ManageTemplates)
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
    /// Of a template of mails: its subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Of a template of mails: its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Of a template of mails: the same as HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    /// Of a template of mails: the names of its variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    variables: Option<Vec<String>>,
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
    fn new(state: &State, template: Template) -> Result<Self, ApiError> {
        let usable = template.told.is_usable();
        let variables = state.engine.templates.own_variables(&template)?;
        let told = template.told;
        let part = |kind: &str| {
            let its = told.components.iter().filter(|_| variables.is_some());
            let mut its = its.filter(|one| one.get("type").is_some_and(|known| known == kind));
            Some(its.next()?.get("text")?.as_str()?.to_owned())
        };
        let (subject, text, html) = (part("HEADER"), part("BODY"), part("HTML"));
        Ok(Self {
            id: template.id,
            tenant_id: tenant_of(state)?,
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
            subject,
            text,
            html,
            variables,
            external_id: told.external_id,
            last_synced_at: template.synced_at,
            created_at: template.created_at,
            updated_at: template.updated_at,
        })
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

/// The parts that the words of a mail's template stand for; none where nothing is given.
fn parts_of_mail(words: [(&str, Option<&String>); 3]) -> Option<Vec<Opaque>> {
    let part = |(kind, text): (&str, Option<&String>)| {
        let mut part = json!({ "type": kind, "text": text? });
        if kind == "HEADER" {
            part["format"] = "TEXT".into();
        }
        part.as_object().cloned()
    };
    let all: Vec<Opaque> = words.into_iter().filter_map(part).collect();
    (!all.is_empty()).then_some(all)
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
    /// For mails, in place of parts: the subject.
    #[serde(default)]
    subject: Option<String>,
    /// For mails: the words. `{{name}}` stands where each says something else.
    #[serde(default)]
    text: Option<String>,
    /// For mails: the same as HTML.
    #[serde(default)]
    html: Option<String>,
    /// For mails: the names of the variables; where they are given, no other may stand in it.
    #[serde(default)]
    variables: Option<Vec<String>>,
}

impl TemplateIn {
    /// What is handed in, and the variables that may stand in it.
    fn draft(self) -> (TemplateDraft, Option<Vec<String>>) {
        let code = self.language.get("code").unwrap_or(&self.language);
        let mut category = self.category.to_uppercase();
        let components = parts_of_mail([
            ("HEADER", self.subject.as_ref()),
            ("BODY", self.text.as_ref()),
            ("HTML", self.html.as_ref()),
        ]);
        if components.is_some() && category.is_empty() {
            "UTILITY".clone_into(&mut category);
        }
        let draft = TemplateDraft {
            language: code.as_str().unwrap_or_default().to_owned(),
            name: self.name,
            category,
            parameter_format: self.parameter_format,
            components: components.unwrap_or(self.components),
            ..TemplateDraft::default()
        };
        (draft, self.variables)
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
    /// For mails, in place of parts: the subject.
    #[serde(default)]
    subject: Option<String>,
    /// For mails: the words. `{{name}}` stands where each says something else.
    #[serde(default)]
    text: Option<String>,
    /// For mails: the same as HTML.
    #[serde(default)]
    html: Option<String>,
    /// For mails: the names of the variables; where they are given, no other may stand in it.
    #[serde(default)]
    variables: Option<Vec<String>>,
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
    let shown: Result<Vec<_>, _> = found
        .into_iter()
        .map(|template| TemplateOut::new(state, template))
        .collect();
    let page = page::cut(shown?, &asked.0, &format!("templates {id}"))?;
    Ok(Answer::list(page, &asked.0))
}

async fn create(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<TemplateIn>,
) -> Answered {
    let service = &state.engine.templates;
    let (draft, variables) = body.0.draft();
    must_declare(&draft.components, variables.as_deref())?;
    let made = service.create(&caller.actor, id.0, draft).await?;
    Ok(Answer::made(&TemplateOut::new(&state, made)?))
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
    Ok(Answer::one(&TemplateOut::new(&state, found)?))
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ChannelId, TemplateId>,
    body: Body<TemplateChangesIn>,
) -> Answered {
    let asked = body.0;
    let of_mail = parts_of_mail([
        ("HEADER", asked.subject.as_ref()),
        ("BODY", asked.text.as_ref()),
        ("HTML", asked.html.as_ref()),
    ]);
    let changes = TemplateChanges {
        category: asked.category.map(|category| category.to_uppercase()),
        components: of_mail.or(asked.components),
    };
    let service = &state.engine.templates;
    let components = changes.components.as_deref().unwrap_or_default();
    must_declare(components, asked.variables.as_deref())?;
    let changed = service.edit(&caller.actor, ids.0, ids.1, changes).await?;
    Ok(Answer::one(&TemplateOut::new(&state, changed)?))
}

async fn unpause(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ChannelId, TemplateId>,
) -> Answered {
    let service = &state.engine.templates;
    let resumed = service.resume(&caller.actor, ids.0, ids.1).await?;
    Ok(Answer::one(&TemplateOut::new(&state, resumed)?))
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
