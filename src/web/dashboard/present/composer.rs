//! Where a reply or a note is written.

use std::time::Duration;

use crate::base::text::Counting;
use crate::engine::inbox::list::Row;
use crate::engine::rules::comments;
use crate::engine::rules::comments::Answer;
use crate::engine::rules::window::Window;
use crate::engine::rules::window::window;
use crate::engine::webchat::continuity::mailed_after_minutes;
use crate::model::capability::Capabilities;
use crate::model::contact::Shut;
use crate::model::mail::Auto;
use crate::model::message::Direction;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::begun;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::present::mail;
use crate::web::dashboard::present::thread::Open;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::composer::ComposerView;
use crate::web::dashboard::view::composer::LetterView;
use crate::web::dashboard::view::composer::MentionView;
use crate::web::dashboard::view::composer::OfferView;
use crate::web::dashboard::view::composer::WindowView;
use crate::web::dashboard::view::format;

/// A reply that was held up, to be shown again.
#[derive(Debug, Clone)]
pub struct Held {
    /// Who answered what, and when.
    pub sentence: String,
    /// The position to name when it is sent all the same.
    pub seen: u32,
    /// What was to be sent.
    pub text: String,
}

/// The composer.
#[must_use]
pub fn composer(eye: &Eye<'_>, open: &Open<'_>) -> ComposerView {
    let begun = &open.begun.unsent;
    let writes_note = begun.writes_note && open.held.is_none();
    let words = if writes_note {
        &begun.note
    } else {
        &begun.reply
    };
    let row = &open.row_of_matrix;
    let kind = open.row.conversation.channel_kind.as_str();
    let largest = row
        .media
        .document_bytes
        .max(row.media.image_bytes)
        .max(row.media.video_bytes)
        .max(row.media.audio_bytes);
    ComposerView {
        conversation: open.row.conversation.id.to_string(),
        csrf: eye.csrf.to_owned(),
        client_id: open.client_id.clone(),
        to: first_name(&open.row.contact.name).to_owned(),
        channel: BadgeView::of(kind),
        window: window_view(eye, open),
        text_max: match open.cost {
            Some(_) => 0,
            None => row.text_max as u64,
        },
        cost: open.cost.clone().unwrap_or_default(),
        unit: match row.counting {
            Counting::Characters => "characters",
            Counting::Utf16Units => "utf16Units",
            Counting::Bytes => "bytes",
        },
        offers: offers(row),
        templates: (row.approved_templates || row.own_templates)
            && !open.row.conversation.elsewhere,
        closed: closed(eye, open),
        elsewhere: open.row.conversation.elsewhere,
        file_max_bytes: largest,
        accept: accept(row),
        typing: row.matrix.typing != crate::model::capability::Support::None,
        mentions: mentions(eye),
        writes_note,
        text: open.held.map_or(&words.text, |held| &held.text).clone(),
        seen: seen(open),
        kept: begun::value(open.begun).to_string(),
        held: open.held.map(|held| held.sentence.clone()),
        mail: (kind == "email").then(|| letter(eye, open)),
    }
}

/// Where an answer by mail goes: to the customer, and to everybody else who got the newest mail.
fn letter(eye: &Eye<'_>, open: &Open<'_>) -> LetterView {
    let messages = || open.history.messages.iter().rev();
    let newest = messages().find(|message| message.direction == Direction::Inbound);
    let mail = newest.and_then(mail::kept).unwrap_or_default();
    let customer = newest.map_or(open.row.conversation.address.as_str(), |one| {
        one.from.as_str()
    });
    let to = mail.reply_to_address.as_deref().unwrap_or(customer);
    let ours = newest.map_or("", |message| message.to.as_str());
    let mut cc: Vec<&str> = Vec::new();
    for address in mail.to_all.iter().chain(&mail.cc) {
        let plain = without_plus(address);
        let known = [customer, to].contains(&address.as_str()) || plain == ours;
        if !known && !cc.contains(&address.as_str()) {
            cc.push(address);
        }
    }
    let subject = messages()
        .filter_map(mail::kept)
        .find_map(|mail| mail.subject);
    LetterView {
        to: to.to_owned(),
        cc: cc.join(", "),
        is_to_many: mail.auto == Some(Auto::List),
        subject: subject.map_or_else(String::new, |subject| {
            format!("Re: {}", mail::bare(&subject))
        }),
        signature: signature(eye),
    }
}

