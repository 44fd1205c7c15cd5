//! One request, many recipients: each has a message and an answer of its own.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::base::crypto::digest;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::fetching::Copied;
use crate::engine::inbox::files::Files;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::send::Sending;
use crate::engine::inbox::send::earlier;
use crate::engine::inbox::target::Target;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;

/// Messages that are stored side by side, so that they share a place on the disk.
const AT_ONCE: usize = 32;

/// A message to one of many.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whom it goes to.
    pub target: Target,
    /// What it says, or why it cannot say it.
    pub draft: Result<Draft, Rejection>,
}

impl Sending {
    /// Stores a message to each, in the order given, to go out at the pace of the channel and outside
    /// of its quiet hours. What is written in conversations meanwhile goes first. What cannot be sent
    /// is said in its place and keeps nobody else from theirs.
    ///
    /// # Errors
    /// The actor may not, there is no such channel, or something broke.
    pub async fn send_to_many(
        &self,
        actor: &Actor,
        channel: ChannelId,
        mut letters: Vec<Letter>,
        repeat: Option<Repeatable>,
    ) -> Result<Vec<Result<MessageId, Rejection>>, EngineError> {
        actor.require(Permission::Reply)?;
        let channel = find::channel_in(&self.0.store.snapshot()?, channel)?;
        if self.shows_itself(&channel) {
            self.copy_for_all(actor, &mut letters, repeat).await?;
        }
        let gap = self.gap(&channel);
        let now = self.0.clock.now();
        let sends = letters.into_iter().zip(0..).map(|(letter, place)| {
            let later = now.plus(gap.saturating_mul(place));
            let repeat = repeat.map(|whole| one_of(whole, place));
            async move {
                let mut draft = match letter.draft {
                    Ok(draft) => draft,
                    Err(wrong) => return Ok(Err(wrong)),
                };
                draft.not_before = Some(later);
                match self.send(actor, letter.target, draft, repeat).await {
                    Ok(sent) => Ok(Ok(sent.message.id)),
                    Err(EngineError::Refused(refused)) => Ok(Err(refused)),
                    Err(broken) => Err(broken),
                }
            }
        });
        let done: Vec<_> = stream::iter(sends).buffered(AT_ONCE).collect().await;
        done.into_iter().collect()
    }

    /// Copies what lies elsewhere once for all to whom it is shown. What an earlier copy of the request
    /// sent needs nothing any more: the file may be gone by now.
    async fn copy_for_all(
        &self,
        actor: &Actor,
        letters: &mut [Letter],
        repeat: Option<Repeatable>,
    ) -> Result<(), EngineError> {
        let fresh: Vec<bool> = {
            let read = self.0.store.snapshot()?;
            let is_fresh = |place| {
                let one = repeat.map(|whole| one_of(whole, place));
                matches!(earlier(&read, one), Ok(None))
            };
            (0..).map(is_fresh).take(letters.len()).collect()
        };
        let (files, mut copied) = (Files(self.0.clone()), Copied::new());
        for (letter, fresh) in letters.iter_mut().zip(fresh) {
            let Some(draft) = letter.draft.as_mut().ok().filter(|_| fresh) else {
                continue;
            };
            let whole = match drafts::check(&mut draft.content) {
                Ok(()) => files.copy(actor, &mut draft.content, &mut copied).await,
                Err(refused) => Err(refused.into()),
            };
            match whole {
                Ok(()) => {}
                Err(EngineError::Refused(refused)) => letter.draft = Err(refused),
                Err(broken) => return Err(broken),
            }
        }
        Ok(())
    }

    /// The time between two messages at the pace of a channel.
    fn gap(&self, channel: &Channel) -> Duration {
        let translation = self.0.channels.channel(&channel.kind);
        let count = translation.map(|one| one.sends_per_second(&channel.settings));
        let count = count.filter(|count| *count > 0);
        count.map_or(Duration::ZERO, |count| Duration::from_secs(1) / count)
    }
}

/// What makes the message to one of many the same as in an earlier copy of the request.
fn one_of(whole: Repeatable, place: u32) -> Repeatable {
    Repeatable {
        key: digest(&[&whole.key[..], &place.to_be_bytes()].concat()),
        request: whole.request,
    }
}
