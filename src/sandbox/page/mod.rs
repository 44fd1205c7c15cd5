//! Messenger and Instagram: a Page and a professional account, which the vendor serves much alike.

mod acts;
mod check;
mod comments;
mod news;
mod profile;
mod sends;
mod sign_in;
#[cfg(test)]
mod tests;
mod threads;

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::files::Chosen;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Page.
    Messenger,
    /// A professional account, reached through its Page.
    Instagram,
}

impl Kind {
    /// The `object` of its webhooks.
    #[must_use]
    pub const fn object(self) -> &'static str {
        match self {
            Self::Messenger => "page",
            Self::Instagram => "instagram",
        }
    }

    /// The key whose value is `entry.id`.
    #[must_use]
    pub const fn entry(self) -> &'static str {
        match self {
            Self::Messenger => "pageId",
            Self::Instagram => "instagramId",
        }
    }

    /// The subcode of a message that is not as it must be.
    #[must_use]
    pub const fn wrong(self) -> i64 {
        match self {
            Self::Messenger => 2_018_164,
            Self::Instagram => 2_534_015,
        }
    }

    /// The subcode of a message outside the window.
    #[must_use]
    pub const fn outside(self) -> i64 {
        match self {
            Self::Messenger => 2_018_278,
            Self::Instagram => 2_534_022,
        }
    }

    /// The subcode of a person who is not there.
    #[must_use]
    pub const fn nobody(self) -> i64 {
        match self {
            Self::Messenger => 2_018_001,
            Self::Instagram => 2_534_014,
        }
    }
}

/// The vendor.
#[derive(Debug)]
pub struct Page(pub Kind);

/// The host of files in webhooks, and the first part of their path here.
const HOST: &str = "https://lookaside.fbsbx.com";
const FILES: &str = "messaging_cdn";

/// Where a customer's file is fetched, without a token.
fn file_url(desk: &Desk<'_>, id: &str) -> String {
    let proof = proof(desk.account, id);
    format!("{HOST}/{FILES}/?asset_id={id}&signature={proof}")
}

fn proof(account: &Account, id: &str) -> String {
    let secret = account.key("appSecret");
    crate::base::crypto::hex(&crate::base::crypto::sign(secret.as_bytes(), id.as_bytes())[..16])
}

/// The list of an entry an element stands in.
#[derive(Debug, Clone, Copy)]
enum List {
    Messaging,
    /// While another app has the conversation.
    Standby,
}

/// Posts what happened in a conversation.
fn tell(
    desk: &mut Desk<'_>,
    kind: Kind,
    about: About,
    customer: &str,
    title: &str,
    element: &Value,
) {
    let list = if threads::is_elsewhere(desk, customer) {
        List::Standby
    } else {
        List::Messaging
    };
    tell_in(desk, kind, list, (about, customer, title), element);
}

/// Posts one element of a list.
fn tell_in(
    desk: &mut Desk<'_>,
    kind: Kind,
    list: List,
    (about, customer, title): (About, &str, &str),
    element: &Value,
) {
    let list = match list {
        List::Messaging => "messaging",
        List::Standby => "standby",
    };
    let body = graph::escaped(&json!({
        "object": kind.object(),
        "entry": [{
            "id": desk.account.key(kind.entry()), "time": desk.now.as_millis(), list: [element],
        }],
    }));
    desk.post(about, customer, title, body);
}

