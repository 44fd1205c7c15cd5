//! Vendor webhooks: reads the bytes, asks ingest, answers.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::ResponseError as _;
use actix_web::guard::fn_guard;
use actix_web::http::Method as HttpMethod;
use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::http::header::HeaderValue;
use actix_web::http::header::USER_AGENT;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Data;
use actix_web::web::Payload;
use tokio::sync::Semaphore;

use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::config::network::Network;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::auth::peer_is_proxy;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The largest webhook: vendors send links to files, not files, but conversations of months in one
/// (whatsapp.md section 3.5).
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The largest webhook of a mail service: whole mails come with it, their files written in letters
/// (email.md section 2.1).
const MAIL_MAX_BYTES: usize = 45 * 1024 * 1024;
/// How many of these are held at a time by each worker: others wait.
const LARGE_AT_ONCE: usize = 2;

/// Where mail services report to.
const MAIL: &str = "email";
/// What services that would call for days are answered for a channel that is not there any more: by
/// a word in the name of the caller.
const GONE: [(&str, u16); 2] = [("mailgun", 406), ("postmark", 403)];

/// Room for large webhooks.
struct Room(Semaphore);

/// Where a webhook is addressed to.
#[derive(Debug, PartialEq, Eq)]
struct Address<'p> {
    kind: &'p str,
    channel: &'p str,
}

impl<'p> Address<'p> {
    /// Reads `/webhooks/{kind}/{channel}` and the addresses beside it: some vendors report
    /// deliveries to `status`, mail services bring whole mails to `mime`; what came tells which it
    /// is. Read by hand, because finding these routes by pattern is a good part of what a webhook
    /// costs.
    fn of(path: &'p str) -> Option<Self> {
        let mut parts = path.strip_prefix("/webhooks/")?.split('/');
        let (kind, channel) = (parts.next()?, parts.next()?);
        let is_known = match parts.next() {
            None | Some("status") => true,
            Some("mime") => kind == MAIL,
            Some(_) => false,
        };
        let is_whole = is_known && parts.next().is_none();
        let is_named = !kind.is_empty() && !channel.is_empty();
        (is_whole && is_named).then_some(Self { kind, channel })
    }
}

/// The vendors' addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    let addressed = |is_mail: bool| {
        fn_guard(move |request| {
            let address = Address::of(request.head().uri.path());
            address.is_some_and(|address| (address.kind == MAIL) == is_mail)
        })
    };
    config.service(
        web::scope("/webhooks")
            .guard(addressed(false))
            .app_data(web::PayloadConfig::new(BODY_MAX_BYTES))
            .default_service(web::to(receive)),
    );
    config.service(
        web::scope("/webhooks")
            .guard(addressed(true))
            .app_data(Data::new(Room(Semaphore::new(LARGE_AT_ONCE))))
            .default_service(web::to(receive_mail)),
    );
}

async fn receive(
    state: Data<State>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    taken(&state, &request, body.to_vec()).await
}

/// The same for mail services, which bring whole mails and know us by name and password.
async fn receive_mail(
    state: Data<State>,
    room: Data<Room>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let too_large = || Rejection::new(Code::PayloadTooLarge, "The mail is too large.");
    if says_too_much(&request) {
        return Err(too_large().into());
    }
    // Held while the mail is in memory.
    let _held = room.0.acquire().await;
    let body = payload.to_bytes_limited(MAIL_MAX_BYTES).await;
    let broken = || Rejection::field("body", "must come whole");
    let body = body.map_err(|_| too_large())?.map_err(|_| broken())?;
    match taken(&state, &request, body.into()).await {
        // Some send name and password only when they are asked for them.
        Err(error) if error.status_code() == StatusCode::UNAUTHORIZED => {
            let mut response = HttpResponse::from_error(error);
            let challenge = HeaderValue::from_static("Basic realm=\"linktor\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            Ok(response)
        }
        Err(error) if error.status_code() == StatusCode::NOT_FOUND => {
            Ok(HttpResponse::build(gone(&request)).finish())
        }
        other => other,
    }
}

/// Whether a caller says beforehand that it brings more than is taken: then nothing is waited for.
fn says_too_much(request: &HttpRequest) -> bool {
    let told = request.headers().get(CONTENT_LENGTH);
    let told = told.and_then(|told| told.to_str().ok()?.parse::<usize>().ok());
    told.is_some_and(|bytes| bytes > MAIL_MAX_BYTES)
}

/// What a caller is told of a channel that is not there, so that it calls no more.
fn gone(request: &HttpRequest) -> StatusCode {
    let caller = request.headers().get(USER_AGENT);
    let caller = caller
        .and_then(|name| name.to_str().ok())
        .unwrap_or_default();
    let caller = caller.to_ascii_lowercase();
    let known = GONE.iter().find(|(word, _)| caller.contains(word));
    let status = known.and_then(|(_, status)| StatusCode::from_u16(*status).ok());
    status.unwrap_or(StatusCode::NOT_FOUND)
}

async fn taken(
    state: &State,
    request: &HttpRequest,
    body: Vec<u8>,
) -> Result<HttpResponse, ApiError> {
    let missing = || Rejection::not_found(Code::ChannelNotFound, "channel");
    let address = Address::of(request.path()).ok_or_else(missing)?;
    let id: ChannelId = address.channel.parse().map_err(|_| missing())?;
    let method = match *request.method() {
        HttpMethod::GET => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => {
            let mut refused = HttpResponse::MethodNotAllowed();
            return Ok(refused.insert_header((ALLOW, "GET, POST")).finish());
        }
    };
    let hook = Webhook {
        method,
        headers: headers_of(request, &state.trusted_proxies),
        query: request.query_string().to_owned(),
        body,
    };
    let ingest = &state.engine.ingest;
    let reply = ingest
        .receive(&ChannelKind::named(address.kind), id, hook)
        .await?;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for header in reply.headers.iter() {
        response.insert_header(header);
    }
    Ok(response.body(reply.body))
}

/// The headers of a call. What proxies say of it counts only where one of ours says it.
fn headers_of(request: &HttpRequest, trusted: &[Network]) -> Headers {
    let is_ours = peer_is_proxy(request, trusted);
    let said = |name: &str| is_ours || !name.starts_with("x-forwarded-");
    let readable = request
        .headers()
        .iter()
        .filter(|(name, _)| said(name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    readable.fold(Headers::default(), |all, (name, value)| {
        all.with(name, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_whole_or_not_at_all() {
        let known = [
            ("/webhooks/sms/ch_1", Some(("sms", "ch_1"))),
            ("/webhooks/sms/ch_1/status", Some(("sms", "ch_1"))),
            ("/webhooks/email/ch_1", Some(("email", "ch_1"))),
            ("/webhooks/email/ch_1/mime", Some(("email", "ch_1"))),
            ("/webhooks/sms/ch_1/mime", None),
            ("/webhooks/sms/ch_1/", None),
            ("/webhooks/sms/ch_1/status/more", None),
            ("/webhooks/sms/", None),
            ("/webhooks//ch_1", None),
            ("/webhooks/sms", None),
            ("/webhooks", None),
            ("/other/sms/ch_1", None),
        ];
        for (path, expected) in known {
            let expected = expected.map(|(kind, channel)| Address { kind, channel });
            assert_eq!(Address::of(path), expected, "{path}");
        }
    }
}
