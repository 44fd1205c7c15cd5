//! Who calls the API: a program with a key, or a person with an access token.

use std::future::Ready;
use std::future::ready;

use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::web::Query;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::ids::SessionId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::web::auth::ip_of;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The header that carries a key.
const KEY_HEADER: &str = "X-API-Key";
/// What every key begins with.
const KEY_PREFIX: &str = "lk_";

/// Whoever calls, proved.
#[derive(Debug, Clone)]
pub struct ApiCaller {
    /// The caller as the engine knows actors.
    pub actor: Actor,
    /// The person, or the person a key acts for.
    pub user: User,
    /// How it was proved.
    pub proof: Proof,
}

/// What a caller proved itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// An API key.
    Key,
    /// An access token of a session.
    Token(SessionId),
}

/// What a request carries, in order of precedence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Carried<'r> {
    token: Option<&'r str>,
    key: Option<&'r str>,
}

impl<'r> Carried<'r> {
    /// What an address carries: a browser cannot put headers on a socket it opens.
    fn in_address(query: &'r SocketQuery) -> Self {
        let filled = |text: &'r Option<String>| text.as_deref().filter(|text| !text.is_empty());
        Self {
            token: filled(&query.token),
            key: filled(&query.api_key),
        }
    }

    fn read(bearer: Option<&'r str>, header: Option<&'r str>) -> Self {
        let bearer = bearer.and_then(|value| {
            let (scheme, rest) = value.trim().split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
        });
        let (token, bearer_key) = match bearer {
            Some(value) if value.starts_with(KEY_PREFIX) => (None, Some(value)),
            other => (other, None),
        };
        Self {
            token: token.filter(|token| !token.is_empty()),
            key: header
                .map(str::trim)
                .filter(|key| !key.is_empty())
                .or(bearer_key),
        }
    }
}

/// What the address of a socket may carry in place of headers.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SocketQuery {
    /// An API key, for clients that cannot send the header.
    api_key: Option<String>,
    /// An access token, likewise.
    token: Option<String>,
}

impl FromRequest for ApiCaller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(of(request))
    }
}

/// Who makes a request, found out once.
///
/// # Errors
/// Nobody is proved.
pub fn of(request: &HttpRequest) -> Result<ApiCaller, ApiError> {
    if let Some(known) = request.extensions().get::<ApiCaller>() {
        return Ok(known.clone());
    }
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let mut carried = Carried::read(text(header::AUTHORIZATION.as_str()), text(KEY_HEADER));
    let query = socket_query(request);
    if carried == Carried::default() {
        carried = Carried::in_address(&query);
    }
    let found = proved(request, carried)?;
    request.extensions_mut().insert(found.clone());
    Ok(found)
}

/// Only sockets carry secrets in their address: addresses end up in logs and histories.
fn socket_query(request: &HttpRequest) -> SocketQuery {
    if !request.headers().contains_key(header::UPGRADE) {
        return SocketQuery::default();
    }
    Query::<SocketQuery>::from_query(request.query_string())
        .map(Query::into_inner)
        .unwrap_or_default()
}

/// The caller as it is now, with the role it has now; none once it could not prove itself any more:
/// for connections that outlive their request.
#[must_use]
pub fn renewed(state: &State, caller: &ApiCaller) -> Option<ApiCaller> {
    let found = match (caller.proof, caller.actor.who()) {
        (Proof::Token(session), _) => state.engine.logins.holder(session).map(|user| {
            let user = user?;
            Some((Actor::user(user.id, user.role, user.name.clone()), user))
        }),
        (Proof::Key, Who::ApiKey(key, _)) => state.engine.api_keys.holder(key),
        (Proof::Key, _) => Ok(None),
    };
    let (actor, user) = found.unwrap_or_else(|error| {
        tracing::error!("looking whether a caller still stands failed: {error}");
        None
    })?;
    Some(ApiCaller {
        actor: actor.from_ip(caller.actor.ip().map(ToOwned::to_owned)),
        user,
        proof: caller.proof,
    })
}

/// A good token decides; else the key; else whatever is wrong with the token.
fn proved(request: &HttpRequest, carried: Carried<'_>) -> Result<ApiCaller, ApiError> {
    let missing = || {
        let message = "Send an API key in X-API-Key, or an access token in Authorization.";
        ApiError(Rejection::new(Code::AuthenticationRequired, message))
    };
    let state = request.app_data::<Data<State>>().ok_or_else(missing)?;
    let ip = ip_of(request, &state.trusted_proxies).map(|ip| ip.to_string());
    let with_token = carried
        .token
        .map(|token| by_token(state, token, ip.clone()));
    match (with_token, carried.key) {
        (Some(Ok(found)), _) => Ok(found),
        (_, Some(key)) => {
            let (actor, user) = state.engine.api_keys.authenticate(key)?;
            Ok(ApiCaller {
                actor: actor.from_ip(ip),
                user,
                proof: Proof::Key,
            })
        }
        (Some(Err(refused)), None) => Err(refused),
        (None, None) => Err(missing()),
    }
}

fn by_token(state: &State, token: &str, ip: Option<String>) -> Result<ApiCaller, ApiError> {
    let (user, session) = state.engine.logins.by_access_token(token)?;
    Ok(ApiCaller {
        actor: Actor::user(user.id, user.role, user.name.clone()).from_ip(ip),
        user,
        proof: Proof::Token(session),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_tokens_are_told_apart() {
        let cases = [
            (None, None, (None, None)),
            (Some("Bearer abc"), None, (Some("abc"), None)),
            (Some("bearer lk_live_1"), None, (None, Some("lk_live_1"))),
            (None, Some("lk_live_2"), (None, Some("lk_live_2"))),
            (
                Some("Bearer abc"),
                Some("lk_1"),
                (Some("abc"), Some("lk_1")),
            ),
            (Some("Bearer lk_1"), Some("lk_2"), (None, Some("lk_2"))),
            (Some("Basic abc"), None, (None, None)),
            (Some("Bearer "), Some(" "), (None, None)),
        ];
        for (bearer, header, (token, key)) in cases {
            assert_eq!(Carried::read(bearer, header), Carried { token, key });
        }
    }
}
