//! Tags that let messages out after the window until the vendor took them away. facebook.md section
//! 7.2.

use crate::model::Opaque;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// Tags the vendor takes no more.
const RETIRED: [&str; 3] = [
    "ACCOUNT_UPDATE",
    "CONFIRMED_EVENT_UPDATE",
    "POST_PURCHASE_UPDATE",
];

/// Where programs that were written before then put the tag, in a message's metadata.
const PLACES: [&str; 3] = ["messageTag", "message_tag", "tag"];

/// Whether a message asks for no tag that is gone.
///
/// # Errors
/// It does, with what takes its place.
pub fn check(metadata: &Opaque) -> Result<(), Rejection> {
    let named = PLACES
        .iter()
        .filter_map(|place| metadata.get(*place)?.as_str());
    let Some(gone) = named.into_iter().find(|tag| RETIRED.contains(tag)) else {
        return Ok(());
    };
    let message = format!(
        "Messenger takes no messages with the tag {gone} any more: use a utility template."
    );
    Err(Rejection::new(Code::UnsupportedContentType, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tag_that_is_gone_is_refused_and_anything_else_is_not_looked_at() {
        for tag in RETIRED {
            for place in PLACES {
                let metadata = Opaque::from_iter([(place.to_owned(), json!(tag))]);
                let refused = check(&metadata).err();
                let code = refused.as_ref().map(|refused| refused.code);
                assert_eq!(code, Some(Code::UnsupportedContentType), "{place} {tag}");
                assert!(refused.is_some_and(|why| why.message.contains("utility template")));
            }
        }
        for metadata in [json!({}), json!({"tag":"vip"}), json!({"tag":7})] {
            let metadata = metadata.as_object().cloned().unwrap_or_default();
            assert_eq!(check(&metadata), Ok(()));
        }
    }
}
