//! What entries of the event log touch, for one reader.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::setup::template_copies::STATUS;
use crate::model::event::Change;
use crate::model::event::ContactEvent;
use crate::model::event::ContactMerged;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::message::Direction;

/// What some entries of the log touch, for one reader.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rows to be drawn again.
    pub rows: BTreeSet<ConversationId>,
    /// Those of them in which something was said.
    pub talks: BTreeSet<ConversationId>,
    /// Conversations in which a message went out: their rows may have told that it did not.
    pub sent: BTreeSet<ConversationId>,
    /// People who may be called otherwise now.
    pub people: BTreeSet<ContactId>,
    /// Conversations that are gone.
    pub gone: BTreeSet<ConversationId>,
    /// New messages of the open conversation.
    pub added: Vec<MessageId>,
    /// Messages of it that changed.
    pub changed: Vec<MessageId>,
    /// Whether its header and panel changed.
    pub head: bool,
    /// Whether the numbers everybody sees may have changed.
    pub counts: bool,
    /// Whether a template stands otherwise now.
    pub templates: bool,
    /// Whether the number of messages that did not go out may have changed.
    pub failed: bool,
    /// Whether the reader's own numbers have changed. Where something was said, that depends on who
    /// answers there.
    pub own_counts: bool,
}

impl Touched {
    /// What the entries touch for a reader who has a conversation open.
    #[must_use]
    pub fn by(entries: &[Arc<EventRecord>], open: Option<ConversationId>, me: UserId) -> Self {
        let mut touched = Self::default();
        for entry in entries {
            touched.take(&entry.event, open, me);
        }
        let added = touched.added.clone();
        touched.changed.retain(|id| !added.contains(id));
        touched.changed.dedup();
        touched
    }

    fn take(&mut self, event: &Event, open: Option<ConversationId>, me: UserId) {
        let here = event.conversation_id().is_some() && event.conversation_id() == open;
        match event {
            Event::MessageCreated(event) => {
                self.rows.insert(event.conversation_id);
                self.talks.insert(event.conversation_id);
                if here {
                    self.added.push(event.message_id);
                }
            }
            Event::MessageStatus(event) => {
                self.failed |= matters_to_lists(event.status);
                let is_out = matches!(
                    event.status,
                    Delivery::Sent | Delivery::Delivered | Delivery::Read
                );
                let rows = if is_out {
                    &mut self.sent
                } else {
                    &mut self.rows
                };
                rows.insert(event.conversation_id);
                if here {
                    self.changed.push(event.message_id);
                }
            }
            Event::MessageUpdated(event) | Event::MessageDeleted(event) => {
                self.rows.insert(event.conversation_id);
                self.failed |= event.direction == Direction::Outbound && !event.private;
                if here {
                    self.changed.push(event.message_id);
                }
            }
            Event::ConversationCreated(event) => {
                self.rows.insert(event.conversation_id);
                self.counts = true;
            }
            Event::ConversationChanged(event) => {
                self.rows.insert(event.conversation_id);
                self.head |= here;
                self.count(&event.change, me);
            }
            Event::ConversationRead(event) if event.user_id == me => {
                self.rows.insert(event.conversation_id);
                self.own_counts = true;
            }
            Event::ConversationDeleted(event) => {
                self.rows.remove(&event.conversation_id);
                self.gone.insert(event.conversation_id);
                self.counts = true;
                self.own_counts = true;
            }
            Event::ContactUpdated(ContactEvent { contact_id })
            | Event::ContactDeleted(ContactEvent { contact_id })
            | Event::ContactMerged(ContactMerged { contact_id, .. }) => {
                self.people.insert(*contact_id);
                self.head |= open.is_some();
            }
            Event::UserChanged(_) => self.head |= open.is_some(),
            Event::ChannelConnected(_)
            | Event::ChannelDisconnected(_)
            | Event::ChannelError(_)
            | Event::ChannelDeleted(_) => self.counts = true,
            Event::Custom(event) if event.name == STATUS => self.templates = true,
            _ => {}
        }
    }

    /// Whether anything beside the list is drawn.
    #[must_use]
    pub fn concerns_the_open_one(&self) -> bool {
        self.head || !self.added.is_empty() || !self.changed.is_empty()
    }

