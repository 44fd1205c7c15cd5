//! Deferred work: due jobs to done ones.
//!
//! A job is struck out when it is done, put off when it must be tried again. Each kind says itself
//! how often that is worth it.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::time::Duration;

use tokio::task::Id;
use tokio::task::JoinError;
use tokio::task::JoinSet;

use crate::base::time::Timestamp;
use crate::engine::alert_hook;
use crate::engine::alerts;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::relabelling;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::clicks;
use crate::engine::ingest::media;
use crate::engine::ingest::media::Fetched;
use crate::engine::ingest::people;
use crate::engine::ingest::pieces;
use crate::engine::ingest::presses;
use crate::engine::ingest::seen;
use crate::engine::people::blocking;
use crate::engine::setup::afterwards;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::connecting::Rechecked;
use crate::engine::setup::templates::Templates;
use crate::engine::webchat::continuity;
use crate::engine::workers::Stop;
use crate::engine::workers::delivery::lost;
use crate::engine::workers::mails;
use crate::engine::workers::mails::Posted;
use crate::model::alert::News;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::JobId;
use crate::model::ids::MessageId;
use crate::model::ids::VisitorId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::refusal::Refusal;
use crate::store::StoreError;
use crate::store::keyspaces::JOBS;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::messages;

/// Jobs that are done at once.
const RUNNING_MAX: usize = 8;

/// How often jobs are looked at when nothing else wakes the loop.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The pause after a job ended badly.
const TROUBLE_PAUSE: Duration = Duration::from_secs(30);

/// Pauses before a file is fetched again, in seconds; after them it is given up.
const FETCH_WAITS_SECS: [u64; 6] = [5, 30, 120, 600, 3_600, 6 * 3_600];

/// Pauses before a mail is tried again, in seconds; after them it is given up.
const MAIL_WAITS_SECS: [u64; 7] = [10, 60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600];

/// Pauses before an alert is posted again, in seconds; after them it is given up.
const POST_WAITS_SECS: [u64; 4] = [60, 300, 1_800, 7_200];

/// Pauses before a broken channel is looked at again, in seconds; the last one for ever.
const CHECK_WAITS_SECS: [u64; 5] = [60, 120, 240, 480, 900];

/// Pauses before a vendor is asked something of little weight again, in seconds; after them it is
/// left at what is known.
const ASK_WAITS_SECS: [u64; 4] = [30, 300, 3_600, 6 * 3_600];

/// How often a vendor is asked for the templates of a channel.
const TEMPLATES_EVERY: Duration = Duration::from_secs(3_600);

/// What became of a job.
#[derive(Clone, Copy)]
enum Ended {
    Done,
    Again(Duration),
    /// It was not begun: the vendor has little room, and this can wait.
    NotNow(Duration),
}

/// Works until it is told to stop. What is under way then is done again at the next start.
pub async fn run(context: Context, mut stop: Stop) {
    let mut word = context.store.word_of(&[JOBS.name()]);
    let mut desk = Desk::default();
    loop {
        let wake = match desk.start_due(&context) {
            Ok(wake) => wake,
            Err(error) => {
                tracing::error!("looking for due jobs failed: {error}");
                context.clock.now().plus(TROUBLE_PAUSE)
            }
        };
        tokio::select! {
            () = stop.asked() => return,
            Some(ended) = desk.running.join_next_with_id() => desk.hear(&context, ended).await,
            heard = word.changed() => if heard.is_err() { return },
            () = context.clock.until(wake) => {}
        }
    }
}

/// Jobs under way.
#[derive(Default)]
struct Desk {
    running: JoinSet<Ended>,
    jobs: HashMap<Id, Job>,
}

impl Desk {
    /// Starts on every job that is due, as far as there is room; when to look again.
    fn start_due(&mut self, context: &Context) -> Result<Timestamp, StoreError> {
        let now = context.clock.now();
        let look_again = now.plus(LOOK_EVERY);
        let busy: BTreeSet<JobId> = self.jobs.values().map(|job| job.id).collect();
        let read = context.store.snapshot()?;
        for job in jobs::first(&read, busy.len() + RUNNING_MAX)? {
            if job.due > now {
                return Ok(job.due.min(look_again));
            }
            if self.jobs.len() < RUNNING_MAX && !busy.contains(&job.id) {
                let task = self.running.spawn(work(context.clone(), job.clone()));
                self.jobs.insert(task.id(), job);
            }
        }
        Ok(look_again)
    }

