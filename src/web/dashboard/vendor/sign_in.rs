//! `/app/settings/channels/{id}/sign-in`: to a page of the vendor's that lets us into the account, and
//! back.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::setup::signing_in::BACK;
use crate::engine::setup::signing_in::Returned;
use crate::engine::setup::signing_in::Whose;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::see;

/// The address that vendors send people back to.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route(BACK, web::get().to(back));
}

/// Leads to the vendor's page. By a link and not by a form: browsers let forms lead nowhere else.
///
/// # Errors
/// The reader may not; there is no such channel, or no such page.
pub async fn leave(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = found(&state, &reader, &path)?;
    let whose = Whose::Session(reader.agent.session.id);
    let channels = &state.engine.channels;
    let page = channels.sign_in_page(&reader.actor(), whose, channel.id, None)?;
    Ok(see(&page))
}

async fn back(
    state: Shared,
    returned: Query<Returned>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let whose = Whose::Session(reader.agent.session.id);
    let channels = &state.engine.channels;
    let actor = reader.actor();
    let channel = channels.signed_in(&actor, whose, returned.into_inner());
    let channel = channel.await?;
    Ok(see(&format!("{LIST}/{}", channel.id)))
}
