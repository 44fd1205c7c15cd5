//! Everything as lines of JSON, for people and for other programs, and back into an empty
//! installation.
//!
//! Secrets are left out: passwords, keys, tokens of vendors. So are sessions, what waits to be done,
//! what each person has read and begun to write, and the bytes of stored files; a backup holds all of
//! it. The search index is built anew.

use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::contact::Identity;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::store::Read as _;
use crate::store::Scan;
use crate::store::Snapshot;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::backup;
use crate::store::key::Key;
use crate::store::keyspaces;
use crate::store::keyspaces::Keyspace;
use crate::store::records::attachments;
use crate::store::records::audit;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::records::merges;
use crate::store::records::messages;
use crate::store::records::organisation;
use crate::store::records::tags;
use crate::store::records::teams;
use crate::store::records::users;
use crate::store::records::views;

/// What a changed format changes.
const VERSION: u64 = 1;
/// Records read or written at a time.
const STEP: usize = 500;

/// Puts a record back.
type Put = fn(&mut Tx<'_>, Value) -> Result<(), StoreError>;

/// Hands a record on.
type Out<'a> = &'a mut dyn FnMut(Value) -> Result<(), StoreError>;

/// A kind of record.
struct Kind {
    /// Its name on a line.
    name: &'static str,
    /// Where they are kept.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test holds the kinds against all keyspaces")
    )]
    keyspace: &'static str,
    /// Reads all of them, without their secrets.
    read: fn(&Snapshot, Out<'_>) -> Result<(), StoreError>,
    /// Puts one back; none for what is of no use without its secret.
    put: Option<Put>,
}

/// Every kind, in the order in which they need each other.
const KINDS: &[Kind] = &[
    Kind {
        name: "organisation",
        keyspace: keyspaces::ORGANISATION.name(),
        read: |read, out| all(read, &keyspaces::ORGANISATION, &[], out),
        put: Some(|tx, value| organisation::put(tx, &typed(value)?)),
    },
    Kind {
        name: "user",
        keyspace: keyspaces::USERS.name(),
        read: |read, out| all(read, &keyspaces::USERS, &["passwordHash", "totp"], out),
        put: Some(|tx, value| users::put(tx, &typed(value)?)),
    },
    Kind {
        name: "team",
        keyspace: keyspaces::TEAMS.name(),
        read: |read, out| all(read, &keyspaces::TEAMS, &[], out),
        put: Some(|tx, value| teams::put(tx, &typed(value)?)),
    },
    Kind {
        name: "tag",
        keyspace: keyspaces::TAGS.name(),
        read: |read, out| all(read, &keyspaces::TAGS, &[], out),
        put: Some(|tx, value| tags::put(tx, &typed(value)?)),
    },
    Kind {
        name: "view",
        keyspace: keyspaces::VIEWS.name(),
        read: |read, out| all(read, &keyspaces::VIEWS, &[], out),
        put: Some(|tx, value| views::put(tx, &typed(value)?)),
    },
    Kind {
        name: "apiKey",
        keyspace: keyspaces::API_KEYS.name(),
        read: |read, out| all(read, &keyspaces::API_KEYS, &["hash"], out),
        put: None,
    },
    Kind {
        name: "channel",
        keyspace: keyspaces::CHANNELS.name(),
        read: |read, out| all(read, &keyspaces::CHANNELS, &["secrets"], out),
        put: Some(put_channel),
    },
    Kind {
        name: "contact",
        keyspace: keyspaces::CONTACTS.name(),
        read: |read, out| all(read, &keyspaces::CONTACTS, &[], out),
        put: Some(|tx, value| contacts::put(tx, &typed(value)?)),
    },
    Kind {
        name: "identity",
        keyspace: keyspaces::IDENTITIES.name(),
        read: |read, out| all(read, &keyspaces::IDENTITIES, &[], out),
        put: Some(|tx, value| identities::put(tx, &typed::<Identity>(value)?)),
    },
    Kind {
        name: "merge",
        keyspace: keyspaces::MERGES.name(),
        read: |read, out| all(read, &keyspaces::MERGES, &[], out),
        put: Some(|tx, value| merges::put(tx, &typed(value)?)),
    },
    Kind {
        name: "conversation",
        keyspace: keyspaces::CONVERSATIONS.name(),
        read: |read, out| all(read, &keyspaces::CONVERSATIONS, &[], out),
        put: Some(|tx, value| conversations::put(tx, &typed(value)?)),
    },
    Kind {
        name: "message",
        keyspace: keyspaces::MESSAGES.name(),
        read: |read, out| all(read, &keyspaces::MESSAGES, &[], out),
        put: Some(put_message),
    },
    Kind {
        name: "file",
        keyspace: keyspaces::ATTACHMENTS.name(),
        read: |read, out| all(read, &keyspaces::ATTACHMENTS, &[], out),
        put: Some(|tx, value| attachments::put(tx, &typed(value)?)),
    },
    Kind {
        name: "auditEntry",
        keyspace: keyspaces::AUDIT.name(),
        read: |read, out| all(read, &keyspaces::AUDIT, &[], out),
        put: Some(|tx, value| audit::append(tx, &typed(value)?)),
    },
];

