//! `/app/c/{conversation}/messages/{message}/forward`: one mail passed on to somebody else, with what
//! stood above it and its files.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Path;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::model::Opaque;
use crate::model::mail::Mail;
use crate::model::mail::RemoteImages;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::mail::message_of;
use crate::web::dashboard::present::mail::bare;
use crate::web::dashboard::present::mail::kept;
use crate::web::dashboard::present::mail::people;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::forward::ForwardPage;
use crate::web::dashboard::view::forward::Passed;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// What stands between one's own words and the mail.
const LINE: &str = "---------- Forwarded message ----------";

/// The address.
pub fn configure(config: &mut web::ServiceConfig) {
    let address = "/app/c/{conversation}/messages/{message}/forward";
    config
        .route(address, web::get().to(show))
        .route(address, web::post().to(send));
}

type At = Path<(String, String)>;

/// The mail, for somebody who may write.
fn mail_of(state: &Shared, reader: &Reader, path: &At) -> Result<(Message, Mail), Problem> {
    reader.actor().require(Permission::Reply)?;
    let message = message_of(state, reader, path)?;
    let mail = kept(&message).filter(|_| !message.private);
    let mail = mail.ok_or_else(Problem::not_found)?;
    Ok((message, mail))
}

async fn show(state: Shared, path: At, reader: Reader) -> Result<HttpResponse, Problem> {
    let (message, mail) = mail_of(&state, &reader, &path)?;
    let subject = mail.subject.as_deref().map_or("", bare);
    let fields = Fields::of(vec![
        (
            "subject".to_owned(),
            format!("Fwd: {subject}").trim().to_owned(),
        ),
        (
            "clientId".to_owned(),
            state.engine.context.random.base62(20),
        ),
    ]);
    let drawn = draw(&state, &reader, &message, &mail, &fields, None)?;
    Ok(page_with(StatusCode::OK, &drawn))
}

/// `refused` is why it was not sent; every file is ticked while nobody has said anything yet.
fn draw(
    state: &State,
    reader: &Reader,
    message: &Message,
    mail: &Mail,
    fields: &Fields,
    refused: Option<&Rejection>,
) -> Result<ForwardPage, Problem> {
    let address = format!("/app/c/{}/messages/{}", message.conversation_id, message.id);
    let about_to = refused.filter(|refused| {
        let mut about = refused.fields.iter().map(|field| field.field.as_str());
        about.any(|field| field == "to" || field.starts_with("email.cc"))
    });
    let to = match about_to {
        Some(refused) => FieldView::of(fields.get("to")).wrong(refused.message.clone()),
        None => FieldView::of(fields.get("to")),
    };
    let files = mail.attachments.iter().filter(|file| !file.inline);
    let chosen: Vec<&str> = fields.all("file").collect();
    let files = files.filter_map(|file| {
        let id = file.id?.to_string();
        Some(Passed {
            on: refused.is_none() || chosen.contains(&id.as_str()),
            name: file.filename.clone(),
            size: format::size(file.size),
            id,
        })
    });
    Ok(ForwardPage {
        shell: reader.shell(state, "Forward a mail", Area::All)?,
        action: format!("{address}/forward"),
        back: format!("/app/c/{}?m={}", message.conversation_id, message.id),
        refused: refused
            .filter(|_| about_to.is_none())
            .map(|refused| refused.message.clone()),
        to,
        subject: FieldView::of(fields.get("subject")),
        text: FieldView::of(fields.get("note")),
        client_id: fields.get("clientId").to_owned(),
        head: head(reader, message, mail),
        frame: mail.html.as_ref().map(|_| format!("{address}/mail")),
        words: format::rich(message.content.words()),
        files: files.collect(),
    })
}

/// From whom the mail was, when, about what and to whom.
fn head(reader: &Reader, message: &Message, mail: &Mail) -> Vec<(&'static str, String)> {
    let mut all = people(message, mail);
    all.retain(|(what, _)| matches!(*what, "From" | "To" | "Cc"));
    let date = reader.zone.to_datetime(message.at.calendar());
    let date = date.strftime("%a, %-d %b %Y, %H:%M").to_string();
    all.insert(all.len().min(1), ("Date", date));
    if let Some(subject) = &mail.subject {
        all.insert(all.len().min(2), ("Subject", subject.clone()));
    }
    all
}

async fn send(state: Shared, path: At, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (message, mail) = mail_of(&state, reader, &path)?;
    let outcome = pass_on(&state, reader, &message, &mail, fields).await;
    match outcome {
        Ok(sent) => Ok(see(&format!(
            "/app/c/{}?m={}",
            sent.conversation_id, sent.id
        ))),
        Err(EngineError::Refused(refused)) => {
            let drawn = draw(&state, reader, &message, &mail, fields, Some(&refused))?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &drawn))
        }
        Err(error) => Err(error.into()),
    }
}