/// What stands under the reader's mails, as words in a line; empty where the channel's own does.
fn signature(eye: &Eye<'_>) -> String {
    let mut all = eye.colleagues.iter();
    let reader = all.find(|one| one.id == eye.reader);
    let own = reader.map_or("", |reader| reader.signature.as_str());
    let mut words = String::with_capacity(own.len());
    let mut in_tag = false;
    for letter in own.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                words.push(' ');
            }
            other if !in_tag => words.push(other),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_plus(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => {
            let local = local.split('+').next().unwrap_or(local);
            format!("{local}@{domain}")
        }
        None => address.to_owned(),
    }
}

/// What can be sent beside words and files, and how much of it the channel shows. What it does not
/// show is converted: so everything is offered everywhere.
fn offers(row: &Capabilities) -> Vec<OfferView> {
    let choices = |kind, name, most: usize, title_max: usize, about_max| OfferView {
        kind,
        name,
        limits: match most {
            0 => "Not shown as such here: see beside what it becomes.".to_owned(),
            _ => format!("Up to {most} here, {title_max} characters each."),
        },
        most,
        title_max: if most == 0 { 0 } else { title_max },
        about_max: if most == 0 { 0 } else { about_max },
    };
    let thing = |kind, name, native: bool| OfferView {
        limits: if native {
            String::new()
        } else {
            "Becomes text here.".to_owned()
        },
        ..choices(kind, name, 0, 0, 0)
    };
    vec![
        choices(
            "buttons",
            "buttons",
            row.buttons_max,
            row.button_title_max,
            0,
        ),
        choices(
            "replies",
            "quick replies",
            row.quick_replies_max,
            row.quick_reply_title_max,
            0,
        ),
        choices(
            "list",
            "a list",
            row.list_rows_max,
            row.list_title_max,
            row.list_description_max,
        ),
        thing("place", "a place", row.locations),
        thing("card", "a contact card", row.contacts),
    ]
}

/// Why nothing can be written freely now; empty where something can.
fn closed(eye: &Eye<'_>, open: &Open<'_>) -> String {
    let (row, talk) = (&open.row_of_matrix, &open.row.conversation);
    if talk.elsewhere {
        return "Another app has this conversation. Notes can be written until it comes back."
            .to_owned();
    }
    let channel = BadgeView::of(talk.channel_kind.as_str()).name;
    let name = first_name(&open.row.contact.name);
    if let Some(shut) = open.shut {
        let since = eye.zone.to_datetime(shut.at.calendar());
        let since = since.strftime("%-d %B");
        return match shut.why {
            Shut::OptedOut => {
                format!("{name} opted out on {since}. Nothing can be sent by {channel}.")
            }
            Shut::Unreachable => {
                format!("{name} cannot be reached on {channel} since {since}.")
            }
        };
    }
    let window = window(row, talk.last_inbound_at, eye.now);
    if !matches!(window, Window::Closed { .. }) || answers_comment(eye, open) {
        return String::new();
    }
    if row.approved_templates {
        format!("{channel} accepts only templates until {name} writes again.")
    } else {
        format!("{channel} lets you answer only after {name} writes again.")
    }
}

