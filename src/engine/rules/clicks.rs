//! Whether a person opened a mail and followed its links, or a program that looks for harm.
//! email.md section 12.

use std::time::Duration;

use crate::base::time::Timestamp;

/// How soon after its arrival nobody has opened a mail yet.
const OPENED_TOO_SOON: Duration = Duration::from_secs(5);

/// How soon after its arrival nobody has followed a link in it yet, and within what time a program
/// follows all of them.
const AT_ONCE: Duration = Duration::from_secs(2);

/// What was done with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It was opened.
    Opened,
    /// A link in it was followed.
    Followed,
}

/// Whether something was done so soon after the mail arrived that no person did it.
#[must_use]
pub fn is_too_soon(done: Done, arrived: Option<Timestamp>, at: Timestamp) -> bool {
    let soonest = match done {
        Done::Opened => OPENED_TOO_SOON,
        Done::Followed => AT_ONCE,
    };
    arrived.is_some_and(|arrived| at.since(arrived) < soonest)
}

/// A link that was followed, and when.
pub type Click<'a> = (&'a str, Timestamp);

/// Whether a program followed links: every one that a mail of several has, within moments.
#[must_use]
pub fn follows_all(links: u64, clicks: &[Click<'_>]) -> bool {
    let mut followed: Vec<&str> = clicks.iter().map(|(link, _)| *link).collect();
    followed.sort_unstable();
    followed.dedup();
    let times = || clicks.iter().map(|(_, at)| *at);
    let span = times().max().zip(times().min());
    let span = span.map_or(Duration::ZERO, |(last, first)| last.since(first));
    links > 1 && followed.len() as u64 >= links && span <= AT_ONCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_a_mail_in_the_moment_it_arrives() {
        let arrived = Timestamp::from_secs(100);
        for (done, millis, expected) in [
            (Done::Opened, 0, true),
            (Done::Opened, 4_999, true),
            (Done::Opened, 5_000, false),
            (Done::Followed, 1_999, true),
            (Done::Followed, 2_000, false),
        ] {
            let at = arrived.plus(Duration::from_millis(millis));
            assert_eq!(
                is_too_soon(done, Some(arrived), at),
                expected,
                "{done:?} {millis}"
            );
            assert!(!is_too_soon(done, None, at), "who knows when it arrived?");
        }
    }

    #[test]
    fn whoever_follows_every_link_within_moments_is_a_program() {
        let at = |millis| Timestamp::from_millis(millis);
        for (links, clicks, expected) in [
            (2, vec![("a", at(0)), ("b", at(2_000))], true),
            (2, vec![("a", at(0)), ("b", at(2_001))], false),
            (2, vec![("a", at(0)), ("a", at(1))], false),
            (3, vec![("a", at(0)), ("b", at(1))], false),
            (2, vec![("a", at(0)), ("b", at(1)), ("a", at(2))], true),
            (1, vec![("a", at(0))], false),
            (0, vec![("a", at(0)), ("b", at(0))], false),
            (2, vec![], false),
        ] {
            assert_eq!(follows_all(links, &clicks), expected, "{links} {clicks:?}");
        }
    }
}
