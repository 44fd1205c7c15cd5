//! A conversation: its header, its messages in order, its composer.

use std::collections::HashMap;

use jiff::ToSpan as _;

use crate::base::time::Timestamp;
use crate::engine::inbox::history::History;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::remedy::Remedy;
use crate::engine::inbox::unsent::Begun;
use crate::model::capability::Capabilities;
use crate::model::channel::ChannelState;
use crate::model::contact::Closed;
use crate::model::content::Content as Said;
use crate::model::content::EventLine;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::ids::MessageId;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::present::bubble::bubble;
use crate::web::dashboard::present::composer::Held;
use crate::web::dashboard::present::composer::composer;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::thread::EventView;
use crate::web::dashboard::view::thread::HeaderView;
use crate::web::dashboard::view::thread::Item;
use crate::web::dashboard::view::thread::StretchPart;
use crate::web::dashboard::view::thread::ThreadView;

/// Hours of the customer's day in which a message is welcome.
const DAY_HOURS: std::ops::Range<i8> = 8..21;

/// What a thread is drawn from.
pub struct Open<'a> {
    /// The conversation with everything around it.
    pub row: &'a Row,
    /// The messages to show.
    pub history: &'a History,
    /// The message right before them, where they are put below others.
    pub after: Option<&'a Message>,
    /// Messages that those quote.
    pub quoted: &'a [Message],
    /// What helps those of them that failed.
    pub remedies: &'a HashMap<MessageId, Remedy>,
    /// What the reader has begun to write here.
    pub begun: &'a Begun,
    /// Why the reader's reply was held up, while it was.
    pub held: Option<&'a Held>,
    /// What the channel can carry, as it holds for people.
    pub row_of_matrix: Capabilities,
    /// Why nothing may be sent to the customer here, where nothing may.
    pub shut: Option<Closed>,
    /// What the begun reply costs; none where that does not depend on its length.
    pub cost: Option<String>,
    /// A fresh id for a form sent without script.
    pub client_id: String,
    /// The log position it is drawn at.
    pub rev: u64,
}

/// The whole thread.
#[must_use]
pub fn thread(eye: &Eye<'_>, open: &Open<'_>) -> ThreadView {
    let conversation = open.row.conversation.id.to_string();
    ThreadView {
        title: open.row.contact.name.clone(),
        header: header(eye, open.row, open.rev),
        banner: banner(open.row),
        older: older_address(eye, open),
        newer: newer_address(eye, open),
        items: items(eye, open, !open.history.newer),
        composer: (eye.may_change && !open.row.contact.blocked).then(|| composer(eye, open)),
        conversation,
    }
}

/// Older messages, to be put above.
#[must_use]
pub fn older(eye: &Eye<'_>, open: &Open<'_>) -> StretchPart {
    StretchPart {
        older: older_address(eye, open),
        newer: None,
        items: items(eye, open, false),
    }
}

/// Newer messages, to be put below.
#[must_use]
pub fn newer(eye: &Eye<'_>, open: &Open<'_>) -> StretchPart {
    StretchPart {
        older: None,
        newer: newer_address(eye, open),
        items: items(eye, open, false),
    }
}

fn newer_address(eye: &Eye<'_>, open: &Open<'_>) -> Option<String> {
    let last = open
        .history
        .messages
        .last()
        .filter(|_| open.history.newer)?;
    let conversation = open.row.conversation.id;
    Some(format!(
        "/app/inbox/{}/{conversation}?after={}",
        eye.section.word(),
        last.id
    ))
}

fn older_address(eye: &Eye<'_>, open: &Open<'_>) -> Option<String> {
    let first = open
        .history
        .messages
        .first()
        .filter(|_| open.history.more)?;
    let conversation = open.row.conversation.id;
    Some(format!(
        "/app/inbox/{}/{conversation}?before={}",
        eye.section.word(),
        first.id
    ))
}

