//! What a visitor says, as content: files taken into use, choices held against what was offered.

use crate::channels::webchat::content::Said;
use crate::engine::rules::choices;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::saying::in_timeline;
use crate::engine::webchat::saying::not_found;
use crate::model::attachment::Attachment;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::Postback;
use crate::model::conversation::Conversation;
use crate::model::ids::MediaId;
use crate::model::ids::WebchatSessionId;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::messages;

pub(super) fn content_of(
    tx: &mut Tx<'_>,
    session: WebchatSessionId,
    visitor: &Visitor,
    said: &Said,
) -> Result<Content, WebchatError> {
    match said {
        Said::Words(content) => Ok(content.clone()),
        Said::File { media_id, caption } => {
            let stored = take_file(tx, session, *media_id)?;
            Ok(content_of_file(&stored, caption.clone()))
        }
        Said::Choice { payload, source } => {
            let invalid = || Problem::new(Code::InvalidPostback, "Nobody offered this choice.");
            let offer = in_timeline(tx, visitor, *source).map_err(|error| match error {
                WebchatError::Refused(_) => invalid().into(),
                broken @ WebchatError::Broken(_) => broken,
            })?;
            if offer.direction != Way::Outbound || offer.deleted_at.is_some() {
                return Err(invalid().into());
            }
            let choices = offer.content.choices();
            let (id, title) = choices
                .into_iter()
                .find(|(id, _)| id == payload)
                .ok_or_else(invalid)?;
            Ok(Content::Postback(Postback {
                payload: id.to_owned(),
                title: title.to_owned(),
                source_message_id: Some(offer.id.to_string()),
                typed: None,
            }))
        }
        Said::Reaction { .. } => Err(not_found().into()),
    }
}

/// Takes an uploaded file into use: only its own session may send it, and once.
fn take_file(
    tx: &mut Tx<'_>,
    session: WebchatSessionId,
    file: MediaId,
) -> Result<Attachment, WebchatError> {
    let gone = || Problem::new(Code::NotFound, "There is no such file; upload it again.");
    let mut stored = attachments::get(tx, file)?
        .filter(|stored| stored.webchat_session == Some(session) && !stored.used)
        .ok_or_else(gone)?;
    stored.used = true;
    attachments::put(tx, &stored)?;
    Ok(stored)
}

/// A file as content: what it really is decides, not what the browser calls it.
fn content_of_file(stored: &Attachment, caption: Option<String>) -> Content {
    let (width, height) = stored.dimensions.unzip();
    let media = Media {
        media_id: Some(stored.id),
        mime_type: Some(stored.mime_type.clone()),
        filename: Some(stored.filename.clone()),
        size_bytes: Some(stored.size_bytes),
        caption,
        width,
        height,
        ..Media::default()
    };
    match stored.mime_type.split('/').next() {
        Some("image") => Content::Image(media),
        Some("video") => Content::Video(media),
        Some("audio") => Content::Audio(media),
        _ => Content::Document(media),
    }
}

/// Turns a typed number or title back into the choice that our newest message offered.
pub(super) fn understood(
    tx: &Tx<'_>,
    conversation: &Conversation,
    content: Content,
) -> Result<Content, StoreError> {
    let Content::Text(text) = &content else {
        return Ok(content);
    };
    let Some(offer) = newest_said(tx, conversation)?.filter(|m| m.direction == Way::Outbound)
    else {
        return Ok(content);
    };
    let offered = choices::offered(&offer.content);
    let Some(choice) = choices::chosen(&text.text, &offered) else {
        return Ok(content);
    };
    Ok(Content::Postback(Postback {
        payload: choice.id.clone(),
        title: choice.title.clone(),
        source_message_id: Some(offer.id.to_string()),
        typed: Some(text.text.clone()),
    }))
}

/// How far back the newest message is looked for among notes and history lines.
const LOOK_BACK: usize = 20;

fn newest_said(tx: &Tx<'_>, conversation: &Conversation) -> Result<Option<Message>, StoreError> {
    let recent = messages::near(tx, conversation.id, None, Direction::Backward, LOOK_BACK)?;
    Ok(recent.into_iter().find(|message| !message.private))
}
