//! Reading mailboxes: one task for each channel whose mail lies in one.
//!
//! What came and how far we are is written in one transaction, so that nothing is brought in twice
//! or missed, whenever the program or the server stops.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::task::AbortHandle;
use tokio::task::JoinSet;

use crate::base::time::Timestamp;
use crate::channels::email::imap;
use crate::channels::email::imap::Cursor;
use crate::channels::email::imap::Encryption;
use crate::channels::email::imap::Fetch;
use crate::channels::email::imap::Listed;
use crate::channels::email::imap::Opened;
use crate::channels::email::imap::Place;
use crate::channels::email::imap::Plan;
use crate::channels::email::imap::Proof;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::arriving::Arrival;
use crate::engine::vendor::Line as VendorLine;
use crate::engine::workers::Stop;
use crate::engine::workers::polling;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;
use crate::model::mail::Envelope;
use crate::model::outbound::Refusal;
use crate::net::lines::Lines;
use crate::net::mailbox::Encrypt;
use crate::net::mailbox::Fetched;
use crate::net::mailbox::Mailbox;
use crate::net::mailbox::MailboxError;
use crate::net::mailbox::SignIn;
use crate::store::StoreError;
use crate::store::blobs::Stored;
use crate::store::records::channels;
use crate::store::records::intake;

/// How often channels are looked at when nothing else wakes the loop.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The longest pause after trouble, in seconds.
const PAUSE_MAX_SECS: u64 = 300;

/// After how many failures in a row whoever runs the channel hears of it.
const TELL_AFTER: u32 = 5;

/// How long a connection is kept whose token ends: it is renewed before.
const TOKEN_SPAN: Duration = Duration::from_secs(45 * 60);

/// How many files are written at once.
const TOGETHER: usize = 16;

/// Why a mailbox is not read right now.
enum Trouble {
    /// Of the mailbox.
    Mailbox(MailboxError),
    /// Its access could not be renewed.
    Access(Refusal),
    /// Ours.
    Engine(EngineError),
}

