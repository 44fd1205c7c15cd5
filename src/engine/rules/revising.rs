//! Whether a message can still be changed or taken back, and how far that reaches.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::capability::Capabilities;
use crate::model::content::Content;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// How far a change of a message reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Our copy is all there is: it did not go out yet, stays among us, or is shown from here.
    Here,
    /// The vendor has it: it changes there first, so that we never show what the customer does not
    /// see.
    Vendor,
}

/// For whom a message is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// For us alone; the customer keeps it. Where messages are shown from here that is the same as
    /// for everyone.
    Here,
    /// For the customer too.
    Everyone,
}

/// Decides how far it reaches when `message` says something else.
///
/// # Errors
/// It is not ours, or went where it cannot be changed: `UNSUPPORTED_CONTENT_TYPE`; it is too old:
/// `OUTSIDE_MESSAGE_WINDOW`; it is on its way: `VALIDATION_ERROR`.
pub fn edit(message: &Message, row: &Capabilities, now: Timestamp) -> Result<Reach, Rejection> {
    if message.direction == Direction::Inbound || !is_said(message) {
        return Err(Rejection::field("id", "must be a message that we wrote"));
    }
    if message.deleted_at.is_some() {
        return Err(Rejection::field("id", "must not be deleted"));
    }
    if message.private || !has_left(message, row)? {
        return Ok(Reach::Here);
    }
    if !row.edits {
        let sentence = "On this channel a message cannot be changed once it is sent.";
        let refused = Rejection::new(Code::UnsupportedContentType, sentence);
        return Err(refused.because("edit_not_supported"));
    }
    if is_late(message, row, now) {
        let sentence = late(row, "changed");
        let refused = Rejection::new(Code::OutsideMessageWindow, sentence);
        return Err(refused.because("edit_window_expired"));
    }
    Ok(reach(row))
}

/// Decides how far it reaches when `message` is taken away.
///
/// # Errors
/// The channel takes nothing back, or not from others: `DELETE_NOT_SUPPORTED`; it is too old:
/// `DELETE_WINDOW_EXPIRED`; it is on its way, or a line of history: `VALIDATION_ERROR`.
pub fn delete(
    message: &Message,
    row: &Capabilities,
    scope: Scope,
    now: Timestamp,
) -> Result<Reach, Rejection> {
    if !is_said(message) {
        return Err(Rejection::field("id", "must be a message or a note"));
    }
    if message.private || (scope == Scope::Here && !row.own_transport) {
        return Ok(Reach::Here);
    }
    if message.direction == Direction::Inbound {
        let sentence = "What a customer wrote can only be deleted here.";
        return Err(Rejection::new(Code::DeleteNotSupported, sentence));
    }
    if !has_left(message, row)? {
        return Ok(Reach::Here);
    }
    if !row.deletes {
        let sentence = "On this channel a message cannot be taken back once it is sent.";
        return Err(Rejection::new(Code::DeleteNotSupported, sentence));
    }
    if is_late(message, row, now) {
        let sentence = late(row, "taken back");
        return Err(Rejection::new(Code::DeleteWindowExpired, sentence));
    }
    Ok(reach(row))
}

const fn reach(row: &Capabilities) -> Reach {
    if row.own_transport {
        Reach::Here
    } else {
        Reach::Vendor
    }
}

const fn is_said(message: &Message) -> bool {
    !matches!(message.content, Content::Event(_))
}

/// Whether anything of a message of ours is with the customer or the vendor.
fn has_left(message: &Message, row: &Capabilities) -> Result<bool, Rejection> {
    if row.own_transport {
        return Ok(true);
    }
    match message.delivery {
        Delivery::Sent | Delivery::Delivered | Delivery::Read => Ok(true),
        Delivery::Failed => Ok(message.calls_taken > 0),
        Delivery::Pending if message.calls_taken == 0 => Ok(false),
        Delivery::Pending => Err(on_its_way()),
        Delivery::Unsure => {
            let wrong = "must be known: say first whether it was sent";
            Err(Rejection::field("status", wrong))
        }
    }
}

