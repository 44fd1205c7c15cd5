//! Statuses of messages we sent. whatsapp.md sections 3.3 and 5.

use crate::channels::meta::fault::Fault;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::whatsapp::faults::FAULTS;
use crate::channels::whatsapp::people;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;

/// The error of somebody who stopped advertising.
const STOPPED: i64 = 131_050;

/// Every status of a change that moves a message on, oldest first.
#[must_use]
pub fn read(value: Node<'_>) -> Vec<InboundEvent> {
    let mut statuses: Vec<_> = value.at("statuses").items().collect();
    statuses.sort_by_key(|status| status.at("timestamp").moment());
    statuses.into_iter().flat_map(events).collect()
}

fn events(status: Node<'_>) -> Vec<InboundEvent> {
    let Some(receipt) = receipt(status) else {
        return Vec::new();
    };
    let stopped = status.at("errors").first().at("code").whole() == Some(STOPPED);
    let consent = stopped.then(|| people::stopped(status)).flatten();
    [Some(InboundEvent::Receipt(receipt)), consent]
        .into_iter()
        .flatten()
        .collect()
}

fn receipt(status: Node<'_>) -> Option<Receipt> {
    let word = status.word("status")?;
    let state = match word.as_str() {
        "sent" => Delivery::Sent,
        "delivered" => Delivery::Delivered,
        "read" | "played" => Delivery::Read,
        "failed" => Delivery::Failed,
        _ => return None,
    };
    let fault = status.at("errors").first();
    let mut kept = Kept::default();
    kept.put("played", (word == "played").then_some(true));
    kept.put_raw("conversation", status.at("conversation"));
    kept.put_raw("pricing", status.at("pricing"));
    Some(Receipt {
        external_id: status.word("id")?,
        state,
        at: status.at("timestamp").moment(),
        error: (state == Delivery::Failed).then(|| Fault::of(fault).as_error(FAULTS)),
        tag: status.word("biz_opaque_callback_data"),
        metadata: kept.into_inner(),
        address: None,
    })
}
