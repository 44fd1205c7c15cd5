//! Files into calls: which method carries which file. telegram.md sections 4 and 8.

use serde_json::Value;

use crate::base::mime;
use crate::channels::telegram::api::Upload;
use crate::channels::telegram::fault::wish;
use crate::channels::telegram::writer::Writer;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Media;

/// What a sender says of a film that is to be shown round.
const ROUND: &str = "videoNote";

/// The longest round film, in milliseconds.
const NOTE_MAX_MS: u64 = 60_000;

/// The largest picture, in bytes.
const PHOTO_MAX: u64 = 10 * 1024 * 1024;

/// The most that width and height of a picture may come to, in pixels.
const PHOTO_SIDES_MAX: u32 = 10_000;

/// The most that a picture may be longer than wide, or wider than long.
const PHOTO_RATIO_MAX: u32 = 20;

/// How a file is carried: the method, and the field of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// A picture.
    Photo,
    /// A picture that moves.
    Animation,
    /// A film.
    Video,
    /// A short film that is shown round.
    VideoNote,
    /// A voice note.
    Voice,
    /// A recording.
    Audio,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
}

impl Carried {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Photo => ("sendPhoto", "photo"),
            Self::Animation => ("sendAnimation", "animation"),
            Self::Video => ("sendVideo", "video"),
            Self::VideoNote => ("sendVideoNote", "video_note"),
            Self::Voice => ("sendVoice", "voice"),
            Self::Audio => ("sendAudio", "audio"),
            Self::Document => ("sendDocument", "document"),
            Self::Sticker => ("sendSticker", "sticker"),
        }
    }
}

/// Adds the call that carries a file.
pub fn write(writer: &mut Writer<'_>, content: &Content) {
    let Some(media) = content.media() else {
        return;
    };
    let mut carried = adapted(writer, carried(content, media));
    if carried == Carried::Video && is_note(writer, media) {
        carried = Carried::VideoNote;
    }
    let mut body = writer.frame();
    if !matches!(carried, Carried::Sticker | Carried::VideoNote)
        && let Some(words) = media.caption.as_deref().filter(|words| !words.is_empty())
    {
        body.insert("caption".to_owned(), words.into());
        writer.format(&mut body, "caption_entities");
    }
    if carried == Carried::Video {
        body.insert("supports_streaming".to_owned(), true.into());
    }
    if matches!(
        carried,
        Carried::Voice | Carried::Audio | Carried::VideoNote
    ) && let Some(length) = media.duration_ms
    {
        body.insert("duration".to_owned(), (length / 1_000).into());
    }
    if carried == Carried::Audio
        && let Some(title) = title(media)
    {
        body.insert("title".to_owned(), title.into());
    }
    send(writer, carried, body, media);
}

/// What a recording is called: its file without the ending.
fn title(media: &Media) -> Option<&str> {
    let name = media.filename.as_deref()?;
    let bare = name.rsplit_once('.').map_or(name, |(bare, _)| bare);
    Some(bare).filter(|bare| !bare.is_empty())
}

/// Whether a film goes as a round one: its sender wants it, and it is short and square as far as is
/// known, handed over and without words, since there is no place for any.
fn is_note(writer: &Writer<'_>, media: &Media) -> bool {
    let is_wanted = writer.sending.metadata.get(ROUND) == Some(&true.into());
    let is_short = media.duration_ms.is_none_or(|length| length <= NOTE_MAX_MS);
    let is_bare = media.caption.as_deref().is_none_or(str::is_empty);
    is_wanted && is_short && is_bare && media.width == media.height && media.media_id.is_some()
}

/// Adds the call that carries a card: a picture, words and keys under it.
pub fn write_card(writer: &mut Writer<'_>, picture: &Media, words: &str, markup: Option<Value>) {
    let as_picture = carried(&Content::Image(picture.clone()), picture);
    let carried = adapted(writer, as_picture);
    let mut body = writer.frame();
    body.insert("caption".to_owned(), words.into());
    body.extend(markup.map(|markup| ("reply_markup".to_owned(), markup)));
    send(writer, carried, body, picture);
}

fn send(writer: &mut Writer<'_>, carried: Carried, mut body: Opaque, media: &Media) {
    let (method, field) = carried.names();
    let Some(upload) = upload(media, field.to_owned()) else {
        // Not ours to give: Telegram fetches it.
        let url = media.url.clone().unwrap_or_default();
        body.insert(field.to_owned(), url.into());
        writer.call(method, body, Value::Null);
        return;
    };
    writer.form(method, body, &[upload]);
}

