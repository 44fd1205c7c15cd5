//! Postmark: a webhook for what becomes of mails, and the address for mail that comes in.

use serde_json::Value;
use serde_json::json;

use crate::base::http::Method;
use crate::channels::dialogue::Pause;
use crate::channels::email::hooks::secret_url;
use crate::channels::email::postmark::ask;
use crate::channels::email::postmark::stream;
use crate::channels::email::provider::with_json;
use crate::channels::email::reporting::No;
use crate::channels::email::reporting::SetUp;
use crate::channels::email::reporting::Talk;
use crate::channels::email::reporting::is_ours;
use crate::channels::email::reporting::takes_mail;
use crate::model::outbound::Account;

/// What we want to hear of.
const TRIGGERS: [&str; 6] = [
    "Open",
    "Click",
    "Delivery",
    "Bounce",
    "SpamComplaint",
    "SubscriptionChange",
];

/// Sets up what Postmark posts to us. `server` is how it describes the server.
///
/// # Errors
/// [`Pause`].
pub fn set_up(server: &Value, account: &Account, talk: &mut Talk<'_>) -> Result<SetUp, Pause> {
    let mut done = SetUp::default();
    if let Err(no) = events(account, talk)? {
        let what = "Postmark was not told where to report deliveries: add a webhook at Message Streams, Webhooks, with the address, user and password of this channel";
        done.by_hand(what, &no);
    }
    if !takes_mail(account) {
        return Ok(done);
    }
    let known = server["InboundHookUrl"].as_str().unwrap_or_default();
    let url = secret_url(account);
    if !known.is_empty() && !is_ours(account, known) {
        done.warnings.push(
            "Postmark hands incoming mail to another address. Where it is to come here, enter the address of this channel at the inbound stream, Settings, Webhook."
                .to_owned(),
        );
    } else if known != url || server["RawEmailEnabled"] != true {
        let body = json!({ "InboundHookUrl": url, "RawEmailEnabled": true });
        if let Err(no) = talk.ask(with_json(ask(account, Method::Put, "/server"), &body))? {
            let what = "Postmark was not told where to hand incoming mail: enter the address of this channel at the inbound stream, Settings, Webhook";
            done.by_hand(what, &no);
        }
    }
    Ok(done)
}

fn events(account: &Account, talk: &mut Talk<'_>) -> Result<Result<(), No>, Pause> {
    let stream = stream(account);
    let list = format!("/webhooks?MessageStream={stream}");
    let listed = match talk.ask(ask(account, Method::Get, &list))? {
        Ok(listed) => listed,
        Err(no) => return Ok(Err(no)),
    };
    let mut all = listed["Webhooks"].as_array().into_iter().flatten();
    let own = all.find(|hook| is_ours(account, hook["Url"].as_str().unwrap_or_default()));
    let url = secret_url(account);
    let triggers: Value = TRIGGERS
        .iter()
        .map(|name| ((*name).to_owned(), trigger(name)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let body = json!({ "Url": url, "MessageStream": stream, "Triggers": triggers });
    let request = match own {
        Some(hook) if hook["Url"] == url.as_str() && hears_all(hook) => return Ok(Ok(())),
        Some(hook) => ask(account, Method::Put, &format!("/webhooks/{}", hook["ID"])),
        None => ask(account, Method::Post, "/webhooks"),
    };
    Ok(talk.ask(with_json(request, &body))?.map(drop))
}

fn trigger(name: &str) -> Value {
    match name {
        "Bounce" | "SpamComplaint" => json!({ "Enabled": true, "IncludeContent": false }),
        _ => json!({ "Enabled": true }),
    }
}

fn hears_all(hook: &Value) -> bool {
    let hears = |name: &&str| hook["Triggers"][*name]["Enabled"] == true;
    TRIGGERS.iter().all(hears)
}
