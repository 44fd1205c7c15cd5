//! What a customer is shown of us beside messages. whatsapp.md section 6.

use serde_json::json;

use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::connect::number_id;
use crate::model::call::Call;
use crate::model::outbound::Sign;
use crate::model::outbound::Switch;
use crate::model::outbound::Watcher;

/// Marks a message as read; with it, that somebody types. Neither exists without a message of the
/// customer's, and the vendor shows no typing without marking as read.
#[must_use]
pub fn call(sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
    let account = watcher.account;
    if !account.is_on("sendReadReceipts", Switch::On) {
        return None;
    }
    let mut body = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": watcher.last_external_id?,
    });
    if sign == Sign::Typing {
        body["typing_indicator"] = json!({"type": "text"});
    }
    let path = format!("{}/messages", number_id(account));
    Some(Call::http(graph(account).post(&path, &body)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::told;

    #[test]
    fn typing_is_shown_with_the_message_it_answers_and_marks_it_read() {
        let on = account(json!({"phoneNumberId":"1"}), &[]);
        let off = account(json!({"phoneNumberId":"1","sendReadReceipts":false}), &[]);
        let last = Some("wamid.IN");
        let read = r#"POST /1/messages {"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN"}"#;
        let typing = r#"POST /1/messages {"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN","typing_indicator":{"type":"text"}}"#;
        let cases = [
            (&on, Sign::Seen, last, Some(read)),
            (&on, Sign::Typing, last, Some(typing)),
            (&on, Sign::Typing, None, None),
            (&off, Sign::Seen, last, None),
            (&off, Sign::Typing, last, None),
        ];
        for (account, sign, last_external_id, expected) in cases {
            let watcher = Watcher {
                account,
                address: "+16505551234",
                last_external_id,
                seen: &[],
            };
            let shown = call(sign, &watcher).map(|call| told(&call));
            assert_eq!(shown.as_deref(), expected, "{sign:?}");
        }
    }
}
