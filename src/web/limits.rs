//! How much one caller may ask for: a bucket of tokens per caller and class, filled steadily.
//!
//! A caller is a key or a person, and an address where nobody is proved yet.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::PoisonError;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;

use crate::base::time::Timestamp;
use crate::config::LimitsConfig;
use crate::model::actor::Who;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::caller;
use crate::web::auth::ip_of;
use crate::web::state::State;

/// Callers remembered at most; beyond it those with full buckets are forgotten.
const CALLERS_MAX: usize = 50_000;
const MINUTE_MS: u64 = 60_000;
/// One token, in the unit buckets are counted in: so that a bucket fills by whole numbers.
const TOKEN: u64 = MINUTE_MS;

/// What a request counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Signing in, and what else can be guessed at.
    Auth,
    /// Sending a message.
    Send,
    /// Everything else.
    Other,
}

impl Class {
    /// The class of a request of the API; `path` with or without the API's prefix.
    #[must_use]
    pub fn of(method: &str, path: &str) -> Self {
        let path = path.trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or_default();
        let guessed = ["/auth/login", "/auth/register"];
        if guessed.iter().any(|end| path.ends_with(end)) || path.contains("/auth/password/") {
            Self::Auth
        } else if method == "POST" && matches!(last, "messages" | "send" | "bulk") {
            Self::Send
        } else {
            Self::Other
        }
    }
}

/// How a caller stands after asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Requests within a minute.
    pub limit: u32,
    /// Requests left now.
    pub remaining: u32,
    /// When the bucket is full again, Unix seconds.
    pub reset_secs: i64,
    /// Seconds to wait; none where the request may go on.
    pub retry_after_secs: Option<u64>,
}

/// Everybody's buckets.
pub struct Limits {
    config: LimitsConfig,
    buckets: Mutex<HashMap<(Class, String), Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// What is missing to a full bucket, in [`TOKEN`]ths.
    missing: u64,
    at: Timestamp,
}

impl Bucket {
    /// What is missing at `now`, after it was filled by `limit` tokens a minute.
    fn missing(self, limit: u32, now: Timestamp) -> u64 {
        let passed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.missing
            .saturating_sub(passed.saturating_mul(u64::from(limit)))
    }
}

