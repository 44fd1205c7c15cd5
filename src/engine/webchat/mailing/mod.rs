//! Mails to visitors of a web chat, through a channel of mail.

pub mod words;

use std::collections::BTreeMap;

use serde_json::json;

use crate::channels::email::wishes;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::engine::vendor::ours;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::outbound::Sending;
use crate::model::refusal::Refusal;
use crate::model::thread::Thread;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::channels;

/// The kind of channel that mails go through.
const MAIL: &str = "email";

/// A mail to a visitor.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The id it bears: an answer to it names this.
    pub id: MessageId,
    /// Where answers belong.
    pub conversation: ConversationId,
    /// The address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The id of the mail it answers.
    pub answers: Option<String>,
}

/// The channel of mail that is named, or else the first one, while it works.
///
/// # Errors
/// The disk's.
pub fn channel(read: &impl Read, wanted: Option<ChannelId>) -> Result<Option<Channel>, StoreError> {
    let works = |channel: &Channel| {
        channel.kind.as_str() == MAIL && channel.enabled && channel.state == ChannelState::Active
    };
    Ok(match wanted {
        Some(id) => channels::get(read, id)?.filter(works),
        None => channels::list(read)?.into_iter().find(works),
    })
}

/// Sends a mail. The same one sent again bears the same id. Within: why it is not taken.
///
/// # Errors
/// A secret that does not open.
pub async fn post(
    context: &Context,
    channel: Channel,
    parcel: &Parcel,
) -> Result<Result<(), Refusal>, EngineError> {
    let mut line = Line::open(context, channel)?;
    if let Err(broken) = line.renew().await {
        return Ok(Err(broken.refusal));
    }
    let calls = match rendered(context, &line, parcel) {
        Ok(calls) => calls,
        Err(refusal) => return Ok(Err(refusal)),
    };
    for call in calls {
        let reply = match line.call(call).await {
            Ok(reply) => reply,
            Err(none) => return Ok(Err(none.refusal())),
        };
        let taken = caught(|| line.translation.read_reply(&line.account, &reply));
        if let Err(refusal) = taken.unwrap_or_else(|panic| Err(ours(&panic))) {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

fn rendered(context: &Context, line: &Line<'_>, parcel: &Parcel) -> Result<Vec<Call>, Refusal> {
    let content = Content::text(parcel.text.clone());
    let thread = Thread {
        conversation_id: Some(parcel.conversation),
        // Machines that answer mails must not answer this one: a person would read it in the chat.
        automatic: true,
        ..Thread::default()
    };
    let wishes = json!({
        "subject": parcel.subject,
        "inReplyTo": parcel.answers,
        // What nobody asked for says how to hear no more.
        "marketing": true,
    });
    let metadata = Opaque::from_iter([(wishes::NAME.to_owned(), wishes)]);
    let nothing = BTreeMap::new();
    let sending = Sending {
        account: &line.account,
        message_id: parcel.id,
        to: &parcel.to,
        asked: &content,
        parts: std::slice::from_ref(&content),
        thread: &thread,
        reply_to: None,
        media_urls: &nothing,
        handles: &nothing,
        metadata: &metadata,
        last_inbound_at: None,
        by_person: false,
        companions: &[],
        chose_typed: false,
        taken_ids: &[],
        now: context.clock.now(),
    };
    caught(|| line.translation.render(&sending))
        .and_then(|written| written.map_err(|error| error.to_string()))
        .map_err(|why| ours(&why))
}