/// A message that is being handed over this moment.
#[must_use]
pub fn on_its_way() -> Rejection {
    Rejection::field("status", "must not be on its way; try again in a moment")
}

fn is_late(message: &Message, row: &Capabilities, now: Timestamp) -> bool {
    let sent_at = message
        .reached(Delivery::Sent)
        .unwrap_or(message.created_at);
    row.change_hours
        .is_some_and(|hours| now.since(sent_at) >= Duration::from_secs(u64::from(hours) * 3_600))
}

fn late(row: &Capabilities, done: &str) -> String {
    let hours = row.change_hours.unwrap_or_default();
    format!("On this channel a message can be {done} for {hours} hours.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::message as sent;

    const HOUR: u64 = 3_600;
    const VENDOR: Capabilities = Capabilities {
        edits: true,
        deletes: true,
        change_hours: Some(48),
        ..Capabilities::PLAIN
    };
    const OWN: Capabilities = Capabilities {
        own_transport: true,
        edits: true,
        deletes: true,
        ..Capabilities::PLAIN
    };

    fn code<T>(result: Result<T, Rejection>) -> Result<T, Code> {
        result.map_err(|rejection| rejection.code)
    }

    #[test]
    fn what_left_changes_where_it_went_and_in_time() {
        let now = sent().created_at.plus(Duration::from_secs(HOUR));
        let late = sent().created_at.plus(Duration::from_secs(48 * HOUR));
        let note = Message {
            private: true,
            ..sent()
        };
        let with = |delivery, calls_taken| Message {
            delivery,
            calls_taken,
            ..sent()
        };
        let theirs = Message {
            direction: Direction::Inbound,
            ..sent()
        };
        let plain = Capabilities::PLAIN;
        let (invalid, no_delete) = (Err(Code::ValidationError), Err(Code::DeleteNotSupported));
        let no_edit = Err(Code::UnsupportedContentType);
        let cases = [
            (sent(), VENDOR, now, Ok(Reach::Vendor), Ok(Reach::Vendor)),
            (sent(), OWN, late, Ok(Reach::Here), Ok(Reach::Here)),
            (sent(), plain, now, no_edit, no_delete),
            (
                sent(),
                VENDOR,
                late,
                Err(Code::OutsideMessageWindow),
                Err(Code::DeleteWindowExpired),
            ),
            (note, plain, late, Ok(Reach::Here), Ok(Reach::Here)),
            (theirs, VENDOR, now, invalid, no_delete),
            (
                with(Delivery::Pending, 0),
                plain,
                now,
                Ok(Reach::Here),
                Ok(Reach::Here),
            ),
            (with(Delivery::Pending, 1), VENDOR, now, invalid, invalid),
            (with(Delivery::Unsure, 0), VENDOR, now, invalid, invalid),
            (
                with(Delivery::Failed, 0),
                plain,
                now,
                Ok(Reach::Here),
                Ok(Reach::Here),
            ),
            (with(Delivery::Failed, 1), plain, now, no_edit, no_delete),
        ];
        for (message, row, now, edited, deleted) in cases {
            let state = (message.delivery, message.calls_taken, message.private);
            assert_eq!(code(edit(&message, &row, now)), edited, "{state:?}");
            let taken_back = delete(&message, &row, Scope::Everyone, now);
            assert_eq!(code(taken_back), deleted, "{state:?}");
        }
    }

    #[test]
    fn for_us_alone_anything_can_be_deleted_but_history() {
        let now = sent().created_at;
        let line = Message {
            content: Content::Event(crate::model::content::EventLine::default()),
            private: true,
            ..sent()
        };
        let theirs = Message {
            direction: Direction::Inbound,
            ..sent()
        };
        let here = |message: &Message| code(delete(message, &VENDOR, Scope::Here, now));
        assert_eq!(here(&sent()), Ok(Reach::Here));
        assert_eq!(here(&theirs), Ok(Reach::Here));
        assert_eq!(here(&line), Err(Code::ValidationError));
    }
}
