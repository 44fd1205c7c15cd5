//! The REST API, one file a subject, under `/api/v1`, `/v1` and, for its own names, under `/`.

pub mod alerts;
pub mod answer;
pub mod api_keys;
pub mod audit;
pub mod auth;
pub mod bulk;
pub mod caller;
pub mod capabilities;
pub mod channel_checks;
pub mod channel_out;
mod channel_routing;
pub mod channel_sign_in;
pub mod channel_stats;
pub mod channels;
pub mod consent;
pub mod contact_in;
pub mod contact_out;
pub mod contacts;
pub mod content_in;
pub mod content_out;
pub mod conversation_list;
pub mod conversation_moves;
pub mod conversation_out;
pub mod conversations;
pub mod cors;
pub mod docs;
pub mod event_out;
pub mod events;
pub mod follow;
pub mod frame;
pub mod media;
pub mod message_in;
pub mod message_out;
pub mod messages;
pub mod openapi;
pub mod organisation;
pub mod page;
pub mod participants;
pub mod repeats;
pub mod route;
pub mod schema;
pub mod search;
pub mod socket;
pub mod socket_frames;
pub mod socket_places;
pub mod system;
pub mod tags;
pub mod teams;
pub mod templates;
pub mod two_step;
pub mod typing;
pub mod unheard;
pub mod usage;
pub mod users;
pub mod views;
pub mod wire;

use std::collections::BTreeSet;

use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::web::PayloadConfig;
use actix_web::web::ServiceConfig;

use crate::web::api::route::Routes;

/// Every route of the API, one line a subject.
#[must_use]
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    auth::routes(&mut routes);
    two_step::routes(&mut routes);
    organisation::routes(&mut routes);
    usage::routes(&mut routes);
    users::routes(&mut routes);
    teams::routes(&mut routes);
    tags::routes(&mut routes);
    views::routes(&mut routes);
    templates::routes(&mut routes);
    api_keys::routes(&mut routes);
    contacts::routes(&mut routes);
    consent::routes(&mut routes);
    channels::routes(&mut routes);
    typing::routes(&mut routes);
    routes.about("conversations");
    conversation_list::routes(&mut routes);
    conversations::routes(&mut routes);
    conversation_moves::routes(&mut routes);
    participants::routes(&mut routes);
    messages::routes(&mut routes);
    bulk::routes(&mut routes);
    media::routes(&mut routes);
    search::routes(&mut routes);
    events::routes(&mut routes);
    socket::routes(&mut routes);
    capabilities::routes(&mut routes);
    system::routes(&mut routes);
    alerts::routes(&mut routes);
    audit::routes(&mut routes);
    routes
}

/// The API under its three prefixes.
pub fn configure(config: &mut ServiceConfig) {
    openapi::configure(config);
    docs::configure(config);
    for prefix in ["/api/v1", "/v1"] {
        config.service(
            web::scope(prefix)
                .app_data(PayloadConfig::new(wire::BODY_MAX_BYTES))
                .wrap(from_fn(frame::around))
                .configure(|config| routes().register(config))
                .default_service(web::to(frame::nothing_here)),
        );
    }
    let names = names();
    let is_ours = move |path: &str| {
        let first = path
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        names.contains(first)
    };
    config.service(
        web::scope("")
            .guard(fn_guard(move |request| is_ours(request.head().uri.path())))
            .app_data(PayloadConfig::new(wire::BODY_MAX_BYTES))
            .wrap(from_fn(frame::around))
            .configure(|config| routes().register(config))
            .default_service(web::to(frame::nothing_here)),
    );
}

/// The first words of the API's paths.
fn names() -> BTreeSet<&'static str> {
    let routes = routes();
    let first = |path: &'static str| path.trim_start_matches('/').split('/').next();
    routes
        .docs()
        .iter()
        .filter_map(|doc| first(doc.path))
        .collect()
}
