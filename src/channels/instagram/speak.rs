//! What only Instagram can say. instagram.md section 4.

use serde_json::json;

use crate::channels::instagram::album;
use crate::channels::meta::direct::body::shaped;
use crate::channels::meta::direct::render::Message;
use crate::channels::meta::direct::render::Speaker;
use crate::model::content::Content;
use crate::model::content::TemplateUse;
use crate::model::outbound::Sending;

/// Names of templates that are shapes of the vendor's. There is no programme of approved ones.
pub const SHAPES: &[&str] = &["generic", "button", "media_share"];

/// What people call the one sticker there is.
const HEARTS: [&str; 3] = ["like_heart", "like", "\u{2764}\u{fe0f}"];

/// Instagram's own ways.
#[derive(Debug, Clone, Copy)]
pub struct Professional;

impl Speaker for Professional {
    fn own(&self, sending: &Sending<'_>, part: &Content) -> Option<Vec<Message>> {
        if let Some(all) = album::message(sending, part) {
            return Some(vec![Message::Free(all)]);
        }
        let (Content::Sticker(media) | Content::Image(media)) = part else {
            return None;
        };
        let is_heart = media
            .url
            .as_deref()
            .is_some_and(|url| HEARTS.contains(&url));
        is_heart.then(|| vec![Message::Free(json!({"attachment": {"type": "like_heart"}}))])
    }

    fn template(&self, template: &TemplateUse) -> Option<Message> {
        if template.name == "media_share" {
            let first = template.components.first();
            let id = first.and_then(|component| component.get("id"))?;
            let attachment = json!({"type": "MEDIA_SHARE", "payload": {"id": id}});
            return Some(Message::Free(json!({"attachment": attachment})));
        }
        SHAPES
            .contains(&template.name.as_str())
            .then(|| Message::Free(shaped(template)))
    }
}
