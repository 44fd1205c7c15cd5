#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::channels::registry::Registry;
use crate::model::channel::ChannelKind;
use crate::model::content::Media;

fn row(kind: &str) -> &'static Capabilities {
    Registry::builtin()
        .capabilities(&ChannelKind::named(kind))
        .unwrap()
}

fn read(json: &str) -> Content {
    serde_json::from_str(json).unwrap()
}

fn link(media: &Media) -> Option<String> {
    let name = media.filename.clone().unwrap_or_else(|| "file".to_owned());
    Some(format!("https://l.example/{name}"))
}

fn fitted(kind: &str, json: &str) -> Fitted {
    fit(&read(json), row(kind), &link, Mode::Degrade).unwrap()
}

const THREE_BUTTONS: &str = r#"{"type":"buttons","text":"What now?","buttons":[
    {"type":"reply","id":"a","title":"Track"},{"type":"reply","id":"b","title":"Cancel"},{"type":"reply","id":"c","title":"Talk"}]}"#;

#[test]
fn buttons_become_a_numbered_text_where_nothing_can_be_pressed() {
    for kind in ["sms", "email", "voice"] {
        let fitted = fitted(kind, THREE_BUTTONS);
        assert_eq!(
            fitted.parts,
            [Content::text("What now?\n\n1. Track\n2. Cancel\n3. Talk")]
        );
        assert_eq!(fitted.converted, ["3 buttons became a numbered text"]);
        let numbers: Vec<_> = fitted.choices.iter().map(|c| (c.number, &*c.id)).collect();
        assert_eq!(numbers, [(1, "a"), (2, "b"), (3, "c")]);
    }
}
