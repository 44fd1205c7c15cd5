//! What a mail says that somebody wrote to us: its words, what stands beside them, and what it answers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::crypto;
use crate::base::time::Timestamp;
use crate::channels::email::address;
use crate::channels::email::incoming::Files;
use crate::channels::email::incoming::Reading;
use crate::channels::email::incoming::Us;
use crate::channels::email::incoming::auto;
use crate::channels::email::incoming::body::Attached;
use crate::channels::email::incoming::body::Found;
use crate::channels::email::incoming::dom;
use crate::channels::email::incoming::dom::Tree;
use crate::channels::email::incoming::header::Header;
use crate::channels::email::incoming::invite;
use crate::channels::email::incoming::quote;
use crate::channels::email::incoming::quote::Folded;
use crate::channels::email::incoming::recipients::Recipients;
use crate::channels::email::incoming::safe;
use crate::channels::email::incoming::subject;
use crate::channels::email::incoming::unquote;
use crate::channels::email::incoming::words;
use crate::channels::email::incoming::words_of;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::mail::Auto;
use crate::model::mail::Checks;
use crate::model::mail::Clues;
use crate::model::mail::Envelope;
use crate::model::mail::Mail;
use crate::model::mail::ReadMail;

/// The longest text that is kept, in characters; the mail itself keeps all of it.
pub(super) const TEXT_MAX: usize = 100_000;

/// The longest quoted text or signature that is kept, in characters.
const QUOTED_MAX: usize = 50_000;

/// The longest safe HTML that is kept, in bytes: a longer one is shown as text.
const HTML_MAX: usize = 256 * 1024;

/// The most ids a mail may answer.
const IDS_MAX: usize = 50;

/// How far the date of a mail may lie ahead.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// How far the date of a mail may lie back.
const BACK: Duration = Duration::from_secs(30 * 24 * 3600);

/// What reads a mail of which the sender is known.
pub(super) struct Reader<'m> {
    /// Its header.
    pub header: &'m Header<'m>,
    /// What the way it came adds.
    pub envelope: &'m Envelope,
    /// Who we are.
    pub us: &'m Us,
    /// When it came.
    pub arrived_at: Timestamp,
    /// The digest of its bytes.
    pub digest: &'m [u8; 32],
}

