//! The Messages API of Vonage, for who needs files. sms.md sections 3.4, 4.1 and 5.

use serde_json::json;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::FileKind;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::basic;
use crate::channels::sms::receipt;
use crate::channels::sms::vonage::ENTRY;
use crate::channels::sms::vonage::keys;
use crate::channels::table::base;
use crate::model::call::Call;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::message::SendError;
use crate::model::outbound::Account;

const API: &str = "https://api.nexmo.com";

/// A message, or how far one of ours came.
#[must_use]
pub fn read(account: &Account, root: Node<'_>) -> Vec<InboundEvent> {
    if root.at("status").is_there() {
        return report(root).into_iter().collect();
    }
    // The former shape has everything a step deeper.
    let older = root.at("message").at("content");
    let body = if older.is_there() { older } else { root };
    let number = |name: &str| root.word(name).or_else(|| root.at(name).word("number"));
    let kind = body.word("message_type").or_else(|| body.word("type"));
    let kind = kind.unwrap_or_default();
    let mut kept = Kept::default();
    let pieces = root.at("sms").at("num_messages").whole();
    kept.put("numSegments", pieces);
    kept.put("keyword", root.at("sms").word("keyword"));
    kept.put_raw("price", root.at("usage").at("price"));
    let files = match kind.as_str() {
        "text" => Vec::new(),
        "content" => body
            .at("content")
            .items()
            .filter_map(|item| {
                let kind = item.word("type").unwrap_or_default();
                file(&kind, item)
            })
            .collect(),
        kind => file(kind, body.at(kind)).into_iter().collect(),
    };
    let caption = body.at(&kind).word("caption");
    let heard = Heard {
        id: root.word("message_uuid").unwrap_or_default(),
        from: number("from").unwrap_or_default(),
        to: number("to").unwrap_or_default(),
        text: body.word("text").or(caption).unwrap_or_default(),
        files,
        at: root
            .word("timestamp")
            .and_then(|text| Timestamp::parse(&text)),
        kept,
        ..Heard::default()
    };
    inbound::events(account, &ENTRY, heard)
}

fn file(kind: &str, item: Node<'_>) -> Option<(String, String)> {
    let usual = match kind {
        "image" => "image/*",
        "audio" => "audio/*",
        "video" => "video/*",
        "vcard" => "text/vcard",
        _ => "",
    };
    Some((item.word("url")?, usual.replace("/*", "/unknown")))
}

fn report(root: Node<'_>) -> Option<InboundEvent> {
    let word = root.word("status")?;
    let state = match word.as_str() {
        "submitted" => Some(Delivery::Sent),
        "delivered" => Some(Delivery::Delivered),
        "read" => Some(Delivery::Read),
        "rejected" | "undeliverable" => Some(Delivery::Failed),
        _ => None,
    };
    let told = root.at("error");
    let error = (state == Some(Delivery::Failed)).then(|| {
        SendError::lasting(
            "undelivered",
            told.word("detail")
                .unwrap_or_else(|| format!("Vonage reports that the message is {word}.")),
        )
        .coded(told.word("title"))
    });
    let mut kept = Kept::default();
    kept.put_raw("price", root.at("usage").at("price"));
    receipt::of(root.word("message_uuid")?, state, word, kept)
        .failing(error)
        .at(root
            .word("timestamp")
            .and_then(|text| Timestamp::parse(&text)))
        .tagged(root.word("client_ref").as_deref())
        .event()
}

