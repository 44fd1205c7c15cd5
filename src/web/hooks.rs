//! Vendor webhooks: reads the bytes, asks ingest, answers.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::Method as HttpMethod;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Data;
use actix_web::web::Path;

use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The largest webhook: vendors send links to files, not files, but conversations of months in one
/// (whatsapp.md section 3.5).
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The vendors' addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    let limit = web::PayloadConfig::new(BODY_MAX_BYTES);
    // Some vendors report deliveries to an address of its own; what came tells which it is.
    for address in [
        "/webhooks/{kind}/{channel}",
        "/webhooks/{kind}/{channel}/status",
    ] {
        config.service(
            web::resource(address)
                .app_data(limit.clone())
                .route(web::get().to(receive))
                .route(web::post().to(receive)),
        );
    }
}

async fn receive(
    state: Data<State>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let (kind, channel) = path.into_inner();
    let id: ChannelId = channel
        .parse()
        .map_err(|_| Rejection::not_found(Code::ChannelNotFound, "channel"))?;
    let hook = Webhook {
        method: if request.method() == HttpMethod::GET {
            Method::Get
        } else {
            Method::Post
        },
        headers: headers_of(&request),
        query: request.query_string().to_owned(),
        body: body.to_vec(),
    };
    let reply = state
        .engine
        .ingest
        .receive(&ChannelKind::named(&kind), id, hook)
        .await?;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for header in reply.headers.iter() {
        response.insert_header(header);
    }
    Ok(response.body(reply.body))
}

fn headers_of(request: &HttpRequest) -> Headers {
    let readable = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    readable.fold(Headers::default(), |all, (name, value)| {
        all.with(name, value)
    })
}
