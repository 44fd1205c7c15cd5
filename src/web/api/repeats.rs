//! `Idempotency-Key`: the same request with the same key is answered once and repeated from memory.
//! Sends without a key are left to [`crate::web::api::unheard`].

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Ready;
use std::future::ready;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use actix_web::Error;
use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::BodySize;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::base::crypto::digest;
use crate::engine::inbox::send::Repeatable;
use crate::engine::setup::answers::Remembered;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::answer::REPLAYED;
use crate::web::api::caller::ApiCaller;
use crate::web::api::unheard;
use crate::web::api::wire::Whole;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The header that carries the key.
pub const KEY_HEADER: &str = "Idempotency-Key";
/// The longest key.
const KEY_MAX: usize = 255;

/// Requests under a key that are being answered: a second one waits for the first.
#[derive(Default)]
pub struct UnderWay(Mutex<HashMap<[u8; 32], Arc<tokio::sync::Mutex<()>>>>);

impl UnderWay {
    fn turn(&self, key: [u8; 32]) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody else holds what only the table holds.
        all.retain(|_, turn| Arc::strong_count(turn) > 1);
        all.entry(key).or_default().clone()
    }
}

/// What makes a request the same one as an earlier copy, for work that must be done once even when
/// the program ends between the work and the keeping of its answer.
#[derive(Debug, Clone, Copy)]
pub struct Repeat(pub Option<Repeatable>);

impl Repeat {
    fn of(key: &[u8; 32], request: [u8; 32]) -> Self {
        let key = digest(&[b"work\n", &key[..]].concat());
        Self(Some(Repeatable { key, request }))
    }
}

impl FromRequest for Repeat {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.extensions().get::<Self>().copied();
        ready(Ok(named.unwrap_or(Self(None))))
    }
}

/// The key of a form with a file; none where the client gave none.
#[derive(Debug, Clone, Copy)]
pub struct FormKey(Option<[u8; 32]>);

impl FromRequest for FormKey {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.extensions().get::<Self>().copied();
        ready(Ok(named.unwrap_or(Self(None))))
    }
}

/// Answers a request, or repeats the answer that an earlier copy of it got.
///
/// # Errors
/// None that is not an answer already; the type is the web framework's.
pub async fn once<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let named = match key_of(&mut request) {
        Ok(named) => named,
        Err(refused) => return Ok(refuse(request, &refused)),
    };
    let state = request.app_data::<Data<State>>().cloned();
    let (key, state) = match (named, state) {
        (Some(key), Some(state)) if is_form(&request) => {
            let turn = state.under_way.turn(key);
            let _mine = turn.lock().await;
            request.extensions_mut().insert(FormKey(Some(key)));
            return Ok(next.call(request).await?.map_into_boxed_body());
        }
        (Some(key), Some(state)) => (key, state),
        (None, Some(state)) if unheard::guards(&request) => {
            return unheard::once(request, next, state).await;
        }
        _ => return Ok(next.call(request).await?.map_into_boxed_body()),
    };
    let body = match request.extract::<Whole>().await {
        Ok(Whole(body)) => body,
        Err(error) => return Ok(refuse(request, &error)),
    };
    let asked = digest(&body);
    request.set_payload(Payload::from(body));
    let turn = state.under_way.turn(key);
    let _mine = turn.lock().await;
    match state.engine.answers.recall(&key) {
        Ok(Some(earlier)) if earlier.request == asked => return Ok(again(request, &earlier)),
        Ok(Some(_)) => return Ok(refuse(request, &conflict().into())),
        Ok(None) => {}
        Err(error) => return Ok(refuse(request, &error.into())),
    }
    request.extensions_mut().insert(Repeat::of(&key, asked));
    let response = next.call(request).await?.map_into_boxed_body();
    remember(&state, key, asked, response).await
}

/// The key under which a request's answer is kept: of its sender, its address and its own key.
fn key_of(request: &mut ServiceRequest) -> Result<Option<[u8; 32]>, ApiError> {
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let Some(key) = text(KEY_HEADER).filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    if request.method() != Method::POST {
        return Ok(None);
    }
    if key.len() > KEY_MAX {
        let wrong = format!("must be at most {KEY_MAX} characters long");
        return Err(Rejection::field(KEY_HEADER, wrong).into());
    }
    let key = key.to_owned();
    let path = request.path().to_owned();
    // Who may not come in gets that answer, and it is not kept.
    let Ok(caller) = request.extract::<ApiCaller>().into_inner() else {
        return Ok(None);
    };
    let who = caller.actor.who();
    Ok(Some(digest(
        format!("answer\n{who:?}\n{path}\n{key}").as_bytes(),
    )))
}

/// Whether a request carries a form with a file: too large to be held, and each copy with other
/// borders between its parts, so that only the file itself says whether two are the same.
fn is_form(request: &ServiceRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/"))
}

/// Answers a form with a file of that digest, or repeats the answer that an earlier copy of it got.
///
/// # Errors
/// `IDEMPOTENCY_CONFLICT`: the key was used for another file.
pub async fn once_for_form(
    state: &State,
    key: FormKey,
    asked: [u8; 32],
    answer: Answer,
) -> Answered {
    let Some(key) = key.0 else {
        return Ok(answer);
    };
    match state.engine.answers.recall(&key)? {
        Some(earlier) if earlier.request == asked => Ok(Answer::again(&earlier)),
        Some(_) => Err(conflict().into()),
        None => {
            let kept = answer.remembered(asked);
            state.engine.answers.keep(key, kept).await?;
            Ok(answer)
        }
    }
}

fn conflict() -> Rejection {
    let message = "This idempotency key was used for another request; use a new one.";
    Rejection::new(Code::IdempotencyConflict, message)
}

/// A refusal in place of an answer.
pub(super) fn refuse(request: ServiceRequest, refused: &ApiError) -> ServiceResponse<BoxBody> {
    // With the refusal inside, so that the frame can put the request's id into it.
    request.error_response(ApiError(refused.0.clone()))
}

/// An answer that was given before.
pub(super) fn again(request: ServiceRequest, earlier: &Remembered) -> ServiceResponse<BoxBody> {
    let status = StatusCode::from_u16(earlier.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header(REPLAYED);
    let response = if earlier.body.is_empty() {
        response.finish()
    } else {
        response
            .content_type("application/json")
            .body(earlier.body.clone())
    };
    request.into_response(response)
}

/// Keeps an answer. What was refused may go well the next time, so it is not kept.
async fn remember(
    state: &State,
    key: [u8; 32],
    asked: [u8; 32],
    response: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let status = response.status();
    let is_whole = !matches!(response.response().body().size(), BodySize::Stream);
    // What is made while it is taken is too large to be kept.
    if !status.is_success() || !is_whole {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.unwrap_or_default();
    let answer = Remembered {
        request: asked,
        status: status.as_u16(),
        body: body.to_vec(),
    };
    if let Err(error) = state.engine.answers.keep(key, answer).await {
        // The work is done and its answer is true; only a repeat would not know of it.
        tracing::warn!("an answer under an idempotency key was not kept: {error}");
    }
    let response = head.set_body(BoxBody::new(body));
    Ok(ServiceResponse::new(request, response))
}
