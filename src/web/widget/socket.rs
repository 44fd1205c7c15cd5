//! The visitors' socket: carries texts between a browser and its connection, and nothing else.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;
use actix_web::web::Path;
use actix_web::web::Payload;
use actix_ws::AggregatedMessage;
use actix_ws::AggregatedMessageStream;
use actix_ws::CloseCode;
use actix_ws::CloseReason;
use actix_ws::ProtocolError;
use actix_ws::Session;

use crate::base::time::Clock;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::connection::Close;
use crate::engine::webchat::connection::Connection;
use crate::engine::webchat::connection::HELLO_WITHIN;
use crate::engine::webchat::connection::IDLE_AFTER;
use crate::engine::webchat::connection::Turn;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::frames::FRAME_MAX;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::origins::Access;
use crate::model::ids::ChannelId;
use crate::web::state::State;
use crate::web::widget::guard::Refusal;
use crate::web::widget::guard::Visit;

/// The subprotocol.
const PROTOCOL: &str = "linktor.v1";
/// How long a browser may take to accept a frame before it counts as gone.
const SEND_WITHIN: Duration = Duration::from_secs(10);

/// `GET ws`
///
/// # Errors
/// Those of every call; `upgrade_required` without the subprotocol.
pub async fn open(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    if !offers_protocol(&request) {
        let message = "The socket speaks the subprotocol linktor.v1.";
        return Err(Refusal(Problem::new(Code::UpgradeRequired, message)).into());
    }
    upgrade(&state, &channel, &request, body)
}

/// `GET /ws/{channel}`: the address of the widget before this protocol. It may connect, to be told
/// that it is too old.
///
/// # Errors
/// Those of every call.
pub async fn legacy(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    upgrade(&state, &channel, &request, body)
}

fn offers_protocol(request: &HttpRequest) -> bool {
    let offered = request.headers().get_all("Sec-WebSocket-Protocol");
    offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim() == PROTOCOL)
}

fn upgrade(
    state: &State,
    channel: &str,
    request: &HttpRequest,
    body: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let visit = Visit::judged(state, channel, request, Access::Change)?;
    let webchat = state.engine.webchat.clone();
    webchat.has_room().map_err(Refusal::from)?;
    webchat
        .count_peer(Limit::Upgrades, &visit.peer)
        .map_err(Refusal::from)?;
    let (response, session, frames) = actix_ws::handle_with_protocols(request, body, &[PROTOCOL])?;
    let frames = frames
        .max_frame_size(FRAME_MAX)
        .aggregate_continuations()
        .max_continuation_size(FRAME_MAX);
    let clock = state.engine.context.clock.clone();
    let socket = Socket {
        session,
        frames,
        clock,
    };
    let id = visit.site.channel.id;
    actix_web::rt::spawn(serve(socket, webchat, id, visit.peer));
    Ok(response)
}

/// One open socket.
struct Socket {
    session: Session,
    frames: AggregatedMessageStream,
    clock: Clock,
}

/// What came from a browser.
enum Came {
    Text(String),
    /// Something that needs no answer from the chat.
    Nothing,
    /// The end, and what to say about it.
    End(Option<Close>),
}

async fn serve(mut socket: Socket, webchat: Webchat, channel: ChannelId, peer: Peer) {
    let close = match greet(&mut socket, &webchat, channel, &peer).await {
        Ok(mut connection) => {
            drop(webchat);
            socket.talk(&mut connection).await
        }
        Err(close) => close,
    };
    let Some(Close(code, reason)) = close else {
        return;
    };
    let reason = CloseReason {
        code: CloseCode::from(code),
        description: Some(reason.to_owned()),
    };
    // The browser may be gone, or not listening any more.
    drop(tokio::time::timeout(SEND_WITHIN, socket.session.close(Some(reason))).await);
}

/// Waits for the hello. The futures of rare steps are boxed, so that an idle socket stays small.
async fn greet(
    socket: &mut Socket,
    webchat: &Webchat,
    channel: ChannelId,
    peer: &Peer,
) -> Result<Connection, Option<Close>> {
    let clock = socket.clock.clone();
    let until = clock.now().plus(HELLO_WITHIN);
    loop {
        let came = tokio::select! {
            came = socket.hear() => came,
            () = clock.until(until) => return Err(Some(Close::NO_HELLO)),
        };
        let text = match came {
            Came::End(close) => return Err(close),
            Came::Nothing => continue,
            Came::Text(text) => text,
        };
        let greeted = Box::pin(webchat.greet(channel, &text, peer)).await;
        return match greeted {
            Ok((connection, turn)) => match socket.say(turn).await {
                Some(close) => Err(close),
                None => Ok(connection),
            },
            Err(turn) => Err(socket.say(turn).await.unwrap_or(Some(Close::NO_HELLO))),
        };
    }
}

impl Socket {
    /// Carries texts until one side has enough; what to say at the end.
    async fn talk(&mut self, connection: &mut Connection) -> Option<Close> {
        let clock = self.clock.clone();
        let mut heard_at = clock.now();
        loop {
            let turn = tokio::select! {
                came = self.hear() => {
                    heard_at = clock.now();
                    match came {
                        Came::End(close) => return close,
                        Came::Nothing => continue,
                        Came::Text(text) => Box::pin(connection.hear(&text)).await,
                    }
                }
                () = clock.until(heard_at.plus(IDLE_AFTER)) => return Some(Close::IDLE),
                news = connection.rung() => connection.tell(news),
            };
            if let Some(close) = self.say(turn).await {
                return close;
            }
        }
    }

    async fn hear(&mut self) -> Came {
        match self.frames.recv().await {
            Some(Ok(AggregatedMessage::Text(text))) => Came::Text(text.to_string()),
            Some(Ok(AggregatedMessage::Binary(_))) => {
                Came::End(Some(Close(CloseCode::Unsupported.into(), "text only")))
            }
            Some(Ok(AggregatedMessage::Ping(bytes))) => {
                // A browser that is gone is noticed by the next read.
                drop(self.session.pong(&bytes).await);
                Came::Nothing
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Came::Nothing,
            Some(Ok(AggregatedMessage::Close(_))) => Came::End(Some(Close(1000, ""))),
            Some(Err(ProtocolError::Overflow)) => {
                Came::End(Some(Close(CloseCode::Size.into(), "frame too large")))
            }
            Some(Err(_)) => Came::End(Some(Close(CloseCode::Protocol.into(), "protocol"))),
            None => Came::End(None),
        }
    }

    /// Sends a turn; with `Some`, that was the end, and what to say about it.
    async fn say(&mut self, turn: Turn) -> Option<Option<Close>> {
        for frame in turn.frames {
            match tokio::time::timeout(SEND_WITHIN, self.session.text(frame)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Some(None),
                Err(_) => return Some(Some(Close::SLOW)),
            }
        }
        turn.close.map(Some)
    }
}
