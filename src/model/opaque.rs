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

/// The same, but what is an object on both sides is folded into one.
pub fn fold(held: &mut Opaque, patch: &Opaque) {
    for (key, value) in patch {
        match (held.get_mut(key), value) {
            (Some(serde_json::Value::Object(held)), serde_json::Value::Object(patch)) => {
                fold(held, patch);
            }
            (_, value) if value.is_null() => {
                held.remove(key);
            }
            (_, value) => {
                held.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_said_of_one_is_kept_beside_what_was_said_of_another() {
        let object = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
        let mut held = object(json!({"recipients":{"a":{"status":"sent"}},"x":1,"y":2}));
        let patch =
            json!({"recipients":{"b":{"status":"read"},"a":{"note":"n"}},"x":{"z":1},"y":null});
        fold(&mut held, &object(patch));
        let expected = json!({
            "recipients":{"a":{"status":"sent","note":"n"},"b":{"status":"read"}},"x":{"z":1},
        });
        assert_eq!(serde_json::Value::Object(held), expected);
    }
}
