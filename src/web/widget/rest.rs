//! The calls of the web chat.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::Bytes;
use actix_web::web::Data;
use actix_web::web::Path;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::base::crypto::digest;
use crate::engine::webchat::Ack;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::frames;
use crate::engine::webchat::frames::Body;
use crate::engine::webchat::frames::FormRequest;
use crate::engine::webchat::frames::SessionRequest;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::receipts::Mark;
use crate::engine::webchat::sessions::Farewell;
use crate::engine::webchat::timeline::Stretch;
use crate::web::assets::embedded;
use crate::web::headers::UNBUFFERED;
use crate::web::state::State;
use crate::web::widget::bundle::Widget;
use crate::web::widget::guard::Refusal;
use crate::web::widget::guard::Visit;
use crate::web::widget::guard::whole;

type Answer = Result<HttpResponse, Refusal>;
type Raw = Result<Bytes, actix_web::Error>;

fn parsed<T: DeserializeOwned>(body: Raw) -> Result<T, Refusal> {
    Ok(frames::json(&whole(body)?)?)
}

/// One value of the query.
fn asked<T: std::str::FromStr>(request: &HttpRequest, name: &str) -> Result<Option<T>, Refusal> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let Some((_, value)) = query.into_iter().find(|(key, _)| key == name) else {
        return Ok(None);
    };
    let wrong = || Problem::validation(format!("{name} is not right."));
    Ok(Some(value.parse().map_err(|_| wrong())?))
}

/// `GET config`
pub async fn config(
    state: Data<State>,
    widget: Data<Widget>,
    channel: Path<String>,
    request: HttpRequest,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let webchat = &state.engine.webchat;
    webchat.count_peer(Limit::Config, &visit.peer)?;
    webchat.loaded(&visit.site, visit.origin.as_deref());
    let language: Option<String> = asked(&request, "lang")?;
    let languages = widget.languages();
    let public = webchat.public(&visit.site, language.as_deref(), widget.bundle(&languages))?;
    let body = public.to_string().into_bytes();
    let tag = digest(&body);
    Ok(embedded(
        Cow::Owned(body),
        "application/json",
        "public, max-age=60",
        tag,
        &request,
    ))
}

/// `POST session`
pub async fn open(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let said: SessionRequest = parsed(body)?;
    if said.protocol > frames::PROTOCOL {
        return Err(Problem::validation("This server speaks protocol 1.").into());
    }
    let webchat = &state.engine.webchat;
    let token = visit.token.as_deref();
    let answer = webchat.open(&visit.site, token, said, &visit.peer).await?;
    Ok(if answer.resumed {
        HttpResponse::Ok().json(answer)
    } else {
        HttpResponse::Created().json(answer)
    })
}

/// `PATCH session`
pub async fn update(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let said: SessionRequest = parsed(body)?;
    let webchat = &state.engine.webchat;
    let answer = webchat.update(&caller, said, &visit.peer).await?;
    Ok(HttpResponse::Ok().json(answer))
}

/// `DELETE session`
pub async fn end(state: Data<State>, channel: Path<String>, request: HttpRequest) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let erase: Option<String> = asked(&request, "erase")?;
    let farewell = if erase.as_deref() == Some("1") {
        Farewell::Erase
    } else {
        Farewell::LogOut
    };
    state.engine.webchat.end(&caller, farewell).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Messages of one page, unless asked otherwise.
const PAGE: usize = 50;

/// `GET messages`
pub async fn history(state: Data<State>, channel: Path<String>, request: HttpRequest) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let webchat = &state.engine.webchat;
    let after: Option<u64> = asked(&request, "after")?;
    let before: Option<u64> = asked(&request, "before")?;
    let limit = asked(&request, "limit")?.unwrap_or(PAGE);
    let stretch = match (after, before) {
        (Some(after), _) => Stretch::After(after),
        (None, Some(before)) => Stretch::Before(before),
        (None, None) => Stretch::Newest,
    };
    if let Some(after) = after {
        webchat.mark(&caller, Mark::Delivered(after)).await?;
    }
    Ok(HttpResponse::Ok().json(webchat.history(&caller, stretch, limit)?))
}

/// `POST messages`
pub async fn send(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let send = frames::send(parsed(body)?)?;
    let webchat = &state.engine.webchat;
    let ack = webchat.send(&caller, send, &visit.peer).await?;
    Ok(acknowledged(&ack))
}

/// What was stored now is new; what came before is there.
fn acknowledged(ack: &Ack) -> HttpResponse {
    let mut response = if ack.duplicate {
        HttpResponse::Ok()
    } else {
        HttpResponse::Created()
    };
    response.json(ack)
}

/// `GET poll`
pub async fn poll(state: Data<State>, channel: Path<String>, request: HttpRequest) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let webchat = &state.engine.webchat;
    webchat.has_room()?;
    let after = asked(&request, "after")?.unwrap_or(0);
    let wait = Duration::from_secs(asked(&request, "wait")?.unwrap_or(25));
    let polled = webchat.poll(caller, after, wait).await?;
    Ok(HttpResponse::Ok()
        .insert_header(UNBUFFERED)
        .insert_header(("Cache-Control", "no-store"))
        .json(polled))
}

/// `POST read`
pub async fn read(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    twin(&state, &channel, &request, "read", body).await
}

/// `POST typing`
pub async fn typing(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    twin(&state, &channel, &request, "typing", body).await
}

/// The same as a frame of that type.
async fn twin(
    state: &State,
    channel: &str,
    request: &HttpRequest,
    kind: &str,
    body: Raw,
) -> Answer {
    let visit = Visit::of(state, channel, request)?;
    let caller = visit.caller(state)?;
    let body = frames::body(kind, parsed(body)?)?;
    act(state, &visit, &caller, body).await
}

/// `POST events`
pub async fn event(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let body = frames::event(&whole(body)?)?;
    act(&state, &visit, &caller, body).await
}

async fn act(
    state: &State,
    visit: &Visit,
    caller: &crate::engine::webchat::Caller,
    body: Body,
) -> Answer {
    state.engine.webchat.act(caller, body, &visit.peer).await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// `POST prechat`
pub async fn prechat(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let form: FormRequest = parsed(body)?;
    state.engine.webchat.prechat(&caller, form).await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// `POST offline`
pub async fn offline(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let form: FormRequest = parsed(body)?;
    let ack = state.engine.webchat.offline(&caller, form).await?;
    Ok(acknowledged(&ack))
}

/// `GET transcript`: what was said, as a text file.
pub async fn copy(state: Data<State>, channel: Path<String>, request: HttpRequest) -> Answer {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let copy = state.engine.webchat.copy(&caller)?;
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Disposition", "attachment; filename=\"chat.txt\""))
        .insert_header(("Cache-Control", "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(copy))
}

/// `POST transcript`
pub async fn transcript(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    body: Raw,
) -> Answer {
    #[derive(serde::Deserialize)]
    struct Wanted {
        email: Option<String>,
    }
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let wanted: Wanted = parsed(body)?;
    let webchat = &state.engine.webchat;
    webchat.transcript(&caller, wanted.email.as_deref()).await?;
    Ok(HttpResponse::Accepted().json(json!({})))
}
