//! Whether it is open, and when it opens next.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::time::Timestamp;
use crate::model::hours::OpeningHours;
use crate::model::hours::Span;

/// Whether somebody is supposed to answer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Yes.
    Open,
    /// No.
    Closed {
        /// When it opens; none when it stays closed for as long as we look ahead.
        next: Option<Timestamp>,
    },
}

/// How far ahead the next opening is looked for.
const DAYS_AHEAD: usize = 366;

/// Holds the present against opening hours. Clock changes count: a span that begins in the hour
/// that is left out begins when that hour would be over.
#[must_use]
pub fn opening(hours: &OpeningHours, now: Timestamp) -> Opening {
    let zone = hours.timezone.rules();
    let today = zone.to_datetime(now.calendar()).date();
    let yesterday = today.yesterday().ok();
    let open = yesterday
        .into_iter()
        .chain([today])
        .flat_map(|day| spans(hours, day, &zone))
        .any(|(from, until)| from <= now && now < until);
    if open {
        return Opening::Open;
    }
    let next = today
        .series(jiff::Span::new().days(1))
        .take(DAYS_AHEAD)
        .find_map(|day| {
            let begins = spans(hours, day, &zone).map(|(from, _)| from);
            begins.filter(|from| *from > now).min()
        });
    Opening::Closed { next }
}

/// The spans that begin on `day`, as moments.
fn spans(
    hours: &OpeningHours,
    day: Date,
    zone: &TimeZone,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let off = hours.holidays.iter().any(|holiday| holiday.date() == day);
    let planned: &[Span] = if off {
        &[]
    } else {
        hours.weekly.on(day.weekday())
    };
    planned.iter().filter_map(move |(from, until)| {
        let end_day = if until > from {
            day
        } else {
            day.tomorrow().ok()?
        };
        let from = moment(day, from.minutes(), zone)?;
        Some((from, moment(end_day, until.minutes(), zone)?))
    })
}

fn moment(day: Date, minutes: u16, zone: &TimeZone) -> Option<Timestamp> {
    let (day, minutes) = if minutes == 24 * 60 {
        (day.tomorrow().ok()?, 0)
    } else {
        (day, minutes)
    };
    let hour = i8::try_from(minutes / 60).ok()?;
    let minute = i8::try_from(minutes % 60).ok()?;
    let clock = day.at(hour, minute, 0, 0);
    let instant = zone.to_timestamp(clock).ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn closed_until(text: &str) -> Opening {
        Opening::Closed {
            next: Some(at(text)),
        }
    }

    fn hours(json: &str) -> OpeningHours {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn office_hours_with_a_holiday() {
        let office = hours(
            r#"{"timezone":"America/Sao_Paulo","weekly":{
                "mon":[["09:00","12:00"],["13:00","18:00"]],"fri":[["09:00","18:00"]]},"holidays":["2026-12-25"]}"#,
        );
        let cases = [
            // Monday 2026-01-05 in Sao Paulo is three hours behind UTC.
            (
                "2026-01-05T11:59:59.999Z",
                closed_until("2026-01-05T12:00:00Z"),
            ),
            ("2026-01-05T12:00:00Z", Opening::Open),
            ("2026-01-05T15:00:00Z", closed_until("2026-01-05T16:00:00Z")),
            ("2026-01-05T20:59:59Z", Opening::Open),
            ("2026-01-05T21:00:00Z", closed_until("2026-01-09T12:00:00Z")),
            // The last Friday before Christmas Day, which is a Friday too.
            ("2026-12-22T12:00:00Z", closed_until("2026-12-28T12:00:00Z")),
            ("2026-12-25T15:00:00Z", closed_until("2026-12-28T12:00:00Z")),
        ];
        for (now, expected) in cases {
            assert_eq!(opening(&office, at(now)), expected, "{now}");
        }
    }

    #[test]
    fn nights_and_midnight() {
        let bar = hours(
            r#"{"timezone":"UTC","weekly":{"fri":[["22:00","03:00"]],"sun":[["20:00","24:00"]]}}"#,
        );
        let cases = [
            ("2026-01-09T21:59:00Z", closed_until("2026-01-09T22:00:00Z")),
            ("2026-01-09T23:00:00Z", Opening::Open),
            ("2026-01-10T02:59:00Z", Opening::Open),
            ("2026-01-10T03:00:00Z", closed_until("2026-01-11T20:00:00Z")),
            ("2026-01-11T23:59:59Z", Opening::Open),
            ("2026-01-12T00:00:00Z", closed_until("2026-01-16T22:00:00Z")),
        ];
        for (now, expected) in cases {
            assert_eq!(opening(&bar, at(now)), expected, "{now}");
        }
        let always = hours(
            r#"{"timezone":"UTC","weekly":{"mon":[["00:00","24:00"]],"tue":[["00:00","00:00"]]}}"#,
        );
        assert_eq!(opening(&always, at("2026-01-05T23:59:59Z")), Opening::Open);
        assert_eq!(opening(&always, at("2026-01-06T23:59:59Z")), Opening::Open);
    }

    #[test]
    fn clock_changes_move_the_opening() {
        let office = r#"{"timezone":"Europe/Berlin","weekly":{"fri":[["09:00","17:00"]],"sun":[["02:30","04:00"]],"mon":[["09:00","17:00"]]}}"#;
        let berlin = hours(office);
        let cases = [
            // The night of 29 March 2026: 02:00 to 03:00 does not exist.
            ("2026-03-27T07:59:00Z", closed_until("2026-03-27T08:00:00Z")),
            ("2026-03-29T00:59:00Z", closed_until("2026-03-29T01:30:00Z")),
            ("2026-03-29T01:30:00Z", Opening::Open),
            ("2026-03-29T02:00:00Z", closed_until("2026-03-30T07:00:00Z")),
            ("2026-03-30T07:00:00Z", Opening::Open),
            // The night of 25 October 2026: 02:00 to 03:00 comes twice; the first one counts.
            ("2026-10-25T00:30:00Z", Opening::Open),
            ("2026-10-25T02:59:00Z", Opening::Open),
            ("2026-10-25T03:00:00Z", closed_until("2026-10-26T08:00:00Z")),
        ];
        for (now, expected) in cases {
            assert_eq!(opening(&berlin, at(now)), expected, "{now}");
        }
    }

    #[test]
    fn without_any_hours_it_never_opens() {
        let never = hours(r#"{"timezone":"UTC"}"#);
        assert_eq!(
            opening(&never, at("2026-01-05T12:00:00Z")),
            Opening::Closed { next: None }
        );
    }
}
