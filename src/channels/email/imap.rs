//! What is fetched next from a mailbox. email.md section 2.8.
//!
//! Decisions only: the conversation with the server is in `net`. Mail is counted by the server's own
//! numbers (UIDs), never by dates, so nothing is missed however long we were away; what comes twice
//! is known by its id.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::base::mail::Encryption;
use crate::base::mail::Login;
use crate::base::mail::MailServer;
use crate::base::mail::Proof;
use crate::base::secret::Secret;
use crate::model::call::Call;
use crate::model::call::FlagCall;
use crate::model::mail::Mail;
use crate::model::outbound::Account;
use crate::model::outbound::Watcher;

/// How long a server is listened to before it is asked anew: routers on the way forget a silent
/// connection, and nobody says so.
pub const LISTEN: Duration = Duration::from_secs(5 * 60);

/// How many days are looked through again when a server numbers its mail anew.
const AGAIN_DAYS: u32 = 7;

/// The most bytes that are asked for at once.
pub const PIECE_BYTES: u32 = 1024 * 1024;

/// The most mails that are asked for at once.
const TOGETHER_MAX: usize = 50;

/// The largest mail that is fetched whole, in bytes; of a larger one only the header is.
pub const MAIL_BYTES: u32 = 60 * 1024 * 1024;

/// A mailbox as the settings of a channel describe it.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The server.
    pub server: MailServer,
    /// The folders, as the server names them.
    pub folders: Vec<String>,
    /// How often to look where the server does not tell.
    pub look_every: Duration,
    /// Whether to listen where the server tells.
    pub listens: bool,
    /// How many days of older mail are brought in at first.
    pub initial_days: u32,
    /// Whether mail that somebody read here is marked as read.
    pub marks_seen: bool,
}

impl Mailbox {
    /// Whether a token opens it, which ends by itself.
    #[must_use]
    pub fn is_by_token(&self) -> bool {
        let login = self.server.login.as_ref();
        login.is_some_and(|login| matches!(login.proof, Proof::Token(_)))
    }

    /// The mailbox of an account; none where mail comes in another way, or not all is set.
    #[must_use]
    pub fn of(account: &Account) -> Option<Self> {
        let host = account.text("imapHost")?.trim().to_owned();
        if account
            .text("inboundMode")
            .is_some_and(|mode| mode != "imap")
        {
            return None;
        }
        let encryption = account.text("imapEncryption").and_then(Encryption::named);
        let encryption = encryption.unwrap_or(Encryption::Tls);
        let proof = if account.text("imapAuth") == Some("oauth2") {
            Proof::Token(secret(account, "oauthAccessToken")?)
        } else {
            Proof::Password(secret(account, "imapPassword")?)
        };
        let number = |name: &str| {
            account
                .settings
                .get(name)
                .and_then(serde_json::Value::as_u64)
        };
        let usual = if encryption == Encryption::Tls {
            993
        } else {
            143
        };
        let flag = |name: &str| {
            account
                .settings
                .get(name)
                .and_then(serde_json::Value::as_bool)
        };
        let user = account.text("imapUsername").or(account.text("fromEmail"))?;
        let seconds = number("imapPollInterval").unwrap_or(60).clamp(15, 3_600);
        let server = MailServer {
            host,
            port: number("imapPort")
                .and_then(|port| u16::try_from(port).ok())
                .unwrap_or(usual),
            encryption,
            hello: String::new(),
            login: Some(Login {
                user: user.to_owned(),
                proof,
            }),
        };
        Some(Self {
            server,
            folders: folders(account.text("imapFolder").unwrap_or("INBOX")),
            look_every: Duration::from_secs(seconds),
            listens: flag("imapIdle").unwrap_or(true),
            initial_days: number("imapInitialDays")
                .and_then(|days| u32::try_from(days).ok())
                .unwrap_or(0),
            marks_seen: flag("imapMarkSeen").unwrap_or(false),
        })
    }
}

/// The call that proves that a mailbox can be signed in to: one that marks nothing; none where there is
/// no mailbox.
#[must_use]
pub fn proof(account: &Account) -> Option<Call> {
    let mailbox = Mailbox::of(account)?;
    Some(Call::Flag(Box::new(FlagCall {
        server: mailbox.server,
        places: Vec::new(),
    })))
}

