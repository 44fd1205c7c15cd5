//! Randomness, handed in wherever it is needed so that tests can fix it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A source of random bytes; cheap to clone.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<u64>>),
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Random(system)",
            Source::Seeded(_) => "Random(seeded)",
        })
    }
}

impl Random {
    /// The operating system's randomness. Everything secret comes from here.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable sequence, for tests alone.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed))))
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    /// When the operating system has no randomness to give, which nothing here could survive.
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::System => {
                getrandom::fill(bytes).expect("the operating system gives randomness");
            }
            Source::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in bytes.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
            }
        }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// `length` characters of 0-9, A-Z, a-z, each equally likely.
    #[must_use]
    pub fn base62(&self, length: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.bytes::<32>() {
                // 248 is the largest multiple of 62 below 256: above it some letters would be likelier.
                if byte < 248 && text.len() < length {
                    text.push(char::from(ALPHABET[usize::from(byte % 62)]));
                }
            }
        }
        text
    }

    /// A number from 0 up to, not including, `bound` (at least 1).
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % bound.max(1)
    }
}

/// Steele, Lea and Flood's `SplitMix64`: small, and good enough for tests.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_the_system_does_not() {
        assert_eq!(
            Random::seeded(7).bytes::<20>(),
            Random::seeded(7).bytes::<20>()
        );
        assert_ne!(
            Random::system().bytes::<20>(),
            Random::system().bytes::<20>()
        );
    }

    #[test]
    fn base62_has_the_length_asked_for() {
        for length in [0, 1, 40, 100] {
            assert_eq!(Random::system().base62(length).len(), length);
        }
    }
}
