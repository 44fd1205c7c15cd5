//! What can be said of a channel without asking anybody, and what its vendor said, line by line.

use crate::engine::setup::channels::Channels;
use crate::engine::vendor::Broken;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::message::SendError;
use crate::model::outbound::Connected;
use crate::model::refusal::Refusal;

/// The name of the check of a channel's settings.
pub(super) const SETTINGS: &str = "settings";

/// The name of the check that asks the vendor.
pub const VENDOR: &str = "vendor";

/// One step of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// Whether it is right.
    pub ok: bool,
    /// What was found.
    pub message: String,
}

impl Channels {
    /// What can be said of a channel without asking anybody.
    pub(super) fn own_checks(&self, channel: &Channel) -> Vec<Check> {
        let wrong = self.check(channel).err();
        let settings = Check {
            name: SETTINGS,
            ok: wrong.is_none(),
            message: wrong.map_or_else(
                || "The settings are right.".to_owned(),
                |error| error.to_string(),
            ),
        };
        vec![settings, self.check_address()]
    }

    /// Whether customers' browsers and vendors can reach us.
    fn check_address(&self) -> Check {
        let url = self.0.links.public_url();
        let local = url::Url::parse(url)
            .is_ok_and(|url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")));
        let ok = url.starts_with("https://") || local;
        let message = match (ok, local) {
            (true, true) => {
                format!("{url}: only on this computer. Set --public-url before customers come.")
            }
            (true, false) => format!("{url}: browsers can use it."),
            (false, _) => format!("{url} is not https. Set --public-url to an https address."),
        };
        Check {
            name: "publicAddress",
            ok,
            message,
        }
    }
}

/// What the vendor said last, as a line of the test.
pub(super) fn as_known(channel: &Channel) -> Check {
    let message = match (channel.state, &channel.error) {
        (ChannelState::Active, _) => "The vendor accepted the account.",
        (ChannelState::Connecting, _) => "The vendor is being asked.",
        (ChannelState::Inactive, _) => "It is not connected.",
        (ChannelState::Error, Some(why)) => why,
        (ChannelState::Error, None) => "The vendor refused the account.",
    };
    Check {
        name: VENDOR,
        ok: channel.state == ChannelState::Active,
        message: message.to_owned(),
    }
}

/// What the vendor said, as a line of the test.
pub(super) fn of_vendor(proved: Result<Connected, Broken>) -> Check {
    match proved {
        Ok(connected) => Check {
            name: VENDOR,
            ok: true,
            message: if connected.warnings.is_empty() {
                "The vendor accepts the account.".to_owned()
            } else {
                connected.warnings.join(" ")
            },
        },
        Err(Broken { what, refusal }) => Check {
            name: what.unwrap_or(VENDOR),
            ok: false,
            message: refusal.error().in_words(),
        },
    }
}

impl From<Check> for Broken {
    fn from(check: Check) -> Self {
        Self {
            what: Some(check.name),
            refusal: Refusal::Account(SendError::passing("configuration", check.message)),
        }
    }
}