/// Marks what was seen here as read in the mailbox it lies in; none where that is not wanted, or
/// nothing of it lies in one.
#[must_use]
pub fn seen(watcher: &Watcher<'_>) -> Option<Call> {
    let mailbox = Mailbox::of(watcher.account).filter(|mailbox| mailbox.marks_seen)?;
    let mails = watcher.seen.iter().filter_map(Mail::of);
    let places: Vec<_> = mails.filter_map(|mail| mail.mailbox).collect();
    (!places.is_empty()).then(|| {
        Call::Flag(Box::new(FlagCall {
            server: mailbox.server,
            places,
        }))
    })
}

fn secret(account: &Account, name: &str) -> Option<Secret<String>> {
    let found = account.secret(name)?;
    (!found.is_empty()).then(|| Secret::new(found.to_owned()))
}

/// The folders of a setting: names with commas between, written as servers want them.
fn folders(setting: &str) -> Vec<String> {
    let names = setting
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let found: Vec<String> = names.map(modified_utf7).collect();
    if found.is_empty() {
        vec!["INBOX".to_owned()]
    } else {
        found
    }
}

/// The name of a folder in the alphabet of the protocol (RFC 3501, 5.1.3).
#[must_use]
pub fn modified_utf7(name: &str) -> String {
    use base64::Engine as _;
    let mut written = String::new();
    let mut foreign: Vec<u8> = Vec::new();
    let flush = |foreign: &mut Vec<u8>, written: &mut String| {
        if !foreign.is_empty() {
            let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&foreign);
            written.push('&');
            written.push_str(&encoded.replace('/', ","));
            written.push('-');
            foreign.clear();
        }
    };
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut foreign, &mut written);
            written.push(c);
            if c == '&' {
                written.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                foreign.extend(unit.to_be_bytes());
            }
        }
    }
    flush(&mut foreign, &mut written);
    written
}

/// How far each folder of a mailbox was read: what stands in the position of the channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(BTreeMap<String, Place>);

/// How far one folder was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The numbering that the number belongs to.
    pub uid_validity: u32,
    /// The highest number that was brought in.
    pub last_uid: u32,
}

impl Cursor {
    /// Reads a stored position; one that is not understood begins anew.
    #[must_use]
    pub fn read(position: Option<&str>) -> Self {
        position
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// As it is stored.
    #[must_use]
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How far a folder was read.
    #[must_use]
    pub fn place(&self, folder: &str) -> Option<Place> {
        self.0.get(folder).copied()
    }

    /// Notes how far a folder was read.
    pub fn note(&mut self, folder: &str, place: Place) {
        self.0.insert(folder.to_owned(), place);
    }
}

/// What a server says of a folder when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The numbering.
    pub uid_validity: u32,
    /// The number that the next mail gets.
    pub uid_next: Option<u32>,
}

/// What to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Everything after a number.
    After(u32),
    /// Everything of so many days; what comes later is counted from there.
    Days(u32),
}

/// What to ask a folder for: what is new, in the first look the days that are wanted, and after a
/// new numbering those of the last week.
#[must_use]
pub fn plan(place: Option<Place>, opened: Opened, initial_days: u32) -> Plan {
    match place {
        Some(place) if place.uid_validity == opened.uid_validity => Plan::After(place.last_uid),
        Some(_) => Plan::Days(initial_days.max(AGAIN_DAYS)),
        None if initial_days > 0 => Plan::Days(initial_days),
        None => Plan::After(opened.uid_next.unwrap_or(1).saturating_sub(1)),
    }
}

/// A mail in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub uid: u32,
    /// Its length in bytes.
    pub size: u32,
    /// Whether somebody deleted it and it only is not gone yet.
    pub is_deleted: bool,
}

/// What is fetched in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    /// Small mails together.
    Together(Vec<u32>),
    /// A large one in pieces.
    Pieces(Listed),
    /// Of one that is too large, the header.
    Header(u32),
    /// One that is passed over.
    Skip(u32),
}

impl Fetch {
    /// The highest number in it.
    #[must_use]
    pub fn last(&self) -> u32 {
        match self {
            Self::Together(uids) => uids.last().copied().unwrap_or_default(),
            Self::Pieces(mail) => mail.uid,
            Self::Header(uid) | Self::Skip(uid) => *uid,
        }
    }
}

