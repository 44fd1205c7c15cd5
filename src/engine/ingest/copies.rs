//! What is told of a message that went to several, and what a machine told in a person's place.

use std::time::Duration;

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Message;

/// How soon after its arrival nobody has read a mail yet: programs open them to look for harm.
const TOO_SOON: Duration = Duration::from_secs(5);

/// Whether news are about somebody who got a copy, and not about whom the message was written to.
#[must_use]
pub fn is_of_copy(message: &Message, address: Option<&str>) -> bool {
    let Some(address) = address else {
        return false;
    };
    let named = |name: &str| {
        let listed = message.metadata.get(name).and_then(Value::as_array);
        let mut listed = listed.into_iter().flatten().filter_map(Value::as_str);
        listed.any(|one| one == address)
    };
    address != message.to && (named("cc") || named("bcc"))
}

/// How a mail stands for the one whom a receipt is about, once that is heard: news that come late
/// never move it back. None where nothing was known, or the receipt names nobody.
#[must_use]
pub fn stands(message: &Message, receipt: &Receipt) -> Option<Delivery> {
    let known = message.recipient(receipt.address.as_deref()?)?;
    let known = known.get("status").and_then(Value::as_str)?;
    Some(Delivery::named(known)?.after(receipt.state))
}

/// Keeps how a mail stands for one whom it goes to.
pub fn keep(metadata: &mut Opaque, address: &str, state: Delivery) {
    let known = metadata.get_mut("recipients");
    let known = known.and_then(|all| all.get_mut(address));
    if let Some(known) = known.and_then(Value::as_object_mut) {
        known.insert("status".to_owned(), state.name().into());
    }
}

/// Whether a message was read so soon after it arrived that no person did it.
#[must_use]
pub fn by_machine(message: &Message, news: Delivery, at: Timestamp) -> bool {
    let arrived = message.reached(Delivery::Delivered);
    news == Delivery::Read && arrived.is_some_and(|arrived| at.since(arrived) < TOO_SOON)
}
