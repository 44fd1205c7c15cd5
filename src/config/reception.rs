//! Mail that other servers bring to us.

use std::net::SocketAddr;
use std::path::PathBuf;

/// How mail is taken in from other servers. Without an address none is.
#[derive(Debug, Clone)]
pub struct ReceptionConfig {
    /// Where mail is taken in; port 0 takes a free one.
    pub listen: Option<SocketAddr>,
    /// The name we go by; none is that of the public address.
    pub host: Option<String>,
    /// The longest mail, in megabytes (1 to 1024).
    pub mail_mb: usize,
    /// The certificates that prove who we are, with those above them (PEM).
    pub tls_cert: Option<PathBuf>,
    /// Their key (PEM).
    pub tls_key: Option<PathBuf>,
}

impl Default for ReceptionConfig {
    fn default() -> Self {
        Self {
            listen: None,
            host: None,
            mail_mb: 60,
            tls_cert: None,
            tls_key: None,
        }
    }
}

impl ReceptionConfig {
    /// What must hold between these settings.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn check(&self) -> Result<(), String> {
        let wrong = match (&self.listen, &self.tls_cert, &self.tls_key) {
            (None, Some(_), _) | (None, _, Some(_)) => {
                "LINKTOR_SMTP_LISTEN is not set, but a certificate for it is"
            }
            (_, Some(_), None) => "LINKTOR_SMTP_TLS_CERT is set but LINKTOR_SMTP_TLS_KEY is not",
            (_, None, Some(_)) => "LINKTOR_SMTP_TLS_KEY is set but LINKTOR_SMTP_TLS_CERT is not",
            _ => return Ok(()),
        };
        Err(wrong.to_owned())
    }
}
