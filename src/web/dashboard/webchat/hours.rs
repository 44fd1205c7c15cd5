//! Opening hours in a form: a zone, one line a day of the week, and days off.

use serde_json::Value;
use serde_json::json;

use crate::model::Opaque;
use crate::model::hours::Day;
use crate::model::hours::TimeOfDay;
use crate::model::rejection::FieldError;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::view::setting::Input;
use crate::web::dashboard::view::setting::SettingView;
use crate::web::dashboard::webchat::read::lines;
use crate::web::dashboard::welcome::time_zones;

const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

/// Reads the hours; none where the business is always open.
pub fn read(
    path: &str,
    fields: &Fields,
    held: Option<&Value>,
    wrong: &mut Vec<FieldError>,
) -> Option<Value> {
    let written = |(day, _): &(&str, &str)| fields.some(&format!("{path}.{day}")).is_some();
    // Whoever writes hours where there were none wants them kept, whatever the box says.
    let wanted = fields.has(&format!("{path}.on")) || held.is_none() && DAYS.iter().any(written);
    if !wanted {
        return None;
    }
    let mut say = |name: &str, message: &str| {
        wrong.push(FieldError {
            field: format!("{path}.{name}"),
            message: message.to_owned(),
        });
    };
    let mut weekly = Opaque::new();
    for (day, _) in DAYS {
        let typed = fields.get(&format!("{path}.{day}")).trim();
        let spans = spans(typed).unwrap_or_else(|| {
            say(day, "must look like 09:00-12:00, 13:00-18:00");
            typed.into()
        });
        weekly.insert(day.to_owned(), spans);
    }
    let holidays = lines(fields.get(&format!("{path}.holidays")));
    let days = holidays.as_array().into_iter().flatten();
    if !days
        .filter_map(Value::as_str)
        .all(|day| Day::try_from(day.to_owned()).is_ok())
    {
        say("holidays", "must be days such as 2026-12-25, one a line");
    }
    let zone = fields.get(&format!("{path}.timezone"));
    Some(json!({ "timezone": zone, "weekly": weekly, "holidays": holidays }))
}

/// `09:00-12:00, 13:00-18:00`; nothing is a closed day.
fn spans(typed: &str) -> Option<Value> {
    let pairs = typed
        .split(',')
        .map(str::trim)
        .filter(|span| !span.is_empty());
    let read = pairs.map(|span| {
        let (from, to) = span.split_once(['-', '\u{2013}'])?;
        let time = |text: &str| {
            TimeOfDay::try_from(text.trim().to_owned())
                .ok()
                .map(String::from)
        };
        Some(json!([time(from)?, time(to)?]))
    });
    read.collect::<Option<Vec<_>>>().map(Value::from)
}

/// Draws the hours, in the workspace's `zone` where there are none yet.
#[must_use]
pub fn draw(path: &str, held: Option<&Value>, zone: &str, refused: &Refused) -> Vec<SettingView> {
    let id = |name: &str| format!("{path}.{name}");
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(spans)) => {
            let spans = spans.iter().map(|span| {
                let ends = span
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                ends.collect::<Vec<_>>().join("-")
            });
            spans.collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    let zone = held
        .and_then(|held| held["timezone"].as_str())
        .unwrap_or(zone);
    let on = SettingView::new(
        &id("on"),
        "Keep business hours",
        "Otherwise you are always open.",
        Input::Tick(held.is_some()),
    );
    let zone = SettingView::new(
        &id("timezone"),
        "Time zone",
        "",
        Input::Choice(time_zones(zone)),
    )
    .wrong(refused.exactly(path));
    let mut drawn = vec![on, zone];
    drawn.extend(DAYS.iter().map(|(day, label)| {
        let hint = if *day == "mon" {
            "Such as 09:00-12:00, 13:00-18:00. Empty: closed."
        } else {
            ""
        };
        let typed = text(
            held.and_then(|held| held.get("weekly"))
                .and_then(|weekly| weekly.get(day)),
        );
        SettingView::new(
            &id(day),
            label,
            hint,
            Input::Line {
                kind: "text",
                placeholder: String::new(),
            },
        )
        .holding(&typed)
        .wrong(refused.exactly(&id(day)))
    }));
    let days = held
        .and_then(|held| held["holidays"].as_array())
        .into_iter()
        .flatten();
    let days: Vec<_> = days.filter_map(Value::as_str).collect();
    let hint = "Days you are closed, one a line, such as 2026-12-25.";
    drawn.push(
        SettingView::new(&id("holidays"), "Days off", hint, Input::Area(3))
            .holding(&days.join("\n"))
            .wrong(refused.exactly(&id("holidays"))),
    );
    drawn
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn hours_are_written_as_people_write_them() {
        let body = "h.on=1&h.timezone=America/Sao_Paulo&h.mon=9:00-12:00,+13:00+-+18:00&h.tue=10-12&h.holidays=2026-12-25%0D%0Asoon";
        let mut wrong = Vec::new();
        let read = read("h", &Fields::read(body.as_bytes()), None, &mut wrong).unwrap();
        assert_eq!(
            read["weekly"]["mon"],
            json!([["09:00", "12:00"], ["13:00", "18:00"]])
        );
        assert_eq!(read["weekly"]["sun"], json!([]));
        let fields: Vec<_> = wrong.iter().map(|wrong| wrong.field.as_str()).collect();
        assert_eq!(fields, ["h.tue", "h.holidays"]);
        let drawn = draw("h", Some(&read), "UTC", &Refused::because(wrong));
        let field = |id: &str| drawn.iter().find(|view| view.id == id).unwrap();
        assert_eq!(field("h.mon").field.value, "09:00-12:00, 13:00-18:00");
        assert_eq!(field("h.tue").field.value, "10-12");
        assert!(field("h.tue").field.error.is_some() && field("h.mon").field.error.is_none());
        let off = |held, body: &str| {
            super::read("h", &Fields::read(body.as_bytes()), held, &mut Vec::new()).is_none()
        };
        assert!(off(None, "h.mon=&h.timezone=UTC"));
        assert!(off(Some(&read), "h.mon=9:00-12:00"), "switched off");
        assert!(!off(None, "h.mon=9:00-12:00"), "forgotten to switch on");
    }

    #[test]
    fn hours_that_are_new_are_in_the_zone_of_the_business() {
        let drawn = draw("h", None, "America/Sao_Paulo", &Refused::nothing());
        let zone = drawn.iter().find(|view| view.id == "h.timezone").unwrap();
        let Input::Choice(zones) = &zone.input else {
            unreachable!("a zone is chosen")
        };
        let chosen: Vec<_> = zones.iter().filter(|zone| zone.selected).collect();
        assert_eq!(chosen[0].value, "America/Sao_Paulo");
    }
}
