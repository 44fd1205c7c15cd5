//! Telegram as its Bot API offers it: one bot; private chats, groups and accounts of
//! people it is connected to; webhooks or asking for updates.

mod acts;
mod changes;
mod files;
mod flood;
mod keyboard;
mod markup;
mod message;
mod params;
mod profile;
mod rooms;
mod sends;
#[cfg(test)]
mod tests;
mod updates;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::mime;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Room;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::files::Chosen;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::telegram::params::Fault;
use crate::sandbox::telegram::params::Params;
use crate::sandbox::telegram::updates::ok;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// How long a press may be answered.
const QUERY_SPAN: Duration = Duration::from_secs(15 * 60);
/// How long a webhook may take.
const POST_TIMEOUT: Duration = Duration::from_secs(30);

/// The vendor.
#[derive(Debug)]
pub struct Telegram;

/// The token and the method a call names.
fn named(call: &Call) -> (String, String) {
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (token, rest) = match parts.as_slice() {
        ["file", token, rest @ ..] => (*token, format!("file/{}", rest.join("/"))),
        [token, rest @ ..] => (*token, rest.join("/")),
        [] => ("", String::new()),
    };
    let token = token.strip_prefix("bot").unwrap_or_default();
    (token.to_owned(), rest)
}

impl Vendor for Telegram {
    fn name(&self) -> &'static str {
        "telegram"
    }

    fn channel(&self) -> &'static str {
        "telegram"
    }

    fn title(&self) -> &'static str {
        "Telegram"
    }

    fn subtitle(&self, account: &Account) -> String {
        format!("@{}", account.key("botUsername"))
    }

    fn acts(&self) -> &'static [&'static str] {
        &[
            "start", "send", "voice", "sticker", "album", "locate", "card", "react", "edit",
            "delete", "quote", "block", "strange", "group", "lend",
        ]
    }

    fn acts_in(&self, room: &Room) -> &'static [&'static str] {
        match room {
            Room::Private => self.acts(),
            Room::Group { .. } => &[
                "send", "voice", "sticker", "album", "locate", "react", "edit", "quote", "block",
                "aside",
            ],
            Room::Lent { .. } => &[
                "send", "voice", "sticker", "album", "locate", "card", "edit", "delete", "quote",
                "block", "echo",
            ],
        }
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        let id = seed.digits(&what("bot"), 10);
        let secret = seed.token(&what("token"), 35);
        let username = format!("aurora_{}_bot", seed.digits(&what("username"), 4));
        account.keys.extend([
            ("token", format!("{id}:{secret}")),
            ("botId", id),
            ("botUsername", username),
        ]);
        account.phone(Customer {
            id: "5550001".to_owned(),
            name: "Diego Herrera".to_owned(),
            username: Some("diegoherrera".to_owned()),
            language: Some("es".to_owned()),
            ..Customer::default()
        });
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        vec![
            ("botToken", account.key("token").to_owned()),
            ("apiBaseUrl", base.to_owned()),
        ]
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        named(call).0 == account.key("token")
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        let (token, _) = named(call);
        let shaped = token.split_once(':').is_some_and(|(id, secret)| {
            !id.is_empty() && id.chars().all(|c| c.is_ascii_digit()) && secret.len() >= 20
        });
        let (code, sentence) = if shaped {
            (401, "Unauthorized")
        } else {
            (404, "Not Found")
        };
        Fault {
            code,
            description: sentence.to_owned(),
            retry_after: None,
        }
        .reply()
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let (_, method) = named(call);
        let params = Params::of(call);
        if let Some(path) = method.strip_prefix("file/") {
            return files::download(desk, path).into();
        }
        if let Some(url) = files::address(&method, &params) {
            return match rooms::chat(desk, &params) {
                Ok(_) => Given::Ask(Box::new(asked(&url))),
                Err(fault) => fault.reply().into(),
            };
        }
        let given = routed(desk, &method, &params, None);
        given.unwrap_or_else(|fault| fault.reply().into())
    }

    fn answer_after(
        &self,
        desk: &mut Desk<'_>,
        call: &Call,
        asked: Option<&HttpReply>,
    ) -> HttpReply {
        let (_, method) = named(call);
        let params = Params::of(call);
        let Some(found) = asked.filter(|answer| answer.status == 200) else {
            return Fault::bad("failed to get HTTP URL content").reply();
        };
        let named = found.headers.get("content-type").map(mime::essence);
        let url = files::address(&method, &params).unwrap_or_default();
        let name = url.split('?').next().unwrap_or_default().rsplit('/').next();
        let file = Chosen {
            mime_type: named.unwrap_or_else(|| mime::sniff(&found.body).to_owned()),
            filename: name.unwrap_or_default().to_owned(),
            bytes: Arc::from(found.body.clone()),
        };
        match routed(desk, &method, &params, Some(file)) {
            Ok(Given::Reply(reply)) => reply,
            Ok(_) => Fault::bad("method is available only without files").reply(),
            Err(fault) => fault.reply(),
        }
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => call::later(Fault::flood(secs).reply(), secs),
            Fate::Refused => Fault {
                code: 401,
                description: "Unauthorized".to_owned(),
                retry_after: None,
            }
            .reply(),
            _ => Fault {
                code: 500,
                description: "Internal Server Error: restart".to_owned(),
                retry_after: None,
            }
            .reply(),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        acts::acted(desk, customer, act)
    }

    /// Bots are told nothing of this.
    fn reached(&self, _: &mut Desk<'_>, _: &str, _: &str, _: Reached) {}

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        if account.hook.url.is_empty() {
            return None;
        }
        let mut headers = Headers::default().with("content-type", "application/json");
        if !account.hook.secret.is_empty() {
            let secret = if account.faults.secret_changed {
                account.hook.secret.chars().rev().collect()
            } else {
                account.hook.secret.clone()
            };
            headers = headers.with("x-telegram-bot-api-secret-token", secret);
        }
        Some(HttpRequest {
            method: Method::Post,
            url: account.hook.url.clone(),
            headers,
            authorization: None,
            body: event.body.clone().into_bytes(),
            timeout: POST_TIMEOUT,
        })
    }

    fn is_told_by_hand(&self) -> bool {
        false
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[0, 2, 4, 8, 16, 32, 64, 90],
            give_up_after: Duration::from_secs(24 * 3_600),
            ordered: true,
        }
    }

    /// A webhook's answer may itself be a call.
    fn heard(&self, desk: &mut Desk<'_>, _: &Event, answer: &HttpReply) {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        let Some(method) = body["method"].as_str() else {
            return;
        };
        let call = Call {
            method: Method::Post,
            path: format!("bot{}/{method}", desk.account.key("token")),
            query: String::new(),
            headers: Headers::default(),
            body: call::Body::Bytes(answer.body.clone()),
        };
        drop(routed(desk, method, &Params::of(&call), None));
    }

    fn failed(&self, desk: &mut Desk<'_>, why: &str) {
        let now = desk.now.as_secs();
        let kept = &mut desk.account.kept;
        kept.insert("last_error_date".to_owned(), now.into());
        let sentence = format!("Wrong response from the webhook: {why}");
        kept.insert("last_error_message".to_owned(), sentence.into());
    }

    fn is_idle(&self, call: &Call, reply: &HttpReply) -> bool {
        call.path.ends_with("/getUpdates") && reply.body == br#"{"ok":true,"result":[]}"#
    }

    fn is_asked(&self, account: &Account) -> bool {
        account.hook.url.is_empty()
    }
}

