//! Changing and taking back what was sent, and asking who somebody is. telegram.md sections 4.3 and
//! 8.

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Node;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::chat::message_number;
use crate::channels::telegram::fault;
use crate::channels::telegram::keyboard;
use crate::channels::telegram::render;
use crate::model::content::Content;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Person;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::outbound::Taken;
use crate::model::refusal::Refusal;

/// Messages that are taken back in one call at most.
const DELETE_MAX: usize = 100;

/// The dialogue that changes a message: one call for each part that says something else now.
///
/// # Errors
/// Telegram does not change it, or it became another kind of message.
pub fn edit(taken: &Taken<'_>, parts: &[Content], asked: &Asked<'_>) -> Next<()> {
    if let Some(reply) = asked.replies.last() {
        fault::result(reply)?;
    }
    let changed = taken
        .external_ids
        .iter()
        .zip(taken.parts.iter().zip(parts))
        .filter(|(_, (before, after))| before != after);
    let Some((id, (_, after))) = changed.into_iter().nth(asked.replies.len()) else {
        return Ok(Step::Done(()));
    };
    let (method, more) = written(after)?;
    let mut body = place(id, taken.to)?;
    // Markup stays markup. Ranges of the former words say nothing of these.
    let mode = taken.metadata.get("parseMode").and_then(Value::as_str);
    if let Some(mode @ ("HTML" | "MarkdownV2")) = mode
        && parts.len() == 1
        && more.get("entities").is_none()
    {
        body["parse_mode"] = mode.into();
    }
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    Ok(Step::Ask {
        what: "edit",
        call: Api::of(asked.account).call(method, &body),
    })
}

/// What a part says now. Its keyboard is said again: one that is left out goes.
fn written(part: &Content) -> Result<(&'static str, Value), Refusal> {
    let with = |mut body: Value, markup: Option<Value>| {
        if let Some(markup) = markup {
            body["reply_markup"] = markup;
        }
        body
    };
    match part {
        Content::Text(text) => {
            let choices = part.choices();
            let markup = (!choices.is_empty()).then(|| keyboard::of_replies(choices.into_iter()));
            Ok(("editMessageText", with(json!({"text": text.text}), markup)))
        }
        Content::Buttons(buttons) => {
            let (words, markup) = render::framed(buttons, false);
            Ok(("editMessageText", with(json!({"text": words}), markup)))
        }
        Content::List(list) => {
            let styled = render::words_of_list(list);
            let body = json!({"entities": styled.entities(), "text": styled.text});
            let markup = keyboard::of_rows(&part.choices(), 0);
            Ok(("editMessageText", with(body, Some(markup))))
        }
        Content::Image(media)
        | Content::Video(media)
        | Content::Audio(media)
        | Content::Document(media) => {
            let caption = media.caption.as_deref().unwrap_or_default();
            Ok(("editMessageCaption", json!({"caption": caption})))
        }
        _ => Err(Refusal::Never(SendError::lasting(
            "not_supported",
            "Telegram changes the words of a message, not what kind it is.",
        ))),
    }
}

/// Where a message of ours stands, as its vendor's id tells.
fn place(external_id: &str, to: &str) -> Result<Value, Refusal> {
    let number = message_number(external_id);
    let chat = external_id.rsplit_once(':').map(|(chat, _)| Chat::at(chat));
    let (Some(number), Some(chat)) = (number, chat) else {
        return Err(Refusal::Never(SendError::lasting(
            "unknown_message",
            format!("Telegram has no such message for {to}."),
        )));
    };
    let mut body = json!({"chat_id": chat.id_value(), "message_id": number});
    if let Some(connection) = chat.business {
        body["business_connection_id"] = connection.into();
    }
    Ok(body)
}

/// The dialogue that takes a message back. What is gone already is as wanted.
///
/// # Errors
/// Telegram leaves it where it is.
pub fn delete(taken: &Taken<'_>, asked: &Asked<'_>) -> Next<()> {
    if let Some(reply) = asked.replies.last() {
        gone(reply)?;
    }
    let round = taken
        .external_ids
        .chunks(DELETE_MAX)
        .nth(asked.replies.len());
    let Some(ids) = round else {
        return Ok(Step::Done(()));
    };
    let Some(first) = ids.first() else {
        return Ok(Step::Done(()));
    };
    let mut body = place(first, taken.to)?;
    let numbers: Vec<i64> = ids.iter().filter_map(|id| message_number(id)).collect();
    let business = body.get("business_connection_id").is_some();
    if let Value::Object(fields) = &mut body {
        fields.shift_remove("message_id");
        fields.insert("message_ids".to_owned(), numbers.into());
        if business {
            fields.shift_remove("chat_id");
        }
    }
    let method = if business {
        "deleteBusinessMessages"
    } else {
        "deleteMessages"
    };
    Ok(Step::Ask {
        what: "delete",
        call: Api::of(asked.account).call(method, &body),
    })
}

fn gone(reply: &crate::base::http::HttpReply) -> Result<(), Refusal> {
    match fault::result(reply) {
        Err(Refusal::Never(error)) if error.message.contains("message to delete not found") => {
            Ok(())
        }
        Err(refusal) => Err(refusal),
        Ok(_) => Ok(()),
    }
}

/// The dialogue that finds the picture of a person. One that is hidden is none.
///
/// # Errors
/// Not now.
pub fn look_up(address: &str, asked: &Asked<'_>) -> Next<Person> {
    let chat = Chat::at(address);
    if !chat.is_private() {
        return Ok(Step::Done(Person::default()));
    }
    let api = Api::of(asked.account);
    let ask = |call| Step::Ask {
        what: "profile",
        call,
    };
    match asked.replies {
        [] => Ok(ask(api.call(
            "getUserProfilePhotos",
            &json!({"user_id": chat.id_value(), "limit": 1}),
        ))),
        [photos] => {
            let result = known(photos)?;
            let largest = Node::of(&result).at("photos").first().items().last();
            Ok(match largest.and_then(|size| size.word("file_id")) {
                Some(id) => ask(api.call("getFile", &json!({"file_id": id}))),
                None => Step::Done(Person::default()),
            })
        }
        [.., file] => {
            let result = known(file)?;
            let path = Node::of(&result).word("file_path");
            let path = path.filter(|path| !path.starts_with('/'));
            Ok(Step::Done(Person {
                picture: path.map(|path| Source {
                    url: api.file(&path),
                    authorization: None,
                    digest: None,
                }),
                ..Person::default()
            }))
        }
    }
}

/// What Telegram tells; nothing where it will never tell.
fn known(reply: &crate::base::http::HttpReply) -> Result<Value, Refusal> {
    match fault::result(reply) {
        Err(Refusal::Never(_) | Refusal::Shut { .. }) => Ok(Value::Null),
        other => other,
    }
}
