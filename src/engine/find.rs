//! Looking things up, with the refusal each deserves when it is not there.

use std::collections::BTreeMap;

use crate::engine::error::EngineError;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Media;
use crate::model::conversation::Conversation;
use crate::model::filling::named_files;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::message::Message;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::store::Read;
use crate::store::records::attachments;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::identities;
use crate::store::records::messages;
use crate::store::records::users;

/// A conversation that must be there.
///
/// # Errors
/// `CONVERSATION_NOT_FOUND`.
pub fn conversation_in(read: &impl Read, id: ConversationId) -> Result<Conversation, EngineError> {
    conversations::get(read, id)?
        .ok_or_else(|| Rejection::not_found(Code::ConversationNotFound, "conversation").into())
}

/// A message that must be there.
///
/// # Errors
/// `MESSAGE_NOT_FOUND`.
pub fn message_in(read: &impl Read, id: MessageId) -> Result<Message, EngineError> {
    messages::get(read, id)?
        .ok_or_else(|| Rejection::not_found(Code::MessageNotFound, "message").into())
}

/// A contact that must be there; a merged id leads to the survivor.
///
/// # Errors
/// `CONTACT_NOT_FOUND`.
pub fn contact_in(read: &impl Read, id: ContactId) -> Result<Contact, EngineError> {
    contacts::survivor(read, id)?
        .ok_or_else(|| Rejection::not_found(Code::ContactNotFound, "contact").into())
}

/// A channel that must be there.
///
/// # Errors
/// `CHANNEL_NOT_FOUND`.
pub fn channel_in(read: &impl Read, id: ChannelId) -> Result<Channel, EngineError> {
    channels::get(read, id)?
        .ok_or_else(|| Rejection::not_found(Code::ChannelNotFound, "channel").into())
}

/// A user who must be there and may act.
///
/// # Errors
/// `VALIDATION_ERROR`: there is no such active user.
pub fn active_user_in(read: &impl Read, id: UserId) -> Result<User, EngineError> {
    users::get(read, id)?
        .filter(User::is_active)
        .ok_or_else(|| Rejection::field("assigneeId", "must be an active user").into())
}

/// The address a contact has on a channel: the one last used.
///
/// # Errors
/// `CONTACT_UNREACHABLE`: there is none.
pub fn address_on(
    read: &impl Read,
    contact: &Contact,
    channel: ChannelId,
) -> Result<String, EngineError> {
    let mut known = identities::of_contact(read, contact.id)?;
    known.retain(|identity| identity.channel_id == channel);
    known.sort_by_key(|identity| identity.last_seen_at);
    known.pop().map(|identity| identity.address).ok_or_else(|| {
        let message = format!("{} has no address on this channel.", contact.name);
        Rejection::new(Code::ContactUnreachable, message).into()
    })
}

/// The stored files that the components of a template name, by our id as text.
///
/// # Errors
/// `VALIDATION_ERROR`: one of them is not stored here.
pub fn files_of_template(
    read: &impl Read,
    components: &[Opaque],
) -> Result<BTreeMap<String, Media>, EngineError> {
    let mut found = BTreeMap::new();
    for id in named_files(components) {
        let Some(stored) = attachments::get(read, id)? else {
            let wrong = format!("must name stored files: {id} is none");
            return Err(Rejection::field("components", wrong).into());
        };
        let media = Media {
            media_id: Some(id),
            mime_type: Some(stored.mime_type),
            filename: Some(stored.filename),
            size_bytes: Some(stored.size_bytes),
            ..Media::default()
        };
        found.insert(id.to_string(), media);
    }
    Ok(found)
}
