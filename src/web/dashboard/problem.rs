//! What goes wrong on a page, as a page: or as the API's body, when a script asked.

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;

use crate::engine::error::EngineError;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::view::outside::ErrorPage;
use crate::web::dashboard::view::shell::Theme;
use crate::web::error::rejection_of;
use crate::web::error::status_of;
use crate::web::error::unnamed;

/// A page that could not be shown, or a form that could not be taken.
#[derive(Debug)]
pub enum Problem {
    /// The engine refused. What the reader's role may not see is said not to be there.
    Refused(Rejection),
    /// The form was not proved to come from a page of ours: nothing is hidden, so the page says it.
    ForeignForm(Rejection),
    /// Met by a customer, who is shown no way into the dashboard.
    Outside(Rejection),
}

impl<E: Into<EngineError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Refused(rejection_of(error.into()))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rejection().fmt(f)
    }
}

impl Problem {
    /// Nothing there, or nothing for this reader: the two look alike.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Refused(Rejection::not_found(Code::ResourceNotFound, "page"))
    }

    /// A form that did not come from a page of ours.
    #[must_use]
    pub fn foreign_form() -> Self {
        let message =
            "This form is too old or came from another site. Reload the page and try again.";
        Self::ForeignForm(Rejection::new(Code::InsufficientPermissions, message))
    }

    /// What went wrong for a customer.
    #[must_use]
    pub fn outside(error: EngineError) -> Self {
        Self::Outside(rejection_of(error))
    }

    /// What the API says of it.
    #[must_use]
    pub fn rejection(&self) -> &Rejection {
        let (Self::Refused(rejection) | Self::ForeignForm(rejection) | Self::Outside(rejection)) =
            self;
        rejection
    }

    /// The same as a script reads it.
    #[must_use]
    pub fn for_script(&self) -> HttpResponse {
        HttpResponse::from_error(ForScript(self.rejection().clone()))
    }
}

/// A refusal as a script of ours reads it: what is wrong with its form is 422.
#[derive(Debug)]
pub struct ForScript(pub Rejection);

impl std::fmt::Display for ForScript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for ForScript {
    fn status_code(&self) -> StatusCode {
        match status_of(self.0.code) {
            StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
            other => other,
        }
    }

    fn error_response(&self) -> HttpResponse {
        unnamed(self.status_code(), &self.0)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(rejection) if rejection.code == Code::InsufficientPermissions => {
                StatusCode::NOT_FOUND
            }
            _ => status_of(self.rejection().code),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if let Self::Outside(rejection) = self {
            return page_with(
                status,
                &ErrorPage::outside(status.as_u16(), &rejection.message),
            );
        }
        let page = match status {
            StatusCode::NOT_FOUND => ErrorPage::not_found(Theme::System),
            status if status.is_server_error() => {
                ErrorPage::broken(Theme::System, "", "/app/inbox")
            }
            _ => ErrorPage {
                theme: Theme::System,
                status: status.as_u16(),
                title: self.rejection().message.clone(),
                text: String::new(),
                code: None,
                action: Some(("/app/inbox".to_owned(), "Back to inbox".to_owned())),
            },
        };
        page_with(status, &page)
    }
}
