//! The dashboard: the pages people of the business work in.

pub mod account;
pub mod conversation;
pub mod form;
pub mod inbox;
pub mod live;
pub mod present;
pub mod problem;
pub mod reader;
pub mod view;

use actix_web::web::ServiceConfig;

/// The addresses of the dashboard, one line a page.
pub fn configure(config: &mut ServiceConfig) {
    account::configure(config);
    live::configure(config);
    conversation::configure(config);
    inbox::configure(config);
}
