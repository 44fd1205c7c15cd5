//! What is written in a conversation: kept while somebody types, sent once they say so.

use actix_web::HttpResponse;
use actix_web::web;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::overtaken::ANSWERED_MEANWHILE;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::engine::inbox::together::GROUP;
use crate::engine::inbox::unsent::Writing;
use crate::engine::rules::fit::Mode;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ConversationId;
use crate::model::ids::MediaId;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::rejection::Rejection;
use crate::model::unsent::Words;
use crate::web::dashboard::conversation::Address;
use crate::web::dashboard::conversation::back;
use crate::web::dashboard::conversation::id_of;
use crate::web::dashboard::conversation::refused;
use crate::web::dashboard::conversation::section_of;
use crate::web::dashboard::desk::Desk;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::offer;
use crate::web::dashboard::present::bubble::Around;
use crate::web::dashboard::present::composer::Held;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::view::composer::OutlookPart;
use crate::web::dashboard::view::format;
use crate::web::state::State;

/// The forms of the composer.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/c/{conversation}/messages", web::post().to(send))
        .route("/app/c/{conversation}/draft", web::post().to(keep))
        .route("/app/c/{conversation}/outlook", web::post().to(outlook))
        .route("/app/c/{conversation}/typing", web::post().to(typing));
}

async fn send(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let actor = form.reader.actor();
    let contents = match contents(&state, &form.fields) {
        Ok(contents) => contents,
        Err(error) => return refused(&form.reader, error),
    };
    // The one that has the id of the form's; the others come to the page as they do to everybody.
    let mut first: Option<Message> = None;
    let client_id = form.fields.some("clientId").map(str::to_owned);
    let album = client_id.as_ref().filter(|_| is_album(&contents)).cloned();
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
        let mut draft = draft(&form.fields, content, client_id);
        if let Some(album) = album
            .as_deref()
            .filter(|_| draft.audience == Audience::Customer)
        {
            draft.metadata.insert(GROUP.to_owned(), album.into());
        }
        match state
            .engine
            .sending
            .send(&actor, Target::Conversation(id), draft, repeat)
            .await
        {
            Ok(sent) => {
                first.get_or_insert(sent.message);
            }
            Err(error) => return not_sent(&state, &form, id, error),
        }
    }
    if form.reader.wants("message")
        && let Some(message) = &first
    {
        return bubble(&state, &form.reader, &form.fields, message);
    }
    Ok(back(&form.fields, id))
}

/// A reply somebody else overtook comes back as it was, with what was answered meanwhile.
fn not_sent(
    state: &Shared,
    form: &Form,
    id: ConversationId,
    error: EngineError,
) -> Result<HttpResponse, Problem> {
    match error {
        EngineError::Refused(rejection)
            if rejection.reason == Some(ANSWERED_MEANWHILE) && form.reader.parts.is_empty() =>
        {
            let (reader, fields) = (&form.reader, &form.fields);
            let seen = rejection.fields.first().map(|field| &field.message);
            let held = Held {
                seen: seen.and_then(|seen| seen.parse().ok()).unwrap_or_default(),
                sentence: rejection.message,
                text: fields.get("text").to_owned(),
            };
            Desk::open(state, reader, section_of(fields))?.hold_up(id, held)
        }
        error => refused(&form.reader, error),
    }
}

/// Keeps what is written so far.
async fn keep(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let fields = &form.fields;
    let files = match files_of(fields) {
        Ok(files) => files,
        Err(rejection) => return refused(&form.reader, rejection),
    };
    let writing = Writing {
        audience: audience_of(fields),
        words: Words {
            text: fields.get("text").replace("\r\n", "\n"),
            reply_to: fields.some("replyTo").and_then(|id| id.parse().ok()),
            files,
            seen: fields.get("seen").parse().unwrap_or_default(),
        },
        client_id: fields.some("clientId").map(str::to_owned),
    };
    let actor = form.reader.actor();
    match state.engine.unsents.keep(&actor, id, writing).await {
        Ok(()) => Ok(measured(&state, &form, id)),
        Err(error) => refused(&form.reader, error),
    }
}

/// What the reply would cost as it stands, where it costs by its length.
fn measured(state: &Shared, form: &Form, id: ConversationId) -> HttpResponse {
    let text = form.fields.get("text");
    let is_reply = audience_of(&form.fields) == Audience::Customer;
    let sending = &state.engine.sending;
    let measure = sending.measure(&form.reader.actor(), id, text);
    match measure.ok().flatten().filter(|_| is_reply) {
        Some(measure) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(format::cost(&measure)),
        None => HttpResponse::NoContent().finish(),
    }
}

fn audience_of(fields: &Fields) -> Audience {
    if fields.get("mode") == "note" {
        Audience::Team
    } else {
        Audience::Customer
    }
}

fn files_of(fields: &Fields) -> Result<Vec<MediaId>, Rejection> {
    fields
        .all("media")
        .filter(|id| !id.is_empty())
        .map(|id| {
            id.parse()
                .map_err(|_| Rejection::field("media", "must be an uploaded file"))
        })
        .collect()
}

