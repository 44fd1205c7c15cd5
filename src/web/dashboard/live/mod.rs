//! The agents' socket of the dashboard: what happened, as fragments of pages.
//!
//! A reader says which conversation is open; what concerns it is drawn as it stands now, so that a
//! late frame never shows an old state. After a lost connection the client names the last position
//! it saw and gets exactly what came after it.

pub mod board;
mod drawing;
mod ripening;
mod signals;
mod stance;
mod touched;

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Payload;
use actix_web::web::Query;
use actix_ws::CloseCode;
use actix_ws::CloseReason;
use actix_ws::Message as Frame;
use actix_ws::MessageStream;
use actix_ws::Session;
use bytestring::ByteString;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::list::Row;
use crate::engine::live::Heard;
use crate::engine::live::Signal;
use crate::engine::live::presence::Seat;
use crate::model::event::EventRecord;
use crate::model::ids::ConversationId;
use crate::model::ids::VisitorId;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;

/// Entries a returning client may have missed; more, and it fetches its regions again.
const MISSED_MAX: usize = 500;
/// Nothing heard from the client for so long ends the connection; it pings every 25 seconds.
const SILENCE: Duration = Duration::from_secs(75);
/// How often the session is checked.
const CHECK_EVERY: Duration = Duration::from_secs(15);
/// How often a list that changes with time alone is looked through.
const RIPENS_EVERY: Duration = Duration::from_secs(15);
/// The code for a session that is over.
const SESSION_OVER: u16 = 4401;
/// Entries of the log that are shown together when they come together.
const TOGETHER_MAX: usize = 64;
/// The largest frame a client sends.
const FRAME_MAX_BYTES: usize = 64 * 1024;

/// The socket's address.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/app/ws", web::get().to(open));
}

/// Where a page stands that opens the socket, for the first time or again.
#[derive(Deserialize)]
struct Resume {
    /// The last position it saw.
    after: Option<u64>,
    /// The conversation that is open, so that what it missed of it comes too.
    conversation: Option<String>,
    /// The list that is shown.
    queue: Option<String>,
}

async fn open(
    state: Shared,
    reader: Reader,
    resume: Query<Resume>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    if !is_same_origin(&request) {
        return Err(Problem::foreign_form().into());
    }
    let (response, session, frames) = actix_ws::handle(&request, body)?;
    let socket = Socket::enter(state, reader, session);
    let frames = frames.max_frame_size(FRAME_MAX_BYTES);
    actix_web::rt::spawn(socket.run(frames, resume.into_inner()));
    Ok(response)
}

/// Whether the page that opens the socket is ours. Browsers always say where a page is from.
fn is_same_origin(request: &HttpRequest) -> bool {
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok());
    let host = request.connection_info().host().to_owned();
    origin.is_some_and(|origin| {
        url::Url::parse(origin).is_ok_and(|origin| {
            let name = origin.host_str().unwrap_or_default();
            let port = origin
                .port()
                .map_or_else(String::new, |port| format!(":{port}"));
            host == format!("{name}{port}")
        })
    })
}

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Said {
    /// Which conversation is open.
    Look {
        conversation: Option<String>,
        queue: Option<String>,
    },
    /// A reply is being written, or not any more.
    Writing {
        on: bool,
    },
    Ping,
    #[serde(other)]
    Other,
}

/// One open socket.
struct Socket {
    state: Shared,
    reader: Reader,
    session: Session,
    seat: Seat,
    open: Option<ConversationId>,
    /// The visitor in it, where it is one of a web chat.
    guest: Option<VisitorId>,
    section: Section,
    /// How one may write in the open conversation, as it was told last.
    stance: Option<&'static str>,
    /// How the customer in it is called, once that was looked at.
    called: Option<String>,
    /// The position of the last entry that was dealt with.
    seq: u64,
    /// When the client last heard where it stands.
    told_at: Instant,
    /// Up to which moment the list shows whom only time brings into it; none: as its page was drawn,
    /// whenever that was.
    ripe_to: Option<Timestamp>,
    /// When that is looked at again.
    ripens_at: Timestamp,
}

