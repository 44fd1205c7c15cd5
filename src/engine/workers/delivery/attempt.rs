//! One attempt to send one message: files first, then call after call.

use std::collections::BTreeMap;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::heard;
use crate::engine::rules::window;
use crate::engine::rules::window::Writing;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::NoAnswer;
use crate::engine::vendor::caught;
use crate::engine::vendor::ours;
use crate::engine::workers::delivery::album;
use crate::engine::workers::delivery::album::Companion;
use crate::engine::workers::delivery::begun;
use crate::engine::workers::delivery::begun::Written;
use crate::engine::workers::delivery::bringing;
use crate::engine::workers::delivery::lanes::Ended;
use crate::engine::workers::delivery::outcome;
use crate::engine::workers::delivery::quiet;
use crate::engine::workers::delivery::taken;
use crate::engine::workers::delivery::taken::Left;
use crate::engine::workers::delivery::taken::Taken;
use crate::engine::workers::delivery::thread;
use crate::engine::workers::delivery::unsure;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundSender;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::message::Source;
use crate::model::outbound::Sending;
use crate::model::refusal::FILES_HERE;
use crate::model::refusal::Refusal;
use crate::model::thread::Thread;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// The reason of a vendor that does not believe the account's access.
const CREDENTIALS: &str = "credentials";

/// Sends a message, as far as the vendor lets us, and writes down how it went.
///
/// # Errors
/// The store's: then what was begun is settled at the next start.
pub async fn run(context: &Context, key: &LaneKey) -> Result<Ended, EngineError> {
    let Some(mut dispatch) = Dispatch::read(context, key)? else {
        outcome::clear(context, key).await?;
        return Ok(Ended::Settled);
    };
    if dispatch.row.begun {
        unsure::settle_one(context, key).await?;
        return Ok(Ended::Settled);
    }
    if let Some(until) = dispatch.quiet_until {
        quiet::wait(context, key, until).await?;
        return Ok(Ended::Settled);
    }
    let refusal = match Box::pin(dispatch.attempt()).await? {
        Ok(ended) => return Ok(ended),
        Err(refusal) => refusal,
    };
    let refusal = match dispatch.renewed_after(&refusal).await {
        Ok(true) => match Dispatch::read(context, key)? {
            Some(mut again) => match Box::pin(again.attempt()).await? {
                Ok(ended) => return Ok(ended),
                Err(refusal) => refusal,
            },
            None => return Ok(Ended::Settled),
        },
        Ok(false) => refusal,
        Err(broken) => broken.refusal,
    };
    outcome::refused(context, key, refusal).await
}

/// A message with everything it takes to send it.
struct Dispatch<'a> {
    context: &'a Context,
    key: &'a LaneKey,
    line: Line<'a>,
    row: OutboxRow,
    message: Message,
    /// The messages that go out with it.
    companions: Vec<Companion>,
    /// Their ids.
    alongside: Vec<MessageId>,
    /// What they and it say, one after the other; empty where it goes by itself.
    album: Vec<Content>,
    /// Whether the customer made a choice since we last wrote that came back as words.
    chose_typed: bool,
    /// Until when it has to wait, because it is quiet where it goes.
    quiet_until: Option<Timestamp>,
    /// The stored files it carries.
    files: Vec<Media>,
    heard_at: Option<Timestamp>,
    reply_to: Option<String>,
    /// Whether it answers in private what was said in public.
    is_private: bool,
    thread: Thread,
}