impl From<MailboxError> for Trouble {
    fn from(error: MailboxError) -> Self {
        Self::Mailbox(error)
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Reads until it is told to stop.
pub async fn run(context: Context, mut stop: Stop) {
    let lines = Arc::new(Lines::new(context.vendors.http.reach()));
    let mut published = context.store.published();
    let mut tasks = JoinSet::new();
    let mut reading: BTreeMap<ChannelId, AbortHandle> = BTreeMap::new();
    loop {
        if let Err(error) = start(&context, &lines, &mut tasks, &mut reading) {
            tracing::error!("looking for mailboxes failed: {error}");
        }
        let look_again = context.clock.now().plus(LOOK_EVERY);
        tokio::select! {
            () = stop.asked() => return,
            Some(_) = tasks.join_next() => {}
            changed = published.changed() => if changed.is_err() { return },
            () = context.clock.until(look_again) => {}
        }
    }
}

fn start(
    context: &Context,
    lines: &Arc<Lines>,
    tasks: &mut JoinSet<()>,
    reading: &mut BTreeMap<ChannelId, AbortHandle>,
) -> Result<(), StoreError> {
    reading.retain(|_, task| !task.is_finished());
    for channel in channels::list(&context.store.snapshot()?)? {
        if !reading.contains_key(&channel.id) && has_mailbox(context, &channel) {
            let id = channel.id;
            let task = tasks.spawn(read_on(context.clone(), lines.clone(), channel));
            reading.insert(id, task);
        }
    }
    Ok(())
}

fn has_mailbox(context: &Context, channel: &Channel) -> bool {
    // Looked at before its secrets are opened: most channels have none.
    channel.state == ChannelState::Active
        && channel.settings.contains_key("imapHost")
        && context
            .account(channel)
            .is_ok_and(|account| imap::Mailbox::of(&account).is_some())
}

/// Reads one mailbox for as long as its channel is in service.
async fn read_on(context: Context, lines: Arc<Lines>, mut channel: Channel) {
    let mut failures = 0;
    loop {
        let pause = match read(&context, &lines, &channel, &mut failures).await {
            Ok(()) => Duration::ZERO,
            Err(trouble) => {
                failures += 1;
                settle(&context, channel.id, trouble, failures).await
            }
        };
        context.clock.until(context.clock.now().plus(pause)).await;
        match current(&context, channel.id) {
            Some(now) if has_mailbox(&context, &now) => channel = now,
            _ => return,
        }
    }
}

fn current(context: &Context, id: ChannelId) -> Option<Channel> {
    let read = context.store.snapshot().ok()?;
    channels::get(&read, id).ok()?
}

/// Connects and reads until the channel changes or something breaks.
async fn read(
    context: &Context,
    lines: &Lines,
    channel: &Channel,
    failures: &mut u32,
) -> Result<(), Trouble> {
    let mut line = VendorLine::open(context, channel.clone())?;
    line.renew()
        .await
        .map_err(|broken| Trouble::Access(broken.refusal))?;
    let Some(settings) = imap::Mailbox::of(&line.account) else {
        return Ok(());
    };
    let begun = Instant::now();
    let mut mailbox = open(lines, &settings).await?;
    let mut reader = Reader {
        context,
        channel: channel.id,
        settings: &settings,
    };
    loop {
        // The first folder comes last: it is the one that is listened to.
        for folder in settings.folders.iter().rev() {
            reader.bring(&mut mailbox, folder).await?;
        }
        if *failures >= TELL_AFTER {
            let text = "The mailbox is read again.";
            tell(context, channel.id, Effect::Note, text).await?;
        }
        *failures = 0;
        let is_over = matches!(settings.proof, Proof::Token(_)) && begun.elapsed() > TOKEN_SPAN;
        if is_over {
            mailbox.leave().await;
            return Ok(());
        }
        let waited = tokio::select! {
            waited = wait(context, &settings, mailbox) => waited?,
            () = changed(context, channel) => return Ok(()),
        };
        mailbox = waited;
    }
}

async fn open(lines: &Lines, settings: &imap::Mailbox) -> Result<Mailbox, MailboxError> {
    let encrypt = match settings.encryption {
        Encryption::Tls => Encrypt::AtOnce,
        Encryption::Starttls => Encrypt::AfterGreeting,
        Encryption::None => Encrypt::Never,
    };
    let proof;
    let sign_in = match &settings.proof {
        Proof::Password(password) => SignIn::Password {
            user: &settings.user,
            password: password.reveal(),
        },
        Proof::Token(token) => {
            proof = imap::xoauth2(&settings.user, token);
            SignIn::Token(&proof)
        }
    };
    Mailbox::open(lines, &settings.host, settings.port, encrypt, sign_in).await
}

/// Waits until there may be something new.
async fn wait(
    context: &Context,
    settings: &imap::Mailbox,
    mut mailbox: Mailbox,
) -> Result<Mailbox, MailboxError> {
    if settings.listens && mailbox.can_listen() {
        let at_most = if settings.folders.len() > 1 {
            settings.look_every.min(imap::LISTEN)
        } else {
            imap::LISTEN
        };
        return mailbox.listen(at_most).await;
    }
    let until = context.clock.now().plus(settings.look_every);
    context.clock.until(until).await;
    mailbox.knock().await?;
    Ok(mailbox)
}

/// Waits until a channel is not as it was.
async fn changed(context: &Context, channel: &Channel) {
    loop {
        context
            .clock
            .until(context.clock.now().plus(LOOK_EVERY))
            .await;
        let is_same = current(context, channel.id).is_some_and(|now| {
            now.state == channel.state
                && now.settings == channel.settings
                && now.secrets == channel.secrets
        });
        if !is_same {
            return;
        }
    }
}

/// What brings mail of one mailbox in.
struct Reader<'r> {
    context: &'r Context,
    channel: ChannelId,
    settings: &'r imap::Mailbox,
}

impl Reader<'_> {
    /// Brings in what is new in a folder.
    async fn bring(&mut self, mailbox: &mut Mailbox, folder: &str) -> Result<(), Trouble> {
        let found = mailbox.select(folder).await?;
        let opened = Opened {
            uid_validity: found.uid_validity,
            uid_next: found.uid_next,
        };
        let position = intake::position(&self.context.store.snapshot()?, self.channel)?;
        let mut cursor = Cursor::read(position.as_deref());
        let before = cursor.place(folder);
        let plan = imap::plan(before, opened, self.settings.initial_days);
        let (listed, after) = match plan {
            Plan::After(uid) => (mailbox.list_after(uid).await?, uid),
            Plan::Days(days) => (mailbox.list_since(&self.day(days)).await?, 0),
        };
        let listed = listed.into_iter().map(|entry| Listed {
            uid: entry.uid,
            size: entry.size,
            is_deleted: entry.is_deleted,
        });
        let mut place = Place {
            uid_validity: opened.uid_validity,
            last_uid: after,
        };
        for step in imap::steps(listed.collect(), after) {
            place.last_uid = step.last();
            let arrivals = self.fetch(mailbox, step).await?;
            cursor.note(folder, place);
            self.arrive(arrivals, &cursor).await?;
        }
        if let Plan::Days(_) = plan {
            let newest = opened.uid_next.unwrap_or_default().saturating_sub(1);
            place.last_uid = place.last_uid.max(newest);
        }
        if cursor.place(folder) != Some(place) {
            cursor.note(folder, place);
            self.arrive(Vec::new(), &cursor).await?;
        }
        Ok(())
    }