/// The header.
#[must_use]
pub fn header(eye: &Eye<'_>, row: &Row, rev: u64) -> HeaderView {
    let conversation = &row.conversation;
    let (about, late) = about(eye, row);
    let assignee = row.assignee.as_ref();
    let current = conversation
        .assignee
        .map_or_else(String::new, |user| user.to_string());
    let mut assignees = vec![OptionView::of("", "Nobody", &current)];
    assignees.extend(
        eye.colleagues
            .iter()
            .filter(|colleague| colleague.is_active())
            .filter(|colleague| eye.may_give || colleague.id == eye.reader)
            .map(|colleague| OptionView::of(&colleague.id.to_string(), &colleague.name, &current)),
    );
    HeaderView {
        conversation: conversation.id.to_string(),
        csrf: eye.csrf.to_owned(),
        rev,
        avatar: AvatarView::of(&row.contact.name, &row.contact.id.to_string())
            .on(conversation.channel_kind.as_str()),
        name: row.contact.name.clone(),
        contact_href: format!("/app/contacts/{}", row.contact.id),
        about,
        late,
        queue: eye.section.word().to_owned(),
        status: conversation.status.name().to_owned(),
        snoozed_until: (conversation.status == Status::Snoozed).then(|| {
            conversation.snoozed_until.map_or_else(
                || "Until the customer writes".to_owned(),
                |until| format!("Back {}", moment(until, eye)),
            )
        }),
        assignee: assignee.map(|user| first_name(&user.name).to_owned()),
        assignee_avatar: assignee.map(|user| AvatarView::of(&user.name, &user.id.to_string())),
        assignees,
        snoozes: snoozes(eye),
        priorities: priorities(conversation.priority),
        follows: conversation.participants.contains(&eye.reader),
        blocked: row.contact.blocked,
        hands_to: (eye.shared.contains(&conversation.channel_kind.as_str())
            && !conversation.elsewhere)
            .then(|| BadgeView::of(conversation.channel_kind.as_str()).name),
        may_change: eye.may_change,
    }
}

/// The choices of urgency.
#[must_use]
pub fn priorities(current: Priority) -> Vec<OptionView> {
    [
        (Priority::Low, "Low"),
        (Priority::Normal, "Normal"),
        (Priority::High, "High"),
        (Priority::Urgent, "Urgent"),
    ]
    .into_iter()
    .map(|(priority, label)| OptionView::of(priority.name(), label, current.name()))
    .collect()
}

/// "WebChat, 10:44 in Sao Paulo", and whether it is night there.
fn about(eye: &Eye<'_>, row: &Row) -> (String, bool) {
    let channel = BadgeView::of(row.conversation.channel_kind.as_str()).name;
    let zone = row
        .contact
        .timezone
        .as_deref()
        .and_then(|name| jiff::tz::TimeZone::get(name).ok());
    let Some(zone) = zone else {
        return (channel, false);
    };
    let city = row
        .contact
        .timezone
        .as_deref()
        .and_then(|name| name.rsplit('/').next());
    let city = city.unwrap_or_default().replace('_', " ");
    let there = eye.now.calendar().to_zoned_datetime(zone.clone());
    let late = !DAY_HOURS.contains(&there.hour());
    (
        format!(
            "{channel} \u{b7} {} in {city}",
            format::clock(eye.now, &zone)
        ),
        late,
    )
}

/// Tomorrow morning, Monday, in an hour: when a conversation may come back.
fn snoozes(eye: &Eye<'_>) -> Vec<OptionView> {
    let now = eye.now.calendar().to_zoned_datetime(eye.zone.clone());
    let at = |days: i64, hour: i8| {
        let day = now.date().checked_add(days.days()).ok()?;
        let zoned = day
            .at(hour, 0, 0, 0)
            .to_zoned_datetime(eye.zone.clone())
            .ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    };
    let until_monday = i64::from(7 - now.date().weekday().to_monday_zero_offset());
    let later = |hours: u64| Some(eye.now.plus(std::time::Duration::from_secs(hours * 3_600)));
    [
        ("In an hour", later(1)),
        ("In three hours", later(3)),
        ("Tomorrow 09:00", at(1, 9)),
        ("Monday 09:00", at(until_monday, 9)),
    ]
    .into_iter()
    .filter_map(|(label, at)| Some(OptionView::of(&at?.to_string(), label, "")))
    .chain([OptionView::of("", "Until the customer writes", "-")])
    .collect()
}

/// "today 14:00", "tomorrow 09:00", "19 Nov 09:00".
#[must_use]
pub fn moment(at: Timestamp, eye: &Eye<'_>) -> String {
    let then = at.calendar().to_zoned_datetime(eye.zone.clone());
    let today = eye
        .now
        .calendar()
        .to_zoned_datetime(eye.zone.clone())
        .date();
    let clock = format::clock(at, &eye.zone);
    if then.date() == today {
        format!("today {clock}")
    } else if today
        .tomorrow()
        .is_ok_and(|tomorrow| tomorrow == then.date())
    {
        format!("tomorrow {clock}")
    } else {
        format!("{} {clock}", then.strftime("%-d %b"))
    }
}

fn banner(row: &Row) -> Option<BannerView> {
    if row.contact.blocked {
        let title = format!("{} is blocked.", first_name(&row.contact.name));
        let text = "Nothing goes out, and what comes in is kept out of sight.".to_owned();
        return Some(BannerView {
            tone: Tone::Warn,
            title,
            text,
        });
    }
    let Some(channel) = &row.channel else {
        let title = "This channel was deleted.".to_owned();
        let text = "The conversation stays readable; replies are not possible.".to_owned();
        return Some(BannerView {
            tone: Tone::Warn,
            title,
            text,
        });
    };
    if !channel.enabled {
        let title = format!("{} is switched off.", channel.name);
        let text = "Messages cannot go out until it is on again.".to_owned();
        return Some(BannerView {
            tone: Tone::Warn,
            title,
            text,
        });
    }
    (channel.state == ChannelState::Error).then(|| BannerView {
        tone: Tone::Bad,
        title: format!("{} does not work.", channel.name),
        text: channel.error.clone().unwrap_or_default(),
    })
}