fn asked(url: &str) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url: url.to_owned(),
        headers: Headers::default(),
        authorization: None,
        body: Vec::new(),
        timeout: POST_TIMEOUT,
    }
}

fn routed(
    desk: &mut Desk<'_>,
    method: &str,
    params: &Params<'_>,
    fetched: Option<Chosen>,
) -> Result<Given, Fault> {
    let file = files::FILES
        .iter()
        .find(|(known, ..)| method.eq_ignore_ascii_case(known));
    if let Some((_, name, sort)) = file {
        return files::file(desk, params, name, *sort, fetched).map(Given::from);
    }
    let reply = match method.to_ascii_lowercase().as_str() {
        "getupdates" => return updates::get_updates(desk, params),
        "getme" => Ok(ok(&profile::me(desk.account))),
        "setwebhook" => updates::set_webhook(desk, params),
        "deletewebhook" => Ok(updates::delete_webhook(desk, params)),
        "getwebhookinfo" => Ok(updates::webhook_info(desk)),
        "sendmessage" => sends::text(desk, params),
        "sendmediagroup" => files::album(desk, params),
        "sendlocation" => sends::place(desk, params, "location"),
        "sendvenue" => sends::place(desk, params, "venue"),
        "sendcontact" => sends::contact(desk, params),
        "sendpoll" => sends::poll(desk, params),
        "sendchataction" => sends::action(desk, params),
        "editmessagetext" => changes::edit(desk, params, "text"),
        "editmessagecaption" => changes::edit(desk, params, "caption"),
        "editmessagereplymarkup" => changes::edit(desk, params, "markup"),
        "deletemessage" | "deletemessages" => changes::delete(desk, params),
        "setmessagereaction" => changes::react(desk, params),
        "deletebusinessmessages" => changes::delete_lent(desk, params),
        "readbusinessmessage" => sends::see(desk, params),
        "answercallbackquery" => answer_query(desk, params),
        "getfile" => files::get(desk, params),
        "getchat" => rooms::chat(desk, params).map(|chat| ok(&rooms::chat_value(&chat.customer))),
        "getuserprofilephotos" => Ok(ok(&json!({"total_count": 0, "photos": []}))),
        // The others say something of the bot itself, or are none.
        name => profile::changed(desk, name, params),
    };
    reply.map(Given::from)
}

fn answer_query(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let id = params.text("callback_query_id").unwrap_or_default();
    let asked = desk.account.kept.remove(&format!("callback/{id}"));
    let asked = asked.and_then(|at| at.as_i64()).map(Timestamp::from_millis);
    if asked.is_none_or(|at| desk.now.since(at) > QUERY_SPAN) {
        return Err(Fault::bad(
            "query is too old and response timeout expired or query ID is invalid",
        ));
    }
    if params
        .text("text")
        .unwrap_or_default()
        .encode_utf16()
        .count()
        > 200
    {
        return Err(Fault::bad("MESSAGE_TOO_LONG"));
    }
    Ok(ok(&json!(true)))
}
