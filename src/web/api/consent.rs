//! `/contacts/{id}/consent`: what a person wants at an address, as somebody here heard it.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::engine::people::consenting::HeardConsent;
use crate::model::ids::ContactId;
use crate::model::ids::IdentityId;
use crate::model::permission::Permission;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::contact_out::ContactOut;
use crate::web::api::organisation::tenant_of;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::state::State;

/// The route of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("contacts");
    routes
        .post(&["/contacts/{id}/consent"], hear)
        .says("Write down that a person wants nothing sent to an address, or (administrators, with a reason) something again")
        .needs(Permission::EditContacts)
        .takes::<ConsentIn>()
        .gives::<ContactOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConsentIn {
    /// The address, by its id among the contact's `identifiers`.
    identifier_id: IdentityId,
    /// What the person wants.
    status: Wanted,
    /// How it came about; `optedIn` needs one.
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Wanted {
    /// Messages may be sent.
    OptedIn,
    /// Nothing may be sent.
    OptedOut,
}

async fn hear(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    body: Body<ConsentIn>,
) -> Answered {
    let heard = HeardConsent {
        identity: body.0.identifier_id,
        is_given: body.0.status == Wanted::OptedIn,
        reason: body.0.reason,
    };
    let contacts = &state.engine.contacts;
    let person = contacts.hear_consent(&caller.actor, id.0, heard).await?;
    let revision = person.contact.revision;
    Ok(Answer::one(&ContactOut::new(person, tenant_of(&state)?)).revision(revision))
}
