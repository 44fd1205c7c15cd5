//! Messages that did not go out, grouped by what stands in their way.

use std::collections::HashMap;

use crate::base::text::preview;
use crate::engine::inbox::failing::Failure;
use crate::engine::inbox::remedy::Remedy;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::bubble::offered;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::failed::FailedGroup;
use crate::web::dashboard::view::failed::FailedRow;
use crate::web::dashboard::view::failed::TryView;

/// How much of a message stands in the table, in characters.
const SHOWN: usize = 140;

/// What stands in the way, by the reason a channel gives: a title, and what to do.
const CAUSES: &[(&[&str], &str, &str)] = &[
    (
        &[
            "token_invalid",
            "wrong_account",
            "permission_missing",
            "not_allowed",
            "account_blocked",
            "account_not_eligible",
            "account_not_linked",
            "account_restricted",
            "display_name_not_approved",
            "message_access_off",
            "number_not_registered",
            "payment_problem",
        ],
        "The vendor refused the channel",
        "Connect the channel again, then retry.",
    ),
    (
        &["messaging_window_closed", "outside_window"],
        "The reply window closed",
        "Send a template, or wait until the customer writes.",
    ),
    (
        &["opted_out", "blocked", "contact_blocked"],
        "They want nothing more",
        "Nothing can be sent. Mark it handled.",
    ),
    (
        &[
            "no_address",
            "unreachable",
            "not_on_channel",
            "country_not_allowed",
            "invalid_recipient",
            "recipient_not_allowed",
            "undeliverable",
        ],
        "The address cannot be reached",
        "Check the address, or write on another channel.",
    ),
    (
        &[
            "not_supported",
            "invalid_request",
            "too_long",
            "bad_media",
            "media_failed",
            "unsupported_type",
        ],
        "The channel cannot carry it",
        "Write it differently.",
    ),
    (
        &["rate_limited", "temporary", "slow", "no_vendor"],
        "The vendor did not take it in time",
        "Retry when the vendor is well again.",
    ),
    (
        &[
            "flow_blocked",
            "template_disabled",
            "template_parameters",
            "template_paused",
            "template_policy",
            "template_too_long",
            "template_unknown",
        ],
        "The vendor refused the template",
        "Look at the template, then send it again or choose another.",
    ),
    (
        &["marketing_not_allowed", "marketing_withheld"],
        "The vendor held advertising back",
        "Do not send it again within a day.",
    ),
    (
        &["not_thread_owner", "held_elsewhere"],
        "Another app has the conversation",
        "Take it back, then retry.",
    ),
    (
        &["carrier_filter", "unregistered", "sender_not_allowed"],
        "Networks do not take it from this number",
        "Register the number with the provider for what it sends, and keep to it.",
    ),
    (
        &[
            "landline",
            "number_barred",
            "number_deactivated",
            "unknown_number",
            "unroutable",
            "unverified_recipient",
        ],
        "The number takes no texts",
        "Check the number, or write on another channel.",
    ),
    (
        &["media_not_supported", "media_too_large"],
        "The file did not go along",
        "Send it again as a link.",
    ),
    (
        &["insufficient_funds", "account_suspended", "queue_full"],
        "The account at the provider is held up",
        "Look at the account there, then retry.",
    ),
    (
        &["private_reply_not_allowed"],
        "The comment takes no private answer any more",
        "Wait until the customer writes.",
    ),
    (
        &["not_arrived"],
        "It did not arrive",
        "Somebody said so. Retry, or mark it handled.",
    ),
    (
        &["cancelled"],
        "Taken back before it went out",
        "Nothing is left to do.",
    ),
];

/// Messages in groups: those of unknown outcome first, then by cause, each in the order given.
#[must_use]
pub fn groups(
    eye: &Eye<'_>,
    failures: &[Failure],
    remedies: &HashMap<MessageId, Remedy>,
) -> Vec<FailedGroup> {
    let mut groups: Vec<FailedGroup> = Vec::new();
    for failure in failures {
        let head = head_of(&failure.message);
        let row = row(eye, failure, remedies.get(&failure.message.id));
        match groups.iter_mut().find(|group| group.title == head.title) {
            Some(group) => group.rows.push(row),
            None => groups.push(FailedGroup {
                rows: vec![row],
                ..head
            }),
        }
    }
    groups.sort_by_key(|group| group.tone != Tone::Warn);
    groups
}

