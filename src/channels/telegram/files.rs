//! Finding out where a customer's file lies. telegram.md section 8.

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Node;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::fault;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Remote;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

/// The largest file the vendor's own server hands out, in bytes.
const DOWNLOAD_MAX: u64 = 20 * 1024 * 1024;

/// The dialogue that finds a file.
///
/// # Errors
/// It is too large, or not there any more.
pub fn next(remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
    let api = Api::of(asked.account);
    let Some(reply) = asked.replies.first() else {
        let size = remote.media.size_bytes.unwrap_or(0);
        if size > DOWNLOAD_MAX && !api.is_own() {
            return Err(never(
                "too_big",
                "Telegram hands out files of up to 20 MB; this one is larger.",
            ));
        }
        let id = remote.metadata.get("fileId").and_then(Value::as_str);
        let id = id.ok_or_else(|| never("no_address", "Telegram did not say which file it is."))?;
        return Ok(Step::Ask {
            what: "file",
            call: api.call("getFile", &json!({"file_id": id})),
        });
    };
    let file = fault::result(reply)?;
    let path = Node::of(&file).word("file_path");
    let path =
        path.ok_or_else(|| never("no_address", "Telegram did not say where the file is."))?;
    // A server of the operator's own may name a file of its disk, which is not ours to open.
    let is_address = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    if !is_address {
        return Err(never(
            "no_address",
            "The Bot API server names a file on its own disk; run it without --local.",
        ));
    }
    Ok(Step::Done(Source {
        url: api.file(&path),
        authorization: None,
        digest: None,
    }))
}

fn never(reason: &str, message: &str) -> Refusal {
    Refusal::Never(SendError::lasting(reason, message))
}