/// Messages with the lines between them. Where the new ones begin is known only of those that end
/// with the newest.
fn items(eye: &Eye<'_>, open: &Open<'_>, with_new: bool) -> Vec<Item> {
    let messages = &open.history.messages;
    let mut items = Vec::with_capacity(messages.len() + 8);
    let mut before = open.after;
    let first_unread = with_new.then(|| first_unread(open)).flatten();
    for message in messages {
        let day = format::day(message.created_at, eye.now, &eye.zone);
        if before.is_none_or(|last| format::day(last.created_at, eye.now, &eye.zone) != day) {
            items.push(Item::Day(day));
        }
        if Some(message.id) == first_unread {
            items.push(Item::New(u64::from(open.row.unread)));
        }
        items.push(item(eye, message, before, open));
        before = Some(message);
    }
    items
}

fn first_unread(open: &Open<'_>) -> Option<crate::model::ids::MessageId> {
    let unread = usize::try_from(open.row.unread).unwrap_or(usize::MAX);
    let inbound = |message: &&Message| message.direction == Direction::Inbound;
    let shown: Vec<_> = open.history.messages.iter().filter(inbound).collect();
    let at = shown.len().checked_sub(unread)?;
    shown.get(at).map(|message| message.id)
}

fn item(eye: &Eye<'_>, message: &Message, before: Option<&Message>, open: &Open<'_>) -> Item {
    if let Said::Event(line) = &message.content {
        return Item::Event(event(eye, message, line));
    }
    let quoted = message.reply_to.and_then(|id| {
        open.history
            .messages
            .iter()
            .chain(open.quoted)
            .find(|other| other.id == id)
    });
    let chosen = chosen_from(message, &open.history.messages);
    let around = Around {
        before,
        quoted,
        chosen: &chosen,
        remedy: open.remedies.get(&message.id),
    };
    Item::Message(Box::new(bubble(eye, message, &around, open.rev)))
}

/// What the customer chose from a message's buttons or rows.
fn chosen_from(message: &Message, all: &[Message]) -> Vec<String> {
    let id = message.id.to_string();
    all.iter()
        .filter_map(|other| match &other.content {
            Said::Postback(choice) if choice.source_message_id.as_ref() == Some(&id) => {
                Some(choice.payload.clone())
            }
            _ => None,
        })
        .collect()
}

/// A line of the conversation's history in words.
#[must_use]
pub fn event(eye: &Eye<'_>, message: &Message, line: &EventLine) -> EventView {
    let detail = line.detail.clone().unwrap_or_default();
    let (icon, what) = match line.name.as_str() {
        "assigned" if detail == line.by => (Icon::ASSIGNED, "took this.".to_owned()),
        "assigned" => (Icon::ASSIGNED, format!("gave this to {detail}.")),
        "unassigned" => (Icon::PERSON, "gave this back.".to_owned()),
        "team" => (Icon::ASSIGNED, format!("gave this to the team {detail}.")),
        "noTeam" => (Icon::PERSON, "took this from its team.".to_owned()),
        "resolved" if detail == "spam" => (Icon::DONE, "marked this as spam.".to_owned()),
        "resolved" => (Icon::DONE, "marked this as done.".to_owned()),
        "reopened" => (Icon::REOPENED, "opened this again.".to_owned()),
        "woken" => (Icon::SNOOZED, "brought this back.".to_owned()),
        "parked" => (Icon::WAITING, "set this to waiting.".to_owned()),
        "snoozed" => {
            let until = line.until.map_or_else(
                || "until the customer writes".to_owned(),
                |at| format!("until {}", moment(at, eye)),
            );
            (Icon::SNOOZED, format!("put this to sleep {until}."))
        }
        "priority" => (Icon::URGENT, format!("set the priority to {detail}.")),
        "tagged" => (Icon::TAGGED, format!("added the tag {detail}.")),
        "untagged" => (Icon::TAGGED, format!("removed the tag {detail}.")),
        "letIn" => (Icon::ASSIGNED, format!("let {detail} in.")),
        "erasure" => (
            Icon::INFO,
            "asks us to delete everything said here.".to_owned(),
        ),
        "merged" => (Icon::MERGED, format!("merged {detail} into this person.")),
        other => (Icon::INFO, format!("{other} {detail}")),
    };
    EventView {
        id: message.id.to_string(),
        icon,
        who: line.by.clone(),
        what,
        iso: message.created_at.to_string(),
    }
}
