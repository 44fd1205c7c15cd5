//! Files: what can be shown as what, how they are handed over, and where a customer's lie.
//! whatsapp.md section 8.

use crate::base::mime;
use crate::base::secret::Secret;
use crate::channels::meta::graph::escape;
use crate::channels::meta::graph::media_url;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::talk::refused;
use crate::channels::node::Node;
use crate::channels::whatsapp::connect::TOKEN;
use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::connect::number_id;
use crate::channels::whatsapp::faults::FAULTS;
use crate::model::call::Call;
use crate::model::call::Field;
use crate::model::call::FieldValue;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Remote;
use crate::model::outbound::Sending;
use crate::model::outbound::Source;

const PICTURES: [&str; 2] = ["image/jpeg", "image/png"];
const SOUNDS: [&str; 5] = [
    "audio/aac",
    "audio/amr",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
];
const FILMS: [&str; 2] = ["video/mp4", "video/3gpp"];
const STICKER: &str = "image/webp";

/// Sound in the one form that is shown as a voice note.
const OPUS: &str = "audio/ogg; codecs=opus";

/// Other names of types the vendor takes under one name only.
const SPELLINGS: [(&str, &str); 9] = [
    ("application/ogg", OPUS),
    ("audio/m4a", "audio/mp4"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/ogg", OPUS),
    ("audio/opus", OPUS),
    ("audio/x-m4a", "audio/mp4"),
    ("image/jpg", "image/jpeg"),
    ("video/3gp", "video/3gpp"),
    ("audio/x-aac", "audio/aac"),
];

/// The type of a file as the vendor spells it; none where it is not known.
fn vendors_type(media: &Media) -> Option<String> {
    let told = mime::essence(media.mime_type.as_deref()?);
    let known = SPELLINGS.iter().find(|(other, _)| *other == told);
    Some(known.map_or(told, |(_, name)| (*name).to_owned()))
}

/// As what a file is sent: what the vendor does not show goes as a document. Of a file whose type
/// nobody knows the sender's word is taken.
#[must_use]
pub fn shown_as(content: &Content, media: &Media) -> &'static str {
    let kind = vendors_type(media);
    let is_one_of = |types: &[&str]| {
        kind.as_deref()
            .is_none_or(|kind| types.contains(&mime::essence(kind).as_str()))
    };
    match content {
        Content::Sticker(_) if is_one_of(&[STICKER]) => "sticker",
        Content::Image(_) | Content::Sticker(_) if is_one_of(&PICTURES) => "image",
        Content::Video(_) if is_one_of(&FILMS) => "video",
        Content::Audio(_) if is_one_of(&SOUNDS) => "audio",
        _ => "document",
    }
}

/// Whether a recording is shown as a voice note.
#[must_use]
pub fn is_voice_note(media: &Media) -> bool {
    media.voice && vendors_type(media).is_none_or(|kind| kind == OPUS)
}

/// The name of a file. The vendor reads its ending rather than its type, so the ending is made to
/// fit.
#[must_use]
pub fn name(media: &Media) -> String {
    let ending = vendors_type(media).map_or("bin", |kind| mime::ending(&kind));
    let from_address = || {
        let url = url::Url::parse(media.url.as_deref()?).ok()?;
        let last = url.path_segments()?.next_back()?.to_owned();
        (!last.is_empty()).then(|| decoded(&last))
    };
    let given = media.filename.clone().filter(|name| !name.is_empty());
    let Some(name) = given.or_else(from_address) else {
        return format!("document.{ending}");
    };
    let stem = match name.rsplit_once('.') {
        _ if ending == "bin" => return name,
        Some((_, told)) if told.eq_ignore_ascii_case(ending) => return name,
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => &name,
    };
    format!("{stem}.{ending}")
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// Hands a stored file over; the id under which the vendor keeps it for 30 days.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn upload(media: &Media, asked: &Asked<'_>) -> Result<Option<String>, Pause> {
    let Some(media_id) = media.media_id else {
        return Ok(None);
    };
    let mime_type = vendors_type(media).unwrap_or_else(|| "application/octet-stream".to_owned());
    let text = |name: &str, value: &str| Field {
        name: name.to_owned(),
        value: FieldValue::Text(value.to_owned()),
    };
    let fields = vec![
        text("messaging_product", "whatsapp"),
        text("type", &mime_type),
        Field {
            name: "file".to_owned(),
            value: FieldValue::File {
                media_id,
                filename: name(media),
                mime_type,
            },
        },
    ];
    let path = format!("{}/media", number_id(asked.account));
    let call = graph(asked.account).form(&path, fields);
    let told = Talk::of(asked, FAULTS).must("upload", call)?;
    match Node::of(&told).word("id") {
        Some(id) => Ok(Some(id)),
        None => Err(never(
            "The vendor took the file without saying under which id.",
        )),
    }
}

