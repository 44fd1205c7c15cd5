//! Drawing what happened: each thing once, as it stands now.

use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use serde_json::Value;
use serde_json::json;
use tokio::time::Instant;

use crate::base::text::preview;
use crate::engine::error::EngineError;
use crate::engine::inbox::glance::Glance;
use crate::engine::inbox::glance::Mark;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::ids::ConversationId;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::live::Gone;
use crate::web::dashboard::live::Socket;
use crate::web::dashboard::live::board::Look;
use crate::web::dashboard::live::board::Sheet;
use crate::web::dashboard::live::touched::Touched;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::reader::counts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::whereabouts::online;

/// How often a client hears where it stands, while nothing is for it.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// How much of a message is told with it, in characters.
const TOLD_SHOWN: usize = 120;

/// How many conversations of a person are drawn again when the person is called otherwise.
const TALKS_MAX: usize = 20;

/// A frame to be sent.
enum Part {
    /// This reader's alone.
    Own(Value),
    /// A row, as others see it too.
    Row(Arc<Glance>, ConversationId, Mark),
    /// The numbers everybody sees who sees everything.
    Counts,
}

impl Socket {
    /// Shows what of some entries the reader may hear.
    pub(super) async fn show(&mut self, entries: Vec<Arc<EventRecord>>) -> Result<(), Gone> {
        let sheet = self.state.board.sheet(self.seq);
        let drawn = self.heard(entries, &sheet).and_then(|heard| {
            let mut touched = Touched::by(&heard, self.open, self.reader.agent.user.id);
            for person in &touched.people {
                let talks = self
                    .state
                    .engine
                    .surroundings
                    .talks_of(*person, TALKS_MAX)?;
                touched.rows.extend(talks);
            }
            let mut parts = self.draw(&touched, &sheet)?;
            self.draw_followed(&heard, &sheet, &mut parts)?;
            Ok((touched, parts))
        });
        let (touched, parts) = match drawn {
            Ok(drawn) => drawn,
            Err(error) => {
                tracing::error!("drawing live fragments failed: {error}");
                return self.send(&json!({ "kind": "resync" })).await;
            }
        };
        if let Some(open) = self.open
            && touched.rows.contains(&open)
            && !self.sees(open)
        {
            self.look(None, None);
        }
        if parts.is_empty() {
            return self.tell_place().await;
        }
        // The client stands at a position once the last frame that leads there has arrived.
        let last = parts.len() - 1;
        for (index, part) in parts.into_iter().enumerate() {
            let frame = match self.frame(part, index < last, &sheet) {
                Ok(frame) => frame,
                Err(error) => {
                    tracing::error!("drawing a live frame failed: {error}");
                    return self.send(&json!({ "kind": "resync" })).await;
                }
            };
            self.send_text(frame).await?;
        }
        self.told_at = Instant::now();
        if touched.concerns_the_open_one() {
            self.tell_stance().await?;
            self.tell_name(&touched).await?;
        }
        Ok(())
    }

    /// Lets the client fetch the open conversation again once the customer is called otherwise: the
    /// name stands at every message.
    async fn tell_name(&mut self, touched: &Touched) -> Result<(), Gone> {
        let Some(open) = self.open.filter(|_| !touched.people.is_empty()) else {
            return Ok(());
        };
        let contact = match self.seen(open) {
            Ok(Some(row)) => row.contact,
            Ok(None) => return Ok(()),
            Err(error) => {
                tracing::error!("reading a customer's name failed: {error}");
                return Ok(());
            }
        };
        let is_known = self.called.as_ref() == Some(&contact.name);
        if is_known || !touched.people.contains(&contact.id) {
            return Ok(());
        }
        self.called = Some(contact.name);
        self.send(&json!({ "kind": "resync" })).await
    }

    /// Where the client stands, now and then, while nothing is for it.
    async fn tell_place(&mut self) -> Result<(), Gone> {
        if self.told_at.elapsed() < TELL_EVERY {
            return Ok(());
        }
        self.told_at = Instant::now();
        self.send(&json!({ "kind": "seen", "seq": self.seq })).await
    }

    /// Those of some entries that the reader may hear of.
    fn heard(
        &self,
        entries: Vec<Arc<EventRecord>>,
        sheet: &Sheet,
    ) -> Result<Vec<Arc<EventRecord>>, EngineError> {
        let actor = self.reader.actor();
        let mut heard = Vec::with_capacity(entries.len());
        for entry in entries {
            let is_heard = match entry.event.conversation_id() {
                Some(id) => sheet
                    .glance(&self.state.engine, id)?
                    .is_heard_by(&actor, &entry.event),
                None => true,
            };
            if is_heard {
                heard.push(entry);
            }
        }
        Ok(heard)
    }

