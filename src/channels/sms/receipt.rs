//! Reports of deliveries, as every carrier's become. sms.md section 5.

use crate::base::time::Timestamp;
use crate::channels::node::Kept;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::SendError;

/// A report under construction.
#[derive(Debug)]
pub struct Report {
    external_id: String,
    state: Option<Delivery>,
    error: Option<SendError>,
    at: Option<Timestamp>,
    tag: Option<String>,
    kept: Kept,
}

/// What a carrier reports of a message: the state it means, if it means one, and the word itself,
/// which is kept where it means none.
#[must_use]
pub fn of(external_id: String, state: Option<Delivery>, word: String, mut kept: Kept) -> Report {
    kept.put("lastProviderStatus", state.is_none().then_some(word));
    Report {
        external_id,
        state,
        error: None,
        at: None,
        tag: None,
        kept,
    }
}

impl Report {
    /// Why it failed.
    #[must_use]
    pub fn failing(mut self, error: Option<SendError>) -> Self {
        self.error = error;
        self
    }

    /// When, by the carrier's clock.
    #[must_use]
    pub fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self
    }

    /// Our own id of the message, where the carrier hands it back.
    #[must_use]
    pub fn tagged(mut self, tag: Option<&str>) -> Self {
        self.tag = tag.map(str::to_owned);
        self
    }

    /// The fact. A word that means no state changes none: what is pending already stays so.
    #[must_use]
    pub fn event(self) -> Option<InboundEvent> {
        if self.external_id.is_empty() {
            return None;
        }
        Some(InboundEvent::Receipt(Receipt {
            external_id: self.external_id,
            state: self.state.unwrap_or(Delivery::Pending),
            at: self.at,
            error: self.error,
            tag: self.tag,
            metadata: self.kept.into_inner(),
            address: None,
        }))
    }
}
