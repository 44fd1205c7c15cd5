//! Who asks: a person with the dashboard's cookie.

use std::future::Ready;
use std::future::ready;
use std::net::IpAddr;

use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::OffsetDateTime;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::Data;

use crate::config::network::Network;
use crate::engine::people::logins::Origin;
use crate::engine::people::logins::SignedIn;
use crate::engine::people::logins::Stay;
use crate::model::actor::Actor;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::session::Session;
use crate::model::user::User;
use crate::web::csrf;
use crate::web::error;
use crate::web::error::rejection_of;
use crate::web::state::State;

/// The dashboard's cookie.
pub const SESSION_COOKIE: &str = "linktor_session";

/// A signed-in person of ours.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Who.
    pub user: User,
    /// The session.
    pub session: Session,
    /// The proof for forms.
    pub csrf: String,
    /// The network address of this request, for the audit log.
    pub ip: Option<String>,
}

impl Agent {
    /// The person as the engine knows actors.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::user(self.user.id, self.user.role, self.user.name.clone()).from_ip(self.ip.clone())
    }
}

/// Nobody is signed in. A page leads to the sign-in form, a script gets the API's refusal.
#[derive(Debug)]
pub enum SignedOut {
    /// Asked for a page.
    Page {
        /// The address asked for, to come back to.
        next: String,
    },
    /// Asked by a script, or it could not be found out.
    Script(Rejection),
}

impl SignedOut {
    /// What a script is told.
    #[must_use]
    pub fn refusal(&self) -> Option<&Rejection> {
        match self {
            Self::Page { .. } => None,
            Self::Script(refusal) => Some(refusal),
        }
    }
}

impl std::fmt::Display for SignedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nobody is signed in")
    }
}

impl actix_web::ResponseError for SignedOut {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Page { .. } => StatusCode::SEE_OTHER,
            Self::Script(refusal) => error::status_of(refusal.code),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Page { next } => {
                let query =
                    percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
                let address = format!("/login?next={query}");
                HttpResponse::SeeOther()
                    .insert_header((header::LOCATION, address))
                    .finish()
            }
            Self::Script(refusal) => error::unnamed(self.status_code(), refusal),
        }
    }
}

impl FromRequest for Agent {
    type Error = SignedOut;
    type Future = Ready<Result<Self, SignedOut>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(agent(request))
    }
}

fn agent(request: &HttpRequest) -> Result<Agent, SignedOut> {
    if let Some(known) = request.extensions().get::<Agent>() {
        return Ok(known.clone());
    }
    let signed_out = || {
        let by_script = request.headers().contains_key("X-Linktor-Fragment")
            || request.headers().contains_key(csrf::HEADER)
            || request.headers().contains_key(header::UPGRADE);
        if by_script || request.method() != actix_web::http::Method::GET {
            let message = "Please sign in again.";
            let refusal = Rejection::new(Code::AuthenticationRequired, message);
            return SignedOut::Script(refusal);
        }
        let next = request
            .uri()
            .path_and_query()
            .map_or("/app/inbox", |path| path.as_str());
        SignedOut::Page {
            next: next.to_owned(),
        }
    };
    let state = request.app_data::<Data<State>>().ok_or_else(signed_out)?;
    let cookie = request.cookie(SESSION_COOKIE).ok_or_else(signed_out)?;
    let found = state
        .engine
        .logins
        .by_cookie(cookie.value())
        .map_err(|error| SignedOut::Script(rejection_of(error)))?;
    let (user, session) = found.ok_or_else(signed_out)?;
    let csrf = csrf::of_session(state, session.id);
    let agent = Agent {
        user,
        session,
        csrf,
        ip: ip_of(request, &state.trusted_proxies).map(|ip| ip.to_string()),
    };
    request.extensions_mut().insert(agent.clone());
    Ok(agent)
}

/// The cookie of somebody who just signed in.
#[must_use]
pub fn cookie_for(state: &State, signed_in: &SignedIn, stay: Stay) -> Cookie<'static> {
    let mut cookie = Cookie::build(SESSION_COOKIE, signed_in.token.clone())
        .path("/")
        .http_only(true)
        .secure(state.is_https)
        .same_site(SameSite::Lax)
        .finish();
    if stay == Stay::Long {
        let end = signed_in.session.expires_at.as_secs();
        cookie.set_expires(OffsetDateTime::from_unix_timestamp(end).ok());
    }
    cookie
}

/// A cookie that takes the session away.
#[must_use]
pub fn no_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build(SESSION_COOKIE, "").path("/").finish();
    cookie.make_removal();
    cookie
}

/// Whether a request comes through one of these proxies.
#[must_use]
pub fn peer_is_proxy(request: &HttpRequest, trusted: &[Network]) -> bool {
    peer_of(request).is_some_and(|peer| is_among(&peer, trusted))
}

fn peer_of(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?;
    Some(peer.ip().to_canonical())
}

fn is_among(ip: &IpAddr, networks: &[Network]) -> bool {
    networks.iter().any(|network| network.contains(*ip))
}

/// Where a request comes from: the peer, or what a trusted proxy says of it.
#[must_use]
pub fn ip_of(request: &HttpRequest, trusted: &[Network]) -> Option<IpAddr> {
    let peer = peer_of(request);
    let ours = |ip: &IpAddr| is_among(ip, trusted);
    let Some(near) = peer.filter(ours) else {
        return peer;
    };
    let said = request
        .headers()
        .get_all("X-Forwarded-For")
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = said
        .flat_map(|value| value.split(','))
        .filter_map(|hop| hop.trim().parse::<IpAddr>().ok())
        .map(|ip| ip.to_canonical())
        .collect();
    // From the nearest hop outwards: the first that is no proxy of ours is the client.
    hops.into_iter().rev().find(|hop| !ours(hop)).or(Some(near))
}

/// Where a sign-in comes from.
#[must_use]
pub fn origin_of(request: &HttpRequest, state: &State) -> Origin {
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    Origin {
        ip: ip_of(request, &state.trusted_proxies).map(|ip| ip.to_string()),
        user_agent: user_agent.map(|agent| agent.chars().take(300).collect()),
    }
}
