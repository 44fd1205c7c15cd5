//! The appointment that a mail invites to, as far as it is shown: what, when, where and who.

use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::base::time::Timestamp;
use crate::model::mail::Invite;

/// The longest text that is taken over, in characters.
const TEXT_MAX: usize = 500;

/// One line of a calendar: its name, parameters and value.
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

/// Reads the first appointment of a calendar; none where there is none.
pub(super) fn read(calendar: &str) -> Option<Invite> {
    let lines: Vec<Line> = unfolded(calendar)
        .iter()
        .filter_map(|line| line_of(line))
        .collect();
    let method = lines.iter().find(|line| line.name == "METHOD");
    let method = method.map_or("PUBLISH", |line| line.value.trim());
    let begin = lines
        .iter()
        .position(|line| line.name == "BEGIN" && line.value.eq_ignore_ascii_case("VEVENT"))?;
    let mut invite = Invite {
        method: method.to_ascii_uppercase(),
        ..Invite::default()
    };
    let mut depth = 0;
    for line in &lines[begin + 1..] {
        match line.name.as_str() {
            // An alarm has a summary of its own.
            "BEGIN" => depth += 1,
            "END" if depth == 0 => break,
            "END" => depth -= 1,
            _ if depth > 0 => {}
            "SUMMARY" => invite.summary = words(&line.value),
            "LOCATION" => invite.location = Some(words(&line.value)).filter(|it| !it.is_empty()),
            "ORGANIZER" => invite.organizer = Some(person(line)),
            "RRULE" => invite.recurs = Some(line.value.chars().take(TEXT_MAX).collect()),
            "DTSTART" => {
                (invite.starts_at, invite.all_day) = moment(line);
            }
            "DTEND" => invite.ends_at = moment(line).0,
            _ => {}
        }
    }
    Some(invite)
}

/// Lines that were broken are whole again.
fn unfolded(calendar: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in calendar.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn line_of(line: &str) -> Option<Line> {
    let mut is_quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        is_quoted ^= *c == '"';
        *c == ':' && !is_quoted
    });
    let (head, value) = line.split_at(colon?.0);
    let mut fields = head.split(';');
    let name = fields.next()?.trim().to_ascii_uppercase();
    let parameters = fields.filter_map(|field| {
        let (name, value) = field.split_once('=')?;
        Some((
            name.to_ascii_uppercase(),
            value.trim_matches('"').to_owned(),
        ))
    });
    Some(Line {
        name,
        parameters: parameters.collect(),
        value: value[1..].to_owned(),
    })
}

impl Line {
    fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

fn words(value: &str) -> String {
    let mut text = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text.trim().chars().take(TEXT_MAX).collect()
}

fn person(line: &Line) -> String {
    let address = line.value.trim();
    let address = address
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"))
        .map_or(address, |start| &address[start.len()..]);
    words(line.parameter("CN").unwrap_or(address))
}

/// When something is, and whether that is a whole day. A zone that nobody knows is taken for UTC.
fn moment(line: &Line) -> (Option<Timestamp>, bool) {
    let text = line.value.trim();
    let zone = line
        .parameter("TZID")
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    let date = Date::strptime("%Y%m%d", text).ok();
    if let Some(date) = date.filter(|_| text.len() == 8) {
        return (at(&zone, date.at(0, 0, 0, 0)), true);
    }
    let local = text.trim_end_matches(['Z', 'z']);
    let Ok(moment) = DateTime::strptime("%Y%m%dT%H%M%S", local) else {
        return (None, false);
    };
    let zone = if local.len() < text.len() {
        TimeZone::UTC
    } else {
        zone
    };
    (at(&zone, moment), false)
}

fn at(zone: &TimeZone, moment: DateTime) -> Option<Timestamp> {
    let found = zone.to_timestamp(moment).ok()?;
    Some(Timestamp::from_millis(found.as_millisecond()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_invitation_says_what_when_where_and_who() {
        let calendar = "BEGIN:VCALENDAR\r\nMETHOD:request\r\nBEGIN:VTIMEZONE\r\n\
            DTSTART:19700101T000000\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n\
            SUMMARY;LANGUAGE=en:Demo\\, with a very\r\n  long name\r\n\
            ORGANIZER;CN=\"Ana: Acme\":MAILTO:ana@acme.example\r\nLOCATION:Room 4\\; left\r\n\
            DTSTART;TZID=Europe/Berlin:20260710T100000\r\nDTEND:20260710T090000Z\r\n\
            RRULE:FREQ=WEEKLY\r\nBEGIN:VALARM\r\nSUMMARY:Alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n\
            BEGIN:VEVENT\r\nSUMMARY:Other\r\nEND:VEVENT\r\nEND:VCALENDAR";
        let invite = read(calendar).unwrap();
        assert_eq!(invite.method, "REQUEST");
        assert_eq!(invite.summary, "Demo, with a very long name");
        assert_eq!(invite.location.as_deref(), Some("Room 4; left"));
        assert_eq!(invite.organizer.as_deref(), Some("Ana: Acme"));
        assert_eq!(invite.starts_at, Timestamp::parse("2026-07-10T08:00:00Z"));
        assert_eq!(invite.ends_at, Timestamp::parse("2026-07-10T09:00:00Z"));
        assert_eq!(invite.recurs.as_deref(), Some("FREQ=WEEKLY"));
        assert!(!invite.all_day);
    }

    #[test]
    fn whole_days_and_broken_calendars() {
        let day =
            read("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260710\nSUMMARY:Day\nEND:VEVENT").unwrap();
        assert!(day.all_day);
        assert_eq!(day.method, "PUBLISH");
        assert_eq!(day.starts_at, Timestamp::parse("2026-07-10T00:00:00Z"));
        let broken = read("BEGIN:VEVENT\nDTSTART:tomorrow\nSUMMARY").unwrap();
        assert_eq!((broken.starts_at, broken.summary.as_str()), (None, ""));
        assert_eq!(read("BEGIN:VCALENDAR\nEND:VCALENDAR"), None);
        assert_eq!(read(""), None);
    }
}
