//! What the vendor says about an access token: whether it holds, for how long, and what it allows.
//! meta section 8.

use std::time::Duration;

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::channels::meta::graph::Graph;
use crate::channels::meta::graph::escape;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Connected;
use crate::model::refusal::Refusal;

/// The setting that says when the token ends.
pub const ENDS: &str = "expiresAt";

/// The settings that say what the token allows of what is needed, and what it does not.
const GRANTED: &str = "grantedPermissions";
const MISSING: &str = "missingPermissions";

/// How long before its end a token is worth a warning.
pub const SOON: Duration = Duration::from_secs(10 * 24 * 3_600);

/// What a token must allow.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// The token.
    pub token: &'a str,
    /// The permissions without which the channel does not work.
    pub scopes: &'a [&'a str],
}

/// Asks about a token and adds what is to be said of it. Nothing is asked where the app is not
/// known, and an app that may not ask proves nothing.
///
/// # Errors
/// It has to be asked first; the token does not hold.
pub fn look(
    talk: &mut Talk<'_>,
    account: &Account,
    needs: Needs<'_>,
    now: Timestamp,
    connected: &mut Connected,
) -> Result<(), Pause> {
    let Some(app) = Graph::of_app(account) else {
        return Ok(());
    };
    let path = format!("debug_token?input_token={}", escape(needs.token));
    let Ok(told) = talk.may("accessToken", Call::http(app.get(&path)))? else {
        let words = "The app could not ask about the access token: check App ID and App secret.";
        connected.warnings.push(words.to_owned());
        return Ok(());
    };
    let token = Node::of(&told).at("data");
    if token.at("is_valid").raw() == Value::Bool(false) {
        return Err(Pause::Refused(Refusal::Account(invalid(token))));
    }
    connected.settings.extend(end_of(token));
    connected.settings.extend(allowed(token, needs));
    connected
        .warnings
        .extend(warnings(account, token, needs, now));
    Ok(())
}

fn invalid(token: Node<'_>) -> SendError {
    let said = token.at("error").word("message");
    SendError::passing(
        "token_invalid",
        said.unwrap_or_else(|| "The access token does not hold any more.".to_owned()),
    )
    .coded(token.at("error").word("code"))
}

/// When the token ends, as a setting; null for one that does not.
fn end_of(token: Node<'_>) -> Opaque {
    let ends = token.at("expires_at").moment();
    let ends = ends.map_or(Value::Null, |moment| moment.to_string().into());
    [(ENDS.to_owned(), ends)].into_iter().collect()
}

/// What we need and the token allows, and what it does not, as settings.
fn allowed(token: Node<'_>, needs: Needs<'_>) -> Opaque {
    let granted: Vec<_> = token.at("scopes").items().filter_map(Node::text).collect();
    let (has, lacks): (Vec<&str>, Vec<&str>) = needs
        .scopes
        .iter()
        .partition(|scope| granted.iter().any(|granted| granted == *scope));
    [
        (GRANTED.to_owned(), has.into()),
        (MISSING.to_owned(), lacks.into()),
    ]
    .into_iter()
    .collect()
}

fn warnings(account: &Account, token: Node<'_>, needs: Needs<'_>, now: Timestamp) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(ends) = token.at("expires_at").moment() {
        warnings.extend(ending("The access token", ends, now));
    }
    if let Some(ends) = token.at("data_access_expires_at").moment() {
        warnings.extend(ending("The token's access to data", ends, now));
    }
    let granted: Vec<_> = token.at("scopes").items().filter_map(Node::text).collect();
    let missing: Vec<_> = (needs.scopes.iter())
        .filter(|scope| !granted.iter().any(|granted| granted == *scope))
        .copied()
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        warnings.push(format!("The access token lacks permissions: {missing}."));
    }
    let app = token.word("app_id");
    if app.is_some() && app.as_deref() != account.text("appId") {
        warnings.push("The access token was made for another app.".to_owned());
    }
    warnings
}

/// A warning about something that ends soon.
#[must_use]
pub fn ending(what: &str, ends: Timestamp, now: Timestamp) -> Option<String> {
    (ends < now.plus(SOON)).then(|| format!("{what} ends at {ends}."))
}