    /// Which numbers a change of a conversation moves.
    fn count(&mut self, change: &Change, me: UserId) {
        match change {
            Change::Status { .. } | Change::Team { .. } => {
                self.counts = true;
                self.own_counts = true;
            }
            Change::Assignee { from, to } => {
                self.counts = true;
                self.own_counts |= *from == Some(me) || *to == Some(me);
            }
            Change::Priority { .. } | Change::Tags | Change::Details | Change::Contact => {}
        }
    }
}

/// Whether a message in that state came into the list of failed ones, or left it.
const fn matters_to_lists(status: Delivery) -> bool {
    matches!(
        status,
        Delivery::Failed | Delivery::Unsure | Delivery::Pending | Delivery::Sent
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::event::ConversationChanged;
    use crate::model::event::ConversationRead;
    use crate::model::event::MessageEvent;
    use crate::model::event::MessageStatus;
    use crate::model::ids::Id;

    const ME: u8 = 1;
    const COLLEAGUE: u8 = 2;
    const OPEN: u8 = 3;
    const OTHER: u8 = 4;

    fn id<I: Id>(number: u8) -> I {
        I::from_bytes([number; 16])
    }

    fn touched(events: Vec<Event>) -> Touched {
        let entries: Vec<_> = (1..)
            .zip(events)
            .map(|(seq, event)| {
                Arc::new(EventRecord {
                    seq,
                    id: id(9),
                    at: Timestamp::default(),
                    event,
                })
            })
            .collect();
        Touched::by(&entries, Some(id(OPEN)), id(ME))
    }

    fn message(conversation: u8, number: u8) -> MessageEvent {
        MessageEvent {
            message_id: id(number),
            conversation_id: id(conversation),
            contact_id: id(7),
            channel_id: id(8),
            direction: Direction::Inbound,
            private: false,
        }
    }

    fn changed(change: Change) -> Event {
        Event::ConversationChanged(ConversationChanged {
            conversation_id: id(OTHER),
            change,
        })
    }

    #[test]
    fn a_message_is_drawn_where_it_is_read_and_its_row_everywhere() {
        let here = touched(vec![
            Event::MessageCreated(message(OPEN, 20)),
            Event::MessageUpdated(message(OPEN, 20)),
            Event::MessageUpdated(message(OPEN, 21)),
        ]);
        assert_eq!((here.added, here.changed), (vec![id(20)], vec![id(21)]));
        let elsewhere = touched(vec![Event::MessageCreated(message(OTHER, 20))]);
        assert_eq!(elsewhere.rows, [id(OTHER)].into());
        assert!(elsewhere.added.is_empty() && !elsewhere.counts);
    }

    #[test]
    fn a_row_is_drawn_when_its_message_fails_and_not_at_each_receipt() {
        let stands = |status| {
            touched(vec![Event::MessageStatus(MessageStatus {
                message_id: id(20),
                conversation_id: id(OTHER),
                status,
                at: Timestamp::default(),
            })])
        };
        for status in [Delivery::Failed, Delivery::Unsure, Delivery::Pending] {
            assert_eq!(stands(status).rows, [id(OTHER)].into(), "{status:?}");
        }
        for status in [Delivery::Sent, Delivery::Delivered, Delivery::Read] {
            let touched = stands(status);
            assert!(touched.rows.is_empty(), "{status:?}");
            assert_eq!(touched.sent, [id(OTHER)].into(), "{status:?}");
        }
    }

    #[test]
    fn numbers_are_told_to_those_whose_numbers_moved() {
        let given = |from: Option<u8>, to: Option<u8>| {
            changed(Change::Assignee {
                from: from.map(id),
                to: to.map(id),
            })
        };
        let read = |user: u8| {
            Event::ConversationRead(ConversationRead {
                conversation_id: id(OTHER),
                user_id: id(user),
            })
        };
        let cases = [
            (given(None, Some(ME)), (true, true)),
            (given(Some(ME), Some(COLLEAGUE)), (true, true)),
            (given(None, Some(COLLEAGUE)), (true, false)),
            (read(ME), (false, true)),
            (read(COLLEAGUE), (false, false)),
            (changed(Change::Tags), (false, false)),
        ];
        for (event, expected) in cases {
            let touched = touched(vec![event.clone()]);
            assert_eq!((touched.counts, touched.own_counts), expected, "{event:?}");
        }
    }
}