impl Socket {
    fn enter(state: Shared, reader: Reader, session: Session) -> Self {
        let live = &state.engine.context.live;
        let user = &reader.agent.user;
        let now = state.engine.context.clock.now();
        let (seat, first) = live.presence().enter(user.id, &user.name);
        if first {
            live.signal(Signal::Availability { user_id: user.id });
        }
        Self {
            state,
            reader,
            session,
            seat,
            open: None,
            guest: None,
            section: Queue::Mine.into(),
            stance: None,
            called: None,
            seq: 0,
            told_at: Instant::now(),
            ripe_to: None,
            ripens_at: now,
        }
    }

    async fn run(mut self, frames: MessageStream, resume: Resume) {
        let mut heard = self.state.engine.context.live.listen();
        self.seq = self.state.engine.events.last();
        if resume.conversation.is_some() {
            self.look(resume.conversation.as_deref(), resume.queue.as_deref());
        }
        let reason = match self.catch_up(resume.after).await {
            Ok(()) => self.serve(frames, &mut heard).await,
            Err(gone) => gone,
        };
        self.leave();
        let Gone::Close(reason) = reason else { return };
        // The client may be gone already.
        drop(self.session.close(reason).await);
    }

    fn leave(&self) {
        let live = &self.state.engine.context.live;
        let Some((place, last)) = live.presence().leave(self.seat) else {
            return;
        };
        if let Some(conversation_id) = place.conversation {
            live.signal(Signal::Viewers { conversation_id });
        }
        if last {
            live.signal(Signal::Availability {
                user_id: place.user_id,
            });
        }
    }

    async fn serve(&mut self, mut frames: MessageStream, heard: &mut Receiver<Heard>) -> Gone {
        let clock = self.state.engine.context.clock.clone();
        let mut check = tokio::time::interval(CHECK_EVERY);
        let mut last_word = Instant::now();
        loop {
            let step = tokio::select! {
                frame = frames.next() => {
                    last_word = Instant::now();
                    match frame {
                        Some(Ok(frame)) => self.hear_client(frame).await,
                        Some(Err(_)) | None => Err(Gone::Already),
                    }
                }
                news = heard.recv() => self.hear_news(news, heard).await,
                () = clock.until(self.ripens_at), if self.section.follows_the_clock() => {
                    self.show_ripened().await
                }
                _ = check.tick() => {
                    if last_word.elapsed() > SILENCE {
                        Err(Gone::close(CloseCode::Away, "no sign of life"))
                    } else {
                        match self.check_session() {
                            Ok(()) => self.tell_stance().await,
                            over => over,
                        }
                    }
                }
            };
            if let Err(gone) = step {
                return gone;
            }
        }
    }

    /// Ends the connection once the person is signed out or blocked.
    fn check_session(&self) -> Result<(), Gone> {
        let sessions = self
            .state
            .engine
            .logins
            .sessions_of(self.reader.agent.user.id);
        let alive = sessions.is_ok_and(|held| {
            held.iter()
                .any(|one| one.id == self.reader.agent.session.id)
        });
        if alive {
            Ok(())
        } else {
            Err(Gone::close(CloseCode::Other(SESSION_OVER), "signed out"))
        }
    }

