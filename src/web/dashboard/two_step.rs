//! `/app/me/two-step`: one's own second factor.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Query;

use crate::engine::error::EngineError;
use crate::engine::people::second_factor::Offer;
use crate::model::rejection::Rejection;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::account::OfferView;
use crate::web::dashboard::view::account::TwoStep;
use crate::web::dashboard::view::account::TwoStepPage;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::qr;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/me/two-step";

/// The addresses of one's own second factor.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(turn_on))
        .route("/app/me/two-step/off", web::post().to(turn_off))
        .route("/app/me/two-step/codes", web::post().to(renew_codes));
}

async fn show(state: Shared, told: Query<Told>, reader: Reader) -> Result<HttpResponse, Problem> {
    let mut drawn = draw(&state, &reader, &Refused::nothing(), None)?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

async fn turn_on(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (token, keep) = (fields.get("token"), Some(reader.agent.session.id));
    let (code, password) = (fields.get("code"), fields.get("password"));
    let logins = &state.engine.logins;
    match logins
        .turn_totp_on(&reader.actor(), token, code, password, keep)
        .await
    {
        Ok(codes) => fresh_codes(&state, reader, codes),
        Err(error) => refuse(reader, error, |refused| {
            // The same picture again: it was scanned already. One that is too old is made anew.
            let again = logins.offer_again(&reader.actor(), token).ok();
            draw(&state, reader, refused, again)
        }),
    }
}

async fn turn_off(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let logins = &state.engine.logins;
    let password = form.fields.get("password");
    match logins.turn_totp_off(&reader.actor(), password).await {
        Ok(()) => Ok(see("/app/me?saved=1")),
        Err(error) => refuse(reader, error, |refused| draw(&state, reader, refused, None)),
    }
}

async fn renew_codes(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let logins = &state.engine.logins;
    let password = form.fields.get("password");
    match logins.renew_recovery_codes(&reader.actor(), password).await {
        Ok(codes) => fresh_codes(&state, reader, codes),
        Err(error) => refuse(reader, error, |refused| draw(&state, reader, refused, None)),
    }
}

/// The page that shows recovery codes, this once.
fn fresh_codes(
    state: &State,
    reader: &Reader,
    codes: Vec<String>,
) -> Result<HttpResponse, Problem> {
    Ok(page(&TwoStepPage {
        shell: reader.shell(state, "Two-step sign-in", Area::Me)?,
        banner: None,
        two_step: TwoStep::Fresh(codes),
        password_error: None,
    }))
}

fn draw(
    state: &State,
    reader: &Reader,
    refused: &Refused,
    offer: Option<Offer>,
) -> Result<TwoStepPage, Problem> {
    let two_step = if let Some(held) = &reader.agent.user.totp {
        TwoStep::On {
            since: format::date(held.since, &reader.zone),
            codes_left: held.recovery.len(),
        }
    } else {
        let made = || state.engine.logins.offer_totp(&reader.actor());
        let offer = offer.map_or_else(made, Ok)?;
        TwoStep::Off(offer_view(offer, refused)?)
    };
    Ok(TwoStepPage {
        shell: reader.shell(state, "Two-step sign-in", Area::Me)?,
        banner: refused.banner(&["code", "password"]),
        two_step,
        password_error: refused.about("password"),
    })
}

fn offer_view(offer: Offer, refused: &Refused) -> Result<OfferView, EngineError> {
    let too_long = || Rejection::field("email", "is too long to be drawn as a picture");
    Ok(OfferView {
        picture: qr::path(&offer.address).ok_or_else(too_long)?,
        secret: grouped(&offer.secret),
        token: offer.token,
        code_error: refused.about("code"),
    })
}

/// A secret as a person reads it: four letters at a time.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|four| four.iter().collect())
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_in_groups() {
        assert_eq!(grouped("MZXW6YTBOI"), "MZXW 6YTB OI");
    }
}
