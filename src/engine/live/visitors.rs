//! Web chat visitors: who is here, and what must reach their connections at once.
//!
//! Ten thousand idle visitors must cost next to nothing: a connection is one small shared
//! [`Bell`], and what rings it is a bit. What to say is read by the connection itself, from the
//! visitor's timeline and from the present state.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;

use crate::base::time::Timestamp;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::VisitorId;
use crate::model::ids::WebchatSessionId;

/// How many connections one browser may hold; one more closes the oldest.
pub const SEATS_PER_SESSION: usize = 10;
/// How long a visitor without connections still counts as being here: a change of page must not
/// flap.
pub const GRACE: Duration = Duration::from_secs(20);

/// The visitors who are here.
#[derive(Default)]
pub struct Visitors(Mutex<Rooms>);

#[expect(clippy::struct_field_names, reason = "it holds nothing else")]
#[derive(Default)]
struct Rooms {
    rooms: HashMap<VisitorId, Room>,
    /// The visitor of each conversation that a connected visitor sees as current.
    talking: HashMap<ConversationId, VisitorId>,
    seats: usize,
}

struct Room {
    channel: ChannelId,
    conversation: Option<ConversationId>,
    seats: Vec<Arc<Bell>>,
    left_at: Option<Timestamp>,
    typing: Option<Box<Author>>,
}

/// Who of ours types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name the visitor sees.
    pub name: String,
    /// A bot rather than a person.
    pub bot: bool,
}

/// Whether a visitor is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// The page is in front of the visitor.
    Online,
    /// The page is open, but hidden.
    Away,
    /// No page is open.
    Offline,
}

/// How a connection takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A socket.
    Socket,
    /// A request that waits for news; a browser has one at a time.
    Poll,
}

/// A set of things that are new for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News(u8);

impl News {
    /// The timeline grew.
    pub const TIMELINE: Self = Self(1);
    /// One of us types, or stopped.
    pub const TYPING: Self = Self(2);
    /// Whether somebody answers may have changed.
    pub const AVAILABILITY: Self = Self(4);
    /// The channel's settings changed.
    pub const CHANNEL: Self = Self(8);
    /// The browser's session ended.
    pub const REVOKED: Self = Self(16);
    /// A newer connection of the same browser takes this one's place.
    pub const REPLACED: Self = Self(32);
    /// The server stops.
    pub const STOPPING: Self = Self(64);

    /// Whether these news hold all of `other`.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const VISIBLE: u8 = 128;

/// One connection of a visitor.
#[derive(Debug)]
pub struct Bell {
    notify: Notify,
    /// News not taken yet, and whether the page is visible.
    bits: AtomicU8,
    kind: Kind,
    session: WebchatSessionId,
}

impl Bell {
    /// Waits until there are news and takes them.
    pub async fn rung(&self) -> News {
        loop {
            let news = self.take();
            if !news.is_empty() {
                return news;
            }
            self.notify.notified().await;
        }
    }

    /// Takes the news there are.
    #[must_use]
    pub fn take(&self) -> News {
        News(self.bits.fetch_and(VISIBLE, Ordering::SeqCst) & !VISIBLE)
    }

    /// Rings.
    pub fn ring(&self, news: News) {
        self.bits.fetch_or(news.0, Ordering::SeqCst);
        self.notify.notify_one();
    }

    fn is_visible(&self) -> bool {
        self.bits.load(Ordering::SeqCst) & VISIBLE != 0
    }

    fn show(&self, visible: bool) {
        if visible {
            self.bits.fetch_or(VISIBLE, Ordering::SeqCst);
        } else {
            self.bits.fetch_and(!VISIBLE, Ordering::SeqCst);
        }
    }
}

/// Who connects.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// The visitor.
    pub visitor: VisitorId,
    /// The browser.
    pub session: WebchatSessionId,
    /// The web chat.
    pub channel: ChannelId,
    /// The conversation the visitor sees as current.
    pub conversation: Option<ConversationId>,
    /// Whether the page is in front of the visitor.
    pub visible: bool,
    /// How.
    pub kind: Kind,
}

impl Visitors {
    /// A connection of a visitor begins. It displaces an earlier one where the browser has too
    /// many; whether the visitor was not here before is answered too.
    pub fn enter(&self, guest: Guest) -> (Arc<Bell>, bool) {
        let bell = Arc::new(Bell {
            notify: Notify::new(),
            bits: AtomicU8::new(0),
            kind: guest.kind,
            session: guest.session,
        });
        bell.show(guest.visible);
        let mut all = self.rooms();
        all.seats += 1;
        let room = all.rooms.entry(guest.visitor).or_insert_with(|| Room {
            channel: guest.channel,
            conversation: None,
            seats: Vec::new(),
            left_at: None,
            typing: None,
        });
        let arrived = room.seats.is_empty() && room.left_at.is_none();
        room.left_at = None;
        room.displace(&bell);
        room.seats.push(bell.clone());
        drop(all);
        self.talks_in(guest.visitor, guest.conversation);
        (bell, arrived)
    }

