//! `SendGrid`: an event webhook that it signs, and Inbound Parse with a signature of its own.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::sigv4::escaped;
use crate::channels::dialogue::Pause;
use crate::channels::email::address;
use crate::channels::email::hooks::secret_url;
use crate::channels::email::provider::with_json;
use crate::channels::email::reporting::No;
use crate::channels::email::reporting::SetUp;
use crate::channels::email::reporting::Talk;
use crate::channels::email::reporting::is_ours;
use crate::channels::email::reporting::takes_mail;
use crate::channels::email::sendgrid::ask;
use crate::model::outbound::Account;

/// The setting that keeps the key of events.
const EVENT_KEY: &str = "sendgridWebhookPublicKey";
/// The setting that keeps the key of mail that comes in.
pub const PARSE_KEY: &str = "sendgridParsePublicKey";
/// The setting that says that such mail is signed.
pub const PARSE_SIGNED: &str = "sendgridParseSigned";
/// What a key may do that lets us set events up, and mail that comes in.
const MAY: [&str; 2] = [
    "user.webhooks.event.settings.update",
    "user.webhooks.parse.settings.update",
];
/// What we want to hear of.
const EVENTS: [&str; 11] = [
    "processed",
    "deferred",
    "delivered",
    "open",
    "click",
    "bounce",
    "dropped",
    "spam_report",
    "unsubscribe",
    "group_unsubscribe",
    "group_resubscribe",
];
/// What our own things are called there.
const NAME: &str = "linktor";
/// The status of a call that a key may not make.
const LACKS: u16 = 403;
const BASE: &str = "/v3/user/webhooks";

/// Sets up what SendGrid posts to us. `scopes` is what the key may do.
///
/// # Errors
/// [`Pause`].
pub fn set_up(scopes: &Value, account: &Account, talk: &mut Talk<'_>) -> Result<SetUp, Pause> {
    let mut done = SetUp::default();
    let may = |scope: &str| {
        let all = scopes["scopes"].as_array().into_iter().flatten();
        let known = all.filter_map(Value::as_str).any(|known| known == scope);
        known.then_some(()).ok_or_else(|| No {
            status: LACKS,
            words: format!("the API key lacks {scope}"),
        })
    };
    let events = match may(MAY[0]) {
        Ok(()) => events(account, talk)?,
        Err(no) => Err(no),
    };
    // Who entered the key of events has set things up by hand.
    let by_hand = account.text(EVENT_KEY).is_some();
    match events {
        Ok(key) => {
            done.settings
                .extend(key.map(|key| (EVENT_KEY.to_owned(), key.into())));
        }
        Err(no) if by_hand && no.status == LACKS => {}
        Err(no) => {
            let what = "SendGrid was not told where to report deliveries: add the address of this channel at Settings, Mail Settings, Event Webhooks, switch its signature on and enter the verification key here";
            done.by_hand(what, &no);
        }
    }
    if !takes_mail(account) {
        return Ok(done);
    }
    let parse = match may(MAY[1]) {
        Ok(()) => parse(account, talk, &mut done)?,
        Err(no) => Err(no),
    };
    if let Err(no) = parse
        && !(by_hand && no.status == LACKS)
    {
        let what = "SendGrid was not told where to hand incoming mail: add the host of the address and the webhook of this channel, with its user and password in it, at Settings, Inbound Parse, and switch on the raw mail";
        done.by_hand(what, &no);
    }
    Ok(done)
}

fn call(account: &Account, method: Method, path: &str) -> HttpRequest {
    ask(account, method, &format!("{BASE}/{path}"))
}

