//! What SendGrid takes for a mail, and how it refuses what it does not.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mime;
use crate::sandbox::email::sendgrid::fault;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;
use crate::sandbox::mail::is_address;

const RECIPIENTS_MAX: usize = 1_000;
const BYTES_MAX: usize = 30 * 1024 * 1024;
const ARGS_MAX: usize = 10_000;
const CATEGORIES_MAX: usize = 10;
const PERSONALIZATIONS_MAX: usize = 1_000;
/// Headers that are SendGrid's own.
const RESERVED: [&str; 9] = [
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
];

fn wrong(field: &str, sentence: &str) -> HttpReply {
    fault(400, Some(field), sentence)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn party(value: &Value, field: &str) -> Result<Party, HttpReply> {
    let email = text(value, "email");
    if is_address(email) {
        Ok(Party {
            email: email.to_owned(),
            name: text(value, "name").to_owned(),
        })
    } else {
        let sentence = "Does not contain a valid address.";
        Err(wrong(&format!("{field}.email"), sentence))
    }
}

/// The people of a list; where it is told at all, it must not be empty.
fn parties(value: &Value, list: &str, field: &str) -> Result<Vec<Party>, HttpReply> {
    let named = format!("{field}.{list}");
    match &value[list] {
        Value::Null => Ok(Vec::new()),
        Value::Array(all) if !all.is_empty() => {
            let all = all.iter().enumerate();
            all.map(|(at, one)| party(one, &format!("{named}.{at}")))
                .collect()
        }
        _ => {
            let sentence = format!(
                "The {list} array, when used, must at least have an email parameter with a valid \
                 email address."
            );
            Err(wrong(&named, &sentence))
        }
    }
}

/// The mails a call asks for, one a personalization.
///
/// # Errors
/// SendGrid's refusal.
pub fn checked(desk: &Desk<'_>, call: &Call) -> Result<Vec<Sent>, HttpReply> {
    if call.bytes().len() > BYTES_MAX * 4 / 3 {
        return Err(fault(413, None, "Payload too large"));
    }
    let Some(body) = call.json() else {
        return Err(fault(400, None, "Bad Request"));
    };
    let body = Value::Object(body);
    let from = party(&body["from"], "from")?;
    if !mailbox::is_own(desk.account, &from.email) {
        return Err(fault(
            403,
            Some("from"),
            "The from address does not match a verified Sender Identity. Mail cannot be sent until \
             this error is resolved. Visit \
             https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the \
             Sender Identity requirements",
        ));
    }
    let base = Mail {
        from,
        reply_to: match &body["reply_to"] {
            Value::Null => None,
            told => Some(party(told, "reply_to")?),
        },
        opens: body["tracking_settings"]["open_tracking"]["enable"] != false,
        clicks: body["tracking_settings"]["click_tracking"]["enable"] != false,
        ..Mail::default()
    };
    let base = words(&body, base)?;
    let files = files(&body)?;
    let categories = body["categories"].as_array().map_or(0, Vec::len);
    if categories > CATEGORIES_MAX {
        return Err(wrong(
            "categories",
            "The category array may have 10 unique categories.",
        ));
    }
    let all = body["personalizations"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if all.is_empty() || all.len() > PERSONALIZATIONS_MAX {
        let sentence = "The personalizations field is required and must have at least one \
                        personalization.";
        return Err(wrong("personalizations", sentence));
    }
    let mut mails = Vec::new();
    for (at, one) in all.iter().enumerate() {
        mails.push(personalized(&body, one, at, base.clone(), files.clone())?);
    }
    Ok(mails)
}

/// Subject, words and headers.
fn words(body: &Value, mut mail: Mail) -> Result<Mail, HttpReply> {
    let templated = body["template_id"].is_string();
    let content = body["content"].as_array().map_or(&[][..], Vec::as_slice);
    if content.is_empty() && !templated {
        let sentence = "Unless a valid template_id is provided, the content parameter is required. \
                        There must be at least one defined content block. We typically suggest both \
                        text/plain and text/html blocks are included, but only one block is required.";
        return Err(wrong("content", sentence));
    }
    for (at, one) in content.iter().enumerate() {
        let value = text(one, "value");
        if value.is_empty() {
            let sentence = "The content value must be a string at least one character in length.";
            return Err(wrong(&format!("content.{at}.value"), sentence));
        }
        match text(one, "type") {
            "text/plain" if at > 0 => {
                let sentence = "If present, text/plain must be first, followed by text/html, followed \
                                by any other content.";
                return Err(wrong("content", sentence));
            }
            "text/plain" => value.clone_into(&mut mail.text),
            "text/html" => mail.html = Some(value.to_owned()),
            _ => {}
        }
    }
    text(body, "subject").clone_into(&mut mail.subject);
    headers(&body["headers"], "headers", &mut mail)?;
    Ok(mail)
}

fn headers(told: &Value, field: &str, mail: &mut Mail) -> Result<(), HttpReply> {
    let Some(all) = told.as_object() else {
        return Ok(());
    };
    for (name, value) in all {
        let named = format!("{field}.{name}");
        let Some(value) = value.as_str() else {
            return Err(wrong(&named, "Header values must be strings."));
        };
        let lower = name.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str()) {
            return Err(wrong(&named, "The header is reserved and cannot be set."));
        }
        match lower.as_str() {
            "message-id" => mail.message_id = mime::bare_id(value),
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

fn personalized(
    body: &Value,
    one: &Value,
    at: usize,
    mut mail: Mail,
    files: Vec<Attached>,
) -> Result<Sent, HttpReply> {
    let field = format!("personalizations.{at}");
    let to = parties(one, "to", &field)?;
    if to.is_empty() {
        let sentence = "The to array is required for all personalization objects, and must have at \
                        least one email object with a valid email address.";
        return Err(wrong(&format!("{field}.to"), sentence));
    }
    let (cc, bcc) = (parties(one, "cc", &field)?, parties(one, "bcc", &field)?);
    let mut known = BTreeSet::new();
    for party in to.iter().chain(&cc).chain(&bcc) {
        if !known.insert(party.key()) {
            let sentence = "Each email address in the personalization block should be unique between \
                            to, cc, and bcc. We found the first duplicate instance of the address in \
                            the personalizations block.";
            return Err(wrong(&field, sentence));
        }
    }
    if known.len() > RECIPIENTS_MAX {
        return Err(wrong(&field, "There may be at most 1000 recipients."));
    }
    if !text(one, "subject").is_empty() {
        text(one, "subject").clone_into(&mut mail.subject);
    }
    headers(&one["headers"], &format!("{field}.headers"), &mut mail)?;
    if let Some(template) = body["template_id"].as_str() {
        let data = one["dynamic_template_data"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let lines = data.iter().map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}: {value}")
        });
        mail.text = lines.collect::<Vec<_>>().join("\n");
        template.clone_into(&mut mail.subject);
    } else if mail.subject.is_empty() {
        let sentence = "The subject is required. You can get around this requirement if you use a \
                        template with a subject defined or if every personalization has a subject \
                        defined.";
        return Err(wrong("subject", sentence));
    }
    mail.to = to;
    mail.cc = cc;
    let args = args(body, one, &field)?;
    let sent = Sent {
        mail,
        bcc,
        envelope: None,
        files,
        tag: json!({"id": "", "args": args, "categories": body["categories"]}),
    };
    if mailbox::size(&sent) > BYTES_MAX {
        return Err(fault(413, None, "Payload too large"));
    }
    Ok(sent)
}

/// What is repeated in every event.
fn args(body: &Value, one: &Value, field: &str) -> Result<Value, HttpReply> {
    let mut args = body["custom_args"].as_object().cloned().unwrap_or_default();
    args.extend(one["custom_args"].as_object().cloned().unwrap_or_default());
    if args.values().any(|value| !value.is_string()) {
        let sentence = "Custom args values must be strings.";
        return Err(wrong(&format!("{field}.custom_args"), sentence));
    }
    let args = Value::Object(args);
    if args.to_string().len() > ARGS_MAX {
        let sentence = "The custom args may have at most 10000 bytes.";
        return Err(wrong(&format!("{field}.custom_args"), sentence));
    }
    Ok(args)
}

fn files(body: &Value) -> Result<Vec<Attached>, HttpReply> {
    let all = body["attachments"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut files = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let field = |name: &str| format!("attachments.{at}.{name}");
        let bytes = STANDARD.decode(text(one, "content")).map_err(|_| {
            wrong(
                &field("content"),
                "The attachment content must be base64 encoded.",
            )
        })?;
        if bytes.is_empty() {
            let sentence = "The attachment content is required and must be a string of at least 1 \
                            character.";
            return Err(wrong(&field("content"), sentence));
        }
        let name = text(one, "filename");
        if name.is_empty() {
            return Err(wrong(
                &field("filename"),
                "The attachment filename is required.",
            ));
        }
        let inline = text(one, "disposition") == "inline";
        let id = text(one, "content_id");
        files.push(Attached {
            file: Chosen {
                mime_type: match text(one, "type") {
                    "" => "application/octet-stream".to_owned(),
                    told => told.to_owned(),
                },
                filename: name.to_owned(),
                bytes: Arc::from(bytes),
            },
            content_id: (inline && !id.is_empty()).then(|| id.to_owned()),
        });
    }
    Ok(files)
}
