//! `/ws`: what happens, to programs at once, over a socket.
//!
//! The event log is the socket's queue: it is read only as fast as the program takes it in, and a
//! program that comes back names the last event it saw and gets exactly what came after it. Cookies
//! prove nothing here, so pages of every site may connect, with a key or a token of their own.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;
use actix_web::web::Payload;
use actix_ws::AggregatedMessage;
use actix_ws::AggregatedMessageStream;
use actix_ws::CloseCode;
use actix_ws::CloseReason;
use actix_ws::ProtocolError;
use actix_ws::Session;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::engine::inbox::counting::Counts;
use crate::engine::inbox::events;
use crate::engine::live::Heard;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::caller::ApiCaller;
use crate::web::api::caller::SocketQuery;
use crate::web::api::follow::Follower;
use crate::web::api::follow::STEP;
use crate::web::api::route::Routes;
use crate::web::api::socket_frames as frames;
use crate::web::api::socket_places::Place;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The largest frame a program sends.
const FRAME_MAX_BYTES: usize = 64 * 1024;
/// Conversations a program may subscribe to over one socket.
const SUBSCRIPTIONS_MAX: usize = 1_000;
/// How often the program is pinged, and asked after in our own books.
const CHECK_EVERY: Duration = Duration::from_secs(15);
/// Nothing heard from the program for so long, not even an answer to a ping, ends the connection.
const SILENCE: Duration = Duration::from_secs(75);
/// How long a program may take to accept a frame.
const SEND_WITHIN: Duration = Duration::from_secs(10);
/// The code for a key that was revoked or a session that is over.
const PROOF_OVER: u16 = 4401;

/// The route of the socket.
pub fn routes(routes: &mut Routes) {
    routes.about("events");
    routes
        .get(&["/ws"], open)
        .says("Open a WebSocket that tells at once what happens; docs/socket.md has its frames")
        .needs(Permission::ReadEvents)
        .query::<SocketQuery>()
        .socket();
}

async fn open(
    caller: ApiCaller,
    state: Data<State>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let place = state.sockets.take(&caller.actor)?;
    let (response, session, frames) = actix_ws::handle(&request, body).map_err(|_| {
        let message = "This address is a WebSocket; send the headers that open one.";
        ApiError(Rejection::new(Code::ValidationError, message))
    })?;
    let frames = frames
        .max_frame_size(FRAME_MAX_BYTES)
        .aggregate_continuations()
        .max_continuation_size(FRAME_MAX_BYTES);
    let heard = state.engine.context.live.listen();
    let after = state.engine.events.last();
    let told = state.engine.listing.counts(&caller.actor)?;
    let socket = Socket {
        _place: place,
        told,
        follower: Follower {
            state,
            caller,
            after,
        },
        session,
        subscribed: HashSet::new(),
    };
    actix_web::rt::spawn(socket.run(frames, heard));
    Ok(response)
}

/// What a program says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
enum Said {
    /// It wants typing and receipts of a conversation too.
    Subscribe { conversation_id: String },
    /// It does not any more.
    Unsubscribe { conversation_id: String },
    /// Its person types, or stopped.
    Typing {
        conversation_id: String,
        is_typing: bool,
    },
    /// It was here before, and saw everything up to that event.
    Resume { last_event_id: u64 },
    /// It is alive.
    Ping,
}

/// Why a connection ends.
enum End {
    /// The program is gone.
    Gone,
    /// We end it, and say why.
    Close(CloseCode, &'static str),
}

/// One open socket.
struct Socket {
    follower: Follower,
    session: Session,
    subscribed: HashSet<ConversationId>,
    /// How many conversations wait, as it was told last.
    told: Counts,
    _place: Place,
}

impl Socket {
    async fn run(mut self, frames: AggregatedMessageStream, heard: Receiver<Heard>) {
        let Err(End::Close(code, words)) = self.serve(frames, heard).await else {
            return;
        };
        let reason = CloseReason {
            code,
            description: Some(words.to_owned()),
        };
        // The program may be gone, or not listening any more.
        drop(tokio::time::timeout(SEND_WITHIN, self.session.close(Some(reason))).await);
    }

    async fn serve(
        &mut self,
        mut frames: AggregatedMessageStream,
        mut heard: Receiver<Heard>,
    ) -> Result<(), End> {
        let place = self.follower.after;
        self.say(&json!({ "type": "connected", "eventId": place }))
            .await?;
        let mut check = tokio::time::interval(CHECK_EVERY);
        let mut last_word = Instant::now();
        loop {
            tokio::select! {
                frame = frames.recv() => {
                    last_word = Instant::now();
                    self.hear(frame).await?;
                }
                news = heard.recv() => self.hear_news(news).await?,
                _ = check.tick() => self.check(last_word).await?,
            }
        }
    }

