//! What people attach to a message. facebook.md section 3.2, instagram.md section 3.2.

use crate::channels::meta::direct::Shares;
use crate::channels::meta::direct::VoiceNotes;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::content::Media;
use crate::model::content::Story;
use crate::model::content::Unsupported;

/// Hosts from which the vendor serves files; its other hosts serve pages.
const FILE_HOSTS: [&str; 3] = [".fbcdn.net", ".fbsbx.com", ".cdninstagram.com"];

/// The stickers that are a thumb pointing up, in three sizes.
const LIKES: [&str; 3] = ["369239263222822", "369239343222814", "369239383222810"];

/// One thing that was said: what it says, and what is kept with it.
pub type Said = (Content, Kept);

/// How attachments are read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// What a recording is.
    pub voice_notes: VoiceNotes,
    /// What becomes of posts and films that somebody passes on.
    pub shares: Shares,
    /// Whether we said it, here or elsewhere.
    pub is_ours: bool,
}

/// Reads what is attached to a message, in order. A sticker that comes once as a picture and once
/// as what it is stays one.
#[must_use]
pub fn read(message: Node<'_>, reading: Reading) -> Vec<Said> {
    let mut stickers = Vec::new();
    let mut said = Vec::new();
    for attachment in message.at("attachments").items() {
        if let Some(id) = attachment.at("payload").word("sticker_id") {
            if stickers.contains(&id) {
                continue;
            }
            stickers.push(id);
        }
        said.push(one(attachment, reading));
    }
    said
}

/// A link that came with a message: title and address, and the words for both.
#[must_use]
pub fn link(message: Node<'_>) -> Option<(Kept, String)> {
    let mut all = message.at("attachments").items();
    let fallback = all.find(|one| one.at("type").is("fallback"))?;
    let payload = fallback.at("payload");
    let url = fallback.word("url").or_else(|| payload.word("url"));
    let title = fallback.word("title").or_else(|| payload.word("title"));
    let words = lines(&[title.as_deref(), url.as_deref()], "\n");
    let mut link = Kept::default();
    link.put("url", url);
    link.put("title", title);
    Some((link, words))
}

fn one(attachment: Node<'_>, reading: Reading) -> Said {
    let mut kept = Kept::default();
    let kind = attachment.word("type").unwrap_or_default();
    let content = content(&kind, attachment, reading, &mut kept);
    let content = content.unwrap_or_else(|| {
        Content::Unsupported(Unsupported {
            kind: if kind.is_empty() {
                "unknown".to_owned()
            } else {
                kind
            },
            raw: attachment.object(),
        })
    });
    (content, kept)
}

fn content(kind: &str, attachment: Node<'_>, reading: Reading, kept: &mut Kept) -> Option<Content> {
    let payload = attachment.at("payload");
    match kind {
        "image" if payload.word("sticker_id").is_some() => sticker(payload, kept),
        "sticker" => sticker(payload, kept),
        "animated_media" | "like_heart" => file(payload, kept).map(Content::Sticker),
        "image" => file(payload, kept).map(Content::Image),
        "video" => file(payload, kept).map(Content::Video),
        "audio" => file(payload, kept).map(|media| Content::Audio(recording(media, reading))),
        "file" | "media" => file(payload, kept).map(|media| {
            let filename = media.url.as_deref().and_then(name_in);
            Content::Document(Media { filename, ..media })
        }),
        "location" => place(attachment),
        "story_mention" => Some(Content::StoryMention(Story {
            id: payload.word("id"),
            url: payload.word("url"),
            ..Story::default()
        })),
        "reel" | "ig_reel" | "post" | "ig_post" | "share" => shared(kind, payload, reading, kept),
        "story" | "ig_story" => {
            keep_share(kind, payload, kept);
            None
        }
        "template" => {
            products(payload, kept).or_else(|| cards(payload).filter(|_| reading.is_ours))
        }
        _ => None,
    }
}

/// A file that is still with the vendor.
fn file(payload: Node<'_>, kept: &mut Kept) -> Option<Media> {
    let url = payload.word("url")?;
    kept.put("mediaState", Some("pending"));
    Some(Media {
        url: Some(url),
        ..Media::default()
    })
}