    async fn arrive(&self, arrivals: Vec<Arrival>, cursor: &Cursor) -> Result<(), EngineError> {
        Ingest(self.context.clone())
            .arrive(self.channel, arrivals, Some(cursor.written()))
            .await
    }

    /// The day so many days ago, as servers read it.
    fn day(&self, days: u32) -> String {
        let span = Duration::from_secs(u64::from(days) * 24 * 3_600);
        let day = self.context.clock.now().minus(span).calendar();
        day.strftime("%-d-%b-%Y").to_string()
    }

    async fn fetch(&self, mailbox: &mut Mailbox, step: Fetch) -> Result<Vec<Arrival>, Trouble> {
        let uids = match step {
            Fetch::Skip(_) => return Ok(Vec::new()),
            Fetch::Together(uids) => {
                let found = mailbox.fetch(&uids).await?;
                let marked: Vec<u32> = found.iter().map(|mail| mail.uid).collect();
                let arrivals = self.store_all(found).await?;
                return self.mark(mailbox, &marked, arrivals).await;
            }
            Fetch::Header(uid) => {
                let found = mailbox.header(uid).await?;
                let mut arrivals = self.store_all(found.into_iter().collect()).await?;
                for arrival in &mut arrivals {
                    arrival.is_header_only = true;
                }
                return self.mark(mailbox, &[uid], arrivals).await;
            }
            Fetch::Pieces(mail) => mail,
        };
        let arrival = self.store_in_pieces(mailbox, uids).await?;
        let arrivals = arrival.into_iter().collect();
        self.mark(mailbox, &[uids.uid], arrivals).await
    }

    async fn mark(
        &self,
        mailbox: &mut Mailbox,
        uids: &[u32],
        arrivals: Vec<Arrival>,
    ) -> Result<Vec<Arrival>, Trouble> {
        if self.settings.marks_seen && !uids.is_empty() {
            mailbox.mark_seen(uids).await?;
        }
        Ok(arrivals)
    }

    async fn store_all(&self, found: Vec<Fetched>) -> Result<Vec<Arrival>, Trouble> {
        let blobs = self.context.store.blobs();
        let storing = found.into_iter().map(|mail| async move {
            let stored = blobs.store_bytes(mail.bytes).await?;
            Ok::<_, EngineError>(arrival(stored, mail.arrived_secs))
        });
        let stored: Vec<_> = stream::iter(storing).buffered(TOGETHER).collect().await;
        Ok(stored.into_iter().collect::<Result<_, _>>()?)
    }