    async fn check(&mut self, last_word: Instant) -> Result<(), End> {
        if last_word.elapsed() > SILENCE {
            return Err(End::Close(CloseCode::Away, "no sign of life"));
        }
        self.prove()?;
        self.session.ping(b"").await.map_err(|_| End::Gone)
    }

    /// Goes on only while the key or session the socket was opened with still stands.
    fn prove(&mut self) -> Result<(), End> {
        if self.follower.renew() {
            Ok(())
        } else {
            let words = "the key or session is over";
            Err(End::Close(CloseCode::Other(PROOF_OVER), words))
        }
    }

    async fn hear(
        &mut self,
        frame: Option<Result<AggregatedMessage, ProtocolError>>,
    ) -> Result<(), End> {
        match frame {
            Some(Ok(AggregatedMessage::Text(text))) => self.hear_text(&text).await,
            Some(Ok(AggregatedMessage::Ping(bytes))) => {
                self.session.pong(&bytes).await.map_err(|_| End::Gone)
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Binary(_))) => {
                Err(End::Close(CloseCode::Unsupported, "text only"))
            }
            Some(Ok(AggregatedMessage::Close(_))) => Err(End::Close(CloseCode::Normal, "")),
            Some(Err(ProtocolError::Overflow)) => {
                Err(End::Close(CloseCode::Size, "frame too large"))
            }
            Some(Err(_)) => Err(End::Close(CloseCode::Protocol, "protocol")),
            None => Err(End::Gone),
        }
    }

    async fn hear_text(&mut self, text: &str) -> Result<(), End> {
        self.prove()?;
        let said = serde_json::from_str(text).map_err(|error| {
            let message = format!("This frame is not understood: {error}.");
            ApiError(Rejection::new(Code::ValidationError, message))
        });
        match said.and_then(|said| self.act(said)) {
            Ok(Some(answer)) => self.say(&answer).await?,
            Ok(None) => {}
            Err(ApiError(refused)) => self.say(&frames::error(&refused)).await?,
        }
        self.go_on().await
    }

    /// Does what a program says; the frame to answer with, if any.
    fn act(&mut self, said: Said) -> Result<Option<Value>, ApiError> {
        match said {
            Said::Subscribe { conversation_id } => self.subscribe(&conversation_id)?,
            Said::Unsubscribe { conversation_id } => {
                self.subscribed.remove(&named(&conversation_id)?);
            }
            Said::Typing {
                conversation_id,
                is_typing,
            } => {
                let typing = &self.follower.state.engine.typing;
                let id = named(&conversation_id)?;
                typing.tell(&self.follower.caller.actor, id, is_typing)?;
            }
            Said::Resume { last_event_id } => self.resume(last_event_id)?,
            Said::Ping => return Ok(Some(json!({ "type": "pong" }))),
        }
        Ok(None)
    }

    fn subscribe(&mut self, id: &str) -> Result<(), ApiError> {
        let id = named(id)?;
        let engine = &self.follower.state.engine;
        engine.listing.get(&self.follower.caller.actor, id)?;
        if self.subscribed.len() >= SUBSCRIPTIONS_MAX && !self.subscribed.contains(&id) {
            let words = format!("one socket takes {SUBSCRIPTIONS_MAX} subscriptions");
            return Err(ApiError(Rejection::field("conversationId", words)));
        }
        self.subscribed.insert(id);
        Ok(())
    }

    fn resume(&mut self, last: u64) -> Result<(), ApiError> {
        if last > self.follower.state.engine.events.last() {
            return Err(ApiError(events::no_such_event()));
        }
        self.follower.after = last;
        Ok(())
    }

    async fn hear_news(&mut self, news: Result<Heard, RecvError>) -> Result<(), End> {
        match news {
            Ok(Heard::Event(_)) | Err(RecvError::Lagged(_)) => self.go_on().await,
            Ok(Heard::Signal(signal)) => match &*signal {
                Signal::Typing {
                    conversation_id,
                    who,
                    on,
                } if self.subscribed.contains(conversation_id) => {
                    self.tell_typing(*conversation_id, who, *on).await
                }
                Signal::Viewers { conversation_id }
                    if self.subscribed.contains(conversation_id) =>
                {
                    self.tell_viewers(*conversation_id).await
                }
                Signal::Availability { user_id } => self.tell_presence(*user_id).await,
                _ => Ok(()),
            },
            Err(RecvError::Closed) => Err(End::Close(CloseCode::Restart, "restarting")),
        }
    }

