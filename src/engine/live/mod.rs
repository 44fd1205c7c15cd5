//! Who is connected, and what must reach them at once.
//!
//! What happened reaches listeners from the event log, read once and shared; what merely goes on
//! (typing, presence) is a signal that lives only here. Both are hints for a screen: a listener
//! that falls behind is told so and reads the log or the store from its own place.

pub mod presence;
pub mod visitors;

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use tokio::sync::broadcast;

use crate::engine::live::presence::Presence;
use crate::engine::live::visitors::Author;
use crate::engine::live::visitors::News;
use crate::engine::live::visitors::Visitors;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::ids::VisitorId;

/// How far a listener may fall behind before it has to read for itself.
const BACKLOG: usize = 4_096;

/// Everybody who is connected. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    /// None once the server stops.
    heard: RwLock<Option<broadcast::Sender<Heard>>>,
    presence: Presence,
    visitors: Visitors,
}

/// What listeners hear.
#[derive(Debug, Clone)]
pub enum Heard {
    /// Something happened: an entry of the event log, in order.
    Event(Arc<EventRecord>),
    /// Something goes on.
    Signal(Arc<Signal>),
}

/// Something that goes on and is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Somebody types in a conversation, or stopped. The listener lets it end by itself after six
    /// seconds without news.
    Typing {
        /// Where.
        conversation_id: ConversationId,
        /// Who.
        who: Typist,
        /// Whether they type.
        on: bool,
    },
    /// Colleagues who look at a conversation changed.
    Viewers {
        /// Which.
        conversation_id: ConversationId,
    },
    /// What somebody has begun to write in a conversation changed: for that person's own screens.
    Unsent {
        /// Where.
        conversation_id: ConversationId,
        /// Whose.
        user_id: UserId,
    },
    /// Somebody was named in a note.
    Mentioned {
        /// Where.
        conversation_id: ConversationId,
        /// The note.
        message_id: MessageId,
        /// Who.
        user_id: UserId,
    },
    /// A person of ours came or went.
    Availability {
        /// Who.
        user_id: UserId,
    },
    /// A web chat visitor came, went, or looks at another page.
    Visitor {
        /// Who.
        visitor_id: VisitorId,
        /// The conversation the visitor sees as current.
        conversation_id: Option<ConversationId>,
    },
    /// A backup is whole: for those who take them.
    BackupTaken,
}

/// Who types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typist {
    /// The customer.
    Customer {
        /// The name to show.
        name: String,
        /// What is typed, where the channel shares it.
        preview: Option<String>,
    },
    /// A person of ours.
    Colleague {
        /// Who.
        user_id: UserId,
        /// The name to show.
        name: String,
    },
}

impl Default for Live {
    fn default() -> Self {
        let (heard, _) = broadcast::channel(BACKLOG);
        Self(Arc::new(Inner {
            heard: RwLock::new(Some(heard)),
            presence: Presence::default(),
            visitors: Visitors::default(),
        }))
    }
}

impl Live {
    /// Hears everything from now on. A listener that falls too far behind gets
    /// [`broadcast::error::RecvError::Lagged`] and reads the log for itself.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Heard> {
        match &*self.0.heard.read().unwrap_or_else(PoisonError::into_inner) {
            Some(heard) => heard.subscribe(),
            // Nobody speaks here any more: the listener hears that at once.
            None => broadcast::channel(1).1,
        }
    }

    /// Tells everybody what happened. Called by the one worker that follows the log.
    pub fn announce(&self, entries: Vec<EventRecord>) {
        for entry in entries {
            self.tell_visitors(&entry.event);
            // Nobody listening is the usual case at night.
            self.tell(Heard::Event(Arc::new(entry)));
        }
    }

    /// Rings the web chats that an event concerns.
    fn tell_visitors(&self, event: &Event) {
        let visitors = &self.0.visitors;
        match event {
            Event::VisitorTimeline(timeline) => visitors.wake(timeline.visitor_id),
            Event::ChannelUpdated(channel)
            | Event::ChannelConnected(channel)
            | Event::ChannelDisconnected(channel)
            | Event::ChannelDeleted(channel) => {
                visitors.ring_channel(Some(channel.channel_id), News::CHANNEL);
            }
            _ => {}
        }
    }

    /// Tells everybody what goes on.
    pub fn signal(&self, signal: Signal) {
        match &signal {
            Signal::Typing {
                conversation_id,
                who: Typist::Colleague { name, .. },
                on,
            } => {
                let author = on.then(|| Author {
                    name: name.clone(),
                    bot: false,
                });
                self.0.visitors.typing(*conversation_id, author);
            }
            Signal::Availability { .. } => {
                self.0.visitors.ring_channel(None, News::AVAILABILITY);
            }
            _ => {}
        }
        self.tell(Heard::Signal(Arc::new(signal)));
    }

    fn tell(&self, heard: Heard) {
        let speaker = self.0.heard.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(speaker) = &*speaker {
            drop(speaker.send(heard));
        }
    }

    /// The server stops: every listener gets [`broadcast::error::RecvError::Closed`], every visitor
    /// [`News::STOPPING`], and both close their sockets with the word that it starts again.
    pub fn close(&self) {
        let mut heard = self.0.heard.write().unwrap_or_else(PoisonError::into_inner);
        drop(heard.take());
        self.0.visitors.ring_channel(None, News::STOPPING);
    }

    /// People of ours: who is here and looks at what.
    #[must_use]
    pub fn presence(&self) -> &Presence {
        &self.0.presence
    }

    /// Web chat visitors: who is here.
    #[must_use]
    pub fn visitors(&self) -> &Visitors {
        &self.0.visitors
    }
}
