//! People of ours: who is here, and who looks at which conversation.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::model::ids::ConversationId;
use crate::model::ids::UserId;

/// Who is here. One entry per open socket: a person may have several.
#[derive(Default)]
pub struct Presence(Mutex<Rooms>);

#[derive(Default)]
struct Rooms {
    next: u64,
    sockets: HashMap<u64, Place>,
}

/// Where one socket of a person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who.
    pub user_id: UserId,
    /// The name to show.
    pub name: String,
    /// The conversation that is open there.
    pub conversation: Option<ConversationId>,
    /// Whether a reply is being written there.
    pub writing: bool,
}

/// A socket that is here. [`Presence::leave`] ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat(u64);

impl Presence {
    /// Somebody arrived; whether it is their first socket.
    pub fn enter(&self, user_id: UserId, name: &str) -> (Seat, bool) {
        let mut rooms = self.rooms();
        let first = !rooms.sockets.values().any(|place| place.user_id == user_id);
        let seat = rooms.next;
        rooms.next += 1;
        let place = Place {
            user_id,
            name: name.to_owned(),
            conversation: None,
            writing: false,
        };
        rooms.sockets.insert(seat, place);
        (Seat(seat), first)
    }

    /// Somebody left; where they were, and whether it was their last socket.
    pub fn leave(&self, seat: Seat) -> Option<(Place, bool)> {
        let mut rooms = self.rooms();
        let place = rooms.sockets.remove(&seat.0)?;
        let last = !rooms
            .sockets
            .values()
            .any(|other| other.user_id == place.user_id);
        Some((place, last))
    }

    /// Somebody looks at another conversation, or at none; where they were before.
    pub fn look_at(
        &self,
        seat: Seat,
        conversation: Option<ConversationId>,
    ) -> Option<ConversationId> {
        let mut rooms = self.rooms();
        let place = rooms.sockets.get_mut(&seat.0)?;
        place.writing = false;
        std::mem::replace(&mut place.conversation, conversation)
    }

    /// Somebody writes a reply where they are, or stopped; whether that is news.
    pub fn write(&self, seat: Seat, writing: bool) -> bool {
        let mut rooms = self.rooms();
        let Some(place) = rooms.sockets.get_mut(&seat.0) else {
            return false;
        };
        std::mem::replace(&mut place.writing, writing) != writing
    }

    /// The people who look at a conversation, each once.
    #[must_use]
    pub fn viewers(&self, conversation: ConversationId) -> Vec<Place> {
        let mut viewers: Vec<Place> = Vec::new();
        for place in self.rooms().sockets.values() {
            if place.conversation != Some(conversation) {
                continue;
            }
            match viewers
                .iter_mut()
                .find(|known| known.user_id == place.user_id)
            {
                Some(known) => known.writing |= place.writing,
                None => viewers.push(place.clone()),
            }
        }
        viewers.sort_by(|a, b| a.name.cmp(&b.name));
        viewers
    }

    /// Whether a person has a socket open.
    #[must_use]
    pub fn is_here(&self, user_id: UserId) -> bool {
        self.rooms()
            .sockets
            .values()
            .any(|place| place.user_id == user_id)
    }

    /// How many people are here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.people().len()
    }

    /// The people who are here, each once.
    #[must_use]
    pub fn people(&self) -> Vec<UserId> {
        let rooms = self.rooms();
        let mut users: Vec<_> = rooms.sockets.values().map(|place| place.user_id).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ids::Id as _;

    #[test]
    fn a_person_with_two_sockets_is_one_viewer() {
        let (ana, bia) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let conversation = ConversationId::from_bytes([3; 16]);
        let presence = Presence::default();
        let (first, new) = presence.enter(ana, "Ana");
        assert!(new);
        let (second, new) = presence.enter(ana, "Ana");
        assert!(!new);
        let (third, _) = presence.enter(bia, "Bia");
        for seat in [first, second, third] {
            assert_eq!(presence.look_at(seat, Some(conversation)), None);
        }
        assert!(presence.write(second, true));
        assert!(!presence.write(second, true));
        let viewers = presence.viewers(conversation);
        let seen: Vec<_> = viewers
            .iter()
            .map(|v| (v.name.as_str(), v.writing))
            .collect();
        assert_eq!(seen, [("Ana", true), ("Bia", false)]);
        assert!(!presence.leave(first).unwrap().1);
        assert!(presence.leave(second).unwrap().1);
        assert!(!presence.is_here(ana));
        assert_eq!(presence.count(), 1);
    }
}
