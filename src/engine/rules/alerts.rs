//! When operators are told how a channel stands: once for each change, and not twice within a while.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::alert::News;
use crate::model::alert::Told;

/// After a mail about a channel nothing more is said of it for so long.
const QUIET: Duration = Duration::from_secs(30 * 60);
/// How long before its access ends a channel is worth a mail.
pub const AHEAD: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How a channel stands, as far as operators are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// It is meant to work and does not.
    pub broken: bool,
    /// When the vendor last warned of something.
    pub warned_at: Option<Timestamp>,
    /// When the vendor's access ends, where that is known.
    pub expires_at: Option<Timestamp>,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is said.
    Nothing,
    /// Look again after a while.
    Wait(Duration),
    /// Say this.
    Tell(News),
}

/// Whether there is something to say now.
#[must_use]
pub fn verdict(standing: Standing, told: Told, now: Timestamp) -> Verdict {
    let news = news(standing, told, now);
    let quiet = told
        .at
        .map_or(Duration::ZERO, |last| last.plus(QUIET).since(now));
    match news {
        Some(_) if !quiet.is_zero() => Verdict::Wait(quiet),
        Some(news) => Verdict::Tell(news),
        None => match standing.expires_at.filter(|end| told.expiry != Some(*end)) {
            Some(end) => Verdict::Wait(end.minus(AHEAD).since(now)),
            None => Verdict::Nothing,
        },
    }
}

fn news(standing: Standing, told: Told, now: Timestamp) -> Option<News> {
    let ends_soon = standing
        .expires_at
        .is_some_and(|end| end.minus(AHEAD) <= now && told.expiry != Some(end));
    match (standing.broken, told.broken) {
        (true, false) => Some(News::Broke),
        (false, true) => Some(News::Mended),
        _ if ends_soon => Some(News::Expiring),
        (false, false) if standing.warned_at > told.warned_at => Some(News::Warned),
        _ => None,
    }
}

/// What operators know once they were told.
#[must_use]
pub fn after(standing: Standing, told: Told, news: News, now: Timestamp) -> Told {
    let mut next = Told {
        at: Some(now),
        broken: standing.broken,
        ..told
    };
    match news {
        // What was warned of before it broke is in the same mail, or no longer of interest.
        News::Broke | News::Mended | News::Warned => next.warned_at = standing.warned_at,
        News::Expiring => next.expiry = standing.expires_at,
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(NOW + secs)
    }

    fn broken() -> Standing {
        Standing {
            broken: true,
            ..Standing::default()
        }
    }

    #[test]
    fn each_change_is_told_once() {
        let day = 24 * 3_600;
        let warned = Standing {
            warned_at: Some(at(-5)),
            ..Standing::default()
        };
        let ending = Standing {
            expires_at: Some(at(6 * day)),
            ..Standing::default()
        };
        let knows_it_broke = Told {
            broken: true,
            ..Told::default()
        };
        for (standing, told, news) in [
            (broken(), Told::default(), News::Broke),
            (Standing::default(), knows_it_broke, News::Mended),
            (warned, Told::default(), News::Warned),
            (ending, Told::default(), News::Expiring),
        ] {
            assert_eq!(verdict(standing, told, at(0)), Verdict::Tell(news));
            let told = after(standing, told, news, at(0));
            assert_eq!(
                verdict(standing, told, at(day)),
                Verdict::Nothing,
                "{news:?}"
            );
        }
    }

    #[test]
    fn what_flaps_is_told_after_a_quiet_while_if_it_is_still_so() {
        let told = after(broken(), Told::default(), News::Broke, at(0));
        let quiet = Duration::from_secs(20 * 60);
        let well = Standing::default();
        assert_eq!(verdict(well, told, at(600)), Verdict::Wait(quiet));
        assert_eq!(verdict(broken(), told, at(1_200)), Verdict::Nothing);
        assert_eq!(verdict(well, told, at(1_800)), Verdict::Tell(News::Mended));
    }

    #[test]
    fn an_access_that_ends_is_told_a_week_ahead_and_again_when_it_was_prolonged() {
        let day = 24 * 3_600;
        let ends = |days: i64| Standing {
            expires_at: Some(at(days * day)),
            ..Standing::default()
        };
        let wait = Duration::from_secs(53 * 24 * 3_600);
        assert_eq!(
            verdict(ends(60), Told::default(), at(0)),
            Verdict::Wait(wait)
        );
        let told = after(ends(7), Told::default(), News::Expiring, at(0));
        assert_eq!(verdict(ends(7), told, at(day)), Verdict::Nothing);
        assert!(matches!(verdict(ends(67), told, at(day)), Verdict::Wait(_)));
    }
}
