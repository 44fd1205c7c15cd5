//! An account that logs in by itself: the page on which its owner lets an app in, and the tokens that
//! come of it.

use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;

/// How long a token of an account that logs in by itself holds, in seconds.
const LASTS_SECS: u64 = 5_183_944;

/// The page: its owner lets every app in at once, and goes back with a code.
#[must_use]
pub fn page(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let back = call.query("redirect_uri").unwrap_or_default();
    let Ok(mut back) = url::Url::parse(&back) else {
        return call::text(400, "text/plain", "Invalid redirect_uri");
    };
    let state = call.query("state").unwrap_or_default();
    back.query_pairs_mut().extend_pairs([
        ("code", desk.account.key("code")),
        ("state", state.as_str()),
    ]);
    HttpReply {
        status: 302,
        headers: Headers::default().with("location", back.as_str()),
        body: Vec::new(),
    }
}

/// The token for an hour that is given for the code. Errors have a shape of their own here.
#[must_use]
pub fn token(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let fields = call.fields();
    let field = |name: &str| {
        let mut all = fields.iter();
        let found = all.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let account = &desk.account;
    let wrong = if field("client_secret") != account.key("appSecret") {
        Some("Error validating client secret.")
    } else if field("grant_type") != "authorization_code" {
        Some("Invalid grant_type")
    } else if field("code") != account.key("code") {
        Some("Invalid authorization code")
    } else {
        None
    };
    if let Some(words) = wrong {
        let body = json!({"error_type": "OAuthException", "code": 400, "error_message": words});
        return call::json(400, &body);
    }
    let body = json!({
        "access_token": account.key("token"), "user_id": account.key("instagramId"),
        "permissions": "instagram_business_basic,instagram_business_manage_messages",
    });
    call::json(200, &body)
}

/// The token for sixty days that is given for the one for an hour.
///
/// # Errors
/// It was asked for otherwise.
pub fn lasting(desk: &Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    if call.query("client_secret").as_deref() != Some(desk.account.key("appSecret")) {
        return Err(Fault::new(400, 1, "Error validating client secret."));
    }
    given(desk, call, "ig_exchange_token")
}

/// The token once more, with how long it holds from now on.
///
/// # Errors
/// It was asked for otherwise.
pub fn renewed(desk: &Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    given(desk, call, "ig_refresh_token")
}

fn given(desk: &Desk<'_>, call: &Call, grant: &str) -> Result<HttpReply, Fault> {
    if call.query("grant_type").as_deref() != Some(grant) {
        return Err(Fault::parameter("Invalid grant_type"));
    }
    let left = desk.account.faults.token_ends_in.as_secs();
    let body = json!({
        "access_token": desk.account.key("token"), "token_type": "bearer",
        "expires_in": if left == 0 { LASTS_SECS } else { left },
    });
    Ok(graph::answer(200, &body))
}
