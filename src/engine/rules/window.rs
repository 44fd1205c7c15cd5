//! Whether the vendor lets us write now, and as what.

use std::time::Duration;

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::capability::Support;
use crate::model::content::Content;
use crate::model::message::Source;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// How much earlier than the vendor we consider a window closed: a message takes a moment to get
/// there.
const GRACE: Duration = Duration::from_secs(60);

/// Whether we may write freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The channel knows no window.
    Always,
    /// Until then.
    Open {
        /// When the window closes.
        until: Timestamp,
    },
    /// Not now.
    Closed {
        /// When it closed; none when the customer never wrote, as far as we know.
        since: Option<Timestamp>,
    },
}

/// The window of a conversation in which the customer last wrote at `last_inbound_at`.
#[must_use]
pub fn window(row: &Capabilities, last_inbound_at: Option<Timestamp>, now: Timestamp) -> Window {
    let Some(hours) = row.window_hours else {
        return Window::Always;
    };
    let Some(last) = last_inbound_at else {
        return Window::Closed { since: None };
    };
    let length = Duration::from_secs(u64::from(hours) * 3_600).saturating_sub(GRACE);
    let until = last.plus(length);
    if now < until {
        Window::Open { until }
    } else {
        Window::Closed { since: Some(until) }
    }
}

/// Who writes to whom.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// The settings of the channel.
    pub settings: &'a Opaque,
    /// Who writes.
    pub source: Source,
    /// To whom.
    pub address: &'a str,
    /// What is kept with the message.
    pub metadata: &'a Opaque,
}

/// The row as it holds for who writes to whom: people may answer later than programs, on accounts that
/// have that feature of their vendor, some addresses have a window of their own, and who asked for news
/// gets them at any time.
#[must_use]
pub fn for_writer(row: &Capabilities, writing: Writing<'_>) -> Capabilities {
    let Writing {
        settings,
        source,
        address,
        metadata,
    } = writing;
    let is_wanted = |name: &str| metadata.get(name).is_some_and(Value::is_string);
    if row.ticket.is_some_and(is_wanted) {
        return Capabilities {
            window_hours: None,
            ..*row
        };
    }
    let late = row.late_answers.filter(|late| {
        let is_on = settings.get(late.setting).and_then(Value::as_bool);
        source == Source::Dashboard && is_on == Some(true)
    });
    let own = row
        .address_window
        .filter(|own| address.starts_with(own.begins));
    let hours = late
        .map(|late| late.hours)
        .or(own.map(|own| own.hours))
        .or(row.window_hours);
    Capabilities {
        window_hours: hours,
        ..*row
    }
}

