//! Mail in the name of a channel, handed to the server that its account names. The protocol is
//! lettre's; connections are ours, so that private addresses stay out of reach.
//!
//! A mail is put together while it goes out: however large its files are, it takes a chunk of memory.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::client::AsyncTokioStream;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::commands::Data;
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::commands::Mail;
use lettre::transport::smtp::commands::Noop;
use lettre::transport::smtp::commands::Rcpt;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::extension::Extension;
use lettre::transport::smtp::extension::MailParameter;
use lettre::transport::smtp::response::Response;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::time::timeout;

use crate::base::mail::Encryption;
use crate::base::mail::Envelope;
use crate::base::mail::Login;
use crate::base::mail::MailServer;
use crate::base::mail::Proof;
use crate::net::guard::Reach;
use crate::net::lines::Line;
use crate::net::lines::LineError;
use crate::net::lines::Lines;
use crate::net::weave;
use crate::net::weave::Strand;

/// Longest wait for the server's next word.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time in which a mail is written and taken: servers look at it before they answer.
const MAIL_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// What a server said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its code, such as 250 or 550.
    pub code: u16,
    /// Its lines, without the code.
    pub text: String,
}

/// Why there is no answer. Texts hold no address and nothing of the mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The server may not be reached, or cannot prove who it is, or does not do what the account
    /// asks for: the account must be mended.
    #[error("{0}")]
    Account(String),
    /// Nothing was handed over: it is safe to try again.
    #[error("the mail server could not be talked to: {0}")]
    NeverLeft(String),
    /// The mail was written and nobody knows whether it was taken.
    #[error("the mail server did not say whether it took the mail: {0}")]
    Unsure(String),
}

/// The way out to mail servers.
pub struct Post(Lines);

impl Post {
    /// A way out to what may be reached.
    #[must_use]
    pub const fn new(reach: Reach) -> Self {
        Self(Lines::new(reach))
    }

    /// The lines it goes over.
    #[must_use]
    pub const fn lines(&self) -> &Lines {
        &self.0
    }

    /// Greets a server and signs in, so that it is known to work. The answer is what it said it can
    /// do, a line each.
    ///
    /// # Errors
    /// [`PostError`].
    pub async fn check(&self, server: &MailServer) -> Result<Answer, PostError> {
        let talk = async {
            let mut talk = Talk::open(&self.0, server).await?;
            talk.sign_in(server).await?;
            let can = talk.say(Ehlo::new(client(server))).await?;
            talk.say(Noop).await?;
            talk.connection.abort().await;
            Ok(answer(&can))
        };
        talk.await.or_else(Stop::answered)
    }

    /// Hands a mail to a server, for one recipient.
    ///
    /// # Errors
    /// [`PostError`].
    pub async fn deliver(
        &self,
        server: &MailServer,
        envelope: &Envelope,
        mail: Vec<Strand>,
    ) -> Result<Answer, PostError> {
        let talk = async {
            let mut talk = Talk::open(&self.0, server).await?;
            talk.sign_in(server).await?;
            talk.hand_over(envelope, mail).await
        };
        talk.await.or_else(Stop::answered)
    }
}

/// Why a conversation stopped: the server said no, or there is no answer at all.
enum Stop {
    Refused(Answer),
    Broken(PostError),
}

impl Stop {
    /// A refusal is an answer too.
    fn answered(self) -> Result<Answer, PostError> {
        match self {
            Self::Refused(answer) => Ok(answer),
            Self::Broken(error) => Err(error),
        }
    }
}

impl From<PostError> for Stop {
    fn from(error: PostError) -> Self {
        Self::Broken(error)
    }
}

impl From<LineError> for Stop {
    fn from(error: LineError) -> Self {
        Self::Broken(match error {
            LineError::Target(why) => PostError::Account(why),
            LineError::Unreachable(why) => PostError::NeverLeft(why),
            LineError::Tls(why) => PostError::Account(format!("no encryption: {why}")),
        })
    }
}

/// Whether a server could not prove who it is.
fn is_unproved(error: &Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = next {
        let wrapped = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if one.is::<rustls::Error>()
            || wrapped.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
        {
            return true;
        }
        next = one.source();
    }
    false
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if let Some(code) = error.status() {
            return Self::Refused(Answer {
                code: code.into(),
                text: cause(&error),
            });
        }
        let why = cause(&error);
        Self::Broken(if error.is_tls() || is_unproved(&error) {
            PostError::Account(format!("no encryption: {why}"))
        } else if error.is_client() {
            PostError::Account(why)
        } else {
            PostError::NeverLeft(why)
        })
    }
}

/// The innermost reason: what the server, the system or the encryption says.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

/// A conversation with a server.
struct Talk {
    connection: AsyncSmtpConnection,
    cut: Arc<AtomicBool>,
}

impl Talk {
    async fn open(lines: &Lines, server: &MailServer) -> Result<Self, Stop> {
        let line = lines.dial(&server.host, server.port).await?;
        let line = match server.encryption {
            Encryption::Tls => lines.encrypt(line, &server.host).await?,
            Encryption::Starttls | Encryption::None => line,
        };
        let cut = Arc::new(AtomicBool::new(false));
        let stream = Box::new(Cuttable {
            line,
            cut: cut.clone(),
        });
        let client = client(server);
        let greeting = AsyncSmtpConnection::connect_with_transport(stream, &client);
        let mut talk = Self {
            connection: heard(greeting).await?,
            cut,
        };
        if server.encryption == Encryption::Starttls {
            let parameters = TlsParameters::new_rustls(server.host.clone())?;
            heard(talk.connection.starttls(parameters, &client)).await?;
        }
        Ok(talk)
    }

