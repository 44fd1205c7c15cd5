//! Channels whose vendor said that it cannot show that one of us types: it is not asked again until
//! they are connected anew.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::base::time::Timestamp;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;

/// Such channels, with the connection that it was said of. Cheap to clone; forgotten when the server
/// stops.
#[derive(Debug, Clone, Default)]
pub struct Mute(Arc<Mutex<BTreeMap<ChannelId, Option<Timestamp>>>>);

impl Mute {
    /// Whether a channel as it is connected now shows nothing.
    #[must_use]
    pub fn holds(&self, channel: &Channel) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&channel.id) == Some(&channel.connected_at)
    }

    /// Notes that a channel shows nothing; whether that is news.
    pub fn note(&self, channel: &Channel) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(channel.id, channel.connected_at) != Some(channel.connected_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::channel::ChannelKind;
    use crate::model::ids::Id as _;

    #[test]
    fn it_is_said_once_and_forgotten_with_the_next_connection() {
        let now = Timestamp::from_secs(1_000);
        let id = ChannelId::from_bytes([1; 16]);
        let kind = ChannelKind::named("instagram");
        let mut channel = Channel::new(id, kind, "Ours".to_owned(), now);
        channel.connected_at = Some(now);
        let mute = Mute::default();
        assert!(!mute.holds(&channel));
        assert!(mute.note(&channel));
        assert!(!mute.note(&channel));
        assert!(mute.holds(&channel));
        channel.connected_at = Some(Timestamp::from_secs(2_000));
        assert!(!mute.holds(&channel));
    }
}
