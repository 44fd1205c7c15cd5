//! How fast a number may write to one customer. whatsapp.md sections 4 and 9.

use std::time::Duration;

use crate::model::outbound::Pacing;

/// The parts of one message follow each other no faster than this: the vendor keeps no order.
const BETWEEN: Duration = Duration::from_secs(1);

/// Messages at once. The vendor takes 45 before it says to slow down.
const BURST: u32 = 40;

/// How long each of them takes to be paid back.
const EVERY: Duration = Duration::from_secs(6);

/// The pace of one customer or group.
#[must_use]
pub fn of(address: &str) -> Pacing {
    Pacing {
        shared_by: address.to_owned(),
        burst: BURST,
        every: EVERY,
        between: BETWEEN,
    }
}
