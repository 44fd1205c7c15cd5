//! What goes on and is not kept: who types, who looks, what the reader writes elsewhere.

use serde_json::Value;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::engine::inbox::surroundings::visitor_of;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::VisitorId;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::health::last_backup;
use crate::web::dashboard::live::Gone;
use crate::web::dashboard::live::Socket;
use crate::web::dashboard::live::drawing::fragment;
use crate::web::dashboard::live::drawing::told;
use crate::web::dashboard::present::begun;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::view::format;

impl Socket {
    pub(super) async fn show_signal(&mut self, signal: &Signal) -> Result<(), Gone> {
        let frame = match signal {
            Signal::Typing {
                conversation_id,
                who: Typist::Customer { name, preview },
                on,
            } if self.hears_customer(*conversation_id) => {
                json!({ "kind": "typing", "conversation": conversation_id, "name": name, "on": on, "preview": preview })
            }
            Signal::Viewers { conversation_id } if self.looks_at(*conversation_id) => {
                self.viewers(*conversation_id)
            }
            Signal::Visitor {
                visitor_id,
                conversation_id,
            } => {
                return self.show_visitor(*visitor_id, *conversation_id).await;
            }
            Signal::Unsent {
                conversation_id,
                user_id,
            } if *user_id == self.reader.agent.user.id => {
                return self.show_begun(*conversation_id).await;
            }
            Signal::Mentioned {
                conversation_id,
                message_id,
                user_id,
            } if *user_id == self.reader.agent.user.id && self.sees(*conversation_id) => {
                return self.show_mention(*message_id).await;
            }
            Signal::BackupTaken => return self.show_backup().await,
            _ => return Ok(()),
        };
        self.send(&frame).await
    }

    fn looks_at(&self, conversation: ConversationId) -> bool {
        Some(conversation) == self.open && self.sees(conversation)
    }

    /// Whether it is this reader who is told that the customer types: the person who answers there, or
    /// whoever looks on while nobody does.
    fn hears_customer(&self, conversation: ConversationId) -> bool {
        let me = self.reader.agent.user.id;
        Some(conversation) == self.open
            && self.seen(conversation).is_ok_and(|row| {
                row.is_some_and(|row| row.conversation.assignee.is_none_or(|who| who == me))
            })
    }

    /// What the reader has begun to write, as another screen of the reader kept it: in the list, and
    /// in the composer where it is open.
    async fn show_begun(&mut self, conversation: ConversationId) -> Result<(), Gone> {
        match self.own_row(conversation) {
            Ok(Some(frame)) => self.send(&frame).await?,
            Ok(None) => return Ok(()),
            Err(error) => tracing::error!("drawing a row failed: {error}"),
        }
        if Some(conversation) != self.open {
            return Ok(());
        }
        match self
            .state
            .engine
            .unsents
            .of(&self.reader.actor(), conversation)
        {
            Ok(begun) => {
                let kept = begun::value(&begun);
                self.send(&json!({ "kind": "draft", "conversation": conversation, "kept": kept }))
                    .await
            }
            Err(error) => {
                tracing::error!("reading what is begun failed: {error}");
                Ok(())
            }
        }
    }

    /// Tells the reader of a note that names them, and how many such there are.
    async fn show_mention(&mut self, note: MessageId) -> Result<(), Gone> {
        let actor = self.reader.actor();
        let engine = &self.state.engine;
        let (note, count) = match (
            engine.histories.message(&actor, note),
            engine.listing.unseen_mentions(&actor),
        ) {
            (Ok(note), Ok(count)) => (note, count),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!("reading a note failed: {error}");
                return Ok(());
            }
        };
        self.send(&json!({ "kind": "counts", "counts": { "mentions": count } }))
            .await?;
        self.send(&told("mentions", &note)).await
    }

    /// Tells owners when the last backup was written, for the page that says so.
    async fn show_backup(&mut self) -> Result<(), Gone> {
        match last_backup(&self.state, &self.reader) {
            Ok(Some(part)) => {
                let frame = fragment("last-backup", "replace", &render(&part));
                return self.send(&frame).await;
            }
            Ok(None) => {}
            Err(error) => tracing::error!("reading when a backup was written failed: {error}"),
        }
        Ok(())
    }

    /// A visitor came, went or looks at another page: in the list, and beside the conversation where it
    /// is open.
    async fn show_visitor(
        &mut self,
        visitor: VisitorId,
        conversation: Option<ConversationId>,
    ) -> Result<(), Gone> {
        if let Some(id) = conversation {
            match self.shared_row(id) {
                Ok(Some(frame)) => self.send_text(frame).await?,
                Ok(None) => {}
                Err(error) => tracing::error!("drawing a visitor's row failed: {error}"),
            }
        }
        if Some(visitor) == self.guest {
            self.show_guest().await?;
        }
        Ok(())
    }

    /// The visitor of the open conversation came, went or looks at another page.
    async fn show_guest(&mut self) -> Result<(), Gone> {
        match self.draw_guest() {
            Ok(Some(frame)) => return self.send(&frame).await,
            Ok(None) => {}
            Err(error) => tracing::error!("drawing where a visitor is failed: {error}"),
        }
        Ok(())
    }

    fn draw_guest(&self) -> Result<Option<Value>, EngineError> {
        let row = self.open.map(|open| self.seen(open)).transpose()?;
        let Some(row) = row.flatten() else {
            return Ok(None);
        };
        let desk = Desk::open(&self.state, &self.reader, self.section.clone())?;
        let panel = render(&desk.panel(&row)?);
        Ok(Some(fragment("panel", "replace", &panel)))
    }

    /// The visitor in a web chat's conversation. Without one the panel stays as the page drew it.
    pub(super) fn guest_of(&self, conversation: ConversationId) -> Option<VisitorId> {
        let row = self.seen(conversation).ok()??;
        let identities = self
            .state
            .engine
            .surroundings
            .identities(&self.reader.actor(), row.contact.id)
            .ok()?;
        visitor_of(&identities, row.conversation.channel_id)
    }

    fn viewers(&self, conversation: ConversationId) -> Value {
        let me = self.reader.agent.user.id;
        let viewers: Vec<Value> = self
            .state
            .engine
            .context
            .live
            .presence()
            .viewers(conversation)
            .into_iter()
            .filter(|place| place.user_id != me)
            .map(|place| {
                json!({
                    "name": place.name,
                    "initials": format::initials(&place.name),
                    "tint": format::tint(&place.user_id.to_string()),
                    "writing": place.writing,
                })
            })
            .collect();
        json!({ "kind": "presence", "conversation": conversation, "viewers": viewers })
    }
}
