//! The files of a conversation, for the panel beside it.

use actix_web::HttpResponse;
use actix_web::web;

use crate::model::content::Media;
use crate::model::message::Message;
use crate::web::dashboard::conversation::Address;
use crate::web::dashboard::conversation::id_of;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::first_name;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::files::FileRow;
use crate::web::dashboard::view::files::FilesPart;
use crate::web::dashboard::view::format;

/// The most files that are listed.
const FILES_MAX: usize = 200;

/// The address of a conversation's files.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/app/c/{conversation}/files", web::get().to(show));
}

async fn show(state: Shared, path: Address, reader: Reader) -> Result<HttpResponse, Problem> {
    let actor = reader.actor();
    let found = state
        .engine
        .histories
        .files(&actor, id_of(&path)?, FILES_MAX)?;
    let section = Section::from(Queue::Mine);
    let eye = reader.eye(&state, &[], &section);
    let files = found
        .iter()
        .filter_map(|message| row(&eye, message))
        .collect();
    Ok(page(&FilesPart { files }))
}

fn row(eye: &Eye<'_>, message: &Message) -> Option<FileRow> {
    let media = message.content.media()?;
    let name = name(message, media);
    let size = media.size_bytes.map(format::size);
    let who = first_name(&message.sender.name).to_owned();
    Some(FileRow {
        message: message.id.to_string(),
        kind: format::file_kind(&name),
        href: eye.links.address(media)?,
        is_picture: matches!(message.content.kind(), "image" | "sticker"),
        about: [Some(who), size]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
        time: TimeView::ago(message.created_at, eye.now),
        name,
    })
}

/// Its name, or what it is.
fn name(message: &Message, media: &Media) -> String {
    let what = match message.content.kind() {
        "image" => "Picture",
        "video" => "Film",
        "audio" => "Voice note",
        "sticker" => "Sticker",
        _ => "File",
    };
    media.filename.clone().unwrap_or_else(|| what.to_owned())
}
