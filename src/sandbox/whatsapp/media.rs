//! Files: given to the vendor, looked up, fetched, thrown away.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::mime;
use crate::base::time::Timestamp;
use crate::sandbox::call::Call;
use crate::sandbox::call::Part;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::File;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::whatsapp::check;

/// How long what a business gave is kept.
const OURS_KEPT: Duration = Duration::from_secs(30 * 86_400);
/// How long what a customer sent is kept.
pub const THEIRS_KEPT: Duration = Duration::from_secs(7 * 86_400);
/// How long a link to a file works.
const LINK_SECS: i64 = 300;
/// The host of those links.
const HOST: &str = "https://lookaside.fbsbx.com";
/// The path below it, which is also the path here.
pub const PATH: &str = "whatsapp_business";

const MB: usize = 1024 * 1024;

/// Types and sizes by kind; documents may be anything.
const KINDS: [(Sort, &[&str], usize); 5] = [
    (Sort::Image, &["image/jpeg", "image/png"], 5 * MB),
    (
        Sort::Audio,
        &[
            "audio/aac",
            "audio/amr",
            "audio/mpeg",
            "audio/mp4",
            "audio/ogg",
        ],
        16 * MB,
    ),
    (Sort::Voice, &["audio/ogg"], 16 * MB),
    (
        Sort::Video,
        &["video/mp4", "video/3gpp", "video/3gp"],
        16 * MB,
    ),
    (Sort::Sticker, &["image/webp"], 500 * 1024),
];
/// The most of any file.
const DOCUMENT_MAX: usize = 100 * MB;
/// Types that may be uploaded beside those above.
const DOCUMENTS: [&str; 10] = [
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/zip",
    "text/csv",
];

/// Why a file is not taken as a kind; none when it is.
#[must_use]
pub fn objection(sort: Sort, mime_type: &str, size: usize) -> Option<String> {
    let essence = mime::essence(mime_type);
    let row = KINDS.iter().find(|(kind, ..)| *kind == sort);
    let (types, max): (&[&str], usize) =
        row.map_or((&[], DOCUMENT_MAX), |(_, types, max)| (types, *max));
    if !types.is_empty() && !types.contains(&essence.as_str()) {
        return Some(format!(
            "Unsupported {} mime type {essence}. Please use one of {}.",
            sort.name(),
            types.join(", ")
        ));
    }
    (size > max).then(|| format!("{} file is larger than {max} bytes.", sort.name()))
}

/// The file a message carries.
///
/// # Errors
/// There is none, or not one that may be sent so.
pub fn find(desk: &Desk<'_>, map: &Map<String, Value>, sort: Sort) -> Result<Place, Fault> {
    let id = map.get("id").map(|id| match id {
        Value::String(id) => id.clone(),
        other => other.to_string(),
    });
    if let Some(id) = id {
        let file = desk.file(&id).ok_or_else(|| {
            Fault::parameter("Media ID is invalid").because(format!("{id} is no media of yours"))
        })?;
        return match objection(sort, &file.mime_type, file.bytes.len()) {
            None => Ok(Place::Stored(id)),
            Some(why) => Err(Fault::new(400, 131_053, "Media upload error").because(why)),
        };
    }
    let link = check::text(map, "link", 2_000).map_err(|_| check::missing("id or link"))?;
    if !link.starts_with("https://") && !link.starts_with("http://") {
        return Err(check::invalid("link must be a valid URI"));
    }
    Ok(Place::Linked(link))
}

/// `POST /{number}/media`.
///
/// # Errors
/// The form is incomplete, or the file is of a kind that is not taken.
pub fn upload(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    if call.part("messaging_product").map(Part::text).as_deref() != Some("whatsapp") {
        return Err(check::missing("messaging_product"));
    }
    let file = call.part("file").ok_or_else(|| check::missing("file"))?;
    let named = call.part("type").map(Part::text);
    let kind = named.or_else(|| file.mime_type.clone()).unwrap_or_default();
    let essence = mime::essence(&kind);
    let known = KINDS
        .iter()
        .any(|(_, types, _)| types.contains(&essence.as_str()));
    if !known && !DOCUMENTS.contains(&essence.as_str()) && !is_other_document(&essence) {
        return Err(Fault::parameter(format!(
            "Param file must be a file with one of the following types: audio/aac, audio/mp4, \
             image/jpeg, image/png, video/mp4, application/pdf and others. Received file of type \
             '{essence}'."
        )));
    }
    let largest = KINDS
        .iter()
        .find(|(_, types, _)| types.contains(&essence.as_str()));
    let max = largest.map_or(DOCUMENT_MAX, |(.., max)| *max);
    if file.bytes.len() > max || file.bytes.is_empty() {
        return Err(Fault::parameter(format!(
            "File size must be 1 to {max} bytes"
        )));
    }
    let chosen = Chosen {
        mime_type: kind,
        filename: file.filename.clone().unwrap_or_default(),
        bytes: Arc::from(file.bytes.clone()),
    };
    let id = desk.keep(chosen, OURS_KEPT);
    Ok(graph::answer(200, &json!({ "id": id })))
}

/// Documents may be anything that is no picture, film or sound of a wrong kind.
fn is_other_document(essence: &str) -> bool {
    let family = essence.split('/').next().unwrap_or_default();
    matches!(family, "text" | "application") && essence != "application/octet-stream"
}

/// The address of a file, for a while.
#[must_use]
pub fn link(desk: &Desk<'_>, id: &str) -> String {
    let until = desk.now.as_secs() + LINK_SECS;
    let proof = proof(desk, id, until);
    format!("{HOST}/{PATH}/attachments/?mid={id}&source=webhook&ext={until}&hash={proof}")
}

fn proof(desk: &Desk<'_>, id: &str, until: i64) -> String {
    let secret = desk.account.key("appSecret");
    hex(&sign(secret.as_bytes(), format!("{id}.{until}").as_bytes())[..12])
}

/// What a webhook says of a customer's file.
#[must_use]
pub fn described(desk: &Desk<'_>, id: &str) -> Map<String, Value> {
    let mut map = Map::new();
    if let Some(file) = desk.file(id) {
        map.insert("mime_type".to_owned(), file.mime_type.clone().into());
        let digest = STANDARD.encode(digest(&file.bytes));
        map.insert("sha256".to_owned(), digest.into());
    }
    map.insert("id".to_owned(), id.into());
    map.insert("url".to_owned(), link(desk, id).into());
    map
}

/// `GET /{media}`.
#[must_use]
pub fn lookup(desk: &Desk<'_>, file: &File) -> HttpReply {
    graph::answer(
        200,
        &json!({
            "messaging_product": "whatsapp", "url": link(desk, &file.id),
            "mime_type": file.mime_type, "sha256": hex(&digest(&file.bytes)),
            "file_size": file.bytes.len(), "id": file.id,
        }),
    )
}

/// The bytes of a file, for whoever has a link that still works.
#[must_use]
pub fn fetch(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let id = call.query("mid").unwrap_or_default();
    let until: i64 = call
        .query("ext")
        .and_then(|ext| ext.parse().ok())
        .unwrap_or(0);
    let told = call.query("hash").unwrap_or_default();
    let fresh = desk.now < Timestamp::from_secs(until) && told == proof(desk, &id, until);
    match desk.file(&id) {
        Some(file) if fresh => HttpReply {
            status: 200,
            headers: Headers::default().with("content-type", file.mime_type.clone()),
            body: file.bytes.to_vec(),
        },
        _ => crate::sandbox::call::text(404, "text/html", "URL signature expired"),
    }
}
