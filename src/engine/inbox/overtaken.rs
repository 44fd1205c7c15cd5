//! Whether somebody of ours answered while another was still writing.
//!
//! Two people who answer the same question make the business look as if nobody listened. Who began
//! to write before a colleague's answer came is asked first; nothing is lost by that.

use crate::base::text::preview;
use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::model::conversation::Conversation;
use crate::model::ids::UserId;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction;
use crate::store::Read;
use crate::store::records::messages;

/// The finer reason of the refusal. The position to name when it is sent all the same stands under
/// the field `seen`.
pub const ANSWERED_MEANWHILE: &str = "answered_meanwhile";

/// How many of the newest entries are looked at.
const LOOK_BACK: usize = 50;
/// How much of the other answer is quoted, in characters.
const QUOTE_MAX: usize = 80;

/// The newest answer that somebody else gave the customer, among entries of a conversation. What
/// the writer sent from elsewhere, notes, and what went out by itself overtake nobody.
#[must_use]
pub fn by(entries: &[Message], writer: Option<UserId>) -> Option<&Message> {
    let writer = writer.map(|user| user.to_string());
    let overtakes = |entry: &&Message| {
        entry.direction == Way::Outbound
            && !entry.private
            && entry.deleted_at.is_none()
            && match entry.sender.kind {
                SenderKind::Agent => writer.is_none() || entry.sender.id != writer,
                SenderKind::Bot => true,
                _ => false,
            }
    };
    entries
        .iter()
        .filter(overtakes)
        .max_by_key(|entry| entry.position)
}

/// Goes on only when nobody else has answered since the writer saw the entry at `seen`.
///
/// # Errors
/// `REVISION_MISMATCH` because of [`ANSWERED_MEANWHILE`], saying who answered what and when.
pub fn check(
    read: &impl Read,
    conversation: &Conversation,
    seen: u32,
    writer: Option<UserId>,
    now: Timestamp,
) -> Result<(), EngineError> {
    if conversation.positions <= seen {
        return Ok(());
    }
    let newest = messages::near(read, conversation.id, None, Direction::Backward, LOOK_BACK)?;
    let newer: Vec<_> = newest
        .into_iter()
        .filter(|entry| entry.position > seen)
        .collect();
    match by(&newer, writer) {
        None => Ok(()),
        Some(answer) => Err(refusal(answer, conversation.positions, now).into()),
    }
}

fn refusal(answer: &Message, position: u32, now: Timestamp) -> Rejection {
    let name = &answer.sender.name;
    let ago = age(now.since(answer.created_at).as_secs());
    let said = match preview(answer.content.words(), QUOTE_MAX) {
        words if words.is_empty() => "with a file".to_owned(),
        words => format!("\u{201c}{words}\u{201d}"),
    };
    let sentence = format!("{name} answered {ago}: {said}");
    Rejection::new(Code::RevisionMismatch, sentence)
        .because(ANSWERED_MEANWHILE)
        .and_field("seen", position.to_string())
}

/// "just now", "12 s ago", "3 m ago", "2 h ago".
fn age(secs: u64) -> String {
    match secs {
        0..=4 => "just now".to_owned(),
        5..=59 => format!("{secs} s ago"),
        60..=3_599 => format!("{} m ago", secs / 60),
        _ => format!("{} h ago", secs / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::Content;
    use crate::model::example;
    use crate::model::ids::Id as _;
    use crate::model::message::Sender;

    const ME: u8 = 1;
    const COLLEAGUE: u8 = 2;

    fn user(number: u8) -> UserId {
        UserId::from_bytes([number; 16])
    }

    fn entry(position: u32, direction: Way, private: bool, sender: (SenderKind, u8)) -> Message {
        Message {
            position,
            direction,
            private,
            sender: Sender {
                kind: sender.0,
                id: (sender.1 > 0).then(|| user(sender.1).to_string()),
                name: "Ana".to_owned(),
            },
            content: Content::text("It ships today."),
            created_at: Timestamp::from_secs(1_000 + i64::from(position)),
            ..example::message()
        }
    }

    #[test]
    fn only_an_answer_of_somebody_else_to_the_customer_overtakes() {
        use SenderKind::{Agent, Bot, Contact, System};
        let cases = [
            (
                Way::Outbound,
                false,
                (Agent, COLLEAGUE),
                true,
                "a colleague",
            ),
            (
                Way::Outbound,
                false,
                (Agent, 0),
                true,
                "the phone app or a program",
            ),
            (Way::Outbound, false, (Bot, 0), true, "a bot"),
            (
                Way::Outbound,
                false,
                (Agent, ME),
                false,
                "the writer, elsewhere",
            ),
            (Way::Outbound, true, (Agent, COLLEAGUE), false, "a note"),
            (
                Way::Outbound,
                false,
                (System, 0),
                false,
                "what goes out by itself",
            ),
            (Way::Inbound, false, (Contact, 0), false, "the customer"),
        ];
        for (direction, private, sender, expected, who) in cases {
            let entries = [entry(5, direction, private, sender)];
            assert_eq!(by(&entries, Some(user(ME))).is_some(), expected, "{who}");
        }
    }

    #[test]
    fn the_newest_answer_is_the_one_that_is_told() {
        let answer = |position| {
            entry(
                position,
                Way::Outbound,
                false,
                (SenderKind::Agent, COLLEAGUE),
            )
        };
        let entries = [answer(4), answer(7), answer(5)];
        let found = by(&entries, Some(user(ME))).map(|answer| answer.position);
        assert_eq!(found, Some(7));
        let taken_back = Message {
            deleted_at: Some(Timestamp::from_secs(2_000)),
            ..answer(9)
        };
        assert_eq!(by(&[taken_back], Some(user(ME))), None);
    }

    #[test]
    fn the_refusal_says_who_answered_what_and_when() {
        let answer = entry(5, Way::Outbound, false, (SenderKind::Agent, COLLEAGUE));
        let told = refusal(&answer, 6, Timestamp::from_secs(1_025));
        assert_eq!(
            told.message,
            "Ana answered 20 s ago: \u{201c}It ships today.\u{201d}"
        );
        assert_eq!(told.reason, Some(ANSWERED_MEANWHILE));
        assert_eq!(told.fields[0].message, "6");
        assert_eq!(age(2), "just now");
        assert_eq!(age(180), "3 m ago");
        assert_eq!(age(7_300), "2 h ago");
    }
}
