//! The page behind `List-Unsubscribe` (RFC 8058). Showing it changes nothing, for programs look at
//! links ahead of people; what mail programs post with one click, and the button on the page, do.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::outside::UnsubscribePage;
use crate::web::dashboard::view::shell::Theme;

/// The address.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/u/{token}")
            .route(web::get().to(show))
            .route(web::post().to(leave)),
    );
}

async fn show(state: Shared, token: Path<String>) -> Result<HttpResponse, Problem> {
    let leaving = state.engine.ingest.leaving(&token);
    let leaving = leaving.map_err(Problem::outside)?;
    Ok(page(&UnsubscribePage {
        theme: Theme::default(),
        business: leaving.business,
        address: leaving.address,
        is_done: false,
    }))
}

/// Whoever has the link may do it: no name, no password, no proof of a form.
async fn leave(state: Shared, token: Path<String>) -> Result<HttpResponse, Problem> {
    let leaving = state.engine.ingest.unsubscribe(&token).await;
    let leaving = leaving.map_err(Problem::outside)?;
    Ok(page(&UnsubscribePage {
        theme: Theme::default(),
        business: leaving.business,
        address: leaving.address,
        is_done: true,
    }))
}
