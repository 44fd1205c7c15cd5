//! The older interface, which carries words and nothing else.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::desk::Desk;
use crate::sandbox::sms::line;
use crate::sandbox::sms::segments;

use super::TEXT_MAX;
use super::bare;
use super::receipt_of;
use super::refused;

const REFERENCE_MAX: usize = 40;

/// The answer to a call that sends: a status within a success.
pub fn send(desk: &mut Desk<'_>, call: &Call) -> HttpReply {
    let fields = call.fields();
    let get = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str()).to_owned()
    };
    let (from, to, text) = (get("from"), get("to"), get("text"));
    if from.is_empty() || to.is_empty() || text.is_empty() {
        let name = [("from", &from), ("to", &to), ("text", &text)];
        let missing = name
            .iter()
            .find(|(_, value)| value.is_empty())
            .map_or("", |(name, _)| name);
        return refused("2", &format!("Missing {missing} param"));
    }
    if !line::is_number(&line::plussed(&to)) {
        return refused("3", "Invalid to param");
    }
    let lettered = from.len() <= 11 && from.chars().any(|c| c.is_ascii_alphabetic());
    if bare(&from) != bare(desk.account.key("phoneNumber")) && !lettered {
        return refused("15", "Illegal Sender Address - rejected");
    }
    if bare(&from) == bare(&to) {
        return refused("15", "Illegal Sender Address - rejected");
    }
    if text.chars().count() > TEXT_MAX {
        return refused("6", "Message too long");
    }
    if get("client-ref").len() > REFERENCE_MAX {
        return refused("3", "Invalid client-ref param");
    }
    // What the network's own letters cannot say arrives as question marks.
    let told = if get("type") == "unicode" || segments::is_plain(&text) {
        text.clone()
    } else {
        let plain = |letter: char| segments::is_plain(letter.encode_utf8(&mut [0; 4]));
        text.chars()
            .map(|letter| if plain(letter) { letter } else { '?' })
            .collect()
    };
    let customer = line::plussed(&to);
    let ids: Vec<String> = segments::parts(&told)
        .iter()
        .map(|_| desk.hex(16).to_uppercase())
        .collect();
    let Some(id) = ids.first().cloned() else {
        return refused("5", "Internal error");
    };
    let callback = get("callback");
    let reference = get("client-ref");
    let tag = json!({"callback": callback, "reference": reference, "ids": ids, "from": from});
    if line::deliver(
        desk,
        &customer,
        &id,
        Body::text(told),
        Some(tag.to_string()),
    ) {
        desk.sent(&customer, &id);
    } else {
        receipt_of(desk, &customer, &tag, "failed");
    }
    let messages: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({
                "to": to, "message-id": id, "status": "0", "remaining-balance": "10.28",
                "message-price": "0.0333", "network": "23410", "client-ref": reference,
            })
        })
        .collect();
    call::json(
        200,
        &json!({"message-count": messages.len().to_string(), "messages": messages}),
    )
}
