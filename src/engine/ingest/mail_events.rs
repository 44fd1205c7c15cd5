//! What the outside hears of mails beside the state of their messages: `email.opened`,
//! `email.clicked`, `email.bounced` and `email.complained`.

use serde_json::Value;

use crate::engine::context::Pen;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::event::Custom;
use crate::model::event::Event;
use crate::model::inbound::Consent;
use crate::model::inbound::EVERYTHING;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::identities;

/// Tells of a mail that was opened, of a link in it that was followed, or that it came back.
///
/// # Errors
/// The disk's.
pub fn of_receipt(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    message: &Message,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    let link = link(receipt);
    let what = match receipt.state {
        Delivery::Read if link.is_some() => "clicked",
        Delivery::Read => "opened",
        Delivery::Failed => "bounced",
        Delivery::Pending | Delivery::Unsure | Delivery::Sent | Delivery::Delivered => {
            return Ok(());
        }
    };
    let mut data = Opaque::new();
    data.insert("channelId".to_owned(), channel.id.to_string().into());
    data.insert("messageId".to_owned(), message.id.to_string().into());
    let address = receipt.address.as_deref().unwrap_or(&message.to);
    data.insert("address".to_owned(), address.into());
    if let Some(link) = link {
        data.insert("url".to_owned(), link.into());
    }
    if let Some(error) = &receipt.error {
        data.insert("reason".to_owned(), error.reason.as_str().into());
    }
    let event = Custom {
        name: format!("{}.{what}", channel.kind),
        contact_id: Some(message.contact_id),
        conversation_id: Some(message.conversation_id),
        data,
    };
    pen.log(tx, Event::Custom(event)).map(drop)
}

/// The link that was followed, where that is what a receipt tells of.
#[must_use]
pub fn link(receipt: &Receipt) -> Option<&str> {
    let all = receipt.metadata.get("recipients");
    let told = all.zip(receipt.address.as_deref());
    let told = told.and_then(|(all, address)| all.get(address)?.get("link"));
    told.or(receipt.metadata.get("link"))
        .and_then(Value::as_str)
}

/// Tells of somebody who calls a mail spam: nobody else wants nothing at all.
///
/// # Errors
/// The disk's.
pub fn of_consent(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    consent: &Consent,
) -> Result<(), StoreError> {
    if consent.is_given || consent.topic != EVERYTHING {
        return Ok(());
    }
    let address = &consent.from.address;
    let Some(identity) = identities::get(tx, channel.id, address)? else {
        return Ok(());
    };
    let data = [
        ("channelId", channel.id.to_string()),
        ("address", address.clone()),
    ];
    let event = Custom {
        name: format!("{}.complained", channel.kind),
        contact_id: Some(identity.contact_id),
        conversation_id: None,
        data: data
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text.into()))
            .collect(),
    };
    pen.log(tx, Event::Custom(event)).map(drop)
}