/// The colleagues a note can name: by first name, or in full where two share one.
fn mentions(eye: &Eye<'_>) -> Vec<MentionView> {
    let active = || {
        eye.colleagues
            .iter()
            .filter(|colleague| colleague.is_active())
    };
    let shared = |name: &str| {
        active()
            .filter(|other| first_name(&other.name) == name)
            .count()
            > 1
    };
    active()
        .filter(|colleague| colleague.id != eye.reader)
        .map(|colleague| {
            let first = first_name(&colleague.name);
            let name = if shared(first) {
                &colleague.name
            } else {
                first
            };
            MentionView {
                id: colleague.id.to_string(),
                name: name.to_owned(),
            }
        })
        .collect()
}

/// The position of the newest entry the reader has seen when the reply in the composer was begun.
fn seen(open: &Open<'_>) -> u32 {
    let reply = &open.begun.unsent.reply;
    match (open.held, open.history.messages.last()) {
        (Some(held), _) => held.seen,
        (None, _) if !reply.is_empty() => reply.seen,
        (None, Some(last)) if open.history.newer => last.position,
        (None, _) => open.row.conversation.positions,
    }
}

fn accept(row: &Capabilities) -> String {
    if row.media.document_bytes > 0 {
        return String::new();
    }
    let kinds = [
        (row.media.image_bytes, "image/*"),
        (row.media.audio_bytes, "audio/*"),
        (row.media.video_bytes, "video/*"),
    ];
    let taken: Vec<_> = kinds
        .into_iter()
        .filter(|(bytes, _)| *bytes > 0)
        .map(|(_, kind)| kind)
        .collect();
    taken.join(",")
}

/// Whether only people may still answer, and programs may not.
fn is_late(eye: &Eye<'_>, open: &Open<'_>) -> bool {
    let late = open.row_of_matrix.late_answers;
    let heard = open.row.conversation.last_inbound_at;
    late.zip(heard).is_some_and(|(late, heard)| {
        eye.now.since(heard) >= Duration::from_secs(u64::from(late.after_hours) * 3_600)
    })
}

/// Whether there is a comment that can be answered in private.
fn answers_comment(eye: &Eye<'_>, open: &Open<'_>) -> bool {
    let messages = &open.history.messages;
    comments::waiting(&open.row_of_matrix, messages, Answer::default(), eye.now).is_some()
}

/// What is said where no window closes.
fn unlimited(row: &Row, channel: &str) -> String {
    let site = row.channel.as_ref();
    match site.and_then(|site| mailed_after_minutes(site, &row.contact)) {
        Some(minutes) => format!("By email too, if unread for {minutes} min"),
        None => format!("No reply window on {channel}"),
    }
}

fn window_view(eye: &Eye<'_>, open: &Open<'_>) -> WindowView {
    let channel = BadgeView::of(open.row.conversation.channel_kind.as_str()).name;
    if let Some(shut) = open.shut {
        let words = match shut.why {
            Shut::OptedOut => "Opted out",
            Shut::Unreachable => "Unreachable",
        };
        return WindowView::Closed(words.to_owned());
    }
    match window(
        &open.row_of_matrix,
        open.row.conversation.last_inbound_at,
        eye.now,
    ) {
        Window::Always => WindowView::None(unlimited(open.row, &channel)),
        Window::Open { until } if is_late(eye, open) => WindowView::Late {
            iso: until.to_string(),
            text: format!("{} left", format::span(until.since(eye.now).as_secs())),
        },
        Window::Open { until } => {
            let left = until.since(eye.now).as_secs();
            let tone = match left {
                0..=600 => Tone::Bad,
                601..=7_200 => Tone::Warn,
                _ => Tone::Ok,
            };
            WindowView::Until {
                iso: until.to_string(),
                text: format!("{} left", format::span(left)),
                tone,
            }
        }
        Window::Closed { .. } if answers_comment(eye, open) => {
            WindowView::Private("One private answer to the comment".to_owned())
        }
        Window::Closed { .. } => WindowView::Closed("Window closed".to_owned()),
    }
}