impl Vendor for Page {
    fn name(&self) -> &'static str {
        match self.0 {
            Kind::Messenger => "facebook",
            Kind::Instagram => "instagram",
        }
    }

    fn channel(&self) -> &'static str {
        self.name()
    }

    fn title(&self) -> &'static str {
        match self.0 {
            Kind::Messenger => "Messenger",
            Kind::Instagram => "Instagram",
        }
    }

    fn subtitle(&self, account: &Account) -> String {
        match self.0 {
            Kind::Messenger => "Usually answers instantly".to_owned(),
            Kind::Instagram => account.key("username").to_owned(),
        }
    }

    fn acts(&self) -> &'static [&'static str] {
        match self.0 {
            Kind::Messenger => &[
                "start",
                "send",
                "voice",
                "album",
                "react",
                "edit",
                "quote",
                "block",
                "echo",
                "comment",
                "hold",
                "marketing",
            ],
            Kind::Instagram => &[
                "send",
                "voice",
                "react",
                "edit",
                "delete",
                "quote",
                "block",
                "echo",
                "strange",
                "storyReply",
                "storyMention",
                "comment",
                "album",
                "hold",
            ],
        }
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        account.keys.extend([
            ("pageId", seed.digits(&what("page"), 15)),
            (
                "instagramId",
                format!("17841{}", seed.digits(&what("instagram"), 12)),
            ),
            ("username", "auroracoffee".to_owned()),
            ("appId", seed.digits(&what("app"), 15)),
            ("appSecret", seed.hex(&what("secret"), 32)),
            ("verifyToken", seed.hex(&what("verify"), 32)),
            ("token", format!("EAA{}", seed.token(&what("token"), 80))),
            ("code", format!("AQ{}", seed.token(&what("code"), 60))),
        ]);
        let (name, username) = match self.0 {
            Kind::Messenger => ("Ana Ribeiro", None),
            Kind::Instagram => ("Luc\u{ed}a G\u{f3}mez", Some("luciagomez".to_owned())),
        };
        account.phone(Customer {
            id: seed.digits(&what("customer"), 16),
            name: name.to_owned(),
            username,
            language: Some("pt".to_owned()),
            ..Customer::default()
        });
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let key = |name: &str| account.key(name).to_owned();
        let mut settings = vec![("pageId", key("pageId"))];
        match self.0 {
            Kind::Messenger => settings.push(("pageAccessToken", key("token"))),
            Kind::Instagram => settings.extend([
                ("instagramId", key("instagramId")),
                ("accessToken", key("token")),
            ]),
        }
        settings.extend([
            ("verifyToken", key("verifyToken")),
            ("appId", key("appId")),
            ("appSecret", key("appSecret")),
            ("apiBaseUrl", base.to_owned()),
            ("mediaBaseUrl", base.to_owned()),
        ]);
        if self.0 == Kind::Instagram {
            settings.push(("authBaseUrl", base.to_owned()));
        }
        settings
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        if call.segments().first().is_some_and(|first| first == FILES) {
            let id = call.query("asset_id").unwrap_or_default();
            return call
                .query("signature")
                .is_some_and(|told| told == proof(account, &id));
        }
        let Some(token) = graph::token(call) else {
            let form = call.fields().into_iter();
            let typed = form
                .filter(|(name, _)| name == "client_id")
                .map(|(_, id)| id);
            let named = call.query("client_id").into_iter().chain(typed);
            return named.into_iter().any(|id| id == account.key("appId"));
        };
        token == account.key("token") || token == graph::app_token(account)
    }

    fn is_about(&self, call: &Call, account: &Account) -> bool {
        graph::is_about(call, account)
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        if call.segments().first().is_some_and(|first| first == FILES) {
            return call::text(403, "text/plain", "URL signature mismatch");
        }
        graph::bad_token()
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let given =
            graph::check_proof(call, desk.account).and_then(|()| routed(self.0, desk, call));
        let given = given.unwrap_or_else(|fault| fault.reply(None).into());
        let product = match self.0 {
            Kind::Messenger => "messenger",
            Kind::Instagram => "instagram",
        };
        graph::counted(
            given,
            desk.account,
            desk.account.key(self.0.entry()),
            product,
        )
    }

    fn answer_after(
        &self,
        desk: &mut Desk<'_>,
        call: &Call,
        asked: Option<&HttpReply>,
    ) -> HttpReply {
        if !asked.is_some_and(graph::is_right) {
            return graph::not_verified(asked);
        }
        desk.account.hook.url = call.field("callback_url").unwrap_or_default();
        desk.account.hook.secret = call.field("verify_token").unwrap_or_default();
        graph::answer(200, &json!({"success": true}))
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        let limit = Fault::new(400, 613, "Calls to this api have exceeded the rate limit.");
        graph::disturbed(fate, &limit)
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        acts::acted(self.0, desk, customer, act)
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        let at = desk
            .bubble(customer, bubble)
            .map_or(0, |bubble| bubble.at.as_millis());
        let (name, receipt) = match (self.0, reached) {
            (Kind::Messenger, Reached::Delivered) => {
                ("delivery", json!({"mids": [bubble], "watermark": at}))
            }
            (Kind::Messenger, Reached::Read) => ("read", json!({ "watermark": at })),
            (Kind::Instagram, Reached::Read) => ("read", json!({ "mid": bubble })),
            _ => return,
        };
        let element = json!({
            "sender": {"id": customer}, "recipient": {"id": desk.account.key(self.0.entry())},
            "timestamp": desk.now.as_millis(), name: receipt,
        });
        tell(desk, self.0, About::Receipt, customer, name, &element);
    }

    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        if file.is_ok() {
            desk.sent(customer, bubble);
        } else if let Some(chat) = desk.chat_mut(customer) {
            chat.bubbles.retain(|known| known.id != bubble);
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
        match self.0 {
            Kind::Messenger => Ladder {
                waits_secs: &[1, 2, 4, 15, 60, 300],
                give_up_after: Duration::from_secs(3_600),
                ordered: false,
            },
            Kind::Instagram => Ladder {
                waits_secs: &[1, 2, 4, 15, 60, 300, 900, 3_600],
                give_up_after: Duration::from_secs(36 * 3_600),
                ordered: false,
            },
        }
    }
}

