//! Several pictures in one message: further ones stand in the message's metadata. instagram.md
//! section 4.

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::direct::body;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::outbound::Sending;
use crate::model::rejection::Rejection;

/// Where the addresses of further pictures stand in a message's metadata.
const ALBUM: &str = "album";

/// Pictures beside the first, at most (instagram.md section 11).
const FURTHER_MAX: usize = 9;

/// Whether further pictures are as they must be.
///
/// # Errors
/// They are no addresses, too many, or beside something that is no picture.
pub fn check(parts: &[Content], metadata: &Opaque) -> Result<(), Rejection> {
    let Some(album) = metadata.get(ALBUM) else {
        return Ok(());
    };
    let wrong = |message: &str| Err(Rejection::field("metadata.album", message));
    let is_address = |one: &Value| {
        let url = one.as_str().and_then(|text| url::Url::parse(text).ok());
        url.is_some_and(|url| matches!(url.scheme(), "http" | "https"))
    };
    match album.as_array().map(Vec::as_slice) {
        None | Some([]) => wrong("must be a list of addresses of pictures"),
        Some(all) if !all.iter().all(is_address) => {
            wrong("must be a list of addresses of pictures")
        }
        Some(all) if all.len() > FURTHER_MAX => {
            wrong("must hold at most 9 pictures beside the first")
        }
        Some(_) if !matches!(parts.first(), Some(Content::Image(_))) => {
            wrong("must stand beside a picture")
        }
        Some(_) => Ok(()),
    }
}

/// All pictures of a message, where there is more than one: the value of `message`.
#[must_use]
pub fn message(sending: &Sending<'_>, part: &Content) -> Option<Value> {
    let Content::Image(first) = part else {
        return None;
    };
    let further = sending.metadata.get(ALBUM)?.as_array()?;
    let file = body::file(sending, part, first)?;
    let further = further.iter().filter_map(Value::as_str);
    let further = further.map(|url| json!({"type": "image", "payload": {"url": url}}));
    let all: Vec<Value> = std::iter::once(file["attachment"].clone())
        .chain(further)
        .collect();
    Some(json!({ "attachments": all }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::Media;

    #[test]
    fn further_pictures_are_addresses_beside_a_picture() {
        let picture = Content::Image(Media::default());
        let text = Content::text("hello");
        let address = "https://shop.example/1.jpg";
        let cases = [
            (json!({}), &text, true),
            (json!({"album": [address]}), &picture, true),
            (json!({"album": vec![address; 9]}), &picture, true),
            (json!({"album": vec![address; 10]}), &picture, false),
            (json!({"album": []}), &picture, false),
            (json!({"album": address}), &picture, false),
            (json!({"album": ["1.jpg"]}), &picture, false),
            (json!({"album": [7]}), &picture, false),
            (json!({"album": [address]}), &text, false),
        ];
        for (metadata, part, expected) in cases {
            let told = metadata.as_object().cloned().unwrap_or_default();
            let checked = check(std::slice::from_ref(part), &told);
            assert_eq!(checked.is_ok(), expected, "{metadata}");
        }
    }
}