impl Reader<'_> {
    /// The message that it is.
    pub fn message(
        &self,
        from: address::Mailbox,
        recipients: &Recipients,
        auto: Option<Auto>,
        mut found: Found,
    ) -> Reading {
        let header = self.header;
        let subject = header.subject();
        let folds = self.us.folds && !subject.as_deref().is_some_and(subject::is_forwarded);
        let shown = Self::html(&mut found, folds);
        let text = if found.text.trim().is_empty() {
            found.html.as_deref().map(words_of).unwrap_or_default()
        } else {
            found.text.clone()
        };
        let folded = if folds {
            quote::fold(&text, !found.files.is_empty())
        } else {
            unfolded(&text)
        };
        let (sent_at, date_header) = self.date();
        let in_reply_to = header.ids("In-Reply-To");
        let references = header.ids("References");
        let message_id = self.message_id();
        let calendar = found.calendar.as_deref().and_then(invite::read);
        let reply_to = header.mailboxes("Reply-To").into_iter().next();
        let mut mail = Mail {
            profile_name: from.name.clone(),
            subject: subject.clone(),
            message_id: message_id.clone(),
            in_reply_to: in_reply_to.first().cloned(),
            references: references.clone(),
            to_all: recipients.to.clone(),
            cc: recipients.cc.clone(),
            reply_to_address: reply_to
                .map(|one| one.address)
                .filter(|to| *to != from.address),
            quoted_text: folded.quoted.map(|text| cut(&text, QUOTED_MAX)),
            signature: folded.signature.map(|text| cut(&text, QUOTED_MAX)),
            html: shown.html,
            quoted_html: shown.quoted,
            has_remote_images: shown.has_remote,
            invite: calendar,
            auto,
            suppress_replies: auto::wants_silence(header),
            auth: self.auth(),
            date_header,
            spam: self.envelope.checks.spam,
            mailbox: self.envelope.place.clone(),
            media_error: lacking(&self.envelope.checks, &found.files).map(str::to_owned),
            ..Mail::default()
        };
        let text = cut(folded.text.trim(), TEXT_MAX);
        let mut files = Files::default();
        for attached in found.files {
            mail.attachments.push(attached.file);
            files.attached.push(attached.source);
        }
        let content = content(&text, &mut mail, &mut files);
        let clues = self.clues(&from, recipients, in_reply_to, references, &mail, &text);
        let message = InboundMessage {
            external_id: message_id,
            from: InboundSender {
                address: from.address.clone(),
                name: from.name,
                proof: Proof::default(),
                ..InboundSender::default()
            },
            to: recipients.us.clone(),
            content,
            reply_to: mail.in_reply_to.clone(),
            sent_at: Some(sent_at),
            metadata: mail.into_metadata(),
        };
        Reading::Message(Box::new(ReadMail { message, clues }), files)
    }

    fn clues(
        &self,
        from: &address::Mailbox,
        recipients: &Recipients,
        in_reply_to: Vec<String>,
        references: Vec<String>,
        mail: &Mail,
        text: &str,
    ) -> Clues {
        let mut ids = in_reply_to;
        for id in references.into_iter().rev() {
            if !ids.contains(&id) && ids.len() < IDS_MAX {
                ids.push(id);
            }
        }
        let is_ours = |to: &String| {
            let plain = address::without_plus(to);
            self.us
                .addresses
                .iter()
                .any(|own| address::without_plus(own) == plain)
        };
        let mut others: Vec<String> = recipients
            .to
            .iter()
            .chain(&recipients.cc)
            .cloned()
            .collect();
        others.retain(|to| !is_ours(to) && *to != from.address);
        others.dedup();
        Clues {
            tokens: recipients.tokens.clone(),
            ids,
            subject_token: mail
                .subject
                .as_deref()
                .and_then(subject::token)
                .map(str::to_owned),
            others,
            auto: mail.auto,
            spam: mail.spam,
            ours: is_ours(&from.address),
            digest: crypto::hex(&crypto::digest(text.as_bytes())[..4]),
        }
    }

    fn message_id(&self) -> String {
        let named = self.header.ids("Message-ID").into_iter().next();
        named.unwrap_or_else(|| {
            let domain = self
                .us
                .addresses
                .first()
                .map_or("", |own| address::domain_of(own));
            format!("sha256-{}@{domain}", crypto::hex(self.digest))
        })
    }

    /// When it was written, and the date it bears where that cannot be.
    fn date(&self) -> (Timestamp, Option<String>) {
        let arrived = self.envelope.arrived_at.unwrap_or(self.arrived_at);
        let raw = self.header.raw("Date");
        match self.header.date() {
            Some(date) if date <= arrived.plus(AHEAD) && date >= arrived.minus(BACK) => {
                (date, None)
            }
            _ => (arrived, raw),
        }
    }

    /// What was found out about the sender: by the service that took it in, else by the server that
    /// holds the mailbox, whose word stands above all others'.
    fn auth(&self) -> BTreeMap<String, String> {
        let checks = &self.envelope.checks;
        let told = [
            ("spf", &checks.spf),
            ("dkim", &checks.dkim),
            ("dmarc", &checks.dmarc),
        ];
        let mut found: BTreeMap<String, String> = told
            .into_iter()
            .filter_map(|(name, word)| Some((name.to_owned(), word.clone()?)))
            .collect();
        if found.is_empty() && self.envelope.is_header_trusted {
            let said = self.header.uppermost("Authentication-Results");
            let said = said.unwrap_or_default().to_lowercase();
            for name in ["spf", "dkim", "dmarc"] {
                let word = said
                    .split([';', ' '])
                    .find_map(|one| one.strip_prefix(&format!("{name}=")));
                if let Some(word) = word {
                    found.insert(name.to_owned(), word.chars().take(20).collect());
                }
            }
        }
        found
    }

    /// Its HTML made safe, in two parts where something is folded. Marks the files that it shows.
    fn html(found: &mut Found, folds: bool) -> Shown {
        let Some(tree) = found.html.as_deref().and_then(Tree::read) else {
            return Shown::default();
        };
        let files = &mut found.files;
        let has_remote = {
            let held: &[Attached] = files;
            safe::name_pictures(&tree, &|source| own_picture(held, source))
        };
        for node in tree.elements() {
            let named = dom::attribute(&node, "src");
            let number =
                named.and_then(|source| source.strip_prefix("cid:")?.parse::<usize>().ok());
            if let Some(attached) = number.and_then(|number| files.get_mut(number)) {
                attached.file.inline = true;
            }
        }
        let whole = tree.html();
        let quoted = if folds {
            unquote::take_quoted(&tree)
        } else {
            None
        };
        let is_empty = words::of(&tree).trim().is_empty()
            && !tree.elements().iter().any(|node| dom::name(node) == "img");
        let (new, quoted) = if is_empty {
            (whole, None)
        } else {
            (tree.html(), quoted)
        };
        let fit = |html: String| Some(safe::clean(&html)).filter(|html| html.len() <= HTML_MAX);
        let html = fit(new);
        Shown {
            has_remote,
            quoted: quoted.and_then(fit).filter(|_| html.is_some()),
            html,
        }
    }
}