/// Finds out where a customer's file lies. Its address holds for minutes, so it is asked for each
/// time; what has no id is where the webhook said.
///
/// # Errors
/// It has to be asked first; the vendor refused; the file is not at the vendor's.
pub fn locate(remote: &Remote<'_>, asked: &Asked<'_>) -> Result<Source, Pause> {
    let account = asked.account;
    let id = remote.metadata.get("mediaId").and_then(|id| id.as_str());
    let told = remote.metadata.get("sha256").and_then(|told| told.as_str());
    let told = told.filter(|told| told.len() == 64).map(str::to_owned);
    let Some(id) = id else {
        return place(account, remote.media.url.as_deref(), told);
    };
    let number = number_id(account);
    let path = format!("{}?phone_number_id={number}", escape(id));
    let call = Call::http(graph(account).get(&path));
    let found = Talk::of(asked, FAULTS).must("media", call)?;
    let found = Node::of(&found);
    place(
        account,
        found.word("url").as_deref(),
        found.word("sha256").or(told),
    )
}

/// The access token goes along, so only to the vendor.
fn place(account: &Account, url: Option<&str>, digest: Option<String>) -> Result<Source, Pause> {
    let url = url
        .and_then(|url| media_url(account, url))
        .ok_or_else(|| never("The file does not lie at an address of the vendor."))?;
    let token = account.secret(TOKEN).unwrap_or_default();
    Ok(Source {
        url,
        authorization: Some(Secret::new(format!("Bearer {token}"))),
        digest,
    })
}

fn never(message: &str) -> Pause {
    refused("media_failed", message.to_owned())
}

/// Where the vendor finds a file: under the id it gave it, else at an address.
#[must_use]
pub fn reference(sending: &Sending<'_>, media: &Media) -> Option<(&'static str, String)> {
    let handle = media
        .media_id
        .and_then(|id| sending.handles.get(&id.to_string()))
        .or_else(|| sending.handles.get(media.url.as_deref()?));
    handle
        .map(|id| ("id", id.clone()))
        .or_else(|| Some(("link", address(sending, media)?)))
}

