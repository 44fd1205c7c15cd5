//! What is drawn for many screens at once: a row of the list looks the same to nearly everybody, so
//! it is read once and drawn once for each way of seeing it, and the screens share the bytes.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;

use bytestring::ByteString;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::inbox::glance::Glance;
use crate::engine::inbox::glance::Mark;
use crate::engine::sight::Sights;
use crate::model::actor::Actor;
use crate::model::fence::Fence;
use crate::model::ids::ConversationId;
use crate::web::dashboard::present::section::Section;

/// How many positions of the log are remembered: screens that are further behind draw for
/// themselves.
const SHEETS: usize = 16;

/// The newest positions of the log, with what was drawn at each.
#[derive(Default)]
pub struct Board(Mutex<VecDeque<Arc<Sheet>>>);

/// What was read and drawn at one position of the log.
pub struct Sheet {
    seq: u64,
    sights: OnceLock<Sights>,
    glances: Mutex<HashMap<ConversationId, Arc<Glance>>>,
    frames: Mutex<HashMap<Look, ByteString>>,
}

/// Everything a shared frame depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Look {
    /// A row of the list.
    Row {
        /// Which.
        conversation: ConversationId,
        /// The section of the inbox that is shown.
        section: Box<Section>,
        /// The zone of the browser.
        zone: Option<String>,
        /// What is the reader's own.
        mark: Mark,
        /// Where on the website the visitor is now.
        online: Option<String>,
        /// Whether the reader answers it.
        is_mine: bool,
        /// Whether the reader spoke last.
        spoke_last: bool,
        /// Whether more frames lead to the same position.
        more: bool,
    },
    /// The numbers of somebody who sees everything.
    Counts {
        /// Whether more frames lead to the same position.
        more: bool,
    },
}

impl Board {
    /// The sheet of a position.
    pub fn sheet(&self, seq: u64) -> Arc<Sheet> {
        let mut sheets = held(&self.0);
        if let Some(sheet) = sheets.iter().find(|sheet| sheet.seq == seq) {
            return sheet.clone();
        }
        let fresh = Arc::new(Sheet {
            seq,
            sights: OnceLock::new(),
            glances: Mutex::default(),
            frames: Mutex::default(),
        });
        sheets.push_front(fresh.clone());
        sheets.truncate(SHEETS);
        fresh
    }
}

impl Sheet {
    /// A conversation as it stands, read once for everybody who is here.
    ///
    /// # Errors
    /// The store's.
    pub fn glance(&self, engine: &Engine, id: ConversationId) -> Result<Arc<Glance>, EngineError> {
        let mut glances = held(&self.glances);
        if let Some(glance) = glances.get(&id) {
            return Ok(glance.clone());
        }
        let readers = engine.context.live.presence().people();
        let glance = Arc::new(engine.listing.glance(id, &readers)?);
        glances.insert(id, glance.clone());
        Ok(glance)
    }

    /// Whether somebody sees every conversation.
    ///
    /// # Errors
    /// The store's.
    pub fn shows_all(&self, engine: &Engine, actor: &Actor) -> Result<bool, EngineError> {
        if let Some(sights) = self.sights.get() {
            return Ok(sights.fence(actor) == Fence::All);
        }
        let sights = engine.listing.sights()?;
        Ok(self.sights.get_or_init(|| sights).fence(actor) == Fence::All)
    }

    /// The frame for one way of seeing something, drawn by the first who sees it so.
    ///
    /// # Errors
    /// What drawing it fails with.
    pub fn frame(
        &self,
        look: Look,
        draw: impl FnOnce() -> Result<String, EngineError>,
    ) -> Result<ByteString, EngineError> {
        let mut frames = held(&self.frames);
        if let Some(frame) = frames.get(&look) {
            return Ok(frame.clone());
        }
        let frame = ByteString::from(draw()?);
        frames.insert(look, frame.clone());
        Ok(frame)
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ids::Id as _;
    use crate::web::dashboard::present::list::Queue;

    fn row(unread: u32) -> Look {
        Look::Row {
            conversation: ConversationId::from_bytes([1; 16]),
            section: Box::new(Queue::All.into()),
            zone: None,
            mark: Mark {
                unread,
                ..Mark::default()
            },
            online: None,
            is_mine: false,
            spoke_last: false,
            more: false,
        }
    }

    #[test]
    fn whoever_sees_the_same_gets_the_same_bytes() {
        let board = Board::default();
        let mut drawn = 0;
        let mut see = |seq, unread| {
            let frame = board.sheet(seq).frame(row(unread), || {
                drawn += 1;
                Ok(format!("drawing {drawn}"))
            });
            frame.unwrap().to_string()
        };
        assert_eq!(see(7, 0), "drawing 1");
        assert_eq!(see(7, 0), "drawing 1");
        assert_eq!(see(7, 2), "drawing 2", "another way of seeing it");
        assert_eq!(see(8, 0), "drawing 3", "another moment");
        assert_eq!(see(7, 0), "drawing 1");
        for seq in 9..30 {
            see(seq, 0);
        }
        assert_ne!(see(7, 0), "drawing 1", "old moments are forgotten");
    }
}
