//! Who is here: connections that come and go, and the pages visitors look at.

use std::sync::Arc;

use crate::channels::webchat::clean;
use crate::channels::webchat::frames::Page;
use crate::engine::live::Signal;
use crate::engine::live::visitors::Bell;
use crate::engine::live::visitors::GRACE;
use crate::engine::live::visitors::Guest;
use crate::engine::live::visitors::Here;
use crate::engine::live::visitors::News;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::trails::Visit;
use crate::model::ids::VisitorId;
use crate::store::records::visitors;

/// Connections of visitors, at most.
const CONNECTIONS_MAX: usize = 10_000;

/// What we know of where a visitor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// Whether the visitor is here.
    pub here: Here,
    /// The pages of the last day, oldest first.
    pub visits: Vec<Visit>,
}

impl Webchat {
    /// Where a visitor is, for whoever answers.
    #[must_use]
    pub fn whereabouts(&self, visitor: VisitorId) -> Whereabouts {
        Whereabouts {
            here: self.context.live.visitors().here(visitor),
            visits: self.shared.trails.of(visitor, self.context.clock.now()),
        }
    }

    /// Whether there is room for one more connection.
    ///
    /// # Errors
    /// `unavailable`.
    pub fn has_room(&self) -> Result<(), WebchatError> {
        if self.context.live.visitors().connections() < CONNECTIONS_MAX {
            return Ok(());
        }
        let message = "Too many visitors are connected.";
        Err(Problem::new(Code::Unavailable, message)
            .retry_after(10)
            .into())
    }

    /// Tells every connection that the server stops.
    pub fn stop(&self) {
        let visitors = self.context.live.visitors();
        visitors.ring_channel(None, News::STOPPING);
    }

    /// A connection begins.
    pub(super) fn arrive(&self, guest: Guest) -> Arc<Bell> {
        let (bell, arrived) = self.context.live.visitors().enter(guest);
        if arrived {
            self.tell_of(guest.visitor);
        }
        bell
    }

    /// A connection ended. Whoever does not come back soon is gone.
    pub(super) fn depart(&self, visitor: VisitorId, bell: &Arc<Bell>) {
        let now = self.context.clock.now();
        if !self.context.live.visitors().leave(visitor, bell, now) {
            return;
        }
        // Without an event loop the whole process ends, and nobody is here any more.
        let Ok(running) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let webchat = self.clone();
        running.spawn(async move {
            tokio::time::sleep(GRACE).await;
            let visitors = webchat.context.live.visitors();
            if visitors.sweep(visitor, now.plus(GRACE)) {
                webchat.tell_of(visitor);
            }
        });
    }

    /// The page of a connection came into view, or went out of it.
    pub(super) fn shows(&self, visitor: VisitorId, bell: &Bell, visible: bool) {
        if self.context.live.visitors().show(visitor, bell, visible) {
            self.tell_of(visitor);
        }
    }

    /// A visitor looks at a page. Whoever asks not to be tracked is not.
    pub(super) fn looks_at(&self, caller: &Caller, page: &Page, peer: &Peer) {
        if peer.no_tracking {
            return;
        }
        let Some(page) = clean::page(page) else {
            return;
        };
        let visitor = caller.visitor.id;
        let now = self.context.clock.now();
        self.shared.trails.note(visitor, page, now);
        self.tell_of(visitor);
    }

    fn tell_of(&self, visitor_id: VisitorId) {
        // Who looks at the list learns it with the next change, should this not be readable now.
        let read = self.context.store.snapshot().ok();
        let visitor = read.and_then(|read| visitors::get(&read, visitor_id).ok().flatten());
        self.context.live.signal(Signal::Visitor {
            visitor_id,
            conversation_id: visitor.and_then(|visitor| visitor.conversation_id),
        });
    }
}
