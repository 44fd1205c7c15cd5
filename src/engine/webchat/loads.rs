//! Where the widget was seen: the websites that asked for a web chat lately, let in or not. In
//! memory, for whoever sets it up.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::base::time::Timestamp;
use crate::model::ids::ChannelId;

/// Websites kept of one chat, of those let in and of those not.
const SITES_MAX: usize = 10;
/// The longest address that is kept, in bytes.
const ORIGIN_MAX: usize = 255;

/// A website that asked for the widget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The website, as browsers name it.
    pub origin: String,
    /// When it did so last.
    pub at: Timestamp,
    /// Whether it may show the chat.
    pub allowed: bool,
}

/// What every web chat was asked.
#[derive(Debug, Default)]
pub struct Loads(Mutex<HashMap<ChannelId, Vec<Load>>>);

impl Loads {
    /// A website asked for the widget.
    pub fn note(&self, channel: ChannelId, origin: &str, allowed: bool, at: Timestamp) {
        if origin.len() > ORIGIN_MAX {
            return;
        }
        let mut chats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let loads = chats.entry(channel).or_default();
        loads.retain(|known| known.origin != origin);
        loads.insert(
            0,
            Load {
                origin: origin.to_owned(),
                at,
                allowed,
            },
        );
        // Strangers who knock must not push out those who belong here.
        let mut seen = 0;
        loads.retain(|load| {
            seen += usize::from(load.allowed == allowed);
            load.allowed != allowed || seen <= SITES_MAX
        });
    }

    /// The websites that asked, latest first.
    #[must_use]
    pub fn of(&self, channel: ChannelId) -> Vec<Load> {
        let chats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chats.get(&channel).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;

    #[test]
    fn strangers_do_not_push_out_those_who_belong_here() {
        let loads = Loads::default();
        let chat = ChannelId::from_bytes([1; 16]);
        let at = Timestamp::from_secs;
        loads.note(chat, "https://shop.example", true, at(1));
        for number in 0..20 {
            loads.note(chat, &format!("https://{number}.example"), false, at(2));
        }
        loads.note(chat, "https://shop.example", true, at(3));
        loads.note(chat, &"x".repeat(300), true, at(4));
        let seen = loads.of(chat);
        assert_eq!(seen.len(), 1 + SITES_MAX);
        assert_eq!(
            (seen[0].origin.as_str(), seen[0].at),
            ("https://shop.example", at(3))
        );
        assert_eq!(seen[1].origin, "https://19.example");
        assert!(loads.of(ChannelId::from_bytes([2; 16])).is_empty());
    }
}
