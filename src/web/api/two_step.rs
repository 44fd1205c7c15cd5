//! `/auth/totp`: the caller's own second factor.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::people::second_factor::OFFER_LASTS;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::caller::Proof;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("auth");
    routes
        .post(&["/auth/totp", "/me/totp"], offer)
        .says("Get a secret for an authenticator; two-step sign-in is off until a code confirms it")
        .gives::<OfferOut>();
    routes
        .post(&["/auth/totp/confirm", "/me/totp/confirm"], turn_on)
        .says("Turn two-step sign-in on; recovery codes are in this answer and nowhere else")
        .takes::<ConfirmIn>()
        .gives::<RecoveryOut>();
    routes
        .post(
            &["/auth/totp/recovery-codes", "/me/totp/recovery-codes"],
            renew,
        )
        .says("Make new recovery codes in place of those that are left")
        .takes::<PasswordIn>()
        .gives::<RecoveryOut>();
    routes
        .delete(&["/auth/totp", "/me/totp"], turn_off)
        .says("Turn two-step sign-in off")
        .takes::<PasswordIn>();
    routes
        .post(&["/auth/totp/disable", "/me/totp/disable"], turn_off)
        .says("Turn two-step sign-in off, for clients that cannot send a body with DELETE")
        .takes::<PasswordIn>();
}

/// A secret that an authenticator may take in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TotpOffer)]
struct OfferOut {
    /// The secret, as it is typed in.
    secret: String,
    /// The same as an address, to be shown as a QR code.
    otpauth_url: String,
    /// What confirming gives back.
    token: String,
    /// How long it may be confirmed, in seconds.
    expires_in: u64,
}

/// Codes that each replace the authenticator once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecoveryCodes)]
struct RecoveryOut {
    /// The codes.
    recovery_codes: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct ConfirmIn {
    /// The token of the offer.
    token: String,
    /// The six digits the authenticator shows.
    code: String,
    /// The caller's password.
    password: String,
}

#[derive(Debug, Deserialize, ToSchema)]
struct PasswordIn {
    /// The caller's password.
    password: String,
}

async fn offer(caller: ApiCaller, state: Data<State>) -> Answered {
    let offer = state.engine.logins.offer_totp(&caller.actor)?;
    Ok(Answer::one(&OfferOut {
        secret: offer.secret,
        otpauth_url: offer.address,
        token: offer.token,
        expires_in: OFFER_LASTS.as_secs(),
    }))
}

async fn turn_on(caller: ApiCaller, state: Data<State>, body: Body<ConfirmIn>) -> Answered {
    let keep = match caller.proof {
        Proof::Token(session) => Some(session),
        Proof::Key => None,
    };
    let ConfirmIn {
        token,
        code,
        password,
    } = body.0;
    let logins = &state.engine.logins;
    let recovery_codes = logins
        .turn_totp_on(&caller.actor, &token, &code, &password, keep)
        .await?;
    Ok(Answer::one(&RecoveryOut { recovery_codes }))
}

async fn renew(caller: ApiCaller, state: Data<State>, body: Body<PasswordIn>) -> Answered {
    let logins = &state.engine.logins;
    let recovery_codes = logins
        .renew_recovery_codes(&caller.actor, &body.0.password)
        .await?;
    Ok(Answer::one(&RecoveryOut { recovery_codes }))
}

async fn turn_off(caller: ApiCaller, state: Data<State>, body: Body<PasswordIn>) -> Answered {
    let logins = &state.engine.logins;
    logins
        .turn_totp_off(&caller.actor, &body.0.password)
        .await?;
    Ok(Answer::done())
}
