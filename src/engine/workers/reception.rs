//! Taking mail in that other servers bring: for the addresses of our channels, and for no others.

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::channels::email::address;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::arriving::Arrival;
use crate::engine::workers::Stop;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::mail;
use crate::net::reception;
use crate::net::reception::Door;
use crate::net::reception::Envelope;
use crate::net::reception::Terms;
use crate::store::blobs;

/// Takes mail in until it is told to stop.
pub async fn run(context: Context, listener: Arc<TcpListener>, terms: Terms, stop: Stop) {
    reception::serve(&listener, Desk(context), terms, stop.heard()).await;
}

/// Who lives here.
#[derive(Clone)]
struct Desk(Context);

impl reception::Draft for blobs::Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        Self::write(self, bytes)
    }
}

impl Door for Desk {
    type Draft = blobs::Draft;

    fn knows(&self, recipient: &str) -> bool {
        self.channels_of(recipient)
            .is_ok_and(|found| !found.is_empty())
    }

    fn begin(&self) -> io::Result<blobs::Draft> {
        self.0.store.blobs().draft()
    }

    async fn take(&self, draft: blobs::Draft, envelope: Envelope) -> io::Result<()> {
        let finished = tokio::task::spawn_blocking(move || draft.finish()).await;
        let stored = finished.map_err(io::Error::other)??;
        let mut per_channel: Vec<(ChannelId, Vec<String>)> = Vec::new();
        for recipient in &envelope.to {
            for id in self.channels_of(recipient).map_err(io::Error::other)? {
                match per_channel.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, all)) => all.push(recipient.clone()),
                    None => per_channel.push((id, vec![recipient.clone()])),
                }
            }
        }
        for (channel, to) in per_channel {
            let arrival = Arrival {
                stored: stored.clone(),
                envelope: mail::Envelope {
                    from: Some(envelope.from.clone()),
                    to,
                    ..mail::Envelope::default()
                },
                is_header_only: false,
            };
            let taken = Ingest(self.0.clone())
                .arrive(channel, vec![arrival], None)
                .await;
            taken.map_err(io::Error::other)?;
        }
        Ok(())
    }
}

impl Desk {
    /// The channels that mail to an address belongs to.
    fn channels_of(&self, recipient: &str) -> Result<Vec<ChannelId>, EngineError> {
        let Some(recipient) = address::clean(recipient) else {
            return Ok(Vec::new());
        };
        let plain = address::without_plus(&recipient);
        let mut found = Vec::new();
        let members = self.0.roster.now(&self.0)?;
        for member in members.iter().filter(|one| takes_mail_in(&one.channel)) {
            let own = address::all(member.account()?);
            if own.iter().any(|own| address::without_plus(own) == plain) {
                found.push(member.channel.id);
            }
        }
        Ok(found)
    }
}

/// Whether other servers may bring mail of a channel.
fn takes_mail_in(channel: &Channel) -> bool {
    channel.state == ChannelState::Active
        && channel.settings.contains_key("fromEmail")
        && channel.settings.get("inboundMode") == Some(&"smtp".into())
}