    /// Tells what came after the last thing that was told.
    async fn go_on(&mut self) -> Result<(), End> {
        let moved = Cell::new(false);
        while self.follower.after < self.follower.state.engine.events.last() {
            self.prove()?;
            let subscribed = &self.subscribed;
            let read = self.follower.read(STEP, |eyes, entry| {
                moved.set(moved.get() || frames::moves_queue(&entry.event));
                frames::drawn(eyes, entry, subscribed)
            });
            match read {
                Ok((_, after)) if after == self.follower.after => break,
                Ok((frames, after)) => {
                    self.follower.after = after;
                    for frame in &frames {
                        self.say(frame).await?;
                    }
                }
                Err(ApiError(refused)) => self.give_up(&refused).await?,
            }
        }
        if moved.get() {
            self.tell_queue().await?;
        }
        Ok(())
    }

    /// Tells how many conversations wait, when that changed.
    async fn tell_queue(&mut self) -> Result<(), End> {
        let state = &self.follower.state;
        // Whoever may not count is told by the frames that follow.
        let Ok(counts) = state.engine.listing.counts(&self.follower.caller.actor) else {
            return Ok(());
        };
        if counts == self.told {
            return Ok(());
        }
        self.told = counts;
        self.say(&frames::queue(counts, self.follower.after)).await
    }

    /// Reading goes wrong: the program is told to fetch what it shows again, or that it is over.
    async fn give_up(&mut self, refused: &Rejection) -> Result<(), End> {
        match refused.code {
            Code::CursorTooOld => {
                self.follower.after = self.follower.state.engine.events.last();
                self.say(&frames::error(refused)).await?;
                let place = self.follower.after;
                self.say(&json!({ "type": "resync", "eventId": place }))
                    .await
            }
            Code::InsufficientPermissions => {
                Err(End::Close(CloseCode::Policy, "not allowed any more"))
            }
            _ => {
                tracing::error!("a program's socket ends: {}", refused.message);
                Err(End::Close(CloseCode::Error, "trouble"))
            }
        }
    }

    async fn tell_typing(&mut self, id: ConversationId, who: &Typist, on: bool) -> Result<(), End> {
        self.prove()?;
        let actor = &self.follower.caller.actor;
        let Ok(row) = self.follower.state.engine.listing.get(actor, id) else {
            return Ok(());
        };
        let (typist, name) = match who {
            Typist::Colleague { user_id, .. } if actor.user_id() == Some(*user_id) => return Ok(()),
            Typist::Colleague { user_id, name } => (user_id.to_string(), name),
            Typist::Customer { name, .. } => (row.contact.id.to_string(), name),
        };
        self.say(&json!({
            "type": "typing",
            "conversationId": id,
            "userId": typist,
            "name": name,
            "isTyping": on,
        }))
        .await
    }

    async fn tell_viewers(&mut self, id: ConversationId) -> Result<(), End> {
        self.prove()?;
        let engine = &self.follower.state.engine;
        if engine.listing.get(&self.follower.caller.actor, id).is_err() {
            return Ok(());
        }
        let viewers = engine.context.live.presence().viewers(id);
        self.say(&frames::viewers(id, &viewers)).await
    }

    async fn tell_presence(&mut self, user: UserId) -> Result<(), End> {
        self.prove()?;
        let actor = &self.follower.caller.actor;
        if actor.require(Permission::ReadPeople).is_err() {
            return Ok(());
        }
        let live = &self.follower.state.engine.context.live;
        let is_here = live.presence().is_here(user);
        self.say(&frames::presence(user, is_here)).await
    }

    async fn say(&mut self, frame: &Value) -> Result<(), End> {
        match tokio::time::timeout(SEND_WITHIN, self.session.text(frame.to_string())).await {
            Ok(sent) => sent.map_err(|_| End::Gone),
            Err(_) => Err(End::Close(CloseCode::Policy, "too slow")),
        }
    }
}

fn named(id: &str) -> Result<ConversationId, ApiError> {
    id.parse().map_err(|_| {
        let message = "There is no such conversation.";
        ApiError(Rejection::new(Code::ConversationNotFound, message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_spelled_as_the_clients_in_use_spell_them() {
        let conversation_id = "conv_1".to_owned();
        let cases = [
            (
                r#"{"type":"subscribe","conversationId":"conv_1"}"#,
                Some(Said::Subscribe { conversation_id }),
            ),
            (r#"{"type":"ping","at":1}"#, Some(Said::Ping)),
            (
                r#"{"type":"resume","lastEventId":7}"#,
                Some(Said::Resume { last_event_id: 7 }),
            ),
            (r#"{"type":"resume","lastEventId":-7}"#, None),
            (r#"{"type":"dance"}"#, None),
            ("[]", None),
        ];
        for (text, expected) in cases {
            assert_eq!(serde_json::from_str(text).ok(), expected, "{text}");
        }
    }
}
