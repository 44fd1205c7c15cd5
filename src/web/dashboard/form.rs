//! Forms: their fields, and the proof that they are ours.

use std::future::Future;
use std::pin::Pin;

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::web::Data;

use crate::web::csrf;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::state::State;

/// The largest form. Files travel by themselves.
const FORM_MAX_BYTES: usize = 512 * 1024;

/// The fields of a form, in order; a name may come several times.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// Fields that were read otherwise, such as those of an address.
    #[must_use]
    pub const fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of a field; empty when it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The first value of a field that holds something.
    #[must_use]
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same with other values for some fields.
    #[must_use]
    pub fn with(mut self, values: impl IntoIterator<Item = (String, String)>) -> Self {
        for (name, value) in values {
            self.0.retain(|(known, _)| *known != name);
            self.0.push((name, value));
        }
        self
    }

    /// Whether a field came at all: a ticked box.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// A form of a signed-in person, proved to come from a page of ours.
pub struct Form {
    /// Who sent it.
    pub reader: Reader,
    /// What it says.
    pub fields: Fields,
}

impl FromRequest for Form {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::from_request(request, payload).into_inner();
        let body = Bytes::from_request(request, payload);
        let state = request.app_data::<Data<State>>().cloned();
        let header = request
            .headers()
            .get(csrf::HEADER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Box::pin(async move {
            let reader = reader?;
            let body = body.await?;
            if body.len() > FORM_MAX_BYTES {
                return Err(actix_web::error::ErrorPayloadTooLarge(
                    "The form is too large.",
                ));
            }
            let fields = Fields::read(&body);
            let claimed = header.unwrap_or_else(|| fields.get("_csrf").to_owned());
            let genuine = state.is_some_and(|state| {
                csrf::is_of_session(&state, reader.agent.session.id, &claimed)
            });
            if genuine {
                Ok(Self { reader, fields })
            } else {
                Err(Problem::foreign_form().into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_repeat_and_hold_anything() {
        let fields = Fields::read(b"a=1&a=2+3&b=%C3%A9&c=&d");
        assert_eq!(fields.get("a"), "1");
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2 3"]);
        assert_eq!(fields.get("b"), "\u{e9}");
        assert_eq!(fields.some("c"), None);
        assert!(fields.has("d") && !fields.has("e"));
    }
}
