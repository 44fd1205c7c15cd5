//! Mail that other servers bring (SMTP): the protocol over a library, one session a connection.
//!
//! It takes mail for whom the [`Door`] knows and for nobody else, so it never relays. What is sent
//! in one piece with STARTTLS is not believed: whoever sits in between may have written it.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use rustls::ServerConfig;
use smtp_proto::Error;
use smtp_proto::Request;
use smtp_proto::request::receiver::DataReceiver;
use smtp_proto::request::receiver::DummyDataReceiver;
use smtp_proto::request::receiver::RequestReceiver;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Connections at once.
const SESSIONS_MAX: usize = 200;
/// Connections at once from one address.
const SESSIONS_OF_PEER_MAX: usize = 20;
/// Recipients of one mail.
const RECIPIENTS_MAX: usize = 100;
/// Mistakes in one session.
const MISTAKES_MAX: usize = 20;
/// The longest silence.
const SILENCE: Duration = Duration::from_secs(300);
/// How much is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Who lives here, and where mail goes.
pub trait Door: Clone + Send + Sync + 'static {
    /// A mail that is being written down.
    type Draft: Draft;

    /// Whether there is somebody of this address.
    fn knows(&self, address: &str) -> bool;

    /// Begins a mail.
    ///
    /// # Errors
    /// The disk's.
    fn begin(&self) -> io::Result<Self::Draft>;

    /// Takes a whole mail: once this is done it is ours.
    ///
    /// # Errors
    /// It could not be kept: whoever brought it should come again.
    fn take(
        &self,
        draft: Self::Draft,
        envelope: Envelope,
    ) -> impl Future<Output = io::Result<()>> + Send;
}

/// A mail that is being written down.
pub trait Draft: Send {
    /// Writes more of it.
    ///
    /// # Errors
    /// The disk's.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// From whom and for whom a mail is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// From whom; empty for reports.
    pub from: String,
    /// For whom.
    pub to: Vec<String>,
}

/// How mail is taken in.
#[derive(Clone)]
pub struct Terms {
    /// The name we go by.
    pub host: String,
    /// The longest mail, in bytes.
    pub mail_bytes: usize,
    /// What proves who we are, where there is a certificate.
    pub tls: Option<Arc<ServerConfig>>,
}

/// Takes mail in until it is told to stop; sessions under way are ended at their next command.
pub async fn serve<D: Door>(
    listener: &TcpListener,
    door: D,
    terms: Terms,
    mut stop: watch::Receiver<bool>,
) {
    let mut sessions = JoinSet::new();
    let peers = Peers::default();
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            Some(_) = sessions.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // No room for another file: those that are open end sooner or later.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(place) = peers
            .enter(peer.ip())
            .filter(|_| sessions.len() < SESSIONS_MAX)
        else {
            sessions.spawn(turn_away(stream));
            continue;
        };
        let (door, terms, stop) = (door.clone(), terms.clone(), stop.clone());
        sessions.spawn(async move {
            let ended = Session::new(door, terms, peer, stop).run(stream).await;
            if let Err(error) = ended {
                tracing::debug!("a session of mail broke off: {error}");
            }
            drop(place);
        });
    }
    while sessions.join_next().await.is_some() {}
}

/// Waits for the word to stop. A sender that is gone means the same.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

async fn turn_away(mut stream: TcpStream) {
    let words = b"421 4.7.0 Too many connections, come again later\r\n";
    drop(timeout(Duration::from_secs(5), stream.write_all(words)).await);
}

/// How many connections each address has.
#[derive(Default, Clone)]
struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address.
struct Seat(Peers, IpAddr);

impl Peers {
    fn enter(&self, ip: IpAddr) -> Option<Seat> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(ip).or_default();
        if *count >= SESSIONS_OF_PEER_MAX {
            return None;
        }
        *count += 1;
        Some(Seat(self.clone(), ip))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.1);
            }
        }
    }
}

/// What a connection is for.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What follows from a command.
enum Next {
    Go,
    Data,
    Encrypt,
    End,
}

struct Session<D: Door> {
    door: D,
    terms: Terms,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
    encrypted: bool,
    helo: Option<String>,
    envelope: Option<Envelope>,
    mistakes: usize,
}

impl<D: Door> Session<D> {
    fn new(door: D, terms: Terms, peer: SocketAddr, stop: watch::Receiver<bool>) -> Self {
        Self {
            door,
            terms,
            peer,
            stop,
            encrypted: false,
            helo: None,
            envelope: None,
            mistakes: 0,
        }
    }

