//! `/search`: everything said, and everybody who said it.

use std::borrow::Cow;

use actix_web::web::Data;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::time::Timestamp;
use crate::engine::inbox::searching::Found;
use crate::engine::inbox::searching::Highlighter;
use crate::engine::inbox::searching::Kind;
use crate::engine::inbox::searching::Order;
use crate::engine::inbox::searching::Question;
use crate::engine::inbox::searching::Thing;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Query;
use crate::web::state::State;

/// Counted on to this many hits.
const COUNTED: u64 = 1_000;
/// Characters of a snippet.
const SNIPPET: usize = 160;
/// What can be found, by the names clients give it.
const KINDS: [(&str, &str, Kind); 4] = [
    ("messages", "message", Kind::Message),
    ("notes", "note", Kind::Note),
    ("conversations", "conversation", Kind::Conversation),
    ("contacts", "contact", Kind::Contact),
];

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("search");
    routes
        .get(&["/search"], index)
        .says("Search messages, notes, conversations and contacts")
        .needs(Permission::Search)
        .query::<SearchQuery>()
        .lists::<HitOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SearchQuery {
    /// Words and "phrases", with `from:` `in:` `channel:` `status:` `assignee:` `tag:` `has:file` `before:` `after:`.
    #[serde(alias = "query")]
    q: String,
    /// Only these: `messages`, `notes`, `conversations`, `contacts`.
    #[serde(default, alias = "type")]
    types: Vec<String>,
    /// `newest` (the default) or `relevance`.
    #[serde(default)]
    sort: Option<String>,
}

/// A hit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SearchHit)]
struct HitOut {
    /// `message`, `note`, `conversation` or `contact`.
    r#type: &'static str,
    /// The id of what was found.
    id: String,
    /// Its conversation.
    conversation_id: Option<String>,
    /// The customer.
    contact_id: Option<String>,
    /// The kind of channel.
    channel_type: Option<String>,
    /// The passage around the first hit: HTML, escaped, each hit in `<mark>`.
    snippet: String,
    /// How well it fits, when sorted by relevance.
    score: Option<f32>,
    /// Its time.
    timestamp: Timestamp,
}

impl HitOut {
    fn new(found: &Found, marks: &Highlighter) -> Self {
        let kind = found.hit.kind;
        let (id, conversation, contact) = match &found.thing {
            Thing::Message(message, conversation, contact) => {
                (message.id.to_string(), Some(conversation), contact)
            }
            Thing::Conversation(conversation, contact) => {
                (conversation.id.to_string(), Some(conversation), contact)
            }
            Thing::Contact(contact) => (contact.id.to_string(), None, contact),
        };
        let shown: Cow<'_, str> = match &found.thing {
            // Somebody found by name: here the name stands nowhere else.
            Thing::Contact(contact) if marks.hits(&contact.name) => contact.name.as_str().into(),
            thing => thing.shown(marks),
        };
        Self {
            r#type: KINDS
                .iter()
                .find(|(.., known)| *known == kind)
                .map_or("", |(_, name, _)| name),
            id,
            conversation_id: conversation.map(|conversation| conversation.id.to_string()),
            contact_id: Some(contact.id.to_string()),
            channel_type: conversation
                .map(|conversation| conversation.channel_kind.as_str().to_owned()),
            snippet: marks.snippet(&shown, SNIPPET),
            score: found.hit.score,
            timestamp: found.hit.at,
        }
    }
}

fn kinds(types: &[String]) -> Result<Vec<Kind>, Rejection> {
    if types.is_empty() {
        return Ok(KINDS.iter().map(|(.., kind)| *kind).collect());
    }
    let named = |name: &String| {
        let found = KINDS
            .iter()
            .find(|(many, one, _)| name == many || name == one);
        found.map(|(.., kind)| *kind).ok_or_else(|| {
            Rejection::field(
                "types",
                "must be messages, notes, conversations or contacts",
            )
        })
    };
    types.iter().map(named).collect()
}

fn order(sort: Option<&str>) -> Result<Order, Rejection> {
    match sort {
        None | Some("newest") => Ok(Order::Newest),
        Some("relevance") => Ok(Order::Relevance),
        Some(_) => Err(Rejection::field("sort", "must be newest or relevance")),
    }
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<SearchQuery>,
    asked: Asked,
) -> Answered {
    let (kinds, order) = (kinds(&query.0.types)?, order(query.0.sort.as_deref())?);
    let words = format!("search {} {kinds:?} {order:?}", query.0.q);
    let refuse = |error: crate::base::page::BadCursor| {
        Rejection::new(Code::InvalidCursor, error.to_string())
    };
    let cursor = asked.0.cursor.as_ref();
    let after = cursor.map(|cursor| cursor.position(&words)).transpose();
    let zone = state.engine.organisations.get()?.map(|held| held.timezone);
    let answer = state.engine.searching.find(
        &caller.actor,
        &Question {
            text: &query.0.q,
            kinds: &kinds,
            order,
            limit: asked.0.limit,
            after: after.map_err(refuse)?,
            count_to: COUNTED,
            zone: zone
                .and_then(|zone| TimeZone::get(&zone).ok())
                .unwrap_or(TimeZone::UTC),
        },
    )?;
    let marks = Highlighter::new(&answer.query);
    let page = Page {
        rows: answer
            .hits
            .iter()
            .map(|found| HitOut::new(found, &marks))
            .collect(),
        next: answer.next.map(|place| Cursor::new(place, &words)),
        total: Some(answer.total),
    };
    Ok(Answer::list(page, &asked.0)
        .meta("totalIsExact", answer.total_is_exact)
        .meta("changesBehind", answer.behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_names_of_the_contract() {
        let named = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            kinds(&names)
        };
        assert_eq!(
            named(&["messages", "contact"]),
            Ok(vec![Kind::Message, Kind::Contact])
        );
        assert_eq!(named(&[]).map(|all| all.len()), Ok(4));
        assert!(named(&["flows"]).is_err());
        assert!(order(Some("oldest")).is_err());
    }
}