/// The head of the group a message belongs to.
fn head_of(message: &Message) -> FailedGroup {
    if message.delivery == Delivery::Unsure {
        return FailedGroup {
            title: "Nobody knows whether it arrived".to_owned(),
            remedy: "The connection broke after the message had left. Ask, or decide.".to_owned(),
            icon: Icon::UNKNOWN,
            tone: Tone::Warn,
            rows: Vec::new(),
        };
    }
    let reason = message.error.as_ref().map(|error| error.reason.as_str());
    let known = CAUSES
        .iter()
        .find(|(reasons, ..)| reason.is_some_and(|reason| reasons.contains(&reason)));
    let (title, remedy) = known.map_or(
        (
            "The vendor refused it",
            "Read the reason, then retry or put it aside.",
        ),
        |(_, title, remedy)| (*title, *remedy),
    );
    let waits_for_channel = message.delivery == Delivery::Pending
        && message
            .attempts
            .last()
            .is_some_and(|one| one.next_at.is_none());
    let remedy = if waits_for_channel {
        "It goes out by itself once the channel is connected again."
    } else {
        remedy
    };
    FailedGroup {
        title: title.to_owned(),
        remedy: remedy.to_owned(),
        icon: Icon::FAILED,
        tone: Tone::Bad,
        rows: Vec::new(),
    }
}

fn row(eye: &Eye<'_>, failure: &Failure, remedy: Option<&Remedy>) -> FailedRow {
    let (message, row) = (&failure.message, &failure.row);
    let words = match preview(message.content.words(), SHOWN) {
        words if words.is_empty() => message.content.kind().to_owned(),
        words => words,
    };
    let channel = row
        .channel
        .as_ref()
        .map_or("A deleted channel", |channel| channel.name.as_str());
    let (offered, wait) = offered(eye, remedy);
    let why = message.error.as_ref().map(SendError::in_words);
    FailedRow {
        id: message.id.to_string(),
        href: format!("/app/c/{}?m={}", row.conversation.id, message.id),
        avatar: AvatarView::of(&row.contact.name, &row.contact.id.to_string())
            .on(message.channel_kind.as_str()),
        name: row.contact.name.clone(),
        about: format!("{}, to {channel}", first_name(&message.sender.name)),
        text: words,
        time: TimeView::ago(message.created_at, eye.now),
        reason: format!("{} {wait}", why.unwrap_or_default())
            .trim()
            .to_owned(),
        facts: message.error.as_ref().map(facts).unwrap_or_default(),
        tries: tries(eye, message),
        next: message
            .attempts
            .last()
            .and_then(|attempt| attempt.next_at)
            .map(|at| TimeView::clock(at, &eye.zone)),
        unknown: message.delivery == Delivery::Unsure,
        remedy: offered,
        templates: format!("/app/c/{}/templates", row.conversation.id),
    }
}

/// What the vendor said beside the sentence and the code, for whoever asks it about the message.
#[must_use]
pub fn facts(error: &SendError) -> String {
    let Some(said) = &error.said else {
        return String::new();
    };
    let beside = |text: &&String| !error.message.contains(text.as_str());
    let trace = said.trace_id.as_ref().map(|id| format!("Trace id {id}"));
    let parts = [
        said.title.as_ref().filter(beside).cloned(),
        said.details.as_ref().filter(beside).cloned(),
        trace,
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(" \u{b7} ")
}

fn tries(eye: &Eye<'_>, message: &Message) -> Vec<TryView> {
    message
        .attempts
        .iter()
        .map(|attempt| TryView {
            time: TimeView::clock(attempt.at, &eye.zone),
            what: attempt.error.message.clone(),
        })
        .collect()
}
