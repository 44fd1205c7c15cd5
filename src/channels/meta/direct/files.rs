//! Handing files over. facebook.md section 8, instagram.md section 8.

use serde_json::json;

use crate::base::mime;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::body::kind_of;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::talk::refused;
use crate::channels::node::Node;
use crate::model::call::Field;
use crate::model::call::FieldValue;
use crate::model::content::Media;
use crate::model::outbound::Asked;

/// Hands a stored file over; the id under which the vendor keeps it for 90 days. So the vendor need
/// not reach us, and the name of the file stays.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn upload(
    way: &Way<'_>,
    media: &Media,
    asked: &Asked<'_>,
    platform: &str,
) -> Result<Option<String>, Pause> {
    let Some(media_id) = media.media_id else {
        return Ok(None);
    };
    let mime_type = media
        .mime_type
        .as_deref()
        .unwrap_or("application/octet-stream");
    let attachment = json!({"type": kind_of(media), "payload": {"is_reusable": true}});
    let fields = vec![
        Field {
            name: "message".to_owned(),
            value: FieldValue::Text(json!({"attachment": attachment}).to_string()),
        },
        Field {
            name: "filedata".to_owned(),
            value: FieldValue::File {
                media_id,
                filename: name(media),
                mime_type: mime_type.to_owned(),
            },
        },
    ];
    let mut path = format!("{}/message_attachments", way.node);
    if !platform.is_empty() {
        path.push_str("?platform=");
        path.push_str(platform);
    }
    let call = way.graph.form(&path, fields);
    let told = Talk::of(asked, FAULTS).must("upload", call)?;
    let id = Node::of(&told).word("attachment_id").ok_or_else(|| {
        let words = "The vendor took the file without saying under which id.";
        refused("media_failed", words.to_owned())
    })?;
    Ok(Some(id))
}

fn name(media: &Media) -> String {
    let given = media.filename.clone().filter(|name| !name.is_empty());
    given.unwrap_or_else(|| {
        let ending = media.mime_type.as_deref().map_or("bin", mime::ending);
        format!("file.{ending}")
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::channels::meta::graph::FACEBOOK;
    use crate::channels::meta::graph::Graph;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::model::ids::MediaId;

    #[test]
    fn a_stored_file_is_handed_over_under_its_name() {
        let account = account(json!({}), &[("token", "EAAT")]);
        let way = Way {
            graph: Graph::of(&account, FACEBOOK, "token"),
            node: "1",
        };
        let cases = [
            (
                "application/pdf",
                Some("invoice.pdf"),
                "file",
                "invoice.pdf",
            ),
            ("image/png", None, "image", "file.png"),
            ("video/mp4", None, "video", "file.mp4"),
            ("audio/mpeg", None, "audio", "file.mp3"),
        ];
        for (mime_type, filename, kind, name) in cases {
            let media = Media {
                media_id: Some(MediaId::from_bytes([9; 16])),
                mime_type: Some(mime_type.to_owned()),
                filename: filename.map(str::to_owned),
                ..Media::default()
            };
            let answers = [(200, json!({"attachment_id":"1857"}))];
            let (calls, id) = hold(&account, &answers, |asked| {
                next(upload(&way, &media, asked, "instagram"))
            });
            let message =
                format!(r#"{{"attachment":{{"type":"{kind}","payload":{{"is_reusable":true}}}}}}"#);
            let expected = format!(
                "POST /1/message_attachments?platform=instagram message={message}&filedata=<{name}, {mime_type}>"
            );
            assert_eq!(calls, [expected]);
            assert_eq!(id.unwrap().as_deref(), Some("1857"));
        }
    }
}
