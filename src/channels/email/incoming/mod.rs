//! Mail coming in: from the bytes of RFC 5322 to what they mean. email.md section 3.
//!
//! A mail is first taken apart as it streams by ([`split`]), so that its files never are in memory;
//! then its header and words are read here.

pub mod auto;
mod body;
pub(super) mod dom;
mod header;
mod invite;
mod kind;
mod message;
mod quote;
mod recipients;
mod report;
mod safe;
pub mod split;
pub mod subject;
#[cfg(test)]
mod tests;
mod transfer;
mod unquote;
mod words;

pub use body::Source;

use crate::base::time::Timestamp;
use crate::channels::email::address;
use crate::channels::email::incoming::dom::Tree;
use crate::channels::email::incoming::header::Header;
use crate::channels::email::incoming::message::Reader;
use crate::channels::email::incoming::recipients::Recipients;
use crate::channels::email::incoming::split::Part;
use crate::model::inbound::InboundEvent;
use crate::model::mail::Auto;
use crate::model::mail::Envelope;
use crate::model::mail::ReadMail;

/// Who we are, for telling our own mail from others'.
#[derive(Debug, Clone, Default)]
pub struct Us {
    /// Every address of the channel; the first one is that which customers' mail reaches.
    pub addresses: Vec<String>,
    /// Addresses of the other channels, which may share a mailbox with this one.
    pub others: Vec<String>,
    /// What `X-Linktor-Loop` says in our own mails.
    pub mark: String,
    /// Whether what is quoted is folded.
    pub folds: bool,
}

/// What a mail is.
#[derive(Debug)]
pub enum Reading {
    /// A message.
    Message(Box<ReadMail>, Files),
    /// A report about mails of ours.
    News(Vec<InboundEvent>),
    /// One that we sent ourselves, by the id it bears.
    Own(String),
    /// Nothing to keep, and why.
    Nothing(&'static str),
}

/// Where the files of a mail are that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The file that the message itself is, where it has no words.
    pub content: Option<Source>,
    /// Those of [`Mail::attachments`](crate::model::mail::Mail::attachments), in the same order.
    pub attached: Vec<Source>,
}

/// Reads a mail that was taken apart. `digest` is that of its bytes, `arrived_at` when it came.
#[must_use]
pub fn read(
    parts: &[Part],
    digest: &[u8; 32],
    envelope: &Envelope,
    us: &Us,
    arrived_at: Timestamp,
) -> Reading {
    let Some(root) = parts.first() else {
        return Reading::Nothing("it is empty");
    };
    let ended = [root.header.as_slice(), b"\r\n"].concat();
    let header = Header::read(&ended);
    if !us.mark.is_empty() && header.raw("X-Linktor-Loop").as_deref() == Some(us.mark.as_str()) {
        return match header.raw("X-Linktor-Message-Id") {
            Some(id) => Reading::Own(id.trim().to_owned()),
            None => Reading::Nothing("it is our own"),
        };
    }
    let Some(from) = sender(&header, envelope, us) else {
        return Reading::Nothing("nobody sent it");
    };
    let recipients = Recipients::of(&header, envelope, us);
    if recipients.is_for_others {
        return Reading::Nothing("it is for another channel");
    }
    let auto = auto::kind(&header, &from.address, envelope.from.as_deref());
    let is_report = header.mime_type() == "multipart/report";
    if is_report || auto == Some(Auto::Dsn) {
        let news = report::read(&header, parts);
        if !news.is_empty() {
            return Reading::News(news);
        }
        if auto == Some(Auto::Mdn) {
            return Reading::Nothing("it reports on a mail that nobody knows");
        }
    }
    let mut found = body::find(parts);
    if envelope.checks.virus {
        found.files.clear();
    }
    let reader = Reader {
        header: &header,
        envelope,
        us,
        arrived_at,
        digest,
    };
    reader.message(from, &recipients, auto, found)
}

/// Who wrote it.
fn sender(header: &Header<'_>, envelope: &Envelope, us: &Us) -> Option<address::Mailbox> {
    let first = |name| header.mailboxes(name).into_iter().next();
    let from = first("From").or_else(|| first("Sender"));
    let from = from.or_else(|| {
        let named = header.bare("Return-Path").into_iter().next();
        let told = envelope.from.as_deref().and_then(address::clean);
        named.or(told).map(address::Mailbox::of)
    })?;
    // A mailing list of our own writes in its own name.
    let is_our_list = us.addresses.contains(&from.address) && header.has("List-Id");
    if is_our_list {
        let original = ["X-Original-From", "X-Original-Sender"]
            .iter()
            .find_map(|name| address::Mailbox::read(&header.raw(name)?));
        return Some(original.unwrap_or(from));
    }
    Some(from)
}

/// What a mail says of itself before it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// Who wrote it.
    pub from: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
}

/// What the first bytes of a mail say of it.
#[must_use]
pub fn announced(head: &[u8]) -> Announced {
    let lines = head.split_inclusive(|byte| *byte == b'\n');
    let of_header = lines.take_while(|line| !line.trim_ascii().is_empty());
    let ended = of_header.chain([&b"\r\n"[..]]).collect::<Vec<_>>().concat();
    let header = Header::read(&ended);
    let from = header.mailboxes("From").into_iter().next();
    Announced {
        from: from.map(|from| from.address),
        subject: header.subject(),
    }
}

/// The words of HTML; empty for one that is too large.
#[must_use]
pub fn words_of(html: &str) -> String {
    Tree::read(html).map_or_else(String::new, |tree| words::of(&tree))
}
