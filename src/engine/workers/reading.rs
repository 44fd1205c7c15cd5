//! Reading mail that came: for each channel in the order in which it came, so that an answer finds
//! what it answers.
//!
//! A mail that cannot be read is put aside with the reason, and shows in the inbox as what it is;
//! those behind it are read.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::task::JoinSet;

use crate::engine::context::Context;
use crate::engine::context::Stamp;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::apply;
use crate::engine::ingest::fetching;
use crate::engine::ingest::fetching::Fetched;
use crate::engine::ingest::fetching::HeldUp;
use crate::engine::ingest::mail;
use crate::engine::ingest::opening;
use crate::engine::ingest::opening::Meaning;
use crate::engine::ingest::opening::Opened;
use crate::engine::workers::Stop;
use crate::model::ids::ChannelId;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::ARRIVED_MAIL;
use crate::store::keyspaces::HELD_MAIL;
use crate::store::records::mails;
use crate::store::records::mails::ArrivedMail;

/// How often mail is looked for when nothing else wakes the loop.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Mails that are read in one go.
const BATCH: usize = 25;

/// How often a mail is tried that the disk would not take.
const ATTEMPTS_MAX: u32 = 5;

/// The pause after trouble of our own.
const TROUBLE_PAUSE: Duration = Duration::from_secs(5);

/// Reads until it is told to stop.
pub async fn run(context: Context, mut stop: Stop) {
    // A new version may understand what the old one did not.
    if let Err(error) = Ingest(context.clone()).read_again().await {
        tracing::error!("bringing back mail that could not be read failed: {error}");
    }
    let mut word = context
        .store
        .word_of(&[ARRIVED_MAIL.name(), HELD_MAIL.name()]);
    let mut tasks = JoinSet::new();
    let mut reading: BTreeMap<ChannelId, AbortHandle> = BTreeMap::new();
    loop {
        if let Err(error) = bring_back(&context).await {
            tracing::error!("looking for mail to be fetched failed: {error}");
        }
        if let Err(error) = start(&context, &mut tasks, &mut reading) {
            tracing::error!("looking for mail failed: {error}");
        }
        let look_again = context.clock.now().plus(LOOK_EVERY);
        tokio::select! {
            () = stop.asked() => return,
            Some(_) = tasks.join_next() => {}
            heard = word.changed() => if heard.is_err() { return },
            () = context.clock.until(look_again) => {}
        }
    }
}

/// Lets mail that could not be fetched be tried again where that is due.
async fn bring_back(context: &Context) -> Result<(), EngineError> {
    let now = context.clock.now();
    let due = fetching::due(mails::held(&context.store.snapshot()?)?, now);
    if due.is_empty() {
        return Ok(());
    }
    let write = context.store.write("fetching mail again", move |tx| {
        for mail in &due {
            mails::let_go(tx, mail)?;
        }
        Ok::<_, EngineError>(())
    });
    write.await
}

fn start(
    context: &Context,
    tasks: &mut JoinSet<()>,
    reading: &mut BTreeMap<ChannelId, AbortHandle>,
) -> Result<(), StoreError> {
    reading.retain(|_, task| !task.is_finished());
    for channel in mails::channels_with_mail(&context.store.snapshot()?)? {
        reading
            .entry(channel)
            .or_insert_with(|| tasks.spawn(read_on(context.clone(), channel)));
    }
    Ok(())
}

/// Reads all that waits for a channel.
pub async fn read_on(context: Context, channel: ChannelId) {
    loop {
        match read_some(&context, channel).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(channel.id = %channel, "reading mail failed: {error}");
                context
                    .clock
                    .until(context.clock.now().plus(TROUBLE_PAUSE))
                    .await;
            }
        }
    }
}

/// Reads the oldest mails of a channel; how many.
async fn read_some(context: &Context, channel: ChannelId) -> Result<usize, EngineError> {
    let waiting = mails::arrived(&context.store.snapshot()?, channel, BATCH)?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let found = find::channel_in(&context.store.snapshot()?, channel)?;
    let us = opening::us(context, &found)?;
    let count = waiting.len();
    let mut batch = Vec::with_capacity(count);
    let aside = mails::held(&context.store.snapshot()?)?;
    let mut held_up = HeldUp::by(aside.iter().filter(|mail| mail.channel_id == channel));
    for mail in waiting {
        if held_up.has(&mail) {
            fetching::wait(context, mail).await?;
            continue;
        }
        match fetching::fetched(context, &found, mail).await? {
            Fetched::Here(mail) => {
                batch.push((context.stamp(), opening::open(context, &us, mail).await?));
            }
            Fetched::Aside(mail) => held_up.note(&mail),
        }
    }
    if put_down(context, channel, batch.clone()).await.is_ok() {
        return Ok(count);
    }
    // One of them spoils it for the others: each by itself, and that one aside.
    for one in batch {
        let mail = one.1.mail.clone();
        if let Err(error) = put_down(context, channel, vec![one]).await {
            tracing::error!(channel.id = %channel, mail.id = %mail.id, "recording a mail failed: {error}");
            set_back(context, mail, error.to_string()).await?;
        }
    }
    Ok(count)
}

/// Records mails that were read and strikes them out, in one transaction.
async fn put_down(
    context: &Context,
    channel: ChannelId,
    batch: Vec<(Stamp, Opened)>,
) -> Result<(), EngineError> {
    let registry = context.channels.clone();
    let write = context.store.write("recording mail", move |tx| {
        for (stamp, opened) in &batch {
            record(tx, *stamp, channel, &registry, opened)?;
        }
        Ok::<_, EngineError>(())
    });
    write.await
}

fn record(
    tx: &mut Tx<'_>,
    stamp: Stamp,
    channel: ChannelId,
    registry: &crate::channels::registry::Registry,
    opened: &Opened,
) -> Result<(), EngineError> {
    let mut pen = stamp.pen();
    let mut channel = find::channel_in(tx, channel)?;
    let row = registry.capabilities(&channel.kind);
    match &opened.meaning {
        Meaning::Message(read, files) => {
            let recorded = mail::record(tx, &mut pen, &channel, row, read, files)?;
            if recorded.message_id.is_some() && !recorded.duplicate && !read.clues.ours {
                apply::note_inbound(tx, &mut channel, &pen)?;
            }
        }
        Meaning::News(events) => {
            apply::all(tx, &mut pen, channel, row, events)?;
        }
        Meaning::Own(_) | Meaning::Nothing => {}
        Meaning::Unreadable(reason, shown) => {
            if let Some((read, files)) = shown {
                mail::record(tx, &mut pen, &channel, row, read, files)?;
            }
            let held = ArrivedMail {
                reason: Some(reason.clone()),
                ..opened.mail.clone()
            };
            return Ok(mails::hold(tx, &held)?);
        }
    }
    Ok(mails::remove_arrived(tx, &opened.mail)?)
}

/// Counts a try that came to nothing; after some of them the mail is put aside.
async fn set_back(context: &Context, mail: ArrivedMail, reason: String) -> Result<(), EngineError> {
    let tried = ArrivedMail {
        attempts: mail.attempts + 1,
        reason: Some(reason),
        ..mail
    };
    let write = context.store.write("putting a mail aside", move |tx| {
        if tried.attempts >= ATTEMPTS_MAX {
            mails::hold(tx, &tried)?;
        } else {
            mails::put_arrived(tx, &tried)?;
        }
        Ok::<_, EngineError>(())
    });
    write.await
}
