//! Telegram bots: the Bot API, by webhook or by polling.
//!
//! Facts are from `channels/telegram.md`, cited by section.

mod acts;
mod album;
mod api;
pub mod caps;
mod changes;
mod chat;
mod commands;
mod connect;
mod consent;
mod entities;
mod fault;
mod files;
mod groups;
mod guide;
mod keyboard;
mod media;
mod pace;
mod parse;
mod people;
mod poll;
mod profile;
mod reactions;
mod render;
mod said;
mod table;
#[cfg(test)]
mod tests;
mod votes;
mod writer;

use serde_json::Value;
use serde_json::json;

use crate::base::crypto::same;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::Connects;
use crate::channels::KeepsTemplates;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::Receives;
use crate::channels::RenderError;
use crate::channels::Sends;
use crate::channels::node::Node;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::chat::message_number;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Content;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Moment;
use crate::model::outbound::Next;
use crate::model::outbound::Pacing;
use crate::model::outbound::Person;
use crate::model::outbound::Polled;
use crate::model::outbound::Pressed;
use crate::model::outbound::Remote;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Taken;
use crate::model::outbound::Watcher;
use crate::model::refusal::Outcome;
use crate::model::rejection::FieldError;

const KIND: &str = "telegram";

/// The header that carries the secret.
const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

/// Telegram.
#[derive(Debug, Clone, Copy)]
pub struct Telegram;

impl Channel for Telegram {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn name(&self) -> &'static str {
        "Telegram"
    }

    fn settings(&self) -> &'static [Setting] {
        table::SETTINGS
    }

    fn guide(&self, _settings: &Opaque) -> &'static Guide {
        &guide::GUIDE
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        let key = Some(table::bot_id(account)).filter(|id| !id.is_empty());
        let seat = key.map(|key| Seat {
            setting: "botToken",
            what: "bot",
            key: key.to_owned(),
        });
        seat.into_iter().collect()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn reach(&self, account: &Account, to: &str) -> &'static Capabilities {
        let shows_keyboard = table::shows_keyboard(account, &Chat::at(to));
        match (shows_keyboard, Api::of(account).is_own()) {
            (false, false) => &caps::CAPABILITIES,
            (true, false) => &caps::WITH_KEYBOARD,
            (false, true) => &caps::ON_OWN_SERVER,
            (true, true) => &caps::WITH_KEYBOARD_ON_OWN_SERVER,
        }
    }

    fn pace(&self, to: &str) -> Option<Pacing> {
        Some(pace::of(&Chat::at(to)))
    }

    fn together(&self, _account: &Account, _to: &str, contents: &[&Content]) -> usize {
        album::length(contents)
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        let wrong = table::check(account);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

impl Connects for Telegram {
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        connect::next(asked)
    }

    fn inspect(&self, asked: &Asked<'_>) -> Option<Next<Connected>> {
        connect::inspect(asked)
    }

    fn release(&self, asked: &Asked<'_>) -> Next<()> {
        connect::release(asked)
    }

    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        commands::publish(asked)
    }

    fn shown(&self, account: &Account, moment: Moment) -> Opaque {
        commands::shown(account, moment)
    }

    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        changes::look_up(address, asked)
    }
}

impl KeepsTemplates for Telegram {}

impl Receives for Telegram {
    /// The header is the secret itself: nothing else is signed, and there is no time in it.
    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        let secret = account.secret("webhookSecret").unwrap_or_default();
        let mut claims = hook
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(SECRET));
        let (Some((_, claim)), None) = (claims.next(), claims.next()) else {
            return Err(NotGenuine);
        };
        let is_genuine = hook.method == Method::Post
            && !secret.is_empty()
            && same(secret.as_bytes(), claim.as_bytes());
        is_genuine.then_some(()).ok_or(NotGenuine)
    }

    /// Never a body: Telegram might do what it says. telegram.md section 2.1.
    fn turn_away(&self, _account: &Account, _hook: &Webhook) -> Option<HttpReply> {
        Some(HttpReply {
            status: 401,
            headers: Headers::default(),
            body: Vec::new(),
        })
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        parse::read(account, hook)
    }

    fn poll(&self, position: Option<&str>, asked: &Asked<'_>) -> Option<Next<Polled>> {
        poll::next(position, asked)
    }

    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        files::next(remote, asked)
    }
}

impl Sends for Telegram {
    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        render::calls(sending)
    }

    /// The ids of what was sent, by the chat Telegram names: it differs from the one we named after
    /// a group moved.
    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        let result = fault::result(reply)?;
        let result = Node::of(&result);
        let one = |message: Node<'_>| {
            let id = message.word("message_id")?;
            Some(Chat::of(message)?.external_id(&id))
        };
        let several = result.items().filter_map(one);
        let poll = votes::id_of(result);
        Ok(one(result).into_iter().chain(several).chain(poll).collect())
    }

    fn edit(&self, taken: &Taken<'_>, parts: &[Content], asked: &Asked<'_>) -> Next<()> {
        changes::edit(taken, parts, asked)
    }

    fn delete(&self, taken: &Taken<'_>, asked: &Asked<'_>) -> Next<()> {
        changes::delete(taken, asked)
    }

    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        let chat = Chat::at(watcher.address);
        let api = Api::of(watcher.account);
        match sign {
            Sign::Typing => {
                let mut body = json!({"chat_id": chat.id_value(), "action": "typing"});
                if let Some(thread) = chat.thread.as_deref() {
                    body["message_thread_id"] = chat::number_or_text(thread);
                }
                if let Some(connection) = &chat.business {
                    body["business_connection_id"] = connection.as_str().into();
                }
                Some(api.call("sendChatAction", &body))
            }
            Sign::Seen => {
                let connection = chat.business.as_deref()?;
                let number = message_number(watcher.last_external_id?)?;
                Some(api.call(
                    "readBusinessMessage",
                    &json!({
                        "business_connection_id": connection,
                        "chat_id": chat.id_value(),
                        "message_id": number,
                    }),
                ))
            }
        }
    }

    /// The button stops spinning; quick replies go once one was taken, and a page is turned.
    fn acknowledge(&self, pressed: &Pressed<'_>) -> Vec<Call> {
        let query = pressed.metadata.get(acts::QUERY).and_then(Value::as_str);
        let Some(query) = query else {
            return Vec::new();
        };
        let api = Api::of(pressed.account);
        let mut calls = vec![api.call("answerCallbackQuery", &json!({"callback_query_id": query}))];
        let number = pressed.under.and_then(message_number);
        let chat = pressed.under.and_then(|id| id.rsplit_once(':'));
        let page = pressed.metadata.get(acts::PAGE).and_then(Value::as_u64);
        let page = page.and_then(|page| usize::try_from(page).ok());
        let markup = match (pressed.offer, page) {
            (Some(offer), Some(page)) => Some(keyboard::of_rows(&offer.choices(), page)),
            (Some(Content::Text(_)), None) => Some(json!({"inline_keyboard": []})),
            _ => None,
        };
        if let (Some(markup), Some(number), Some((chat, _))) = (markup, number, chat) {
            let chat = Chat::at(chat);
            let mut body = json!({
                "chat_id": chat.id_value(),
                "message_id": number,
                "reply_markup": markup,
            });
            if let Some(connection) = chat.business {
                body["business_connection_id"] = connection.into();
            }
            calls.push(api.call("editMessageReplyMarkup", &body));
        }
        calls
    }
}