/// What a composer sends: words, or files with the words under the first.
fn contents(state: &State, fields: &Fields) -> Result<Vec<Content>, EngineError> {
    let text = fields.get("text").replace("\r\n", "\n");
    let files = files_of(fields)?;
    let offered = match audience_of(fields) {
        Audience::Customer => offer::content(fields)?,
        Audience::Team => None,
    };
    if let Some(offered) = offered {
        // Words belong to choices; files come first, by themselves.
        let bare = files.into_iter().map(|id| file(state, id, None));
        return bare.chain([Ok(offered)]).collect();
    }
    // The files of a mail go with its words.
    if files.is_empty() || (is_mail(fields) && !text.trim().is_empty()) {
        return Ok(vec![Content::text(text.trim())]);
    }
    let mut caption = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let files = files.into_iter();
    files.map(|id| file(state, id, caption.take())).collect()
}

/// Whether the form has the rows of a mail, and no note is written in it.
fn is_mail(fields: &Fields) -> bool {
    fields.has("cc") && audience_of(fields) == Audience::Customer
}

/// What is wanted of a mail beside its words. Who gets copies is always said: nobody, where the row
/// was emptied.
fn letter(fields: &Fields, with_files: bool) -> Opaque {
    let listed = |name: &str| -> Vec<String> {
        let all = fields.get(name).split(',').map(str::trim);
        all.filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut letter = Opaque::new();
    letter.insert("cc".to_owned(), listed("cc").into());
    for name in ["to", "bcc"] {
        let named = listed(name);
        if !named.is_empty() {
            letter.insert(name.to_owned(), named.into());
        }
    }
    for name in ["subject", "html"] {
        let value = fields.get(name).trim();
        if !value.is_empty() {
            letter.insert(name.to_owned(), value.into());
        }
    }
    let files: Vec<&str> = fields.all("media").filter(|id| !id.is_empty()).collect();
    if with_files && !files.is_empty() {
        let files = files.into_iter().map(|id| json!({ "mediaId": id }));
        letter.insert("attachments".to_owned(), files.collect::<Vec<_>>().into());
    }
    letter
}

/// A file as the content that its bytes stand for.
fn file(state: &State, id: MediaId, caption: Option<String>) -> Result<Content, EngineError> {
    let media = Media {
        media_id: Some(id),
        caption,
        ..Media::default()
    };
    let stored = state.engine.files.get(id)?;
    Ok(of_type(&stored.mime_type, media))
}

/// Whether several files are sent and nothing else: they go together where the channel has that.
fn is_album(contents: &[Content]) -> bool {
    contents.len() > 1 && contents.iter().all(|content| content.media().is_some())
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
    let audience = audience_of(fields);
    let note = audience == Audience::Team;
    let mut metadata = Opaque::new();
    let mentions: Vec<_> = fields.all("mentions").filter(|id| !id.is_empty()).collect();
    if note && !mentions.is_empty() {
        metadata.insert("mentions".to_owned(), mentions.into());
    }
    if !note && is_mail(fields) {
        let with_files = matches!(content, Content::Text(_));
        metadata.insert("email".to_owned(), letter(fields, with_files).into());
    }
    Draft {
        content,
        audience,
        reply_to: fields.some("replyTo").and_then(|id| id.parse().ok()),
        client_id,
        mode: if fields.has("strict") {
            Mode::Strict
        } else {
            Mode::Degrade
        },
        source: Source::Dashboard,
        metadata,
        seen: fields.some("seen").and_then(|seen| seen.parse().ok()),
        not_before: None,
    }
}

/// One message as the page puts it in.
///
/// # Errors
/// The store's.
pub fn bubble(
    state: &Shared,
    reader: &Reader,
    fields: &Fields,
    message: &Message,
) -> Result<HttpResponse, Problem> {
    let quoted = state
        .engine
        .histories
        .quoted(std::slice::from_ref(message))?;
    let around = Around {
        quoted: quoted.first(),
        ..Around::default()
    };
    Ok(parts(&[
        Desk::open(state, reader, section_of(fields))?.item(message, &around)
    ]))
}

/// What the customer would get of what is written, as a part of the composer.
async fn outlook(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let actor = form.reader.actor();
    state.engine.listing.get(&actor, id)?;
    let mut view = OutlookPart::default();
    let contents = match contents(&state, &form.fields) {
        Ok(contents) => contents,
        Err(EngineError::Refused(rejection)) => {
            view.error = Some(said(&rejection));
            return Ok(page(&view));
        }
        Err(error) => return Err(error.into()),
    };
    let desk = Desk::open(&state, &form.reader, section_of(&form.fields))?;
    for content in contents {
        match state.engine.sending.outlook(&actor, id, content) {
            Ok(fitted) => {
                view.parts
                    .extend(fitted.parts.iter().map(|part| desk.shown(part)));
                view.converted.extend(fitted.converted);
            }
            Err(EngineError::Refused(rejection)) => view.error = Some(said(&rejection)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(page(&view))
}

/// What is not right yet, as one says it of what is still written.
fn said(rejection: &Rejection) -> String {
    match rejection.fields.first().map(|field| field.field.as_str()) {
        Some("text" | "content.text") => "Write the words first.".to_owned(),
        Some(field) if field.starts_with("buttons") || field.starts_with("sections") => {
            "Write the first choice.".to_owned()
        }
        _ => rejection.message.clone(),
    }
}

async fn typing(state: Shared, path: Address, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let on = form.fields.get("state") != "stop";
    state.engine.typing.tell(&form.reader.actor(), id, on)?;
    Ok(HttpResponse::NoContent().finish())
}
