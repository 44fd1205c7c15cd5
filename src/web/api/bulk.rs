//! `/messages/bulk`: one request, many recipients.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::page::Page;
use crate::base::page::Span;
use crate::engine::inbox::crowd::Letter;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::target::Target;
use crate::engine::rules::templates;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::MessageId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::message_in::MessageIn;
use crate::web::api::repeats::Repeat;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::state::State;

/// Recipients of one request at most.
const RECIPIENTS_MAX: usize = 1_000;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("messages");
    routes
        .post(&["/messages/bulk"], send)
        .says("Send to many at once: they go out at the channel's pace and outside of its quiet hours; each recipient has a row in the answer")
        .needs(Permission::Reply)
        .takes::<BulkIn>()
        .gives_rows::<BulkRow>();
}

/// Messages to many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BulkMessage)]
struct BulkIn {
    /// On which channel.
    channel_id: String,
    /// Who gets one, 1 to 1,000.
    recipients: Vec<RecipientIn>,
    /// What it says to whoever has no content of their own: words, or an object with a `type`.
    /// `{{name}}` in it stands for a variable of the recipient.
    #[schema(value_type = Option<Object>)]
    content: Option<Value>,
    /// What you keep with each.
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
    /// Refuse rather than convert what the channel cannot show.
    #[serde(default)]
    strict: bool,
}

/// One of many.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(as = BulkRecipient)]
struct RecipientIn {
    /// The address or contact.
    to: String,
    /// What it says to this one.
    #[schema(value_type = Option<Object>)]
    content: Option<Value>,
    /// What stands for the variables of the content that all share; for those of a template too.
    #[schema(value_type = Object)]
    variables: Map<String, Value>,
    /// What you keep with this one.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// What became of one of many.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BulkResult)]
struct BulkRow {
    /// Whom it was for, as the request said.
    to: String,
    /// Whether it is on its way.
    success: bool,
    /// The message.
    message_id: Option<String>,
    /// Why there is none.
    error: Option<BulkError>,
}

/// Why one of many has no message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BulkError {
    /// The code, as the same message would be refused with by itself.
    code: String,
    /// The reason in words.
    message: String,
}

async fn send(
    caller: ApiCaller,
    state: Data<State>,
    Repeat(repeat): Repeat,
    body: Body<BulkIn>,
) -> Answered {
    let Body(bulk) = body;
    let wrong = |_| Rejection::field("channelId", "must be a channel id");
    let channel: ChannelId = bulk.channel_id.parse().map_err(wrong)?;
    let count = bulk.recipients.len();
    if !(1..=RECIPIENTS_MAX).contains(&count) {
        let wrong = format!("must be 1 to {RECIPIENTS_MAX}");
        return Err(Rejection::field("recipients", wrong).into());
    }
    let letters = bulk.recipients.iter().map(|to| letter(&bulk, channel, to));
    let letters = letters.collect();
    let sending = &state.engine.sending;
    let sent = sending
        .send_to_many(&caller.actor, channel, letters, repeat)
        .await?;
    let named = bulk.recipients.into_iter().map(|recipient| recipient.to);
    let rows = named.zip(sent).map(|(to, sent)| row(to, sent)).collect();
    let total = u64::try_from(count).ok();
    let span = Span {
        cursor: None,
        offset: 0,
        limit: count,
    };
    let next = None;
    Ok(Answer::list(Page { rows, next, total }, &span))
}

fn row(to: String, sent: Result<MessageId, Rejection>) -> BulkRow {
    let (id, refused) = match sent {
        Ok(id) => (Some(id.to_string()), None),
        Err(refused) => (None, Some(refused)),
    };
    BulkRow {
        to,
        success: id.is_some(),
        message_id: id,
        error: refused.map(|refused| BulkError {
            code: refused.code.as_str().to_owned(),
            message: refused.message,
        }),
    }
}