    /// Writes down what became of a job. One that broke is tried again later, like one that failed.
    async fn hear(&mut self, context: &Context, heard: Result<(Id, Ended), JoinError>) {
        let id = heard.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(job) = self.jobs.remove(&id) else {
            return;
        };
        let ended = match heard {
            Ok((_, ended)) => ended,
            Err(error) => {
                tracing::error!(job.id = %job.id, "a job broke: {error}");
                Ended::Again(TROUBLE_PAUSE)
            }
        };
        if let Err(error) = write_down(context, job, ended).await {
            tracing::error!("what became of a job could not be written: {error}");
        }
    }
}

async fn write_down(context: &Context, job: Job, ended: Ended) -> Result<(), StoreError> {
    let now = context.clock.now();
    context
        .store
        .write("writing down what became of a job", move |tx| match ended {
            Ended::Done => jobs::remove(tx, &job),
            Ended::Again(pause) => jobs::put_off(tx, &job, now.plus(pause), job.attempts + 1),
            Ended::NotNow(pause) => jobs::put_off(tx, &job, now.plus(pause), job.attempts),
        })
        .await
}

/// Does a job.
async fn work(context: Context, job: Job) -> Ended {
    done(&context, &job).await.unwrap_or_else(|error| {
        tracing::error!(job.id = %job.id, "a job failed: {error}");
        Ended::Again(TROUBLE_PAUSE)
    })
}

/// How long a job must wait that can, on a channel whose vendor allows little more.
fn must_wait(context: &Context, job: &Job) -> Result<Option<Duration>, StoreError> {
    let channel = match &job.kind {
        JobKind::LookUp { message_id } => {
            let read = context.store.snapshot()?;
            messages::get(&read, *message_id)?.map(|message| message.channel_id)
        }
        JobKind::SyncTemplates { channel_id } | JobKind::Inspect { channel_id } => {
            Some(*channel_id)
        }
        _ => None,
    };
    let now = context.clock.now();
    Ok(channel.and_then(|id| context.vendors.strain.wait(id, now)))
}

async fn done(context: &Context, job: &Job) -> Result<Ended, EngineError> {
    if let Some(pause) = must_wait(context, job)? {
        return Ok(Ended::NotNow(pause));
    }
    match job.kind {
        JobKind::CheckChannel { channel_id } => {
            let checked = Channels(context.clone()).recheck(channel_id).await?;
            Ok(match checked {
                Rechecked::Done => Ended::Done,
                Rechecked::StillBroken => Ended::Again(pause(&CHECK_WAITS_SECS, job).unwrap_or(
                    Duration::from_secs(CHECK_WAITS_SECS[CHECK_WAITS_SECS.len() - 1]),
                )),
            })
        }
        JobKind::FetchFile { message_id } => {
            let error = match media::fetch(context, message_id).await? {
                Fetched::Done => return Ok(Ended::Done),
                Fetched::Later(error, wait) => match pause(&FETCH_WAITS_SECS, job) {
                    Some(pause) => return Ok(Ended::Again(wait.unwrap_or_default().max(pause))),
                    None => error,
                },
                Fetched::Never(error) => error,
            };
            media::give_up(context, message_id, error).await?;
            Ok(Ended::Done)
        }
        JobKind::AnswerPress { message_id } => {
            presses::tell(context, message_id).await?;
            Ok(Ended::Done)
        }
        JobKind::TellOperators { channel_id } => {
            let again = alerts::tell(context, channel_id).await?;
            Ok(again.map_or(Ended::Done, Ended::Again))
        }
        JobKind::SendMail { letter } => {
            let why = match mails::send(context, job.id, letter).await? {
                Posted::Done => return Ok(Ended::Done),
                Posted::Later(why) => match pause(&MAIL_WAITS_SECS, job) {
                    Some(pause) => {
                        tracing::warn!(job.id = %job.id, "a mail is tried again later: {why}");
                        return Ok(Ended::Again(pause));
                    }
                    None => why,
                },
                Posted::Never(why) => why,
            };
            tracing::error!(job.id = %job.id, "a mail was given up: {why}");
            Ok(Ended::Done)
        }
        JobKind::PostAlert { channel_id, news } => post(context, job, channel_id, news).await,
        JobKind::LookUp { message_id } => look_up(context, job, message_id).await,
        JobKind::Publish { channel_id } => publish(context, job, channel_id).await,
        JobKind::SyncTemplates { channel_id } => sync_templates(context, channel_id).await,
        JobKind::Inspect { channel_id } => {
            let inspected = Channels(context.clone()).inspect(channel_id).await?;
            let Some(inspected) = inspected else {
                return Ok(Ended::Done);
            };
            if !inspected.missed.is_empty() {
                let ingest = Ingest(context.clone());
                ingest.record(channel_id, inspected.missed).await?;
            }
            Ok(Ended::Again(inspected.again))
        }
        JobKind::TellSeen { message_id, after } => {
            seen::tell(context, message_id, after).await?;
            Ok(Ended::Done)
        }
        JobKind::CountClicks { message_id } => {
            clicks::settle(context, message_id).await?;
            Ok(Ended::Done)
        }
        JobKind::FindLost { message_id } => {
            let again = lost::look(context, job, message_id).await?;
            Ok(again.map_or(Ended::Done, Ended::Again))
        }
        JobKind::TellBlocked { contact_id } => tell_blocked(context, job, contact_id).await,
        JobKind::MailUnread { visitor_id } => mail_unread(context, job, visitor_id).await,
        JobKind::Relabel { tag_id } => {
            relabelling::carry_through(context, tag_id).await?;
            Ok(Ended::Done)
        }
        JobKind::JoinPieces { channel_id, group } => {
            pieces::join(context, channel_id, group).await?;
            Ok(Ended::Done)
        }
    }
}