    async fn hear_client(&mut self, frame: Frame) -> Result<(), Gone> {
        match frame {
            Frame::Text(text) => match serde_json::from_str::<Said>(&text) {
                Ok(Said::Look {
                    conversation,
                    queue,
                }) => {
                    self.look(conversation.as_deref(), queue.as_deref());
                    Ok(())
                }
                Ok(Said::Writing { on }) => {
                    self.write(on);
                    Ok(())
                }
                Ok(Said::Ping) => self.send(&json!({ "kind": "pong" })).await,
                Ok(Said::Other) | Err(_) => Ok(()),
            },
            Frame::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_| Gone::Already),
            Frame::Close(_) => Err(Gone::Already),
            _ => Ok(()),
        }
    }

    fn look(&mut self, conversation: Option<&str>, queue: Option<&str>) {
        let open = conversation
            .and_then(|id| id.parse().ok())
            .filter(|id| self.sees(*id));
        if let Some(section) = queue.and_then(Section::named)
            && section != self.section
        {
            self.section = section;
            self.ripe_to = None;
            self.ripens_at = self.state.engine.context.clock.now();
        }
        let live = &self.state.engine.context.live;
        let before = live.presence().look_at(self.seat, open);
        self.open = open;
        self.stance = None;
        self.called = None;
        self.guest = open.and_then(|open| self.guest_of(open));
        for conversation_id in before.into_iter().chain(open) {
            live.signal(Signal::Viewers { conversation_id });
        }
    }

    /// Whether the reader may see a conversation; not while that cannot be read.
    fn sees(&self, id: ConversationId) -> bool {
        matches!(self.seen(id), Ok(Some(_)))
    }

    /// A conversation as the reader may see it now.
    fn seen(&self, id: ConversationId) -> Result<Option<Row>, EngineError> {
        match self.state.engine.listing.get(&self.reader.actor(), id) {
            Ok(row) => Ok(Some(row)),
            Err(EngineError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, on: bool) {
        let live = &self.state.engine.context.live;
        if live.presence().write(self.seat, on)
            && let Some(conversation_id) = self.open
        {
            live.signal(Signal::Viewers { conversation_id });
        }
    }

    async fn hear_news(
        &mut self,
        news: Result<Heard, RecvError>,
        heard: &mut Receiver<Heard>,
    ) -> Result<(), Gone> {
        match news {
            Ok(Heard::Event(entry)) => self.hear_entries(entry, heard).await,
            Ok(Heard::Signal(signal)) => self.show_signal(&signal).await,
            Err(RecvError::Lagged(_)) => {
                let seq = self.seq;
                self.catch_up(Some(seq)).await
            }
            Err(RecvError::Closed) => Err(Gone::close(CloseCode::Restart, "restarting")),
        }
    }

    /// Shows an entry, and the others that came with it.
    async fn hear_entries(
        &mut self,
        first: Arc<EventRecord>,
        heard: &mut Receiver<Heard>,
    ) -> Result<(), Gone> {
        let (mut entries, mut signals) = (vec![first], Vec::new());
        while entries.len() < TOGETHER_MAX {
            match heard.try_recv() {
                Ok(Heard::Event(entry)) => entries.push(entry),
                Ok(Heard::Signal(signal)) => signals.push(signal),
                // Whatever it is, the next turn hears it again.
                Err(_) => break,
            }
        }
        entries.retain(|entry| entry.seq > self.seq);
        if let Some(last) = entries.last() {
            self.seq = last.seq;
            self.show(entries).await?;
        }
        for signal in signals {
            self.show_signal(&signal).await?;
        }
        Ok(())
    }

    /// Sends what came after a position, or word that it is too much or too long ago.
    async fn catch_up(&mut self, after: Option<u64>) -> Result<(), Gone> {
        let Some(after) = after else { return Ok(()) };
        let actor = self.reader.actor();
        match self.state.engine.events.after(&actor, after, MISSED_MAX) {
            Ok(missed) if missed.is_all => {
                self.seq = self.seq.max(missed.read_to);
                self.show(missed.entries).await
            }
            Ok(_) | Err(EngineError::Refused(_)) => {
                self.seq = self.state.engine.events.last();
                self.send(&json!({ "kind": "resync", "seq": self.seq }))
                    .await
            }
            Err(error) => {
                tracing::error!("reading the event log failed: {error}");
                Err(Gone::close(CloseCode::Error, "trouble"))
            }
        }
    }

    async fn send(&mut self, frame: &Value) -> Result<(), Gone> {
        self.send_text(frame.to_string().into()).await
    }

    async fn send_text(&mut self, frame: ByteString) -> Result<(), Gone> {
        self.session.text(frame).await.map_err(|_| Gone::Already)
    }
}

/// Why a connection ended.
enum Gone {
    /// The client is gone.
    Already,
    /// We end it.
    Close(Option<CloseReason>),
}

impl Gone {
    fn close(code: CloseCode, words: &str) -> Self {
        Self::Close(Some(CloseReason {
            code,
            description: Some(words.to_owned()),
        }))
    }
}
