//! Connections that are no HTTP: to mail servers, plain or encrypted.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::net::guard::Reach;

/// Longest wait for a connection, and for its encryption.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The target may not be reached. Trying again changes nothing.
    #[error("{0}")]
    Target(String),
    /// Nobody is there: no such name, no answer.
    #[error("the connection could not be made: {0}")]
    Unreachable(String),
    /// Somebody is there and cannot prove who it is, or speaks no encryption.
    #[error("the connection could not be encrypted: {0}")]
    Tls(String),
}

/// The way out to machines that speak other protocols than HTTP.
pub struct Lines {
    reach: Reach,
    tls: Mutex<Option<Arc<ClientConfig>>>,
}

impl Lines {
    /// Lines to what may be reached.
    #[must_use]
    pub const fn new(reach: Reach) -> Self {
        Self {
            reach,
            tls: Mutex::new(None),
        }
    }

    /// Connects to a host, which may be a name or an address. Names are resolved here, so that the
    /// address that was checked is the one that is connected to.
    ///
    /// # Errors
    /// [`LineError`].
    pub async fn dial(&self, host: &str, port: u16) -> Result<Line, LineError> {
        let unreachable = |error: io::Error| LineError::Unreachable(error.to_string());
        let too_long = |_| LineError::Unreachable("it does not answer".to_owned());
        let found = timeout(CONNECT_TIMEOUT, tokio::net::lookup_host((host, port)));
        let found = found.await.map_err(too_long)?.map_err(unreachable)?;
        let found: Vec<SocketAddr> = found.collect();
        let allowed: Vec<SocketAddr> = found
            .iter()
            .copied()
            .filter(|place| self.reach.includes(place.ip()))
            .collect();
        if allowed.is_empty() && !found.is_empty() {
            return Err(LineError::Target(Reach::refusal(host)));
        }
        let connecting = timeout(CONNECT_TIMEOUT, TcpStream::connect(&*allowed));
        let stream = connecting.await.map_err(too_long)?.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        Ok(Line::Plain(stream))
    }

    /// Encrypts a line on which nothing is left to be read; the other side must be the host.
    ///
    /// # Errors
    /// [`LineError::Tls`].
    pub async fn encrypt(&self, line: Line, host: &str) -> Result<Line, LineError> {
        let Line::Plain(stream) = line else {
            return Ok(line);
        };
        let failed = |error: &dyn std::error::Error| LineError::Tls(innermost(error));
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(&error))?;
        let config = self.config().map_err(|error| failed(&error))?;
        let encrypting = TlsConnector::from(config).connect(name, stream);
        match timeout(CONNECT_TIMEOUT, encrypting).await {
            Ok(Ok(stream)) => Ok(Line::Tls(Box::new(stream))),
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(LineError::Tls("it does not answer".to_owned())),
        }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let mut held = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = &*held {
            return Ok(config.clone());
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        let config = Arc::new(config);
        *held = Some(config.clone());
        Ok(config)
    }
}

/// The innermost cause: what stands around it only repeats that something failed.
fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

/// A connection.
#[derive(Debug)]
pub enum Line {
    /// Anybody on the way can read it.
    Plain(TcpStream),
    /// Nobody can.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// The address at its other end.
    ///
    /// # Errors
    /// It has ended.
    pub fn peer(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Plain(stream) => stream.peer_addr(),
            Self::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(task, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(task, into),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(task, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(task, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(task),
            Self::Tls(stream) => Pin::new(stream).poll_flush(task),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(task),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(task),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use tokio::io::AsyncReadExt as _;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn private_hosts_are_dialled_only_where_the_operator_allows_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost"] {
            let refused = Lines::new(Reach::Public).dial(host, port).await;
            assert!(matches!(refused, Err(LineError::Target(_))), "{host}");
        }
        let mut line = Lines::new(Reach::Everywhere)
            .dial("127.0.0.1", port)
            .await
            .unwrap();
        let (mut other, _) = listener.accept().await.unwrap();
        other.write_all(b"220 hi").await.unwrap();
        let mut greeting = [0; 6];
        line.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"220 hi");
        assert!(matches!(line, Line::Plain(_)));
    }

    #[tokio::test]
    async fn who_speaks_no_encryption_is_not_spoken_to_without_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Lines::new(Reach::Everywhere);
        let line = lines.dial("127.0.0.1", port).await.unwrap();
        let (mut other, _) = listener.accept().await.unwrap();
        other.write_all(b"220 plain words\r\n").await.unwrap();
        let refused = lines.encrypt(line, "mail.example").await;
        assert!(matches!(refused, Err(LineError::Tls(_))), "{refused:?}");
    }
}