impl<'a> Dispatch<'a> {
    /// Reads a message that is to be sent; none when it is not any more.
    fn read(context: &'a Context, key: &'a LaneKey) -> Result<Option<Self>, EngineError> {
        let read = context.store.snapshot()?;
        let (Some(row), Some(message), Some(channel)) = (
            outbox::get(&read, key)?,
            messages::get(&read, key.2)?,
            channels::get(&read, key.0)?.filter(begun::sends),
        ) else {
            return Ok(None);
        };
        let Some(conversation) = conversations::get(&read, message.conversation_id)? else {
            return Ok(None);
        };
        let quoted = match target(&message) {
            Some(id) => messages::get(&read, id)?,
            None => None,
        };
        let (place, now) = ((&channel, &conversation), context.clock.now());
        let quiet_until = quiet::until(&read, &row, &message, place, now)?;
        let line = Line::open(context, channel)?;
        let thread = if line.translation.capabilities().threads {
            thread::of(&read, &message, &conversation)?
        } else {
            Thread::default()
        };
        let companions = album::companions(&read, &line, &row, &message)?;
        let alongside: Vec<MessageId> = companions.iter().map(|one| one.message.id).collect();
        let contents = companions.iter().map(|one| &one.message.content);
        let album: Vec<Content> = match companions.as_slice() {
            [] => Vec::new(),
            _ => (std::iter::once(&message.content).chain(contents))
                .cloned()
                .collect(),
        };
        let chose_typed = line
            .translation
            .reach(&line.account, &row.address)
            .quick_replies_typed
            && thread::chose_typed(&read, &message)?;
        let said = if album.is_empty() {
            parts(&message)
        } else {
            &album
        };
        let mut files: Vec<Media> = stored_files(said).cloned().collect();
        if let Content::Template(template) = &message.content {
            // A file that is gone meanwhile is the vendor's to miss.
            let named = find::files_of_template(&read, &template.components);
            files.extend(named.unwrap_or_default().into_values());
        }
        Ok(Some(Self {
            context,
            key,
            line,
            thread,
            row,
            message,
            companions,
            alongside,
            album,
            chose_typed,
            quiet_until,
            files,
            heard_at: heard::last(&read, &conversation)?,
            is_private: quoted
                .as_ref()
                .is_some_and(|quoted| quoted.source == Source::Comment),
            reply_to: quoted.and_then(|quoted| quoted.external_id().map(str::to_owned)),
        }))
    }

    fn parts(&self) -> &[Content] {
        if self.album.is_empty() {
            parts(&self.message)
        } else {
            &self.album
        }
    }

