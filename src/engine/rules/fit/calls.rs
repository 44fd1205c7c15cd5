//! From what somebody wants to send to the calls a vendor gets: every fixture of every channel that
//! writes calls, fitted and rendered as it is on its way out.
//!
//! A fixture is what is sent and the calls it must become. Files have an address; where the vendor
//! was given one before, the fixture names the vendor's id under `handles`.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Mode;
use super::fit;
use crate::base::id::Id as _;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::Method;
use crate::channels::registry::Registry;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::channel::ChannelKind;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::opaque::merge;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;
use crate::model::thread::Thread;

/// A channel with fixtures: its kind, an account, and a customer of it.
struct Played {
    kind: &'static str,
    settings: &'static str,
    to: &'static str,
}

const PLAYED: [Played; 3] = [
    Played {
        kind: "facebook",
        settings: r#"{"pageId":"1234567890"}"#,
        to: "6543210987654321",
    },
    Played {
        kind: "instagram",
        settings: r#"{"pageId":"1234567890","instagramId":"17841405822304914"}"#,
        to: "900100200300",
    },
    Played {
        kind: "whatsapp",
        settings: r#"{"phoneNumberId":"106540352242922"}"#,
        to: "+16505551234",
    },
];

/// What is sent, and the calls it must become.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    #[serde(default)]
    settings: Opaque,
    to: Option<String>,
    reply_to: Option<String>,
    content: Content,
    #[serde(default)]
    metadata: Opaque,
    #[serde(default)]
    handles: BTreeMap<String, String>,
    /// How long ago the customer wrote, in hours.
    #[serde(default)]
    quiet_hours: i64,
    #[serde(default)]
    by_person: bool,
    calls: Value,
}

#[test]
fn every_row_of_the_documents_becomes_the_calls_it_says() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut wrong = Vec::new();
    for played in &PLAYED {
        let folder = format!("{root}/{}/out", played.kind);
        let mut paths: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "{folder}");
        for path in paths {
            let case: Case =
                serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let found = calls(played, &case);
            if found != case.calls {
                wrong.push(format!("{}\t{found}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn address(media: &Media) -> Option<String> {
    match media.media_id {
        Some(id) => Some(format!("https://chat.example/media/{id}")),
        None => media.url.clone(),
    }
}

fn calls(played: &Played, case: &Case) -> Value {
    let registry = Registry::builtin();
    let channel = registry.channel(&ChannelKind::named(played.kind)).unwrap();
    let row = channel.capabilities();
    let fitted = match fit(&case.content, row, &address, Mode::Degrade) {
        Ok(fitted) => fitted,
        Err(refused) => return json!({"refused": refused.code.as_str()}),
    };
    let mut settings: Opaque = serde_json::from_str(played.settings).unwrap();
    merge(&mut settings, &case.settings);
    let account = Account {
        channel_id: ChannelId::from_bytes([1; 16]),
        settings,
        secrets: ["accessToken", "pageAccessToken"]
            .map(|name| (name.to_owned(), Secret::new("EAAT".to_owned())))
            .into(),
        webhook_url: String::new(),
    };
    let ids = fitted.parts.iter().flat_map(Content::files);
    let urls = ids
        .map(|id| (id.to_string(), format!("https://chat.example/media/{id}")))
        .collect();
    let now = Timestamp::from_secs(1_767_268_800);
    let sending = Sending {
        account: &account,
        message_id: MessageId::from_bytes([0; 16]),
        to: case.to.as_deref().unwrap_or(played.to),
        asked: &case.content,
        parts: &fitted.parts,
        thread: &Thread::default(),
        reply_to: case.reply_to.as_deref(),
        media_urls: &urls,
        handles: &case.handles,
        metadata: &case.metadata,
        last_inbound_at: Some(Timestamp::from_secs(
            now.as_secs() - case.quiet_hours * 3_600,
        )),
        by_person: case.by_person,
        companions: &[],
        chose_typed: false,
        taken_ids: &[],
        now,
    };
    let written = match channel.render(&sending) {
        Ok(calls) => calls,
        Err(error) => return json!({"error": error.to_string()}),
    };
    written.iter().map(as_json).collect()
}

fn as_json(call: &Call) -> Value {
    let Call::Http(request) = call else {
        return json!("not a plain request");
    };
    assert_eq!(request.method, Method::Post);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    json!({"post": request.url, "body": body})
}
