//! Values in settings by their path: `offline.form.fields`.

use serde_json::Value;

use crate::model::Opaque;

/// What stands at a path.
#[must_use]
pub fn at<'a>(held: &'a Opaque, path: &str) -> Option<&'a Value> {
    let mut steps = path.split('.');
    let first = held.get(steps.next()?);
    steps
        .try_fold(first?, |value, step| value.get(step))
        .filter(|value| !value.is_null())
}

/// Puts a value at a path, or takes it out; objects that become empty go too.
pub fn put(held: &mut Opaque, path: &str, value: Option<Value>) {
    let Some((first, rest)) = path.split_once('.') else {
        match value {
            Some(value) => held.insert(path.to_owned(), value),
            None => held.shift_remove(path),
        };
        return;
    };
    let mut inner = match held.get_mut(first).map(Value::take) {
        Some(Value::Object(inner)) => inner,
        _ => Opaque::new(),
    };
    put(&mut inner, rest, value);
    if inner.is_empty() {
        held.shift_remove(first);
    } else {
        held.insert(first.to_owned(), inner.into());
    }
}

/// What makes `after` of `before` when it is merged into it one level deep, for the settings of
/// these paths.
#[must_use]
pub fn patch<'a>(before: &Opaque, after: &Opaque, paths: impl Iterator<Item = &'a str>) -> Opaque {
    let mut patch = Opaque::new();
    for path in paths {
        let mut steps = path.splitn(3, '.');
        let (Some(outer), inner) = (steps.next(), steps.next()) else {
            continue;
        };
        let Some(inner) = inner else {
            patch.insert(
                outer.to_owned(),
                after.get(outer).cloned().unwrap_or_default(),
            );
            continue;
        };
        let place = patch.entry(outer).or_insert_with(|| Opaque::new().into());
        let value = at(after, &format!("{outer}.{inner}")).cloned();
        if let Value::Object(place) = place
            && (value.is_some() || at(before, &format!("{outer}.{inner}")).is_some())
        {
            place.insert(inner.to_owned(), value.unwrap_or_default());
        }
    }
    patch.retain(|_, value| value.as_object().is_none_or(|inner| !inner.is_empty()));
    patch
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn values_come_and_go_at_any_depth() {
        let mut held: Opaque = serde_json::from_value(json!({"a":{"b":{"c":1},"d":2}})).unwrap();
        assert_eq!(at(&held, "a.b.c"), Some(&json!(1)));
        assert_eq!(at(&held, "a.x.c"), None);
        let before = held.clone();
        put(&mut held, "a.b.c", None);
        put(&mut held, "e.f", Some(json!("x")));
        assert_eq!(
            Value::Object(held.clone()),
            json!({"a":{"d":2},"e":{"f":"x"}})
        );
        let patch = patch(&before, &held, ["a.b.c", "e.f", "g", "a.z"].into_iter());
        assert_eq!(
            Value::Object(patch),
            json!({"a":{"b":null},"e":{"f":"x"},"g":null})
        );
    }
}
