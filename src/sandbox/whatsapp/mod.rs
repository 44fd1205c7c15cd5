//! `WhatsApp` as the vendor's Cloud API offers it: one business account with one number.

mod acts;
mod check;
mod hooks;
mod media;
mod number;
mod sends;
pub mod templates;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::files::Chosen;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// The vendor.
#[derive(Debug)]
pub struct WhatsApp;

impl Vendor for WhatsApp {
    fn name(&self) -> &'static str {
        "whatsapp"
    }

    fn channel(&self) -> &'static str {
        "whatsapp"
    }

    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("shownNumber").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        &[
            "send",
            "voice",
            "sticker",
            "album",
            "locate",
            "card",
            "react",
            "edit",
            "delete",
            "quote",
            "block",
            "marketing",
            "strange",
            "echo",
        ]
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        let local = seed.digits(&what("number"), 8);
        let keys = [
            ("phoneNumberId", seed.digits(&what("phoneNumberId"), 15)),
            ("businessAccountId", seed.digits(&what("waba"), 15)),
            ("appId", seed.digits(&what("app"), 15)),
            ("appSecret", seed.hex(&what("secret"), 32)),
            ("verifyToken", seed.hex(&what("verify"), 32)),
            ("token", format!("EAA{}", seed.token(&what("token"), 80))),
            ("displayNumber", format!("5511{local}")),
            (
                "shownNumber",
                format!("+55 11 {}-{}", &local[..4], &local[4..]),
            ),
        ];
        account.keys.extend(keys);
        for template in samples(seed, &account.id) {
            let id = template["id"].as_str().unwrap_or_default();
            account.kept.insert(templates::place(id), template.clone());
        }
        account.phone(Customer {
            id: "5511988880001".to_owned(),
            name: "Camila Duarte".to_owned(),
            language: Some("pt".to_owned()),
            ..Customer::default()
        });
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let key = |name: &str| account.key(name).to_owned();
        vec![
            ("phoneNumberId", key("phoneNumberId")),
            ("accessToken", key("token")),
            ("verifyToken", key("verifyToken")),
            ("businessAccountId", key("businessAccountId")),
            ("appId", key("appId")),
            ("appSecret", key("appSecret")),
            ("apiBaseUrl", base.to_owned()),
            ("mediaBaseUrl", base.to_owned()),
        ]
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        let Some(token) = graph::token(call) else {
            return call.query("client_id").as_deref() == Some(account.key("appId"));
        };
        token == account.key("token") || token == graph::app_token(account)
    }

    fn is_about(&self, call: &Call, account: &Account) -> bool {
        graph::is_about(call, account)
    }

    fn stranger(&self, _: &Call) -> HttpReply {
        graph::bad_token()
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let given = graph::check_proof(call, desk.account).and_then(|()| routed(desk, call));
        let given = given.unwrap_or_else(|fault| fault.reply(Some("whatsapp")).into());
        let business = desk.account.key("businessAccountId");
        graph::counted(given, desk.account, business, "whatsapp")
    }

    fn answer_after(
        &self,
        desk: &mut Desk<'_>,
        call: &Call,
        asked: Option<&HttpReply>,
    ) -> HttpReply {
        number::taken(desk, call, asked)
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        graph::disturbed(fate, &Fault::new(429, 130_429, "Rate limit hit"))
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        acts::acted(desk, customer, act)
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        let Some(shown) = desk.bubble(customer, bubble) else {
            return;
        };
        let category = shown.mark.clone().unwrap_or_default();
        let mut more = json!({"pricing": sends::pricing(&category)});
        if let Some(tag) = &shown.tag {
            more["biz_opaque_callback_data"] = tag.clone().into();
        }
        match reached {
            Reached::Taken => {}
            Reached::Delivered => hooks::status(desk, customer, bubble, "delivered", more),
            Reached::Read => hooks::status(desk, customer, bubble, "read", more),
        }
    }

    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        let sort = match desk.bubble(customer, bubble).map(|bubble| &bubble.body) {
            Some(Body::File { sort, .. }) => *sort,
            _ => Sort::Image,
        };
        let objection = match file {
            Ok(file) => media::objection(sort, &file.mime_type, file.bytes.len()),
            Err(why) => Some(format!("Downloading media from weblink failed: {why}")),
        };
        if let Some(why) = objection {
            sends::unfetched(desk, customer, bubble, &why);
            return;
        }
        let open = desk
            .bubble(customer, bubble)
            .map(|bubble| sends::links(&bubble.body));
        if open.is_some_and(|open| open.is_empty()) {
            sends::sent(desk, customer, bubble);
        }
    }

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        graph::request(account, event, &account.signing("appSecret"))
    }

    fn question(&self, _: &Account, url: &str, secret: &str, _: Timestamp) -> Option<HttpRequest> {
        Some(graph::question(url, secret))
    }

    fn is_right(&self, _: &HttpRequest, answer: &HttpReply) -> bool {
        graph::is_right(answer)
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600],
            give_up_after: Duration::from_secs(7 * 86_400),
            ordered: false,
        }
    }
}

