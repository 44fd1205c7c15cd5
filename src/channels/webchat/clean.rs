//! What pages and visitors send, brought within bounds before anything else sees it.

use serde_json::Value;

use crate::base::text::Counting;
use crate::base::text::shorten;
use crate::channels::webchat::frames::Page;
use crate::model::Opaque;

/// The longest text of a visitor, in characters.
pub const TEXT_MAX: usize = 10_000;

const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_MAX: usize = 64;
const METADATA_VALUE_MAX: usize = 512;
const METADATA_BYTES_MAX: usize = 8 * 1_024;
const URL_MAX: usize = 2_048;
const TITLE_MAX: usize = 256;

/// Query parameters that may hold secrets of the visitor.
const SECRETIVE: [&str; 6] = ["token", "password", "code", "secret", "session", "key"];

/// A text as it is kept: LF alone as line break, no control characters but LF and TAB, no blanks
/// around it. None when nothing visible is left.
#[must_use]
pub fn text(raw: &str) -> Option<String> {
    let lines = raw.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let trimmed = kept.trim();
    let visible = trimmed.chars().any(|c| !is_blank(c));
    visible.then(|| trimmed.to_owned())
}

/// Whether a character shows nothing: white space, or one of the invisible ones people paste.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
                | '\u{feff}' | '\u{180e}' | '\u{fe00}'..='\u{fe0f}' | '\u{115f}' | '\u{1160}' | '\u{3164}'
        )
}

/// What a page may keep with its visitor: a few short texts, numbers and switches. The rest is left
/// out, last come first.
#[must_use]
pub fn metadata(raw: &Opaque) -> Opaque {
    let mut kept = Opaque::new();
    let mut bytes = 0;
    for (key, value) in raw {
        let length = |text: &str| Counting::Characters.measure(text);
        let value_fits = match value {
            Value::String(text) => length(text) <= METADATA_VALUE_MAX,
            Value::Number(_) | Value::Bool(_) => true,
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        };
        let size = key.len() + value.to_string().len();
        let fits = value_fits
            && (1..=METADATA_KEY_MAX).contains(&length(key))
            && kept.len() < METADATA_KEYS_MAX
            && bytes + size <= METADATA_BYTES_MAX;
        if fits {
            bytes += size;
            kept.insert(key.clone(), value.clone());
        }
    }
    kept
}

/// A page as it is kept: without fragment, without parameters that may be secret, within bounds.
/// None for an address that is none.
#[must_use]
pub fn page(raw: &Page) -> Option<Page> {
    let cut = |text: &str, max| shorten(text.trim(), max, Counting::Characters);
    Some(Page {
        url: address(&raw.url)?,
        title: raw.title.as_deref().map(|title| cut(title, TITLE_MAX)),
        referrer: raw.referrer.as_deref().and_then(address),
    })
}

fn address(raw: &str) -> Option<String> {
    let mut address = url::Url::parse(raw.trim()).ok()?;
    address.set_fragment(None);
    // A scheme without a host has no user to remove, and nothing is lost if it fails.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    let kept: Vec<(String, String)> = address
        .query_pairs()
        .filter(|(name, _)| !SECRETIVE.contains(&name.to_ascii_lowercase().as_str()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if address.query_pairs().count() != kept.len() {
        address.set_query(None);
        if !kept.is_empty() {
            address.query_pairs_mut().extend_pairs(kept);
        }
    }
    let text = address.to_string();
    (text.len() <= URL_MAX).then_some(text)
}

/// Whether a client's id of a message is one: up to 64 letters, digits, dashes and underscores.
#[must_use]
pub fn is_client_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_lose_what_cannot_be_seen() {
        let cases = [
            (" hi \r\nthere\r ", Some("hi \nthere")),
            ("a\0b\u{7}c\td", Some("abc\td")),
            ("   \n\t ", None),
            ("\u{200b}\u{feff}\u{2060}", None),
            ("\u{202e}", None),
            ("", None),
            ("\u{1f44d}\u{fe0f}", Some("\u{1f44d}\u{fe0f}")),
            ("\u{627}\u{200f}", Some("\u{627}\u{200f}")),
        ];
        for (raw, expected) in cases {
            assert_eq!(text(raw).as_deref(), expected, "{raw:?}");
        }
    }

    #[test]
    fn metadata_stays_small_and_flat() {
        let mut raw = Opaque::new();
        raw.insert("plan".into(), "pro".into());
        raw.insert("n".into(), 3.into());
        raw.insert("on".into(), true.into());
        raw.insert("null".into(), Value::Null);
        raw.insert("deep".into(), Value::Array(vec![1.into()]));
        raw.insert("long".into(), "x".repeat(513).into());
        raw.insert("k".repeat(65), 1.into());
        raw.insert(String::new(), 1.into());
        let kept = metadata(&raw);
        let keys: Vec<_> = kept.keys().map(String::as_str).collect();
        assert_eq!(keys, ["plan", "n", "on"]);

        let many: Opaque = (0..80).map(|n| (format!("k{n}"), n.into())).collect();
        assert_eq!(metadata(&many).len(), 50);
        let big: Opaque = (0..40)
            .map(|n| (format!("k{n}"), "x".repeat(500).into()))
            .collect();
        assert_eq!(metadata(&big).len(), 16);
    }

    #[test]
    fn addresses_lose_their_secrets() {
        let cases = [
            (
                "https://shop.example.com/pricing#top",
                Some("https://shop.example.com/pricing"),
            ),
            (
                "https://a.example/?x=1&Token=abc&y=2",
                Some("https://a.example/?x=1&y=2"),
            ),
            ("https://a.example/?code=1", Some("https://a.example/")),
            ("https://user:pw@a.example/", Some("https://a.example/")),
            (
                "https://a.example/?q=a%20b",
                Some("https://a.example/?q=a%20b"),
            ),
            ("/pricing", None),
            ("", None),
        ];
        for (raw, expected) in cases {
            let cleaned = page(&Page {
                url: raw.to_owned(),
                title: None,
                referrer: None,
            });
            assert_eq!(cleaned.map(|page| page.url).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn client_ids_are_short_and_plain() {
        assert!(is_client_id("cm_01J9ZK"));
        assert!(is_client_id(&"a".repeat(64)));
        for id in ["", "a b", "caf\u{e9}", &"a".repeat(65), "a/b"] {
            assert!(!is_client_id(id), "{id}");
        }
    }

    proptest! {
        #[test]
        fn nothing_sent_makes_it_panic(raw in "\\PC{0,80}") {
            let _ = page(&Page { url: raw.clone(), title: Some(raw.clone()), referrer: Some(raw.clone()) });
            if let Some(kept) = text(&raw) {
                prop_assert_eq!(text(&kept), Some(kept.clone()), "cleaning twice changes nothing");
            }
        }
    }
}
