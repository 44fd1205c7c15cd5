//! Messages on their way to vendors: due rows of the outbox to outcomes.
//!
//! [`lanes`] decides what goes out now, [`attempt`] sends one message, with its companions of an
//! [`album`] if it has any; [`begun`], [`taken`], [`outcome`], [`copies`] and [`unsure`] write down
//! how it went. What must survive stands in the outbox; what is known here alone (who is busy, who
//! wants quiet) is learnt anew after a start.

mod album;
mod attempt;
mod begun;
mod bringing;
mod copies;
mod lanes;
pub mod lost;
mod outcome;
mod pace;
mod quiet;
mod taken;
mod thread;
mod unsure;

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::Id;
use tokio::task::JoinError;
use tokio::task::JoinSet;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::rules::retry::Whom;
use crate::engine::vendor::ours;
use crate::engine::workers::Stop;
use crate::engine::workers::delivery::lanes::Ended;
use crate::engine::workers::delivery::lanes::Lanes;
use crate::engine::workers::delivery::lanes::Speed;
use crate::engine::workers::delivery::pace::Rate;
use crate::model::channel::Channel;
use crate::model::message::SendError;
use crate::store::keyspaces::CHANNELS;
use crate::store::keyspaces::OUTBOX;
use crate::store::keyspaces::OUTBOX_DUE;
use crate::store::records::channels;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;

/// How often the outbox is looked at when nothing else wakes the loop.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The pause after the store could not be read or written.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

/// How long messages that are on their way may take when it is time to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// Sends until it is told to stop.
pub async fn run(context: Context, mut stop: Stop) {
    let mut word = context
        .store
        .word_of(&[CHANNELS.name(), OUTBOX.name(), OUTBOX_DUE.name()]);
    let clock = context.clock.clone();
    let mut sender = Sender::over(context);
    sender.settle().await;
    loop {
        let wake = sender.start_due();
        tokio::select! {
            () = stop.asked() => break,
            ended = next(&mut sender.running) => sender.hear(ended).await,
            heard = word.changed() => if heard.is_err() { break },
            () = clock.until(wake) => {}
        }
    }
    sender.finish().await;
}

type Running = JoinSet<Result<Ended, EngineError>>;
type Heard = Result<(Id, Result<Ended, EngineError>), JoinError>;

/// The next attempt that ends; never while there is none.
async fn next(running: &mut Running) -> Heard {
    match running.join_next_with_id().await {
        Some(heard) => heard,
        None => std::future::pending().await,
    }
}

struct Sender {
    context: Context,
    lanes: Lanes,
    running: Running,
    keys: HashMap<Id, LaneKey>,
}

impl Sender {
    fn over(context: Context) -> Self {
        Self {
            context,
            lanes: Lanes::default(),
            running: JoinSet::new(),
            keys: HashMap::new(),
        }
    }

    /// Settles what a stop left begun, however long the store takes to let us.
    async fn settle(&self) {
        while let Err(error) = unsure::settle_begun(&self.context).await {
            tracing::error!("settling what was begun before the start failed: {error}");
            tokio::time::sleep(TROUBLE_PAUSE).await;
        }
    }

    /// Starts on everything that may go out now; when to look again.
    fn start_due(&mut self) -> Timestamp {
        let now = self.context.clock.now();
        let look_again = now.plus(LOOK_EVERY);
        match self.choose(now) {
            Ok((start, wake)) => {
                for key in start {
                    self.start(key);
                }
                wake.map_or(look_again, |wake| wake.min(look_again))
            }
            Err(error) => {
                tracing::error!("looking for messages to send failed: {error}");
                now.plus(TROUBLE_PAUSE)
            }
        }
    }

    fn choose(&mut self, now: Timestamp) -> Result<(Vec<LaneKey>, Option<Timestamp>), EngineError> {
        let read = self.context.store.snapshot()?;
        let mut start = Vec::new();
        let mut wake: Option<Timestamp> = None;
        for channel in channels::list(&read)?
            .iter()
            .filter(|one| begun::sends(one))
        {
            let Some(rate) = self.rate(channel) else {
                continue;
            };
            let heads = outbox::heads(&read, channel.id, self.lanes.look_at(channel.id))?;
            let registry = &self.context.channels;
            let to = |address: &str| registry.channel(&channel.kind)?.pace(address);
            let speed = Speed { all: rate, to: &to };
            let choice = self.lanes.choose(channel.id, heads, &speed, now);
            start.extend(choice.start);
            wake = [wake, choice.wake].into_iter().flatten().min();
        }
        Ok((start, wake))
    }

    /// How fast the vendor takes messages; none where nothing is sent from here.
    fn rate(&self, channel: &Channel) -> Option<Rate> {
        let translation = self.context.channels.channel(&channel.kind)?;
        let row = translation.capabilities();
        let count = translation.sends_per_second(&channel.settings);
        let rate = Rate::per_second(count, row.sends_burst);
        (!row.own_transport).then_some(rate)
    }

    fn start(&mut self, key: LaneKey) {
        let (context, named) = (self.context.clone(), key.clone());
        let task = self
            .running
            .spawn(async move { attempt::run(&context, &named).await });
        self.keys.insert(task.id(), key);
    }

    async fn hear(&mut self, heard: Heard) {
        let id = heard.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(key) = self.keys.remove(&id) else {
            return;
        };
        let ended = match heard {
            Ok((_, ended)) => ended,
            Err(panicked) => {
                let refusal = ours(&panicked.to_string());
                outcome::refused(&self.context, &key, refusal).await
            }
        };
        let now = self.context.clock.now();
        let ended = ended.unwrap_or_else(|error| not_written(&key, &error, now));
        let out_of_order = self.ended(&key, ended, now);
        if let Some(error) = out_of_order
            && let Err(error) = outcome::out_of_order(&self.context, key.0, error).await
        {
            tracing::error!("taking a channel out of service failed: {error}");
        }
    }

    /// Hears how an attempt ended: why its account must be taken out of service, if it must.
    fn ended(&mut self, key: &LaneKey, ended: Ended, now: Timestamp) -> Option<SendError> {
        let channel = self.channel_of(key);
        let rate = channel.as_ref().and_then(|channel| self.rate(channel));
        let registry = &self.context.channels;
        let to = |address: &str| {
            let kind = &channel.as_ref()?.kind;
            registry.channel(kind)?.pace(address)
        };
        let speed = Speed {
            all: rate.unwrap_or(Rate::per_second(1, 0)),
            to: &to,
        };
        self.lanes.ended(key, ended, &speed, now)
    }

    fn channel_of(&self, key: &LaneKey) -> Option<Channel> {
        let read = self.context.store.snapshot().ok()?;
        channels::get(&read, key.0).ok().flatten()
    }

    /// Lets what is on its way end, for a moment; what does not is settled at the next start.
    async fn finish(mut self) {
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_PATIENCE, all).await.is_err() {
            tracing::warn!("some messages were on their way when the server stopped");
        }
    }
}

/// The store did not let it be written down how an attempt went: its account waits a moment, and
/// what was begun is settled by the next attempt.
fn not_written(key: &LaneKey, error: &EngineError, now: Timestamp) -> Ended {
    tracing::error!(message.id = %key.2, "sending a message failed: {error}");
    Ended::Waits {
        whom: Whom::Account,
        until: now.plus(TROUBLE_PAUSE),
        error: ours("the store refused").error().clone(),
    }
}
