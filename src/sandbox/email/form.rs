//! Forms with files as services post them: kept readable until they go out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::files::Chosen;

/// What stands between the fields.
const BOUNDARY: &str = "xYzZY-sandbox-mail";

/// A field of text.
#[must_use]
pub fn text(name: &str, value: impl Into<String>) -> Value {
    json!({"name": name, "text": value.into()})
}

/// A file.
#[must_use]
pub fn file(name: &str, file: &Chosen) -> Value {
    json!({
        "name": name, "filename": file.filename, "type": file.mime_type,
        "base64": STANDARD.encode(&file.bytes),
    })
}

/// The content type of every form.
#[must_use]
pub fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// The form as it goes over the wire.
#[must_use]
pub fn written(fields: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        let name = field["name"].as_str().unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"");
        bytes.extend_from_slice(head.as_bytes());
        if let Some(encoded) = field["base64"].as_str() {
            let filename = field["filename"].as_str().unwrap_or_default();
            let kind = field["type"].as_str().unwrap_or_default();
            let filename = filename.replace(['"', '\r', '\n'], "_");
            let rest = format!("; filename=\"{filename}\"\r\nContent-Type: {kind}\r\n\r\n");
            bytes.extend_from_slice(rest.as_bytes());
            bytes.extend_from_slice(&STANDARD.decode(encoded).unwrap_or_default());
        } else {
            bytes.extend_from_slice(b"\r\n\r\n");
            bytes.extend_from_slice(field["text"].as_str().unwrap_or_default().as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    bytes
}
