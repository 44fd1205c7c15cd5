//! How far customers have got with what we sent. facebook.md section 3.6, instagram.md section 3.4.

use crate::base::time::Timestamp;
use crate::channels::meta::direct::events::Place;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Receipt;
use crate::model::inbound::Watermark;
use crate::model::message::Delivery;

impl Place<'_> {
    /// Everything up to a moment was delivered, and these messages by name.
    pub(super) fn deliveries(&self) -> Vec<InboundEvent> {
        let delivery = self.node.at("delivery");
        let at = self.at().or_else(|| delivery.at("watermark").moment());
        let named = delivery.at("mids").items().filter_map(Node::text);
        let receipts = named.map(|external_id| {
            InboundEvent::Receipt(Receipt {
                external_id,
                state: Delivery::Delivered,
                at,
                error: None,
                tag: None,
                metadata: Opaque::new(),
                address: None,
            })
        });
        let mark = self.watermark(delivery.at("watermark").moment(), None, Delivery::Delivered);
        receipts.chain(mark).collect()
    }

    /// Everything up to a moment, or up to a message, was seen.
    pub(super) fn seen(&self) -> Option<InboundEvent> {
        let read = self.node.at("read");
        let moment = read.at("watermark").moment();
        self.watermark(moment, read.word("mid"), Delivery::Read)
    }

    fn watermark(
        &self,
        moment: Option<Timestamp>,
        external_id: Option<String>,
        state: Delivery,
    ) -> Option<InboundEvent> {
        Some(InboundEvent::Watermark(Watermark {
            address: self.customer()?,
            state,
            up_to: moment.or_else(|| self.at().filter(|_| external_id.is_some()))?,
            external_id,
        }))
    }
}