/// Hands every record of a keyspace on, some at a time, without the fields named.
fn all<K: Key, V: Serialize + DeserializeOwned>(
    read: &Snapshot,
    keyspace: &Keyspace<K, V>,
    secrets: &[&str],
    out: Out<'_>,
) -> Result<(), StoreError> {
    let mut after: Option<K> = None;
    loop {
        let scan = Scan::all().after(after.as_ref()).limit(STEP);
        let rows = read.scan(keyspace, scan)?;
        let is_last = rows.len() < STEP;
        for (key, record) in rows {
            let mut value = serde_json::to_value(&record).map_err(|error| unreadable(&error))?;
            for secret in secrets {
                if let Some(record) = value.as_object_mut() {
                    record.shift_remove(*secret);
                }
            }
            out(value)?;
            after = Some(key);
        }
        if is_last {
            return Ok(());
        }
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Unusable(format!("a record cannot be read: {error}"))
}

/// A channel comes without its secrets, so somebody must connect it again.
fn put_channel(tx: &mut Tx<'_>, mut value: Value) -> Result<(), StoreError> {
    value["secrets"] = json!({});
    let mut channel: Channel = typed(value)?;
    if channel.state != ChannelState::Inactive {
        channel.state = ChannelState::Inactive;
        channel.error = None;
    }
    channels::put(tx, &channel)
}

fn put_message(tx: &mut Tx<'_>, value: Value) -> Result<(), StoreError> {
    let message: Message = typed(value)?;
    let counter = match message.direction {
        Direction::Inbound => Counter::Inbound,
        Direction::Outbound => Counter::Outbound,
    };
    counters::add(tx, counter, 1)?;
    messages::insert(tx, &message)
}

/// Writes every record into `file`, which must not exist; how many there are.
///
/// # Errors
/// A sentence that names the file and what is wrong; then the file is not there.
pub fn write(store: &Store, file: &Path) -> Result<u64, StoreError> {
    backup::whole_file(file, "the export", |out| {
        lines(store, out).map_err(std::io::Error::other)
    })
}

fn lines(store: &Store, out: &mut impl Write) -> Result<u64, StoreError> {
    let read = store.snapshot()?;
    let mut count = 0;
    let mut line = |value: &Value| {
        let written = serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from);
        let written = written.and_then(|()| out.write_all(b"\n"));
        written.map_err(|error| StoreError::Unusable(error.to_string()))
    };
    line(&json!({ "linktor": "export", "version": VERSION }))?;
    for kind in KINDS {
        (kind.read)(&read, &mut |record| {
            count += 1;
            line(&json!({ "type": kind.name, "record": record }))
        })?;
    }
    line(&json!({ "linktor": "end", "records": count }))?;
    Ok(count)
}

/// Fills an installation in which nothing is yet; how many records there are now.
///
/// # Errors
/// A sentence: the file is not whole or is of a later linktor, or something is there already. A line
/// that cannot be read is named; what stands before it may be there by then.
pub fn read(store: &Store, file: &Path) -> Result<u64, StoreError> {
    let wrong = |what: &str| {
        StoreError::Unusable(format!("cannot read the export {}: {what}", file.display()))
    };
    check(file).map_err(|what| wrong(&what))?;
    store.write_blocking("looking whether anything is there", |tx| {
        let empty = users::list(tx)?.is_empty()
            && channels::list(tx)?.is_empty()
            && contacts::by_age(tx, Scan::all().limit(1))?.is_empty();
        let sentence = "there is something already; import into an empty data directory, and set it up afterwards";
        if empty { Ok(()) } else { Err(StoreError::Unusable(sentence.to_owned())) }
    })?;
    let mut count = 0;
    let mut batch = Vec::new();
    for (number, line) in (1..).zip(open(file).map_err(|what| wrong(&what))?) {
        let line = line.map_err(|error| wrong(&error.to_string()))?;
        let mut line: Value = serde_json::from_str(&line).map_err(|error| unreadable(&error))?;
        let name = line["type"].as_str().unwrap_or_default();
        let put = KINDS.iter().find(|kind| kind.name == name);
        if let Some(put) = put.and_then(|kind| kind.put) {
            batch.push((number, put, line["record"].take()));
            count += 1;
        }
        if batch.len() >= STEP {
            put_all(store, std::mem::take(&mut batch))?;
        }
    }
    put_all(store, batch)?;
    Ok(count)
}