fn sticker(payload: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let id = payload.word("sticker_id");
    let is_like = id.as_deref().is_some_and(|id| LIKES.contains(&id));
    kept.put("stickerId", id);
    kept.put("like", is_like.then_some(true));
    file(payload, kept).map(Content::Sticker)
}

fn recording(media: Media, reading: Reading) -> Media {
    let named = media.url.as_deref().and_then(name_in);
    let voice = match reading.voice_notes {
        VoiceNotes::Always => true,
        VoiceNotes::ByName => named.is_some_and(|name| name.starts_with("audioclip-")),
    };
    Media { voice, ..media }
}

/// The last part of an address, as people read it.
fn name_in(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let last = url.path_segments()?.next_back()?;
    let name = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    (!name.is_empty()).then(|| name.into_owned())
}

fn place(attachment: Node<'_>) -> Option<Content> {
    let coordinates = attachment.at("payload").at("coordinates");
    Some(Content::Location(Location {
        latitude: coordinates.at("lat").number()?,
        longitude: coordinates.at("long").number()?,
        name: attachment.word("title"),
        address: None,
    }))
}

/// A post or film that somebody passed on: the file itself where there is one, else its address.
fn shared(kind: &str, payload: Node<'_>, reading: Reading, kept: &mut Kept) -> Option<Content> {
    let is_film = kind.ends_with("reel");
    match reading.shares {
        Shares::Shown => keep_share(kind, payload, kept),
        Shares::Linked if is_film => kept.put("originalType", Some(kind)),
        Shares::Linked => kept.put_raw("sharedPost", payload),
    }
    let (title, url) = (payload.word("title"), payload.word("url"));
    let is_shown = is_film || reading.shares == Shares::Shown;
    if url.as_deref().is_some_and(is_file) && is_shown {
        let media = Media {
            caption: title,
            ..file(payload, kept)?
        };
        return Some(if is_film {
            Content::Video(media)
        } else {
            Content::Image(media)
        });
    }
    let words = lines(&[title.as_deref(), url.as_deref()], " ");
    (!words.is_empty()).then(|| Content::text(words))
}

fn keep_share(kind: &str, payload: Node<'_>, kept: &mut Kept) {
    let mut share = Kept::default();
    share.put("type", Some(kind.trim_start_matches("ig_")));
    share.put("url", payload.word("url"));
    let id = ["id", "ig_post_media_id", "reel_video_id"];
    share.put("id", id.into_iter().find_map(|name| payload.word(name)));
    kept.put("share", Some(share.into_inner()));
    kept.put("originalType", Some(kind));
}

fn is_file(url: &str) -> bool {
    let host = url::Url::parse(url).ok();
    let host = host.as_ref().and_then(url::Url::host_str);
    host.is_some_and(|host| FILE_HOSTS.iter().any(|known| host.ends_with(known)))
}

/// Products that somebody asks about: their titles.
fn products(payload: Node<'_>, kept: &mut Kept) -> Option<Content> {
    let product = payload.at("product");
    kept.put_raw("product", product);
    let titles = product.at("elements").items();
    let titles: Vec<_> = titles.filter_map(|card| card.word("title")).collect();
    (!titles.is_empty()).then(|| Content::text(titles.join("\n")))
}

/// Cards and buttons that we sent from elsewhere: their words.
fn cards(payload: Node<'_>) -> Option<Content> {
    let places = [payload.at("generic").at("elements"), payload.at("elements")];
    let titles = places.into_iter().flat_map(Node::items).map(|card| {
        let (title, line) = (card.word("title"), card.word("subtitle"));
        lines(&[title.as_deref(), line.as_deref()], "\n")
    });
    let words: Vec<_> = payload.word("text").into_iter().chain(titles).collect();
    let words = words.join("\n");
    (!words.is_empty()).then(|| Content::text(words))
}

/// What there is of these texts, with something between.
pub(super) fn lines(texts: &[Option<&str>], between: &str) -> String {
    let given: Vec<_> = texts.iter().copied().flatten().collect();
    given.join(between)
}
