//! Placeholders of what is sent, filled in.

use serde_json::Value;

use crate::channels::sms::generic::as_text;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::segments;
use crate::channels::sms::segments::Alphabet;

/// What a placeholder stands for.
fn meaning(name: &str, outgoing: &Outgoing<'_>) -> Option<Value> {
    let count = || segments::count(&outgoing.text);
    Some(match name {
        "to" => outgoing.to.into(),
        "toDigits" => numbers::digits(outgoing.to).into(),
        "from" => outgoing.from.unwrap_or_default().into(),
        "text" => outgoing.text.as_str().into(),
        "id" => outgoing.id.as_str().into(),
        "unicode" | "unicode:bool" => (count().alphabet == Alphabet::Ucs2).into(),
        "segments" | "segments:int" => count().segments.into(),
        "mediaUrl" => match &outgoing.file {
            Some((_, url, _)) => url.as_str().into(),
            None => "".into(),
        },
        "callbackUrl" => outgoing.tagged_status_url().into(),
        _ => return None,
    })
}

/// A template with its placeholders filled in, leaf by leaf: what is filled in can never become
/// structure. A leaf that is one typed placeholder becomes a number or a truth.
#[must_use]
pub fn filled(template: &Value, outgoing: &Outgoing<'_>) -> Value {
    match template {
        Value::String(text) => {
            let only = text
                .strip_prefix("{{")
                .and_then(|rest| rest.strip_suffix("}}"));
            let typed = only.filter(|name| name.contains(':') && !name.contains('{'));
            match typed.and_then(|name| meaning(name, outgoing)) {
                Some(value) => value,
                None => replaced(text, outgoing, str::to_owned).into(),
            }
        }
        Value::Array(items) => items.iter().map(|item| filled(item, outgoing)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), filled(value, outgoing)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// An address with its placeholders filled in, so that none of them can lead elsewhere.
#[must_use]
pub fn in_address(url: &str, outgoing: &Outgoing<'_>) -> String {
    replaced(url, outgoing, |text| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
    })
}

fn replaced(text: &str, outgoing: &Outgoing<'_>, written: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match meaning(name.trim(), outgoing) {
            Some(value) => out.push_str(&written(&as_text(&value))),
            None => out.extend(["{{", name, "}}"]),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
