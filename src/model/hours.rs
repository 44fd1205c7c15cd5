//! Opening hours, as people set them. Whether it is open now is decided in `engine::rules::hours`.

use serde::Deserialize;
use serde::Serialize;

/// When a business answers: hours for each day of the week, in one time zone, and days off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpeningHours {
    /// The zone in which everything below is meant.
    pub timezone: Zone,
    /// The hours of each day of the week.
    #[serde(default)]
    pub weekly: Weekly,
    /// Days on which it stays closed.
    #[serde(default)]
    pub holidays: Vec<Day>,
}

/// The hours of each day of the week; a day without spans is closed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the days of the week")]
pub struct Weekly {
    pub mon: Vec<Span>,
    pub tue: Vec<Span>,
    pub wed: Vec<Span>,
    pub thu: Vec<Span>,
    pub fri: Vec<Span>,
    pub sat: Vec<Span>,
    pub sun: Vec<Span>,
}

impl Weekly {
    /// The spans that begin on a day of the week.
    #[must_use]
    pub fn on(&self, day: jiff::civil::Weekday) -> &[Span] {
        use jiff::civil::Weekday;
        match day {
            Weekday::Monday => &self.mon,
            Weekday::Tuesday => &self.tue,
            Weekday::Wednesday => &self.wed,
            Weekday::Thursday => &self.thu,
            Weekday::Friday => &self.fri,
            Weekday::Saturday => &self.sat,
            Weekday::Sunday => &self.sun,
        }
    }
}

/// From when until when; an end that is not after the beginning lies on the next day.
pub type Span = (TimeOfDay, TimeOfDay);

/// A time of day to the minute, from 00:00 to 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight, at most 1,440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a time of day such as 09:30");
        let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
        if !(1..=2).contains(&hours.len()) || minutes.len() != 2 {
            return Err(wrong());
        }
        let hours: u16 = digits(hours).ok_or_else(wrong)?;
        let minutes: u16 = digits(minutes).ok_or_else(wrong)?;
        let total = hours * 60 + minutes;
        if minutes < 60 && total <= 24 * 60 {
            Ok(Self(total))
        } else {
            Err(wrong())
        }
    }
}

fn digits(text: &str) -> Option<u16> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| all)
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The same day in the calendar library's terms.
    #[must_use]
    pub const fn date(self) -> jiff::civil::Date {
        self.0
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a day such as 2026-12-25");
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// The zone in the calendar library's terms.
    #[must_use]
    pub fn rules(&self) -> jiff::tz::TimeZone {
        self.0.clone()
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        jiff::tz::TimeZone::get(&name)
            .ok()
            .filter(|zone| zone.iana_name().is_some())
            .map(Self)
            .ok_or_else(|| format!("{name:?} is not a time zone such as America/Sao_Paulo"))
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.iana_name().unwrap_or("UTC").to_owned()
    }
}

/// Hours of every day in which nobody is to get what could as well come later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// From when.
    pub start: TimeOfDay,
    /// Until when; on the next day where that is not after the start.
    pub end: TimeOfDay,
    /// Whose clock is meant.
    #[serde(default)]
    pub timezone: Whose,
}

/// Whose clock is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Whose {
    /// That of whom it goes to; ours, where that is not known.
    #[default]
    Contact,
    /// That of one zone.
    Zone(Zone),
}

/// The word for the clock of whom it goes to.
const CONTACT: &str = "contact";

impl TryFrom<String> for Whose {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name == CONTACT {
            return Ok(Self::Contact);
        }
        let wrong = |sentence| format!("{sentence}, and not the word contact");
        Zone::try_from(name).map(Self::Zone).map_err(wrong)
    }
}

impl From<Whose> for String {
    fn from(whose: Whose) -> Self {
        match whose {
            Whose::Contact => CONTACT.to_owned(),
            Whose::Zone(zone) => zone.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn hours_read_and_write_as_the_documents_show_them() {
        let text = r#"{"timezone":"America/Sao_Paulo","weekly":{"mon":[["09:00","18:00"]],"tue":[],"wed":[],"thu":[],"fri":[["09:00","12:00"],["22:00","24:00"]],"sat":[],"sun":[]},"holidays":["2026-12-25"]}"#;
        let hours: OpeningHours = serde_json::from_str(text).unwrap();
        assert_eq!(hours.weekly.mon[0].0.minutes(), 540);
        assert_eq!(serde_json::to_string(&hours).unwrap(), text);
    }

    #[test]
    fn mistakes_are_named() {
        let cases = [
            (r#"{"timezone":"Mars/Olympus"}"#, "Mars/Olympus"),
            (r#"{"timezone":""}"#, "not a time zone"),
            (
                r#"{"timezone":"UTC","weekly":{"mon":[["9","18:00"]]}}"#,
                "\\\"9\\\"",
            ),
            (
                r#"{"timezone":"UTC","weekly":{"mon":[["09:60","18:00"]]}}"#,
                "09:60",
            ),
            (
                r#"{"timezone":"UTC","weekly":{"mon":[["24:01","18:00"]]}}"#,
                "24:01",
            ),
            (
                r#"{"timezone":"UTC","weekly":{"mon":[["+9:00","18:00"]]}}"#,
                "+9:00",
            ),
            (
                r#"{"timezone":"UTC","weekly":{"monday":[]}}"#,
                "unknown field `monday`",
            ),
            (
                r#"{"timezone":"UTC","holidays":["2026-02-30"]}"#,
                "2026-02-30",
            ),
            (r#"{"weekly":{}}"#, "timezone"),
        ];
        for (text, expected) in cases {
            let error = serde_json::from_str::<OpeningHours>(text).unwrap_err();
            let error = error.to_string().replace('"', "\\\"");
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
