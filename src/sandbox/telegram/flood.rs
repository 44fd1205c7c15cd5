//! How much a bot may send: to one chat, and to all of them. telegram.md section 9.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Room;
use crate::sandbox::desk::Desk;

use super::params::Fault;
use super::rooms;

/// So many messages within so long: one a second in a private chat and a short burst, twenty a minute
/// in a group.
const PRIVATE: (usize, Duration) = (23, Duration::from_secs(20));
const GROUP: (usize, Duration) = (20, Duration::from_secs(60));
/// All chats together.
const BOT: (usize, Duration) = (30, Duration::from_secs(1));

/// Notes that the bot writes to a chat now, where it may.
///
/// # Errors
/// It wrote too much; the vendor says how long to wait.
pub fn admit(desk: &mut Desk<'_>, customer: &Customer) -> Result<(), Fault> {
    let (max, span) = match customer.room {
        Room::Group { .. } => GROUP,
        _ => PRIVATE,
    };
    let here = rooms::written(desk.account, customer);
    wait(here.into_iter(), desk.now, max, span).map_or(Ok(()), Err)?;
    let all = desk.account.sent_at.iter().copied();
    wait(all, desk.now, BOT.0, BOT.1).map_or(Ok(()), Err)?;
    desk.count_sent(&customer.id, span);
    let now = desk.now;
    let all = &mut desk.account.sent_at;
    while all.front().is_some_and(|at| now.since(*at) >= BOT.1) {
        all.pop_front();
    }
    all.push_back(now);
    Ok(())
}

/// What the vendor says where within `span` there were `max` already.
fn wait(
    written: impl Iterator<Item = Timestamp>,
    now: Timestamp,
    max: usize,
    span: Duration,
) -> Option<Fault> {
    let recent: Vec<Timestamp> = written.filter(|at| now.since(*at) < span).collect();
    let oldest = recent.iter().min().filter(|_| recent.len() >= max)?;
    let left = span.saturating_sub(now.since(*oldest));
    let secs = left.as_secs().max(1);
    Some(Fault::flood(u32::try_from(secs).unwrap_or(1)))
}
