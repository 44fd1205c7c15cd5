//! The dashboard: the pages people of the business work in.

pub mod account;
pub mod alerting;
pub mod answers;
pub mod channel;
pub mod channels;
pub mod code;
pub mod conditions;
pub mod contacts;
pub mod conversation;
pub mod desk;
pub mod failed;
pub mod files;
pub mod form;
pub mod forward;
pub mod general;
pub mod health;
pub mod inbox;
pub mod keys;
pub mod live;
mod mail;
pub mod me;
pub mod menus;
pub mod merging;
pub mod offer;
pub mod password;
pub mod picker;
pub mod present;
pub mod problem;
pub mod reader;
pub mod routing;
pub mod search;
pub mod tags;
pub mod teams;
pub mod templates;
pub mod two_step;
pub mod upload;
pub mod users;
pub mod vendor;
pub mod view;
pub mod views;
pub mod webchat;
pub mod welcome;
pub mod whereabouts;
pub mod writing;

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::ServiceConfig;

use crate::web::dashboard::problem::Problem;

/// The addresses of the dashboard, one line a page.
pub fn configure(config: &mut ServiceConfig) {
    account::configure(config);
    code::configure(config);
    password::configure(config);
    live::configure(config);
    files::configure(config);
    mail::configure(config);
    forward::configure(config);
    writing::configure(config);
    picker::configure(config);
    conversation::configure(config);
    inbox::configure(config);
    upload::configure(config);
    keys::configure(config);
    users::configure(config);
    teams::configure(config);
    tags::configure(config);
    me::configure(config);
    two_step::configure(config);
    contacts::configure(config);
    merging::configure(config);
    health::configure(config);
    failed::configure(config);
    general::configure(config);
    alerting::configure(config);
    search::configure(config);
    templates::configure(config);
    channels::configure(config);
    channel::configure(config);
    vendor::sign_in::configure(config);
    welcome::configure(config);
    config.route("/app/{rest:.*}", web::to(nothing_here));
}

/// Any other address below `/app`: the page that says so.
async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}
