//! Where the sample business has its conversations.

use crate::base::time::Clock;
use crate::engine::Engine;
use crate::model::channel::Channel;
use crate::model::user::User;
use crate::sandbox::Sandbox;

/// Where the story takes place.
pub struct Stage<'a> {
    /// The installation.
    pub engine: &'a Engine,
    /// The customers' phones, where there are any.
    pub sandbox: Option<&'a Sandbox>,
    /// The clock that is moved from line to line; without one all is told at once.
    pub clock: Option<&'a Clock>,
    /// The people of the business.
    pub colleagues: &'a [User],
    /// The web chat.
    pub chat: &'a Channel,
}
