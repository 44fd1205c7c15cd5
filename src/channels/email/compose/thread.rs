//! Subject, ids and the line of mails before one. email.md sections 4.1, 7.1 and 11.

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::channels::email::address;
use crate::channels::email::address::one_line;
use crate::channels::email::compose::template;
use crate::channels::email::wishes;
use crate::channels::email::wishes::Wishes;
use crate::model::ids::MessageId;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;
use crate::model::thread::Earlier;

/// The longest subject, in characters.
const SUBJECT_MAX: usize = 255;
/// How many ids of earlier mails a mail names: the first and the newest.
const REFERENCES_MAX: usize = 21;
/// How many bytes they may take.
const REFERENCES_BYTES_MAX: usize = 2_000;
/// How mail programs of several languages begin the subject of an answer.
const ANSWERS: [&str; 7] = ["re", "aw", "res", "sv", "antw", "odp", "r"];

/// The id a mail of ours bears, without brackets. The same for every attempt, so that a server can
/// tell, and so that it is known from our own id alone.
#[must_use]
pub fn minted(account: &Account, message: MessageId) -> String {
    let about = format!("{}/{message}", account.channel_id);
    let mark = hex(&digest(about.as_bytes()));
    format!("{message}.{}@{}", &mark[..6], address::id_domain(account))
}

/// The subject of a mail.
#[must_use]
pub fn subject(sending: &Sending<'_>, wishes: &Wishes) -> String {
    let thread = sending.thread;
    let told = |earlier: &Earlier| {
        let subject = earlier
            .metadata
            .get("subject")
            .and_then(|text| text.as_str());
        subject.map(one_line).filter(|text| !text.is_empty())
    };
    let known = thread.subject.as_deref().map(one_line);
    let known = known.filter(|text| !text.is_empty());
    let known = known.or_else(|| thread.earlier.iter().rev().find_map(told));
    let wished = wishes.subject.clone();
    let wished = wished.or_else(|| template::subject(sending).map(|text| one_line(&text)));
    let subject = match (&wished, known) {
        (Some(wish), _) => wish.clone(),
        (None, Some(known)) if thread.earlier.is_empty() => known,
        (None, Some(known)) => format!("Re: {}", bare(&known)),
        (None, None) => usual(sending.account),
    };
    subject.chars().take(SUBJECT_MAX).collect()
}

fn usual(account: &Account) -> String {
    if let Some(subject) = account.text("defaultSubject") {
        return one_line(subject);
    }
    let name = account.text("fromName").map(one_line);
    let name = name.unwrap_or_else(|| address::own(account));
    format!("Message from {name}")
}

/// A subject without what says that it is an answer.
fn bare(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((head, tail)) = rest.split_once(':') {
        let head = head.split(['[', '(']).next().unwrap_or_default();
        if !ANSWERS.contains(&head.trim().to_lowercase().as_str()) {
            break;
        }
        rest = tail.trim();
    }
    rest
}

/// The id under which the world knows an earlier mail.
fn known_as(account: &Account, earlier: &Earlier) -> Option<String> {
    if earlier.ours {
        return Some(minted(account, earlier.message_id?));
    }
    let told = earlier.metadata.get("messageId").and_then(|id| id.as_str());
    let told = told.or(earlier.external_ids.last().map(String::as_str));
    told.and_then(wishes::id)
}

/// The newest mail of the customer before this one.
#[must_use]
pub fn heard<'a>(sending: &Sending<'a>) -> Option<&'a Earlier> {
    sending.thread.earlier.iter().rev().find(|one| !one.ours)
}

/// The mail that this one answers: the one that is named, else the customer's newest, else our own
/// newest.
#[must_use]
pub fn answered<'a>(sending: &Sending<'a>) -> Option<&'a Earlier> {
    let earlier = &sending.thread.earlier;
    let named = sending.reply_to.and_then(|id| {
        let is_named = |one: &&Earlier| one.external_ids.iter().any(|known| known == id);
        earlier.iter().find(is_named)
    });
    named.or_else(|| heard(sending)).or(earlier.last())
}

/// The id of the mail it answers, and the ids of the mails before it, oldest first.
#[must_use]
pub fn references(sending: &Sending<'_>, wishes: &Wishes) -> (Option<String>, Vec<String>) {
    let account = sending.account;
    let is_known = |id: &&str| {
        let mut earlier = sending.thread.earlier.iter();
        earlier.any(|one| one.external_ids.iter().any(|known| known == id))
    };
    let stray = sending.reply_to.filter(|id| !is_known(id));
    let found = || known_as(account, answered(sending)?);
    let answers = wishes.in_reply_to.clone();
    let answers = answers.or(stray.and_then(wishes::id)).or_else(found);
    let mut all = wishes.references.clone();
    if all.is_empty() {
        for earlier in &sending.thread.earlier {
            if !earlier.ours {
                all.extend(wishes::ids(earlier.metadata.get("references")));
            }
            all.extend(known_as(account, earlier));
        }
    }
    all.extend(answers.clone());
    (answers, capped(all))
}

/// Each id once, where it came first; the first and the newest where there are too many.
fn capped(all: Vec<String>) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for id in all {
        if !each.contains(&id) {
            each.push(id);
        }
    }
    let bytes = |ids: &[String]| ids.iter().map(|id| id.len() + 3).sum::<usize>();
    while each.len() > 1 && (each.len() > REFERENCES_MAX || bytes(&each) > REFERENCES_BYTES_MAX) {
        each.remove(usize::from(each.len() > 2));
    }
    each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_do_not_pile_up_before_a_subject() {
        let cases = [
            ("Order 1234", "Order 1234"),
            ("Re: Order 1234", "Order 1234"),
            ("RE: AW: Order 1234", "Order 1234"),
            ("Re[2]: Antw: Order", "Order"),
            ("SV: RES: x", "x"),
            ("Retour: x", "Retour: x"),
            ("Fwd: x", "Fwd: x"),
            ("12:30 works", "12:30 works"),
        ];
        for (subject, expected) in cases {
            assert_eq!(bare(subject), expected, "{subject}");
        }
    }

    #[test]
    fn the_first_and_the_newest_ids_are_named() {
        let many: Vec<String> = (0..40).map(|n| format!("{n}@example.com")).collect();
        let kept = capped([many.clone(), many].concat());
        assert_eq!(kept.len(), REFERENCES_MAX);
        assert_eq!(kept[0], "0@example.com");
        assert_eq!(kept[1], "20@example.com");
        assert_eq!(kept[20], "39@example.com");
        let long: Vec<String> = (0..10)
            .map(|n| format!("{n}{}@x.y", "a".repeat(400)))
            .collect();
        let kept = capped(long);
        assert_eq!(kept.len(), 4, "{}", kept.len());
        assert!(kept[0].starts_with('0') && kept[3].starts_with('9'));
    }
}
