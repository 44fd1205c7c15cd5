//! Fixtures of what goes out: a message, and the calls it must become.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpRequest;
use crate::base::id::Id as _;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::call::FieldValue;
use crate::model::call::Letters;
use crate::model::call::Piece;
use crate::model::content::Content;
use crate::model::ids::MessageId;
use crate::model::opaque::merge;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;
use crate::model::thread::Thread;

/// A message of a fixture, and the calls it must become. A call is its address, and its body as
/// JSON, as the pairs of a form, or as the fields of one with files.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    #[serde(default)]
    settings: Opaque,
    to: String,
    parts: Vec<Content>,
    /// The first part where it is not given.
    #[serde(default)]
    asked: Option<Content>,
    #[serde(default)]
    thread: Thread,
    #[serde(default)]
    reply_to: Option<String>,
    #[serde(default)]
    media_urls: BTreeMap<String, String>,
    #[serde(default)]
    handles: BTreeMap<String, String>,
    #[serde(default)]
    metadata: Opaque,
    #[serde(default)]
    companions: Vec<MessageId>,
    #[serde(default)]
    chose_typed: bool,
    #[serde(default)]
    taken_ids: Vec<String>,
    calls: Value,
}

/// Renders every fixture of a folder and compares the calls with what it says.
pub(in crate::channels) fn every_fixture_renders(
    folder: &str,
    account: &Account,
    channel: &dyn Channel,
) {
    let mut wrong = Vec::new();
    each(folder, |name, text| {
        let case: Case = serde_json::from_str(text).unwrap();
        let mut account = account.clone();
        merge(&mut account.settings, &case.settings);
        let calls = channel.render(&case.sending(&account)).unwrap();
        let found: Value = calls.iter().map(shown).collect();
        if found != case.calls {
            wrong.push(format!("{name}: {found:#}"));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Shows every fixture of a folder, its name and its text, in order; there is at least one.
pub(in crate::channels) fn each(folder: &str, mut look: impl FnMut(&str, &str)) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let files = std::fs::read_dir(format!("{root}/{folder}")).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder}");
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        look(&name, &std::fs::read_to_string(&path).unwrap());
    }
}

/// The same without what is empty, which fixtures leave out.
pub(in crate::channels) fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    match value {
        Value::Array(items) => items.into_iter().map(without_empty).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, without_empty(value)))
            .filter(|(name, value)| name == "isGiven" || !is_empty(value))
            .collect(),
        other => other,
    }
}

impl Case {
    fn sending<'a>(&'a self, account: &'a Account) -> Sending<'a> {
        Sending {
            account,
            message_id: MessageId::from_bytes([7; 16]),
            to: &self.to,
            asked: self.asked.as_ref().unwrap_or(&self.parts[0]),
            parts: &self.parts,
            thread: &self.thread,
            reply_to: self.reply_to.as_deref(),
            media_urls: &self.media_urls,
            handles: &self.handles,
            metadata: &self.metadata,
            last_inbound_at: None,
            by_person: false,
            companions: &self.companions,
            chose_typed: self.chose_typed,
            taken_ids: &self.taken_ids,
            now: Timestamp::from_secs(1_767_268_800),
        }
    }
}

/// A call as fixtures have it.
pub(in crate::channels) fn shown(call: &Call) -> Value {
    match call {
        Call::Http(request) => json!({
            "url": request.url,
            "body": body(request),
        }),
        Call::File(file) => json!({
            "url": file.request.url,
            "file": file.media_id.to_string(),
        }),
        Call::Woven(woven) => {
            let text = woven_text(&woven.body);
            json!({
                "url": woven.request.url,
                "body": serde_json::from_str(&text).unwrap_or(Value::from(text)),
            })
        }
        Call::Mail(mail) => {
            let (envelope, pieces) = mail.mail.as_ref().unwrap();
            json!({
                "server": format!("{}:{}", mail.server.host, mail.server.port),
                "from": envelope.from,
                "to": envelope.to,
                "mail": woven_text(pieces),
            })
        }
        Call::Flag(flag) => json!({
            "server": format!("{}:{}", flag.server.host, flag.server.port),
            "seen": flag.places,
        }),
        Call::Form(form) => {
            let fields = form.fields.iter().map(|field| match &field.value {
                FieldValue::Text(text) => (field.name.clone(), Value::from(text.as_str())),
                FieldValue::File {
                    filename,
                    mime_type,
                    ..
                }
                | FieldValue::Bytes {
                    filename,
                    mime_type,
                    ..
                } => (
                    field.name.clone(),
                    json!({"filename": filename, "mimeType": mime_type}),
                ),
            });
            json!({
                "url": form.request.url,
                "form": Value::Object(fields.collect()),
            })
        }
    }
}

/// Pieces as text: files by their id, packed pieces in brackets.
pub(in crate::channels) fn woven_text(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| match piece {
        Piece::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Piece::File { media_id, letters } => match letters {
            Letters::OneLine => format!("<{media_id}>"),
            Letters::Lines => format!("<{media_id} in lines>"),
        },
        Piece::Packed(inner) => format!("[{}]", woven_text(inner)),
    };
    pieces.iter().map(one).collect()
}

/// A body of JSON as it is; that of a form as its pairs, in order.
fn body(request: &HttpRequest) -> Value {
    if request.body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(&request.body).unwrap_or_else(|_| {
        let pairs = url::form_urlencoded::parse(&request.body);
        pairs
            .map(|(name, value)| json!([name.into_owned(), value.into_owned()]))
            .collect()
    })
}
