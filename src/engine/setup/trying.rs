//! Trying a channel of mail both ways: a mail to its own address, or to one that answers, and the
//! wait until it comes in. It is no message of a conversation: nothing of it is kept.

use std::collections::BTreeMap;

use crate::channels::email::address;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::setup::channels::Channels;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::engine::vendor::ours;
use crate::engine::vendor::trips::Trip;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::outbound::Sending;
use crate::model::permission::Permission;
use crate::model::refusal::Refusal;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::thread::Thread;

/// What the mail says.
const WORDS: &str = "This mail tries whether linktor can send and receive. You can answer it.";
/// What it is about.
const SUBJECT: &str = "Does mail arrive?";

impl Channels {
    /// Sends a mail to an address, or to that of the channel itself; it is awaited from then on. What
    /// becomes of it says [`last_trip`](Self::last_trip).
    ///
    /// # Errors
    /// The actor may not; there is no such channel, it carries no mail or is not connected; the
    /// address is none.
    pub async fn try_both_ways(
        &self,
        actor: &Actor,
        id: ChannelId,
        to: Option<&str>,
    ) -> Result<(), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find::channel_in(&self.0.store.snapshot()?, id)?;
        if channel.kind.as_str() != "email" {
            let words = "Only channels of mail are tried so.";
            return Err(Rejection::new(Code::ValidationError, words).into());
        }
        if channel.state != ChannelState::Active {
            let words = "The channel is not connected.";
            return Err(Rejection::new(Code::ChannelNotConnected, words).into());
        }
        let account = self.0.account(&channel)?;
        let own = address::inbound(&account);
        let to = match to {
            Some(typed) => address::clean(typed)
                .ok_or_else(|| Rejection::field("to", "must be an address of mail"))?,
            None => own.clone(),
        };
        let message: MessageId = self.0.stamp().pen().id();
        self.0.vendors.trips.begin(
            id,
            Trip {
                to_itself: to == own,
                to: to.clone(),
                began_at: self.0.clock.now(),
                taken: None,
                arrived_at: None,
                ids: vec![message.to_string()],
            },
        );
        let taken = self.hand_over(channel, message, &to).await?;
        let taken = match taken {
            Ok(ids) => Ok((self.0.clock.now(), ids)),
            Err(refusal) => Err(refusal.error().message.clone()),
        };
        self.0.vendors.trips.taken(id, &message.to_string(), taken);
        Ok(())
    }

    /// How the last try of a channel stands.
    ///
    /// # Errors
    /// The actor may not.
    pub fn last_trip(&self, actor: &Actor, id: ChannelId) -> Result<Option<Trip>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        Ok(self.0.vendors.trips.last(id))
    }

    /// Sends the mail; the ids it goes by.
    async fn hand_over(
        &self,
        channel: Channel,
        message: MessageId,
        to: &str,
    ) -> Result<Result<Vec<String>, Refusal>, EngineError> {
        let mut line = Line::open(&self.0, channel)?;
        if let Err(broken) = line.renew().await {
            return Ok(Err(broken.refusal));
        }
        let content = Content::text(WORDS);
        let wishes = serde_json::json!({ "subject": SUBJECT });
        let metadata = Opaque::from_iter([("email".to_owned(), wishes)]);
        let sending = Sending {
            account: &line.account,
            message_id: message,
            to,
            asked: &content,
            parts: std::slice::from_ref(&content),
            thread: &Thread::default(),
            reply_to: None,
            media_urls: &BTreeMap::new(),
            handles: &BTreeMap::new(),
            metadata: &metadata,
            last_inbound_at: None,
            by_person: true,
            companions: &[],
            chose_typed: false,
            taken_ids: &[],
            now: self.0.clock.now(),
        };
        let rendered = caught(|| line.translation.render(&sending));
        let calls = match rendered {
            Ok(Ok(calls)) => calls,
            Ok(Err(error)) => return Ok(Err(ours(&error.to_string()))),
            Err(panic) => return Ok(Err(ours(&panic))),
        };
        let mut ids: Vec<String> = line
            .translation
            .written_id(&line.account, message)
            .into_iter()
            .collect();
        for call in calls {
            let reply = match line.call(call).await {
                Ok(reply) => reply,
                Err(none) => return Ok(Err(none.refusal())),
            };
            match line.translation.read_reply(&line.account, &reply) {
                Ok(given) => ids.extend(given),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        Ok(Ok(ids))
    }
}
