//! What a message says, as it is drawn in its bubble.

use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Call;
use crate::model::content::Content as Said;
use crate::model::content::Media;
use crate::model::content::Row;
use crate::model::content::Story;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::present::mail;
use crate::web::dashboard::present::template::seen;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::RichText;
use crate::web::dashboard::view::content::ButtonView;
use crate::web::dashboard::view::content::CardView;
use crate::web::dashboard::view::content::ChoiceView;
use crate::web::dashboard::view::content::Content;
use crate::web::dashboard::view::content::FileView;
use crate::web::dashboard::view::content::FrameView;
use crate::web::dashboard::view::content::PersonCard;
use crate::web::dashboard::view::content::SectionView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::picture::PictureView;

/// Rows of a list, or cards of contacts, that are drawn; the rest is a number.
const ROWS_SHOWN: usize = 6;
const PEOPLE_SHOWN: usize = 2;

/// Content that is no message yet, as it would be shown.
#[must_use]
pub fn shown(eye: &Eye<'_>, said: &Said) -> Content {
    content(eye, said, None, &Around::default())
}

/// The content of a message, or of none yet.
#[expect(clippy::too_many_lines, reason = "one arm for each type of content")]
pub(super) fn content(
    eye: &Eye<'_>,
    said: &Said,
    of: Option<&Message>,
    around: &Around<'_>,
) -> Content {
    let chosen = around.chosen;
    if let Some(message) = of
        && message.deleted_at.is_some()
    {
        let who = match message.direction {
            Direction::Inbound => {
                format!("{} deleted this message.", first_name(&message.sender.name))
            }
            Direction::Outbound => "This message was deleted.".to_owned(),
        };
        return Content::Deleted(who);
    }
    if let Some(card) = of.and_then(|message| mail::card(eye, message, around.before)) {
        return Content::Mail(Box::new(card));
    }
    match said {
        Said::Text(text) if of.is_some_and(|message| message.private) => {
            let names: Vec<&str> = eye
                .colleagues
                .iter()
                .map(|colleague| first_name(&colleague.name))
                .collect();
            Content::note(&text.text, &names)
        }
        Said::Text(text) if text.quick_replies.is_empty() => Content::text(&text.text),
        Said::Text(text) => {
            let replies = text.quick_replies.iter();
            let buttons = replies
                .map(|reply| ButtonView {
                    title: reply.title.clone(),
                    icon: None,
                    chosen: chosen.contains(&reply.id),
                })
                .collect();
            Content::Buttons {
                html: format::rich(&text.text),
                frame: FrameView::default(),
                buttons,
            }
        }
        Said::Image(media) => Content::Image(picture(eye, of, media)),
        Said::Video(media) => Content::Video(picture(eye, of, media)),
        Said::Audio(media) => Content::Audio {
            url: address(eye, media),
            length: media
                .duration_ms
                .map_or_else(String::new, |ms| format::length(ms / 1_000)),
            peaks: Vec::new(),
            transcript: None,
        },
        Said::Document(media) => Content::Document {
            file: FileView {
                name: media.filename.clone().unwrap_or_else(|| "file".to_owned()),
                size: media.size_bytes.map_or_else(String::new, format::size),
                url: address(eye, media),
            },
            caption: caption(media),
        },
        Said::Sticker(media) => Content::Sticker(address(eye, media)),
        Said::Location(place) => Content::Location {
            name: place.name.clone().unwrap_or_default(),
            address: place.address.clone().unwrap_or_default(),
            coordinates: format!("{:.5}, {:.5}", place.latitude, place.longitude),
            map: format!(
                "https://www.openstreetmap.org/?mlat={}&mlon={}#map=16/{}/{}",
                place.latitude, place.longitude, place.latitude, place.longitude
            ),
        },
        Said::Contacts(cards) => Content::Contacts {
            people: cards
                .contacts
                .iter()
                .take(PEOPLE_SHOWN)
                .map(|card| PersonCard {
                    avatar: AvatarView::of(&card.name, &card.name),
                    name: card.name.clone(),
                    reach: card
                        .phones
                        .first()
                        .or(card.emails.first())
                        .cloned()
                        .unwrap_or_default(),
                })
                .collect(),
            more: cards.contacts.len().saturating_sub(PEOPLE_SHOWN),
        },
        Said::Buttons(buttons) => Content::Buttons {
            html: format::rich(&buttons.text),
            frame: FrameView::of(buttons.header.as_ref(), buttons.footer.as_ref()),
            buttons: buttons
                .buttons
                .iter()
                .map(|button| button_view(button, chosen))
                .collect(),
        },
        Said::List(list) => {
            let mut room = ROWS_SHOWN;
            let mut sections = Vec::new();
            for section in &list.sections {
                let rows: Vec<_> = section
                    .rows
                    .iter()
                    .take(room)
                    .map(|row| choice(row, chosen))
                    .collect();
                room -= rows.len();
                if !rows.is_empty() {
                    sections.push(SectionView {
                        title: section.title.clone(),
                        rows,
                    });
                }
            }
            let all: usize = list.sections.iter().map(|section| section.rows.len()).sum();
            Content::List {
                html: format::rich(&list.text),
                frame: FrameView::of(list.header.as_ref(), list.footer.as_ref()),
                sections,
                more: all.saturating_sub(ROWS_SHOWN),
            }
        }
        Said::Carousel(carousel) => Content::Carousel {
            html: format::rich(carousel.text.as_deref().unwrap_or_default()),
            cards: carousel
                .cards
                .iter()
                .map(|card| CardView {
                    title: card.title.clone(),
                    text: card.description.clone().unwrap_or_default(),
                    picture: card
                        .image
                        .as_ref()
                        .and_then(|image| image.media_id)
                        .map(|id| eye.links.path(id)),
                    buttons: card
                        .buttons
                        .iter()
                        .map(|button| button_view(button, chosen))
                        .collect(),
                })
                .collect(),
        },
        Said::Template(template) => match &template.preview {
            Some(preview) => Content::Template {
                head: format!("Template {} \u{b7} {}", template.name, template.language),
                seen: seen(preview, eye.links),
            },
            None => Content::text(template.text.as_deref().unwrap_or(&template.name)),
        },
        Said::Postback(postback) => Content::Postback {
            text: postback
                .typed
                .clone()
                .unwrap_or_else(|| postback.title.clone()),
            how: match &postback.typed {
                Some(_) => format!("Chose \u{201c}{}\u{201d}", postback.title),
                None => "Pressed a button".to_owned(),
            },
        },
        Said::Reaction(reaction) => Content::text(&reaction.emoji),
        Said::StoryReply(reply) => story(eye, &reply.story, "Replied to your story", &reply.text),
        Said::StoryMention(mention) => story(eye, mention, "Mentioned you in a story", ""),
        Said::Call(call) => phone_call(eye, call),
        Said::Event(_) => unsupported("event", said),
        Said::Unsupported(other) => unsupported(&other.kind, said),
    }
}

