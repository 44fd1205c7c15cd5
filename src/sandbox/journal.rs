//! The wire: every call that reached a vendor and every webhook that left one, with bodies.

use std::collections::VecDeque;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::time::Timestamp;
use crate::sandbox::call::Body;
use crate::sandbox::call::Call;

/// Entries kept.
const KEPT: usize = 400;
/// The most that is kept of a body.
const BODY_MAX_BYTES: usize = 16 * 1024;

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A call of the business to the vendor.
    Call,
    /// A webhook of the vendor to the business.
    Webhook,
}

/// One exchange.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number; later ones are larger.
    pub id: u64,
    /// When it ended, by the vendors' clock.
    pub at: Timestamp,
    /// The account.
    pub account: String,
    /// Which way it went.
    pub way: Way,
    /// What it was, such as `POST messages` or `status read`.
    pub title: String,
    /// What was answered; 0 where nothing was.
    pub status: u16,
    /// What else there is to say, such as `try 2`.
    pub note: String,
    /// The request, readable.
    pub request: String,
    /// The answer, readable.
    pub answer: String,
}

/// Every entry, oldest first.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Journal {
    /// Adds an entry; its number.
    pub fn add(&mut self, mut entry: Entry) -> u64 {
        self.last += 1;
        entry.id = self.last;
        self.entries.push_back(entry);
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
        self.last
    }

    /// Every entry, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    /// One entry.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

/// A call as it is shown.
#[must_use]
pub fn shown_call(call: &Call) -> String {
    let query = if call.query.is_empty() {
        String::new()
    } else {
        format!("?{}", call.query)
    };
    let head = format!("{} /{}{query}", method(call), call.path);
    let body = match &call.body {
        Body::Bytes(bytes) => shown_bytes(bytes, call.headers.get("content-type")),
        Body::Form(parts) => {
            let lines = parts.iter().map(|part| match &part.filename {
                Some(name) => format!(
                    "{}: file {name}, {}, {} bytes",
                    part.name,
                    part.mime_type.as_deref().unwrap_or("no type"),
                    part.bytes.len()
                ),
                None => format!("{}: {}", part.name, part.text()),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    format!("{head}\n{}\n{body}", shown_headers(&call.headers))
}

/// An answer as it is shown.
#[must_use]
pub fn shown_reply(reply: &HttpReply) -> String {
    let body = shown_bytes(&reply.body, reply.headers.get("content-type"));
    format!(
        "{}\n{}\n{body}",
        reply.status,
        shown_headers(&reply.headers)
    )
}

/// The name of a call's method.
#[must_use]
pub fn method(call: &Call) -> &'static str {
    use crate::base::http::Method;
    match call.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// Headers, one a line. The tokens of the sandbox open nothing but the sandbox.
#[must_use]
pub fn shown_headers(headers: &Headers) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"));
    lines.collect()
}

/// A body: JSON laid out, other text as it is, files by their size.
#[must_use]
pub fn shown_bytes(bytes: &[u8], kind: Option<&str>) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return format!("{} bytes of {}", bytes.len(), kind.unwrap_or("no type"));
    };
    let pretty = serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok());
    let text = pretty.as_deref().unwrap_or(text);
    if text.len() <= BODY_MAX_BYTES {
        return text.to_owned();
    }
    let cut = text.floor_char_boundary(BODY_MAX_BYTES);
    format!("{}\n... {} bytes more", &text[..cut], text.len() - cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_cut_between_letters_and_old_entries_go() {
        let long = "\u{e9}".repeat(BODY_MAX_BYTES);
        let shown = shown_bytes(long.as_bytes(), None);
        assert!(shown.len() < BODY_MAX_BYTES + 40);
        assert!(shown.ends_with("bytes more"));
        assert_eq!(
            shown_bytes(&[0xff, 0xfe], Some("image/png")),
            "2 bytes of image/png"
        );
        let mut journal = Journal::default();
        for _ in 0..KEPT + 5 {
            journal.add(Entry {
                id: 0,
                at: Timestamp::from_secs(0),
                account: String::new(),
                way: Way::Call,
                title: String::new(),
                status: 200,
                note: String::new(),
                request: String::new(),
                answer: String::new(),
            });
        }
        assert_eq!(journal.newest().count(), KEPT);
        assert!(journal.get(1).is_none());
        assert!(journal.get(6).is_some());
    }
}
