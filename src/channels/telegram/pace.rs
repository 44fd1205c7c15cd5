//! How fast a bot may write to one chat. telegram.md section 9.

use std::time::Duration;

use crate::channels::telegram::chat::Chat;
use crate::model::outbound::Pacing;

/// The parts of one message follow each other no faster than this.
const BETWEEN: Duration = Duration::from_secs(1);

/// Messages to one person: one a second, after a burst.
const PERSON: (u32, Duration) = (3, Duration::from_secs(1));

/// Messages to one group, all its topics together: with its burst never more than the twenty that
/// Telegram takes in any minute.
const GROUP: (u32, Duration) = (5, Duration::from_secs(4));

/// The pace of a chat.
#[must_use]
pub fn of(chat: &Chat) -> Pacing {
    let (burst, every) = if chat.is_private() { PERSON } else { GROUP };
    Pacing {
        shared_by: chat.id.clone(),
        burst,
        every,
        between: BETWEEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_with_all_its_topics_gets_twenty_a_minute() {
        for (address, shared_by, in_a_minute) in [
            ("5550001", "5550001", 63),
            ("b:AbC:5550001", "5550001", 63),
            ("-1001", "-1001", 20),
            ("-1001:42", "-1001", 20),
            ("@news", "@news", 20),
        ] {
            let pacing = of(&Chat::at(address));
            assert_eq!(pacing.shared_by, shared_by, "{address}");
            let later = Duration::from_secs(60).as_secs() / pacing.every.as_secs();
            assert_eq!(u64::from(pacing.burst) + later, in_a_minute, "{address}");
        }
    }
}