    fn draw(&self, touched: &Touched, sheet: &Sheet) -> Result<Vec<Part>, EngineError> {
        let mut parts = Vec::new();
        let actor = self.reader.actor();
        let mut own_counts = touched.own_counts;
        for id in &touched.gone {
            self.draw_gone(*id, &mut parts);
        }
        let mut rows = touched.rows.clone();
        for id in &touched.sent {
            if sheet.glance(&self.state.engine, *id)?.recovered()? {
                rows.insert(*id);
            }
        }
        for id in &rows {
            let glance = sheet.glance(&self.state.engine, *id)?;
            let Some(conversation) = glance.seen_by(&actor) else {
                self.draw_gone(*id, &mut parts);
                continue;
            };
            own_counts |= touched.talks.contains(id) && self.is_mine(conversation);
            let mark = glance.mark_of(&actor)?;
            parts.push(Part::Row(glance, *id, mark));
        }
        if let Some(open) = self.open.filter(|_| touched.concerns_the_open_one()) {
            self.draw_open(open, touched, &mut parts)?;
        }
        if touched.templates {
            parts.push(Part::Own(json!({ "kind": "templates" })));
        }
        if touched.failed {
            let failed = self.state.engine.failing.count(&actor)?;
            let counts = json!({ "kind": "counts", "counts": { "failed": failed } });
            parts.push(Part::Own(counts));
        }
        if own_counts || (touched.counts && !sheet.shows_all(&self.state.engine, &actor)?) {
            parts.push(Part::Own(self.counts()?));
        } else if touched.counts {
            parts.push(Part::Counts);
        }
        Ok(parts)
    }

    /// Tells the reader of what customers wrote where the reader takes part, answers not and looks not.
    fn draw_followed(
        &self,
        heard: &[Arc<EventRecord>],
        sheet: &Sheet,
        parts: &mut Vec<Part>,
    ) -> Result<(), EngineError> {
        let actor = self.reader.actor();
        for entry in heard {
            let Event::MessageCreated(event) = &entry.event else {
                continue;
            };
            let id = event.conversation_id;
            if event.direction != Direction::Inbound || Some(id) == self.open {
                continue;
            }
            let glance = sheet.glance(&self.state.engine, id)?;
            let follows = glance.seen_by(&actor).is_some_and(|conversation| {
                let me = self.reader.agent.user.id;
                conversation.participants.contains(&me) && !self.is_mine(conversation)
            });
            if follows
                && let Ok(message) = self
                    .state
                    .engine
                    .histories
                    .message(&actor, event.message_id)
            {
                parts.push(Part::Own(told("all", &message)));
            }
        }
        Ok(())
    }

    fn is_mine(&self, conversation: &Conversation) -> bool {
        conversation.assignee == Some(self.reader.agent.user.id)
    }

    fn counts(&self) -> Result<Value, EngineError> {
        let counts = counts(&self.state, &self.reader.actor())?;
        Ok(json!({ "kind": "counts", "counts": {
            "mine": counts.mine,
            "unassigned": counts.unassigned,
            "all": counts.all,
            "unread": counts.unread,
            "troubledChannels": counts.troubled_channels,
            "failed": counts.failed,
            "mentions": counts.mentions,
        }}))
    }

    /// The bytes of a part; what others see too is drawn once for all.
    fn frame(&self, part: Part, more: bool, sheet: &Sheet) -> Result<ByteString, EngineError> {
        match part {
            Part::Own(frame) => Ok(self.placed(frame, more).into()),
            Part::Counts => sheet.frame(Look::Counts { more }, || {
                let mut frame = self.counts()?;
                if let Some(counts) = frame["counts"].as_object_mut() {
                    for own in ["mine", "unread", "failed", "mentions"] {
                        counts.remove(own);
                    }
                }
                Ok(self.placed(frame, more))
            }),
            Part::Row(glance, id, mark) => {
                let Some(conversation) = glance.seen_by(&self.reader.actor()) else {
                    return Ok(self.placed(json!({ "kind": "seen" }), more).into());
                };
                let draw = || {
                    let frame = match glance.row(&mark) {
                        Some(row) => {
                            let desk = Desk::open(&self.state, &self.reader, self.section.clone())?;
                            let html = render(&desk.row(&row, false));
                            fragment(&format!("row-{id}"), "replace", &html)
                        }
                        None => fragment(&format!("row-{id}"), "remove", ""),
                    };
                    Ok(self.placed(frame, more))
                };
                // What the next moment changes is nothing to be kept for others.
                if self.section.follows_the_clock() {
                    return draw().map(ByteString::from);
                }
                sheet.frame(self.look_of(conversation, &mark, more), draw)
            }
        }
    }