fn routed(kind: Kind, desk: &mut Desk<'_>, call: &Call) -> Result<Given, Fault> {
    let path = graph::path(call);
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let [first, rest @ ..] = parts.as_slice() else {
        return Err(Fault::no_object(""));
    };
    let below = rest.join("/");
    let is = |name: &str| *first == desk.account.key(name);
    if *first == "me" || is("pageId") || (kind == Kind::Instagram && is("instagramId")) {
        return match (call.method, below.as_str()) {
            (Method::Post, "messages") => sends::answer(kind, desk, call),
            (Method::Post, "message_attachments") => sends::attach(desk, call),
            _ => profile::answer(kind, desk, call, &below).map(Given::from),
        };
    }
    match (*first, below.as_str()) {
        (FILES, _) => Ok(fetch(desk, call).into()),
        ("debug_token", "") => {
            let scopes: &[&str] = match kind {
                Kind::Messenger => &["pages_messaging", "pages_manage_metadata"],
                Kind::Instagram => &[
                    "instagram_basic",
                    "instagram_manage_messages",
                    "pages_manage_metadata",
                    "pages_messaging",
                ],
            };
            Ok(graph::debug_token(desk, call, scopes, "PAGE").into())
        }
        ("oauth", "authorize") if kind == Kind::Instagram => Ok(sign_in::page(desk, call).into()),
        ("oauth", "access_token") if call.method == Method::Post && kind == Kind::Instagram => {
            Ok(sign_in::token(desk, call).into())
        }
        ("access_token", "") if kind == Kind::Instagram => {
            sign_in::lasting(desk, call).map(Given::from)
        }
        ("oauth", "access_token") => Ok(graph::access_token(call, desk.account).into()),
        ("refresh_access_token", "") if kind == Kind::Instagram => {
            sign_in::renewed(desk, call).map(Given::from)
        }
        (app, "subscriptions") if app == desk.account.key("appId") => {
            let url = call.field("callback_url").unwrap_or_default();
            let secret = call.field("verify_token").unwrap_or_default();
            Ok(Given::Ask(Box::new(graph::question(&url, &secret))))
        }
        (customer, "") => person(kind, desk, customer).map(Given::from),
        (other, _) => Err(Fault::no_object(other)),
    }
}

fn fetch(desk: &Desk<'_>, call: &Call) -> HttpReply {
    match desk.file(&call.query("asset_id").unwrap_or_default()) {
        Some(file) => HttpReply {
            status: 200,
            headers: Headers::default().with("content-type", file.mime_type.clone()),
            body: file.bytes.to_vec(),
        },
        None => call::text(404, "text/plain", "not found"),
    }
}

/// Who somebody is, once they wrote.
fn person(kind: Kind, desk: &Desk<'_>, id: &str) -> Result<HttpReply, Fault> {
    let chat = desk.chat(id).ok_or_else(|| Fault::no_object(id))?;
    if chat.from(Side::Customer).next().is_none() && !chat.started {
        return Err(match kind {
            Kind::Messenger => {
                Fault::parameter("No profile available for this user.").within(2_018_218)
            }
            Kind::Instagram => {
                Fault::new(400, 230, "User consent is required to access user profile")
            }
        });
    }
    let name = &chat.customer.name;
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    Ok(graph::answer(
        200,
        &match kind {
            Kind::Messenger => {
                json!({"first_name": first, "last_name": last, "name": name, "id": id})
            }
            Kind::Instagram => json!({
                "name": name, "username": chat.customer.username, "follower_count": 120,
                "is_user_follow_business": true, "is_business_follow_user": false,
                "is_verified_user": false, "id": id,
            }),
        },
    ))
}
