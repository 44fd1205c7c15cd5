//! Private keys as people paste them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes of a key in PEM, or in bare base 64; whatever became of its lines in a form.
#[must_use]
pub fn der(text: &str) -> Option<Vec<u8>> {
    let text = text.replace("\\n", "\n");
    let inner = match text.split_once("PRIVATE KEY-----") {
        Some((_, rest)) => rest.split("-----").next().unwrap_or_default(),
        None => text.as_str(),
    };
    let letters: String = inner.split_whitespace().collect();
    STANDARD.decode(letters).ok()
}
