//! What Twilio tells: messages, and how far ours came. sms.md sections 3.1, 3.2 and 5.

use crate::channels::node::Kept;
use crate::channels::sms::consent::Keyword;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::outgoing::Class;
use crate::channels::sms::receipt;
use crate::channels::sms::twilio::judged;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;
use crate::model::message::Delivery;

/// Files of one message at most.
pub const FILES_MAX: usize = 10;

/// A message.
#[must_use]
pub fn heard(told: &Pairs) -> Heard {
    let count: usize = told.text("NumMedia").parse().unwrap_or(0);
    let file = |index: usize| {
        let url = told.get(&format!("MediaUrl{index}"))?.to_owned();
        Some((url, told.text(&format!("MediaContentType{index}"))))
    };
    let mut kept = Kept::default();
    for (field, name) in [
        ("FromCity", "fromCity"),
        ("FromState", "fromState"),
        ("FromZip", "fromZip"),
        ("FromCountry", "fromCountry"),
        ("ToCountry", "toCountry"),
    ] {
        kept.put(name, told.get(field));
    }
    let segments = told
        .get("NumSegments")
        .and_then(|text| text.parse::<u32>().ok());
    kept.put("numSegments", segments);
    Heard {
        id: told.text("MessageSid"),
        from: told.text("From"),
        to: told.text("To"),
        text: told.text("Body"),
        files: (0..count.min(FILES_MAX)).filter_map(file).collect(),
        at: None,
        keyword: told.get("OptOutType").and_then(Keyword::named),
        kept,
    }
}

/// The state that a webhook reports; none for one that brings a message.
#[must_use]
pub fn state(told: &Pairs) -> Option<String> {
    let status = told.get("MessageStatus").map(str::to_owned);
    status.or_else(|| {
        let word = told.get("SmsStatus")?;
        let is_inbound = matches!(word, "received" | "receiving");
        (!is_inbound).then(|| word.to_owned())
    })
}

/// How far a message of ours came.
#[must_use]
pub fn report(told: &Pairs, state: String, tag: Option<&str>) -> Vec<InboundEvent> {
    let reached = match state.as_str() {
        "accepted" | "scheduled" | "queued" | "sending" => Some(Delivery::Pending),
        "sent" => Some(Delivery::Sent),
        "delivered" | "partially_delivered" => Some(Delivery::Delivered),
        "read" => Some(Delivery::Read),
        "undelivered" | "failed" | "canceled" => Some(Delivery::Failed),
        _ => None,
    };
    let code = told.get("ErrorCode").and_then(|code| code.parse().ok());
    let failed = reached == Some(Delivery::Failed);
    let sentence = told.get("ErrorMessage").map_or_else(
        || format!("Twilio reports that the message is {state}."),
        str::to_owned,
    );
    let (class, error) = judged(code.filter(|code| *code != 0), sentence);
    let mut kept = Kept::default();
    kept.put("partial", (state == "partially_delivered").then_some(true));
    let broken = (failed && class == Class::Account).then(|| {
        InboundEvent::Notice(Notice {
            kind: "accountSuspended".to_owned(),
            effect: Effect::Break,
            text: error.message.clone(),
            address: None,
            data: crate::model::Opaque::new(),
            at: None,
            holds: None,
        })
    });
    let receipt = receipt::of(told.text("MessageSid"), reached, state, kept)
        .failing(failed.then_some(error))
        .tagged(tag)
        .event();
    receipt.into_iter().chain(broken).collect()
}
