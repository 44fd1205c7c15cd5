//! What a mail says beside its words.
//!
//! It is kept in the metadata of its message, field by field, as the API shows it. Its HTML is safe
//! to show in a frame without scripts: pictures are named so that none is fetched before somebody
//! wants it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::ids::MediaId;
use crate::model::inbound::InboundMessage;

/// What a mail says beside its words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Mail {
    /// The name that stands before the sender's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// Its subject, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its id, without angle brackets; made up from its bytes where it has none.
    pub message_id: String,
    /// The id of the mail it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The ids of the mails before it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Every address it went to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to_all: Vec<String>,
    /// Every address it went to as a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Where the sender wants answers. It says nothing about who the sender is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to_address: Option<String>,
    /// What is new in it, as safe HTML; none where it came without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// What it quotes of earlier mails, as safe HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_html: Option<String>,
    /// What it quotes of earlier mails, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_text: Option<String>,
    /// The signature under it, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Whether pictures in its HTML lie elsewhere and wait to be asked for.
    #[serde(skip_serializing_if = "is_false")]
    pub has_remote_images: bool,
    /// Its files, in order; those shown inside its HTML too.
    pub attachments: Vec<MailFile>,
    /// The appointment it invites to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite: Option<Invite>,
    /// Which kind of program wrote it; none for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto: Option<Auto>,
    /// Whether the sender's program wants no automatic answers.
    #[serde(skip_serializing_if = "is_false")]
    pub suppress_replies: bool,
    /// The mail as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_ref: Option<MediaId>,
    /// How its conversation was found: `plus`, `reply`, `subject` or `new`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<String>,
    /// A conversation it seems to belong to, though its sender was never part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_conversation: Option<String>,
    /// What the receiving server found out about the sender, such as `"dkim": "pass"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub auth: BTreeMap<String, String>,
    /// The date it bears, where that cannot be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_header: Option<String>,
    /// Whether the receiving service takes it for spam.
    #[serde(skip_serializing_if = "is_false")]
    pub spam: bool,
    /// Why not all of it is here or can be opened: `too_big`, `virus`, `tnef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_error: Option<String>,
    /// Whether Gmail shows only the beginning of it, so long it is.
    #[serde(skip_serializing_if = "is_false")]
    pub clipped: bool,
    /// Where it lies, where it was fetched from a mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<MailboxPlace>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A file of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MailFile {
    /// The stored file; none where it was not kept.
    pub id: Option<MediaId>,
    /// Its name, cleaned.
    pub filename: String,
    /// Its type, as the mail says.
    pub mime_type: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its id within the mail, without angle brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// Whether it is shown inside the HTML, and so not in the list of files.
    pub inline: bool,
}

/// What kind of program wrote a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auto {
    /// A server reports what became of a mail.
    Dsn,
    /// A mail program reports that a mail was shown.
    Mdn,
    /// Some program.
    Auto,
    /// Somebody is away.
    Ooo,
    /// A mailing list, or a mail to many.
    List,
}

/// An appointment that a mail invites to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Invite {
    /// What is asked, in upper case: `REQUEST`, `CANCEL`, `REPLY`, `PUBLISH`.
    pub method: String,
    /// What it is about.
    pub summary: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Who calls for it: the name, else the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizer: Option<String>,
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Whether it takes whole days.
    #[serde(skip_serializing_if = "is_false")]
    pub all_day: bool,
    /// The rule by which it recurs, as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurs: Option<String>,
}

/// Whether pictures that lie elsewhere are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteImages {
    /// No: whoever put them there would learn that the mail was opened.
    Blocked,
    /// Yes: somebody asked for them.
    Shown,
}

/// How the HTML of a [`Mail`] begins a picture of its own; the number of the file follows.
pub const OWN_IMAGE: &str = "<img src=\"cid:";
/// How it begins a picture that lies elsewhere.
pub const REMOTE_IMAGE: &str = "<img data-remote-src=\"";

/// Under which name the metadata of a mail of ours hold how many links it has, where it is noticed
/// that they are followed.
pub const LINKS: &str = "links";

impl Mail {
    /// The mail a message was, from its metadata; none for a message that was none.
    #[must_use]
    pub fn of(metadata: &Opaque) -> Option<Self> {
        metadata.get("messageId")?;
        serde_json::from_value(serde_json::Value::Object(metadata.clone())).ok()
    }

    /// What stands in the metadata of its message.
    #[must_use]
    pub fn into_metadata(self) -> Opaque {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => Opaque::new(),
        }
    }

    /// Every stored file of it, the mail itself too.
    #[must_use]
    pub fn stored(&self) -> Vec<MediaId> {
        let files = self.attachments.iter().filter_map(|file| file.id);
        files.chain(self.raw_ref).collect()
    }

    /// A piece of its HTML, [`html`](Self::html) or [`quoted_html`](Self::quoted_html), ready to be
    /// shown: its own pictures at the addresses that `place` gives them, those that lie elsewhere
    /// only where they are wanted.
    #[must_use]
    pub fn shown(
        &self,
        html: &str,
        remote: RemoteImages,
        place: impl Fn(MediaId) -> String,
    ) -> String {
        let mut shown = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(at) = rest.find(OWN_IMAGE) {
            let (before, after) = rest.split_at(at + OWN_IMAGE.len() - "cid:".len());
            shown.push_str(before);
            let (number, behind) = after.split_once('"').unwrap_or((after, ""));
            let number = number.trim_start_matches("cid:").parse::<usize>();
            let file = number.ok().and_then(|number| self.attachments.get(number));
            if let Some(id) = file.and_then(|file| file.id) {
                shown.push_str(&place(id).replace('&', "&amp;").replace('"', "&quot;"));
            }
            shown.push('"');
            rest = behind;
        }
        shown.push_str(rest);
        match remote {
            RemoteImages::Blocked => shown,
            RemoteImages::Shown => shown.replace(REMOTE_IMAGE, "<img src=\""),
        }
    }
}

