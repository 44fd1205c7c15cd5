//! Mails that try a channel both ways: sent, and awaited. In memory alone: whoever tried looks at
//! the page that shows it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::base::time::Timestamp;
use crate::model::ids::ChannelId;

/// One mail on its way out and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// Whom it went to.
    pub to: String,
    /// Whether that is the address of the channel, so that it comes back by itself.
    pub to_itself: bool,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When the server took it, or why it did not.
    pub taken: Option<Result<Timestamp, String>>,
    /// When it came in, or an answer to it.
    pub arrived_at: Option<Timestamp>,
    /// The ids by which it is known: ours, and those it was given.
    pub ids: Vec<String>,
}

/// The last trip of each channel. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Trips(Arc<Mutex<BTreeMap<ChannelId, Trip>>>);

impl Trips {
    /// The last one of a channel.
    #[must_use]
    pub fn last(&self, channel: ChannelId) -> Option<Trip> {
        self.held(|all| all.get(&channel).cloned())
    }

    /// Begins one in the place of the last.
    pub fn begin(&self, channel: ChannelId, trip: Trip) {
        self.held(|all| all.insert(channel, trip));
    }

    /// Notes what became of handing one over.
    pub fn taken(
        &self,
        channel: ChannelId,
        id: &str,
        taken: Result<(Timestamp, Vec<String>), String>,
    ) {
        self.held(|all| {
            let known = all.get_mut(&channel);
            if let Some(trip) = known.filter(|trip| trip.ids.iter().any(|own| own == id)) {
                trip.taken = Some(taken.map(|(at, ids)| {
                    trip.ids.extend(ids);
                    at
                }));
            }
        });
    }

    /// Notes that a mail came in which is one of them, or answers one.
    pub fn arrived<'a>(
        &self,
        channel: ChannelId,
        ids: impl IntoIterator<Item = &'a String>,
        at: Timestamp,
    ) {
        self.held(|all| {
            if let Some(trip) = all.get_mut(&channel)
                && trip.arrived_at.is_none()
                && ids.into_iter().any(|id| trip.ids.contains(id))
            {
                trip.arrived_at = Some(at);
            }
        });
    }

    fn held<T>(&self, act: impl FnOnce(&mut BTreeMap<ChannelId, Trip>) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut all)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;

    #[test]
    fn a_mail_arrives_once_and_only_in_its_own_channel() {
        let at = Timestamp::from_secs;
        let [here, there] = [1, 2].map(|number| ChannelId::from_bytes([number; 16]));
        let trips = Trips::default();
        let trip = Trip {
            to: "desk@aurora.example".to_owned(),
            to_itself: true,
            began_at: at(1),
            taken: None,
            arrived_at: None,
            ids: vec!["msg_1".to_owned()],
        };
        trips.begin(here, trip.clone());
        let named = |id: &str| vec![id.to_owned()];
        trips.taken(here, "msg_0", Err("an earlier one".to_owned()));
        trips.taken(here, "msg_1", Ok((at(2), named("guid"))));
        trips.arrived(there, &named("msg_1"), at(3));
        trips.arrived(here, &named("other"), at(3));
        assert_eq!(trips.last(here).unwrap().arrived_at, None);
        trips.arrived(here, &named("guid"), at(4));
        trips.arrived(here, &named("msg_1"), at(5));
        let last = trips.last(here).unwrap();
        assert_eq!(
            (last.taken, last.arrived_at),
            (Some(Ok(at(2))), Some(at(4)))
        );
        assert_eq!(trips.last(there), None);
    }
}