/// Sends it: to the first address, copies to the others.
async fn pass_on(
    state: &State,
    reader: &Reader,
    message: &Message,
    mail: &Mail,
    fields: &Fields,
) -> Result<Message, EngineError> {
    let mut all = fields.get("to").split([',', ';']).map(str::trim);
    let mut to = all.by_ref().filter(|one| !one.is_empty());
    let Some(first) = to.next() else {
        return Err(Rejection::field("to", "must name somebody").into());
    };
    let copies: Vec<&str> = to.collect();
    let note = fields.get("note").replace("\r\n", "\n");
    let head = head(reader, message, mail);
    let ticked: Vec<&str> = fields.all("file").collect();
    let files = mail.attachments.iter().filter_map(|file| {
        let id = file.id?.to_string();
        if file.inline && mail.html.is_some() {
            return Some(json!({ "mediaId": id, "filename": file.filename, "contentId": id }));
        }
        let goes = ticked.contains(&id.as_str());
        goes.then(|| json!({ "mediaId": id, "filename": file.filename }))
    });
    let mut letter = Opaque::new();
    letter.insert("attachments".to_owned(), files.collect());
    letter.insert("cc".to_owned(), copies.into());
    letter.insert("subject".to_owned(), fields.get("subject").trim().into());
    letter.insert("includeQuote".to_owned(), false.into());
    if let Some(html) = &mail.html {
        letter.insert("html".to_owned(), in_html(&note, &head, mail, html).into());
    }
    let mut draft = Draft::text(in_words(&note, &head, message, mail), Source::Dashboard);
    draft.metadata.insert("email".to_owned(), letter.into());
    draft.client_id = fields.some("clientId").map(str::to_owned);
    let target = Target::Address(message.channel_id, first.to_owned());
    let actor = reader.actor();
    let conversation = message.conversation_id;
    let repeat = draft
        .client_id
        .as_deref()
        .map(|id| Repeatable::by_client_id(&actor, conversation, id));
    let sent = state.engine.sending.send(&actor, target, draft, repeat);
    Ok(sent.await?.message)
}

fn in_words(note: &str, head: &[(&str, String)], message: &Message, mail: &Mail) -> String {
    let rows: Vec<String> = head
        .iter()
        .map(|(what, who)| format!("{what}: {who}"))
        .collect();
    let words = message.content.words();
    let quoted = mail.quoted_text.as_deref().unwrap_or_default();
    let all = [
        note.trim(),
        &format!("{LINE}\n{}", rows.join("\n")),
        words,
        quoted,
    ];
    let all = all.into_iter().filter(|part| !part.trim().is_empty());
    all.collect::<Vec<_>>().join("\n\n")
}

fn in_html(note: &str, head: &[(&str, String)], mail: &Mail, html: &str) -> String {
    let lines = |text: &str| escaped(text.trim()).replace('\n', "<br>");
    let rows = head
        .iter()
        .map(|(what, who)| format!("{what}: {}", escaped(who)));
    let rows: Vec<String> = rows.collect();
    let shown = |html: &str| mail.shown(html, RemoteImages::Shown, |id| format!("cid:{id}"));
    let quoted = mail.quoted_html.as_deref().map_or_else(String::new, shown);
    let note = if note.trim().is_empty() {
        String::new()
    } else {
        format!("<p>{}</p>", lines(note))
    };
    format!(
        "{note}<div>{LINE}<br>{}</div><br>{}{quoted}",
        rows.join("<br>"),
        shown(html)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::model::ids::MediaId;
    use crate::model::mail::MailFile;

    #[test]
    fn what_is_passed_on_keeps_its_head_its_pictures_and_what_it_quotes() {
        let id = MediaId::from_bytes([1; 16]);
        let mail = Mail {
            attachments: vec![MailFile {
                id: Some(id),
                inline: true,
                ..MailFile::default()
            }],
            quoted_html: Some("<blockquote>before</blockquote>".to_owned()),
            ..Mail::default()
        };
        let head = [("From", "Ana <ana@b.example>".to_owned())];
        let html = in_html(
            "See <this>\nplease",
            &head,
            &mail,
            "<p>x<img src=\"cid:0\"></p>",
        );
        assert_eq!(
            html,
            format!(
                "<p>See &lt;this&gt;<br>please</p><div>{LINE}<br>From: Ana &lt;ana@b.example&gt;</div><br><p>x<img src=\"cid:{id}\"></p><blockquote>before</blockquote>"
            )
        );
        assert!(!in_html(" ", &head, &mail, "<p>x</p>").starts_with("<p></p>"));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
    }
}
