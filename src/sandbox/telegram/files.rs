//! Files a bot sends, alone or several at once.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::mime;
use crate::sandbox::call::Part;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;

use super::params::Fault;
use super::params::Params;
use super::rooms::chat;
use super::sends::length;
use super::sends::send;
use super::sends::words;
use super::updates::ok;

const CAPTION_MAX: usize = 1_024;
const MB: usize = 1024 * 1024;
const PHOTO_MAX: usize = 10 * MB;
const UPLOAD_MAX: usize = 50 * MB;
/// The largest file a bot may fetch.
const DOWNLOAD_MAX: usize = 20 * MB;

/// The parameter of a round film, which is never fetched by its address.
const NOTE: &str = "video_note";

/// The methods that carry a file: the parameter, and what it becomes.
pub const FILES: [(&str, &str, Sort); 8] = [
    ("sendPhoto", "photo", Sort::Image),
    ("sendVideo", "video", Sort::Video),
    ("sendVideoNote", NOTE, Sort::Video),
    ("sendAnimation", "animation", Sort::Video),
    ("sendAudio", "audio", Sort::Audio),
    ("sendVoice", "voice", Sort::Voice),
    ("sendDocument", "document", Sort::Document),
    ("sendSticker", "sticker", Sort::Sticker),
];

/// The words under a file.
///
/// # Errors
/// They are too many.
pub fn caption(params: &Params<'_>) -> Result<String, Fault> {
    let (caption, _) = words(params, "caption", "caption_entities")?;
    if length(&caption) > CAPTION_MAX {
        return Err(Fault::bad("message caption is too long"));
    }
    Ok(caption)
}

/// A file a method names by an address, which the vendor fetches first.
#[must_use]
pub fn address(method: &str, params: &Params<'_>) -> Option<String> {
    let (_, name, _) = FILES
        .iter()
        .find(|(known, ..)| method.eq_ignore_ascii_case(known))?;
    let url = params.text(name).filter(|_| *name != NOTE)?;
    (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
}

/// `sendPhoto` and its kin. `fetched` is the file, where the vendor had to fetch it.
///
/// # Errors
/// What the vendor would say.
pub fn file(
    desk: &mut Desk<'_>,
    params: &Params<'_>,
    name: &str,
    sort: Sort,
    fetched: Option<Chosen>,
) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let caption = caption(params)?;
    let given = match (params.file(name), fetched) {
        (Some(part), _) => Some(chosen(part)),
        (None, fetched) => fetched,
    };
    let body = file_body(desk, params.text(name), given, sort, caption)?;
    send(desk, params, body, None).map(|message| ok(&message))
}

fn chosen(part: &Part) -> Chosen {
    let named = part.mime_type.clone();
    Chosen {
        mime_type: named.unwrap_or_else(|| mime::sniff(&part.bytes).to_owned()),
        filename: part.filename.clone().unwrap_or_default(),
        bytes: Arc::from(part.bytes.clone()),
    }
}

fn file_body(
    desk: &mut Desk<'_>,
    id: Option<String>,
    given: Option<Chosen>,
    sort: Sort,
    caption: String,
) -> Result<Body, Fault> {
    let (place, filename) = if let Some(file) = given {
        check(sort, &file)?;
        let filename = file.filename.clone();
        (Place::Stored(desk.keep(file, KEPT)), filename)
    } else {
        let id = id.unwrap_or_default();
        let id = id.strip_prefix("AgAC").unwrap_or(&id);
        let id = id.trim_start_matches('s').to_owned();
        let wrong = || Fault::bad("wrong file identifier/HTTP URL specified");
        let filename = desk.file(&id).ok_or_else(wrong)?.filename.clone();
        (Place::Stored(id), filename)
    };
    Ok(Body::File {
        sort,
        place,
        filename: Some(filename).filter(|name| !name.is_empty()),
        caption,
        footer: None,
    })
}

fn check(sort: Sort, file: &Chosen) -> Result<(), Fault> {
    let max = if sort == Sort::Image {
        PHOTO_MAX
    } else {
        UPLOAD_MAX
    };
    if file.bytes.len() > max {
        return Err(Fault {
            code: 413,
            description: "Request Entity Too Large".to_owned(),
            retry_after: None,
        });
    }
    if file.bytes.is_empty() {
        return Err(Fault::bad("file must be non-empty"));
    }
    let sniffed = mime::sniff(&file.bytes);
    let pictures = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    if sort == Sort::Image && !pictures.contains(&sniffed) {
        return Err(Fault::bad("IMAGE_PROCESS_FAILED"));
    }
    if sort == Sort::Image
        && let Some((width, height)) = mime::dimensions(&file.bytes)
        && (width + height > 10_000 || width > 20 * height.max(1) || height > 20 * width.max(1))
    {
        return Err(Fault::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(())
}

/// `sendMediaGroup`.
///
/// # Errors
/// What the vendor would say.
pub fn album(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let media = params.nested("media").unwrap_or(Value::Null);
    let items = media.as_array().map_or(&[][..], Vec::as_slice);
    if !(2..=10).contains(&items.len()) {
        return Err(Fault::bad("media group must include 2-10 items"));
    }
    let group = desk.digits(14);
    let mut messages = Vec::new();
    for item in items {
        let sort = match item["type"].as_str().unwrap_or_default() {
            "photo" => Sort::Image,
            "video" => Sort::Video,
            "audio" => Sort::Audio,
            "document" => Sort::Document,
            _ => return Err(Fault::bad("unknown media type")),
        };
        let source = item["media"].as_str().unwrap_or_default().to_owned();
        let part = source
            .strip_prefix("attach://")
            .and_then(|name| params.file(name));
        let caption = item["caption"].as_str().unwrap_or_default().to_owned();
        if length(&caption) > CAPTION_MAX {
            return Err(Fault::bad("message caption is too long"));
        }
        let body = file_body(desk, Some(source), part.map(chosen), sort, caption)?;
        messages.push(send(desk, params, body, Some(format!("album {group}")))?);
    }
    Ok(ok(&Value::Array(messages)))
}

/// `getFile`.
///
/// # Errors
/// There is no such file, or it is too large.
pub fn get(desk: &Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let id = params.text("file_id").unwrap_or_default();
    let bare = id
        .strip_prefix("AgAC")
        .unwrap_or_default()
        .trim_start_matches('s');
    let wrong = || Fault::bad("wrong file_id or the file is temporarily unavailable");
    let file = desk.file(bare).ok_or_else(wrong)?;
    if file.bytes.len() > DOWNLOAD_MAX {
        return Err(Fault::bad("file is too big"));
    }
    let ending = mime::ending(&file.mime_type);
    Ok(ok(&json!({
        "file_id": id, "file_unique_id": format!("u{bare}"), "file_size": file.bytes.len(),
        "file_path": format!("files/file_{bare}.{ending}"),
    })))
}

/// The bytes of a file.
#[must_use]
pub fn download(desk: &Desk<'_>, path: &str) -> HttpReply {
    let name = path.rsplit('/').next().unwrap_or_default();
    let id = name.strip_prefix("file_").unwrap_or_default();
    let id = id.split('.').next().unwrap_or_default();
    match desk.file(id) {
        Some(file) => HttpReply {
            status: 200,
            headers: Headers::default().with("content-type", "application/octet-stream"),
            body: file.bytes.to_vec(),
        },
        None => Fault {
            code: 404,
            description: "Not Found".to_owned(),
            retry_after: None,
        }
        .reply(),
    }
}
