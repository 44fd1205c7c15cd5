//! What a visitor's browser has got, and what the visitor has seen.

use crate::engine::context::Pen;
use crate::engine::inbox::receipts;
use crate::model::message::Delivery;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::TimelineEvent;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::visitors;

/// How far a visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A browser has everything up to an entry.
    Delivered(u64),
    /// The visitor has seen everything up to an entry.
    Read(u64),
}

impl Mark {
    /// Whether the visitor is not that far yet.
    #[must_use]
    pub fn is_news(self, visitor: &Visitor) -> bool {
        match self {
            Self::Delivered(seq) => seq.min(visitor.newest) > visitor.delivered.max(visitor.read),
            Self::Read(seq) => seq.min(visitor.newest) > visitor.read,
        }
    }
}

/// Moves a visitor's mark on, never back, and the deliveries of our messages with it.
///
/// # Errors
/// The disk's.
pub fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &mut Visitor,
    mark: Mark,
) -> Result<(), StoreError> {
    if !mark.is_news(visitor) {
        return Ok(());
    }
    let (from, upto, news) = match mark {
        Mark::Delivered(seq) => (
            visitor.delivered.max(visitor.read),
            seq.min(visitor.newest),
            Delivery::Delivered,
        ),
        Mark::Read(seq) => (visitor.read, seq.min(visitor.newest), Delivery::Read),
    };
    let mut heard = 0;
    for mut message in ours(tx, visitor, from, upto)? {
        heard += 1;
        if news == Delivery::Read {
            // What was read has arrived, even if the browser never said so.
            message.hear(Delivery::Delivered, pen.now);
        }
        let now = pen.now;
        receipts::hear(tx, pen, &mut message, news, now, None)?;
    }
    visitor.delivered = visitor.delivered.max(upto);
    if news == Delivery::Read {
        visitor.read = upto;
        visitor.unread = if upto == visitor.newest {
            0
        } else {
            visitor.unread.saturating_sub(heard)
        };
    }
    visitors::put(tx, visitor)
}

/// Our messages in a stretch of a timeline.
fn ours(
    read: &impl Read,
    visitor: &Visitor,
    from: u64,
    upto: u64,
) -> Result<Vec<Message>, StoreError> {
    let limit = usize::try_from(upto.saturating_sub(from)).unwrap_or(usize::MAX);
    let entries = visitors::timeline(read, visitor.id, Some(from), Direction::Forward, limit)?;
    let mut found = Vec::new();
    for (_, TimelineEntry { what, .. }) in entries {
        if let TimelineEvent::Message { message_id } = what {
            found.extend(
                messages::get(read, message_id)?
                    .filter(|message| message.direction == Way::Outbound),
            );
        }
    }
    Ok(found)
}
