//! What a reader has begun to write, as the script of the composer reads it.

use serde_json::Value;
use serde_json::json;

use crate::engine::inbox::unsent::Begun;
use crate::model::unsent::Words;

/// Both the reply and the note, and which of them is being written.
#[must_use]
pub fn value(begun: &Begun) -> Value {
    let unsent = &begun.unsent;
    json!({
        "note": unsent.writes_note,
        "words": { "reply": words(begun, &unsent.reply), "note": words(begun, &unsent.note) },
    })
}

fn words(begun: &Begun, words: &Words) -> Value {
    if words.is_empty() {
        return Value::Null;
    }
    let files: Vec<Value> = words
        .files
        .iter()
        .filter_map(|id| begun.files.iter().find(|file| file.id == *id))
        .map(|file| json!({ "id": file.id, "name": file.filename, "size": file.size_bytes }))
        .collect();
    let quote = words
        .reply_to
        .and_then(|id| begun.quoted.iter().find(|quoted| quoted.0 == id))
        .map(|(id, text)| json!({ "id": id, "text": text }));
    json!({ "text": words.text, "seen": words.seen, "quote": quote, "files": files })
}
