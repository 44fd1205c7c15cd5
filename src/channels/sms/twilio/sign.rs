//! How Twilio proves that a webhook is its own. sms.md section 2.2.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::crypto::Hash;
use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::crypto::same;
use crate::base::crypto::sign_with;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::channels::NotGenuine;
use crate::channels::sms::address;
use crate::channels::sms::form::Pairs;
use crate::model::outbound::Account;

const SIGNATURE: &str = "X-Twilio-Signature";

/// Checks the signature of the address and, of a form, of every pair in it.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(account: &Account, hook: &Webhook) -> Result<(), NotGenuine> {
    let claim = hook.headers.get(SIGNATURE).ok_or(NotGenuine)?;
    let tokens = ["authToken", "authTokenSecondary"];
    let tokens: Vec<_> = tokens
        .iter()
        .filter_map(|name| account.secret(name))
        .filter(|token| !token.is_empty())
        .collect();
    let query = Pairs::decoded(hook.query.as_bytes());
    let tail = match query.get("bodySHA256") {
        Some(claimed) => {
            if !same(hex(&digest(&hook.body)).as_bytes(), claimed.as_bytes()) {
                return Err(NotGenuine);
            }
            String::new()
        }
        None if hook.method == Method::Post => joined(&Pairs::decoded(&hook.body)),
        None => String::new(),
    };
    let mut genuine = false;
    for token in tokens {
        for address in addresses(account, hook) {
            let message = format!("{address}{tail}");
            let signature = sign_with(Hash::Sha1, token.as_bytes(), message.as_bytes());
            genuine |= same(STANDARD.encode(signature).as_bytes(), claim.as_bytes());
        }
    }
    genuine.then_some(()).ok_or(NotGenuine)
}

/// The pairs of a form in the order of their names, each distinct value once, nothing between them.
fn joined(pairs: &Pairs) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in pairs.iter() {
        sorted.entry(name).or_default().insert(value);
    }
    let mut all = String::new();
    for (name, values) in sorted {
        for value in values {
            all.push_str(name);
            all.push_str(value);
        }
    }
    all
}

/// Every address a webhook may have been called under: for messages and for reports, with and
/// without the port, of which the vendor is not sure.
fn addresses(account: &Account, hook: &Webhook) -> Vec<String> {
    let query = if hook.query.is_empty() {
        String::new()
    } else {
        format!("?{}", hook.query)
    };
    let mut all = Vec::new();
    for address in address::of(account, hook) {
        all.extend(ports(&address).map(|address| format!("{address}{query}")));
        all.push(format!("{address}{query}"));
    }
    all
}

fn ports(address: &str) -> impl Iterator<Item = String> + use<> {
    let parsed = url::Url::parse(address).ok();
    let with = parsed.as_ref().and_then(|url| {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some(format!("{}://{host}:{port}{}", url.scheme(), url.path()))
    });
    let without = parsed.as_ref().and_then(|url| {
        Some(format!(
            "{}://{}{}",
            url.scheme(),
            url.host_str()?,
            url.path()
        ))
    });
    [with, without].into_iter().flatten()
}
