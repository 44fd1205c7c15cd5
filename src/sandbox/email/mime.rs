//! Mail as bytes (RFC 5322 and MIME), in both directions.

use std::sync::Arc;

use mail_builder::MessageBuilder;
use mail_builder::headers::address as builder;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::MimePart;
use mail_parser::Address;
use mail_parser::HeaderValue;
use mail_parser::MessageParser;
use mail_parser::MimeHeaders as _;
use serde_json::Value;

use crate::base::time::Timestamp;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;
use crate::sandbox::mail::is_address;

/// Reads a mail of the business. None where it is no mail.
#[must_use]
pub fn read(raw: &[u8]) -> Option<Sent> {
    let message = MessageParser::default().parse(raw)?;
    let html = message.html_part(0).filter(|part| part.is_text_html());
    let mut references = ids(message.references());
    for id in ids(message.in_reply_to()) {
        if !references.contains(&id) {
            references.push(id);
        }
    }
    let mail = Mail {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: parties(message.from()).into_iter().next()?,
        to: parties(message.to()),
        cc: parties(message.cc()),
        reply_to: parties(message.reply_to()).into_iter().next(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        html: html
            .and_then(|part| part.text_contents())
            .map(str::to_owned),
        files: Vec::new(),
        message_id: message.message_id().unwrap_or_default().to_owned(),
        references,
        unsubscribe: message.header_raw("List-Unsubscribe").and_then(one_click),
        opens: false,
        clicks: false,
    };
    let files = message.attachments().map(|part| {
        let kind = part.content_type();
        let mime_type = kind.map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| match kind.subtype() {
                Some(below) => format!("{}/{below}", kind.ctype()),
                None => kind.ctype().to_owned(),
            },
        );
        Attached {
            file: Chosen {
                mime_type,
                filename: part.attachment_name().unwrap_or_default().to_owned(),
                bytes: Arc::from(part.contents()),
            },
            content_id: part.content_id().map(bare_id),
        }
    });
    Some(Sent {
        files: files.collect(),
        bcc: parties(message.bcc()),
        envelope: None,
        tag: Value::Null,
        mail,
    })
}

/// The head of a mail: names and values.
#[must_use]
pub fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let Some(message) = MessageParser::default().parse(raw) else {
        return Vec::new();
    };
    let pairs = message.headers_raw();
    pairs
        .map(|(name, value)| (name.to_owned(), value.trim().replace("\r\n", "")))
        .collect()
}

/// The address in a `List-Unsubscribe` that one press posts to.
#[must_use]
pub fn one_click(value: &str) -> Option<String> {
    let targets = value
        .split(',')
        .map(|target| target.trim().trim_matches(['<', '>']));
    let mut web = targets.filter(|target| target.starts_with("http"));
    web.next().map(str::to_owned)
}

/// An id without its brackets.
#[must_use]
pub fn bare_id(id: &str) -> String {
    id.trim().trim_matches(['<', '>']).to_owned()
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![bare_id(id)],
        HeaderValue::TextList(ids) => ids.iter().map(|id| bare_id(id)).collect(),
        _ => Vec::new(),
    }
}

fn parties(address: Option<&Address<'_>>) -> Vec<Party> {
    let listed = address.into_iter().flat_map(Address::iter);
    listed
        .filter_map(|one| {
            Some(Party {
                email: one.address()?.to_owned(),
                name: one.name().unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

/// Writes a mail as its bytes travel, all of them ASCII. None where an address in it is none.
#[must_use]
pub fn write(mail: &Mail, files: &[Attached], at: Timestamp) -> Option<String> {
    let all = [&mail.from].into_iter().chain(&mail.to).chain(&mail.cc);
    let mut all = all.chain(&mail.reply_to);
    if !all.all(|party| is_address(&party.email)) {
        return None;
    }
    let mut builder = MessageBuilder::new()
        .from(address(&mail.from))
        .to(addresses(&mail.to))
        .subject(mail.subject.as_str())
        .date(Date::new(at.as_secs()))
        .message_id(mail.message_id.as_str())
        .text_body(mail.text.as_str());
    if !mail.cc.is_empty() {
        builder = builder.cc(addresses(&mail.cc));
    }
    if let Some(party) = &mail.reply_to {
        builder = builder.reply_to(address(party));
    }
    if let Some(last) = mail.references.last() {
        let ids = mail.references.iter().map(String::as_str);
        builder = builder
            .in_reply_to(last.as_str())
            .references(MessageId::new_list(ids));
    }
    if let Some(html) = &mail.html {
        builder = builder.html_body(html.as_str());
    }
    for attached in files {
        let file = &attached.file;
        let kind = if file.mime_type.contains('/') {
            file.mime_type.as_str()
        } else {
            "application/octet-stream"
        };
        let part = MimePart::new(kind, &file.bytes[..]).attachment(file.filename.as_str());
        let part = match &attached.content_id {
            Some(id) => part.inline().cid(id.as_str()),
            None => part,
        };
        builder.attachments.get_or_insert_default().push(part);
    }
    builder.write_to_string().ok()
}

fn address(party: &Party) -> builder::Address<'_> {
    let name = Some(party.name.as_str()).filter(|name| !name.is_empty());
    builder::Address::new_address(name, party.email.as_str())
}

fn addresses(parties: &[Party]) -> builder::Address<'_> {
    builder::Address::new_list(parties.iter().map(address).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::sandbox::bench::picture;

    #[test]
    fn what_is_written_is_read_again() {
        let mail = Mail {
            subject: "Caf\u{e9}, por favor".to_owned(),
            from: Party {
                email: "ana@example.com".to_owned(),
                name: "Ana S\u{ed}lva".to_owned(),
            },
            to: vec![Party::bare("hello+conv-1@a.example")],
            cc: vec![Party::bare("bo@b.example")],
            text: "Ol\u{e1}\n".to_owned(),
            html: Some("<p>Ol\u{e1}</p>".to_owned()),
            message_id: "a1@mail.example.com".to_owned(),
            references: vec!["x@y".to_owned(), "z@y".to_owned()],
            ..Mail::default()
        };
        let files = [Attached {
            file: picture(),
            content_id: None,
        }];
        let raw = write(&mail, &files, Timestamp::from_secs(1_767_268_800)).unwrap();
        assert!(raw.is_ascii());
        let read = read(raw.as_bytes()).unwrap();
        assert_eq!(read.mail.text.trim_end(), "Ol\u{e1}");
        assert_eq!(read.mail.subject, mail.subject);
        assert_eq!(read.mail.from, mail.from);
        assert_eq!((&read.mail.to, &read.mail.cc), (&mail.to, &mail.cc));
        assert_eq!(read.mail.references, mail.references);
        assert_eq!(read.mail.message_id, mail.message_id);
        assert_eq!(read.files[0].file.filename, "cup.png");
        assert_eq!(read.files[0].file.bytes, picture().bytes);
        let all = headers(raw.as_bytes());
        let (_, date) = all.iter().find(|(name, _)| name == "Date").unwrap();
        assert!(date.starts_with("Thu, 1 Jan 2026 12:00:00"), "{date}");
    }

    #[test]
    fn one_press_goes_to_the_web_address() {
        let both = "<mailto:u@a.example>, <https://a.example/u/1>";
        assert_eq!(one_click(both).as_deref(), Some("https://a.example/u/1"));
        assert_eq!(one_click("<mailto:u@a.example>"), None);
    }
}
