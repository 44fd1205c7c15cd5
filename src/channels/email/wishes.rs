//! What somebody who writes a mail wants beside its words: `metadata.email` of the message.
//! email.md section 4.1.

use serde_json::Value;

use crate::base::mime;
use crate::channels::email::address;
use crate::channels::email::address::Mailbox;
use crate::channels::email::address::one_line;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::attachment::Attachment;
use crate::model::content::Media;
use crate::model::ids::MediaId;

/// Under which name a message keeps them.
pub const NAME: &str = "email";

/// What is wanted of a mail.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    /// The subject.
    pub subject: Option<String>,
    /// The mail as HTML, in place of what the words would make.
    pub html: Option<String>,
    /// Whom it goes to in place of the customer; those after the first get a copy. Empty where nobody
    /// said so.
    pub to: Vec<Mailbox>,
    /// Who gets a copy; none where nobody said anything about copies.
    pub cc: Option<Vec<Mailbox>>,
    /// Who gets a copy that the others do not see.
    pub bcc: Vec<Mailbox>,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The id of the mail it answers.
    pub in_reply_to: Option<String>,
    /// The ids of the mails before it.
    pub references: Vec<String>,
    /// The files that go along.
    pub files: Vec<File>,
    /// Whether the mail it answers stands under it.
    pub quote: Option<bool>,
    /// Whether it advertises: then it says how to hear no more.
    pub marketing: bool,
    /// Whether opening is noticed, where that is said for this mail.
    pub opens: Option<bool>,
    /// Whether clicks are noticed, where that is said for this mail.
    pub clicks: Option<bool>,
}

/// A stored file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Which one.
    pub media_id: MediaId,
    /// The name the customer sees.
    pub filename: String,
    /// Its type.
    pub mime_type: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its id within the mail, where the HTML shows it.
    pub content_id: Option<String>,
}

impl Wishes {
    /// The wishes in what is kept with a message.
    #[must_use]
    pub fn of(metadata: &Opaque) -> Self {
        let nothing = Opaque::new();
        let kept = metadata.get(NAME).and_then(Value::as_object);
        let kept = kept.unwrap_or(&nothing);
        let text = |name: &str| kept.get(name).and_then(Value::as_str);
        let filled = |name: &str| text(name).filter(|text| !text.trim().is_empty());
        let tracking = metadata.get("tracking").or_else(|| kept.get("tracking"));
        let noticed = |name: &str| tracking?.get(name)?.as_bool();
        Self {
            subject: filled("subject").map(one_line),
            html: filled("html").map(str::to_owned),
            to: address::listed(kept, "to"),
            cc: kept.contains_key("cc").then(|| address::listed(kept, "cc")),
            bcc: address::listed(kept, "bcc"),
            reply_to: address::listed(kept, "replyTo").into_iter().next(),
            in_reply_to: filled("inReplyTo").and_then(id),
            references: ids(kept.get("references")),
            files: files(kept),
            quote: kept.get("includeQuote").and_then(Value::as_bool),
            marketing: kept.get("marketing").and_then(Value::as_bool) == Some(true),
            opens: noticed("opens"),
            clicks: noticed("clicks"),
        }
    }
}

/// The stored files that `metadata.email.attachments` names.
#[must_use]
pub fn files_in(metadata: &Opaque) -> Vec<MediaId> {
    let kept = metadata.get(NAME).and_then(Value::as_object);
    let files = kept.map(files).unwrap_or_default();
    files.into_iter().map(|file| file.media_id).collect()
}

/// Writes what a stored file is into every wish for it.
pub fn describe(metadata: &mut Opaque, stored: &Attachment) {
    let kept = metadata.get_mut(NAME).and_then(Value::as_object_mut);
    let all = kept.and_then(|kept| kept.get_mut("attachments"));
    let all = all.and_then(Value::as_array_mut);
    for wish in all.into_iter().flatten().filter_map(Value::as_object_mut) {
        let named = wish.get("mediaId").or(wish.get("id"));
        if named.and_then(Value::as_str) != Some(stored.id.to_string().as_str()) {
            continue;
        }
        wish.insert("mimeType".to_owned(), stored.mime_type.as_str().into());
        wish.insert("size".to_owned(), stored.size_bytes.into());
        let name = wish.get("filename").and_then(Value::as_str);
        if name.is_none_or(|name| name.trim().is_empty()) {
            wish.insert("filename".to_owned(), stored.filename.as_str().into());
        }
    }
}

fn files(kept: &Opaque) -> Vec<File> {
    let all = kept.get("attachments").and_then(Value::as_array);
    let mut found = Vec::new();
    for value in all.into_iter().flatten() {
        let node = Node::of(value);
        let id = node.word("mediaId").or(node.word("id"));
        let Some(media_id) = id.and_then(|id| id.parse().ok()) else {
            continue;
        };
        let size = node.at("sizeBytes").whole().or(node.at("size").whole());
        let mime_type = node.word("mimeType").or(node.word("contentType"));
        found.push(File {
            media_id,
            filename: named(node.word("filename").as_deref(), mime_type.as_deref()),
            mime_type: mime_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            size_bytes: size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            content_id: node.word("contentId").and_then(|text| id_of_part(&text)),
        });
    }
    found
}

impl File {
    /// The file of a part of a message; none where it is not stored here.
    #[must_use]
    pub fn of(media: &Media) -> Option<Self> {
        let mime_type = media.mime_type.as_deref();
        Some(Self {
            media_id: media.media_id?,
            filename: named(media.filename.as_deref(), mime_type),
            mime_type: mime_type.unwrap_or("application/octet-stream").to_owned(),
            size_bytes: media.size_bytes.unwrap_or(0),
            content_id: None,
        })
    }
}

/// A name for a file: the one it has, else one that tells what it is.
fn named(name: Option<&str>, mime_type: Option<&str>) -> String {
    match name.filter(|name| !name.trim().is_empty()) {
        Some(name) => mime::clean_filename(name),
        None => format!("attachment.{}", mime::ending(mime_type.unwrap_or_default())),
    }
}

/// The id of a part, without brackets; none for what could not stand in a header.
fn id_of_part(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("cid:");
    let text = text.trim_start_matches('<').trim_end_matches('>');
    let plain = |c: char| c.is_ascii_alphanumeric() || "@._-+=".contains(c);
    (!text.is_empty() && text.len() <= 200 && text.chars().all(plain)).then(|| text.to_owned())
}

/// The id of a mail, without brackets; none for what is none.
#[must_use]
pub fn id(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('<').unwrap_or(text);
    let text = text.strip_suffix('>').unwrap_or(text);
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>".contains(c);
    let fits = text.contains('@') && text.len() <= 900 && text.chars().all(plain);
    fits.then(|| text.to_owned())
}

/// Ids of mails: a list, or one text with blanks between them.
#[must_use]
pub fn ids(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .filter_map(id)
            .collect(),
        Some(Value::String(text)) => text.split_whitespace().filter_map(id).collect(),
        _ => Vec::new(),
    }
}
