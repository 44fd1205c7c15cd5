//! Quiet hours: when what went to many at once, or advertises, may go out.

use crate::base::time::Timestamp;
use crate::engine::rules::hours;
use crate::engine::rules::hours::Opening;
use crate::model::hours::OpeningHours;
use crate::model::hours::QuietHours;
use crate::model::hours::Weekly;
use crate::model::hours::Whose;
use crate::model::hours::Zone;

/// The first moment from `at` on that is not quiet. The zones of the contact and of the business are
/// given by name, so far as they are known; without either it is the clock of UTC.
#[must_use]
pub fn over(
    quiet: &QuietHours,
    contact: Option<&str>,
    business: Option<&str>,
    at: Timestamp,
) -> Timestamp {
    let named = |name: Option<&str>| Zone::try_from(name?.to_owned()).ok();
    let zone = match &quiet.timezone {
        Whose::Zone(zone) => Some(zone.clone()),
        Whose::Contact => named(contact).or_else(|| named(business)),
    };
    let Some(timezone) = zone.or_else(|| named(Some("UTC"))) else {
        return at;
    };
    // The rest of the day is when one may.
    let awake = vec![(quiet.end, quiet.start)];
    let weekly = Weekly {
        mon: awake.clone(),
        tue: awake.clone(),
        wed: awake.clone(),
        thu: awake.clone(),
        fri: awake.clone(),
        sat: awake.clone(),
        sun: awake,
    };
    let hours = OpeningHours {
        timezone,
        weekly,
        holidays: Vec::new(),
    };
    match hours::opening(&hours, at) {
        Opening::Open | Opening::Closed { next: None } => at,
        Opening::Closed { next: Some(next) } => next,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn what_could_wait_waits_for_the_morning_of_whom_it_goes_to() {
        let night = r#"{"start":"21:00","end":"08:00","timezone":"contact"}"#;
        let noon = r#"{"start":"12:00","end":"14:00","timezone":"Europe/Lisbon"}"#;
        let never = r#"{"start":"09:00","end":"09:00"}"#;
        let (paulo, tokyo) = (Some("America/Sao_Paulo"), Some("Asia/Tokyo"));
        for (quiet, contact, business, at, expected) in [
            // In Sao Paulo it is three hours earlier than in UTC.
            (night, paulo, tokyo, "2026-01-10T23:59:00Z", None),
            (
                night,
                paulo,
                tokyo,
                "2026-01-11T00:00:00Z",
                Some("2026-01-11T11:00:00Z"),
            ),
            (
                night,
                paulo,
                tokyo,
                "2026-01-11T10:59:59Z",
                Some("2026-01-11T11:00:00Z"),
            ),
            (night, paulo, tokyo, "2026-01-11T11:00:00Z", None),
            (
                night,
                None,
                tokyo,
                "2026-01-11T13:00:00Z",
                Some("2026-01-11T23:00:00Z"),
            ),
            (night, Some("nowhere"), tokyo, "2026-01-11T11:00:00Z", None),
            (
                night,
                None,
                None,
                "2026-01-11T22:00:00Z",
                Some("2026-01-12T08:00:00Z"),
            ),
            (
                noon,
                tokyo,
                tokyo,
                "2026-01-11T13:30:00Z",
                Some("2026-01-11T14:00:00Z"),
            ),
            (noon, tokyo, tokyo, "2026-01-11T14:30:00Z", None),
            (never, None, None, "2026-01-11T09:00:00Z", None),
        ] {
            let at = Timestamp::parse(at).unwrap();
            let expected = expected.map_or(at, |text| Timestamp::parse(text).unwrap());
            let quiet = serde_json::from_str(quiet).unwrap();
            assert_eq!(over(&quiet, contact, business, at), expected, "{at}");
        }
    }
}
