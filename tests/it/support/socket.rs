//! The client's end of a socket.

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::support::PATIENCE;

/// What went wrong where a connection broke off.
pub type Broken = tungstenite::Error;

/// An open socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(address: &str, headers: &[(&str, &str)]) -> Result<Self, Broken> {
        let mut request = address.into_client_request()?;
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(name, value);
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self(stream))
    }

    /// Sends a frame.
    pub async fn say(&mut self, frame: Value) {
        self.try_say(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    /// Sends anything, where the other side may be gone.
    pub async fn try_say(&mut self, message: Message) -> Result<(), Broken> {
        self.0.send(message).await
    }

    /// The next frame.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => unreachable!("a frame was expected: {other:?}"),
        }
    }

    /// The next frame that is of a type (its `type`, or its `kind` on the agents' socket).
    pub async fn hear_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.hear().await;
            if frame["type"] == kind || frame["kind"] == kind {
                return frame;
            }
        }
    }

    /// The next frame that is of a type; none where the connection breaks off first.
    pub async fn try_hear_of(&mut self, kind: &str) -> Option<Value> {
        while let Some(Ok(Message::Text(text))) = self.next().await {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == kind {
                return Some(frame);
            }
        }
        None
    }

    /// Waits for the end; the code it was ended with.
    pub async fn end(&mut self) -> u16 {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(Some(close)))) => return close.code.into(),
                Some(Ok(Message::Text(_))) => {}
                other => unreachable!("a close was expected: {other:?}"),
            }
        }
    }

    /// Hangs up without a word, as a phone in a tunnel does.
    pub fn vanish(self) {
        drop(self);
    }

    async fn next(&mut self) -> Option<Result<Message, Broken>> {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => return other,
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, next).await;
        heard.expect("the other side says something")
    }
}