/// The call that carries a text or a file.
#[must_use]
pub fn send(outgoing: &Outgoing<'_>) -> Call {
    let account = outgoing.account;
    let (key, secret) = keys(account);
    let mut body = json!({
        "to": numbers::digits(outgoing.to),
        "from": numbers::digits(outgoing.from.unwrap_or_default()),
        "client_ref": outgoing.id,
        "webhook_url": outgoing.status_url(),
        "webhook_version": "v1",
    });
    match &outgoing.file {
        None => {
            body["channel"] = "sms".into();
            body["message_type"] = "text".into();
            body["text"] = outgoing.text.as_str().into();
            body["sms"] = json!({"encoding_type": "auto"});
        }
        Some((_, url, kind)) => {
            let kind = match kind {
                FileKind::Image => "image",
                FileKind::Video => "video",
                FileKind::Audio => "audio",
                FileKind::Document => "file",
            };
            body["channel"] = "mms".into();
            body["message_type"] = kind.into();
            body[kind] = json!({"url": url});
            if !outgoing.text.is_empty() {
                body[kind]["caption"] = outgoing.text.as_str().into();
            }
        }
    }
    let api = base(account, "apiBaseUrl", API);
    Call::http(outgoing::post_json(
        format!("{api}/v1/messages"),
        Some(proof(outgoing).unwrap_or_else(|| basic(key, secret))),
        &body,
    ))
}

/// How long a token holds, in seconds.
const TOKEN_SECS: i64 = 900;

/// The proof of an application, where the account has one: a token that holds for this call.
fn proof(outgoing: &Outgoing<'_>) -> Option<String> {
    let account = outgoing.account;
    let application = account.text("applicationId")?;
    let now = outgoing.now.as_secs();
    // Of the message and its time: another token each time it is tried.
    let seed = digest(format!("{}/{}", outgoing.id, outgoing.now.as_millis()).as_bytes());
    let claims = json!({
        "application_id": application,
        "iat": now,
        "exp": now + TOKEN_SECS,
        "jti": uuid(&hex(&seed)),
    });
    let token = jwt::issue_with_rsa(&claims, account.secret("privateKey")?)?;
    Some(format!("Bearer {token}"))
}

fn uuid(hex: &str) -> String {
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::pem;
    use crate::channels::meta::tests::account;
    use crate::model::Opaque;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::signature::RSA_PKCS1_2048_8192_SHA256;
    use ring::signature::RsaKeyPair;
    use ring::signature::UnparsedPublicKey;
    use serde_json::Value;

    const KEY: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/sms/keys/application.pem"
    ));
    const OLDER_KEY: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/sms/keys/application_pkcs1.pem"
    ));

    fn outgoing<'a>(account: &'a Account, wishes: &'a Opaque, at: i64) -> Outgoing<'a> {
        Outgoing {
            wishes,
            account,
            id: "msg_1".to_owned(),
            to: "+447700900001",
            from: Some("+447700900000"),
            text: "Hi".to_owned(),
            file: None,
            more: Vec::new(),
            companions: &[],
            template: None,
            now: Timestamp::from_secs(at),
        }
    }

    #[test]
    fn an_application_proves_itself_with_a_token_for_each_call() {
        let settings = json!({"provider":"vonage","api":"messages","applicationId":"aaaa-1"});
        let none = Opaque::new();
        let public = RsaKeyPair::from_pkcs8(&pem::der(KEY).unwrap()).unwrap();
        let public = public.public().as_ref().to_vec();
        for key in [KEY, OLDER_KEY, &KEY.replace('\n', "\\n")] {
            let account = account(settings.clone(), &[("privateKey", key)]);
            let header = proof(&outgoing(&account, &none, 1_705_314_600)).unwrap();
            let token = header.strip_prefix("Bearer ").unwrap();
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let known = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public);
            assert!(known.verify(signed.as_bytes(), &signature).is_ok());
            let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1);
            let claims: Value = serde_json::from_slice(&claims.unwrap()).unwrap();
            assert_eq!(claims["application_id"], "aaaa-1");
            assert_eq!(claims["iat"], 1_705_314_600);
            assert_eq!(claims["exp"], 1_705_315_500);
            assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
            let later = proof(&outgoing(&account, &none, 1_705_314_601)).unwrap();
            assert_ne!(header, later);
        }
        let plain = account(json!({"provider":"vonage","api":"messages"}), &[]);
        assert_eq!(proof(&outgoing(&plain, &none, 1)), None);
    }
}
