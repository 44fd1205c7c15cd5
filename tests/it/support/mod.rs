//! What every test stands on: a server, and everybody who talks to it.
//!
//! [`server::on_a_server`] starts one; `tests/it/desk.rs` shows how visitors and agents speak to it.

pub mod agent;
pub mod api;
pub mod browser;
pub mod dns;
pub mod document;
pub mod elsewhere;
pub mod exim;
pub mod hook;
pub mod log;
pub mod post_office;
pub mod process;
pub mod proxy;
pub mod reply;
pub mod server;
pub mod socket;
pub mod telegram;
pub mod vendor;

use std::time::Duration;

/// The longest anything in a test may take that is not about time.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks again and again until there is something to see; what it is.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look).await
}

/// The same with a limit of its own, where the limit is what the test is about.
pub async fn within<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let seen = tokio::time::timeout(limit, looking).await;
    seen.unwrap_or_else(|_| unreachable!("not within {limit:?}: {what}"))
}