    /// Sends the message with the access there is.
    async fn attempt(&mut self) -> Result<Result<Ended, Refusal>, EngineError> {
        match self.prepare().await? {
            Ok(calls) => self.send(calls).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Renews access that a vendor refused before its time; whether it is worth trying again.
    async fn renewed_after(&mut self, refusal: &Refusal) -> Result<bool, Broken> {
        match refusal {
            Refusal::Account(error) if error.reason == CREDENTIALS => {
                self.line.renew_refused().await
            }
            _ => Ok(false),
        }
    }

    /// Everything that can be repeated without harm: access, files, writing the calls.
    async fn prepare(&mut self) -> Result<Result<Vec<Call>, Refusal>, EngineError> {
        if let Err(refusal) = self.still_open() {
            return Ok(Err(refusal));
        }
        let refused = |broken: Broken| broken.refusal;
        if let Err(refusal) = self.line.renew().await.map_err(refused) {
            return Ok(Err(refusal));
        }
        if self.row.handles.contains_key(FILES_HERE) {
            match bringing::bring(self.context, &self.message).await? {
                Ok(message) => self.carry(message),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        if let Err(refusal) = self.upload().await? {
            return Ok(Err(refusal));
        }
        Ok(self.render())
    }

    /// Takes up the message with the files it has got meanwhile.
    fn carry(&mut self, message: Message) {
        self.message = message;
        let stored: Vec<Media> = stored_files(self.parts()).cloned().collect();
        let is_new = |file: &Media| self.files.iter().all(|held| held.media_id != file.media_id);
        let fresh: Vec<Media> = stored.into_iter().filter(is_new).collect();
        self.files.extend(fresh);
    }

    /// Whether the vendor's window is still open: what waited for the return of its channel may come
    /// too late. A comment is answered without one.
    fn still_open(&self) -> Result<(), Refusal> {
        if self.is_private {
            return Ok(());
        }
        let content = &self.message.content;
        let writing = Writing {
            settings: &self.line.channel.settings,
            source: self.message.source,
            address: &self.message.to,
            metadata: &self.message.metadata,
        };
        let row = window::for_writer(self.capabilities(), writing);
        let now = self.context.clock.now();
        window::may_send(content, &row, self.heard_at, now).map_err(|closed| {
            Refusal::Never(SendError::passing(
                "messaging_window_closed",
                closed.message,
            ))
        })
    }

    async fn upload(&mut self) -> Result<Result<(), Refusal>, EngineError> {
        for file in self.files.clone() {
            let id = name_of(&file);
            if self.row.handles.contains_key(&id) {
                continue;
            }
            let translation = self.line.translation;
            let given = self.line.hold(|asked| translation.upload(&file, asked));
            match given.await {
                Ok(Some(handle)) => {
                    begun::uploaded(self.context, self.key, id.clone(), handle.clone()).await?;
                    self.row.handles.insert(id, handle);
                }
                Ok(None) => {}
                Err(broken) => return Ok(Err(broken.refusal)),
            }
        }
        Ok(Ok(()))
    }

    fn urls(&self) -> BTreeMap<String, String> {
        let links = &self.context.links;
        (self.files.iter())
            .filter_map(|file| Some((name_of(file), links.address(file)?)))
            .collect()
    }

    fn sending<'b>(&'b self, urls: &'b BTreeMap<String, String>) -> Sending<'b> {
        Sending {
            account: &self.line.account,
            message_id: self.message.id,
            to: &self.message.to,
            asked: &self.message.content,
            parts: self.parts(),
            thread: &self.thread,
            reply_to: self.reply_to.as_deref(),
            media_urls: urls,
            handles: &self.row.handles,
            metadata: &self.message.metadata,
            last_inbound_at: self.heard_at,
            by_person: self.message.source == Source::Dashboard,
            companions: &self.alongside,
            chose_typed: self.chose_typed,
            taken_ids: &self.message.external_ids,
            now: self.context.clock.now(),
        }
    }

    fn render(&self) -> Result<Vec<Call>, Refusal> {
        let urls = self.urls();
        let sending = self.sending(&urls);
        caught(|| self.line.translation.render(&sending))
            .and_then(|rendered| rendered.map_err(|error| error.to_string()))
            .map_err(|why| ours(&why))
    }

    /// The calls of this row: those that carry the message to the customer, or the one that carries
    /// a copy to whom the row names. With the former, who gets copies once the customer has it.
    fn shared_out(&self, calls: Vec<Call>) -> (Vec<Call>, Vec<String>) {
        let (mut copies, own): (Vec<_>, Vec<_>) = calls.into_iter().partition(Call::is_copy);
        if self.row.is_copy {
            copies.retain(|call| call.recipient() == Some(self.row.address.as_str()));
            return (copies, Vec::new());
        }
        let whom = copies.iter().filter_map(Call::recipient);
        let whom = whom.map(str::to_owned).collect();
        (own, whom)
    }

    /// Makes the calls the vendor did not take yet, each begun durably before it is made. Where the
    /// vendor minds how fast they come, one: the next is taken up when it is due.
    async fn send(&self, calls: Vec<Call>) -> Result<Result<Ended, Refusal>, EngineError> {
        let (calls, copies) = self.shared_out(calls);
        let taken = usize::from(self.message.calls_taken);
        let count = calls.len();
        let pause = self.line.translation.pace(&self.row.address);
        let mut made = 0;
        for (index, call) in calls.into_iter().enumerate().skip(taken) {
            if !begun::begin(self.context, self.written()).await? {
                return Ok(Ok(Ended::Settled));
            }
            made += 1;
            let is_last = index + 1 == count;
            match self.make(call).await {
                Ok((taken, met)) => {
                    // From the moment it was taken: the call took a while.
                    let left = match &pause {
                        _ if is_last => Left::Copies(copies.clone()),
                        Some(pacing) => Left::Later(self.context.clock.now().plus(pacing.between)),
                        None => Left::More,
                    };
                    album::taken(self.context, &self.companions, &taken.ids).await?;
                    taken::taken(self.context, self.key, self.own(taken), left).await?;
                    if let Some(person) = met {
                        taken::met(self.context, self.key.0, person).await?;
                    }
                }
                Err(none) => return self.not_taken(none).await,
            }
            if pause.is_some() {
                break;
            }
        }
        if made == 0 {
            // Rendered to no calls at all: there is nothing the vendor could refuse.
            let left = Left::Copies(copies);
            taken::taken(self.context, self.key, Taken::default(), left).await?;
        }
        let together = u32::try_from(self.companions.len()).unwrap_or(u32::MAX);
        let calls = made + together;
        Ok(Ok(Ended::Taken { calls }))
    }

    /// Every message that a call carries, as it was when the call was written.
    fn written(&self) -> Vec<Written> {
        let first = Written {
            key: self.key.clone(),
            edited_at: self.message.edited_at,
        };
        let others = self.companions.iter().map(|one| Written {
            key: one.key.clone(),
            edited_at: one.message.edited_at,
        });
        std::iter::once(first).chain(others).collect()
    }

    /// What is this message's own of what the vendor took: of an album, the first.
    fn own(&self, mut taken: Taken) -> Taken {
        if !self.companions.is_empty() {
            taken.ids.truncate(1);
        }
        taken
    }

    /// Makes a call: what came of it, and what it told of the customer.
    async fn make(&self, call: Call) -> Result<(Taken, Option<InboundSender>), NoAnswer> {
        let whom = call.recipient().map(str::to_owned);
        let reply = self.line.call(call).await?;
        let (translation, account) = (self.line.translation, &self.line.account);
        let urls = self.urls();
        let read = caught(|| {
            let taken = translation.read_reply(account, &reply)?;
            let written = translation.written_id(account, self.message.id);
            let taken = Taken {
                ids: written.into_iter().chain(taken).collect(),
                kept: translation.remark(&self.sending(&urls), &reply),
                whom: whom.clone(),
                kept_back: translation.kept_back(&reply),
                left_out: translation.left_out(account, &reply),
            };
            Ok::<_, Refusal>((taken, translation.met(&self.message.to, &reply)))
        });
        if let Ok(Err(refusal)) = &read
            && let Some(trace) = translation.trace(&reply)
        {
            let (channel, message) = (self.key.0, self.message.id);
            let reason = &refusal.error().reason;
            tracing::info!(channel.id = %channel, message.id = %message, vendor.trace = trace, "a message was not taken: {reason}");
        }
        match read {
            Ok(outcome) => outcome.map_err(NoAnswer::NotMade),
            // The call was made, and what the vendor said of it cannot be read.
            Err(panic) => Err(NoAnswer::Unknown(ours(&panic).error().clone())),
        }
    }

    /// What follows from a call that was not taken, as far as it is known; else it is unsure.
    async fn not_taken(&self, none: NoAnswer) -> Result<Result<Ended, Refusal>, EngineError> {
        match none {
            NoAnswer::Unknown(error) if !self.reached().resend_is_safe => {
                album::unsure(self.context, &self.companions, &error).await?;
                unsure::record(self.context, self.key, error).await?;
                Ok(Ok(Ended::Settled))
            }
            other => {
                album::not_taken(self.context, &self.companions).await?;
                Ok(Err(other.refusal()))
            }
        }
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.line.translation.capabilities()
    }

    /// What the account can do, which may be more.
    fn reached(&self) -> &'static Capabilities {
        let (translation, account) = (self.line.translation, &self.line.account);
        translation.reach(account, &self.row.address)
    }
}

/// The message of ours or theirs that a message answers or reacts to.
fn target(message: &Message) -> Option<MessageId> {
    match &message.content {
        Content::Reaction(reaction) => reaction.target_id.parse().ok(),
        _ => message.reply_to,
    }
}

/// What of a message is sent.
pub fn parts(message: &Message) -> &[Content] {
    if message.sent_as.is_empty() {
        std::slice::from_ref(&message.content)
    } else {
        &message.sent_as
    }
}

fn stored_files(parts: &[Content]) -> impl Iterator<Item = &Media> {
    files_of(parts).filter(|media| media.media_id.is_some())
}

/// The files that parts of a message carry, wherever they lie.
pub fn files_of(parts: &[Content]) -> impl Iterator<Item = &Media> {
    let cards = parts.iter().flat_map(|part| match part {
        Content::Carousel(carousel) => carousel.cards.as_slice(),
        _ => &[],
    });
    let pictures = cards.filter_map(|card| card.image.as_ref());
    let files = parts.iter().filter_map(Content::media);
    files.chain(pictures)
}

fn name_of(media: &Media) -> String {
    media.media_id.map(|id| id.to_string()).unwrap_or_default()
}