impl Limits {
    /// Full buckets for everybody.
    #[must_use]
    pub fn new(config: LimitsConfig) -> Self {
        Self {
            config,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token from a caller's bucket. `None`: this class has no limit.
    pub fn take(&self, class: Class, caller: &str, now: Timestamp) -> Option<Standing> {
        let limit = match class {
            Class::Auth => self.config.auth_per_minute,
            Class::Send => self.config.sends_per_minute,
            Class::Other => self.config.other_per_minute,
        };
        if limit == 0 {
            return None;
        }
        let full = u64::from(limit) * TOKEN;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS_MAX {
            forget(&mut buckets, now);
        }
        let fresh = Bucket {
            missing: 0,
            at: now,
        };
        let bucket = buckets.entry((class, caller.to_owned())).or_insert(fresh);
        let missing = bucket.missing(limit, now);
        let refused = missing + TOKEN > full;
        let after = if refused { missing } else { missing + TOKEN };
        *bucket = Bucket {
            missing: after,
            at: now,
        };
        let to_fill_ms = after.div_ceil(u64::from(limit));
        let to_wait_ms = (missing + TOKEN)
            .saturating_sub(full)
            .div_ceil(u64::from(limit));
        Some(Standing {
            limit,
            remaining: u32::try_from((full - after) / TOKEN).unwrap_or(limit),
            reset_secs: now.as_secs() + i64::try_from(to_fill_ms.div_ceil(1_000)).unwrap_or(60),
            retry_after_secs: refused.then(|| to_wait_ms.div_ceil(1_000).max(1)),
        })
    }
}

/// Forgets who asked for nothing within the last minute: their buckets are full.
fn forget(buckets: &mut HashMap<(Class, String), Bucket>, now: Timestamp) {
    buckets.retain(|_, bucket| now.since(bucket.at).as_millis() < u128::from(MINUTE_MS));
    if buckets.len() >= CALLERS_MAX {
        // More callers within a minute than anybody serves: an attack from many addresses.
        tracing::warn!("more than {CALLERS_MAX} callers within a minute; limits start anew");
        buckets.clear();
    }
}

/// Takes a token for a request of the API from whoever makes it: the key or person it proves, or
/// the address it comes from.
pub fn ask(request: &HttpRequest) -> Option<Standing> {
    let state = request.app_data::<Data<State>>()?;
    let class = Class::of(request.method().as_str(), request.path());
    let proved = if class == Class::Auth {
        None
    } else {
        caller::of(request).ok().map(|caller| caller.actor.who())
    };
    let caller = match proved {
        Some(Who::ApiKey(key, _)) => key.to_string(),
        Some(Who::User(user)) => user.to_string(),
        _ => by_address(ip_of(request, &state.trusted_proxies)?),
    };
    let now = state.engine.context.clock.now();
    state.limits.take(class, &caller, now)
}

/// One address, or the network one household is given in IPv6.
fn by_address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

impl Standing {
    /// Why the request does not go on, if it does not.
    #[must_use]
    pub fn refusal(&self) -> Option<Rejection> {
        let secs = self.retry_after_secs?;
        let message = format!("Those were too many requests. Try again in {secs} seconds.");
        Some(Rejection::new(Code::RateLimitExceeded, message).retry_after(secs))
    }

    /// Tells the caller how it stands.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let figures = [
            ("x-ratelimit-limit", i64::from(self.limit)),
            ("x-ratelimit-remaining", i64::from(self.remaining)),
            ("x-ratelimit-reset", self.reset_secs),
        ];
        for (name, value) in figures {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::time::Duration;

    use super::*;

    fn limits(per_minute: u32) -> Limits {
        Limits::new(LimitsConfig {
            auth_per_minute: per_minute,
            sends_per_minute: per_minute,
            other_per_minute: 0,
            ..LimitsConfig::default()
        })
    }

    #[test]
    fn a_bucket_empties_and_fills_steadily() {
        let limits = limits(6);
        let start = Timestamp::from_secs(1_000);
        let take = |after: u64| {
            let now = start.plus(Duration::from_secs(after));
            limits.take(Class::Send, "key_1", now).unwrap()
        };
        let left: Vec<u32> = (0..6).map(|_| take(0).remaining).collect();
        assert_eq!(left, [5, 4, 3, 2, 1, 0]);
        let refused = take(0);
        assert_eq!(refused.retry_after_secs, Some(10));
        assert_eq!(refused.reset_secs, 1_060);
        assert_eq!(take(4).retry_after_secs, Some(6));
        assert_eq!(take(10).retry_after_secs, None);
        assert_eq!(take(10).retry_after_secs, Some(10));
        assert_eq!(take(1_000).remaining, 5);
    }

    #[test]
    fn callers_and_classes_do_not_share() {
        let limits = limits(1);
        let now = Timestamp::from_secs(0);
        for (class, caller) in [(Class::Auth, "a"), (Class::Auth, "b"), (Class::Send, "a")] {
            let standing = limits.take(class, caller, now).unwrap();
            assert_eq!(standing.retry_after_secs, None);
        }
        assert_eq!(limits.take(Class::Other, "a", now), None);
    }

    #[test]
    fn a_request_is_of_one_class() {
        for (method, path, class) in [
            ("POST", "/api/v1/auth/login", Class::Auth),
            ("POST", "/auth/password/reset", Class::Auth),
            ("GET", "/v1/auth/me", Class::Other),
            ("POST", "/v1/conversations/conv_1/messages", Class::Send),
            ("POST", "/messages/", Class::Send),
            ("GET", "/messages", Class::Other),
            ("POST", "/v1/contacts", Class::Other),
        ] {
            assert_eq!(Class::of(method, path), class, "{method} {path}");
        }
    }
}
