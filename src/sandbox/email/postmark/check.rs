//! What Postmark takes for a mail, and how it refuses what it does not.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::HttpReply;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mime;
use crate::sandbox::email::postmark::STREAM;
use crate::sandbox::email::postmark::fault;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;

const RECIPIENTS_MAX: usize = 50;
const BYTES_MAX: usize = 10 * 1024 * 1024;
const BODY_MAX: usize = 5 * 1024 * 1024;
const TAG_MAX: usize = 1_000;
const METADATA_MAX: usize = 10;
const METADATA_NAME_MAX: usize = 20;
const METADATA_VALUE_MAX: usize = 80;

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_default()
}

fn invalid(sentence: &str) -> HttpReply {
    fault(422, 300, sentence)
}

fn parties(body: &Value, name: &str) -> Result<Vec<Party>, HttpReply> {
    Party::read_all(text(body, name)).map_err(|wrong| {
        invalid(&format!(
            "Error parsing '{name}': Illegal email address '{wrong}'. It must contain the '@' symbol."
        ))
    })
}

/// A mail as it was asked for.
///
/// # Errors
/// Postmark's refusal.
pub fn checked(desk: &Desk<'_>, body: &Value) -> Result<Sent, HttpReply> {
    let from = Party::read(text(body, "From"))
        .ok_or_else(|| invalid("Invalid 'From' address: it must contain the '@' symbol."))?;
    if !mailbox::is_own(desk.account, &from.email) {
        let sentence = format!(
            "The 'From' address you supplied ({}) is not a Sender Signature on your account. Please \
             add and confirm this address in order to be able to use it in the 'From' field of your \
             messages.",
            from.email
        );
        return Err(fault(422, 400, &sentence));
    }
    let (to, cc, bcc) = (
        parties(body, "To")?,
        parties(body, "Cc")?,
        parties(body, "Bcc")?,
    );
    match to.len() + cc.len() + bcc.len() {
        0 => return Err(invalid("Zero recipients specified")),
        1..=RECIPIENTS_MAX => {}
        _ => {
            return Err(invalid(
                "Recipients limit exceeded. A message may have 50 of them.",
            ));
        }
    }
    let html = Some(text(body, "HtmlBody").to_owned()).filter(|html| !html.is_empty());
    let words = text(body, "TextBody");
    if words.is_empty() && html.is_none() {
        return Err(invalid(
            "Provide either email TextBody or HtmlBody or both.",
        ));
    }
    if words.len() > BODY_MAX || html.as_ref().is_some_and(|html| html.len() > BODY_MAX) {
        return Err(fault(
            413,
            0,
            "TextBody and HtmlBody have at most 5 MB each.",
        ));
    }
    if !matches!(text(body, "MessageStream"), "" | STREAM) {
        let sentence = "The 'MessageStream' provided does not exist on this server.";
        return Err(fault(422, 1_235, sentence));
    }
    extras(body)?;
    let mut mail = Mail {
        subject: text(body, "Subject").to_owned(),
        from,
        to,
        cc,
        reply_to: parties(body, "ReplyTo")?.into_iter().next(),
        text: words.to_owned(),
        html,
        opens: body["TrackOpens"] == true,
        clicks: !matches!(text(body, "TrackLinks"), "" | "None"),
        ..Mail::default()
    };
    headers(body, &mut mail)?;
    let sent = Sent {
        mail,
        bcc,
        envelope: None,
        files: files(body)?,
        tag: Value::Null,
    };
    if mailbox::size(&sent) > BYTES_MAX {
        return Err(fault(413, 0, "The message is larger than 10 MB."));
    }
    Ok(sent)
}

/// The tag and the metadata, which only have to be small.
fn extras(body: &Value) -> Result<(), HttpReply> {
    if text(body, "Tag").chars().count() > TAG_MAX {
        return Err(invalid("The 'Tag' may have 1000 characters."));
    }
    let Some(metadata) = body["Metadata"].as_object() else {
        return Ok(());
    };
    let small = metadata.iter().all(|(name, value)| {
        let sized = value
            .as_str()
            .is_some_and(|value| value.chars().count() <= METADATA_VALUE_MAX);
        name.chars().count() <= METADATA_NAME_MAX && sized
    });
    if metadata.len() > METADATA_MAX || !small {
        return Err(invalid(
            "Metadata has at most 10 fields, with names of 20 and values of 80 characters.",
        ));
    }
    Ok(())
}

fn headers(body: &Value, mail: &mut Mail) -> Result<(), HttpReply> {
    let all = body["Headers"].as_array().map_or(&[][..], Vec::as_slice);
    let mut kept = false;
    let mut id = String::new();
    for header in all {
        let (name, value) = (text(header, "Name"), text(header, "Value"));
        if name.is_empty() || value.contains(['\r', '\n']) {
            return Err(invalid("A header has a name, and a value of one line."));
        }
        match name.to_ascii_lowercase().as_str() {
            "message-id" => id = mime::bare_id(value),
            "x-pm-keepid" => kept = value.eq_ignore_ascii_case("true"),
            "references" => {
                mail.references = value.split_whitespace().map(mime::bare_id).collect();
            }
            "in-reply-to" if mail.references.is_empty() => {
                mail.references = vec![mime::bare_id(value)];
            }
            "list-unsubscribe" => mail.unsubscribe = mime::one_click(value),
            _ => {}
        }
    }
    // Without that header the id on the wire is Postmark's own.
    if kept {
        mail.message_id = id;
    }
    Ok(())
}

fn files(body: &Value) -> Result<Vec<Attached>, HttpReply> {
    let all = body["Attachments"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut files = Vec::new();
    for one in all {
        let name = text(one, "Name");
        if letter::is_forbidden(name) {
            let sentence = format!("The attachment '{name}' has a disallowed file extension.");
            return Err(fault(422, 411, &sentence));
        }
        let bytes = STANDARD
            .decode(text(one, "Content"))
            .map_err(|_| invalid("The Content of an attachment is not Base64."))?;
        if name.is_empty() || text(one, "ContentType").is_empty() {
            return Err(invalid("An attachment has a Name and a ContentType."));
        }
        let id = text(one, "ContentID");
        let id = id.strip_prefix("cid:").unwrap_or(id);
        files.push(Attached {
            file: Chosen {
                mime_type: text(one, "ContentType").to_owned(),
                filename: name.to_owned(),
                bytes: Arc::from(bytes),
            },
            content_id: Some(id.to_owned()).filter(|id| !id.is_empty()),
        });
    }
    Ok(files)
}
