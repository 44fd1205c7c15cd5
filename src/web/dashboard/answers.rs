//! How forms are answered: what is said after one was taken, and the page again when it was not.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::engine::error::EngineError;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::FieldView;

/// What a page's address says of the form that led to it: `?saved=1`.
#[derive(Debug, Default, Deserialize)]
pub struct Told {
    saved: Option<String>,
    published: Option<String>,
    registered: Option<String>,
}

impl Told {
    /// The band that says it.
    #[must_use]
    pub fn banner(&self) -> Option<BannerView> {
        let saved = self.saved.as_deref().map(|what| match what {
            "merged" => "Merged. For 30 days this can be undone.",
            "apart" => "Undone: they are two people again.",
            "out" => "Signed out there.",
            _ => "Saved.",
        });
        let published = self
            .published
            .as_ref()
            .map(|_| "The vendor is being told what to show.");
        let registered = self.registered.as_ref().map(|_| "Registered.");
        saved.or(published).or(registered).map(BannerView::done)
    }
}

/// What stands beside a secret that was typed into a form which comes back.
const AGAIN: &str = "Type it again: it is not sent back to you.";

/// Why a form was not taken, ready to be said beside its fields.
#[derive(Debug, Default)]
pub struct Refused(Option<Rejection>);

impl Refused {
    /// Nothing is wrong: the form is shown for the first time.
    #[must_use]
    pub fn nothing() -> Self {
        Self(None)
    }

    /// What the form itself found wrong, before anybody was asked.
    #[must_use]
    pub fn rejection(fields: Vec<FieldError>) -> Rejection {
        Rejection {
            fields,
            ..Rejection::new(Code::ValidationError, "Some fields are not right.")
        }
    }

    /// What somebody refused without a reader who is signed in.
    #[must_use]
    pub fn by(rejection: Rejection) -> Self {
        Self(Some(rejection))
    }

    /// The same, ready to be said.
    #[cfg(test)]
    pub fn because(fields: Vec<FieldError>) -> Self {
        Self(Some(Self::rejection(fields)))
    }

    /// Why, in a sentence; none while nothing is wrong.
    #[must_use]
    pub fn sentence(&self) -> Option<&str> {
        self.0.as_ref().map(|rejection| rejection.message.as_str())
    }

    /// Whether there is such a thing already.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|rejection| rejection.code == Code::ResourceAlreadyExists)
    }

    /// What is wrong with exactly what stands at that path, as a sentence.
    #[must_use]
    pub fn exactly(&self, path: &str) -> Option<String> {
        let known = |field: &str| field.strip_prefix("config.").unwrap_or(field) == path;
        let field = self.0.as_ref()?.fields.iter().find(|f| known(&f.field))?;
        Some(format!("This {}.", field.message))
    }

    /// What is wrong with the field of that name, as a sentence.
    #[must_use]
    pub fn about(&self, name: &str) -> Option<String> {
        let known = |field: &str| {
            let field = field.strip_prefix("config.").unwrap_or(field);
            // An entry of a list is said beside the list.
            field.split('[').next() == Some(name)
        };
        let field = self.0.as_ref()?.fields.iter().find(|f| known(&f.field))?;
        Some(format!("This {}.", field.message))
    }

    /// A field holding what was typed, with what is wrong with it.
    #[must_use]
    pub fn field(&self, name: &str, typed: &str) -> FieldView {
        match self.about(name) {
            Some(words) => FieldView::of(typed).wrong(words),
            None => FieldView::of(typed),
        }
    }

    /// A field for a password or another secret, which never comes back: with what is wrong with it,
    /// else that it is to be typed again where something else was wrong.
    #[must_use]
    pub fn secret(&self, name: &str, typed: &str) -> FieldView {
        let again = || (!typed.is_empty()).then(|| AGAIN.to_owned());
        match self.about(name).or_else(again) {
            Some(words) => FieldView::default().wrong(words),
            None => FieldView::default(),
        }
    }

    /// The band for what none of the form's fields says.
    #[must_use]
    pub fn banner(&self, fields: &[&str]) -> Option<BannerView> {
        let rejection = self.0.as_ref()?;
        let said = fields.iter().any(|name| self.about(name).is_some());
        (!said).then(|| BannerView::bad("Not saved.", rejection.message.as_str()))
    }
}

/// Answers a form that was refused: the page with what is wrong under 422; to a script the sentence
/// alone. What is not about the form (nothing there, not allowed, ours to fix) stays a problem.
///
/// # Errors
/// The problem, or what goes wrong drawing the page.
pub fn refuse<T: Template>(
    reader: &Reader,
    error: impl Into<EngineError>,
    page: impl FnOnce(&Refused) -> Result<T, Problem>,
) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    if !reader.parts.is_empty() {
        return Ok(problem.for_script());
    }
    if !is_about_the_form(problem.rejection().code) {
        return Err(problem);
    }
    let page = page(&Refused(Some(problem.rejection().clone())))?;
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn is_about_the_form(code: Code) -> bool {
    use Code as C;
    matches!(
        code,
        C::ValidationError
            | C::InvalidUrl
            | C::InvalidCredentials
            | C::InvalidRecipient
            | C::EmailAlreadyExists
            | C::ResourceAlreadyExists
            | C::ChannelAlreadyExists
            | C::ActiveConversationsExist
            | C::RevisionMismatch
            | C::ChannelError
            | C::ChannelNotConnected
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_into_a_field_for_a_secret_never_comes_back() {
        let field = |wrong: &str| Refused(Some(Rejection::field(wrong, "must be longer")));
        let drawn = |wrong: &str, typed: &str| field(wrong).secret("password", typed);
        let wrong = |words: &str| FieldView::default().wrong(words);
        assert_eq!(drawn("password", "s3cret"), wrong("This must be longer."));
        assert_eq!(drawn("name", "s3cret"), wrong(AGAIN));
        assert_eq!(drawn("name", ""), FieldView::default());
        assert_eq!(
            Refused::nothing().secret("password", ""),
            FieldView::default()
        );
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field_or_above() {
        let refused = Refused(Some(Rejection::field(
            "config.primaryColor",
            "must be #RRGGBB",
        )));
        assert_eq!(
            refused.field("primaryColor", "red"),
            FieldView::of("red").wrong("This must be #RRGGBB.")
        );
        assert_eq!(refused.field("name", "Shop"), FieldView::of("Shop"));
        assert_eq!(refused.banner(&["name", "primaryColor"]), None);
        let entry = Rejection::field("config.allowedOrigins[1]", "must be a website");
        assert!(Refused(Some(entry)).about("allowedOrigins").is_some());
        assert!(refused.banner(&["name"]).is_some());
        assert!(Refused::nothing().banner(&[]).is_none());
    }
}
