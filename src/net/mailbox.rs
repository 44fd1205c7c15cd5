//! Conversations with mailboxes (IMAP), over a library.

use std::pin::pin;
use std::time::Duration;

use async_imap::Authenticator;
use async_imap::Client;
use async_imap::Session;
use async_imap::error::Error;
use async_imap::types::Flag;
use async_imap::types::UnsolicitedResponse;
use futures_util::TryStreamExt as _;
use tokio::time::timeout;

use crate::base::mail::Encryption;
use crate::base::mail::Login;
use crate::base::mail::MailServer;
use crate::base::mail::Proof;
use crate::base::secret::Secret;
use crate::net::lines::Line;
use crate::net::lines::LineError;
use crate::net::lines::Lines;

/// The longest wait for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Why a conversation with a mailbox ended.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// There is no connection.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The server does not let us in, in its words.
    #[error("the server refuses the sign-in: {0}")]
    Refused(String),
    /// The server does not do what it was asked, in its words.
    #[error("the server says no: {0}")]
    No(String),
    /// The connection broke.
    #[error("the conversation broke off: {0}")]
    Broken(String),
}

impl From<Error> for MailboxError {
    fn from(error: Error) -> Self {
        match error {
            Error::No(answer) => Self::No(words(answer)),
            other => Self::Broken(other.to_string()),
        }
    }
}

/// A mailbox that is open.
pub struct Mailbox {
    session: Session<Line>,
    can_listen: bool,
}

/// A folder that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folder {
    /// How its mails are numbered.
    pub uid_validity: u32,
    /// The number that the next mail gets.
    pub uid_next: Option<u32>,
}

/// A mail in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub uid: u32,
    /// Its length in bytes.
    pub size: u32,
    /// Whether it is marked as deleted.
    pub is_deleted: bool,
}

/// A mail that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its number.
    pub uid: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When it arrived at the server, in seconds since 1970.
    pub arrived_secs: Option<i64>,
}

/// Answers the one question of a sign-in.
struct Once(Option<String>);

impl Authenticator for Once {
    type Response = String;

    // A second question is the server's account of why it says no: it wants an empty line.
    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

impl Mailbox {
    /// Connects and signs in.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn open(lines: &Lines, server: &MailServer) -> Result<Self, MailboxError> {
        let host = &server.host;
        let mut line = lines.dial(host, server.port).await?;
        if server.encryption == Encryption::Tls {
            line = lines.encrypt(line, host).await?;
        }
        let mut client = Client::new(line);
        let greeting = in_time(async { client.read_response().await.map_err(Error::from) }).await?;
        if greeting.is_none() {
            return Err(MailboxError::Broken("the server says nothing".to_owned()));
        }
        if server.encryption == Encryption::Starttls {
            in_time(client.run_command_and_check_ok("STARTTLS", None)).await?;
            let line = lines.encrypt(client.into_inner(), host).await?;
            client = Client::new(line);
        }
        let nobody = || MailboxError::Refused("there is nobody to sign in as".to_owned());
        let login = server.login.as_ref().ok_or_else(nobody)?;
        let mut session = sign(client, login).await?;
        let capabilities = in_time(session.capabilities()).await?;
        Ok(Self {
            can_listen: capabilities.has_str("IDLE"),
            session,
        })
    }

    /// Whether the server tells by itself that mail came.
    #[must_use]
    pub const fn can_listen(&self) -> bool {
        self.can_listen
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn select(&mut self, folder: &str) -> Result<Folder, MailboxError> {
        // What was said before counts for nothing: all of the folder is looked at now.
        while self.session.unsolicited_responses.try_recv().is_ok() {}
        let found = in_time(self.session.select(folder)).await?;
        Ok(Folder {
            uid_validity: found.uid_validity.unwrap_or_default(),
            uid_next: found.uid_next,
        })
    }

    /// Lists the mails after a number, and perhaps the one with the highest number besides.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn list_after(&mut self, uid: u32) -> Result<Vec<Entry>, MailboxError> {
        let from = uid.saturating_add(1);
        self.list(&format!("{from}:*")).await
    }

