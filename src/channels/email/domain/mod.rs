//! What a domain must say in the name system so that mail from it is believed and mail to it
//! arrives: MX, SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489). Asking is not done here.

mod judge;
mod sender;
#[cfg(test)]
mod tests;

pub use judge::judge;
pub use sender::Sender;

/// What was asked, or why no answer came.
pub type Answer<T> = Result<T, String>;

/// What the name system answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// The servers that take mail for the address of incoming mail, the most wanted first.
    pub exchangers: Answer<Vec<String>>,
    /// The texts of the domain itself.
    pub texts: Answer<Vec<String>>,
    /// The texts under each name of [`Sender::keys`], in that order.
    pub keys: Vec<Answer<Vec<String>>>,
    /// The texts under each name of [`Sender::policies`], in that order.
    pub policies: Vec<Answer<Vec<String>>>,
}

impl Default for Records {
    /// Nothing is there.
    fn default() -> Self {
        Self {
            exchangers: Ok(Vec::new()),
            texts: Ok(Vec::new()),
            keys: Vec::new(),
            policies: Vec::new(),
        }
    }
}