/// A mail from the outside: the bytes of RFC 5322, and what the way it came adds. A mailbox, our own
/// listener and every service that can give the bytes end here; services that only give fields write
/// such bytes from them first, so that one reader understands all mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RawMail {
    /// The mail, headers first; lines may end with LF alone.
    pub bytes: Vec<u8>,
    /// Whom the server was told it comes from; empty for bounces, none where nobody said.
    pub envelope_from: Option<String>,
    /// Whom the server was told it goes to, each with its plus part.
    pub envelope_to: Vec<String>,
    /// When it arrived, by the clock of whoever took it in.
    pub arrived_at: Option<Timestamp>,
    /// What was found out about the sender on the way; unknown where nobody looked.
    pub checks: Checks,
}

/// What a service found out about a mail. The words are `pass`, `fail`, `softfail`, `none` and the
/// like, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Checks {
    /// Whether the machine may send for the domain.
    pub spf: Option<String>,
    /// Whether the domain signed it.
    pub dkim: Option<String>,
    /// What the domain says about both.
    pub dmarc: Option<String>,
    /// Whether it is called spam.
    pub spam: bool,
    /// Whether a virus was found in it: its files are not to be kept.
    pub virus: bool,
}

/// What the way a mail came adds to its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Envelope {
    /// Whom the server was told it comes from; empty for bounces, none where nobody said.
    pub from: Option<String>,
    /// Whom the server was told it goes to, each with its plus part.
    pub to: Vec<String>,
    /// When it arrived, by the clock of whoever took it in.
    pub arrived_at: Option<Timestamp>,
    /// What was found out about the sender on the way.
    pub checks: Checks,
    /// Whether the checks that its own header tells of were written by the server that holds the
    /// mailbox, and not by whoever sent it.
    pub is_header_trusted: bool,
    /// Where it lies, where it was fetched from a mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<MailboxPlace>,
}

/// Where a mail lies in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailboxPlace {
    /// The folder, as the server names it.
    pub folder: String,
    /// The numbering that the number belongs to.
    pub uid_validity: u32,
    /// Its number.
    pub uid: u32,
}

impl RawMail {
    /// The bytes, and what comes with them.
    #[must_use]
    pub fn apart(self) -> (Vec<u8>, Envelope) {
        let envelope = Envelope {
            from: self.envelope_from,
            to: self.envelope_to,
            arrived_at: self.arrived_at,
            checks: self.checks,
            is_header_trusted: false,
            place: None,
        };
        (self.bytes, envelope)
    }
}

/// A mail that was read: the message it becomes, and what tells its conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadMail {
    /// The message. Its metadata are those of its [`Mail`].
    pub message: InboundMessage,
    /// What tells its conversation.
    pub clues: Clues,
}

/// What tells the conversation of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Clues {
    /// Tokens of conversations in the addresses it went to.
    pub tokens: Vec<String>,
    /// Ids of mails it answers, the most telling first.
    pub ids: Vec<String>,
    /// The token of a conversation in its subject.
    pub subject_token: Option<String>,
    /// Everybody it went to beside us.
    pub others: Vec<String>,
    /// Which kind of program wrote it.
    pub auto: Option<Auto>,
    /// Whether the receiving service takes it for spam.
    pub spam: bool,
    /// Whether we wrote it: it bears our own address as its sender.
    pub ours: bool,
    /// Which words it has: two mails under one id are two when these differ.
    pub digest: String,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;

    #[test]
    fn pictures_are_shown_where_they_lie_and_only_when_wanted() {
        let file = |id: u8| MailFile {
            id: Some(MediaId::from_bytes([id; 16])),
            ..MailFile::default()
        };
        let mail = Mail {
            attachments: vec![file(1), MailFile::default()],
            ..Mail::default()
        };
        let html = "<p>a<img src=\"cid:0\" alt=\"x\"><img src=\"cid:1\"><img src=\"cid:7\">\
            <img data-remote-src=\"https://x/y.png\"></p>";
        let place = |_| "/media/a?e=1&sig=\"".to_owned();
        let own = "<p>a<img src=\"/media/a?e=1&amp;sig=&quot;\" alt=\"x\"><img src=\"\">\
            <img src=\"\">";
        assert_eq!(
            mail.shown(html, RemoteImages::Blocked, place),
            format!("{own}<img data-remote-src=\"https://x/y.png\"></p>")
        );
        assert_eq!(
            mail.shown(html, RemoteImages::Shown, place),
            format!("{own}<img src=\"https://x/y.png\"></p>")
        );
    }

    #[test]
    fn a_mail_comes_back_from_metadata_that_hold_more() {
        let mail = Mail {
            message_id: "a@b".to_owned(),
            auto: Some(Auto::Ooo),
            invite: Some(Invite::default()),
            attachments: vec![MailFile::default()],
            ..Mail::default()
        };
        let mut metadata = mail.clone().into_metadata();
        metadata.insert("email".to_owned(), serde_json::json!({"cc": []}));
        assert_eq!(Mail::of(&metadata).unwrap(), mail);
        assert_eq!(Mail::of(&Opaque::new()), None);
    }
}
