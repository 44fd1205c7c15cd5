//! JSON that is kept without looking inside.

/// A JSON object we keep without looking inside: metadata, custom fields, channel settings.
pub type Opaque = serde_json::Map<String, serde_json::Value>;

/// Merges a patch into a map: what it names is replaced as a whole, null takes a key out.
pub fn merge(held: &mut Opaque, patch: &Opaque) {
    for (key, value) in patch {
        if value.is_null() {
            held.remove(key);
        } else {
            held.insert(key.clone(), value.clone());
        }
    }
}