/// Whether `content` may be sent now.
///
/// # Errors
/// `CONTACT_UNREACHABLE` where only the customer can begin and never did;
/// `OUTSIDE_MESSAGE_WINDOW` where the window is closed and the content is no template.
pub fn may_send(
    content: &Content,
    row: &Capabilities,
    last_inbound_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Rejection> {
    if last_inbound_at.is_none() && !row.starts_conversations {
        let sentence = "On this channel the customer has to write first.";
        return Err(
            Rejection::new(Code::ContactUnreachable, sentence).because("customer_writes_first")
        );
    }
    let Window::Closed { since } = window(row, last_inbound_at, now) else {
        return Ok(());
    };
    let takes_templates = row.matrix.templates != Support::None;
    let is_approved = matches!(content, Content::Template(template)
        if !row.shapes.contains(&template.name.as_str()));
    if takes_templates && is_approved {
        return Ok(());
    }
    let closed = match since {
        Some(moment) => {
            let moment = moment.calendar().strftime("%Y-%m-%d at %H:%M UTC");
            format!("The time to reply freely ended on {moment}.")
        }
        None => "The customer has not written yet.".to_owned(),
    };
    let allowed = if takes_templates {
        "Only a template can be sent until the customer writes again."
    } else {
        "Nothing can be sent until the customer writes again."
    };
    Err(Rejection::new(
        Code::OutsideMessageWindow,
        format!("{closed} {allowed}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::registry::Registry;
    use crate::model::channel::ChannelKind;
    use crate::model::content::TemplateUse;
    use serde_json::json;

    const HOUR: i64 = 3_600;

    fn code(kind: &str, last_inbound_secs_ago: Option<i64>, content: &Content) -> Option<Code> {
        let registry = Registry::builtin();
        let row = registry.capabilities(&ChannelKind::named(kind));
        let now = Timestamp::from_secs(1_000_000);
        let last = last_inbound_secs_ago.map(|ago| Timestamp::from_secs(1_000_000 - ago));
        row.and_then(|row| may_send(content, row, last, now).err())
            .map(|rejection| rejection.code)
    }

    #[test]
    fn people_may_answer_later_where_the_account_has_that() {
        let registry = Registry::builtin();
        let now = Timestamp::from_secs(10_000_000);
        let text = Content::text("sorry for the wait");
        let cases = [
            (
                "facebook",
                true,
                Source::Dashboard,
                7 * 24 * HOUR - 61,
                true,
            ),
            ("facebook", true, Source::Dashboard, 7 * 24 * HOUR, false),
            ("facebook", true, Source::Api, 25 * HOUR, false),
            ("facebook", true, Source::Bot, 25 * HOUR, false),
            ("facebook", false, Source::Dashboard, 25 * HOUR, false),
            ("instagram", true, Source::Dashboard, 25 * HOUR, true),
            ("whatsapp", true, Source::Dashboard, 25 * HOUR, false),
        ];
        for (kind, is_on, source, ago, allowed) in cases {
            let settings: Opaque = [("humanAgentTag".to_owned(), is_on.into())]
                .into_iter()
                .collect();
            let row = registry.capabilities(&ChannelKind::named(kind));
            let writing = Writing {
                settings: &settings,
                source,
                address: "5",
                metadata: &Opaque::new(),
            };
            let row = for_writer(row.unwrap_or(&Capabilities::PLAIN), writing);
            let last = Some(Timestamp::from_secs(10_000_000 - ago));
            let may = may_send(&text, &row, last, now).is_ok();
            assert_eq!(may, allowed, "{kind} {is_on} {source:?} {ago}");
        }
    }

    #[test]
    fn customers_of_business_accounts_are_answered_within_a_day() {
        let registry = Registry::builtin();
        let row = registry.capabilities(&ChannelKind::named("telegram"));
        let row = row.unwrap_or(&Capabilities::PLAIN);
        let now = Timestamp::from_secs(10_000_000);
        for (address, ago, allowed) in [
            ("b:AbC:5", 24 * HOUR - 61, true),
            ("b:AbC:5", 24 * HOUR, false),
            ("5", 30 * 24 * HOUR, true),
            ("-1005:2", 30 * 24 * HOUR, true),
        ] {
            let nothing = Opaque::new();
            let writing = Writing {
                settings: &nothing,
                source: Source::Api,
                address,
                metadata: &nothing,
            };
            let row = for_writer(row, writing);
            let last = Some(Timestamp::from_secs(10_000_000 - ago));
            let may = may_send(&Content::text("hello"), &row, last, now);
            assert_eq!(may.is_ok(), allowed, "{address} {ago}");
        }
    }

    #[test]
    fn who_asked_for_news_gets_them_at_any_time() {
        let registry = Registry::builtin();
        let now = Timestamp::from_secs(10_000_000);
        let last = Some(Timestamp::from_secs(10_000_000 - 48 * HOUR));
        for (kind, ticket, allowed) in [
            ("facebook", json!("tok"), true),
            ("facebook", json!(null), false),
            ("facebook", json!(7), false),
            ("instagram", json!("tok"), false),
        ] {
            let metadata = Opaque::from_iter([("notificationMessagesToken".to_owned(), ticket)]);
            let writing = Writing {
                settings: &Opaque::new(),
                source: Source::Api,
                address: "5",
                metadata: &metadata,
            };
            let row = registry.capabilities(&ChannelKind::named(kind));
            let row = for_writer(row.unwrap_or(&Capabilities::PLAIN), writing);
            let may = may_send(&Content::text("news"), &row, last, now);
            assert_eq!(may.is_ok(), allowed, "{kind} {metadata:?}");
        }
    }

    #[test]
    fn who_may_write_when() {
        let text = Content::text("hello");
        let template = Content::Template(TemplateUse::default());
        let shape = Content::Template(TemplateUse {
            name: "generic".to_owned(),
            ..TemplateUse::default()
        });
        let outside = Some(Code::OutsideMessageWindow);
        let unreachable = Some(Code::ContactUnreachable);
        let cases = [
            ("webchat", None, &text, None),
            ("sms", None, &text, None),
            ("email", Some(1_000 * HOUR), &text, None),
            ("telegram", None, &text, unreachable),
            ("telegram", Some(1_000 * HOUR), &text, None),
            ("whatsapp", Some(HOUR), &text, None),
            ("whatsapp", Some(24 * HOUR - 61), &text, None),
            ("whatsapp", Some(24 * HOUR - 60), &text, outside),
            ("whatsapp", Some(25 * HOUR), &template, None),
            ("whatsapp", None, &text, outside),
            ("whatsapp", None, &template, None),
            ("facebook", None, &template, unreachable),
            ("facebook", Some(25 * HOUR), &template, None),
            ("facebook", Some(25 * HOUR), &text, outside),
            ("facebook", Some(25 * HOUR), &shape, outside),
            ("facebook", Some(23 * HOUR), &shape, None),
            ("instagram", Some(25 * HOUR), &template, outside),
            ("instagram", Some(23 * HOUR), &text, None),
        ];
        for (kind, ago, content, expected) in cases {
            let kind_of = content.kind();
            assert_eq!(
                code(kind, ago, content),
                expected,
                "{kind} {ago:?} {kind_of}"
            );
        }
    }
}
