//! The vendors' addresses: reads what came, asks the sandbox, answers.

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::Method as HttpMethod;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Path;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::sandbox::ADDRESS;
use crate::sandbox::Answered;
use crate::sandbox::call::Body;
use crate::sandbox::call::Call;
use crate::sandbox::call::Part;
use crate::web::dashboard::reader::Shared;
use crate::web::error::ApiError;

/// The largest call: a file and what stands around it. It is held in memory.
const CALL_MAX_BYTES: usize = 64 * 1024 * 1024;

/// The addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::resource(format!("{ADDRESS}/{{vendor}}/{{rest:.*}}"))
            .app_data(web::PayloadConfig::new(CALL_MAX_BYTES))
            .route(web::to(answer)),
    );
}

async fn answer(
    state: Shared,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let missing = || Rejection::not_found(Code::ResourceNotFound, "address");
    let sandbox = state.sandbox().ok_or_else(missing)?;
    let (vendor, _) = path.into_inner();
    let call = read(&vendor, &request, body).await?;
    match sandbox.call(&vendor, call).await {
        Answered::Reply(reply) => Ok(written(reply)),
        Answered::Cut => Ok(cut()),
        Answered::Nobody => Err(missing().into()),
    }
}

async fn read(vendor: &str, request: &HttpRequest, body: Bytes) -> Result<Call, ApiError> {
    let method = match *request.method() {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::PUT => Method::Put,
        HttpMethod::PATCH => Method::Patch,
        HttpMethod::DELETE => Method::Delete,
        _ => Method::Post,
    };
    let raw = request.uri().path();
    let rest = raw.strip_prefix(&format!("{ADDRESS}/{vendor}/"));
    Ok(Call {
        method,
        path: rest.unwrap_or_default().to_owned(),
        query: request.query_string().to_owned(),
        headers: headers_of(request),
        body: body_of(request, body).await?,
    })
}

async fn body_of(request: &HttpRequest, body: Bytes) -> Result<Body, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        return Ok(Body::Bytes(body.to_vec()));
    }
    let whole = stream::once(std::future::ready(Ok(body)));
    let mut form = Multipart::new(request.headers(), whole);
    let mut parts = Vec::new();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|error| no_form(&error.to_string()))?;
        let filename = field
            .content_disposition()
            .and_then(|told| told.get_filename());
        let mut part = Part {
            name: field.name().unwrap_or_default().to_owned(),
            filename: filename.map(str::to_owned),
            mime_type: field.content_type().map(ToString::to_string),
            bytes: Vec::new(),
        };
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|error| no_form(&error.to_string()))?;
            part.bytes.extend_from_slice(&chunk);
        }
        parts.push(part);
    }
    Ok(Body::Form(parts))
}

fn no_form(why: &str) -> ApiError {
    let sentence = format!("The form cannot be read: {why}");
    Rejection::new(Code::ValidationError, sentence).into()
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

fn written(reply: HttpReply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for header in reply.headers.iter() {
        response.insert_header(header);
    }
    response.body(reply.body)
}

/// An answer that breaks off: whoever waits for it does not learn what became of the call.
fn cut() -> HttpResponse {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let nothing = stream::once(std::future::ready(Err::<Bytes, _>(broken)));
    let body = SizedStream::new(1, nothing);
    HttpResponse::Ok()
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(body)
}
