//! Ids: 16 bytes that sort by creation time, shown with a prefix people can read.
//!
//! Each kind of id is its own type, made with [`define_id!`](crate::base::id::define_id), so that a
//! contact can never stand where a conversation is meant.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::base::random::Random;
use crate::base::time::Timestamp;

/// Any id: 16 bytes in time order.
pub trait Id: Copy + Eq + Ord {
    /// The readable prefix, without the underscore.
    const PREFIX: &'static str;

    /// Wraps raw bytes, as read from a key.
    fn from_bytes(bytes: [u8; 16]) -> Self;

    /// The raw bytes, as written into a key.
    fn bytes(self) -> [u8; 16];
}

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an id of the form {expected}_...")]
pub struct NotAnId {
    /// The prefix the text should have had.
    pub expected: &'static str,
}

/// Writes an id as `prefix_` and 26 lower-case Crockford base-32 characters.
pub fn write_id(prefix: &str, bytes: [u8; 16]) -> String {
    let mut text = ulid::Ulid::from_bytes(bytes).to_string();
    text.make_ascii_lowercase();
    format!("{prefix}_{text}")
}

/// Reads what [`write_id`] wrote; upper and lower case alike.
///
/// # Errors
/// [`NotAnId`]: another prefix, another length, or a character outside the alphabet.
pub fn read_id(prefix: &'static str, text: &str) -> Result<[u8; 16], NotAnId> {
    let refused = NotAnId { expected: prefix };
    let body = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or_else(|| refused.clone())?;
    if body.len() != 26 {
        return Err(refused);
    }
    let ulid = ulid::Ulid::from_string(body).map_err(|_| refused)?;
    Ok(ulid.to_bytes())
}

/// Declares an id type with its readable prefix.
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $crate::base::id::Id for $name {
            const PREFIX: &'static str = $prefix;

            fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            fn bytes(self) -> [u8; 16] {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::base::id::write_id($prefix, self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::base::id::NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::base::id::read_id($prefix, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    to.collect_str(self)
                } else {
                    to.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::base::id::deserialize_id::<Self, D>(from)
            }
        }
    };
}
pub(crate) use define_id;

/// Reads an id from text (people, JSON) or from 16 bytes (stored records).
///
/// # Errors
/// The deserializer's own, when the value is neither.
pub fn deserialize_id<'de, I, D>(from: D) -> Result<I, D::Error>
where
    I: Id,
    D: serde::Deserializer<'de>,
{
    struct Visitor<I>(std::marker::PhantomData<I>);

    impl<I: Id> serde::de::Visitor<'_> for Visitor<I> {
        type Value = I;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "an id of the form {}_...", I::PREFIX)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<I, E> {
            read_id(I::PREFIX, text)
                .map(I::from_bytes)
                .map_err(E::custom)
        }

        fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<I, E> {
            bytes
                .try_into()
                .map(I::from_bytes)
                .map_err(|_| E::invalid_length(bytes.len(), &self))
        }
    }

    // Stored records are not self-describing for us alone: internally tagged enums buffer their
    // fields, so both shapes are accepted whatever the format says of itself.
    from.deserialize_any(Visitor(std::marker::PhantomData))
}

/// Makes ids: strictly rising within one process, whatever the clock does.
#[derive(Debug)]
pub struct Ids {
    random: Random,
    last: Mutex<u128>,
}

impl Ids {
    /// A source of ids over the given randomness.
    #[must_use]
    pub fn new(random: Random) -> Self {
        Self {
            random,
            last: Mutex::new(0),
        }
    }

    /// The next id, carrying the time `now` in its first six bytes.
    #[cfg(test)]
    pub fn next<I: Id>(&self, now: Timestamp) -> I {
        I::from_bytes(self.block(now).to_be_bytes())
    }

    /// The first of [`BLOCK`] ids that nobody else gets.
    pub fn block(&self, now: Timestamp) -> u128 {
        let millis = u128::from(u64::try_from(now.as_millis()).unwrap_or(0) & 0xffff_ffff_ffff);
        let mut noise = [0u8; 16];
        self.random.fill(&mut noise[6..]);
        let fresh = (millis << 80) | u128::from_be_bytes(noise);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = last.wrapping_add(BLOCK);
        // Within one millisecond, and when the clock steps back, count on from the last block.
        *last = if fresh > behind {
            fresh
        } else {
            behind + (fresh % BLOCK)
        };
        *last
    }
}

/// How many ids a block has: far more than one change makes.
pub const BLOCK: u128 = 1 << 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    define_id!(
        /// For these tests.
        TestId,
        "test"
    );
    define_id!(
        /// Another kind.
        OtherId,
        "other"
    );

    #[test]
    fn an_id_reads_back_in_both_cases_and_only_as_its_own_kind() {
        let ids = Ids::new(Random::system());
        let id: TestId = ids.next(Timestamp::from_millis(1_700_000_000_000));
        let text = id.to_string();
        assert!(text.starts_with("test_01h"), "{text}");
        assert_eq!(text.parse::<TestId>().unwrap(), id);
        assert_eq!(
            text.to_uppercase()
                .replace("TEST_", "test_")
                .parse::<TestId>()
                .unwrap(),
            id
        );
        assert!(text.parse::<OtherId>().is_err());
        assert!("test_short".parse::<TestId>().is_err());
        assert!(format!("{text}0").parse::<TestId>().is_err());
    }

    #[test]
    fn ids_rise_even_when_the_clock_steps_back() {
        let ids = Ids::new(Random::system());
        let mut last: TestId = ids.next(Timestamp::from_millis(5_000));
        for step in 0..1_000 {
            let next: TestId = ids.next(Timestamp::from_millis(5_000 - step));
            assert!(next > last);
            last = next;
        }
    }

    #[test]
    fn an_id_is_text_in_json_and_sixteen_bytes_in_records() {
        let id = TestId::from_bytes([7; 16]);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        let bytes = rmp_serde::to_vec(&id).unwrap();
        assert_eq!(bytes.len(), 18);
        assert_eq!(rmp_serde::from_slice::<TestId>(&bytes).unwrap(), id);
    }

    #[test]
    fn an_id_begins_with_when_it_was_made() {
        let ids = Ids::new(Random::system());
        let id = ids.next::<TestId>(Timestamp::from_millis(0x0123_4567_89ab));
        assert_eq!(id.bytes()[..6], [0x01, 0x23, 0x45, 0x67, 0x89, 0xab]);
    }
}