/// Records to be put back, with the lines they stand on.
type Puts = Vec<(u64, Put, Value)>;

fn put_all(store: &Store, batch: Puts) -> Result<(), StoreError> {
    store.write_blocking("importing records", move |tx| {
        for (number, put, record) in &batch {
            put(tx, record.clone()).map_err(|error| match error {
                StoreError::Unusable(what) => {
                    StoreError::Unusable(format!("line {number}: {what}"))
                }
                other => other,
            })?;
        }
        Ok(())
    })
}

fn open(file: &Path) -> Result<impl Iterator<Item = std::io::Result<String>> + use<>, String> {
    let file = File::open(file).map_err(|error| error.to_string())?;
    Ok(BufReader::new(file).lines())
}

/// Looks at every line before anything is written: the first and the last say what it is.
fn check(file: &Path) -> Result<(), String> {
    let (mut number, mut last) = (0_u64, Value::Null);
    for line in open(file)? {
        let line = line.map_err(|error| error.to_string())?;
        number += 1;
        last = serde_json::from_str(&line)
            .map_err(|error| format!("line {number} is no JSON: {error}"))?;
        if number == 1 && (last["linktor"] != "export" || last["version"] != VERSION) {
            return Err("it is no export of linktor, or one of a newer linktor".to_owned());
        }
        let known = KINDS.iter().any(|kind| last["type"] == kind.name);
        if !known && !last["linktor"].is_string() {
            return Err(format!(
                "line {number} is of a kind this linktor does not know"
            ));
        }
    }
    let whole = last["linktor"] == "end" && last["records"] == number.saturating_sub(2);
    if whole {
        Ok(())
    } else {
        Err("it was cut off".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What an export leaves out, by the reason for it.
    const LEFT_OUT: &[(&str, &[&str])] = &[
        (
            "indexes, counts and the log, which importing makes anew",
            &[
                "name/number",
                "seq/event",
                "email/user",
                "channel_name_language/template",
                "name_contact/none",
                "email_contact/none",
                "phone_contact/none",
                "external_id/contact",
                "contact_identity/channel_address",
                "status_newest_conversation/none",
                "owner_status_newest_conversation/none",
                "team_status_newest_conversation/none",
                "contact_conversation/none",
                "contact_channel/conversation",
                "time_conversation/none",
                "conversation_position/message",
                "message/undelivered",
                "message/handled",
                "bucket_digest/message",
                "media/time",
                "kind_owner_status/count",
            ],
        ),
        (
            "secrets, sign-ins and visits, which end with the installation",
            &[
                "zero/setup_token",
                "zero/alert_hook",
                "channel_token/conversation",
                "session/record",
                "token/session",
                "user_session/none",
                "key_digest/api_key",
                "pass/record",
                "key_digest/answered",
                "time_key_digest/none",
                "visitor/record",
                "channel_external_id/visitor",
                "visitor_seq/entry",
                "message/visitor_seq",
                "visitor_client_id/message",
                "webchat_session/record",
                "token/webchat_session",
                "visitor_webchat_session/none",
            ],
        ),
        (
            "what waits to be done, which the first installation does",
            &[
                "follower/seq",
                "channel/position",
                "channel/told",
                "channel_mail/arrived",
                "channel_mail/held",
                "channel_digest/known_mail",
                "quarantine/record",
                "bucket_digest/receipts",
                "bucket_digest/none",
                "channel_address_message/outbox",
                "channel_time_address_message/none",
                "time_job/record",
            ],
        ),
        ("what channels went through here", &["channel/happenings"]),
        (
            "copies of what vendors keep, which connecting fetches",
            &["channel_template/record"],
        ),
        (
            "where each person stands in their work",
            &[
                "user_conversation/read_mark",
                "conversation_user/unsent",
                "user_conversation/unsent",
                "user_conversation/mention",
            ],
        ),
    ];

    #[test]
    fn every_keyspace_is_exported_or_left_out_for_a_reason() {
        let exported = KINDS.iter().map(|kind| kind.keyspace);
        let left_out = LEFT_OUT.iter().flat_map(|(_, names)| names.iter().copied());
        let decided: Vec<&str> = exported.chain(left_out).collect();
        let once: BTreeSet<&str> = decided.iter().copied().collect();
        assert_eq!(once.len(), decided.len(), "decided twice");
        let all: BTreeSet<&str> = keyspaces::NAMES.iter().copied().collect();
        let undecided: Vec<_> = all.symmetric_difference(&once).collect();
        assert!(
            undecided.is_empty(),
            "neither exported nor left out: {undecided:?}"
        );
    }
}
