//! The inbox: a queue, and a conversation in it.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::views;

/// The addresses of the inbox.
pub fn configure(config: &mut web::ServiceConfig) {
    views::configure(config);
    config
        .route("/", web::get().to(home))
        .route("/app", web::get().to(home))
        .route("/app/", web::get().to(home))
        .route("/app/inbox", web::get().to(home))
        .route("/app/inbox/{queue}", web::get().to(queue))
        .route(
            "/app/inbox/{queue}/{conversation}",
            web::get().to(conversation),
        );
}

/// What an address of the inbox may carry.
#[derive(Debug, Default, Deserialize)]
pub struct Place {
    /// Rows from here.
    pub cursor: Option<String>,
    /// Messages before this one.
    pub before: Option<String>,
    /// Messages after this one.
    pub after: Option<String>,
    /// The message to show.
    pub m: Option<String>,
}

async fn home(state: Shared, reader: Option<Reader>) -> Result<HttpResponse, Problem> {
    if reader.is_some() {
        return Ok(see("/app/inbox/mine"));
    }
    Ok(see(if state.engine.logins.is_unowned()? {
        "/setup"
    } else {
        "/login"
    }))
}

async fn queue(
    state: Shared,
    path: Path<String>,
    place: Query<Place>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let section = Section::named(&path).ok_or_else(Problem::not_found)?;
    let desk = Desk::open(&state, &reader, section)?;
    if reader.wants("rows") || place.cursor.is_some() && !reader.parts.is_empty() {
        return desk.more_rows(place.cursor.as_deref());
    }
    desk.answer(None, &place)
}

async fn conversation(
    state: Shared,
    path: Path<(String, String)>,
    place: Query<Place>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (word, id) = path.into_inner();
    let section = Section::named(&word).ok_or_else(Problem::not_found)?;
    let id: ConversationId = id.parse().map_err(|_| Problem::not_found())?;
    Desk::open(&state, &reader, section)?.answer(Some(id), &place)
}

/// Leads to the best queue a conversation can be opened in. Its address stands with the forms of a
/// conversation.
///
/// # Errors
/// There is no such conversation.
pub async fn permalink(
    state: Shared,
    path: Path<String>,
    place: Query<Place>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let id: ConversationId = path.parse().map_err(|_| Problem::not_found())?;
    let row = state.engine.listing.get(&reader.actor(), id)?;
    let conversation = &row.conversation;
    let queue = match (conversation.status, conversation.assignee) {
        (Status::Open, Some(user)) if user == reader.agent.user.id => Queue::Mine,
        (Status::Open, None) => Queue::Unassigned,
        (Status::Open, Some(_)) => Queue::All,
        (Status::Pending, _) => Queue::Waiting,
        (Status::Snoozed, _) => Queue::Snoozed,
        (Status::Resolved, _) if conversation.resolution == Some(Resolution::Spam) => Queue::Spam,
        (Status::Resolved, _) => Queue::Done,
    };
    let message = place
        .m
        .as_deref()
        .and_then(|id| id.parse::<MessageId>().ok());
    let mark = message.map_or_else(String::new, |message| format!("?m={message}"));
    Ok(see(&format!("/app/inbox/{}/{id}{mark}", queue.word())))
}