/// Tells a program of the operator's how a channel stands.
async fn post(
    context: &Context,
    job: &Job,
    channel_id: ChannelId,
    news: News,
) -> Result<Ended, EngineError> {
    let why = match alert_hook::deliver(context, job, channel_id, news).await? {
        alert_hook::Posted::Done => return Ok(Ended::Done),
        alert_hook::Posted::Later(why) => match pause(&POST_WAITS_SECS, job) {
            Some(pause) => return Ok(Ended::Again(pause)),
            None => why,
        },
        alert_hook::Posted::Never(why) => why,
    };
    tracing::warn!(job.id = %job.id, "an alert was given up: {why}");
    Ok(Ended::Done)
}

/// Mails a visitor the answers that are still unread.
async fn mail_unread(
    context: &Context,
    job: &Job,
    visitor_id: VisitorId,
) -> Result<Ended, EngineError> {
    let Err(refusal) = continuity::mail(context, visitor_id).await? else {
        return Ok(Ended::Done);
    };
    let why = refusal.error().message.clone();
    let may_pass = !matches!(refusal, Refusal::Never(_) | Refusal::Shut { .. });
    if let Some(pause) = pause(&MAIL_WAITS_SECS, job).filter(|_| may_pass) {
        tracing::warn!(job.id = %job.id, "a visitor's mail is tried again later: {why}");
        return Ok(Ended::Again(pause));
    }
    continuity::give_up(context, visitor_id, &why).await?;
    Ok(Ended::Done)
}

/// Tells vendors whether a person is kept out.
async fn tell_blocked(
    context: &Context,
    job: &Job,
    contact_id: ContactId,
) -> Result<Ended, EngineError> {
    let undone = blocking::tell(context, contact_id).await?;
    let may_pass = undone.iter().any(|one| one.may_pass);
    if let Some(pause) = pause(&ASK_WAITS_SECS, job).filter(|_| may_pass) {
        return Ok(Ended::Again(pause));
    }
    blocking::give_up(context, undone).await?;
    Ok(Ended::Done)
}

/// Asks who wrote a message. Whom the vendor does not name stays as the message named them.
async fn look_up(context: &Context, job: &Job, id: MessageId) -> Result<Ended, EngineError> {
    let Fetched::Later(_, wait) = people::look_up(context, id).await? else {
        return Ok(Ended::Done);
    };
    let next = pause(&ASK_WAITS_SECS, job);
    Ok(next.map_or(Ended::Done, |pause| {
        Ended::Again(wait.unwrap_or_default().max(pause))
    }))
}

/// Brings what a vendor shows of a channel in line with its settings.
async fn publish(context: &Context, job: &Job, id: ChannelId) -> Result<Ended, EngineError> {
    let Err(broken) = afterwards::publish(context, id).await? else {
        return Ok(Ended::Done);
    };
    if let Some(pause) = pause(&ASK_WAITS_SECS, job).filter(|_| broken.refusal.may_pass()) {
        return Ok(Ended::Again(pause));
    }
    afterwards::give_up(context, id, &broken).await?;
    Ok(Ended::Done)
}

/// Asks for the templates of a channel, for as long as there is one.
async fn sync_templates(context: &Context, id: ChannelId) -> Result<Ended, EngineError> {
    if channels::get(&context.store.snapshot()?, id)?.is_none() {
        return Ok(Ended::Done);
    }
    if let Err(broken) = Templates(context.clone()).refresh(id).await? {
        let why = broken.refusal.error();
        tracing::warn!(channel.id = %id, "templates were not told: {}", why.message);
    }
    Ok(Ended::Again(TEMPLATES_EVERY))
}

/// The pause before a job's next attempt; none when there are no more.
fn pause(waits_secs: &[u64], job: &Job) -> Option<Duration> {
    let index = usize::try_from(job.attempts).ok()?;
    waits_secs.get(index).copied().map(Duration::from_secs)
}
