//! The demo's own pages: the link that signs the owner in, and the shop of the sample business.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::crypto::same;
use crate::base::jwt;
use crate::engine::people::logins::Stay;
use crate::model::ids::ChannelId;
use crate::model::ids::UserId;
use crate::web::auth::origin_of;
use crate::web::dashboard::account::welcome;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::outside::ShopPage;

/// How long the sample customer's identity is proved, in seconds.
const PROOF_SECS: i64 = 12 * 3_600;

/// What there is only in `linktor demo`.
#[derive(Debug, Clone)]
pub struct Demo {
    /// What the printed link carries.
    pub token: String,
    /// Whom it signs in.
    pub owner: UserId,
    /// The web chat of the shop page.
    pub channel: ChannelId,
    /// The secret that proves visitors.
    pub identity_secret: String,
}

/// The demo's addresses; without a demo they are not there.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/demo/enter", web::get().to(enter))
        .route("/demo/shop", web::get().to(shop));
}

#[derive(Deserialize)]
struct Carried {
    token: Option<String>,
    r#as: Option<String>,
}

async fn enter(
    state: Shared,
    carried: Query<Carried>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let demo = state.demo().ok_or_else(Problem::not_found)?;
    let claimed = carried.token.as_deref().unwrap_or_default();
    if !same(demo.token.as_bytes(), claimed.as_bytes()) {
        return Err(Problem::not_found());
    }
    let owner = state
        .engine
        .users
        .get(&crate::model::actor::Actor::system(), demo.owner)?;
    let signed_in = state
        .engine
        .logins
        .admit(owner, origin_of(&request, &state))
        .await?;
    Ok(welcome(&state, &signed_in, Stay::Brief, "/app/inbox"))
}

async fn shop(state: Shared, carried: Query<Carried>) -> Result<HttpResponse, Problem> {
    let demo = state.demo().ok_or_else(Problem::not_found)?;
    let now = state.engine.context.clock.now().as_secs();
    let camila_token = carried
        .r#as
        .as_deref()
        .filter(|who| *who == "camila")
        .map(|_| {
            let claims = serde_json::json!({
                "sub": "camila", "name": "Camila Duarte", "email": "camila@duarte.example",
                "iat": now, "exp": now + PROOF_SECS,
            });
            jwt::issue(&claims, demo.identity_secret.as_bytes())
        });
    Ok(page(&ShopPage {
        channel: demo.channel.to_string(),
        inbox: "/app/inbox".to_owned(),
        camila_token,
    }))
}