fn story(eye: &Eye<'_>, story: &Story, line: &'static str, text: &str) -> Content {
    let is_film = |media: &&Media| {
        let kind = media.mime_type.as_deref();
        kind.is_some_and(|kind| kind.starts_with("video/"))
    };
    let picture = story.media.as_ref().filter(|media| !is_film(media));
    let kept = picture.and_then(|media| media.media_id);
    Content::Story {
        picture: kept.map(|id| eye.links.path(id)),
        line,
        html: format::rich(text),
        // Only to the vendor's own pages: the address came from outside.
        link: story
            .url
            .clone()
            .filter(|url| url.starts_with("https://"))
            .unwrap_or_default(),
    }
}

/// What vendors say of calls that nobody answered.
const MISSED: [&str; 6] = [
    "missed",
    "no-answer",
    "busy",
    "failed",
    "canceled",
    "rejected",
];

fn phone_call(eye: &Eye<'_>, call: &Call) -> Content {
    let missed = MISSED.contains(&call.status.as_str());
    let line = match call.duration_secs {
        Some(secs) if !missed => format!("Call, {}", format::length(secs)),
        _ if missed => "Missed call".to_owned(),
        _ => format!("Call, {}", call.status),
    };
    Content::Call {
        line,
        missed,
        url: (call.recording.as_ref()).map_or_else(String::new, |media| address(eye, media)),
        transcript: call.transcript.clone(),
    }
}

fn choice(row: &Row, chosen: &[String]) -> ChoiceView {
    ChoiceView {
        title: row.title.clone(),
        text: row.description.clone().unwrap_or_default(),
        chosen: chosen.contains(&row.id),
    }
}

fn unsupported(kind: &str, content: &Said) -> Content {
    let raw = serde_json::to_string_pretty(content).unwrap_or_default();
    Content::Unsupported {
        kind: kind.to_owned(),
        raw,
    }
}

fn button_view(button: &Button, chosen: &[String]) -> ButtonView {
    ButtonView {
        title: button.title.clone(),
        icon: match button.kind {
            ButtonKind::Url => Some(Icon("external-link")),
            ButtonKind::Call => Some(Icon("phone")),
            ButtonKind::Reply | ButtonKind::Location => None,
        },
        chosen: chosen.contains(&button.id),
    }
}

/// Where a file is: always on our own origin; a file that is only at a foreign address has none.
fn address(eye: &Eye<'_>, media: &Media) -> String {
    media
        .media_id
        .map_or_else(String::new, |id| eye.links.path(id))
}

fn caption(media: &Media) -> Option<RichText> {
    media
        .caption
        .as_deref()
        .filter(|words| !words.is_empty())
        .map(format::rich)
}

fn picture(eye: &Eye<'_>, of: Option<&Message>, media: &Media) -> PictureView {
    let captioned = media.caption.clone().filter(|words| !words.is_empty());
    let alt = captioned.unwrap_or_else(|| {
        of.map_or_else(
            || "Picture".to_owned(),
            |message| {
                format!(
                    "Picture from {}, {}",
                    first_name(&message.sender.name),
                    format::clock(message.created_at, &eye.zone)
                )
            },
        )
    });
    let length = media.duration_ms.map(|ms| format::length(ms / 1_000));
    let size = media.size_bytes.map(format::size);
    PictureView {
        url: address(eye, media),
        still: None,
        alt,
        width: media.width.unwrap_or(0),
        height: media.height.unwrap_or(0),
        caption: caption(media),
        about: [length, size]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
    }
}