    /// Lists the mails since a day, such as `1-Feb-2026`.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn list_since(&mut self, day: &str) -> Result<Vec<Entry>, MailboxError> {
        let found = in_time(self.session.uid_search(format!("SINCE {day}"))).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        let mut all = Vec::new();
        for some in uids.chunks(500) {
            all.extend(self.list(&set(some)).await?);
        }
        Ok(all)
    }

    async fn list(&mut self, uids: &str) -> Result<Vec<Entry>, MailboxError> {
        let found = in_time(async {
            let query = "(UID FLAGS RFC822.SIZE)";
            let mut fetching = pin!(self.session.uid_fetch(uids, query).await?);
            let mut all = Vec::new();
            // Each is let go before the next comes: a line as the library holds it takes a block of its
            // own, thousands of bytes for a few numbers.
            while let Some(mail) = fetching.try_next().await? {
                all.extend(mail.uid.map(|uid| Entry {
                    uid,
                    size: mail.size.unwrap_or_default(),
                    is_deleted: mail.flags().any(|flag| flag == Flag::Deleted),
                }));
            }
            Ok(all)
        });
        found.await
    }

    /// Fetches mails whole. They stay unread.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn fetch(&mut self, uids: &[u32]) -> Result<Vec<Fetched>, MailboxError> {
        self.bodies(&set(uids), "(UID INTERNALDATE BODY.PEEK[])")
            .await
    }

    /// Fetches a piece of a mail; an empty one stands behind its end.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn piece(
        &mut self,
        uid: u32,
        from: u32,
        length: u32,
    ) -> Result<Option<Fetched>, MailboxError> {
        let query = format!("(UID INTERNALDATE BODY.PEEK[]<{from}.{length}>)");
        let found = self.bodies(&uid.to_string(), &query).await?;
        Ok(found.into_iter().find(|mail| mail.uid == uid))
    }

    /// Fetches the header of a mail.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn header(&mut self, uid: u32) -> Result<Option<Fetched>, MailboxError> {
        let query = "(UID INTERNALDATE BODY.PEEK[HEADER])";
        let found = self.bodies(&uid.to_string(), query).await?;
        Ok(found.into_iter().find(|mail| mail.uid == uid))
    }

    async fn bodies(&mut self, uids: &str, query: &str) -> Result<Vec<Fetched>, MailboxError> {
        let found = in_time(async {
            let mut fetching = pin!(self.session.uid_fetch(uids, query).await?);
            let mut all = Vec::new();
            while let Some(mail) = fetching.try_next().await? {
                let body = mail.body().or_else(|| mail.header());
                if let (Some(uid), Some(bytes)) = (mail.uid, body) {
                    all.push(Fetched {
                        uid,
                        bytes: bytes.to_vec(),
                        arrived_secs: mail.internal_date().map(|at| at.timestamp()),
                    });
                }
            }
            Ok(all)
        });
        found.await
    }

    /// Marks mails as read.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn mark_seen(&mut self, uids: &[u32]) -> Result<(), MailboxError> {
        in_time(async {
            let storing = self
                .session
                .uid_store(set(uids), "+FLAGS.SILENT (\\Seen)")
                .await?;
            storing.try_collect::<Vec<_>>().await.map(drop)
        })
        .await
    }

    /// Listens until the server tells something or the time is over.
    ///
    /// # Errors
    /// [`MailboxError`]: also where nobody is there any more, whom a silent line does not tell from one
    /// who has nothing to tell.
    pub async fn listen(self, at_most: Duration) -> Result<Self, MailboxError> {
        self.listen_to(at_most, ANSWER_TIMEOUT).await
    }

    async fn listen_to(
        self,
        at_most: Duration,
        answers_in: Duration,
    ) -> Result<Self, MailboxError> {
        let can_listen = self.can_listen;
        let mut handle = self.session.idle();
        in_time(handle.init()).await?;
        {
            let (waiting, _stop) = handle.wait_with_timeout(at_most);
            waiting.await?;
        }
        let session = within(answers_in, handle.done()).await?;
        Ok(Self {
            session,
            can_listen,
        })
    }

    /// Asks whether the server is still there, and whether mail came to the folder while we spoke of
    /// other things: a server that was heard once does not say so again.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub async fn knock(&mut self) -> Result<bool, MailboxError> {
        in_time(self.session.noop()).await?;
        let mut has_news = false;
        while let Ok(heard) = self.session.unsolicited_responses.try_recv() {
            has_news |= matches!(heard, UnsolicitedResponse::Exists(_));
        }
        Ok(has_news)
    }

    /// Says good-bye. A server that does not answer is left.
    pub async fn leave(mut self) {
        drop(timeout(Duration::from_secs(2), self.session.logout()).await);
    }
}

async fn sign(client: Client<Line>, login: &Login) -> Result<Session<Line>, MailboxError> {
    let user = &login.user;
    let signing = async {
        match &login.proof {
            Proof::Token(token) => {
                let proof = xoauth2(user, token);
                client.authenticate("XOAUTH2", Once(Some(proof))).await
            }
            Proof::Password(password) if user.is_ascii() && password.reveal().is_ascii() => {
                client.login(user, password.reveal()).await
            }
            Proof::Password(password) => {
                let proof = format!("\0{user}\0{}", password.reveal());
                client.authenticate("PLAIN", Once(Some(proof))).await
            }
        }
    };
    match timeout(ANSWER_TIMEOUT, signing).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err((Error::No(answer) | Error::Bad(answer), _))) => {
            Err(MailboxError::Refused(words(answer)))
        }
        Ok(Err((error, _))) => Err(error.into()),
        Err(_) => Err(MailboxError::Broken("it does not answer".to_owned())),
    }
}

/// What a server says, without what the library writes around it.
fn words(answer: String) -> String {
    let inner = answer.strip_prefix("code: None, info: Some(\"");
    match inner.and_then(|rest| rest.strip_suffix("\")")) {
        Some(words) => words.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => answer,
    }
}

/// What proves a token to the server (XOAUTH2).
fn xoauth2(user: &str, token: &Secret<String>) -> String {
    format!("user={user}\u{1}auth=Bearer {}\u{1}\u{1}", token.reveal())
}

async fn in_time<T>(asking: impl Future<Output = Result<T, Error>>) -> Result<T, MailboxError> {
    within(ANSWER_TIMEOUT, asking).await
}

async fn within<T>(
    at_most: Duration,
    asking: impl Future<Output = Result<T, Error>>,
) -> Result<T, MailboxError> {
    match timeout(at_most, asking).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(MailboxError::Broken("it does not answer".to_owned())),
    }
}

/// Numbers as the protocol lists them.
fn set(uids: &[u32]) -> String {
    let texts: Vec<String> = uids.iter().map(u32::to_string).collect();
    texts.join(",")
}

#[cfg(test)]
mod tests;
