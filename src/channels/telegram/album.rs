//! Several files side by side, in one call. telegram.md section 4.1.

use serde_json::Value;
use serde_json::json;

use crate::channels::telegram::media;
use crate::channels::telegram::media::Carried;
use crate::channels::telegram::writer::Writer;
use crate::model::content::Content;

/// Files of one album at most.
const ITEMS_MAX: usize = 10;

/// How many of some files, from the first on, stand in one album: pictures and films beside each
/// other, recordings and documents among their like.
#[must_use]
pub fn length(contents: &[&Content]) -> usize {
    let Some(first) = contents.first().and_then(|content| kind(content)) else {
        return 1;
    };
    let like = |content: &&&Content| kind(content).is_some_and(|kind| shelf(kind) == shelf(first));
    contents.iter().take_while(like).count().min(ITEMS_MAX)
}

/// What a file is called in an album; none for what stands in none.
fn kind(content: &Content) -> Option<&'static str> {
    match media::carried(content, content.media()?) {
        Carried::Photo => Some("photo"),
        Carried::Video => Some("video"),
        Carried::Audio => Some("audio"),
        Carried::Document => Some("document"),
        Carried::Animation | Carried::Voice | Carried::Sticker | Carried::VideoNote => None,
    }
}

fn shelf(kind: &'static str) -> &'static str {
    if kind == "video" { "photo" } else { kind }
}

/// Adds the call that carries an album.
pub fn write(writer: &mut Writer<'_>) {
    let mut frame = writer.frame();
    // No keyboard goes with it, nor away.
    frame.shift_remove("reply_markup");
    let mut items = Vec::new();
    let mut uploads = Vec::new();
    for (at, content) in writer.sending.parts.iter().enumerate() {
        let (Some(file), Some(kind)) = (content.media(), kind(content)) else {
            continue;
        };
        let mut item = json!({"type": kind});
        match media::upload(file, format!("f{at}")) {
            Some(upload) => {
                item["media"] = format!("attach://{}", upload.field).into();
                uploads.push(upload);
            }
            None => item["media"] = file.url.clone().unwrap_or_default().into(),
        }
        if let Some(words) = file.caption.as_deref().filter(|words| !words.is_empty()) {
            item["caption"] = words.into();
        }
        if kind == "video" {
            item["supports_streaming"] = true.into();
        }
        items.push(item);
    }
    frame.insert("media".to_owned(), Value::Array(items));
    if uploads.is_empty() {
        writer.call("sendMediaGroup", frame, Value::Null);
    } else {
        writer.form("sendMediaGroup", frame, &uploads);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::Media;

    fn of(make: fn(Media) -> Content, mime_type: &str) -> Content {
        make(Media {
            mime_type: Some(mime_type.to_owned()),
            ..Media::default()
        })
    }

    #[test]
    fn like_stands_beside_like_and_ten_at_most() {
        let photo = of(Content::Image, "image/jpeg");
        let film = of(Content::Video, "video/mp4");
        let gif = of(Content::Image, "image/gif");
        let tune = of(Content::Audio, "audio/mpeg");
        let note = of(Content::Document, "application/pdf");
        let scan = of(Content::Image, "image/tiff");
        let words = Content::text("hi");
        let cases: [(Vec<&Content>, usize); 11] = [
            (vec![&photo, &film, &photo], 3),
            (vec![&photo, &note], 1),
            (vec![&note, &scan, &note], 3),
            (vec![&tune, &tune, &photo], 2),
            (vec![&photo, &gif], 1),
            (vec![&gif, &gif], 1),
            (vec![&words, &words], 1),
            (vec![&photo, &words, &photo], 1),
            (vec![&photo; 10], 10),
            (vec![&photo; 11], 10),
            (vec![], 1),
        ];
        for (contents, expected) in cases {
            assert_eq!(length(&contents), expected, "{contents:?}");
        }
    }
}
