//! What Mailgun takes for a mail, as parts or as it travels, and how it refuses what it does not.

use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call::Call;
use crate::sandbox::call::Part;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mailgun::fields;
use crate::sandbox::email::mailgun::said;
use crate::sandbox::email::mime;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;

const RECIPIENTS_MAX: usize = 1_000;
const BYTES_MAX: usize = 25 * 1024 * 1024;
const TAGS_MAX: usize = 10;
const VARIABLES_MAX: usize = 16 * 1024;

struct Told(Vec<(String, String)>);

impl Told {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let its = self.0.iter().filter(move |(known, _)| known == name);
        its.map(|(_, value)| value.as_str())
    }

    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| {
            let name_of = known.strip_prefix("h:");
            name_of.is_some_and(|known| known.eq_ignore_ascii_case(name))
        });
        found.map_or("", |(_, value)| value.as_str())
    }

    fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), "yes" | "true" | "htmlonly")
    }

    fn parties(&self, name: &str) -> Result<Vec<Party>, HttpReply> {
        let mut all = Vec::new();
        for value in self.all(name) {
            let read = Party::read_all(value).map_err(|_| {
                let sentence =
                    format!("{name} parameter is not a valid address. please check documentation");
                said(400, &sentence)
            });
            all.extend(read?);
        }
        Ok(all)
    }

    /// What is repeated in what is told of the mail.
    fn tag(&self) -> Result<Value, HttpReply> {
        let tags: Vec<&str> = self.all("o:tag").collect();
        if tags.len() > TAGS_MAX {
            return Err(said(400, "o:tag parameter may be given 10 times"));
        }
        let mut variables = Map::new();
        for (name, value) in &self.0 {
            if let Some(name) = name.strip_prefix("v:") {
                variables.insert(name.to_owned(), value.clone().into());
            }
        }
        let variables = Value::Object(variables);
        if variables.to_string().len() > VARIABLES_MAX {
            return Err(said(400, "user variables may have 16 KB"));
        }
        Ok(json!({"tags": tags, "variables": variables}))
    }

    fn tracking(&self, mail: &mut Mail) {
        let all = self.is_on("o:tracking");
        mail.opens = all || self.is_on("o:tracking-opens");
        mail.clicks = all || self.is_on("o:tracking-clicks");
    }
}

fn counted(desk: &Desk<'_>, sent: Sent) -> Result<Sent, HttpReply> {
    if sent.recipients().len() > RECIPIENTS_MAX {
        return Err(said(400, "to parameter: too many recipients, 1000 at most"));
    }
    if !mailbox::is_own(desk.account, &sent.mail.from.email) {
        let sentence = "from parameter: the domain is not one of this account";
        return Err(said(400, sentence));
    }
    if mailbox::size(&sent) > BYTES_MAX {
        return Err(said(413, "Request Entity Too Large"));
    }
    Ok(sent)
}

/// A mail handed over in parts.
///
/// # Errors
/// Mailgun's refusal.
pub fn parts(desk: &Desk<'_>, call: &Call) -> Result<Sent, HttpReply> {
    let told = Told(fields(call));
    if told.get("from").is_empty() {
        return Err(said(400, "from parameter is missing"));
    }
    let from = told.parties("from")?.into_iter().next();
    let from = from.ok_or_else(|| said(400, "from parameter is missing"))?;
    let to = told.parties("to")?;
    if to.is_empty() {
        return Err(said(400, "to parameter is missing"));
    }
    let html = Some(told.get("html").to_owned()).filter(|html| !html.is_empty());
    let template = told.get("template");
    if told.get("text").is_empty() && html.is_none() && template.is_empty() {
        let sentence =
            "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified";
        return Err(said(400, sentence));
    }
    let references = told.header("References");
    let references = if references.is_empty() {
        told.header("In-Reply-To")
    } else {
        references
    };
    let mut mail = Mail {
        subject: told.get("subject").to_owned(),
        from,
        to,
        cc: told.parties("cc")?,
        reply_to: Party::read(told.header("Reply-To")),
        text: if template.is_empty() {
            told.get("text").to_owned()
        } else {
            format!("{template}\n{}", told.get("t:variables"))
        },
        html,
        message_id: mime::bare_id(told.header("Message-Id")),
        references: references.split_whitespace().map(mime::bare_id).collect(),
        unsubscribe: mime::one_click(told.header("List-Unsubscribe")),
        ..Mail::default()
    };
    told.tracking(&mut mail);
    let sent = Sent {
        mail,
        bcc: told.parties("bcc")?,
        envelope: None,
        files: call.parts().iter().filter_map(attached).collect(),
        tag: told.tag()?,
    };
    counted(desk, sent)
}

fn attached(part: &Part) -> Option<Attached> {
    let filename = part.filename.clone()?;
    let inline = match part.name.as_str() {
        "attachment" => false,
        "inline" => true,
        _ => return None,
    };
    Some(Attached {
        content_id: inline.then(|| filename.clone()),
        file: Chosen {
            mime_type: part
                .mime_type
                .clone()
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            filename,
            bytes: Arc::from(part.bytes.clone()),
        },
    })
}

/// A mail handed over as it travels, to whom the call says.
///
/// # Errors
/// Mailgun's refusal.
pub fn raw(desk: &Desk<'_>, call: &Call) -> Result<Sent, HttpReply> {
    let told = Told(fields(call));
    let envelope = told.parties("to")?;
    if envelope.is_empty() {
        return Err(said(400, "to parameter is missing"));
    }
    let message = call.part("message").map(|part| part.bytes.clone());
    let message = message.ok_or_else(|| said(400, "message parameter is missing"))?;
    let mut sent = mime::read(&message)
        .ok_or_else(|| said(400, "message parameter is not a valid MIME message"))?;
    // Who stands in the head but not in the envelope is shown and gets nothing.
    sent.envelope = Some(envelope);
    sent.tag = told.tag()?;
    told.tracking(&mut sent.mail);
    counted(desk, sent)
}
