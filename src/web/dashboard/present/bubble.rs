//! Messages as bubbles.

use crate::base::time::Timestamp;
use crate::engine::inbox::remedy::Remedy;
use crate::engine::quiet::NOT_BEFORE;
use crate::model::content::Content as Said;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::content::content;
use crate::web::dashboard::present::failed::facts;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::bubble::BubbleView;
use crate::web::dashboard::view::bubble::DegradedView;
use crate::web::dashboard::view::bubble::QuoteView;
use crate::web::dashboard::view::bubble::ReactionView;
use crate::web::dashboard::view::bubble::Receipt;
use crate::web::dashboard::view::bubble::RemedyView;
use crate::web::dashboard::view::bubble::Side;
use crate::web::dashboard::view::bubble::Trouble;

/// What stands around a message.
#[derive(Default)]
pub struct Around<'a> {
    /// The message before it, for grouping.
    pub before: Option<&'a Message>,
    /// The message it answers.
    pub quoted: Option<&'a Message>,
    /// Ids the customer chose from its buttons or rows.
    pub chosen: &'a [String],
    /// What helps it, where it failed and that is known.
    pub remedy: Option<&'a Remedy>,
}

/// How long one author's messages belong together.
const GROUP_MS: i64 = 60_000;

/// A message as a bubble; history lines are no bubbles.
#[must_use]
pub fn bubble(eye: &Eye<'_>, message: &Message, around: &Around<'_>, rev: u64) -> BubbleView {
    let side = side(message);
    let continued = around.before.is_some_and(|before| {
        author(before) == author(message)
            && before.private == message.private
            && !matches!(before.content, Said::Event(_))
            && message.created_at.as_millis() - before.created_at.as_millis() < GROUP_MS
    });
    let channel = BadgeView::of(message.channel_kind.as_str()).name;
    BubbleView {
        id: message.id.to_string(),
        conversation: message.conversation_id.to_string(),
        client_id: message.client_id.clone(),
        position: message.position,
        rev,
        side,
        continued,
        author_key: author(message),
        label: format!("{}, {channel}", message.sender.name),
        avatar: (side == Side::In)
            .then(|| AvatarView::of(&message.sender.name, &message.contact_id.to_string())),
        author: (side != Side::In).then(|| first_name(&message.sender.name).to_owned()),
        time: TimeView::clock(message.created_at, &eye.zone),
        content: content(eye, &message.content, Some(message), around),
        quote: around.quoted.map(quote),
        reactions: reactions(eye, message),
        receipt: receipt(eye, message),
        trouble: trouble(eye, message, around.remedy),
        degraded: degraded(message),
        edited: message.edited_at.is_some(),
        comment: comment(message),
        csrf: eye.csrf.to_owned(),
    }
}

/// Where a comment stands, where it is one; empty where that is not told.
fn comment(message: &Message) -> Option<String> {
    let is_one = message.source == Source::Comment;
    let told = message.metadata.get("comment");
    let url = told.and_then(|told| told["url"].as_str());
    let url = url.filter(|url| url.starts_with("https://"));
    is_one.then(|| url.unwrap_or_default().to_owned())
}

fn side(message: &Message) -> Side {
    match (message.private, message.direction, message.sender.kind) {
        (true, ..) => Side::Note,
        (_, Direction::Inbound, _) => Side::In,
        (_, _, SenderKind::Bot) => Side::Bot,
        _ => Side::Out,
    }
}

fn author(message: &Message) -> String {
    let id = message.sender.id.as_deref().unwrap_or(&message.sender.name);
    format!("{}:{id}", message.sender.kind.name())
}

fn quote(message: &Message) -> QuoteView {
    QuoteView {
        id: message.id.to_string(),
        author: message.sender.name.clone(),
        text: crate::base::text::preview(message.content.words(), 120),
    }
}

fn reactions(eye: &Eye<'_>, message: &Message) -> Vec<ReactionView> {
    let me = eye.reader.to_string();
    message
        .reactions
        .iter()
        .map(|mark| ReactionView {
            emoji: mark.emoji.clone(),
            who: match mark.by {
                SenderKind::Contact => first_name(&message.sender.name).to_owned(),
                _ => "Us".to_owned(),
            },
            own: mark.author == me,
        })
        .collect()
}

fn receipt(eye: &Eye<'_>, message: &Message) -> Option<Receipt> {
    if message.private || message.direction == Direction::Inbound {
        return None;
    }
    Some(match message.delivery {
        Delivery::Pending => Receipt::Sending,
        Delivery::Sent if eye.is_silent(&message.channel_kind) => Receipt::Taken,
        Delivery::Sent => Receipt::Sent,
        Delivery::Delivered => Receipt::Delivered,
        Delivery::Read => {
            let at = message.reached(Delivery::Read);
            Receipt::Read(at.map(|at| TimeView::clock(at, &eye.zone)))
        }
        Delivery::Unsure | Delivery::Failed => return None,
    })
}

fn trouble(eye: &Eye<'_>, message: &Message, remedy: Option<&Remedy>) -> Option<Trouble> {
    match message.delivery {
        Delivery::Pending if message.error.is_none() => {
            let at = message.metadata.get(NOT_BEFORE)?.as_str()?;
            let at = Timestamp::parse(at)?;
            Some(Trouble::Waiting {
                reason: "Not sent yet. It waits for the end of quiet hours.".to_owned(),
                next: Some(TimeView::clock(at, &eye.zone)),
            })
        }
        Delivery::Pending => {
            let error = message.error.as_ref()?;
            let last = message.attempts.last();
            let next = last.and_then(|attempt| attempt.next_at);
            Some(Trouble::Waiting {
                reason: format!("Not sent yet. {}", error.message),
                next: next.map(|at| TimeView::clock(at, &eye.zone)),
            })
        }
        Delivery::Unsure => Some(Trouble::Unknown {
            settles: eye.may_change,
        }),
        Delivery::Failed => {
            let error = message.error.as_ref();
            let why = error.map_or_else(|| "It could not be sent.".to_owned(), SendError::in_words);
            let (remedy, wait) = offered(eye, remedy);
            Some(Trouble::Failed {
                reason: format!("Not sent. {why} {wait}").trim_end().to_owned(),
                facts: error.map(facts).unwrap_or_default(),
                remedy,
            })
        }
        _ => None,
    }
}

/// What is offered to the reader, and what there is to wait for; empty where nothing.
#[must_use]
pub fn offered<'r>(eye: &Eye<'_>, remedy: Option<&'r Remedy>) -> (RemedyView, &'r str) {
    match remedy {
        Some(Remedy::Wait(words)) => (RemedyView::Nothing, words),
        _ if !eye.may_change => (RemedyView::Nothing, ""),
        Some(Remedy::Template) => (RemedyView::Template, ""),
        Some(Remedy::Retry) | None => (RemedyView::Retry, ""),
    }
}

fn degraded(message: &Message) -> Option<DegradedView> {
    if message.converted.is_empty() {
        return None;
    }
    let parts: Vec<_> = message.sent_as.iter().map(Said::words).collect();
    Some(DegradedView {
        summary: message.converted.join(", "),
        sent: parts.join("\n\n"),
    })
}
