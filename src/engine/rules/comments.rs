//! Comments below what we published: each can be answered once in private, for some days.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::capability::Capabilities;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Source;

/// What is sent, as far as it may be the answer to a comment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer {
    /// The message itself, where it was stored before: it takes nothing away from itself.
    pub id: Option<MessageId>,
    /// What it answers, where its writer chose that.
    pub reply_to: Option<MessageId>,
}

/// The comment among these messages of a conversation that can be answered in private now: the
/// chosen one, else the newest.
#[must_use]
pub fn waiting<'a>(
    row: &Capabilities,
    messages: &'a [Message],
    answer: Answer,
    now: Timestamp,
) -> Option<&'a Message> {
    let days = Duration::from_secs(u64::from(row.comment_days) * 24 * 3_600);
    let is_answered = |comment: &Message| {
        messages.iter().any(|message| {
            message.reply_to == Some(comment.id)
                && message.direction == Direction::Outbound
                && !message.private
                && message.delivery != Delivery::Failed
                && Some(message.id) != answer.id
        })
    };
    let can_be = |comment: &&Message| {
        comment.source == Source::Comment
            && comment.deleted_at.is_none()
            && now.since(comment.at) < days
            && answer.reply_to.is_none_or(|chosen| chosen == comment.id)
            && !is_answered(comment)
    };
    messages
        .iter()
        .filter(can_be)
        .max_by_key(|comment| comment.position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example;
    use crate::model::ids::Id as _;

    const ROW: Capabilities = Capabilities {
        comment_days: 7,
        ..Capabilities::PLAIN
    };
    const DAY: u64 = 24 * 3_600;

    fn id(number: u8) -> MessageId {
        MessageId::from_bytes([number; 16])
    }

    fn comment(number: u8) -> Message {
        Message {
            id: id(number),
            position: number.into(),
            direction: Direction::Inbound,
            source: Source::Comment,
            ..example::message()
        }
    }

    fn answer(number: u8, to: u8) -> Message {
        Message {
            id: id(number),
            position: number.into(),
            reply_to: Some(id(to)),
            ..example::message()
        }
    }

    #[test]
    fn a_comment_waits_for_one_private_answer_for_a_week() {
        let begun = comment(1).at;
        let soon = begun.plus(Duration::from_secs(DAY));
        let failed = Message {
            delivery: Delivery::Failed,
            ..answer(2, 1)
        };
        let note = Message {
            private: true,
            ..answer(2, 1)
        };
        let gone = Message {
            deleted_at: Some(soon),
            ..comment(1)
        };
        let written = Message {
            source: Source::Customer,
            ..comment(1)
        };
        let any = Answer::default();
        let chosen = |number| Answer {
            reply_to: Some(id(number)),
            ..any
        };
        let again = Answer {
            id: Some(id(2)),
            reply_to: Some(id(1)),
        };
        let cases = [
            (vec![], any, None, "nothing was said"),
            (vec![comment(1)], any, Some(1), "a comment"),
            (vec![written], any, None, "a message"),
            (vec![comment(1), comment(3)], any, Some(3), "the newest"),
            (
                vec![comment(1), comment(3)],
                chosen(1),
                Some(1),
                "the chosen",
            ),
            (vec![comment(1)], chosen(9), None, "another one was chosen"),
            (vec![comment(1), answer(2, 1)], any, None, "it was answered"),
            (vec![comment(1), failed], any, Some(1), "the answer failed"),
            (vec![comment(1), note], any, Some(1), "a note is none"),
            (vec![comment(1), answer(2, 1)], again, Some(1), "once more"),
            (vec![gone], any, None, "it was taken back"),
        ];
        for (messages, answer, expected, what) in cases {
            let found = waiting(&ROW, &messages, answer, soon).map(|found| found.id);
            assert_eq!(found, expected.map(id), "{what}");
        }
        let said = [comment(1)];
        let at = |secs| waiting(&ROW, &said, any, begun.plus(Duration::from_secs(secs)));
        assert!(at(7 * DAY - 1).is_some() && at(7 * DAY).is_none());
        assert_eq!(waiting(&Capabilities::PLAIN, &said, any, soon), None);
    }
}
