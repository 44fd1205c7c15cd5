//! Somebody who wants no more advertising, by the link under a mail.

use crate::channels::email::unsubscribe;
use crate::engine::error::EngineError;
use crate::engine::ingest::Ingest;
use crate::model::inbound::Consent;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::records::channels;
use crate::store::records::organisation;

/// What such a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Who sent the mail.
    pub business: String,
    /// The address it went to.
    pub address: String,
}

impl Ingest {
    /// What a link says.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn leaving(&self, token: &str) -> Result<Leaving, EngineError> {
        Ok(self.read(token)?.1)
    }

    /// Has nothing more advertised to whom a link names. Doing it again changes nothing.
    ///
    /// # Errors
    /// It is none of ours; the store's.
    pub async fn unsubscribe(&self, token: &str) -> Result<Leaving, EngineError> {
        let (channel, leaving) = self.read(token)?;
        let consent = Consent {
            from: InboundSender {
                address: leaving.address.clone(),
                ..InboundSender::default()
            },
            topic: unsubscribe::TOPIC.to_owned(),
            is_given: false,
            at: None,
            answer: None,
        };
        self.record(channel, vec![InboundEvent::Consent(consent)])
            .await?;
        Ok(leaving)
    }

    fn read(&self, token: &str) -> Result<(crate::model::ids::ChannelId, Leaving), EngineError> {
        let gone = || Rejection::new(Code::ResourceNotFound, "This link no longer works.");
        let read = self.0.store.snapshot()?;
        let id = unsubscribe::channel_of(token).ok_or_else(gone)?;
        let channel = channels::get(&read, id)?.ok_or_else(gone)?;
        let account = self.0.account(&channel)?;
        let address = unsubscribe::address_of(&account, token).ok_or_else(gone)?;
        let business = organisation::get(&read)?;
        let business = business.map_or_else(|| channel.name.clone(), |known| known.name);
        Ok((id, Leaving { business, address }))
    }
}
