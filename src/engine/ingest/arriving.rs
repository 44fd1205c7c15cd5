//! Mail that comes: first to disk, then read.
//!
//! Nobody who brings mail waits for it to be read, and no mail that cannot be read keeps those
//! behind it waiting.

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::known;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMail;
use crate::model::mail::Envelope;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::blobs::Stored;
use crate::store::records::intake;
use crate::store::records::mails;
use crate::store::records::mails::ArrivedMail;

/// A mail whose bytes are on disk.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where they lie.
    pub stored: Stored,
    /// What the way it came adds.
    pub envelope: Envelope,
    /// Whether only its header was brought in, because the whole is too large.
    pub is_header_only: bool,
}

impl Ingest {
    /// Takes mail in that is on disk, with the place to go on from where it was asked for, in one
    /// transaction.
    ///
    /// # Errors
    /// The store's.
    pub async fn arrive(
        &self,
        channel: ChannelId,
        arrivals: Vec<Arrival>,
        position: Option<String>,
    ) -> Result<(), EngineError> {
        let stamp = self.0.stamp();
        self.0
            .store
            .write("taking mail in", move |tx| {
                let mut pen = stamp.pen();
                find::channel_in(tx, channel)?;
                for arrival in &arrivals {
                    put(tx, &mut pen, channel, arrival)?;
                }
                if let Some(position) = &position {
                    intake::put_position(tx, channel, position)?;
                }
                Ok(())
            })
            .await
    }

    /// Stores the bytes of the mails among facts.
    pub(super) async fn with_mail_stored(
        &self,
        events: Vec<InboundEvent>,
    ) -> Result<Vec<InboundEvent>, EngineError> {
        let mut all = Vec::with_capacity(events.len());
        for event in events {
            all.push(match event {
                InboundEvent::Mail(InboundMail::Raw(raw)) => {
                    let (bytes, envelope) = raw.apart();
                    let stored = self.0.store.blobs().store_bytes(bytes).await?;
                    InboundEvent::Mail(InboundMail::Stored {
                        digest: stored.digest,
                        size_bytes: stored.size_bytes,
                        envelope,
                        is_header_only: false,
                    })
                }
                other => other,
            });
        }
        Ok(all)
    }

    /// Lets mail that could not be read be read again: a new version may understand what the old
    /// one did not. How many there are.
    ///
    /// # Errors
    /// The store's.
    pub async fn read_again(&self) -> Result<usize, EngineError> {
        let held = mails::held(&self.0.store.snapshot()?)?;
        let count = held.len();
        if count > 0 {
            let write = self.0.store.write("reading mail again", move |tx| {
                for mail in &held {
                    let again = ArrivedMail {
                        attempts: 0,
                        ..mail.clone()
                    };
                    mails::let_go(tx, &again)?;
                }
                Ok::<_, EngineError>(())
            });
            write.await?;
        }
        Ok(count)
    }
}

/// Puts a mail among those to be read.
///
/// # Errors
/// The disk's.
pub fn of_mail(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    mail: &InboundMail,
) -> Result<Recorded, StoreError> {
    let (arrival, place) = match mail {
        InboundMail::Stored {
            digest,
            size_bytes,
            envelope,
            is_header_only,
        } => {
            let arrival = Arrival {
                stored: Stored {
                    digest: *digest,
                    size_bytes: *size_bytes,
                    head: Vec::new(),
                },
                envelope: envelope.clone(),
                is_header_only: *is_header_only,
            };
            (arrival, None)
        }
        InboundMail::Elsewhere { place, envelope } => {
            let arrival = Arrival {
                stored: Stored {
                    digest: [0; 32],
                    size_bytes: 0,
                    head: Vec::new(),
                },
                envelope: envelope.clone(),
                is_header_only: false,
            };
            (arrival, Some(place.clone()))
        }
        // Stored before the transaction begins: see above.
        InboundMail::Raw(_) => return Ok(known::nothing()),
    };
    let arrived = arrived(pen, channel.id, &arrival, place);
    mails::put_arrived(tx, &arrived)?;
    Ok(known::nothing())
}

fn put(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    arrival: &Arrival,
) -> Result<(), StoreError> {
    mails::put_arrived(tx, &arrived(pen, channel, arrival, None))
}

fn arrived(
    pen: &mut Pen,
    channel_id: ChannelId,
    arrival: &Arrival,
    place: Option<Opaque>,
) -> ArrivedMail {
    ArrivedMail {
        id: pen.id(),
        channel_id,
        digest: arrival.stored.digest,
        size_bytes: arrival.stored.size_bytes,
        envelope: arrival.envelope.clone(),
        at: pen.now,
        attempts: 0,
        reason: None,
        is_header_only: arrival.is_header_only,
        place,
        is_behind: false,
    }
}