/// The templates of the sample business.
fn samples(seed: &Seed, account: &str) -> Vec<Value> {
    let id = |name: &str| seed.digits(&format!("{account}/{name}"), 16);
    vec![
        templates::sample(
            &id("hello"),
            "hello_world",
            "en_US",
            "UTILITY",
            &json!([
                {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
                {"type": "BODY", "text": "Welcome to Aurora Coffee. This message shows that the connection works."},
                {"type": "FOOTER", "text": "Aurora Coffee, S\u{e3}o Paulo"},
            ]),
        ),
        templates::sample(
            &id("shipped"),
            "order_shipped",
            "pt_BR",
            "UTILITY",
            &json!([
                {"type": "BODY", "text": "Oi {{1}}, seu pedido {{2}} saiu hoje e chega em dois dias.",
                 "example": {"body_text": [["Camila", "AC-20418"]]}},
                {"type": "BUTTONS", "buttons": [
                    {"type": "QUICK_REPLY", "text": "Rastrear"},
                    {"type": "URL", "text": "Ver pedido", "url": "https://example.com/pedidos/{{1}}",
                     "example": ["https://example.com/pedidos/AC-20418"]},
                ]},
            ]),
        ),
        templates::sample(
            &id("harvest"),
            "new_harvest",
            "en_US",
            "MARKETING",
            &json!([
                {"type": "BODY", "text": "Hi {{1}}, the new Cerrado harvest is roasted and ready.",
                 "example": {"body_text": [["Camila"]]}},
                {"type": "FOOTER", "text": "Reply STOP to opt out"},
            ]),
        ),
    ]
}

fn routed(desk: &mut Desk<'_>, call: &Call) -> Result<Given, Fault> {
    let path = graph::path(call);
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let [first, rest @ ..] = parts.as_slice() else {
        return Err(Fault::no_object(""));
    };
    let below = rest.join("/");
    let is = |name: &str| *first == desk.account.key(name);
    if is("phoneNumberId") {
        return match (call.method, below.as_str()) {
            (Method::Post, "messages") => sends::answer(desk, call).map(Given::from),
            (Method::Post, "media") => media::upload(desk, call).map(Given::from),
            _ => number::number(desk, call, &below),
        };
    }
    if is("businessAccountId") {
        return match below.as_str() {
            "message_templates" => templates::collection(desk, call).map(Given::from),
            _ => number::business(desk, call, &below),
        };
    }
    if is("appId") {
        return number::app(desk, call, &below);
    }
    match (*first, below.as_str()) {
        (media::PATH, _) => Ok(media::fetch(desk, call).into()),
        ("debug_token", "") => {
            let scopes = [
                "whatsapp_business_messaging",
                "whatsapp_business_management",
            ];
            Ok(graph::debug_token(desk, call, &scopes, "SYSTEM_USER").into())
        }
        ("oauth", "access_token") => Ok(graph::access_token(call, desk.account).into()),
        (upload, "") if upload.starts_with("upload:") => {
            let handle = format!("4::{}", desk.hex(32));
            Ok(graph::answer(200, &json!({ "h": handle })).into())
        }
        (id, below) => object(desk, call, id, below),
    }
}

/// Anything that is known by its id alone: a template or a file.
fn object(desk: &mut Desk<'_>, call: &Call, id: &str, below: &str) -> Result<Given, Fault> {
    if let Some(template) = templates::one(desk, call, id) {
        return template.map(Given::from);
    }
    let Some(file) = desk.file(id).cloned().filter(|_| below.is_empty()) else {
        return Err(Fault::no_object(id));
    };
    match call.method {
        Method::Get => Ok(media::lookup(desk, &file).into()),
        Method::Delete => {
            let account = desk.account.id.clone();
            desk.files.remove(&account, id);
            Ok(call::json(200, &json!({"success": true})).into())
        }
        _ => Err(Fault::no_object(id)),
    }
}