    async fn sign_in(&mut self, server: &MailServer) -> Result<(), Stop> {
        let Some(Login { user, proof }) = &server.login else {
            return Ok(());
        };
        let (mechanisms, secret) = match proof {
            Proof::Password(secret) => (&[Mechanism::Plain, Mechanism::Login][..], secret),
            Proof::Token(secret) => (&[Mechanism::Xoauth2][..], secret),
        };
        let credentials = Credentials::new(user.clone(), secret.reveal().clone());
        let signing = heard(self.connection.auth(mechanisms, &credentials)).await;
        match signing {
            // After a token it does not like the server asks back, which XOAUTH2 has no word for:
            // the server's own reason is in what it asks.
            Err(Stop::Broken(PostError::Account(_))) if matches!(proof, Proof::Token(_)) => {
                self.connection.abort().await;
                Err(Stop::Refused(Answer {
                    code: 535,
                    text: "5.7.8 The server does not accept the access token.".to_owned(),
                }))
            }
            Err(stop) => {
                self.connection.abort().await;
                Err(stop)
            }
            Ok(_) => Ok(()),
        }
    }

    async fn say(&mut self, command: impl std::fmt::Display) -> Result<Response, Stop> {
        heard(self.connection.command(command)).await
    }

    async fn hand_over(&mut self, envelope: &Envelope, mail: Vec<Strand>) -> Result<Answer, Stop> {
        let taken = self.write(envelope, mail).await;
        // Saying goodbye is politeness; what was taken is taken.
        if taken.is_ok() {
            drop(timeout(ANSWER_TIMEOUT, self.connection.quit()).await);
        } else {
            drop(timeout(ANSWER_TIMEOUT, self.connection.abort()).await);
        }
        taken
    }

    async fn write(&mut self, envelope: &Envelope, mail: Vec<Strand>) -> Result<Answer, Stop> {
        let from = address(&envelope.from)?;
        let to = address(&envelope.to)?;
        let length = weave::length(&mail).map_err(|error| unread(&error))?;
        self.say(Mail::new(Some(from), self.parameters(envelope, length)?))
            .await?;
        self.say(Rcpt::new(to, Vec::new())).await?;
        self.say(Data).await?;
        let cut = self.cut.clone();
        let chunks = weave::chunks(mail).map_while(move |chunk| match chunk {
            Ok(chunk) => Some(chunk),
            Err(error) => {
                // The mail has no end, so it must not be ended: the line is cut instead.
                tracing::error!("a mail broke off: a file could not be read: {error}");
                cut.store(true, Ordering::Relaxed);
                None
            }
        });
        let written = timeout(MAIL_TIMEOUT, self.connection.message_iter(chunks)).await;
        match written {
            Ok(Ok(response)) => Ok(answer(&response)),
            Ok(Err(error)) => match Stop::from(error) {
                Stop::Broken(_) if self.cut.load(Ordering::Relaxed) => {
                    let why = "a file could not be read".to_owned();
                    Err(PostError::NeverLeft(why).into())
                }
                Stop::Broken(broken) => Err(PostError::Unsure(broken.to_string()).into()),
                refused @ Stop::Refused(_) => Err(refused),
            },
            Err(_) => Err(PostError::Unsure("it does not answer".to_owned()).into()),
        }
    }

    /// What is said of a mail before it is written: its size, where the server wants to know.
    fn parameters(
        &self,
        envelope: &Envelope,
        length: u64,
    ) -> Result<Vec<MailParameter>, PostError> {
        let known = self.connection.server_info();
        let mut parameters = Vec::new();
        if !envelope.to.is_ascii() || !envelope.from.is_ascii() {
            if !known.supports_feature(Extension::SmtpUtfEight) {
                let why = "the server knows no addresses with such letters";
                return Err(PostError::Account(why.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if let Ok(length) = usize::try_from(length) {
            parameters.push(MailParameter::Size(length));
        }
        Ok(parameters)
    }
}

fn unread(error: &io::Error) -> PostError {
    PostError::NeverLeft(error.to_string())
}

fn address(text: &str) -> Result<Address, Stop> {
    text.parse().map_err(|_| {
        Stop::Refused(Answer {
            code: 553,
            text: "5.1.3 This is no address.".to_owned(),
        })
    })
}

/// The name we greet with.
fn client(server: &MailServer) -> ClientId {
    ClientId::Domain(server.hello.clone())
}

fn answer(response: &Response) -> Answer {
    let lines: Vec<&str> = response.message().collect();
    Answer {
        code: response.code().into(),
        text: lines.join("\n"),
    }
}

/// What the server says next, unless it says nothing for too long.
async fn heard<T>(saying: impl Future<Output = Result<T, Error>>) -> Result<T, Stop> {
    match timeout(ANSWER_TIMEOUT, saying).await {
        Ok(said) => Ok(said?),
        Err(_) => Err(PostError::NeverLeft("it does not answer".to_owned()).into()),
    }
}

/// A line that can be cut, so that a mail whose end is missing does not look complete.
#[derive(Debug)]
struct Cuttable {
    line: Line,
    cut: Arc<AtomicBool>,
}

impl Cuttable {
    fn is_whole(&self) -> io::Result<()> {
        if self.cut.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl AsyncTokioStream for Cuttable {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.line.peer()
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().line).poll_read(task, into)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_whole()?;
        Pin::new(&mut self.get_mut().line).poll_write(task, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().line).poll_flush(task)
    }

    fn poll_shutdown(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().line).poll_shutdown(task)
    }
}
