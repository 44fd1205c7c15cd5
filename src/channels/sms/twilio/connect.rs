//! Proving an account of Twilio and having it report to us. sms.md sections 1.2 and 1.3.

use crate::channels::node::Node;
use crate::channels::sms::form;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::status_url;
use crate::channels::sms::twilio::API;
use crate::channels::sms::twilio::answered;
use crate::channels::sms::twilio::api;
use crate::channels::sms::twilio::credentials;
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

const MESSAGING: &str = "https://messaging.twilio.com";

/// One step of the dialogue that connects an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Account,
    Messages,
    Service,
    Number,
    Webhook,
}

fn plan(account: &Account) -> Vec<Ask> {
    let has_token = account.secret("authToken").is_some();
    let mut plan = vec![if has_token {
        Ask::Account
    } else {
        Ask::Messages
    }];
    if account.is_on("autoConfigureWebhook", Switch::On) {
        if account.text("messagingServiceSid").is_some() {
            plan.push(Ask::Service);
        } else {
            plan.extend([Ask::Number, Ask::Webhook]);
        }
    }
    plan
}

/// The dialogue that connects an account.
///
/// # Errors
/// Twilio does not accept it.
pub fn next(asked: &Asked<'_>) -> Next<Connected> {
    let account = asked.account;
    let plan = plan(account);
    if let Some(first) = asked.replies.first() {
        let body = answered(first)?;
        let status = Node::of(&body).word("status");
        if let Some(status) = status.filter(|status| status != "active") {
            return Err(Refusal::Account(SendError::passing(
                "account_suspended",
                format!("The account is {status}."),
            )));
        }
    }
    let number = number(asked, &plan);
    let heard = asked.replies.len();
    // Without the number at the carrier there is nothing to point at us.
    let skip = plan.get(heard) == Some(&Ask::Webhook) && number.is_none();
    match plan.get(heard).filter(|_| !skip) {
        Some(ask) => Ok(Step::Ask {
            what: about(*ask),
            call: call(account, *ask, number.as_deref().unwrap_or_default()),
        }),
        None => Ok(Step::Done(Connected {
            warnings: warnings(asked, &plan),
            ..Connected::default()
        })),
    }
}

const fn about(ask: Ask) -> &'static str {
    match ask {
        Ask::Account | Ask::Messages => "credentials",
        Ask::Service | Ask::Number | Ask::Webhook => "webhook",
    }
}

/// The carrier's id of our number, once it was told.
fn number(asked: &Asked<'_>, plan: &[Ask]) -> Option<String> {
    let at = plan.iter().position(|ask| *ask == Ask::Number)?;
    let body = outgoing::json(asked.replies.get(at)?);
    Node::of(&body)
        .at("incoming_phone_numbers")
        .first()
        .word("sid")
}

fn call(account: &Account, ask: Ask, number: &str) -> Call {
    let authorization = Some(credentials(account));
    let hook = || account.webhook_url.clone();
    let post = "POST".to_owned();
    let request = match ask {
        Ask::Account => {
            let sid = account.text("accountSid").unwrap_or_default();
            let base = base(account, "apiBaseUrl", API);
            outgoing::get(
                format!("{base}/2010-04-01/Accounts/{sid}.json"),
                authorization,
            )
        }
        Ask::Messages => outgoing::get(api(account, "Messages.json?PageSize=1"), authorization),
        Ask::Number => {
            let own = account.text("phoneNumber").unwrap_or_default();
            let query = form::encoded(&[("PhoneNumber", own.to_owned())]);
            let query = String::from_utf8(query).unwrap_or_default();
            outgoing::get(
                api(account, &format!("IncomingPhoneNumbers.json?{query}")),
                authorization,
            )
        }
        Ask::Webhook => outgoing::post_form(
            api(account, &format!("IncomingPhoneNumbers/{number}.json")),
            authorization,
            &[
                ("SmsUrl", hook()),
                ("SmsMethod", post),
                // An application set there would be asked in our place.
                ("SmsApplicationSid", String::new()),
            ],
        ),
        Ask::Service => {
            let service = account.text("messagingServiceSid").unwrap_or_default();
            let base = base(account, "messagingBaseUrl", MESSAGING);
            outgoing::post_form(
                format!("{base}/v1/Services/{service}"),
                authorization,
                &[
                    ("InboundRequestUrl", hook()),
                    ("InboundMethod", post),
                    ("StatusCallback", status_url(account)),
                    ("UseInboundWebhookOnNumber", "false".to_owned()),
                ],
            )
        }
    };
    Call::http(request)
}

fn warnings(asked: &Asked<'_>, plan: &[Ask]) -> Vec<String> {
    let account = asked.account;
    let mut warnings = Vec::new();
    if account.secret("authToken").is_none() {
        warnings.push(
            "Without the auth token nothing that comes in can be checked, so nothing is taken in."
                .to_owned(),
        );
    }
    let by_hand = format!(
        "Set the webhook for incoming messages at Twilio to {} (POST).",
        account.webhook_url
    );
    for (ask, reply) in plan.iter().zip(asked.replies).skip(1) {
        if let Err(refusal) = answered(reply) {
            warnings.push(format!("{} {by_hand}", refusal.error().message));
        } else if *ask == Ask::Number && number(asked, plan).is_none() {
            warnings.push(format!("Twilio does not list the number. {by_hand}"));
        }
    }
    warnings
}
