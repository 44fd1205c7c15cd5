//! Pages outside the dashboard: errors, the demo shop, the full-page chat.

use super::assets;
use super::filters;
use super::shell::Theme;

/// 404, 500 and other dead ends, signed in or not.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Chosen theme.
    pub theme: Theme,
    /// HTTP status.
    pub status: u16,
    /// "This page isn't here, or you may not see it."
    pub title: String,
    /// A second sentence; may be empty.
    pub text: String,
    /// Code to quote when asking for help.
    pub code: Option<String>,
    /// Where to go: address and label; none for people who have nothing to do in the dashboard.
    pub action: Option<(String, String)>,
}

impl ErrorPage {
    /// Not there, or not for this reader: the two look alike.
    #[must_use]
    pub fn not_found(theme: Theme) -> Self {
        Self {
            theme,
            status: 404,
            title: "This page isn\u{2019}t here, or you may not see it.".to_owned(),
            text: String::new(),
            code: None,
            action: Some(("/app/inbox".to_owned(), "Back to inbox".to_owned())),
        }
    }

    /// What a customer is told where a link of ours leads nowhere.
    #[must_use]
    pub fn outside(status: u16, title: &str) -> Self {
        Self {
            theme: Theme::System,
            status,
            title: title.to_owned(),
            text: String::new(),
            code: None,
            action: None,
        }
    }

    /// Ours to fix. `code` names the log entry, if there is one; `retry` is the address that failed.
    #[must_use]
    pub fn broken(theme: Theme, code: &str, retry: &str) -> Self {
        Self {
            theme,
            status: 500,
            title: "Something broke on our side. Nothing you typed is lost.".to_owned(),
            text: String::new(),
            code: (!code.is_empty()).then(|| code.to_owned()),
            action: Some((retry.to_owned(), "Try again".to_owned())),
        }
    }
}

/// `/u/{token}`: no more advertising.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "unsubscribe.html")]
pub struct UnsubscribePage {
    /// Chosen theme.
    pub theme: Theme,
    /// Who sent the mail.
    pub business: String,
    /// The address it went to.
    pub address: String,
    /// Whether it is done.
    pub is_done: bool,
}

/// `/demo/shop`: the sample business with the widget, only in `linktor demo`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "shop.html")]
pub struct ShopPage {
    /// `ch_...` of the `WebChat` channel.
    pub channel: String,
    /// Address of the inbox.
    pub inbox: String,
    /// Signed in as Camila: a fresh user token of the channel's identity secret.
    pub camila_token: Option<String>,
}

/// The frame in which a web chat's settings are looked at before they are saved.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "preview.html")]
pub struct PreviewPage {
    /// Name of the channel.
    pub name: String,
}

/// `/chat/{channelId}`: the widget as a page.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "chat.html")]
pub struct ChatPage {
    /// `ch_...`
    pub channel: String,
    /// Name of the business.
    pub name: String,
    /// Language of the page.
    pub language: String,
}
