//! Who may see the phones: whoever manages channels, and in the demo anybody.

use actix_web::FromRequest as _;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::dev::Payload;

use crate::model::permission::Permission;
use crate::sandbox::Sandbox;
use crate::web::auth::Agent;
use crate::web::csrf;
use crate::web::dashboard::problem::Problem;
use crate::web::state::State;

/// Somebody in front of the phones.
pub struct Player<'a> {
    /// The phones.
    pub sandbox: &'a Sandbox,
    /// The proof their forms carry.
    pub csrf: String,
    /// What the proof is bound to.
    pub cookie: Cookie<'static>,
}

/// Lets in whoever may see the phones.
///
/// # Errors
/// There is no sandbox, nobody is signed in, or the person manages no channels: all alike, nothing is
/// here.
pub fn admit<'a>(state: &'a State, request: &HttpRequest) -> Result<Player<'a>, Problem> {
    let sandbox = state.sandbox().ok_or_else(Problem::not_found)?;
    if state.demo().is_none() {
        let agent = Agent::from_request(request, &mut Payload::None).into_inner();
        let agent = agent.map_err(|_| Problem::not_found())?;
        agent
            .actor()
            .require(Permission::ManageChannels)
            .map_err(|_| Problem::not_found())?;
    }
    let (csrf, cookie) = csrf::before_sign_in(state, request);
    Ok(Player {
        sandbox,
        csrf,
        cookie,
    })
}

/// The same for whoever sends a form.
///
/// # Errors
/// Also where the form is not ours.
pub fn admit_form<'a>(
    state: &'a State,
    request: &HttpRequest,
    proof: &str,
) -> Result<Player<'a>, Problem> {
    let player = admit(state, request)?;
    if csrf::is_before_sign_in(state, request, proof) {
        Ok(player)
    } else {
        Err(Problem::foreign_form())
    }
}
