//! A new password, with a link.

use super::assets;
use super::atoms::FieldView;
use super::filters;
use super::shell::Theme;

/// `/login/forgot`: form fields `email`, `_csrf`.
#[derive(Debug, Clone, Default, askama::Template)]
#[template(path = "login_forgot.html")]
pub struct ForgotPage {
    /// Name of the business.
    pub workspace: String,
    /// Host people know the installation by.
    pub host: String,
    /// Chosen theme.
    pub theme: Theme,
    /// Proof for the form.
    pub csrf: String,
    /// What was typed as email.
    pub email: String,
    /// What went wrong.
    pub error: Option<String>,
    /// A link is on its way, if somebody has the address.
    pub sent: bool,
    /// Whether mails can be sent at all.
    pub can_mail: bool,
    /// Our version.
    pub version: String,
}

/// What a link is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Nothing: a sentence says why.
    Refused(String),
    /// A password can be chosen.
    Works {
        /// The person was invited; else the password was forgotten.
        invited: bool,
        /// Whose account it is.
        name: String,
        /// The address to sign in with.
        email: String,
        /// What the link carries.
        token: String,
        /// The password.
        password: FieldView,
    },
}

/// `/login/reset?token=...`, `/invite?token=...`: form fields `token`, `password`, `_csrf`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "login_choose.html")]
pub struct ChoosePage {
    /// Name of the business.
    pub workspace: String,
    /// Host people know the installation by.
    pub host: String,
    /// Chosen theme.
    pub theme: Theme,
    /// Proof for the form.
    pub csrf: String,
    /// What the link is good for.
    pub link: Link,
    /// Where the form goes.
    pub action: String,
    /// Our version.
    pub version: String,
}
