//! Files that a message names by an address and that its vendor could not fetch there: they are
//! brought here, so that they can be handed over.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::files::UPLOAD_MAX_BYTES;
use crate::engine::ingest::media;
use crate::engine::ingest::media::Failed;
use crate::engine::ingest::media::Fetched;
use crate::engine::workers::delivery::attempt::files_of;
use crate::model::attachment::Attachment;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::message::Message;
use crate::model::outbound::Source;
use crate::model::refusal::Refusal;
use crate::store::records::attachments;
use crate::store::records::messages;

/// Brings the files of a message that still lie elsewhere; the message as it is then.
///
/// # Errors
/// The store's.
pub async fn bring(
    context: &Context,
    message: &Message,
) -> Result<Result<Message, Refusal>, EngineError> {
    let mut brought = Vec::new();
    for url in addresses(message) {
        let name = url.rsplit('/').next().unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default().to_owned();
        let source = Source {
            url: url.clone(),
            authorization: None,
            digest: None,
        };
        let copied = media::copy(
            context,
            message.contact_id,
            &name,
            &source,
            UPLOAD_MAX_BYTES,
        );
        match copied.await {
            Ok(attachment) => brought.push((url, attachment)),
            Err(Failed::Engine(error)) => return Err(error),
            Err(Failed::Fetch(Fetched::Later(error, wait))) => {
                return Ok(Err(Refusal::Later { error, wait }));
            }
            Err(Failed::Fetch(Fetched::Never(error))) => return Ok(Err(Refusal::Never(error))),
            Err(Failed::Fetch(Fetched::Done)) => {}
        }
    }
    let id = message.id;
    let kept = context.store.write("keeping brought files", move |tx| {
        let mut message = find::message_in(tx, id)?;
        for (url, attachment) in &brought {
            let mut stored = attachment.clone();
            stored.used = true;
            attachments::put(tx, &stored)?;
            let parts = std::iter::once(&mut message.content).chain(&mut message.sent_as);
            for media in parts.flat_map(files_mut) {
                if lies_at(media, url) {
                    hold(media, &stored);
                }
            }
        }
        messages::update(tx, &message)?;
        Ok(message)
    });
    kept.await.map(Ok)
}

fn lies_at(media: &Media, url: &str) -> bool {
    media.media_id.is_none() && media.url.as_deref() == Some(url)
}

fn files_mut(content: &mut Content) -> Vec<&mut Media> {
    match content {
        Content::Carousel(carousel) => {
            let cards = carousel.cards.iter_mut();
            cards.filter_map(|card| card.image.as_mut()).collect()
        }
        other => other.media_mut().into_iter().collect(),
    }
}

/// Where the files lie that are not here.
fn addresses(message: &Message) -> Vec<String> {
    let parts = std::iter::once(&message.content).chain(&message.sent_as);
    let files = parts.flat_map(|part| files_of(std::slice::from_ref(part)));
    let mut all: Vec<String> = files
        .filter(|media| media.media_id.is_none())
        .filter_map(|media| media.url.clone())
        .collect();
    all.sort();
    all.dedup();
    all
}

fn hold(media: &mut Media, stored: &Attachment) {
    media.media_id = Some(stored.id);
    media.mime_type = Some(stored.mime_type.clone());
    media.size_bytes = Some(stored.size_bytes);
    if let Some((width, height)) = stored.dimensions {
        media.width = Some(width);
        media.height = Some(height);
    }
}
