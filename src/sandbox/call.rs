//! A call to a vendor's address as plain values, and the parts of it vendors look at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;

/// A call to an address below `/sandbox/api/`.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is to be done.
    pub method: Method,
    /// The part of the path after the vendor's name, undecoded, without a slash at its beginning.
    pub path: String,
    /// The query string, undecoded.
    pub query: String,
    /// The headers.
    pub headers: Headers,
    /// What was sent.
    pub body: Body,
}

/// What was sent with a call.
#[derive(Debug, Clone)]
pub enum Body {
    /// Bytes whose type stands in the headers.
    Bytes(Vec<u8>),
    /// A form with files (`multipart/form-data`), taken apart.
    Form(Vec<Part>),
}

/// One field of a form.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The name of the file, where it is one.
    pub filename: Option<String>,
    /// The content type, where it was told.
    pub mime_type: Option<String>,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

impl Part {
    /// What stands in it, as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Call {
    /// The parts of the path, decoded.
    #[must_use]
    pub fn segments(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts.map(decoded).collect()
    }

    /// A value of the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        pairs(self.query.as_bytes())
            .into_iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// A value of the query, else of the JSON in the body.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let inside = || self.json()?.get(name)?.as_str().map(str::to_owned);
        self.query(name).or_else(inside)
    }

    /// What follows `Bearer` in the `Authorization` header.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let header = self.headers.get("authorization")?;
        let (scheme, token) = header.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
        known.then(|| token.trim())
    }

    /// Name and password of a `Basic` header.
    #[must_use]
    pub fn basic(&self) -> Option<(String, String)> {
        let header = self.headers.get("authorization")?;
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (name, password) = plain.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    /// The bytes sent; none for a form with files.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Bytes(bytes) => bytes,
            Body::Form(_) => &[],
        }
    }

    /// The fields of a form with files; none for anything else.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        match &self.body {
            Body::Bytes(_) => &[],
            Body::Form(parts) => parts,
        }
    }

    /// One field of a form with files.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts().iter().find(|part| part.name == name)
    }

    /// The body as a JSON object; empty where nothing was sent, none where it is something else.
    #[must_use]
    pub fn json(&self) -> Option<Map<String, Value>> {
        let bytes = self.bytes();
        if bytes.is_empty() {
            return Some(Map::new());
        }
        match serde_json::from_slice(bytes).ok()? {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The body as `application/x-www-form-urlencoded` pairs, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        pairs(self.bytes())
    }

    /// Whether the body says it is a form without files.
    #[must_use]
    pub fn is_urlencoded(&self) -> bool {
        self.headers
            .get("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }
}

/// Reads `a=1&b=2`.
#[must_use]
pub fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    let read = url::form_urlencoded::parse(bytes);
    read.map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Writes `a=1&b=2`.
#[must_use]
pub fn form(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The same answer, which asks to be left alone for so many seconds.
#[must_use]
pub fn later(mut reply: HttpReply, secs: u32) -> HttpReply {
    reply.headers = reply.headers.with("retry-after", secs.to_string());
    reply
}

/// An answer of JSON.
#[must_use]
pub fn json(status: u16, body: &Value) -> HttpReply {
    HttpReply {
        status,
        headers: Headers::default().with("content-type", "application/json; charset=UTF-8"),
        body: body.to_string().into_bytes(),
    }
}

/// An answer of text of some kind.
#[must_use]
pub fn text(status: u16, kind: &str, body: impl Into<String>) -> HttpReply {
    HttpReply {
        status,
        headers: Headers::default().with("content-type", kind),
        body: body.into().into_bytes(),
    }
}

#[cfg(test)]
pub(in crate::sandbox) mod tests {
    //! The parts of a call, and how tests of the vendors write one.

    use super::*;

    /// A call as a program of the business would make it.
    #[must_use]
    pub fn call(method: Method, path: &str, token: &str, body: &Value) -> Call {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut headers = Headers::default().with("content-type", "application/json");
        if !token.is_empty() {
            headers = headers.with("authorization", format!("Bearer {token}"));
        }
        Call {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: Body::Bytes(if body.is_null() {
                Vec::new()
            } else {
                body.to_string().into_bytes()
            }),
        }
    }

    #[test]
    fn the_parts_of_a_call_are_read_as_they_were_meant() {
        let mut read = call(
            Method::Get,
            "v25.0/a%2Fb/c?x=1+2&y=%C3%A9",
            "tok",
            &Value::Null,
        );
        assert_eq!(read.segments(), ["v25.0", "a/b", "c"]);
        assert_eq!(read.query("x").as_deref(), Some("1 2"));
        assert_eq!(read.query("y").as_deref(), Some("\u{e9}"));
        assert_eq!(read.query("z"), None);
        assert_eq!(read.bearer(), Some("tok"));
        assert_eq!(read.basic(), None);
        read.headers = Headers::default().with("authorization", "Basic QUMxOnNlOmNyZXQ=");
        let pair = ("AC1".to_owned(), "se:cret".to_owned());
        assert_eq!(read.basic(), Some(pair));
        assert_eq!(read.bearer(), None);
    }
}
