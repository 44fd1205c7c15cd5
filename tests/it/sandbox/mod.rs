//! The vendors in the box, over HTTP: their addresses, and the page with the phones.

mod mail;
mod page;
mod vendors;

use linktor::config::Config;

/// A server with the sandbox, whose channels may reach this machine.
pub fn with_sandbox(config: &mut Config) {
    config.sandbox.enabled = true;
    config.security.allow_private_targets = true;
}
