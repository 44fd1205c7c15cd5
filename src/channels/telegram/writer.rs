//! Calls under construction: what all of them say, and the words in them. telegram.md section 4.

use std::ops::Range;

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Node;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::api::Upload;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::chat::message_number;
use crate::channels::telegram::entities;
use crate::channels::telegram::fault::wish;
use crate::channels::telegram::keyboard;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::outbound::Sending;

/// Calls under construction.
pub struct Writer<'a> {
    /// What is to be sent.
    pub sending: &'a Sending<'a>,
    /// Where.
    pub chat: Chat,
    api: Api<'a>,
    calls: Vec<Call>,
    /// Where the words of this part stand in those that were asked for: bytes of them.
    place: Option<Range<usize>>,
    /// The number of the file whose caption this part is, once Telegram has the file.
    captioned: Option<i64>,
}

impl<'a> Writer<'a> {
    /// Begins.
    #[must_use]
    pub fn of(sending: &'a Sending<'a>) -> Self {
        let mut chat = Chat::at(sending.to);
        if let Some(moved) = sending.handles.get(wish::CHAT) {
            chat.id.clone_from(moved);
        }
        if sending.handles.contains_key(wish::THREAD) {
            chat.thread = None;
        }
        Self {
            sending,
            chat,
            api: Api::of(sending.account),
            calls: Vec::new(),
            place: None,
            captioned: None,
        }
    }

    /// Finds the place of a part: what was split follows each other, without the blanks between.
    pub fn begin(&mut self, part: &Content) {
        let asked = self.sending.asked.words();
        let from = self.place.as_ref().map_or(0, |before| before.end);
        let words = part.words();
        let found = asked.get(from..).and_then(|rest| rest.find(words));
        self.place = found.map(|at| from + at..from + at + words.len());
        let is_caption = matches!(part, Content::Text(_)) && self.sending.asked.media().is_some();
        let file = self.sending.taken_ids.first().filter(|_| is_caption);
        self.captioned = file.and_then(|id| message_number(id));
    }

    /// Whether the vendor refused a form of this message before.
    #[must_use]
    pub fn wishes(&self, name: &str) -> bool {
        self.sending.handles.contains_key(name)
    }

    /// What every call says: where it goes, what it answers. The first takes a keyboard away that was
    /// chosen from, unless it brings another one.
    #[must_use]
    pub fn frame(&self) -> Opaque {
        let mut frame = Opaque::new();
        frame.insert("chat_id".to_owned(), self.chat.id_value());
        let thread = self.chat.thread.as_deref();
        if let Some(number) = thread.and_then(|thread| thread.parse::<i64>().ok()) {
            frame.insert("message_thread_id".to_owned(), number.into());
        }
        if let Some(connection) = &self.chat.business {
            frame.insert(
                "business_connection_id".to_owned(),
                connection.as_str().into(),
            );
        }
        if let Some(number) = self.quoted() {
            frame.insert(
                "reply_parameters".to_owned(),
                json!({"message_id": number, "allow_sending_without_reply": true}),
            );
        }
        let is_silent = self.sending.metadata.get("silent") == Some(&true.into());
        if is_silent {
            frame.insert("disable_notification".to_owned(), true.into());
        }
        if self.sending.chose_typed && self.calls.is_empty() {
            frame.insert("reply_markup".to_owned(), keyboard::none());
        }
        frame
    }

    /// The number of the message that is answered, which only the first call says. A caption that was
    /// too long to stand under its file answers that.
    fn quoted(&self) -> Option<i64> {
        if self.wishes(wish::REPLY) {
            return None;
        }
        let answered = self.sending.reply_to.filter(|_| self.calls.is_empty());
        self.captioned.or_else(|| answered.and_then(message_number))
    }

    /// Adds a call.
    pub fn call(&mut self, method: &str, mut body: Opaque, more: Value) {
        if let Value::Object(more) = more {
            body.extend(more);
        }
        let call = self.api.call(method, &Value::Object(body));
        self.calls.push(call);
    }

    /// Adds a call that carries files.
    pub fn form(&mut self, method: &str, body: Opaque, uploads: &[Upload<'_>]) {
        let call = self.api.form(method, &Value::Object(body), uploads);
        self.calls.push(call);
    }

    /// Sends words, perhaps with a keyboard under them.
    pub fn say(&mut self, words: &str, markup: Option<Value>) {
        let words = words.replace('\0', "");
        let mut body = self.frame();
        body.insert("text".to_owned(), words.into());
        self.format(&mut body, "entities");
        body.insert(
            "link_preview_options".to_owned(),
            json!({"is_disabled": self.sending.metadata.get("linkPreview") == Some(&false.into())}),
        );
        if let Some(markup) = markup {
            body.insert("reply_markup".to_owned(), markup);
        }
        self.call("sendMessage", body, Value::Null);
    }

    /// How the words are formatted, as the sender wishes: a markup language, or ranges, of which each
    /// piece of a text gets its own. Markup that was split says nothing any more, and what the vendor
    /// could not read goes plain.
    pub fn format(&self, body: &mut Opaque, ranges: &str) {
        if self.wishes(wish::FORMAT) {
            return;
        }
        let metadata = self.sending.metadata;
        let is_split = self.sending.parts.len() > 1;
        if let Some(mode @ ("HTML" | "MarkdownV2")) =
            metadata.get("parseMode").and_then(Value::as_str)
        {
            if !is_split {
                body.insert("parse_mode".to_owned(), mode.into());
            }
        } else if let Some(list) = metadata.get("entities").filter(|list| list.is_array()) {
            let asked = self.sending.asked.words();
            let units = |text: &str| text.encode_utf16().count();
            let list = match self.place.clone().filter(|_| is_split) {
                Some(place) => {
                    let from = units(&asked[..place.start]);
                    entities::cut(Node::of(list), from, units(&asked[place])).into()
                }
                None if is_split => return,
                None => list.clone(),
            };
            body.insert(ranges.to_owned(), list);
        }
    }

    /// A keyboard, unless the vendor refused it.
    #[must_use]
    pub fn unless_refused(&self, markup: Option<Value>) -> Option<Value> {
        markup.filter(|_| !self.wishes(wish::KEYBOARD))
    }

    /// The calls, in sending order.
    #[must_use]
    pub fn calls(self) -> Vec<Call> {
        self.calls
    }
}
