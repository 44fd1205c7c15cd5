//! What the vendor answers to a message, what a customer is shown beside messages, and where a
//! customer's files lie. facebook.md sections 4, 6 and 8, instagram.md sections 4, 6 and 8.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::fault;
use crate::channels::meta::fault::Fault;
use crate::channels::meta::graph::media_url;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::refused;
use crate::channels::node::Node;
use crate::model::call::Call;
use crate::model::inbound::InboundSender;
use crate::model::outbound::Account;
use crate::model::outbound::Remote;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Watcher;
use crate::model::refusal::FILES_HERE;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::refusal::Wish;

/// The code of a message whose quoted message is gone.
const TARGET_GONE: i64 = 9_000_001;

/// The finer codes of a file that the vendor could not fetch, or not in time.
const NOT_FETCHED: [i64; 2] = [2_018_008, 2_018_294];

/// The wish to send a message without quoting another.
pub const NO_QUOTE: &str = "noQuote";

/// Under which id the vendor took a message, or why it did not. A reaction has no id.
///
/// # Errors
/// What follows from the refusal.
pub fn taken(reply: &HttpReply) -> Outcome {
    let told = fault::taken(FAULTS, reply).map_err(|refusal| otherwise(refusal, reply))?;
    Ok(Node::of(&told).word("message_id").into_iter().collect())
}

/// The customer, where the vendor names somebody else than whom we wrote to: who commented is known
/// to pages under one id and writes to them under another.
#[must_use]
pub fn met(to: &str, reply: &HttpReply) -> Option<InboundSender> {
    let told: Value = serde_json::from_slice(&reply.body).ok()?;
    let other = Node::of(&told).word("recipient_id")?;
    (other != to).then(|| InboundSender {
        address: other,
        also: vec![to.to_owned()],
        ..InboundSender::default()
    })
}

/// How a message that is refused may go all the same: one that answers a message which is gone goes
/// without answering it, and a file the vendor cannot fetch is handed over.
fn otherwise(refusal: Refusal, reply: &HttpReply) -> Refusal {
    let fault = Fault::read(reply).unwrap_or_default();
    let name = match (fault.code, fault.subcode) {
        (Some(TARGET_GONE), _) => NO_QUOTE,
        (_, Some(subcode)) if NOT_FETCHED.contains(&subcode) => FILES_HERE,
        _ => return refusal,
    };
    let wish = Wish {
        name,
        value: "1".to_owned(),
    };
    Refusal::Reword {
        error: refusal.error().clone(),
        wish: Box::new(wish),
    }
}

/// Shows a customer that somebody types, or that a message was seen.
#[must_use]
pub fn sign(way: &Way<'_>, sign: Sign, watcher: &Watcher<'_>) -> Call {
    let action = match sign {
        Sign::Typing => "typing_on",
        Sign::Seen => "mark_seen",
    };
    let body = json!({"recipient": {"id": watcher.address}, "sender_action": action});
    Call::http(way.graph.post(&way.messages(), &body))
}

/// Whether the vendor knows no signs on this account at all, which is no word about one customer.
/// instagram.md section 6.
#[must_use]
pub fn cannot(reply: &HttpReply) -> bool {
    let fault = Fault::read(reply);
    fault.is_some_and(|fault| fault.code == Some(100) && fault.subcode.is_none())
}

