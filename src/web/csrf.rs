//! Proofs that a form came from a page of ours.
//!
//! The proof of a signed-in person is bound to the session. Before signing in it is bound to a
//! random cookie that only our own pages set.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::SameSite;

use crate::base::crypto::base64url;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::model::ids::SessionId;
use crate::web::state::State;

/// The cookie that binds forms shown before signing in.
const FORM_COOKIE: &str = "linktor_form";
/// The header in which scripts send the proof.
pub const HEADER: &str = "X-CSRF-Token";

/// The proof for a session's forms.
#[must_use]
pub fn of_session(state: &State, session: SessionId) -> String {
    proof(state, &format!("session {session}"))
}

/// Whether a proof is a session's own.
#[must_use]
pub fn is_of_session(state: &State, session: SessionId, claimed: &str) -> bool {
    same(of_session(state, session).as_bytes(), claimed.as_bytes())
}

/// The proof for a form shown before signing in, and the cookie it is bound to.
#[must_use]
pub fn before_sign_in(state: &State, request: &HttpRequest) -> (String, Cookie<'static>) {
    let held = request
        .cookie(FORM_COOKIE)
        .map(|cookie| cookie.value().to_owned());
    let value = held
        .filter(|value| value.len() == 32)
        .unwrap_or_else(|| state.engine.context.random.base62(32));
    let cookie = Cookie::build(FORM_COOKIE, value.clone())
        .path("/")
        .http_only(true)
        .secure(state.is_https)
        .same_site(SameSite::Strict)
        .finish();
    (proof(state, &format!("form {value}")), cookie)
}

/// Whether a form shown before signing in is ours.
#[must_use]
pub fn is_before_sign_in(state: &State, request: &HttpRequest, claimed: &str) -> bool {
    request.cookie(FORM_COOKIE).is_some_and(|cookie| {
        let expected = proof(state, &format!("form {}", cookie.value()));
        same(expected.as_bytes(), claimed.as_bytes())
    })
}

fn proof(state: &State, of: &str) -> String {
    base64url(&sign(state.csrf_key(), of.as_bytes()))
}
