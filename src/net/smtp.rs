//! Mail to people of ours: one server, chosen by the operator.
//!
//! The server may be a neighbour on a private network: unlike addresses of vendors and webhooks its
//! name comes from the operator alone.

use std::time::Duration;

use lettre::AsyncSmtpTransport;
use lettre::AsyncTransport as _;
use lettre::Message;
use lettre::Tokio1Executor;
use lettre::message::Mailbox;
use lettre::message::MultiPart;
use lettre::message::header::HeaderName;
use lettre::message::header::HeaderValue;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Tls;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;

use crate::config::MailConfig;
use crate::config::MailTls;

/// Longest wait for the server's next word.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A mail, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same for every attempt at the same mail, so that a server can tell.
    pub id: String,
    /// To whom.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The mail for readers without pictures and colours.
    pub text: String,
    /// The mail.
    pub html: String,
}

/// Why a mail did not go out. Texts hold no address and nothing of the mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may go out later.
    #[error("the mail server did not take it now: {0}")]
    Later(String),
    /// It never will.
    #[error("the mail server refuses it: {0}")]
    Never(String),
}

/// The way out for mail. Holds no connection: mails are rare.
#[derive(Debug, Clone)]
pub struct Mailer(MailConfig);

impl Mailer {
    /// A mailer as the operator wants it.
    #[must_use]
    pub fn new(config: &MailConfig) -> Self {
        Self(config.clone())
    }

    /// Whether there is a server to send through.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.host.is_some()
    }

    /// Hands a mail to the server.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail)?;
        self.transport()?
            .send(message)
            .await
            .map(drop)
            .map_err(|error| failure(&error))
    }

    /// Greets the server, and signs in where there is a user.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn check(&self) -> Result<(), MailError> {
        match self.transport()?.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError::Later("it ends the conversation".to_owned())),
            Err(error) => Err(failure(&error)),
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        let wrong = |what: &str| MailError::Never(format!("{what} is no address of mail"));
        let from: Mailbox = self.from().parse().map_err(|_| wrong("the sender"))?;
        let to: Mailbox = mail.to.parse().map_err(|_| wrong("the recipient"))?;
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
            .from(from)
            .to(to)
            .subject(mail.subject.as_str())
            .raw_header(automatic)
            .multipart(MultiPart::alternative_plain_html(
                mail.text.clone(),
                mail.html.clone(),
            ))
            .map_err(|error| MailError::Never(error.to_string()))
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
        let config = &self.0;
        let host = config.host.as_deref().unwrap_or_default();
        let parameters = || {
            TlsParameters::new_rustls(host.to_owned())
                .map_err(|error| MailError::Later(error.to_string()))
        };
        let tls = match config.tls {
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::Starttls => Tls::Required(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut building = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Ok(from) = self.from().parse::<Mailbox>() {
            building = building.hello_name(ClientId::Domain(from.email.domain().to_owned()));
        }
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let credentials = Credentials::new(user.clone(), password.reveal().clone());
            building = building.credentials(credentials);
        }
        Ok(building.build())
    }

    fn from(&self) -> &str {
        self.0.from.as_deref().unwrap_or_default()
    }
}

/// What a failure means. Only a server that says so refuses for good; everything else may pass.
fn failure(error: &lettre::transport::smtp::Error) -> MailError {
    let words = match error.status() {
        Some(status) => format!("it answers {status}"),
        None if error.is_timeout() => "it does not answer".to_owned(),
        None if error.is_tls() => format!("no encryption: {}", cause(error)),
        None => cause(error),
    };
    if error.is_permanent() {
        MailError::Never(words)
    } else {
        MailError::Later(words)
    }
}

/// The innermost reason: what the system or the encryption says.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_mail_has_both_bodies_and_says_that_a_program_wrote_it() {
        let mailer = Mailer::new(&MailConfig {
            host: Some("mail.example".to_owned()),
            from: Some("Aurora Coffee <desk@aurora.example>".to_owned()),
            ..MailConfig::default()
        });
        let mail = Mail {
            id: "job_1".to_owned(),
            to: "ana@example.com".to_owned(),
            subject: "Gr\u{fc}\u{df}e".to_owned(),
            text: "plain words".to_owned(),
            html: "<p>rich words</p>".to_owned(),
        };
        let sent = String::from_utf8(mailer.message(&mail).unwrap().formatted()).unwrap();
        for part in [
            "From: \"Aurora Coffee\" <desk@aurora.example>\r\n",
            "To: ana@example.com\r\n",
            "Message-ID: <job_1@aurora.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "multipart/alternative",
            "plain words",
            "<p>rich words</p>",
        ] {
            assert!(sent.contains(part), "{part} is not in {sent}");
        }
        let nobody = Mail {
            to: "nobody".to_owned(),
            ..mail
        };
        assert!(matches!(mailer.message(&nobody), Err(MailError::Never(_))));
    }
}