/// The address of a file.
#[must_use]
pub fn address(sending: &Sending<'_>, media: &Media) -> Option<String> {
    let stored = media
        .media_id
        .and_then(|id| sending.media_urls.get(&id.to_string()));
    stored.cloned().or_else(|| media.url.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::model::Opaque;
    use crate::model::ids::MediaId;
    use crate::model::refusal::Refusal;
    use serde_json::json;

    fn media(mime_type: &str, filename: &str) -> Media {
        Media {
            media_id: Some(MediaId::from_bytes([9; 16])),
            mime_type: Some(mime_type.to_owned()),
            filename: Some(filename.to_owned()),
            ..Media::default()
        }
    }

    /// The vendor reads the ending of the name, and takes sound under one name only.
    #[test]
    fn files_are_handed_over_under_names_and_types_the_vendor_takes() {
        let account = account(json!({"phoneNumberId":"1"}), &[("accessToken", "EAAT")]);
        let cases = [
            (
                "audio/opus",
                "note.opus",
                "note.ogg",
                "audio/ogg; codecs=opus",
            ),
            ("audio/ogg", "x.mp4", "x.ogg", "audio/ogg; codecs=opus"),
            ("audio/m4a", "song.M4A", "song.M4A", "audio/mp4"),
            ("image/jpg", "photo", "photo.jpg", "image/jpeg"),
            ("application/pdf", "inv.pdf", "inv.pdf", "application/pdf"),
            ("application/x-own", "a.own", "a.own", "application/x-own"),
        ];
        for (mime_type, given, name, told) in cases {
            let file = media(mime_type, given);
            let answers = [(200, json!({"id":"77"}))];
            let (calls, done) = hold(&account, &answers, |asked| next(upload(&file, asked)));
            let expected = format!(
                "POST /1/media messaging_product=whatsapp&type={told}&file=<{name}, {told}>"
            );
            assert_eq!(calls, [expected]);
            assert_eq!(done.unwrap().as_deref(), Some("77"));
        }
        let (calls, done) = hold(&account, &[], |asked| {
            next(upload(&Media::default(), asked))
        });
        assert!(calls.is_empty() && done.unwrap().is_none());
        let refused = [(400, json!({"error":{"code":131_053,"message":"x"}}))];
        let file = media("image/png", "a.png");
        let (_, done) = hold(&account, &refused, |asked| next(upload(&file, asked)));
        assert!(matches!(done, Err(Refusal::Never(error)) if error.reason == "media_failed"));
    }

    #[test]
    fn a_customers_file_is_looked_up_and_fetched_with_the_token_from_the_vendor_alone() {
        let account = account(json!({"phoneNumberId":"1"}), &[("accessToken", "EAAT")]);
        let at = |url: &str| [(200, json!({"url": url, "mime_type":"image/jpeg","id":"5"}))];
        let find = |metadata: serde_json::Value,
                    url: Option<&str>,
                    answers: &[(u16, serde_json::Value)]| {
            let media = Media {
                url: url.map(str::to_owned),
                ..Media::default()
            };
            let metadata: Opaque = serde_json::from_value(metadata).unwrap();
            let remote = Remote {
                media: &media,
                metadata: &metadata,
            };
            hold(&account, answers, |asked| next(locate(&remote, asked)))
        };
        let good = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=5";
        let (calls, found) = find(json!({"mediaId":"5"}), None, &at(good));
        assert_eq!(calls, ["GET /5?phone_number_id=1"]);
        let found = found.unwrap();
        assert_eq!(found.digest, None, "the vendor did not tell it");
        let token = found.authorization.map(|token| token.reveal().clone());
        assert_eq!(
            (found.url.as_str(), token.as_deref()),
            (good, Some("Bearer EAAT"))
        );
        let hex = "ab".repeat(32);
        let mut told = at(good);
        told[0].1["sha256"] = hex.as_str().into();
        let (_, found) = find(json!({"mediaId":"5"}), None, &told);
        assert_eq!(found.unwrap().digest.as_ref(), Some(&hex));
        let kept = json!({"mediaId":"5","sha256":hex});
        assert_eq!(find(kept, None, &at(good)).1.unwrap().digest, Some(hex));
        let short = json!({"sha256":"not one"});
        assert_eq!(find(short, Some(good), &[]).1.unwrap().digest, None);
        let (_, stray) = find(json!({"mediaId":"5"}), None, &at("https://evil.example/x"));
        assert!(matches!(stray, Err(Refusal::Never(_))));
        let (calls, found) = find(json!({}), Some(good), &[]);
        assert!(calls.is_empty() && found.is_ok());
        let (_, lost) = find(json!({}), None, &[]);
        assert!(lost.is_err());
    }
}
