//! What is done to a conversation: every form is taken, then answered by 303.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::change::Edit;
use crate::engine::people::contact_changes::ContactChanges;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::rejection::Rejection;
use crate::web::dashboard::failed;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::inbox::permalink;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::moment_of;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::writing::bubble;

/// The forms of a conversation.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/app/c/{conversation}")
            .route("", web::get().to(permalink))
            .route("/messages/{message}/settle", web::post().to(settle))
            .route("/assign", web::post().to(assign))
            .route("/status", web::post().to(status))
            .route("/snooze", web::post().to(snooze))
            .route("/priority", web::post().to(priority))
            .route("/tags", web::post().to(tags))
            .route("/take", web::post().to(take))
            .route("/hand-over", web::post().to(hand_over))
            .route("/follow", web::post().to(follow))
            .route("/block", web::post().to(block))
            .route("/read", web::post().to(read)),
    );
}

/// The conversation a form is about.
pub type Address = Path<String>;

/// The id in an address.
///
/// # Errors
/// It is none.
pub fn id_of(path: &str) -> Result<ConversationId, Problem> {
    path.parse().map_err(|_| Problem::not_found())
}

/// The section of the inbox a form came from.
#[must_use]
pub fn section_of(fields: &Fields) -> Section {
    Section::named(fields.get("queue")).unwrap_or_else(|| Queue::Mine.into())
}

/// Back to the conversation in the queue the form came from.
#[must_use]
pub fn back(fields: &Fields, id: ConversationId) -> HttpResponse {
    see(&format!("{}/{id}", section_of(fields).address()))
}

/// Back to the conversation, or to its queue alone when the form took it out of the reader's sight.
fn back_if_seen(
    state: &Shared,
    reader: &Reader,
    fields: &Fields,
    id: ConversationId,
) -> Result<HttpResponse, Problem> {
    match state.engine.listing.get(&reader.actor(), id) {
        Ok(_) => Ok(back(fields, id)),
        Err(EngineError::Refused(_)) => Ok(back_to_queue(fields)),
        Err(error) => Err(error.into()),
    }
}

fn back_to_queue(fields: &Fields) -> HttpResponse {
    see(&section_of(fields).address())
}

/// What a form that was refused is answered with: the page says it, or the script does.
///
/// # Errors
/// The problem itself, for the page.
pub fn refused(reader: &Reader, error: impl Into<EngineError>) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    if reader.parts.is_empty() {
        Err(problem)
    } else {
        Ok(problem.for_script())
    }
}

/// Says what becomes of a message that did not go out, and answers with the message as it is now,
/// where the page can replace it by itself, else with the page.
async fn settle(
    state: Shared,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, message) = ids_of(path)?;
    let actor = form.reader.actor();
    match failed::act(&state, &actor, form.fields.get("what"), message).await? {
        Ok(message) if form.reader.wants("message") => {
            bubble(&state, &form.reader, &form.fields, &message)
        }
        Ok(_) => Ok(back(&form.fields, id)),
        Err(error) => refused(&form.reader, error),
    }
}

fn ids_of(path: Path<(String, String)>) -> Result<(ConversationId, MessageId), Problem> {
    let (conversation, message) = path.into_inner();
    let message = message.parse().map_err(|_| Problem::not_found())?;
    Ok((id_of(&conversation)?, message))
}

async fn change(
    state: &Shared,
    id: ConversationId,
    form: &Form,
    edits: Vec<Edit>,
) -> Result<HttpResponse, Problem> {
    match state
        .engine
        .changing
        .change(&form.reader.actor(), id, edits, None)
        .await
    {
        Ok(_) => back_if_seen(state, &form.reader, &form.fields, id),
        Err(error) => refused(&form.reader, error),
    }
}

async fn assign(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let user = match form.fields.get("assignee") {
        "" => None,
        "me" => Some(form.reader.agent.user.id),
        other => Some(other.parse().map_err(|_| Problem::not_found())?),
    };
    change(&state, id, &form, vec![Edit::Assign(user)]).await
}

async fn status(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let edit = match form.fields.get("status") {
        "spam" => Edit::Close(Resolution::Spam),
        word => Edit::Status(Status::named(word).ok_or_else(Problem::not_found)?),
    };
    let done = matches!(edit, Edit::Close(_) | Edit::Status(Status::Resolved));
    let answer = change(&state, id, &form, vec![edit]).await?;
    if done && form.reader.parts.is_empty() {
        return Ok(back_to_queue(&form.fields));
    }
    Ok(answer)
}

async fn snooze(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let until: Option<Timestamp> = match form.fields.some("until") {
        None => None,
        Some(text) => {
            let Some(at) = moment_of(text, &form.reader.zone) else {
                let wrong = "must be a time such as 2026-11-30T09:00";
                return refused(&form.reader, Rejection::field("until", wrong));
            };
            Some(at)
        }
    };
    change(&state, id, &form, vec![Edit::Snooze(until)]).await
}

async fn follow(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let me = form.reader.agent.user.id;
    let edit = match form.fields.get("follow") {
        "yes" => Edit::Follow(me),
        _ => Edit::Unfollow(me),
    };
    change(&state, id, &form, vec![edit]).await
}

/// Keeps what the person writes out of sight, or lets it in again.
async fn block(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let actor = form.reader.actor();
    let contact = state.engine.listing.get(&actor, id)?.contact.id;
    let changes = ContactChanges {
        blocked: Some(form.fields.get("block") == "yes"),
        ..ContactChanges::default()
    };
    match state.engine.contacts.update(&actor, contact, changes).await {
        Ok(_) => back_if_seen(&state, &form.reader, &form.fields, id),
        Err(error) => refused(&form.reader, error),
    }
}

async fn priority(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let priority = Priority::named(form.fields.get("priority")).ok_or_else(Problem::not_found)?;
    change(&state, id, &form, vec![Edit::Priority(priority)]).await
}

async fn tags(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let edit = match (form.fields.some("add"), form.fields.some("remove")) {
        (Some(tag), _) => Edit::AddTags(vec![tag.to_owned()]),
        (None, Some(tag)) => Edit::RemoveTags(vec![tag.to_owned()]),
        (None, None) => return Err(Problem::not_found()),
    };
    change(&state, id, &form, vec![edit]).await
}

/// Takes the conversation back from another app of the vendor.
async fn take(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let changing = &state.engine.changing;
    match changing.take_back(&form.reader.actor(), id).await {
        Ok(()) => back_if_seen(&state, &form.reader, &form.fields, id),
        Err(error) => refused(&form.reader, error),
    }
}

/// Hands the conversation to the vendor's own inbox.
async fn hand_over(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let changing = &state.engine.changing;
    match changing.hand_over(&form.reader.actor(), id).await {
        Ok(()) => back_if_seen(&state, &form.reader, &form.fields, id),
        Err(error) => refused(&form.reader, error),
    }
}

async fn read(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let actor = form.reader.actor();
    if form.fields.get("unread") == "1" {
        state.engine.reading.mark_unread(&actor, id).await?;
    } else {
        state.engine.reading.mark_read(&actor, id).await?;
    }
    if form.reader.parts.is_empty() {
        return Ok(back(&form.fields, id));
    }
    Ok(HttpResponse::NoContent().finish())
}
