//! Files a phone can send without one of the person's own.

use std::sync::Arc;

use crate::sandbox::chat::Sort;
use crate::sandbox::files::Chosen;

const CUP: &[u8] = include_bytes!("samples/cup.png");
const VOICE: &[u8] = include_bytes!("samples/voice.ogg");
const ORDER: &[u8] = include_bytes!("samples/order.pdf");
const STICKER: &[u8] = include_bytes!("samples/sticker.webp");

/// The file a button of the phone sends, and as what.
#[must_use]
pub fn sample(button: &str) -> Option<(Sort, Chosen)> {
    let (sort, mime_type, filename, bytes) = match button {
        "picture" => (Sort::Image, "image/png", "cup.png", CUP),
        "voice" => (Sort::Voice, "audio/ogg", "voice.ogg", VOICE),
        "document" => (Sort::Document, "application/pdf", "order.pdf", ORDER),
        "sticker" => (Sort::Sticker, "image/webp", "sticker.webp", STICKER),
        _ => return None,
    };
    let file = Chosen {
        mime_type: mime_type.to_owned(),
        filename: filename.to_owned(),
        bytes: Arc::from(bytes),
    };
    Some((sort, file))
}

/// What a file of the person's own is sent as.
#[must_use]
pub fn sort_of(mime_type: &str) -> Sort {
    match mime_type.split('/').next() {
        Some("image") => Sort::Image,
        Some("video") => Sort::Video,
        Some("audio") => Sort::Audio,
        _ => Sort::Document,
    }
}
