//! `/app/settings/templates`: what vendors keep and approve before it can be sent.

pub mod draw;
pub mod edit;
pub mod list;
pub mod read;

use actix_web::web;

/// The address of the list.
pub const LIST: &str = "/app/settings/templates";

/// The addresses of templates.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(LIST, web::get().to(list::show))
        .route("/app/settings/templates/sync", web::post().to(list::sync))
        .route("/app/settings/templates/new", web::get().to(edit::begin))
        .route("/app/settings/templates/new", web::post().to(edit::create))
        .route("/app/settings/templates/{id}", web::get().to(edit::show))
        .route("/app/settings/templates/{id}", web::post().to(edit::change))
        .route(
            "/app/settings/templates/{id}/html",
            web::get().to(edit::html),
        )
        .route(
            "/app/settings/templates/{id}/unpause",
            web::post().to(edit::unpause),
        )
        .route(
            "/app/settings/templates/{id}/delete",
            web::post().to(edit::delete),
        );
}
