//! The chat as a page of its own, and the files in it.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::ResponseError as _;
use actix_web::http::header;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::web::Path;
use askama::Template as _;

use crate::base::mime;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::files::LinkQuery;
use crate::engine::webchat::origins::Access;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::view::outside::ChatPage;
use crate::web::dashboard::view::outside::ErrorPage;
use crate::web::media;
use crate::web::media::Shown;
use crate::web::state::State;
use crate::web::widget::guard::Refusal;
use crate::web::widget::guard::Visit;

/// `GET /chat/{channel}`: for links, codes on paper and web views of apps. Where there is no chat a page
/// says so, for it is a person who followed the link.
pub async fn chat(state: Data<State>, channel: Path<String>, request: HttpRequest) -> HttpResponse {
    drawn(&state, &channel, &request).unwrap_or_else(|refusal| {
        let status = refusal.status_code();
        page_with(
            status,
            &ErrorPage::outside(status.as_u16(), &refusal.0.message),
        )
    })
}

/// # Errors
/// `channel_disabled`, `origin_not_allowed`.
fn drawn(state: &State, channel: &str, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
    let visit = Visit::judged(state, channel, request, Access::Read)?;
    let webchat = &state.engine.webchat;
    let page = ChatPage {
        channel: visit.site.channel.id.to_string(),
        name: webchat.business(&visit.site)?,
        language: language_of(request, &visit.site.settings.default_language),
    };
    let html = page
        .render()
        .map_err(|_| Problem::new(Code::Internal, "The page could not be written."))?;
    let socket = state.engine.context.links.public_url();
    let socket = socket.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src 'self' {socket}; \
         img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors {}",
        visit.site.frame_ancestors()
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// The language a browser likes best, else the chat's own.
fn language_of(request: &HttpRequest, own: &str) -> String {
    let liked = request.headers().get(header::ACCEPT_LANGUAGE);
    let liked = liked.and_then(|value| value.to_str().ok());
    let first = liked.and_then(|liked| liked.split([',', ';']).next());
    let plain = |tag: &&str| {
        (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    first.map(str::trim).filter(plain).unwrap_or(own).to_owned()
}

/// `GET /webchat/files/{file}`: a file of a conversation, for the browser its link was made for.
///
/// # Errors
/// `not_found`.
pub async fn file(
    state: Data<State>,
    file: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let mut said = [String::new(), String::new(), String::new()];
    for (name, value) in query {
        match &*name {
            "e" => said[0] = value.into_owned(),
            "s" => said[1] = value.into_owned(),
            "sig" => said[2] = value.into_owned(),
            _ => {}
        }
    }
    let query = LinkQuery {
        expires: &said[0],
        session: &said[1],
        signature: &said[2],
    };
    let attachment = state.engine.webchat.file(&file, query)?;
    let shown = if mime::is_inline(&attachment.mime_type) {
        Shown::Inline
    } else {
        Shown::Download
    };
    let mut response = media::serve(&state, &attachment, &request, shown)
        .await
        .map_err(|_| Problem::new(Code::Internal, "The file could not be read."))?;
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox"),
    );
    Ok(response)
}