#[derive(Default)]
struct Shown {
    html: Option<String>,
    quoted: Option<String>,
    has_remote: bool,
}

/// The file that a picture of the HTML is.
fn own_picture(files: &[Attached], source: &str) -> Option<usize> {
    let id = source
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("cid:"));
    let id = id.map(|start| {
        percent_encoding::percent_decode_str(&source[start.len()..]).decode_utf8_lossy()
    });
    files.iter().position(|one| match &id {
        Some(id) => one.file.content_id.as_deref() == Some(id.as_ref()),
        None => one.location.as_deref() == Some(source),
    })
}

/// Why not all of a mail can be seen: what was taken out of it, or that Outlook packed its files in a
/// way that only Outlook opens.
fn lacking(checks: &Checks, files: &[Attached]) -> Option<&'static str> {
    let is_packed = |one: &Attached| one.file.mime_type.ends_with("/ms-tnef");
    if checks.virus {
        return Some("virus");
    }
    files.iter().any(is_packed).then_some("tnef")
}

fn unfolded(text: &str) -> Folded {
    Folded {
        text: text.trim_end().to_owned(),
        ..Folded::default()
    }
}

fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

/// What the message says: its words, else its first file.
fn content(text: &str, mail: &mut Mail, files: &mut Files) -> Content {
    let shows_html = mail
        .html
        .as_deref()
        .is_some_and(|html| html.contains("<img "));
    let first = mail.attachments.iter().position(|file| !file.inline);
    let is_silent = text.trim().is_empty() && !shows_html && mail.invite.is_none();
    let Some(first) = first.filter(|_| is_silent) else {
        return Content::text(text);
    };
    // HTML without words or pictures names no file by its number.
    (mail.html, mail.quoted_html) = (None, None);
    let file = mail.attachments.remove(first);
    files.content = Some(files.attached.remove(first));
    let media = Media {
        mime_type: Some(file.mime_type.clone()),
        filename: Some(file.filename),
        size_bytes: Some(file.size),
        ..Media::default()
    };
    match file.mime_type.split('/').next() {
        Some("image") if file.mime_type != "image/svg+xml" => Content::Image(media),
        Some("video") => Content::Video(media),
        Some("audio") => Content::Audio(media),
        _ => Content::Document(media),
    }
}