    /// Stores a large mail while it is fetched; none where it went meanwhile.
    async fn store_in_pieces(
        &self,
        mailbox: &mut Mailbox,
        mail: Listed,
    ) -> Result<Option<Arrival>, Trouble> {
        let Some(first) = mailbox.piece(mail.uid, 0, imap::PIECE_BYTES).await? else {
            return Ok(None);
        };
        let arrived = first.arrived_secs;
        let begin = (mailbox, Some(first.bytes), 0_u32);
        let pieces = stream::try_unfold(begin, |(mailbox, held, at)| async move {
            let bytes = if let Some(bytes) = held {
                bytes
            } else {
                let piece = mailbox.piece(mail.uid, at, imap::PIECE_BYTES).await?;
                piece.map(|piece| piece.bytes).unwrap_or_default()
            };
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let next = (mailbox, None, at.saturating_add(length));
            Ok::<_, MailboxError>((length > 0).then_some((bytes, next)))
        });
        let most = u64::from(imap::MAIL_BYTES) * 2;
        let stored = self
            .context
            .store
            .blobs()
            .store(Box::pin(pieces), most)
            .await;
        let stored = stored.map_err(|error| match error {
            crate::store::blobs::BlobError::Interrupted(why) => {
                Trouble::Mailbox(MailboxError::Broken(why))
            }
            other => Trouble::Engine(other.into()),
        })?;
        Ok(Some(arrival(stored, arrived)))
    }
}

fn arrival(stored: Stored, arrived_secs: Option<i64>) -> Arrival {
    Arrival {
        stored,
        envelope: Envelope {
            arrived_at: arrived_secs.map(Timestamp::from_secs),
            is_header_trusted: true,
            ..Envelope::default()
        },
        is_header_only: false,
    }
}

/// Writes trouble down and says how long to wait.
async fn settle(context: &Context, id: ChannelId, trouble: Trouble, failures: u32) -> Duration {
    let pause = pause(context, failures);
    let taken_out = match trouble {
        Trouble::Mailbox(MailboxError::Refused(answer)) if imap::is_about_us(&answer) => {
            let why = format!("The mailbox refuses the sign-in: {answer}");
            polling::take_out(context, id, why).await
        }
        Trouble::Access(Refusal::Account(error)) => {
            polling::take_out(context, id, error.message).await
        }
        Trouble::Mailbox(error) => {
            tracing::warn!(channel.id = %id, "a mailbox is not read: {error}");
            let text = format!("The mailbox is not read: {error}.");
            if failures == TELL_AFTER
                && let Err(error) = tell(context, id, Effect::Warn, &text).await
            {
                tracing::error!(channel.id = %id, "telling of a mailbox failed: {error}");
            }
            Ok(())
        }
        Trouble::Access(refusal) => {
            tracing::warn!(channel.id = %id, "access to a mailbox was not renewed: {refusal:?}");
            Ok(())
        }
        Trouble::Engine(error) => {
            tracing::error!(channel.id = %id, "reading a mailbox failed: {error}");
            Ok(())
        }
    };
    if let Err(error) = taken_out {
        tracing::error!(channel.id = %id, "taking a channel out of service failed: {error}");
    }
    pause
}

/// Twice as long after each failure, with some spread so that many do not come back at once.
fn pause(context: &Context, failures: u32) -> Duration {
    let doubled = 1_u64 << failures.saturating_sub(1).min(16);
    let seconds = doubled.min(PAUSE_MAX_SECS);
    let mut noise = [0; 1];
    context.random.fill(&mut noise);
    let spread = seconds * 200 * u64::from(noise[0]) / 255;
    Duration::from_millis(seconds * 900 + spread)
}

async fn tell(
    context: &Context,
    id: ChannelId,
    effect: Effect,
    text: &str,
) -> Result<(), EngineError> {
    let notice = Notice {
        kind: "mailbox".to_owned(),
        effect,
        text: text.to_owned(),
        address: None,
        data: Opaque::new(),
        at: None,
        holds: None,
    };
    let events = vec![InboundEvent::Notice(notice)];
    Ingest(context.clone()).record(id, events).await.map(drop)
}
