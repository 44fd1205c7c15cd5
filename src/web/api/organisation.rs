//! `/tenant`: the one organisation of this installation.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::model::ids::OrganisationId;
use crate::model::organisation::Organisation;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::error::ApiError;
use crate::web::state::State;

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
    /// Always `enterprise`: an installation of one's own has no limits.
    plan: &'static str,
    /// Time zone and language.
    settings: SettingsOut,
    /// When it was set up.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantSettings)]
struct SettingsOut {
    /// The IANA time zone days are counted in.
    timezone: String,
    /// The language.
    locale: String,
}

impl From<Organisation> for OrganisationOut {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            name: organisation.name,
            slug: organisation.slug,
            plan: "enterprise",
            settings: SettingsOut {
                timezone: organisation.timezone,
                locale: organisation.language,
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
    /// Time zone and language.
    #[serde(default)]
    settings: SettingsPatch,
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
    let changes = OrganisationChanges {
        name: body.0.name,
        timezone: body.0.settings.timezone,
        language: body.0.settings.locale,
    };
    let organisation = state
        .engine
        .organisations
        .update(&caller.actor, changes)
        .await?;
    Ok(Answer::one(&OrganisationOut::from(organisation)))
}
