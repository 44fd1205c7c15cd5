//! What people have begun to write: kept while they type, there on their other devices, gone once it
//! is sent. It is never sent by itself.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::TEXT_MAX;
use crate::engine::inbox::send::Repeatable;
use crate::engine::live::Signal;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::attachment::Attachment;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::model::unsent::Unsent;
use crate::model::unsent::Words;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::idempotency;
use crate::store::records::messages;
use crate::store::records::unsent;

/// The most files that wait with one message.
const FILES_MAX: usize = 20;

/// What a person has begun, with what a page shows of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Begun {
    /// The words.
    pub unsent: Unsent,
    /// What is known of its files.
    pub files: Vec<Attachment>,
    /// The messages it answers, with the words to quote.
    pub quoted: Vec<(MessageId, String)>,
}

/// Something to keep.
#[derive(Debug, Clone)]
pub struct Writing {
    /// For whom it is.
    pub audience: Audience,
    /// What it says so far; empty forgets it.
    pub words: Words,
    /// The id it is going to be sent under: what was sent already is not kept again by a request
    /// that comes late.
    pub client_id: Option<String>,
}

/// Keeping what is not sent yet.
#[derive(Clone)]
pub struct Unsents(pub Context);

impl Unsents {
    /// What the actor has begun to write in a conversation.
    ///
    /// # Errors
    /// The store's.
    pub fn of(&self, actor: &Actor, conversation: ConversationId) -> Result<Begun, EngineError> {
        let Some(user) = actor.user_id() else {
            return Ok(Begun::default());
        };
        let snapshot = self.0.store.snapshot()?;
        let unsent = unsent::get(&snapshot, user, conversation)?;
        Ok(around(&snapshot, unsent)?)
    }

    /// Keeps what the actor has written so far, and tells the actor's other screens.
    ///
    /// # Errors
    /// The actor may not write; there is no such conversation; it is too long.
    pub async fn keep(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        writing: Writing,
    ) -> Result<(), EngineError> {
        actor.require(Permission::Reply)?;
        check(&writing.words)?;
        let Some(user) = actor.user_id() else {
            return Ok(());
        };
        let now = self.0.clock.now();
        let actor = actor.clone();
        self.0
            .store
            .write("keeping what is not sent yet", move |tx| {
                sight::conversation_in(tx, &actor, conversation)?;
                if is_sent(tx, &actor, conversation, &writing)? {
                    return Ok(());
                }
                let mut held = unsent::get(tx, user, conversation)?;
                take_files(tx, user, &writing.words)?;
                held.writes_note = writing.audience == Audience::Team;
                *of(&mut held, writing.audience) = writing.words.clone();
                held.updated_at = now;
                unsent::put(tx, user, conversation, &held)?;
                Ok::<_, EngineError>(())
            })
            .await?;
        self.0.live.signal(Signal::Unsent {
            conversation_id: conversation,
            user_id: user,
        });
        Ok(())
    }
}

/// Forgets what a person had begun, because it is sent now.
///
/// # Errors
/// The disk's.
pub fn sent(
    tx: &mut Tx<'_>,
    user: UserId,
    conversation: ConversationId,
    audience: Audience,
) -> Result<(), StoreError> {
    let mut held = unsent::get(tx, user, conversation)?;
    if held.is_empty() {
        return Ok(());
    }
    *of(&mut held, audience) = Words::default();
    unsent::put(tx, user, conversation, &held)
}

fn of(held: &mut Unsent, audience: Audience) -> &mut Words {
    match audience {
        Audience::Customer => &mut held.reply,
        Audience::Team => &mut held.note,
    }
}

/// Whether what is to be kept was sent meanwhile.
fn is_sent(
    tx: &Tx<'_>,
    actor: &Actor,
    conversation: ConversationId,
    writing: &Writing,
) -> Result<bool, StoreError> {
    match &writing.client_id {
        Some(id) => {
            let repeat = Repeatable::by_client_id(actor, conversation, id);
            Ok(idempotency::get(tx, &repeat.key)?.is_some())
        }
        None => Ok(false),
    }
}

/// Keeps the files that wait from being swept up. Only what the person uploaded can wait.
fn take_files(tx: &mut Tx<'_>, user: UserId, words: &Words) -> Result<(), EngineError> {
    for id in &words.files {
        let own = attachments::get(tx, *id)?
            .is_some_and(|file| matches!(file.uploaded_by, Who::User(by) if by == user));
        if !own {
            return Err(Rejection::field("media", "must be files you uploaded").into());
        }
        attachments::take_into_use(tx, *id)?;
    }
    Ok(())
}

fn check(words: &Words) -> Result<(), Rejection> {
    if words.text.chars().count() > TEXT_MAX {
        let wrong = format!("must be at most {TEXT_MAX} characters");
        return Err(Rejection::field("text", wrong));
    }
    if words.files.len() > FILES_MAX {
        let wrong = format!("must be at most {FILES_MAX} files");
        return Err(Rejection::field("media", wrong));
    }
    Ok(())
}

/// What a page shows of it besides the words.
fn around(snapshot: &Snapshot, unsent: Unsent) -> Result<Begun, StoreError> {
    let mut begun = Begun {
        unsent,
        ..Begun::default()
    };
    for words in [&begun.unsent.reply, &begun.unsent.note] {
        for id in &words.files {
            begun.files.extend(attachments::get(snapshot, *id)?);
        }
        if let Some(id) = words.reply_to
            && let Some(message) = messages::get(snapshot, id)?
        {
            let quote = crate::base::text::preview(message.content.words(), 120);
            begun.quoted.push((id, quote));
        }
    }
    Ok(begun)
}
