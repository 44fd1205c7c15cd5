//! What Resend takes for a mail, and how it refuses what it does not.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::mime::by_name;
use crate::base::mime::ending;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mime;
use crate::sandbox::email::resend::fault;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;

const RECIPIENTS_MAX: usize = 50;
const BYTES_MAX: usize = 40 * 1024 * 1024;
const TAG_MAX: usize = 256;

fn invalid(sentence: &str) -> HttpReply {
    fault(422, "validation_error", sentence)
}

fn missing(field: &str) -> HttpReply {
    let sentence = format!("Missing `{field}` field.");
    fault(422, "missing_required_field", &sentence)
}

/// One address or a list of them.
fn parties(body: &Value, field: &str) -> Result<Vec<Party>, HttpReply> {
    let wrong = || {
        invalid(&format!(
            "Invalid `{field}` field. The email address needs to follow the `email@example.com` or \
             `Name <email@example.com>` format."
        ))
    };
    let read = |value: &Value| value.as_str().and_then(Party::read).ok_or_else(wrong);
    match &body[field] {
        Value::Null => Ok(Vec::new()),
        Value::Array(all) => all.iter().map(read).collect(),
        one => Ok(vec![read(one)?]),
    }
}

/// A mail as it was asked for.
///
/// # Errors
/// Resend's refusal.
pub fn checked(desk: &Desk<'_>, call: &Call) -> Result<Sent, HttpReply> {
    let body = call.json().ok_or_else(|| {
        fault(
            400,
            "validation_error",
            "The request body is not valid JSON.",
        )
    })?;
    let body = Value::Object(body);
    for field in ["from", "to"] {
        if body[field].is_null() {
            return Err(missing(field));
        }
    }
    let from = body["from"].as_str().and_then(Party::read).ok_or_else(|| {
        let sentence = "Invalid `from` field. The email address needs to follow the \
                        `email@example.com` or `Name <email@example.com>` format.";
        fault(422, "invalid_from_address", sentence)
    })?;
    if !mailbox::is_own(desk.account, &from.email) {
        let domain = from.email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let sentence = format!(
            "The {domain} domain is not verified. Please, add and verify your domain on \
             https://resend.com/domains"
        );
        return Err(fault(403, "validation_error", &sentence));
    }
    let (to, cc, bcc) = (
        parties(&body, "to")?,
        parties(&body, "cc")?,
        parties(&body, "bcc")?,
    );
    if to.is_empty() || to.len() + cc.len() + bcc.len() > RECIPIENTS_MAX {
        return Err(invalid("The `to` field has 1 to 50 addresses."));
    }
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if text("subject").is_empty() {
        return Err(missing("subject"));
    }
    if text("text").is_empty() && text("html").is_empty() {
        return Err(invalid("Missing `html` or `text` field."));
    }
    let mut mail = Mail {
        subject: text("subject"),
        from,
        to,
        cc,
        reply_to: parties(&body, "reply_to")?.into_iter().next(),
        text: text("text"),
        html: Some(text("html")).filter(|html| !html.is_empty()),
        opens: true,
        clicks: true,
        ..Mail::default()
    };
    headers(&body, &mut mail)?;
    let sent = Sent {
        mail,
        bcc,
        envelope: None,
        files: files(&body)?,
        tag: json!({"tags": tags(&body)?, "to": body["to"]}),
    };
    if mailbox::size(&sent) > BYTES_MAX {
        return Err(invalid(
            "The email is larger than 40 MB after Base64 encoding.",
        ));
    }
    Ok(sent)
}

fn headers(body: &Value, mail: &mut Mail) -> Result<(), HttpReply> {
    let Some(all) = body["headers"].as_object() else {
        return Ok(());
    };
    for (name, value) in all {
        let Some(value) = value.as_str() else {
            return Err(invalid("Header values must be strings."));
        };
        match name.to_ascii_lowercase().as_str() {
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
    Ok(())
}

fn tags(body: &Value) -> Result<Value, HttpReply> {
    let all = body["tags"].as_array().map_or(&[][..], Vec::as_slice);
    let mut tags = Map::new();
    for one in all {
        let plain = |name: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let text = one[name].as_str()?;
            let sized = (1..=TAG_MAX).contains(&text.len());
            (sized && text.chars().all(known)).then(|| text.to_owned())
        };
        let (Some(name), Some(value)) = (plain("name"), plain("value")) else {
            let sentence = "Tags should only contain ASCII letters, numbers, underscores, or dashes, \
                            256 of them at most.";
            return Err(invalid(sentence));
        };
        tags.insert(name, value.into());
    }
    Ok(Value::Object(tags))
}

fn files(body: &Value) -> Result<Vec<Attached>, HttpReply> {
    let all = body["attachments"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let wrong = |sentence: &str| fault(422, "invalid_attachment", sentence);
    let mut files = Vec::new();
    for one in all {
        let filename = one["filename"].as_str().unwrap_or_default();
        if filename.is_empty() {
            return Err(wrong("Attachment must have a filename."));
        }
        let Some(content) = one["content"].as_str() else {
            return Err(wrong("Attachment must have either a `content` or `path`."));
        };
        let bytes = STANDARD
            .decode(content)
            .map_err(|_| wrong("Attachment content is not valid Base64."))?;
        // Where no type is told, the name's ending says it.
        let told = one["content_type"]
            .as_str()
            .unwrap_or_else(|| by_name(filename));
        // What disagrees with its own name is left out without a word.
        let named = filename.rsplit_once('.').map_or("", |(_, ending)| ending);
        let expected = ending(told);
        let alike = |named: &str| match named.to_ascii_lowercase().as_str() {
            "jpeg" => "jpg".to_owned(),
            "htm" => "html".to_owned(),
            other => other.to_owned(),
        };
        if expected != "bin" && alike(named) != expected {
            continue;
        }
        files.push(Attached {
            file: Chosen {
                mime_type: told.to_owned(),
                filename: filename.to_owned(),
                bytes: Arc::from(bytes),
            },
            content_id: one["content_id"].as_str().map(str::to_owned),
        });
    }
    Ok(files)
}