    async fn run(mut self, mut stream: TcpStream) -> io::Result<()> {
        let greeting = format!("220 {} ESMTP linktor\r\n", self.terms.host);
        stream.write_all(greeting.as_bytes()).await?;
        let wants_encryption = self.talk(&mut stream).await?;
        let Some(config) = self.terms.tls.clone().filter(|_| wants_encryption) else {
            return Ok(());
        };
        let accepting = TlsAcceptor::from(config).accept(stream);
        let mut stream = timeout(SILENCE, accepting).await??;
        // What was said in the open counts for nothing.
        (self.encrypted, self.helo, self.envelope) = (true, None, None);
        self.talk(&mut stream).await.map(drop)
    }

    /// Answers commands until the end, or until encryption is wanted.
    async fn talk(&mut self, stream: &mut impl Stream) -> io::Result<bool> {
        let mut receiver = RequestReceiver::default();
        let mut held: Vec<u8> = Vec::new();
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let mut bytes = held.iter();
            let mut answers = String::new();
            let mut next = Next::Go;
            while !bytes.as_slice().is_empty() && matches!(next, Next::Go) {
                match receiver.ingest(&mut bytes) {
                    Ok(request) => {
                        let (answer, then) = self.answer(request);
                        answers.push_str(&answer);
                        next = then;
                    }
                    Err(Error::NeedsMoreData { .. }) => break,
                    Err(error) => {
                        let (answer, then) = self.mistake(&error);
                        answers.push_str(&answer);
                        next = then;
                    }
                }
            }
            let rest = bytes.as_slice().to_vec();
            held = rest;
            stream.write_all(answers.as_bytes()).await?;
            stream.flush().await?;
            match next {
                Next::Go => {}
                Next::End => return Ok(false),
                // What came in one piece with the command was not encrypted and is not believed.
                Next::Encrypt => return Ok(true),
                Next::Data => {
                    let answer = self.data(stream, &mut held, &mut piece).await?;
                    stream.write_all(answer.as_bytes()).await?;
                    if !held.is_empty() {
                        continue;
                    }
                }
            }
            // The receiver keeps what it was given of an unfinished line.
            held.clear();
            let count = tokio::select! {
                () = stopped(&mut self.stop) => None,
                read = timeout(SILENCE, stream.read(&mut piece)) => Some(read),
            };
            let Some(count) = count else {
                stream.write_all(b"421 4.3.2 Going down\r\n").await?;
                return Ok(false);
            };
            let Ok(count) = count else {
                stream
                    .write_all(b"421 4.4.2 Silent for too long\r\n")
                    .await?;
                return Ok(false);
            };
            let count = count?;
            if count == 0 {
                return Ok(false);
            }
            held.extend_from_slice(&piece[..count]);
        }
    }

    fn mistake(&mut self, error: &Error) -> (String, Next) {
        self.mistakes += 1;
        if self.mistakes > MISTAKES_MAX {
            return ("421 4.7.0 Too many mistakes\r\n".to_owned(), Next::End);
        }
        let answer = match error {
            Error::UnknownCommand => "500 5.5.1 No such command",
            Error::InvalidSenderAddress => "501 5.1.7 That sender is no address",
            Error::InvalidRecipientAddress => "501 5.1.3 That recipient is no address",
            Error::UnsupportedParameter { .. } | Error::InvalidParameter { .. } => {
                "555 5.5.4 Such a parameter is not offered"
            }
            Error::ResponseTooLong => "500 5.5.6 That line is too long",
            _ => "501 5.5.2 Not understood",
        };
        (format!("{answer}\r\n"), Next::Go)
    }

    fn answer(&mut self, request: Request<std::borrow::Cow<'_, str>>) -> (String, Next) {
        let say = |words: &str| (format!("{words}\r\n"), Next::Go);
        match request {
            Request::Ehlo { host } => {
                self.helo = Some(host.into_owned());
                self.envelope = None;
                (self.offers(), Next::Go)
            }
            Request::Helo { host } => {
                self.helo = Some(host.into_owned());
                self.envelope = None;
                say(&format!("250 {}", self.terms.host))
            }
            Request::StartTls if self.terms.tls.is_some() && !self.encrypted => {
                ("220 2.0.0 Go on\r\n".to_owned(), Next::Encrypt)
            }
            Request::Mail { .. } if self.helo.is_none() => say("503 5.5.1 Say EHLO first"),
            Request::Mail { .. } if self.envelope.is_some() => {
                say("503 5.5.1 One mail after the other")
            }
            Request::Mail { from } if from.size > self.terms.mail_bytes => {
                say("552 5.3.4 That mail is too large")
            }
            Request::Mail { from } => {
                self.envelope = Some(Envelope {
                    from: from.address.into_owned(),
                    to: Vec::new(),
                });
                say("250 2.1.0 OK")
            }
            Request::Rcpt { to } => say(self.recipient(&to.address)),
            Request::Data => match &self.envelope {
                None => say("503 5.5.1 From whom?"),
                Some(envelope) if envelope.to.is_empty() => say("503 5.5.1 For whom?"),
                Some(_) => ("354 Go on; a dot alone ends it\r\n".to_owned(), Next::Data),
            },
            Request::Rset => {
                self.envelope = None;
                say("250 2.0.0 OK")
            }
            Request::Noop { .. } => say("250 2.0.0 OK"),
            Request::Vrfy { .. } | Request::Expn { .. } => say("252 2.5.0 Write and see"),
            Request::Help { .. } => say("214 2.0.0 RFC 5321"),
            Request::Quit => ("221 2.0.0 Bye\r\n".to_owned(), Next::End),
            // A command that takes bytes we will not read would leave them to be read as commands.
            Request::Bdat { .. } | Request::Burl { .. } => {
                ("421 5.5.1 Not offered\r\n".to_owned(), Next::End)
            }
            Request::Auth { .. } => say("503 5.5.1 Nobody signs in here"),
            _ => say("502 5.5.1 Not offered"),
        }
    }

    /// What we offer.
    fn offers(&self) -> String {
        let mut lines = vec![
            self.terms.host.clone(),
            "PIPELINING".to_owned(),
            format!("SIZE {}", self.terms.mail_bytes),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
            "ENHANCEDSTATUSCODES".to_owned(),
        ];
        if self.terms.tls.is_some() && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        let last = lines.len() - 1;
        let lines = lines.into_iter().enumerate().map(|(at, line)| {
            let mark = if at == last { ' ' } else { '-' };
            format!("250{mark}{line}\r\n")
        });
        lines.collect()
    }

    fn recipient(&mut self, address: &str) -> &'static str {
        let Some(envelope) = &mut self.envelope else {
            return "503 5.5.1 From whom?";
        };
        if envelope.to.len() >= RECIPIENTS_MAX {
            return "452 4.5.3 Too many recipients";
        }
        if !self.door.knows(address) {
            self.mistakes += 1;
            return "550 5.1.1 Nobody of that address is here";
        }
        if !envelope.to.iter().any(|to| to == address) {
            envelope.to.push(address.to_owned());
        }
        "250 2.1.5 OK"
    }

    /// Takes the mail itself. One that is too large is read to its end and not kept.
    async fn data(
        &mut self,
        stream: &mut impl Stream,
        held: &mut Vec<u8>,
        piece: &mut [u8],
    ) -> io::Result<&'static str> {
        let envelope = self.envelope.take().unwrap_or_default();
        let mut draft = self.door.begin()?;
        draft.write(self.trace(&envelope).as_bytes())?;
        let mut receiver = DataReceiver::new();
        let mut dummy: Option<DummyDataReceiver> = None;
        let mut size = 0;
        let mut taken = Vec::with_capacity(PIECE_BYTES);
        loop {
            let mut bytes = held.iter();
            let is_whole = match &mut dummy {
                Some(dummy) => dummy.ingest(&mut bytes),
                None => receiver.ingest(&mut bytes, &mut taken),
            };
            let rest = bytes.as_slice().to_vec();
            *held = rest;
            size += taken.len();
            if size > self.terms.mail_bytes && dummy.is_none() {
                dummy = Some(DummyDataReceiver::new_data(&receiver));
            }
            if dummy.is_none() && (is_whole || taken.len() >= PIECE_BYTES) {
                draft.write(&taken)?;
                taken.clear();
            } else if dummy.is_some() {
                taken.clear();
            } else {
                // Kept until the piece is large enough: the receiver may take its last byte back.
                size -= taken.len();
            }
            if is_whole {
                break;
            }
            let count = timeout(SILENCE, stream.read(piece)).await??;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            held.extend_from_slice(&piece[..count]);
        }
        if dummy.is_some() {
            return Ok("552 5.3.4 That mail is too large\r\n");
        }
        match self.door.take(draft, envelope).await {
            Ok(()) => Ok("250 2.0.0 Taken\r\n"),
            Err(error) => {
                tracing::error!("a mail that was brought could not be kept: {error}");
                Ok("451 4.3.0 Not now, come again\r\n")
            }
        }
    }

    /// What every server writes above a mail it takes.
    fn trace(&self, envelope: &Envelope) -> String {
        let plain = |text: &str| {
            let safe = |c: &char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')');
            text.chars().filter(safe).take(255).collect::<String>()
        };
        let helo = plain(self.helo.as_deref().unwrap_or_default());
        let with = if self.encrypted { "ESMTPS" } else { "ESMTP" };
        format!(
            "Return-Path: <{}>\r\nReceived: from {helo} ([{}]) by {} with {with}\r\n",
            plain(&envelope.from),
            self.peer.ip(),
            self.terms.host,
        )
    }
}
