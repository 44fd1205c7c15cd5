//! HTTP as plain values: what channels read and write without a client or a server.

use std::time::Duration;

use crate::base::secret::Secret;

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// A list of header names and values; names are compared without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// Every header, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A request one of our channels wants made.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// What to do.
    pub method: Method,
    /// Where, absolute.
    pub url: String,
    /// Headers without credentials.
    pub headers: Headers,
    /// The value of `Authorization`, kept apart so that it is never printed.
    pub authorization: Option<Secret<String>>,
    /// The body; its type stands in the headers.
    pub body: Vec<u8>,
    /// How long the whole exchange may take.
    pub timeout: Duration,
}

/// What came back from a request.
#[derive(Debug, Clone)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, up to the limit of whoever made the request.
    pub body: Vec<u8>,
}

/// A vendor's call to one of our addresses, exactly as it came.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// How it was called; vendors verify addresses with GET.
    pub method: Method,
    /// The headers.
    pub headers: Headers,
    /// The query string, undecoded, without the question mark.
    pub query: String,
    /// The raw body: signatures are computed over these bytes.
    pub body: Vec<u8>,
}
