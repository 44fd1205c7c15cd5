//! The sandbox's addresses: its vendors, and the page with the phones. Without a sandbox they are not
//! there.

mod acts;
mod api;
mod chosen;
mod gate;
mod live;
mod mail;
mod page;
mod styled;
mod switches;
mod thread;
mod view;

use actix_web::web::ServiceConfig;

/// All of them.
pub fn configure(config: &mut ServiceConfig) {
    api::configure(config);
    live::configure(config);
    acts::configure(config);
    switches::configure(config);
    page::configure(config);
    mail::configure(config);
}
