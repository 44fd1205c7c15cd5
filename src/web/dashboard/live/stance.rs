//! How one may write in the open conversation, told when that changes, and what depends on it.

use serde_json::Value;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::engine::inbox::history::Stretch;
use crate::model::ids::ConversationId;
use crate::model::message::Delivery;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::live::Gone;
use crate::web::dashboard::live::Socket;
use crate::web::dashboard::live::drawing::fragment;

/// How far back messages that failed are drawn again.
const REACH: usize = 40;

impl Socket {
    /// How one may write in the open conversation, once that is another way than was told before: a
    /// reply window opened or closed, another app took the conversation or gave it back.
    pub(super) async fn tell_stance(&mut self) -> Result<(), Gone> {
        let Some(open) = self.open else { return Ok(()) };
        let stance = self.seen(open).and_then(|row| {
            let Some(row) = row else { return Ok(None) };
            let desk = Desk::open(&self.state, &self.reader, self.section.clone())?;
            Ok(desk.stance(&row))
        });
        let stance = match stance {
            Ok(stance) => stance,
            Err(error) => {
                tracing::error!("reading how one may write failed: {error}");
                return Ok(());
            }
        };
        if stance.is_none() || stance == self.stance {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.stance, stance);
        self.send(&json!({ "kind": "stance", "conversation": open, "stance": stance }))
            .await?;
        match before {
            Some(_) => self.show_failed(open).await,
            // Drawn a moment ago, as it is.
            None => Ok(()),
        }
    }

    /// What failed in the open conversation: what helps it may be something else now.
    async fn show_failed(&mut self, open: ConversationId) -> Result<(), Gone> {
        match self.draw_failed(open) {
            Ok(frames) => {
                for frame in frames {
                    self.send(&frame).await?;
                }
            }
            Err(error) => tracing::error!("drawing what failed failed: {error}"),
        }
        Ok(())
    }

    fn draw_failed(&self, open: ConversationId) -> Result<Vec<Value>, EngineError> {
        let stretch = Stretch {
            limit: REACH,
            ..Stretch::default()
        };
        let histories = &self.state.engine.histories;
        let history = histories.of_conversation(&self.reader.actor(), open, stretch)?;
        let desk = Desk::open(&self.state, &self.reader, self.section.clone())?;
        let messages = history.messages.iter();
        let failed = messages.filter(|message| message.delivery == Delivery::Failed);
        let frames = failed.map(|message| {
            let html = self.item(&desk, message)?;
            Ok(fragment(&message.id.to_string(), "replace", &html))
        });
        frames.collect()
    }
}
