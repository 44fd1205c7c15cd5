//! Laying changes over settings.

use serde_json::Value;

use crate::model::Opaque;

/// Merges a patch into settings, one level deep; null takes a key out, of an object in them too, so
/// that what was chosen there has its default again.
pub fn merge(held: &mut Opaque, patch: &Opaque) {
    for (key, value) in patch {
        match (held.get_mut(key), value) {
            (_, Value::Null) => {
                held.remove(key);
            }
            (Some(Value::Object(inner)), Value::Object(new)) => lay_over(inner, new),
            (_, Value::Object(new)) => {
                let mut fresh = Opaque::new();
                lay_over(&mut fresh, new);
                held.insert(key.clone(), fresh.into());
            }
            _ => {
                held.insert(key.clone(), value.clone());
            }
        }
    }
}

fn lay_over(held: &mut Opaque, new: &Opaque) {
    for (name, value) in new {
        if value.is_null() {
            held.shift_remove(name);
        } else {
            held.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn null_takes_out_one_setting_and_leaves_its_neighbours() {
        let cases = [
            (r#"{"a":1,"b":2}"#, r#"{"a":null}"#, r#"{"b":2}"#),
            (
                r##"{"theme":{"primaryColor":"#fff","logoUrl":"/a.png"}}"##,
                r#"{"theme":{"logoUrl":null,"size":"large"}}"#,
                r##"{"theme":{"primaryColor":"#fff","size":"large"}}"##,
            ),
            ("{}", r#"{"theme":{"logoUrl":null}}"#, r#"{"theme":{}}"#),
            (r#"{"list":[1]}"#, r#"{"list":[2]}"#, r#"{"list":[2]}"#),
        ];
        for (held, patch, expected) in cases {
            let mut merged: Opaque = serde_json::from_str(held).unwrap();
            merge(&mut merged, &serde_json::from_str(patch).unwrap());
            let expected: Opaque = serde_json::from_str(expected).unwrap();
            assert_eq!(merged, expected, "{held} {patch}");
        }
    }
}