    /// A connection ended; whether it was the visitor's last. Then [`Visitors::sweep`] is due after
    /// [`GRACE`].
    pub fn leave(&self, visitor: VisitorId, bell: &Arc<Bell>, now: Timestamp) -> bool {
        let mut all = self.rooms();
        let Some(room) = all.rooms.get_mut(&visitor) else {
            return false;
        };
        let before = room.seats.len();
        room.seats.retain(|held| !Arc::ptr_eq(held, bell));
        let gone = before - room.seats.len();
        let last = gone > 0 && room.seats.is_empty();
        if last {
            room.left_at = Some(now);
        }
        all.seats -= gone;
        last
    }

    /// Forgets a visitor who has not come back; whether it is so.
    pub fn sweep(&self, visitor: VisitorId, now: Timestamp) -> bool {
        let mut all = self.rooms();
        let over = all.rooms.get(&visitor).is_some_and(|room| {
            room.left_at
                .is_some_and(|at| now.since(at) >= GRACE && room.seats.is_empty())
        });
        if over
            && let Some(room) = all.rooms.remove(&visitor)
            && let Some(conversation) = room.conversation
        {
            all.talking.remove(&conversation);
        }
        over
    }

    /// Says which conversation a connected visitor sees as current.
    pub fn talks_in(&self, visitor: VisitorId, conversation: Option<ConversationId>) {
        let mut all = self.rooms();
        let Some(room) = all.rooms.get_mut(&visitor) else {
            return;
        };
        if room.conversation == conversation {
            return;
        }
        let before = std::mem::replace(&mut room.conversation, conversation);
        if let Some(before) = before {
            all.talking.remove(&before);
        }
        if let Some(now) = conversation {
            all.talking.insert(now, visitor);
        }
    }

    /// The conversation a connected visitor sees as current.
    #[must_use]
    pub fn conversation(&self, visitor: VisitorId) -> Option<ConversationId> {
        let all = self.rooms();
        all.rooms.get(&visitor).and_then(|room| room.conversation)
    }

    /// Says whether the page of a connection is in front of the visitor; whether that changes
    /// whether the visitor is here.
    pub fn show(&self, visitor: VisitorId, bell: &Bell, visible: bool) -> bool {
        let before = self.here(visitor);
        bell.show(visible);
        self.here(visitor) != before
    }

    /// Whether a visitor is here.
    #[must_use]
    pub fn here(&self, visitor: VisitorId) -> Here {
        match self.rooms().rooms.get(&visitor) {
            None => Here::Offline,
            Some(room) if room.seats.iter().any(|bell| bell.is_visible()) => Here::Online,
            Some(_) => Here::Away,
        }
    }

