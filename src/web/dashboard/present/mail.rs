//! Mails as cards.

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::base::time::Timestamp;
use crate::model::content::Content;
use crate::model::filling::Header;
use crate::model::mail::Auto;
use crate::model::mail::Invite;
use crate::model::mail::Mail;
use crate::model::mail::MailFile;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::view::content::FileView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::mail::InviteView;
use crate::web::dashboard::view::mail::MailCard;

/// What a mail keeps for whoever shows it: of one that came all of it, of ours what it went out with.
#[must_use]
pub fn kept(message: &Message) -> Option<Mail> {
    let wishes = message.metadata.get("email").and_then(Value::as_object);
    let template = match &message.content {
        Content::Template(template) => template.preview.as_ref(),
        _ => None,
    };
    let known = Mail::of(&message.metadata);
    if known.is_none() && wishes.is_none() && template.is_none() {
        return None;
    }
    let mut mail = known.unwrap_or_default();
    if let Some(template) = template {
        mail.html.clone_from(&template.html);
        if let Some(Header::Text(subject)) = &template.header {
            mail.subject.get_or_insert_with(|| subject.clone());
        }
    }
    if let Some(wishes) = wishes {
        let text = |name: &str| {
            let value = wishes.get(name).and_then(Value::as_str);
            value.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        mail.html = mail.html.or_else(|| text("html"));
        mail.subject = mail.subject.or_else(|| text("subject"));
        if mail.cc.is_empty() {
            mail.cc = listed(wishes.get("cc"));
        }
        let files = wishes.get("attachments").and_then(Value::as_array);
        let files = files.into_iter().flatten().filter_map(file);
        mail.attachments.extend(files);
    }
    Some(mail)
}

fn listed(value: Option<&Value>) -> Vec<String> {
    let all = value.and_then(Value::as_array);
    let texts = all.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn file(wish: &Value) -> Option<MailFile> {
    let text = |name: &str| wish[name].as_str().unwrap_or_default().to_owned();
    let content_id = wish["contentId"].as_str().map(str::to_owned);
    Some(MailFile {
        id: Some(wish["mediaId"].as_str()?.parse().ok()?),
        filename: text("filename"),
        mime_type: text("mimeType"),
        size: wish["size"].as_u64().unwrap_or_default(),
        inline: content_id.is_some(),
        content_id,
    })
}

/// A subject without what answers and forwards put before it.
#[must_use]
pub fn bare(subject: &str) -> &str {
    let mut subject = subject.trim();
    while let Some((start, rest)) = subject.split_once(':')
        && [
            "re", "aw", "sv", "res", "antw", "fw", "fwd", "wg", "enc", "tr",
        ]
        .contains(&start.trim().to_lowercase().as_str())
    {
        subject = rest.trim_start();
    }
    subject
}

/// A message as a mail; none for one that is none.
#[must_use]
pub fn card(eye: &Eye<'_>, message: &Message, before: Option<&Message>) -> Option<MailCard> {
    if message.private || message.channel_kind.as_str() != "email" {
        return None;
    }
    let mail = kept(message)?;
    let earlier = before.and_then(kept).and_then(|mail| mail.subject);
    let earlier = earlier.as_deref().map(bare);
    let subject = mail.subject.clone();
    let subject = subject.filter(|subject| earlier != Some(bare(subject)));
    let address = |part: &str| {
        let (conversation, id) = (message.conversation_id, message.id);
        format!("/app/c/{conversation}/messages/{id}/{part}")
    };
    let folded = match (&mail.quoted_html, &mail.quoted_text, &mail.signature) {
        (Some(_), _, _) | (None, None, None) => None,
        (None, quoted, signature) => {
            let both = [signature, quoted].into_iter().flatten();
            let both: Vec<&str> = both.map(String::as_str).collect();
            Some(format::rich(&both.join("\n\n")))
        }
    };
    let people = people(message, &mail);
    Some(MailCard {
        id: message.id.to_string(),
        subject,
        summary: summary(&people),
        people,
        frame: mail.html.as_ref().map(|_| address("mail")),
        words: format::rich(message.content.words()),
        has_remote_images: mail.has_remote_images && !eye.shows_pictures_of(&message.from),
        pictures: address("pictures"),
        forward: eye.may_change.then(|| address("forward")),
        csrf: eye.csrf.to_owned(),
        quoted_frame: mail
            .quoted_html
            .as_ref()
            .map(|_| address("mail?part=quoted")),
        folded,
        files: files(eye, message, &mail),
        invite: mail
            .invite
            .as_ref()
            .map(|invite| invited(invite, &eye.zone)),
        auto: mail.auto.map(auto),
        unseen: unseen(&mail),
        source: mail.raw_ref.map(|_| address("source")),
    })
}

/// From whom to whom, row by row.
#[must_use]
pub fn people(message: &Message, mail: &Mail) -> Vec<(&'static str, String)> {
    let from = match (&mail.profile_name, message.direction) {
        (Some(name), Direction::Inbound) => format!("{name} <{}>", message.from),
        (None, Direction::Inbound) => message.from.clone(),
        (_, Direction::Outbound) => message.sender.name.clone(),
    };
    let to = if mail.to_all.is_empty() {
        message.to.clone()
    } else {
        mail.to_all.join(", ")
    };
    let bcc = listed(message.metadata.get("bcc"));
    let rows = [
        ("From", from),
        ("To", to),
        ("Cc", mail.cc.join(", ")),
        ("Bcc", bcc.join(", ")),
        (
            "Reply to",
            mail.reply_to_address.clone().unwrap_or_default(),
        ),
    ];
    rows.into_iter()
        .filter(|(_, addresses)| !addresses.is_empty())
        .collect()
}

/// "Daniel Okafor to hello@aurora.example, cc buying@aurora.example".
fn summary(people: &[(&'static str, String)]) -> String {
    let row = |name: &str| people.iter().find(|(known, _)| *known == name);
    let from = row("From").map_or("", |(_, who)| who.split(" <").next().unwrap_or(who));
    let mut summary = from.to_owned();
    for (name, word) in [("To", " to "), ("Cc", ", cc "), ("Bcc", ", bcc ")] {
        if let Some((_, addresses)) = row(name) {
            summary.push_str(word);
            summary.push_str(addresses);
        }
    }
    summary
}

/// What of a mail is not seen, and by whom.
fn unseen(mail: &Mail) -> Option<&'static str> {
    let why = match mail.media_error.as_deref() {
        Some("too_big") => "Too large to be fetched: only its head is here.",
        Some("virus") => "A virus was found in it: its files were left out.",
        Some("tnef") => {
            "Outlook packed its files into winmail.dat, which only Outlook opens. Ask for them as \
             plain attachments."
        }
        _ if mail.clipped => "So long that Gmail shows its first 102 KB, and a link to the rest.",
        _ => return None,
    };
    Some(why)
}

fn files(eye: &Eye<'_>, message: &Message, mail: &Mail) -> Vec<FileView> {
    let mut files: Vec<FileView> = mail
        .attachments
        .iter()
        .filter(|file| !file.inline)
        .map(|file| FileView {
            name: file.filename.clone(),
            size: format::size(file.size),
            url: file.id.map_or_else(String::new, |id| eye.links.path(id)),
        })
        .collect();
    if let Some(media) = message.content.media()
        && let Some(id) = media.media_id
        && mail.attachments.iter().all(|file| file.id != Some(id))
    {
        let file = FileView {
            name: media.filename.clone().unwrap_or_else(|| "file".to_owned()),
            size: media.size_bytes.map_or_else(String::new, format::size),
            url: eye.links.path(id),
        };
        files.insert(0, file);
    }
    files
}

fn auto(auto: Auto) -> &'static str {
    match auto {
        Auto::Ooo => "Out of office",
        Auto::List => "Mail to many",
        Auto::Dsn | Auto::Mdn => "Report about a mail",
        Auto::Auto => "Written by a program",
    }
}

fn invited(invite: &Invite, zone: &TimeZone) -> InviteView {
    let moment = |at: Timestamp| zone.to_datetime(at.calendar());
    let day = |at: Timestamp| moment(at).strftime("%a, %-d %b %Y").to_string();
    let when = match (invite.starts_at, invite.ends_at) {
        (None, _) => String::new(),
        (Some(start), _) if invite.all_day => day(start),
        (Some(start), None) => format!("{}, {}", day(start), format::clock(start, zone)),
        (Some(start), Some(end)) => {
            let (from, until) = (format::clock(start, zone), format::clock(end, zone));
            if day(start) == day(end) {
                format!("{}, {from} to {until}", day(start))
            } else {
                format!("{}, {from} to {}, {until}", day(start), day(end))
            }
        }
    };
    InviteView {
        what: match invite.method.as_str() {
            "CANCEL" => "Cancelled",
            "REPLY" => "Answer to an invitation",
            _ => "Invitation",
        },
        summary: invite.summary.clone(),
        when: match &invite.recurs {
            Some(_) => format!("{when}, and again"),
            None => when,
        },
        location: invite.location.clone().unwrap_or_default(),
        organizer: invite.organizer.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_in_one_line_and_row_by_row() {
        let people = [
            ("From", "Daniel Okafor <daniel@okafor.example>".to_owned()),
            ("To", "hello@aurora.example".to_owned()),
            ("Cc", "a@b.example, c@d.example".to_owned()),
        ];
        assert_eq!(
            summary(&people),
            "Daniel Okafor to hello@aurora.example, cc a@b.example, c@d.example"
        );
        assert_eq!(bare("Re: AW: Fwd: Order: new"), "Order: new");
    }

    #[test]
    fn an_appointment_says_when_it_is_where_the_reader_is() {
        let at = |text: &str| Timestamp::parse(text);
        let mut invite = Invite {
            method: "REQUEST".to_owned(),
            summary: "Tasting".to_owned(),
            starts_at: at("2026-01-05T12:00:00Z"),
            ends_at: at("2026-01-05T13:30:00Z"),
            ..Invite::default()
        };
        let zone = TimeZone::fixed(jiff::tz::offset(-3));
        let shown = invited(&invite, &zone);
        assert_eq!(shown.when, "Mon, 5 Jan 2026, 09:00 to 10:30");
        assert_eq!(shown.what, "Invitation");
        invite.ends_at = at("2026-01-06T13:30:00Z");
        invite.recurs = Some("FREQ=DAILY".to_owned());
        invite.method = "CANCEL".to_owned();
        let shown = invited(&invite, &zone);
        let when = "Mon, 5 Jan 2026, 09:00 to Tue, 6 Jan 2026, 10:30, and again";
        assert_eq!((shown.when.as_str(), shown.what), (when, "Cancelled"));
    }
}
