//! `/tenant`: the one organisation of this installation.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::setup::organisation::LimitChanges;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::model::fence::AgentVisibility;
use crate::model::ids::OrganisationId;
use crate::model::organisation::Organisation;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::api::usage::LimitsOut;
use crate::web::api::wire::Body;
use crate::web::error::ApiError;
use crate::web::state::State;

/// How the organisation may stand: sending, or not.
const STATUSES: [&str; 2] = ["active", "suspended"];

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("organisation");
    routes
        .get(&["/tenant", "/auth/tenant"], show)
        .says("Get the organisation")
        .gives::<OrganisationOut>();
    routes
        .patch(&["/tenant"], update)
        .says("Change the organisation")
        .needs(Permission::ManageOrganisation)
        .takes::<OrganisationPatch>()
        .gives::<OrganisationOut>();
}

/// The organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tenant)]
pub struct OrganisationOut {
    /// `org_...`
    id: OrganisationId,
    /// The name customers know.
    name: String,
    /// The name in addresses.
    slug: String,
    /// `active`, or `suspended`: then every send is refused with `TENANT_SUSPENDED`, and what customers
    /// write is received all the same.
    status: &'static str,
    /// Always `enterprise`: an installation of one's own has no limits but those its owner sets.
    plan: &'static str,
    /// How much there may be of everything.
    limits: LimitsOut,
    /// How the installation behaves.
    settings: SettingsOut,
    /// When it was set up.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TenantSettings)]
struct SettingsOut {
    /// The IANA time zone days are counted in.
    timezone: String,
    /// The language.
    locale: String,
    /// Which conversations agents see: `all`, `team` (their own, those of their teams, and those
    /// that are neither a person's nor a team's) or `own`.
    agent_visibility: &'static str,
    /// For how many days after their last message resolved conversations are kept; none means for
    /// ever.
    retention_days: Option<u16>,
    /// After how many days without a message open conversations that wait for the customer are
    /// resolved; none means never.
    auto_close_after_days: Option<u16>,
}

impl From<Organisation> for OrganisationOut {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            name: organisation.name,
            slug: organisation.slug,
            status: STATUSES[usize::from(organisation.suspended)],
            plan: "enterprise",
            limits: organisation.limits.into(),
            settings: SettingsOut {
                timezone: organisation.timezone,
                locale: organisation.language,
                agent_visibility: organisation.agent_visibility.name(),
                retention_days: organisation.retention_days,
                auto_close_after_days: organisation.auto_close_after_days,
            },
            created_at: organisation.created_at,
            updated_at: organisation.updated_at,
        }
    }
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrganisationPatch {
    /// The name customers know.
    #[serde(default)]
    name: Option<String>,
    /// `active` or `suspended`.
    #[serde(default)]
    status: Option<String>,
    /// How the installation behaves.
    #[serde(default)]
    settings: SettingsPatch,
    /// How much there may be of everything.
    #[serde(default)]
    limits: LimitsPatch,
}

/// New limits: a whole number, or -1 for none. What is absent stays.
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct LimitsPatch {
    /// People who answer.
    max_users: Option<i64>,
    /// Channels.
    max_channels: Option<i64>,
    /// Contacts; those who write to you are contacts beyond it too.
    max_contacts: Option<i64>,
    /// Messages from and to customers in a month; beyond it nothing is sent, and everything received.
    max_messages_per_month: Option<i64>,
}

impl From<LimitsPatch> for LimitChanges {
    fn from(patch: LimitsPatch) -> Self {
        // Below zero is none.
        let limit = |most: Option<i64>| most.map(|most| u64::try_from(most).ok());
        Self {
            users: limit(patch.max_users),
            channels: limit(patch.max_channels),
            contacts: limit(patch.max_contacts),
            messages_per_month: limit(patch.max_messages_per_month),
        }
    }
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SettingsPatch {
    /// The IANA time zone days are counted in.
    #[serde(default)]
    timezone: Option<String>,
    /// The language.
    #[serde(default)]
    locale: Option<String>,
    /// Which conversations agents see: `all`, `team` or `own`.
    #[serde(default)]
    agent_visibility: Option<String>,
    /// For how many days after their last message resolved conversations are kept, at most 3650; 0
    /// keeps them for ever.
    #[serde(default)]
    retention_days: Option<u16>,
    /// After how many days without a message open conversations that wait for the customer are
    /// resolved, at most 3650; 0 leaves them open.
    #[serde(default)]
    auto_close_after_days: Option<u16>,
}

/// The organisation, as the API answers with it.
///
/// # Errors
/// The store's.
pub fn present(state: &State) -> Result<OrganisationOut, ApiError> {
    let missing = || Rejection::not_found(Code::ResourceNotFound, "organisation");
    Ok(state
        .engine
        .organisations
        .get()?
        .ok_or_else(missing)?
        .into())
}

/// The organisation's id, which every answer carries as `tenantId`.
///
/// # Errors
/// The store's.
pub fn tenant_of(state: &State) -> Result<OrganisationId, ApiError> {
    Ok(present(state)?.id)
}

async fn show(_: ApiCaller, state: Data<State>) -> Answered {
    Ok(Answer::one(&present(&state)?))
}

async fn update(caller: ApiCaller, state: Data<State>, body: Body<OrganisationPatch>) -> Answered {
    let settings = body.0.settings;
    let agent_visibility = settings
        .agent_visibility
        .as_deref()
        .map(visibility)
        .transpose()?;
    let changes = OrganisationChanges {
        name: body.0.name,
        timezone: settings.timezone,
        language: settings.locale,
        agent_visibility,
        retention_days: settings.retention_days,
        auto_close_after_days: settings.auto_close_after_days,
        limits: body.0.limits.into(),
        suspended: body.0.status.as_deref().map(is_suspended).transpose()?,
    };
    let organisation = state
        .engine
        .organisations
        .update(&caller.actor, changes)
        .await?;
    Ok(Answer::one(&OrganisationOut::from(organisation)))
}

fn is_suspended(word: &str) -> Result<bool, Rejection> {
    let found = STATUSES.iter().position(|status| *status == word);
    let found = found.map(|at| at == 1);
    found.ok_or_else(|| Rejection::field("status", "must be active or suspended"))
}

fn visibility(word: &str) -> Result<AgentVisibility, Rejection> {
    let wrong = "must be all, team or own";
    AgentVisibility::named(word).ok_or_else(|| Rejection::field("settings.agentVisibility", wrong))
}