    /// How many connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.rooms().seats
    }

    /// Wakes every connection of a visitor: the timeline grew.
    pub fn wake(&self, visitor: VisitorId) {
        self.ring(visitor, News::TIMELINE);
    }

    /// Rings every connection of a visitor.
    pub fn ring(&self, visitor: VisitorId, news: News) {
        for bell in self
            .rooms()
            .rooms
            .get(&visitor)
            .iter()
            .flat_map(|room| &room.seats)
        {
            bell.ring(news);
        }
    }

    /// Rings every connection of one browser, whoever the visitor is by now.
    pub fn ring_session(&self, visitor: VisitorId, session: WebchatSessionId, news: News) {
        let all = self.rooms();
        let seats = all.rooms.get(&visitor).into_iter();
        for bell in seats.flat_map(|room| &room.seats) {
            if bell.session == session {
                bell.ring(news);
            }
        }
    }

    /// Rings every connection of a channel, or of all channels.
    pub fn ring_channel(&self, channel: Option<ChannelId>, news: News) {
        for room in self.rooms().rooms.values() {
            if channel.is_none_or(|wanted| wanted == room.channel) {
                for bell in &room.seats {
                    bell.ring(news);
                }
            }
        }
    }

    /// One of us types in a conversation, or stopped.
    pub fn typing(&self, conversation: ConversationId, author: Option<Author>) {
        let mut all = self.rooms();
        let Some(visitor) = all.talking.get(&conversation).copied() else {
            return;
        };
        if let Some(room) = all.rooms.get_mut(&visitor) {
            room.typing = author.map(Box::new);
            for bell in &room.seats {
                bell.ring(News::TYPING);
            }
        }
    }

    /// Who of ours types to a visitor.
    #[must_use]
    pub fn typist(&self, visitor: VisitorId) -> Option<Author> {
        let all = self.rooms();
        let room = all.rooms.get(&visitor)?;
        room.typing.as_deref().cloned()
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Asks the connections that have to make room for a new one to end.
    fn displace(&self, new: &Bell) {
        let mine = self
            .seats
            .iter()
            .filter(|bell| bell.session == new.session && bell.kind == new.kind);
        let allowed = match new.kind {
            Kind::Socket => SEATS_PER_SESSION,
            Kind::Poll => 1,
        };
        let count = mine.clone().count();
        for bell in mine.take((count + 1).saturating_sub(allowed)) {
            bell.ring(News::REPLACED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    fn guest(visitor: u8, session: u8, kind: Kind) -> Guest {
        Guest {
            visitor: VisitorId::from_bytes([visitor; 16]),
            session: WebchatSessionId::from_bytes([session; 16]),
            channel: ChannelId::from_bytes([9; 16]),
            conversation: None,
            visible: true,
            kind,
        }
    }

    #[test]
    fn a_visitor_is_here_until_the_grace_is_over() {
        let visitors = Visitors::default();
        let ana = VisitorId::from_bytes([1; 16]);
        let (bell, arrived) = visitors.enter(guest(1, 1, Kind::Socket));
        assert!(arrived);
        assert_eq!(visitors.here(ana), Here::Online);
        assert!(visitors.show(ana, &bell, false));
        assert_eq!(visitors.here(ana), Here::Away);
        let left = Timestamp::from_secs(100);
        assert!(visitors.leave(ana, &bell, left));
        assert!(!visitors.leave(ana, &bell, left), "leaving twice is once");
        assert!(!visitors.sweep(ana, left.plus(GRACE / 2)));
        assert_eq!(visitors.here(ana), Here::Away);
        let (again, arrived) = visitors.enter(guest(1, 1, Kind::Socket));
        assert!(!arrived, "a change of page is no arrival");
        visitors.leave(ana, &again, left);
        assert!(visitors.sweep(ana, left.plus(GRACE)));
        assert_eq!(visitors.here(ana), Here::Offline);
        assert_eq!(visitors.connections(), 0);
    }

    #[test]
    fn a_browser_has_one_poll_and_ten_sockets() {
        let visitors = Visitors::default();
        let (first, _) = visitors.enter(guest(1, 1, Kind::Poll));
        let (_other_browser, _) = visitors.enter(guest(1, 2, Kind::Poll));
        assert!(first.take().is_empty());
        let (_second, _) = visitors.enter(guest(1, 1, Kind::Poll));
        assert!(first.take().has(News::REPLACED));
        let sockets: Vec<_> = (0..=SEATS_PER_SESSION)
            .map(|_| visitors.enter(guest(1, 1, Kind::Socket)).0)
            .collect();
        let ended: Vec<_> = sockets
            .iter()
            .map(|bell| bell.take().has(News::REPLACED))
            .collect();
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
        assert!(ended[0], "the oldest goes");
    }

    #[test]
    fn typing_reaches_the_visitor_of_the_conversation() {
        let visitors = Visitors::default();
        let ana = VisitorId::from_bytes([1; 16]);
        let conversation = ConversationId::from_bytes([5; 16]);
        let (bell, _) = visitors.enter(guest(1, 1, Kind::Socket));
        let author = Author {
            name: "Bia".into(),
            bot: false,
        };
        visitors.typing(conversation, Some(author.clone()));
        assert!(bell.take().is_empty(), "not in that conversation");
        visitors.talks_in(ana, Some(conversation));
        visitors.typing(conversation, Some(author.clone()));
        assert!(bell.take().has(News::TYPING));
        assert_eq!(visitors.typist(ana), Some(author));
        visitors.typing(conversation, None);
        assert_eq!(visitors.typist(ana), None);
    }

    #[test]
    fn news_add_up_and_leave_visibility_alone() {
        let visitors = Visitors::default();
        let (bell, _) = visitors.enter(guest(1, 1, Kind::Socket));
        visitors.wake(VisitorId::from_bytes([1; 16]));
        visitors.ring_channel(None, News::STOPPING);
        let news = bell.take();
        assert!(news.has(News::TIMELINE) && news.has(News::STOPPING) && !news.has(News::TYPING));
        assert_eq!(visitors.here(VisitorId::from_bytes([1; 16])), Here::Online);
    }
}
