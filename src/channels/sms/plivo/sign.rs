//! How Plivo proves that a webhook is its own. sms.md section 2.5, voice.md section 2.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::channels::NotGenuine;
use crate::channels::sms::address;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::numbers;
use crate::model::outbound::Account;

/// The headers that carry signatures, by the account of the number and by the main account, and the one
/// with what each is made for: of messages, and of the later kind.
const OLDER: [&str; 3] = [
    "X-Plivo-Signature-V2",
    "X-Plivo-Signature-Ma-V2",
    "X-Plivo-Signature-V2-Nonce",
];
const LATER: [&str; 3] = [
    "X-Plivo-Signature-V3",
    "X-Plivo-Signature-Ma-V3",
    "X-Plivo-Signature-V3-Nonce",
];

/// What no two webhooks have in common.
#[must_use]
pub fn nonce(hook: &Webhook) -> Option<&str> {
    let ([.., older], [.., later]) = (OLDER, LATER);
    let found = hook.headers.get(older);
    found.or_else(|| hook.headers.get(later))
}

/// Checks the signatures. The older one does not cover the body, so a report must at least be about our
/// own number.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(account: &Account, hook: &Webhook) -> Result<(), NotGenuine> {
    let token = account.secret("authToken").unwrap_or_default();
    let mut genuine = false;
    for address in address::of(account, hook) {
        for ([own, main, nonce], text) in [
            (OLDER, plain as fn(&str, &Webhook) -> String),
            (LATER, whole),
        ] {
            let Some(nonce) = hook.headers.get(nonce) else {
                continue;
            };
            let text = format!("{}{nonce}", text(&address, hook));
            let expected = STANDARD.encode(sign(token.as_bytes(), text.as_bytes()));
            let headers = [own, main].into_iter();
            let headers = headers.filter_map(|name| hook.headers.get(name));
            for claim in headers.flat_map(|header| header.split(',')) {
                genuine |= same(expected.as_bytes(), claim.trim().as_bytes());
            }
        }
    }
    (genuine && !token.is_empty() && concerns_us(account, hook))
        .then_some(())
        .ok_or(NotGenuine)
}

/// What the older kind signs before the nonce: the address alone.
fn plain(address: &str, _hook: &Webhook) -> String {
    address.to_owned()
}

/// What the later kind signs before the nonce: the address and everything that is said.
fn whole(address: &str, hook: &Webhook) -> String {
    let query = Pairs::decoded(hook.query.as_bytes());
    let query = sorted(&query);
    let query: Vec<String> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let query = query.join("&");
    let said = if hook.method == Method::Post {
        Pairs::of(hook)
    } else {
        Pairs::default()
    };
    let said = sorted(&said);
    let said: String = said.into_iter().flat_map(<[&str; 2]>::from).collect();
    if said.is_empty() {
        let query = if query.is_empty() {
            query
        } else {
            format!("?{query}")
        };
        return format!("{address}{query}.");
    }
    let dot = if query.is_empty() { "" } else { "." };
    format!("{address}?{query}{dot}{said}.")
}

fn sorted(pairs: &Pairs) -> Vec<(&str, &str)> {
    let sorted: BTreeSet<(&str, &str)> = pairs.iter().collect();
    sorted.into_iter().collect()
}

/// Whether a webhook names our number, where the account has one of its own.
fn concerns_us(account: &Account, hook: &Webhook) -> bool {
    let told = Pairs::of(hook);
    let Some(own) = account.text("phoneNumber") else {
        return true;
    };
    let field = if told.has("Status") { "From" } else { "To" };
    let named = told.get(field).unwrap_or_default();
    // A pool of numbers sends from any of them.
    account.text("powerpackUuid").is_some() || numbers::reported(named) == numbers::reported(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Headers;

    /// The vectors of voice.md, which has the same signature.
    #[test]
    fn the_later_signature_covers_everything_that_is_said() {
        const FORM: &str = "CallUUID=5b40a428-bfc7-4daf-9d06-726c558bf3b8&From=15552223333&To=15550001111&CallStatus=ringing&Direction=inbound&Event=StartApp";
        let address = "https://linktor.example.com/webhooks/voice/ch_v_3/answer";
        let post = |query: &str| Webhook {
            method: Method::Post,
            headers: Headers::default().with("content-type", "application/x-www-form-urlencoded"),
            query: query.to_owned(),
            body: FORM.as_bytes().to_vec(),
        };
        let get = Webhook {
            method: Method::Get,
            headers: Headers::default(),
            query: FORM.to_owned(),
            body: Vec::new(),
        };
        for (hook, expected) in [
            (post(""), "D9D6jmmAbd6rUSkoAHRruQoCk/RQ+60sYFi+b0m+lPU="),
            (
                post("step=menu"),
                "oPq5k/thB/hgoRJ+ghhDrFvUspVtZdTPKwQcQL2mDt4=",
            ),
            (get, "W1ysBBalhCXojDUFx28YKYbjg8TCxdvipSdzdT+Kb0Y="),
        ] {
            let text = format!("{}12345678901234567890", whole(address, &hook));
            let found = STANDARD.encode(sign(b"plivo_auth_token", text.as_bytes()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
