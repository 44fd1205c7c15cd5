//! The vendors in the box, over HTTP: their addresses, the page with the phones, and the real channels
//! that are connected to them.

mod access;
mod applications;
mod approved;
mod blocking;
mod broken_token;
mod bulk;
mod carriers;
mod comments;
mod consent;
mod converted;
mod entering;
mod filling;
mod journeys;
mod ledger;
mod line;
mod lost;
mod mail;
mod mail_matrix;
mod mail_reporting;
mod matrix;
mod matrix_files;
mod messenger;
mod mms;
mod names;
mod number;
mod page;
mod profile;
mod returning;
mod routing;
mod sharing;
mod sign_in;
mod soak;
mod telegram;
mod telegram_asking;
mod telegram_sending;
mod told;
mod undelivered;
mod usage;
mod vendors;
mod window;

use linktor::config::Config;

/// A server with the sandbox, whose channels may reach this machine.
pub fn with_sandbox(config: &mut Config) {
    config.sandbox.enabled = true;
    config.security.allow_private_targets = true;
}
