//! What is done to a conversation: every form is taken, then answered by 303.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::change::Edit;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::engine::rules::fit::Mode;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::MediaId;
use crate::model::ids::MessageId;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::rejection::Rejection;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::inbox::Desk;
use crate::web::dashboard::inbox::permalink;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::moment_of;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::see;

/// The forms of a conversation.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/app/c/{conversation}")
            .route("", web::get().to(permalink))
            .route("/messages", web::post().to(send))
            .route("/messages/{message}/retry", web::post().to(retry))
            .route("/messages/{message}/arrived", web::post().to(arrived))
            .route("/assign", web::post().to(assign))
            .route("/status", web::post().to(status))
            .route("/snooze", web::post().to(snooze))
            .route("/priority", web::post().to(priority))
            .route("/tags", web::post().to(tags))
            .route("/read", web::post().to(read))
            .route("/typing", web::post().to(typing)),
    );
}

type Address = Path<String>;

fn id_of(path: &str) -> Result<ConversationId, Problem> {
    path.parse().map_err(|_| Problem::not_found())
}

/// Back to the conversation in the queue the form came from.
fn back(fields: &Fields, id: ConversationId) -> HttpResponse {
    let queue = Queue::named(fields.get("queue")).unwrap_or(Queue::Mine);
    see(&format!("/app/inbox/{}/{id}", queue.word()))
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
    let queue = Queue::named(fields.get("queue")).unwrap_or(Queue::Mine);
    see(&format!("/app/inbox/{}", queue.word()))
}

/// What a form that was refused is answered with: the page says it, or the script does.
fn refused(reader: &Reader, error: impl Into<EngineError>) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    if reader.parts.is_empty() {
        Err(problem)
    } else {
        Ok(problem.for_script())
    }
}

async fn send(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let actor = form.reader.actor();
    let contents = match contents(&form.fields) {
        Ok(contents) => contents,
        Err(rejection) => return refused(&form.reader, rejection),
    };
    let mut last: Option<Message> = None;
    let client_id = form.fields.some("clientId").map(str::to_owned);
    for (index, content) in contents.into_iter().enumerate() {
        // Several files are several messages: each needs an id of its own.
        let client_id = client_id.as_ref().map(|id| {
            if index == 0 {
                id.clone()
            } else {
                format!("{id}.{index}")
            }
        });
        let repeat = client_id
            .as_ref()
            .map(|client| Repeatable::by_client_id(&actor, id, client));
        let draft = draft(&form.fields, content, client_id);
        match state
            .engine
            .sending
            .send(&actor, Target::Conversation(id), draft, repeat)
            .await
        {
            Ok(sent) => last = Some(sent.message),
            Err(error) => return refused(&form.reader, error),
        }
    }
    if form.reader.wants("message")
        && let Some(message) = &last
    {
        return bubble(&state, &form.reader, &form.fields, message);
    }
    Ok(back(&form.fields, id))
}

/// What a composer sends: words, or files with the words under the first.
fn contents(fields: &Fields) -> Result<Vec<Content>, Rejection> {
    let text = fields.get("text").replace("\r\n", "\n");
    let files: Vec<MediaId> = fields
        .all("media")
        .filter(|id| !id.is_empty())
        .map(|id| {
            id.parse()
                .map_err(|_| Rejection::field("media", "must be an uploaded file"))
        })
        .collect::<Result<_, _>>()?;
    if files.is_empty() {
        return Ok(vec![Content::text(text.trim())]);
    }
    let kinds: Vec<&str> = fields.all("mediaType").collect();
    Ok(files
        .into_iter()
        .enumerate()
        .map(|(index, id)| {
            let caption = (index == 0)
                .then(|| text.trim().to_owned())
                .filter(|text| !text.is_empty());
            let media = Media {
                media_id: Some(id),
                caption,
                ..Media::default()
            };
            of_type(kinds.get(index).copied().unwrap_or_default(), media)
        })
        .collect())
}

/// A file as the content its type stands for.
fn of_type(mime_type: &str, media: Media) -> Content {
    match mime_type.split('/').next() {
        Some("image") => Content::Image(media),
        Some("audio") => Content::Audio(media),
        Some("video") => Content::Video(media),
        _ => Content::Document(media),
    }
}

fn draft(fields: &Fields, content: Content, client_id: Option<String>) -> Draft {
    let note = fields.get("mode") == "note";
    let mut metadata = Opaque::new();
    let mentions: Vec<_> = fields.all("mentions").filter(|id| !id.is_empty()).collect();
    if note && !mentions.is_empty() {
        metadata.insert("mentions".to_owned(), mentions.into());
    }
    Draft {
        content,
        audience: if note {
            Audience::Team
        } else {
            Audience::Customer
        },
        reply_to: fields.some("replyTo").and_then(|id| id.parse().ok()),
        client_id,
        mode: if fields.has("strict") {
            Mode::Strict
        } else {
            Mode::Degrade
        },
        source: Source::Dashboard,
        metadata,
    }
}

fn bubble(
    state: &Shared,
    reader: &Reader,
    fields: &Fields,
    message: &Message,
) -> Result<HttpResponse, Problem> {
    let queue = Queue::named(fields.get("queue")).unwrap_or(Queue::Mine);
    let quoted = state
        .engine
        .histories
        .quoted(std::slice::from_ref(message))?;
    let around = Around {
        before: None,
        quoted: quoted.first(),
        chosen: &[],
    };
    Ok(parts(&[
        Desk::open(state, reader, queue)?.item(message, &around)
    ]))
}

async fn retry(
    state: Shared,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, message) = ids_of(path)?;
    let sending = &state.engine.sending;
    let retried = sending.retry(&form.reader.actor(), message).await;
    settled(&state, &form, id, retried)
}

/// Somebody knows that a message of unknown outcome arrived.
async fn arrived(
    state: Shared,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (id, message) = ids_of(path)?;
    let sending = &state.engine.sending;
    let confirmed = sending.confirm(&form.reader.actor(), message).await;
    settled(&state, &form, id, confirmed)
}

fn ids_of(path: Path<(String, String)>) -> Result<(ConversationId, MessageId), Problem> {
    let (conversation, message) = path.into_inner();
    let message = message.parse().map_err(|_| Problem::not_found())?;
    Ok((id_of(&conversation)?, message))
}

/// The message as it is now, where the page can replace it by itself, else the page.
fn settled(
    state: &Shared,
    form: &Form,
    id: ConversationId,
    settled: Result<Message, EngineError>,
) -> Result<HttpResponse, Problem> {
    match settled {
        Ok(message) if form.reader.wants("message") => {
            bubble(state, &form.reader, &form.fields, &message)
        }
        Ok(_) => Ok(back(&form.fields, id)),
        Err(error) => refused(&form.reader, error),
    }
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

async fn typing(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let on = form.fields.get("state") != "stop";
    state.engine.typing.tell(&form.reader.actor(), id, on)?;
    Ok(HttpResponse::NoContent().finish())
}