/// A customer's file lies at an address that is signed and ends: the token must not go there.
///
/// # Errors
/// The file is not at the vendor's.
pub fn locate(account: &Account, remote: &Remote<'_>) -> Result<Source, Pause> {
    let url = remote.media.url.as_deref();
    let url = url.and_then(|url| media_url(account, url)).ok_or_else(|| {
        let words = "The file does not lie at an address of the vendor.";
        refused("media_failed", words.to_owned())
    })?;
    Ok(Source {
        url,
        authorization: None,
        digest: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Headers;
    use crate::channels::meta::graph::FACEBOOK;
    use crate::channels::meta::graph::Graph;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::told;
    use crate::model::Opaque;
    use crate::model::content::Media;

    #[test]
    fn typing_and_seeing_are_shown() {
        let account = account(json!({}), &[]);
        let way = Way {
            graph: Graph::of(&account, FACEBOOK, "token"),
            node: "1",
        };
        let watcher = Watcher {
            account: &account,
            address: "PSID",
            last_external_id: None,
            seen: &[],
        };
        let shown = [Sign::Typing, Sign::Seen].map(|one| told(&sign(&way, one, &watcher)));
        let expected = ["typing_on", "mark_seen"].map(|action| {
            format!(
                r#"POST /1/messages {{"recipient":{{"id":"PSID"}},"sender_action":"{action}"}}"#
            )
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn only_what_is_true_of_everybody_says_that_signs_are_not_known() {
        for (body, expected) in [
            (
                r#"{"error":{"code":100,"message":"Invalid parameter"}}"#,
                true,
            ),
            (r#"{"error":{"code":100,"error_subcode":2534014}}"#, false),
            (r#"{"error":{"code":10,"error_subcode":2534022}}"#, false),
            (r#"{"error":{"code":190}}"#, false),
            (r#"{"recipient_id":"1"}"#, false),
        ] {
            let reply = HttpReply {
                status: 400,
                headers: Headers::default(),
                body: body.as_bytes().to_vec(),
            };
            assert_eq!(cannot(&reply), expected, "{body}");
        }
    }

    #[test]
    fn messages_are_taken_under_an_id_and_reactions_under_none() {
        let answer = |body: &str| {
            taken(&HttpReply {
                status: 200,
                headers: Headers::default(),
                body: body.as_bytes().to_vec(),
            })
        };
        let id = answer(r#"{"recipient_id":"1","message_id":"m_OUT"}"#);
        assert_eq!(id, Ok(vec!["m_OUT".to_owned()]));
        assert_eq!(answer(r#"{"recipient_id":"1"}"#), Ok(Vec::new()));
        let closed = answer(r#"{"error":{"code":10,"error_subcode":2018278,"message":"m"}}"#);
        assert!(matches!(closed, Err(Refusal::Never(error)) if error.reason == "outside_window"));
        let far = answer(r#"{"error":{"code":100,"error_subcode":2018008,"message":"m"}}"#);
        assert!(matches!(far, Err(Refusal::Reword { wish, .. }) if wish.name == FILES_HERE));
        let gone = answer(r#"{"error":{"code":9000001,"message":"m"}}"#);
        assert!(matches!(gone, Err(Refusal::Reword { wish, .. }) if wish.name == NO_QUOTE));
    }

    #[test]
    fn whom_the_vendor_names_otherwise_is_the_same_person() {
        let named = |body: Value| {
            let reply = HttpReply {
                status: 200,
                headers: Headers::default(),
                body: body.to_string().into_bytes(),
            };
            met("77", &reply).map(|person| (person.address, person.also))
        };
        let other = Some(("6543".to_owned(), vec!["77".to_owned()]));
        for (body, expected) in [
            (json!({"recipient_id":"6543","message_id":"m_OUT"}), other),
            (json!({"recipient_id":"77","message_id":"m_OUT"}), None),
            (json!({"message_id":"m_OUT"}), None),
            (json!({"error":{"code":10}}), None),
        ] {
            assert_eq!(named(body.clone()), expected, "{body}");
        }
    }

    #[test]
    fn files_are_fetched_from_the_vendor_without_the_token() {
        let account = account(json!({}), &[("pageAccessToken", "EAAT")]);
        for (url, is_found) in [
            ("https://scontent.xx.fbcdn.net/v/1.jpg", true),
            ("https://10.0.0.1/x", false),
        ] {
            let media = Media {
                url: Some(url.to_owned()),
                ..Media::default()
            };
            let remote = Remote {
                media: &media,
                metadata: &Opaque::new(),
            };
            let found = locate(&account, &remote);
            assert_eq!(
                found.is_ok_and(|source| source.authorization.is_none()),
                is_found,
                "{url}"
            );
        }
    }
}
