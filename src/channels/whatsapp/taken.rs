//! What the vendor answers to a message. whatsapp.md sections 4 and 9.

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::channels::meta::fault;
use crate::channels::node::Node;
use crate::channels::whatsapp::faults::FAULTS;
use crate::channels::whatsapp::people::with_plus;
use crate::model::inbound::InboundSender;
use crate::model::refusal::Outcome;

/// Under which id the vendor took a message, or why it did not. Taken is not sent: most refusals
/// come later, as a status.
///
/// # Errors
/// What follows from the refusal.
pub fn read(reply: &HttpReply) -> Outcome {
    let told = fault::taken(FAULTS, reply)?;
    let messages = Node::of(&told).at("messages");
    Ok(messages
        .items()
        .filter_map(|message| message.word("id"))
        .collect())
}

/// What the vendor calls a message that it took and keeps back: a template whose quality it looks at
/// first, or that is paused.
const KEPT_BACK: [&str; 2] = ["held_for_quality_assessment", "paused"];

/// Why a message that was taken does not go out yet.
#[must_use]
pub fn kept_back(reply: &HttpReply) -> Option<String> {
    let told: Value = serde_json::from_slice(&reply.body).ok()?;
    let status = Node::of(&told)
        .at("messages")
        .first()
        .word("message_status")?;
    KEPT_BACK.contains(&status.as_str()).then_some(status)
}

/// The customer, where the vendor knows them under another number than the one we wrote to, as in
/// Brazil, Mexico and Argentina, or also by an id.
#[must_use]
pub fn met(reply: &HttpReply) -> Option<InboundSender> {
    let told: Value = serde_json::from_slice(&reply.body).ok()?;
    let contact = Node::of(&told).at("contacts").first();
    let address = contact.word("input")?;
    let number = contact
        .word("wa_id")
        .filter(|number| number.trim_start_matches('+') != address.trim_start_matches('+'))
        .map(|number| with_plus(&number));
    let also: Vec<_> = number.into_iter().chain(contact.word("user_id")).collect();
    let is_number = address
        .trim_start_matches('+')
        .bytes()
        .all(|b| b.is_ascii_digit());
    (is_number && !also.is_empty()).then(|| InboundSender {
        address: with_plus(&address),
        also,
        ..InboundSender::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Headers;
    use crate::model::refusal::Refusal;
    use serde_json::json;

    fn answer(status: u16, body: &Value) -> Outcome {
        read(&HttpReply {
            status,
            headers: Headers::default(),
            body: body.to_string().into_bytes(),
        })
    }

    #[test]
    fn what_was_taken_has_an_id_and_what_was_not_a_reason() {
        let taken = json!({"messaging_product":"whatsapp","contacts":[{"input":"1650","wa_id":"1650"}],
            "messages":[{"id":"wamid.OUT","message_status":"accepted"}]});
        assert_eq!(answer(200, &taken), Ok(vec!["wamid.OUT".to_owned()]));
        let refused = |code: i64| json!({"error":{"message":"m","type":"OAuthException","code":code,"error_data":{"messaging_product":"whatsapp","details":"why"}}});
        let reason = |outcome: Outcome| {
            outcome.err().map(|refusal| {
                let kind = match &refusal {
                    Refusal::Later { .. } => "later",
                    Refusal::Crowded { .. } => "crowded",
                    Refusal::SlowDown { .. } => "slow",
                    Refusal::Never(_) => "never",
                    Refusal::Account(_) => "account",
                    Refusal::Shut { .. } | Refusal::Reword { .. } => "otherwise",
                };
                (kind, refusal.error().message.clone())
            })
        };
        let cases = [
            (401, 190, "account"),
            (400, 131_030, "never"),
            (429, 130_429, "slow"),
            (400, 131_056, "crowded"),
            (500, 131_000, "later"),
        ];
        for (status, code, kind) in cases {
            let found = reason(answer(status, &refused(code)));
            assert_eq!(found, Some((kind, "why".to_owned())), "{code}");
        }
    }

    #[test]
    fn what_the_vendor_keeps_back_is_not_sent() {
        let said = |status: &str| {
            let body = json!({"messages":[{"id":"wamid.OUT","message_status":status}]});
            kept_back(&HttpReply {
                status: 200,
                headers: Headers::default(),
                body: body.to_string().into_bytes(),
            })
        };
        for status in KEPT_BACK {
            assert_eq!(said(status).as_deref(), Some(status));
        }
        assert_eq!(said("accepted"), None);
    }

    #[test]
    fn a_customer_known_under_another_number_is_the_same_customer() {
        let cases = [
            (
                json!({"input":"5511987654321","wa_id":"551187654321"}),
                vec!["+551187654321"],
            ),
            (json!({"input":"16505551234","wa_id":"16505551234"}), vec![]),
            (
                json!({"input":"+16505551234","wa_id":"16505551234"}),
                vec![],
            ),
            (
                json!({"input":"16505551234","wa_id":"16505551234","user_id":"US.1"}),
                vec!["US.1"],
            ),
            (json!({"input":"US.1","user_id":"US.1"}), vec![]),
            (json!({}), vec![]),
        ];
        for (contact, expected) in cases {
            let reply = HttpReply {
                status: 200,
                headers: Headers::default(),
                body: json!({"contacts":[contact]}).to_string().into_bytes(),
            };
            let also = met(&reply).map(|person| person.also).unwrap_or_default();
            assert_eq!(also, expected, "{contact}");
        }
    }
}
