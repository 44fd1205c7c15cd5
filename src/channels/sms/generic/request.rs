//! The request that carries a message, as the settings describe it.

use serde_json::Value;

use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::sms::form;
use crate::channels::sms::generic::as_text;
use crate::channels::sms::generic::template::filled;
use crate::channels::sms::generic::template::in_address;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::basic;
use crate::model::outbound::Account;

/// What is sent, with placeholders.
#[must_use]
pub fn template(account: &Account) -> Value {
    account
        .settings
        .get("bodyTemplate")
        .cloned()
        .unwrap_or_default()
}

/// The request that carries a message, with every placeholder filled in.
#[must_use]
pub fn request(outgoing: &Outgoing<'_>) -> HttpRequest {
    let account = outgoing.account;
    let filled = filled(&template(account), outgoing);
    let url = account.text("sendUrl").unwrap_or_default();
    let url = in_address(url, outgoing);
    let pairs: Vec<(&str, String)> = filled
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), as_text(value)))
        .collect();
    let login = authorization(account);
    let mut request = match account.text("bodyFormat") {
        Some("form") => outgoing::post_form(url, login, &pairs),
        Some("query") => {
            let joint = if url.contains('?') { '&' } else { '?' };
            let query = String::from_utf8(form::encoded(&pairs)).unwrap_or_default();
            let url = if query.is_empty() {
                url
            } else {
                format!("{url}{joint}{query}")
            };
            HttpRequest {
                method: Method::Post,
                ..outgoing::get(url, login)
            }
        }
        _ => outgoing::post_json(url, login, &filled),
    };
    request.method = match account.text("sendMethod") {
        Some("GET") => Method::Get,
        Some("PUT") => Method::Put,
        _ => Method::Post,
    };
    if let (Some("query"), Some(name), Some(token)) = (
        account.text("authType"),
        account.text("authName"),
        account.secret("authToken"),
    ) {
        let joint = if request.url.contains('?') { '&' } else { '?' };
        let pair = String::from_utf8(form::encoded(&[(name, token.to_owned())]));
        request.url = format!("{}{joint}{}", request.url, pair.unwrap_or_default());
    }
    with_headers(account, request)
}

/// A request with the headers the settings ask for.
#[must_use]
pub fn with_headers(account: &Account, mut request: HttpRequest) -> HttpRequest {
    let more = account.settings.get("headers").and_then(Value::as_object);
    for (name, value) in more.into_iter().flatten() {
        if let Some(value) = value.as_str() {
            request.headers = request.headers.with(name, value);
        }
    }
    if let (Some("header"), Some(name), Some(token)) = (
        account.text("authType"),
        account.text("authName"),
        account.secret("authToken"),
    ) {
        request.headers = request.headers.with(name, token);
    }
    request
}

/// What proves to the carrier who we are, where that is a header of its own.
#[must_use]
pub fn authorization(account: &Account) -> Option<String> {
    match account.text("authType")? {
        "basic" => {
            let password = account.secret("authPassword").unwrap_or_default();
            Some(basic(
                account.text("authUsername").unwrap_or_default(),
                password,
            ))
        }
        "bearer" => Some(format!("Bearer {}", account.secret("authToken")?)),
        _ => None,
    }
}
