//! What is told of a message that went to several.

use serde_json::Value;

use crate::model::Opaque;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Message;

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
    let known = before(Delivery::named(known)?, receipt.state);
    Some(known.after(receipt.state))
}

/// How a mail stood for the news to count: one that a server took may still come back, unless it was
/// read.
#[must_use]
pub const fn before(stood: Delivery, news: Delivery) -> Delivery {
    match (stood, news) {
        (Delivery::Delivered, Delivery::Failed) => Delivery::Sent,
        _ => stood,
    }
}

/// Keeps how a mail stands for one whom it goes to.
pub fn keep(metadata: &mut Opaque, address: &str, state: Delivery) {
    let known = metadata.get_mut("recipients");
    let known = known.and_then(|all| all.get_mut(address));
    if let Some(known) = known.and_then(Value::as_object_mut) {
        known.insert("status".to_owned(), state.name().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_may_come_back_until_it_is_read() {
        use Delivery::{Delivered, Failed, Read, Sent};
        for (stood, news, expected) in [
            (Sent, Failed, Failed),
            (Delivered, Failed, Failed),
            (Read, Failed, Read),
            (Delivered, Sent, Delivered),
            (Failed, Delivered, Delivered),
        ] {
            let now = before(stood, news).after(news);
            assert_eq!(now, expected, "{stood:?} {news:?}");
        }
    }
}
