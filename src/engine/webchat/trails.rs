//! Where visitors are and were on the website: in memory, for a day.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::channels::webchat::frames::Page;
use crate::model::ids::VisitorId;

/// Pages kept of one visitor.
const PAGES_MAX: usize = 20;
/// How long they are kept.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Visitors kept, at most.
const VISITORS_MAX: usize = 10_000;

/// The pages of every visitor.
#[derive(Default)]
pub struct Trails(Mutex<HashMap<VisitorId, VecDeque<Visit>>>);

/// A page a visitor saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The page.
    pub page: Page,
    /// When.
    pub at: Timestamp,
}

impl Trails {
    /// A visitor is on a page.
    pub fn note(&self, visitor: VisitorId, page: Page, now: Timestamp) {
        let mut trails = self.trails();
        if trails.len() >= VISITORS_MAX && !trails.contains_key(&visitor) {
            forget(&mut trails, now);
        }
        let trail = trails.entry(visitor).or_default();
        if trail.back().is_some_and(|last| last.page.url == page.url) {
            trail.pop_back();
        }
        trail.push_back(Visit { page, at: now });
        if trail.len() > PAGES_MAX {
            trail.pop_front();
        }
    }

    /// The pages a visitor saw within a day, oldest first.
    #[must_use]
    pub fn of(&self, visitor: VisitorId, now: Timestamp) -> Vec<Visit> {
        let trails = self.trails();
        let visits = trails.get(&visitor).into_iter().flatten();
        visits
            .filter(|visit| now.since(visit.at) < KEPT)
            .cloned()
            .collect()
    }

    fn trails(&self) -> MutexGuard<'_, HashMap<VisitorId, VecDeque<Visit>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what is too old, and where that is not enough the half that moved least recently.
fn forget(trails: &mut HashMap<VisitorId, VecDeque<Visit>>, now: Timestamp) {
    let last = |trail: &VecDeque<Visit>| trail.back().map(|visit| visit.at);
    trails.retain(|_, trail| last(trail).is_some_and(|at| now.since(at) < KEPT));
    if trails.len() >= VISITORS_MAX {
        let mut times: Vec<_> = trails.values().map(last).collect();
        times.sort_unstable();
        let middle = times[times.len() / 2];
        trails.retain(|_, trail| last(trail) > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    #[test]
    fn twenty_pages_are_kept_for_a_day() {
        let trails = Trails::default();
        let ana = VisitorId::from_bytes([1; 16]);
        let start = Timestamp::from_secs(1_000);
        let page = |number: u32| Page {
            url: format!("https://shop.example/{number}"),
            ..Page::default()
        };
        for number in 0..25 {
            trails.note(ana, page(number), start);
            trails.note(ana, page(number), start);
        }
        let visits = trails.of(ana, start);
        assert_eq!(visits.len(), PAGES_MAX);
        assert_eq!(
            visits.last().map(|visit| visit.page.clone()),
            Some(page(24))
        );
        assert!(trails.of(ana, start.plus(KEPT)).is_empty());
    }
}