    fn look_of(&self, conversation: &Conversation, mark: &Mark, more: bool) -> Look {
        let user = &self.reader.agent.user;
        let sleeps = conversation.status == Status::Snoozed;
        let last = conversation.last.as_ref();
        Look::Row {
            conversation: conversation.id,
            section: Box::new(self.section.clone()),
            // Only the hour at which it wakes is written by the server.
            zone: sleeps.then(|| format!("{:?}", self.reader.zone)),
            mark: mark.clone(),
            online: online(&self.state, conversation),
            is_mine: self.is_mine(conversation),
            spoke_last: last.is_some_and(|last| last.sender_name == user.name),
            more,
        }
    }

    fn placed(&self, mut frame: Value, more: bool) -> String {
        frame["seq"] = self.seq.into();
        if more {
            frame["more"] = true.into();
        }
        frame.to_string()
    }

    /// A row as everybody sees it at this moment; none out of sight.
    pub(super) fn shared_row(&self, id: ConversationId) -> Result<Option<ByteString>, EngineError> {
        let sheet = self.state.board.sheet(self.seq);
        let glance = sheet.glance(&self.state.engine, id)?;
        let actor = self.reader.actor();
        if glance.seen_by(&actor).is_none() {
            return Ok(None);
        }
        let mark = glance.mark_of(&actor)?;
        self.frame(Part::Row(glance, id, mark), false, &sheet)
            .map(Some)
    }

    /// The reader's row of a conversation, drawn for this reader alone; none out of sight.
    pub(super) fn own_row(&self, id: ConversationId) -> Result<Option<Value>, EngineError> {
        let Some(row) = self.seen(id)? else {
            return Ok(None);
        };
        let desk = Desk::open(&self.state, &self.reader, self.section.clone())?;
        let html = render(&desk.row(&row, false));
        Ok(Some(fragment(&format!("row-{id}"), "replace", &html)))
    }

    /// Takes a conversation off the reader's screen.
    fn draw_gone(&self, id: ConversationId, parts: &mut Vec<Part>) {
        parts.push(Part::Own(fragment(&format!("row-{id}"), "remove", "")));
        if Some(id) == self.open {
            parts.push(Part::Own(json!({ "kind": "gone", "conversation": id })));
        }
    }

    fn draw_open(
        &self,
        open: ConversationId,
        touched: &Touched,
        parts: &mut Vec<Part>,
    ) -> Result<(), EngineError> {
        let desk = Desk::open(&self.state, &self.reader, self.section.clone())?;
        let actor = self.reader.actor();
        for id in &touched.added {
            if let Ok(message) = self.state.engine.histories.message(&actor, *id) {
                let html = self.item(&desk, &message)?;
                parts.push(Part::Own(fragment(&format!("log-{open}"), "append", &html)));
            }
        }
        for id in &touched.changed {
            if let Ok(message) = self.state.engine.histories.message(&actor, *id) {
                let html = self.item(&desk, &message)?;
                parts.push(Part::Own(fragment(
                    &message.id.to_string(),
                    "replace",
                    &html,
                )));
            }
        }
        if touched.head {
            let Some(row) = self.seen(open)? else {
                return Ok(());
            };
            let (head, panel) = (render(&desk.header(&row)), render(&desk.panel(&row)?));
            parts.push(Part::Own(fragment("thread-head", "replace", &head)));
            parts.push(Part::Own(fragment("panel", "replace", &panel)));
        }
        Ok(())
    }

    pub(super) fn item(&self, desk: &Desk<'_>, message: &Message) -> Result<String, EngineError> {
        let histories = &self.state.engine.histories;
        let before = histories.before(&self.reader.actor(), message)?;
        let quoted = histories.quoted(std::slice::from_ref(message))?;
        let around = Around {
            before: before.as_ref(),
            quoted: quoted.first(),
            ..Around::default()
        };
        Ok(desk.item(message, &around))
    }
}

pub(super) fn fragment(target: &str, swap: &str, html: &str) -> Value {
    json!({ "kind": "fragment", "target": target, "swap": swap, "html": html })
}

/// Word of a message elsewhere, and the list in which it is opened.
pub(super) fn told(queue: &str, message: &Message) -> Value {
    json!({
        "kind": "told",
        "queue": queue,
        "conversation": message.conversation_id,
        "message": message.id,
        "by": message.sender.name,
        "text": preview(message.content.words(), TOLD_SHOWN),
    })
}