/// The key with which events are signed.
fn events(account: &Account, talk: &mut Talk<'_>) -> Result<Result<Option<String>, No>, Pause> {
    let listed = match talk.ask(call(account, Method::Get, "event/settings/all"))? {
        Ok(listed) => listed,
        Err(no) => return Ok(Err(no)),
    };
    let mut all = listed["webhooks"].as_array().into_iter().flatten();
    let own = all.find(|hook| is_ours(account, hook["url"].as_str().unwrap_or_default()));
    let mut wanted = json!({
        "enabled": true, "url": account.webhook_url, "friendly_name": NAME,
    });
    for event in EVENTS {
        wanted[event] = true.into();
    }
    let is_so = own.is_some_and(|hook| {
        let fields = wanted.as_object().into_iter().flatten();
        let mut fields = fields.filter(|(name, _)| *name != "friendly_name");
        fields.all(|(name, value)| hook[name] == *value)
    });
    let own_id = own.and_then(|hook| hook["id"].as_str()).unwrap_or_default();
    let kept = match own {
        Some(hook) if is_so => Ok(hook.clone()),
        Some(_) => {
            let path = format!("event/settings/{}", escaped(own_id));
            talk.ask(with_json(call(account, Method::Patch, &path), &wanted))?
        }
        None => talk.ask(with_json(
            call(account, Method::Post, "event/settings"),
            &wanted,
        ))?,
    };
    let kept = match kept {
        Ok(kept) => kept,
        Err(no) => return Ok(Err(no)),
    };
    let key = |told: &Value| told["public_key"].as_str().map(str::to_owned);
    if let Some(key) = key(&kept).filter(|key| !key.is_empty()) {
        return Ok(Ok(Some(key)));
    }
    let id = kept["id"].as_str().unwrap_or(own_id);
    let path = format!("event/settings/signed/{}", escaped(id));
    let signed = with_json(
        call(account, Method::Patch, &path),
        &json!({ "enabled": true }),
    );
    Ok(talk.ask(signed)?.map(|told| key(&told)))
}

/// Has mail to the host of the address handed to us, signed where the account can.
fn parse(
    account: &Account,
    talk: &mut Talk<'_>,
    done: &mut SetUp,
) -> Result<Result<(), No>, Pause> {
    let own = address::inbound(account);
    let host = address::domain_of(&own);
    let path = format!("parse/settings/{}", escaped(host));
    let known = match talk.ask(call(account, Method::Get, &path))? {
        Ok(known) => Some(known),
        Err(no) if no.status == 404 => None,
        Err(no) => return Ok(Err(no)),
    };
    let url = known.as_ref().and_then(|known| known["url"].as_str());
    let url = url.filter(|url| !url.is_empty());
    if url.is_some_and(|url| !is_ours(account, url)) {
        return Ok(Err(No {
            status: 0,
            words: format!("mail to {host} goes to another address"),
        }));
    }
    let policy = policy(account, talk)?;
    let wanted = json!({
        "hostname": host, "url": secret_url(account), "spam_check": true, "send_raw": true,
        "security_policy": policy.as_ref().map_or("", |(id, _)| id),
    });
    let holds = |known: &Value| {
        let mut fields = wanted.as_object().into_iter().flatten();
        fields.all(|(name, value)| known[name] == *value)
    };
    let request = match &known {
        Some(known) if holds(known) => None,
        Some(_) => Some(call(account, Method::Patch, &path)),
        None => Some(call(account, Method::Post, "parse/settings")),
    };
    let kept = match request {
        Some(request) => talk.ask(with_json(request, &wanted))?.map(drop),
        None => Ok(()),
    };
    if kept.is_ok() {
        let is_signed = policy.is_some();
        done.settings
            .insert(PARSE_SIGNED.to_owned(), is_signed.into());
        done.settings
            .extend(policy.map(|(_, key)| (PARSE_KEY.to_owned(), key.into())));
    }
    Ok(kept)
}

/// Our security policy and its key; none where the account has no such thing.
fn policy(account: &Account, talk: &mut Talk<'_>) -> Result<Option<(String, String)>, Pause> {
    let path = "security/policies";
    let Ok(listed) = talk.ask(call(account, Method::Get, path))? else {
        return Ok(None);
    };
    let told = |policy: &Value| {
        let key = policy["signature"]["public_key"].as_str()?;
        Some((policy["id"].as_str()?.to_owned(), key.to_owned()))
    };
    let mut all = listed["policies"].as_array().into_iter().flatten();
    if let Some(own) = all.find(|policy| policy["name"] == NAME).and_then(told) {
        return Ok(Some(own));
    }
    let wanted = json!({ "name": NAME, "signature": { "enabled": true } });
    let made = talk.ask(with_json(call(account, Method::Post, path), &wanted))?;
    Ok(made.ok().and_then(|made| told(&made["policy"])))
}
