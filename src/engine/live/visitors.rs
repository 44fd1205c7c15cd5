//! Web chat visitors: who is here.
//!
//! Ten thousand idle visitors must cost next to nothing: each connection is one small shared value
//! that is woken; what to say is read from the visitor's timeline by the connection itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tokio::sync::Notify;

use crate::model::ids::VisitorId;

/// The connections of visitors.
#[derive(Default)]
pub struct Visitors(Mutex<HashMap<VisitorId, Vec<Arc<Notify>>>>);

impl Visitors {
    /// A connection of a visitor: it is notified when the timeline grew.
    pub fn enter(&self, visitor: VisitorId) -> Arc<Notify> {
        let bell = Arc::new(Notify::new());
        self.rooms().entry(visitor).or_default().push(bell.clone());
        bell
    }

    /// A connection ended.
    pub fn leave(&self, visitor: VisitorId, bell: &Arc<Notify>) {
        let mut rooms = self.rooms();
        if let Some(bells) = rooms.get_mut(&visitor) {
            bells.retain(|held| !Arc::ptr_eq(held, bell));
            if bells.is_empty() {
                rooms.remove(&visitor);
            }
        }
    }

    /// Wakes every connection of a visitor.
    pub fn wake(&self, visitor: VisitorId) {
        for bell in self.rooms().get(&visitor).into_iter().flatten() {
            bell.notify_one();
        }
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<VisitorId, Vec<Arc<Notify>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
