//! Reading a visitor's timeline: what was missed, the history, and the state beside it.

use serde::Serialize;
use serde_json::json;

use crate::channels::webchat::wire::AgentTyping;
use crate::channels::webchat::wire::MessageOut;
use crate::channels::webchat::wire::Outgoing;
use crate::channels::webchat::wire::State;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::site::Site;
use crate::engine::webchat::view;
use crate::engine::webchat::view::Eyes;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::TimelineEvent;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::visitors;

/// Entries a returning browser may have missed; after more it starts afresh.
pub const MISSED_MAX: u64 = 200;
/// Messages of one page of the history, at most.
const PAGE_MAX: usize = 100;

/// Which messages of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// The newest.
    Newest,
    /// The newest before an entry.
    Before(u64),
    /// The oldest after an entry.
    After(u64),
}

/// A page of the history.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The messages, in ascending order.
    messages: Vec<Placed>,
    /// Whether there are more in the direction asked for.
    has_more: bool,
    /// The newest entry of the timeline.
    cursor: u64,
}

/// A message with its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Placed {
    seq: u64,
    #[serde(flatten)]
    message: MessageOut,
}

impl Webchat {
    /// Frames of the entries after a place, oldest first, at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub fn frames_after(
        &self,
        caller: &Caller,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Outgoing>, WebchatError> {
        let read = self.context.store.snapshot()?;
        let visitor = caller.visitor.id;
        let rows = visitors::timeline(&read, visitor, Some(after), Direction::Forward, limit)?;
        let eyes = self.eyes(caller);
        let mut frames = Vec::with_capacity(rows.len());
        for (seq, entry) in rows {
            frames.push(if is_shown(&caller.site, &entry) {
                view::frame(&read, &eyes, seq, &entry)?
            } else {
                // A number must not be missing: the browser would ask for it again.
                Outgoing::kept("unchanged", seq, json!({}))
            });
        }
        Ok(frames)
    }

    /// Messages of the visitor, in ascending order, each as it stands now.
    ///
    /// # Errors
    /// The store's.
    pub fn history(
        &self,
        caller: &Caller,
        stretch: Stretch,
        limit: usize,
    ) -> Result<History, WebchatError> {
        let read = self.context.store.snapshot()?;
        let limit = limit.clamp(1, PAGE_MAX);
        let (from, direction) = match stretch {
            Stretch::Newest => (None, Direction::Backward),
            Stretch::Before(seq) => (Some(seq), Direction::Backward),
            Stretch::After(seq) => (Some(seq), Direction::Forward),
        };
        let mut found = said(&read, &caller.visitor, from, direction, limit + 1)?;
        let has_more = found.len() > limit;
        found.truncate(limit);
        if direction == Direction::Backward {
            found.reverse();
        }
        let eyes = self.eyes(caller);
        let all: Vec<Message> = found.iter().map(|(_, message)| message.clone()).collect();
        let mut choices = view::choices_made(&all);
        let mut shown = Vec::with_capacity(found.len());
        for (seq, message) in &found {
            let mut payload = view::message(&read, &eyes, message)?;
            let choice = choices.remove(&message.id.to_string());
            payload.chosen = choice.or(payload.chosen);
            shown.push(Placed {
                seq: *seq,
                message: payload,
            });
        }
        let visitor = visitors::get(&read, caller.visitor.id)?;
        Ok(History {
            messages: shown,
            has_more,
            cursor: visitor.map_or(0, |visitor| visitor.newest),
        })
    }

    /// Everything about a chat that has no number, complete.
    ///
    /// # Errors
    /// The store's.
    pub fn state(&self, caller: &Caller) -> Result<State, WebchatError> {
        let read = self.context.store.snapshot()?;
        let visitor = &caller.visitor;
        let receipts = caller.site.settings.show_read_receipts;
        let pictures = self.pictures(&caller.site);
        let attending = self.attending(visitor.conversation_id)?;
        Ok(State {
            session_id: caller.session.id,
            server_time: self.context.clock.now(),
            unread: visitor.unread,
            conversation: view::conversation(&read, pictures, visitor.conversation_id)?,
            availability: self.availability(&caller.site)?,
            agents: view::person(&read, pictures, attending)?
                .into_iter()
                .collect(),
            agent_typing: AgentTyping(
                self.context
                    .live
                    .visitors()
                    .typist(visitor.id)
                    .map(view::typist),
            ),
            last_read_by_agent_seq: if receipts {
                last_read(&read, visitor)?
            } else {
                0
            },
        })
    }

    fn eyes<'a>(&'a self, caller: &'a Caller) -> Eyes<'a> {
        Eyes {
            session: caller.session.id,
            pictures: self.pictures(&caller.site),
            receipts: caller.site.settings.show_read_receipts,
        }
    }
}

/// Whether a web chat tells its visitors of an entry.
fn is_shown(site: &Site, entry: &TimelineEntry) -> bool {
    let status = Delivery::Read;
    let read =
        matches!(entry.what, TimelineEvent::Receipt { status: heard, .. } if heard == status);
    site.settings.show_read_receipts || !read
}

/// How many entries are read at a time while messages are looked for.
const STEP: usize = 200;

/// Messages of a timeline with their numbers, nearest first.
pub(super) fn said(
    read: &impl Read,
    visitor: &Visitor,
    mut from: Option<u64>,
    direction: Direction,
    limit: usize,
) -> Result<Vec<(u64, Message)>, StoreError> {
    let mut found = Vec::new();
    loop {
        let rows = visitors::timeline(read, visitor.id, from, direction, STEP)?;
        let exhausted = rows.len() < STEP;
        for (seq, entry) in rows {
            from = Some(seq);
            if let TimelineEvent::Message { message_id } = entry.what
                && let Some(message) = messages::get(read, message_id)?
            {
                found.push((seq, message));
                if found.len() == limit {
                    return Ok(found);
                }
            }
        }
        if exhausted {
            return Ok(found);
        }
    }
}

/// How far back the newest message one of us has read is looked for.
const LOOK_BACK: usize = 50;

/// The number of the visitor's newest message that one of us has read; 0 for none.
fn last_read(read: &impl Read, visitor: &Visitor) -> Result<u64, StoreError> {
    let Some(id) = visitor.conversation_id else {
        return Ok(0);
    };
    let Some(conversation) = conversations::get(read, id)? else {
        return Ok(0);
    };
    let from = conversation.seen_position.saturating_add(1);
    let recent = messages::near(read, id, Some(from), Direction::Backward, LOOK_BACK)?;
    let newest: Option<MessageId> = recent
        .into_iter()
        .find(|message| message.direction == Way::Inbound)
        .map(|message| message.id);
    Ok(match newest {
        Some(id) => visitors::seq_of(read, id)?.map_or(0, |(_, seq)| seq),
        None => 0,
    })
}
