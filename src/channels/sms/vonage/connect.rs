//! Proving an account of Vonage and having its number report to us. sms.md sections 1.2 and 1.3.

use crate::channels::node::Node;
use crate::channels::sms::form;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing;
use crate::channels::sms::vonage::REST;
use crate::channels::sms::vonage::keys;
use crate::channels::sms::vonage::uses_messages;
use crate::channels::table::base;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::outbound::Switch;
use crate::model::refusal::Refusal;

/// Asks for the balance, which only works with the right keys; then finds our number to have it
/// report to us.
///
/// # Errors
/// Vonage does not accept the keys.
pub fn next(asked: &Asked<'_>) -> Next<Connected> {
    let account = asked.account;
    let rest = base(account, "restBaseUrl", REST);
    let (key, secret) = keys(account);
    let login = |more: &[(&'static str, String)]| {
        let mut pairs: Vec<(&str, String)> = vec![
            ("api_key", key.to_owned()),
            ("api_secret", secret.to_owned()),
        ];
        pairs.extend(more.iter().cloned());
        pairs
    };
    let query = |more: &[(&'static str, String)]| {
        String::from_utf8(form::encoded(&login(more))).unwrap_or_default()
    };
    let own = numbers::digits(account.text("phoneNumber").unwrap_or_default()).to_owned();
    let points = account.is_on("autoConfigureWebhook", Switch::On)
        && !uses_messages(account)
        && own.bytes().all(|b| b.is_ascii_digit());
    let ask = |what, call| Ok(Step::Ask { what, call });
    match asked.replies {
        [] => {
            let url = format!("{rest}/account/get-balance?{}", query(&[]));
            ask("credentials", Call::http(outgoing::get(url, None)))
        }
        [balance] => {
            if let Some(refusal) = outgoing::by_status(balance, "") {
                return Err(refusal);
            }
            if Node::of(&outgoing::json(balance))
                .at("value")
                .number()
                .is_none()
            {
                return Err(Refusal::Account(unreadable()));
            }
            if !points {
                return Ok(Step::Done(connected(account, Some(by_hand(account)))));
            }
            let url = format!(
                "{rest}/account/numbers?{}",
                query(&[("pattern", own), ("search_pattern", "0".to_owned())])
            );
            ask("webhook", Call::http(outgoing::get(url, None)))
        }
        [_, found] => {
            let body = outgoing::json(found);
            let number = Node::of(&body).at("numbers").first();
            let Some(country) = number.word("country") else {
                let warning = format!("Vonage does not list the number. {}", by_hand(account));
                return Ok(Step::Done(connected(account, Some(warning))));
            };
            let pairs = login(&[
                ("country", country),
                ("msisdn", own),
                ("moHttpUrl", account.webhook_url.clone()),
            ]);
            let request = outgoing::post_form(format!("{rest}/number/update"), None, &pairs);
            ask("webhook", Call::http(request))
        }
        [_, _, updated, ..] => {
            let warning = outgoing::by_status(updated, "")
                .map(|refusal| format!("{} {}", refusal.error().message, by_hand(account)));
            Ok(Step::Done(connected(account, warning)))
        }
    }
}

fn by_hand(account: &Account) -> String {
    if uses_messages(account) {
        format!(
            "Set the inbound address of the application at Vonage to {} and the status address to {} (POST, version 1).",
            account.webhook_url,
            outgoing::status_url(account)
        )
    } else {
        format!(
            "Set the inbound webhook of the number at Vonage to {}.",
            account.webhook_url
        )
    }
}

fn connected(account: &Account, warning: Option<String>) -> Connected {
    let unsigned = account.secret("signatureSecret").is_none();
    let trust = unsigned.then(|| {
        if account.is_on("requireSignature", Switch::On) {
            "Without the signature secret nothing that comes in can be checked, so nothing is taken in."
        } else {
            "Anybody who knows the webhook address can pretend to be a customer: set the signature secret."
        }
        .to_owned()
    });
    Connected {
        warnings: warning.into_iter().chain(trust).collect(),
        ..Connected::default()
    }
}

fn unreadable() -> SendError {
    SendError::passing(
        "credentials",
        "Vonage did not tell the balance of the account.",
    )
}
