//! The secrets of channels, opened once.
//!
//! Every webhook asks for those of its channel and of all its neighbours, and opening them costs more
//! than proving the signature with them.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::base::secret::Secret;
use crate::model::ids::ChannelId;

/// Secrets by name, as they are stored.
type Sealed = BTreeMap<String, Vec<u8>>;
/// Secrets by name, as vendors know them.
pub type Plain = BTreeMap<String, Secret<String>>;

/// What was opened last of each channel, beside what it was opened from.
#[derive(Default)]
pub struct Opened(RwLock<HashMap<ChannelId, (Sealed, Plain)>>);

impl Opened {
    /// The secrets of a channel, by `open` where these sealed ones were not opened before.
    ///
    /// # Errors
    /// Those of `open`; nothing is remembered then.
    pub fn of<E>(
        &self,
        channel: ChannelId,
        sealed: &Sealed,
        open: impl FnOnce() -> Result<Plain, E>,
    ) -> Result<Plain, E> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((from, plain)) = known.get(&channel)
            && from == sealed
        {
            return Ok(plain.clone());
        }
        drop(known);
        let plain = open()?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(channel, (sealed.clone(), plain.clone()));
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    #[test]
    fn what_is_sealed_anew_is_opened_anew() {
        let opened = Opened::default();
        let channel = ChannelId::from_bytes([9; 16]);
        let sealed = |bytes: &[u8]| Sealed::from([("token".to_owned(), bytes.to_vec())]);
        let plain = |text: &str| Plain::from([("token".to_owned(), Secret::new(text.to_owned()))]);
        let first = opened.of(channel, &sealed(b"1"), || Ok::<_, ()>(plain("old")));
        assert_eq!(first, Ok(plain("old")));
        let again = opened.of(channel, &sealed(b"1"), || Err("opened twice"));
        assert_eq!(again, Ok(plain("old")));
        let broken = opened.of(channel, &sealed(b"2"), || Err("another key"));
        assert_eq!(broken, Err("another key"));
        let changed = opened.of(channel, &sealed(b"2"), || Ok::<_, ()>(plain("new")));
        assert_eq!(changed, Ok(plain("new")));
    }
}