fn letter(bulk: &BulkIn, channel: ChannelId, recipient: &RecipientIn) -> Letter {
    let to = recipient.to.trim();
    let target = match to.parse::<ContactId>() {
        Ok(contact) => Target::Contact(channel, contact),
        Err(_) => Target::Address(channel, to.to_owned()),
    };
    let draft = draft(bulk, recipient);
    Letter { target, draft }
}

fn draft(bulk: &BulkIn, recipient: &RecipientIn) -> Result<Draft, Rejection> {
    if recipient.to.trim().is_empty() {
        return Err(Rejection::field("to", "must not be empty"));
    }
    let content = match (&recipient.content, &bulk.content) {
        (Some(own), _) => own.clone(),
        (None, Some(shared)) => filled(shared.clone(), &recipient.variables)?,
        (None, None) => return Err(Rejection::field("content", "is missing")),
    };
    let mut metadata = bulk.metadata.clone();
    metadata.extend(recipient.metadata.clone());
    MessageIn {
        content: Some(content),
        strict: bulk.strict,
        metadata,
        ..MessageIn::default()
    }
    .draft()
}

/// Content with the variables of one recipient: those of a template are filled in where templates
/// are.
fn filled(mut content: Value, variables: &Map<String, Value>) -> Result<Value, Rejection> {
    let is_template = content.get("type").and_then(Value::as_str) == Some("template");
    match content.as_object_mut().filter(|_| is_template) {
        Some(template) => {
            let is_nested = template.get("template").is_some_and(Value::is_object);
            let place = if is_nested {
                template.get_mut("template").and_then(Value::as_object_mut)
            } else {
                Some(template)
            };
            if let Some(place) = place.filter(|_| !variables.is_empty()) {
                place.insert("variables".to_owned(), variables.clone().into());
            }
        }
        None => fill(&mut content, variables)?,
    }
    Ok(content)
}

/// Replaces `{{name}}` in every text of a value.
fn fill(value: &mut Value, variables: &Map<String, Value>) -> Result<(), Rejection> {
    match value {
        Value::String(text) => *text = replaced(text, variables)?,
        Value::Array(items) => items.iter_mut().try_for_each(|one| fill(one, variables))?,
        Value::Object(fields) => fields
            .values_mut()
            .try_for_each(|one| fill(one, variables))?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn replaced(text: &str, variables: &Map<String, Value>) -> Result<String, Rejection> {
    let mut values = Vec::new();
    for name in templates::variables(text) {
        let value = match variables.get(name) {
            Some(Value::String(value)) => value.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => return Err(Rejection::field(&format!("variables.{name}"), "is missing")),
        };
        values.push((Some(name.to_owned()), value));
    }
    Ok(templates::replaced(text, &values))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;

    #[test]
    fn each_recipient_reads_their_own_words() {
        let variables = json!({"name": "Ana", "count": 2, "note": null});
        let variables = variables.as_object().unwrap();
        for (content, expected) in [
            (json!("Hi {{name}}, {{ count }}"), Ok(json!("Hi Ana, 2"))),
            (json!("{{ name"), Ok(json!("{{ name"))),
            (
                json!({"type":"buttons","text":"{{name}}?","buttons":[{"title":"{{count}}"}]}),
                Ok(json!({"type":"buttons","text":"Ana?","buttons":[{"title":"2"}]})),
            ),
            (
                json!({"type":"template","name":"order"}),
                Ok(json!({"type":"template","name":"order","variables":variables})),
            ),
            (
                json!({"type":"template","template":{"name":"order"}}),
                Ok(json!({"type":"template","template":{"name":"order","variables":variables}})),
            ),
            (json!("Hi {{who}}"), Err("variables.who")),
            (json!("Hi {{note}}"), Err("variables.note")),
        ] {
            let found = filled(content.clone(), variables);
            let found = found.map_err(|refused| refused.fields[0].field.clone());
            let expected = expected.map_err(str::to_owned);
            assert_eq!(found, expected, "{content}");
        }
    }
}