/// A stored file on its way in a field; none where it is not ours.
#[must_use]
pub fn upload(media: &Media, field: String) -> Option<Upload<'_>> {
    let mime_type = media
        .mime_type
        .as_deref()
        .unwrap_or("application/octet-stream");
    let usual = || format!("{field}.{}", mime::ending(mime_type));
    Some(Upload {
        media_id: media.media_id?,
        filename: media.filename.clone().unwrap_or_else(usual),
        mime_type,
        field,
    })
}

/// The method for a file, by what it is.
#[must_use]
pub fn carried(content: &Content, media: &Media) -> Carried {
    let kind = mime::essence(media.mime_type.as_deref().unwrap_or_default());
    match (content, kind.as_str()) {
        (Content::Sticker(_), "image/webp" | "application/x-tgsticker" | "video/webm") => {
            Carried::Sticker
        }
        (Content::Image(_), "image/gif") => Carried::Animation,
        (
            Content::Image(_) | Content::Sticker(_),
            "image/jpeg" | "image/png" | "image/webp" | "",
        ) if fits_photo(media) => Carried::Photo,
        (Content::Video(_), "video/mp4" | "") => Carried::Video,
        (
            Content::Audio(_),
            "audio/ogg" | "audio/opus" | "audio/mpeg" | "audio/mp4" | "audio/m4a" | "audio/x-m4a",
        ) if media.voice => Carried::Voice,
        (Content::Audio(_), "audio/mpeg" | "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "") => {
            Carried::Audio
        }
        _ => Carried::Document,
    }
}

fn fits_photo(media: &Media) -> bool {
    let fits_bytes = media.size_bytes.is_none_or(|size| size <= PHOTO_MAX);
    let fits_sides = match (media.width, media.height) {
        (Some(width), Some(height)) => {
            let (short, long) = (width.min(height).max(1), width.max(height));
            width.saturating_add(height) <= PHOTO_SIDES_MAX
                && long <= short.saturating_mul(PHOTO_RATIO_MAX)
        }
        _ => true,
    };
    fits_bytes && fits_sides
}

/// The method after what the vendor said of an earlier try.
fn adapted(writer: &Writer<'_>, carried: Carried) -> Carried {
    match carried {
        Carried::Photo if writer.wishes(wish::PHOTO) => Carried::Document,
        Carried::Voice if writer.wishes(wish::VOICE) => Carried::Audio,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_finds_its_method() {
        type Make = fn(Media) -> Content;
        let media = |mime: &str| Media {
            mime_type: Some(mime.to_owned()),
            ..Media::default()
        };
        let voice = |mime: &str| Media {
            voice: true,
            ..media(mime)
        };
        let sized = |width, height| Media {
            width: Some(width),
            height: Some(height),
            ..media("image/png")
        };
        let heavy = |size| Media {
            size_bytes: Some(size),
            ..media("image/jpeg")
        };
        let cases: Vec<(Make, Media, Carried)> = vec![
            (Content::Image, media("image/jpeg"), Carried::Photo),
            (Content::Image, media("image/gif"), Carried::Animation),
            (Content::Image, media("image/tiff"), Carried::Document),
            (Content::Image, heavy(PHOTO_MAX), Carried::Photo),
            (Content::Image, heavy(PHOTO_MAX + 1), Carried::Document),
            (Content::Image, sized(5_000, 5_000), Carried::Photo),
            (Content::Image, sized(5_000, 5_001), Carried::Document),
            (Content::Image, sized(2_000, 100), Carried::Photo),
            (Content::Image, sized(2_001, 100), Carried::Document),
            (Content::Video, media("video/mp4"), Carried::Video),
            (Content::Video, media("video/quicktime"), Carried::Document),
            (
                Content::Audio,
                voice("audio/ogg; codecs=opus"),
                Carried::Voice,
            ),
            (Content::Audio, voice("audio/mpeg"), Carried::Voice),
            (Content::Audio, voice("audio/wav"), Carried::Document),
            (Content::Audio, media("audio/mpeg"), Carried::Audio),
            (Content::Audio, media("audio/ogg"), Carried::Document),
            (
                Content::Document,
                media("application/pdf"),
                Carried::Document,
            ),
            (Content::Document, media("image/png"), Carried::Document),
            (Content::Sticker, media("image/webp"), Carried::Sticker),
            (Content::Sticker, media("video/webm"), Carried::Sticker),
            (Content::Sticker, media("image/png"), Carried::Photo),
        ];
        for (make, media, expected) in cases {
            let content = make(media.clone());
            assert_eq!(carried(&content, &media), expected, "{content:?}");
        }
    }
}
