//! HTTP, pages, vendor webhooks and sockets.

pub mod api;
pub mod assets;
pub mod auth;
pub mod csrf;
pub mod dashboard;
pub mod demo;
pub mod error;
pub mod files;
pub mod headers;
pub mod heads;
pub mod health;
pub mod hooks;
pub mod limits;
pub mod line;
pub mod log;
pub mod media;
pub mod nowhere;
pub mod request_id;
pub mod sandbox;
pub mod state;
pub mod unsubscribe;
pub mod uploads;
pub mod widget;

use actix_web::web::ServiceConfig;

/// The complete route table, one line a subject.
pub fn configure(config: &mut ServiceConfig) {
    // First, for routes are tried in this order, and vendors call more often than all others.
    hooks::configure(config);
    health::configure(config);
    assets::configure(config);
    media::configure(config);
    unsubscribe::configure(config);
    demo::configure(config);
    sandbox::configure(config);
    widget::configure(config);
    dashboard::configure(config);
    api::configure(config);
    config.default_service(actix_web::web::to(nowhere::nothing_here));
}
