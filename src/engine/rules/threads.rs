//! Which conversation a customer's message belongs to.

use crate::base::time::Timestamp;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thread {
    /// Into a conversation that is worked on.
    Continue(ConversationId),
    /// Into a resolved one, which it opens again.
    Reopen(ConversationId),
    /// Into a new one.
    Open {
        /// The one before it.
        previous: Option<ConversationId>,
    },
}

/// Whether the customer asked for a conversation of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// No: it goes on where it makes sense.
    #[default]
    AsUsual,
    /// Yes, by ending the one before it.
    Afresh,
}

/// Finds the place of a message among the conversations of one contact on one channel, given in
/// any order.
///
/// A conversation that is worked on takes it, the newest first; else the one resolved last, if that
/// was not too long ago.
#[must_use]
pub fn thread(conversations: &[Conversation], start: Start, now: Timestamp) -> Thread {
    let previous = conversations
        .iter()
        .max_by_key(|conversation| (conversation.last_message_at, conversation.id))
        .map(|conversation| conversation.id);
    if start == Start::Afresh {
        return Thread::Open { previous };
    }
    let live = conversations
        .iter()
        .filter(|conversation| conversation.is_live())
        .max_by_key(|conversation| (conversation.last_message_at, conversation.id));
    if let Some(conversation) = live {
        return Thread::Continue(conversation.id);
    }
    let resolved = conversations
        .iter()
        .filter(|conversation| conversation.takes_message_at(now))
        .max_by_key(|conversation| (conversation.resolved_at, conversation.id));
    match resolved {
        Some(conversation) => Thread::Reopen(conversation.id),
        None => Thread::Open { previous },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;
    use crate::model::channel::Channel;
    use crate::model::channel::ChannelKind;
    use crate::model::conversation::Status;
    use crate::model::ids::ChannelId;
    use crate::model::ids::ContactId;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);
    const HOUR: i64 = 3_600;

    fn ago(hours: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 - hours * HOUR)
    }

    fn id(number: u8) -> ConversationId {
        ConversationId::from_bytes([number; 16])
    }

    /// A conversation last written in, and resolved, so many hours ago.
    fn conversation(
        number: u8,
        status: Status,
        written: i64,
        resolved: Option<i64>,
    ) -> Conversation {
        let kind = ChannelKind::named("webchat");
        let channel = Channel::new(
            ChannelId::from_bytes([1; 16]),
            kind,
            String::new(),
            ago(written),
        );
        Conversation {
            status,
            resolved_at: resolved.map(ago),
            ..Conversation::new(
                id(number),
                &channel,
                ContactId::from_bytes([1; 16]),
                "",
                ago(written),
            )
        }
    }

    #[test]
    fn a_message_finds_its_conversation() {
        use Status::{Open, Pending, Resolved, Snoozed};
        let open = |number, written| conversation(number, Open, written, None);
        let resolved =
            |number, written, ended| conversation(number, Resolved, written, Some(ended));
        let cases = [
            (vec![], Thread::Open { previous: None }),
            (vec![open(1, 500)], Thread::Continue(id(1))),
            (vec![open(1, 5), open(2, 1)], Thread::Continue(id(2))),
            (vec![open(2, 1), open(1, 5)], Thread::Continue(id(2))),
            (
                vec![conversation(1, Snoozed, 9, None)],
                Thread::Continue(id(1)),
            ),
            (
                vec![conversation(1, Pending, 9, None), resolved(2, 1, 1)],
                Thread::Continue(id(1)),
            ),
            (
                vec![resolved(1, 71, 71), resolved(2, 99, 80)],
                Thread::Reopen(id(1)),
            ),
            (
                vec![resolved(1, 80, 2), resolved(2, 50, 40)],
                Thread::Reopen(id(1)),
            ),
            (
                vec![resolved(1, 90, 72), resolved(2, 200, 199)],
                Thread::Open {
                    previous: Some(id(1)),
                },
            ),
        ];
        for (index, (conversations, expected)) in cases.into_iter().enumerate() {
            let found = thread(&conversations, Start::AsUsual, NOW);
            assert_eq!(found, expected, "case {index}");
        }
    }

    #[test]
    fn a_fresh_start_leaves_the_open_one_alone() {
        let open = [conversation(1, Status::Open, 1, None)];
        assert_eq!(
            thread(&open, Start::Afresh, NOW),
            Thread::Open {
                previous: Some(id(1))
            }
        );
    }
}