/// In which steps mails are fetched: in the order of their numbers, so that the cursor may follow
/// each step. What the server lists although it is not new is left out: `n:*` always shows the
/// newest mail.
#[must_use]
pub fn steps(mut listed: Vec<Listed>, after: u32) -> Vec<Fetch> {
    listed.retain(|mail| mail.uid > after);
    listed.sort_unstable_by_key(|mail| mail.uid);
    listed.dedup_by_key(|mail| mail.uid);
    let mut steps = Vec::new();
    let (mut together, mut bytes) = (Vec::new(), 0_u32);
    for mail in listed {
        let is_small = !mail.is_deleted && mail.size <= PIECE_BYTES;
        let is_full =
            together.len() >= TOGETHER_MAX || bytes.saturating_add(mail.size) > PIECE_BYTES;
        if !together.is_empty() && (!is_small || is_full) {
            steps.push(Fetch::Together(std::mem::take(&mut together)));
            bytes = 0;
        }
        if is_small {
            bytes = bytes.saturating_add(mail.size);
            together.push(mail.uid);
        } else if mail.is_deleted {
            steps.push(Fetch::Skip(mail.uid));
        } else if mail.size <= MAIL_BYTES {
            steps.push(Fetch::Pieces(mail));
        } else {
            steps.push(Fetch::Header(mail.uid));
        }
    }
    if !together.is_empty() {
        steps.push(Fetch::Together(together));
    }
    steps
}

/// Whether the refusal of a sign-in is about who we are, and not about the moment.
#[must_use]
pub fn is_about_us(answer: &str) -> bool {
    let answer = answer.to_ascii_uppercase();
    let passes = [
        "[UNAVAILABLE]",
        "[INUSE]",
        "[LIMIT]",
        "[SERVERBUG]",
        "[OVERQUOTA]",
        "TOO MANY",
    ];
    !passes.iter().any(|word| answer.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn nothing_is_missed_and_nothing_old_is_fetched() {
        let at = |uid_validity, last_uid| {
            Some(Place {
                uid_validity,
                last_uid,
            })
        };
        let opened = Opened {
            uid_validity: 5,
            uid_next: Some(100),
        };
        let cases = [
            (None, 0, Plan::After(99)),
            (None, 3, Plan::Days(3)),
            (at(5, 40), 3, Plan::After(40)),
            (at(4, 40), 0, Plan::Days(7)),
            (at(4, 40), 30, Plan::Days(30)),
        ];
        for (place, days, expected) in cases {
            assert_eq!(plan(place, opened, days), expected, "{place:?} {days}");
        }
        let silent = Opened {
            uid_next: None,
            ..opened
        };
        assert_eq!(plan(None, silent, 0), Plan::After(0));
    }

    #[test]
    fn small_mails_are_fetched_together_and_large_ones_in_pieces() {
        let mail = |uid, size| Listed {
            uid,
            size,
            is_deleted: false,
        };
        let gone = Listed {
            is_deleted: true,
            ..mail(8, 1)
        };
        let listed = vec![
            mail(9, 10),
            mail(4, 10),
            mail(5, 600_000),
            mail(6, 600_000),
            mail(7, 5_000_000),
            gone,
            mail(10, u32::MAX),
            mail(5, 600_000),
        ];
        let expected = [
            Fetch::Together(vec![5]),
            Fetch::Together(vec![6]),
            Fetch::Pieces(mail(7, 5_000_000)),
            Fetch::Skip(8),
            Fetch::Together(vec![9]),
            Fetch::Header(10),
        ];
        let found = steps(listed, 4);
        assert_eq!(found, expected);
        assert!(found.is_sorted_by_key(Fetch::last));
        let many = steps((1..=120).map(|uid| mail(uid, 1)).collect(), 0);
        assert_eq!(many.len(), 3);
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_stored() {
        let mut cursor = Cursor::default();
        cursor.note(
            "INBOX",
            Place {
                uid_validity: 1,
                last_uid: 7,
            },
        );
        assert_eq!(Cursor::read(Some(&cursor.written())), cursor);
        assert_eq!(Cursor::read(Some("12")), Cursor::default());
        assert_eq!(cursor.place("INBOX").map(|place| place.last_uid), Some(7));
    }

    #[test]
    fn folders_are_named_as_servers_want_them() {
        assert_eq!(modified_utf7("Entw\u{fc}rfe"), "Entw&APw-rfe");
        assert_eq!(modified_utf7("A&B"), "A&-B");
        assert_eq!(modified_utf7("\u{53f0}\u{5317}"), "&U,BTFw-");
        assert_eq!(folders("INBOX, Support "), ["INBOX", "Support"]);
        assert_eq!(folders(" "), ["INBOX"]);
    }

    #[test]
    fn a_server_that_is_busy_refuses_nobody() {
        assert!(is_about_us("[AUTHENTICATIONFAILED] Invalid credentials"));
        assert!(is_about_us(
            "[ALERT] Application-specific password required"
        ));
        assert!(!is_about_us(
            "[UNAVAILABLE] Temporary authentication failure"
        ));
        assert!(!is_about_us("[LIMIT] Too many simultaneous connections"));
    }
}
