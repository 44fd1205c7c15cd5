//! How many sockets programs may hold open: each caller, and all together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::config::LimitsConfig;
use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// When to ask again for a place that is taken, in seconds.
const ASK_AGAIN_SECS: u64 = 30;

/// The places for sockets. Cheap to clone.
#[derive(Clone)]
pub struct Places(Arc<Inner>);

struct Inner {
    per_caller: u32,
    in_all: u32,
    taken: Mutex<HashMap<Who, u32>>,
}

/// A place that is taken; free again when this is dropped.
pub struct Place {
    places: Places,
    caller: Who,
}

impl Places {
    /// As many as the operator chose.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        Self(Arc::new(Inner {
            per_caller: limits.sockets_per_caller,
            in_all: limits.sockets,
            taken: Mutex::default(),
        }))
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Who, u32>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a key or a person.
    ///
    /// # Errors
    /// `RATE_LIMIT_EXCEEDED`: the caller holds as many as one may. `SERVICE_UNAVAILABLE`: all are
    /// taken.
    pub fn take(&self, actor: &Actor) -> Result<Place, Rejection> {
        let caller = actor.who();
        let (per_caller, in_all) = (self.0.per_caller, self.0.in_all);
        let mut taken = self.taken();
        if in_all > 0 && taken.values().sum::<u32>() >= in_all {
            let message = "Every place for a socket is taken. Try again later.";
            let refused = Rejection::new(Code::ServiceUnavailable, message);
            return Err(refused.retry_after(ASK_AGAIN_SECS));
        }
        let held = taken.entry(caller).or_default();
        if per_caller > 0 && *held >= per_caller {
            let message = format!("One caller may hold {per_caller} sockets open. Close one.");
            let refused = Rejection::new(Code::RateLimitExceeded, message);
            return Err(refused.retry_after(ASK_AGAIN_SECS));
        }
        *held += 1;
        drop(taken);
        Ok(Place {
            places: self.clone(),
            caller,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(held) = taken.get_mut(&self.caller) {
            *held -= 1;
            if *held == 0 {
                taken.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ids::Id as _;
    use crate::model::ids::UserId;
    use crate::model::permission::Role;

    fn caller(number: u8) -> Actor {
        Actor::user(
            UserId::from_bytes([number; 16]),
            Role::Agent,
            "a".to_owned(),
        )
    }

    fn places(per_caller: u32, in_all: u32) -> Places {
        Places::new(&LimitsConfig {
            sockets_per_caller: per_caller,
            sockets: in_all,
            ..LimitsConfig::default()
        })
    }

    #[test]
    fn places_are_counted_for_each_and_for_all_and_come_free() {
        let places = places(2, 3);
        let code = |refused: Result<Place, Rejection>| refused.err().unwrap().code;
        let first = places.take(&caller(1)).unwrap();
        let _second = places.take(&caller(1)).unwrap();
        assert_eq!(code(places.take(&caller(1))), Code::RateLimitExceeded);
        let _third = places.take(&caller(2)).unwrap();
        assert_eq!(code(places.take(&caller(3))), Code::ServiceUnavailable);
        drop(first);
        assert!(places.take(&caller(3)).is_ok());
    }

    #[test]
    fn nought_is_no_limit() {
        let places = places(0, 0);
        let all: Vec<_> = (0..50).map(|_| places.take(&caller(1)).unwrap()).collect();
        assert_eq!(all.len(), 50);
    }
}
