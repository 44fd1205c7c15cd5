//! What only Messenger can say. facebook.md section 4.

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::direct::body;
use crate::channels::meta::direct::render::Message;
use crate::channels::meta::direct::render::Speaker;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::TemplateUse;
use crate::model::outbound::Sending;

/// Names of templates that are shapes of the vendor's rather than texts it approved.
pub const SHAPES: &[&str] = &[
    "generic",
    "button",
    "media",
    "receipt",
    "coupon",
    "customer_feedback",
];

/// How stickers of the vendor's own are named in an address.
const STICKER: &str = "sticker:";

/// Messenger's own ways.
#[derive(Debug, Clone, Copy)]
pub struct Page;

impl Speaker for Page {
    fn own(&self, _sending: &Sending<'_>, part: &Content) -> Option<Vec<Message>> {
        match part {
            Content::Sticker(media) | Content::Image(media) => {
                sticker(media).map(|sticker| vec![Message::Free(sticker)])
            }
            _ => None,
        }
    }

    fn template(&self, template: &TemplateUse) -> Option<Message> {
        Some(if SHAPES.contains(&template.name.as_str()) {
            Message::Free(body::shaped(template))
        } else {
            Message::Approved(approved(template))
        })
    }
}

/// A sticker of the vendor's own, by its number.
fn sticker(media: &Media) -> Option<Value> {
    let number: u64 = media.url.as_deref()?.strip_prefix(STICKER)?.parse().ok()?;
    Some(json!({"sticker_id": number}))
}

/// A text the vendor approved.
fn approved(template: &TemplateUse) -> Value {
    let mut value = json!({
        "name": template.name,
        "language": {"code": template.language},
    });
    if !template.components.is_empty() {
        let components = template.components.iter().cloned().map(Value::Object);
        value["components"] = components.collect();
    }
    json!({"template": value})
}
