//! What is given to an installation from outside.

use crate::base::random::Random;
use crate::base::time::Clock;
use crate::channels::registry::Registry;

/// What a test puts in place of the real world.
pub struct World {
    /// The present.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// The channels.
    pub channels: Registry,
}

impl Default for World {
    fn default() -> Self {
        Self {
            clock: Clock::system(),
            random: Random::system(),
            channels: Registry::builtin(),
        }
    }
}
