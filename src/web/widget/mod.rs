//! The web chat over HTTP: the widget's files, its API, its socket, the full-page chat.

pub mod bundle;
pub mod guard;
pub mod page;
pub mod rest;
pub mod socket;
pub mod uploads;

use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::web::Data;
use actix_web::web::PayloadConfig;
use actix_web::web::ServiceConfig;

use crate::engine::webchat::frames::FRAME_MAX;
use crate::web::widget::bundle::Widget;

/// The addresses of the web chat.
pub fn configure(config: &mut ServiceConfig) {
    config
        .app_data(Data::new(Widget::load()))
        .route("/v1/linktor.js", web::get().to(bundle::loader))
        .route("/v1/widget/{hash}/{name:.*}", web::get().to(bundle::file))
        .route("/chat/{channel}", web::get().to(page::chat))
        .route("/webchat/files/{file}", web::get().to(page::file))
        .route("/ws/{channel}", web::get().to(socket::legacy))
        .service(
            web::resource("/api/v1/webchat/{channel}/config")
                .wrap(from_fn(guard::share))
                .route(web::get().to(rest::config)),
        )
        .service(
            web::scope("/webchat/v1/{channel}")
                .app_data(PayloadConfig::new(FRAME_MAX))
                .wrap(from_fn(guard::share))
                .configure(calls),
        );
}

/// Everything below `/webchat/v1/{channel}`.
fn calls(config: &mut ServiceConfig) {
    let call = |path: &str| web::resource(path.to_owned()).route(preflight());
    config
        .route("/ws", web::get().to(socket::open))
        .service(call("/config").route(web::get().to(rest::config)))
        .service(
            call("/session")
                .route(web::post().to(rest::open))
                .route(web::patch().to(rest::update))
                .route(web::delete().to(rest::end)),
        )
        .service(
            call("/messages")
                .route(web::get().to(rest::history))
                .route(web::post().to(rest::send)),
        )
        .service(call("/poll").route(web::get().to(rest::poll)))
        .service(call("/read").route(web::post().to(rest::read)))
        .service(call("/typing").route(web::post().to(rest::typing)))
        .service(call("/events").route(web::post().to(rest::event)))
        .service(call("/prechat").route(web::post().to(rest::prechat)))
        .service(call("/offline").route(web::post().to(rest::offline)))
        .service(
            call("/transcript")
                .route(web::get().to(rest::copy))
                .route(web::post().to(rest::transcript)),
        )
        .service(call("/uploads").route(web::post().to(uploads::upload)));
}

fn preflight() -> actix_web::Route {
    web::method(actix_web::http::Method::OPTIONS).to(guard::preflight)
}
