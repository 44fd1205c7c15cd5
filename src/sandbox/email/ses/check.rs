//! What SES takes for a mail, and how it refuses what it does not.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mime;
use crate::sandbox::email::ses::CONFIGURATION;
use crate::sandbox::email::ses::REGION;
use crate::sandbox::email::ses::fault;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;

const RECIPIENTS_MAX: usize = 50;
const BYTES_MAX: usize = 40 * 1024 * 1024;
const TAGS_MAX: usize = 50;
const TAG_MAX: usize = 256;

fn bad(sentence: &str) -> HttpReply {
    fault(400, "BadRequestException", sentence)
}

fn rejected(sentence: &str) -> HttpReply {
    fault(400, "MessageRejected", sentence)
}

fn parties(list: &Value, name: &str) -> Result<Vec<Party>, HttpReply> {
    let all = list[name].as_array().map_or(&[][..], Vec::as_slice);
    all.iter()
        .map(|one| {
            let read = one.as_str().and_then(Party::read);
            read.ok_or_else(|| bad("Missing final '@domain'"))
        })
        .collect()
}

/// A mail as it was asked for.
///
/// # Errors
/// The service's refusal.
pub fn checked(desk: &Desk<'_>, call: &Call) -> Result<Sent, HttpReply> {
    let body = call
        .json()
        .ok_or_else(|| bad("The request body is not valid JSON."))?;
    let body = Value::Object(body);
    let destination = &body["Destination"];
    let (to, cc, bcc) = (
        parties(destination, "ToAddresses")?,
        parties(destination, "CcAddresses")?,
        parties(destination, "BccAddresses")?,
    );
    match to.len() + cc.len() + bcc.len() {
        0 => return Err(bad("At least one recipient is required.")),
        1..=RECIPIENTS_MAX => {}
        _ => return Err(bad("Recipient count exceeds 50.")),
    }
    let mut sent = content(&body, to, cc, bcc)?;
    if let Some(from) = body["FromEmailAddress"].as_str() {
        let party = Party::read(from).ok_or_else(|| bad("Missing final '@domain'"))?;
        verified(desk, &party)?;
    }
    verified(desk, &sent.mail.from)?;
    let known = &body["ConfigurationSetName"];
    if !known.is_null() && *known != CONFIGURATION {
        let name = known.as_str().unwrap_or_default();
        let sentence = format!("Configuration set <{name}> does not exist.");
        return Err(fault(404, "NotFoundException", &sentence));
    }
    if let Some(one) = sent
        .files
        .iter()
        .find(|one| letter::is_forbidden(&one.file.filename))
    {
        let sentence = format!("Illegal filename '{}'.", one.file.filename);
        return Err(rejected(&sentence));
    }
    if mailbox::size(&sent) > BYTES_MAX {
        let sentence = "Message length is more than 41943040 bytes long.";
        return Err(bad(sentence));
    }
    // Whether it was opened is told of mail under a configuration set.
    sent.mail.opens = !known.is_null();
    sent.mail.clicks = !known.is_null();
    sent.tag =
        json!({"tags": tags(&body)?, "told": !known.is_null(), "from": sent.mail.from.email});
    Ok(sent)
}

fn verified(desk: &Desk<'_>, party: &Party) -> Result<(), HttpReply> {
    if mailbox::is_own(desk.account, &party.email) {
        return Ok(());
    }
    Err(rejected(&format!(
        "Email address is not verified. The following identities failed the check in region {}: {}",
        REGION.to_uppercase(),
        party.email
    )))
}

fn tags(body: &Value) -> Result<Value, HttpReply> {
    let all = body["EmailTags"].as_array().map_or(&[][..], Vec::as_slice);
    if all.len() > TAGS_MAX {
        return Err(bad("There may be 50 message tags."));
    }
    let mut tags = Map::new();
    for one in all {
        let (name, value) = (one["Name"].as_str(), one["Value"].as_str());
        let plain = |text: &str, more: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            !text.is_empty() && text.len() <= TAG_MAX && text.chars().all(known)
        };
        match (name, value) {
            (Some(name), Some(value)) if plain(name, "_-") && plain(value, "_-.@") => {
                tags.insert(name.to_owned(), json!([value]));
            }
            _ => {
                let sentence = "Invalid tag: names and values have 1 to 256 of the letters A-Z, a-z, \
                                0-9, underscores and dashes, values dots and @ as well.";
                return Err(bad(sentence));
            }
        }
    }
    tags.insert("ses:configuration-set".to_owned(), json!([CONFIGURATION]));
    Ok(Value::Object(tags))
}

fn content(
    body: &Value,
    to: Vec<Party>,
    cc: Vec<Party>,
    bcc: Vec<Party>,
) -> Result<Sent, HttpReply> {
    let content = &body["Content"];
    if let Some(data) = content["Raw"]["Data"].as_str() {
        let raw = STANDARD
            .decode(data)
            .map_err(|_| bad("Raw.Data is not Base64."))?;
        let mut sent =
            mime::read(&raw).ok_or_else(|| rejected("Missing required header 'From'."))?;
        sent.envelope = Some(to.into_iter().chain(cc).chain(bcc).collect());
        sent.bcc.clear();
        return Ok(sent);
    }
    let from = body["FromEmailAddress"].as_str().and_then(Party::read);
    let mut mail = Mail {
        from: from.ok_or_else(|| bad("Missing final '@domain'"))?,
        to,
        cc,
        reply_to: parties(body, "ReplyToAddresses")?.into_iter().next(),
        ..Mail::default()
    };
    let template = &content["Template"];
    if let Some(name) = template["TemplateName"].as_str() {
        let data = template["TemplateData"].as_str().unwrap_or("{}");
        let data: Value =
            serde_json::from_str(data).map_err(|_| bad("TemplateData is not valid JSON."))?;
        name.clone_into(&mut mail.subject);
        mail.text = data.to_string();
    } else {
        let simple = &content["Simple"];
        let text = |value: &Value| value["Data"].as_str().unwrap_or_default().to_owned();
        mail.subject = text(&simple["Subject"]);
        mail.text = text(&simple["Body"]["Text"]);
        mail.html = Some(text(&simple["Body"]["Html"])).filter(|html| !html.is_empty());
        if mail.subject.is_empty() || (mail.text.is_empty() && mail.html.is_none()) {
            return Err(bad("Content needs one of Raw, Simple and Template."));
        }
    }
    let files = content["Simple"]["Attachments"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    Ok(Sent {
        mail,
        bcc,
        files: files.iter().filter_map(attached).collect(),
        ..Sent::default()
    })
}

fn attached(one: &Value) -> Option<Attached> {
    Some(Attached {
        file: Chosen {
            mime_type: one["ContentType"].as_str()?.to_owned(),
            filename: one["FileName"].as_str()?.to_owned(),
            bytes: Arc::from(STANDARD.decode(one["RawContent"].as_str()?).ok()?),
        },
        content_id: one["ContentId"].as_str().map(str::to_owned),
    })
}
