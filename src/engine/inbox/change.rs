//! Changing a conversation: one request, one transaction, any number of edits.

use std::collections::BTreeSet;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::inbox::noting;
use crate::engine::inbox::send;
use crate::engine::inbox::target;
use crate::engine::sight;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::ResolvedBy;
use crate::model::conversation::Status;
use crate::model::event::Change;
use crate::model::event::ConversationEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::opaque;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::store::Direction;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::jobs;
use crate::store::records::mentions;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::read_marks;
use crate::store::records::teams;
use crate::store::records::unsent;

/// One thing to change.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Open it, park it, or be done with it.
    Status(Status),
    /// Be done with it, saying how it ended.
    Close(Resolution),
    /// Put it to sleep; without a time, until the customer writes.
    Snooze(Option<Timestamp>),
    /// Give it to a person, or to nobody.
    Assign(Option<UserId>),
    /// Give it to a team, or to none.
    Team(Option<TeamId>),
    /// Set the urgency.
    Priority(Priority),
    /// Put labels on.
    AddTags(Vec<String>),
    /// Take labels off.
    RemoveTags(Vec<String>),
    /// Set exactly these labels.
    SetTags(Vec<String>),
    /// Say what it is about.
    Subject(Option<String>),
    /// Merge into the metadata, one level deep; null takes a key out.
    Metadata(Opaque),
    /// Leave a note among us.
    Note(String),
    /// Let a person of ours follow it.
    Follow(UserId),
    /// Take a person of ours out of it.
    Unfollow(UserId),
}

/// What becomes of a start where a conversation is open already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfOpen {
    /// It is refused.
    Refuse,
    /// That conversation is taken as it is.
    Take,
}

/// A conversation that can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// It is new.
    Now(ConversationId),
    /// It was open already.
    Before(ConversationId),
}

/// The longest subject, in characters.
const SUBJECT_MAX: usize = 500;

/// Changing conversations.
#[derive(Clone)]
pub struct Changing(pub Context);

impl Changing {
    /// Makes all edits, or none. `revision`, where given, must be the present one.
    ///
    /// # Errors
    /// The actor may not; there is no such conversation; somebody else changed it; an edit is not
    /// right.
    pub async fn change(
        &self,
        actor: &Actor,
        id: ConversationId,
        edits: Vec<Edit>,
        revision: Option<u64>,
    ) -> Result<Conversation, EngineError> {
        actor.require(Permission::WorkConversations)?;
        for edit in &edits {
            allowed(actor, edit)?;
            check(edit, self.0.clock.now())?;
        }
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing a conversation", move |tx| {
                let mut conversation = sight::conversation_in(tx, &actor, id)?;
                if revision.is_some_and(|known| known != conversation.revision) {
                    let message = "Somebody changed this meanwhile; read it again before you save.";
                    return Err(Rejection::new(Code::RevisionMismatch, message).into());
                }
                let mut pen = stamp.pen();
                for edit in &edits {
                    apply(tx, &mut pen, &mut conversation, edit, &actor)?;
                }
                Ok(conversation)
            })
            .await
    }

    /// Starts a conversation with a contact, without a message yet, and makes edits to it at once.
    ///
    /// # Errors
    /// The actor may not; one is open already; the contact has no address on the channel; an edit is
    /// not right.
    pub async fn start(
        &self,
        actor: &Actor,
        channel: ChannelId,
        contact: ContactId,
        edits: Vec<Edit>,
        if_open: IfOpen,
    ) -> Result<Started, EngineError> {
        actor.require(Permission::Reply)?;
        for edit in &edits {
            allowed(actor, edit)?;
            check(edit, self.0.clock.now())?;
        }
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("starting a conversation", move |tx| {
                if if_open == IfOpen::Take
                    && let Some(open) = target::open_with(tx, &actor, channel, contact)?
                {
                    return Ok(Started::Before(open.id));
                }
                let mut pen = stamp.pen();
                let mut made = target::start(tx, &mut pen, &actor, channel, contact)?;
                for edit in &edits {
                    apply(tx, &mut pen, &mut made, edit, &actor)?;
                }
                Ok(Started::Now(made.id))
            })
            .await
    }

    /// Deletes a conversation and its messages for good.
    ///
    /// # Errors
    /// The actor may not; there is no such conversation.
    pub async fn delete(&self, actor: &Actor, id: ConversationId) -> Result<(), EngineError> {
        actor.require(Permission::DeleteContacts)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("deleting a conversation", move |tx| {
                let conversation = sight::conversation_in(tx, &actor, id)?;
                erase(tx, &mut stamp.pen(), &conversation)
            })
            .await
    }
}

/// Removes a conversation with all its messages, and says so in the log.
///
/// # Errors
/// The disk's.
pub fn erase(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &Conversation,
) -> Result<(), EngineError> {
    erase_some(tx, pen, conversation, usize::MAX).map(drop)
}

/// Removes the oldest messages of a conversation, at most so many, with all that was still to be
/// done about them, and with the last one the conversation itself; whether it is gone now.
///
/// # Errors
/// The disk's.
pub fn erase_some(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &Conversation,
    at_most: usize,
) -> Result<bool, EngineError> {
    let limit = at_most.saturating_add(1);
    let mut found = messages::near(tx, conversation.id, None, Direction::Forward, limit)?;
    let is_all = found.len() <= at_most;
    found.truncate(at_most);
    for message in &found {
        if let Some(waiting) = outbox::get(tx, &send::lane(message))? {
            outbox::remove(tx, &waiting)?;
        }
        messages::remove(tx, message)?;
    }
    let gone: BTreeSet<MessageId> = found.iter().map(|message| message.id).collect();
    jobs::remove_of_messages(tx, &gone)?;
    if !is_all {
        return Ok(false);
    }
    conversations::remove(tx, conversation)?;
    unsent::forget_conversation(tx, conversation.id)?;
    mentions::forget_conversation(tx, conversation)?;
    read_marks::forget_conversation(tx, conversation.id)?;
    contacts::recount(tx, conversation.contact_id)?;
    let event = ConversationEvent {
        conversation_id: conversation.id,
        contact_id: conversation.contact_id,
        channel_id: conversation.channel_id,
    };
    pen.log(tx, Event::ConversationDeleted(event))?;
    Ok(true)
}

/// Giving work to other people takes more than taking it.
fn allowed(actor: &Actor, edit: &Edit) -> Result<(), Rejection> {
    match edit {
        Edit::Assign(Some(user)) if Some(*user) != actor.user_id() => {
            actor.require(Permission::AssignOthers)
        }
        Edit::Note(_) => actor.require(Permission::Reply),
        _ => Ok(()),
    }
}

fn check(edit: &Edit, now: Timestamp) -> Result<(), Rejection> {
    match edit {
        Edit::Snooze(Some(until)) if *until <= now => {
            Err(Rejection::field("until", "must be in the future"))
        }
        Edit::Subject(Some(subject)) if subject.chars().count() > SUBJECT_MAX => {
            Err(Rejection::field(
                "subject",
                format!("must be at most {SUBJECT_MAX} characters"),
            ))
        }
        Edit::AddTags(tags) | Edit::SetTags(tags) => tag::check(tags),
        Edit::Note(text) => drafts::words("note", text),
        _ => Ok(()),
    }
}

fn apply(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    edit: &Edit,
    actor: &Actor,
) -> Result<(), EngineError> {
    let by = actor.name();
    let terms = Terms {
        by: match actor.user_id() {
            Some(_) => ResolvedBy::Agent,
            None => ResolvedBy::System,
        },
        ..Terms::default()
    };
    match edit {
        Edit::Status(status) => {
            let happened = towards(*status);
            moves::make(tx, pen, conversation, happened, terms, by)?;
        }
        Edit::Close(resolution) => {
            let terms = Terms {
                resolution: Some(*resolution),
                ..terms
            };
            moves::make(tx, pen, conversation, Move::Resolve, terms, by)?;
        }
        Edit::Snooze(until) => {
            let terms = Terms {
                until: *until,
                ..terms
            };
            moves::make(tx, pen, conversation, Move::Snooze, terms, by)?;
        }
        Edit::Assign(user) => {
            let user = user.map(|id| find::active_user_in(tx, id)).transpose()?;
            moves::assign(tx, pen, conversation, user.as_ref(), by)?;
        }
        Edit::Team(team) => {
            let team = match team {
                Some(id) => Some(
                    teams::get(tx, *id)?
                        .ok_or_else(|| Rejection::field("teamId", "must be a team"))?,
                ),
                None => None,
            };
            moves::give_to_team(tx, pen, conversation, team.as_ref(), by)?;
        }
        Edit::Priority(priority) => {
            moves::prioritise(tx, pen, conversation, *priority, by)?;
        }
        Edit::AddTags(_) | Edit::RemoveTags(_) | Edit::SetTags(_) => {
            let tags = tags_after(&conversation.tags, edit);
            tag::check(&tags)?;
            moves::label(tx, pen, conversation, tags, by)?;
        }
        Edit::Subject(subject) => {
            conversation.subject = subject.clone().filter(|subject| !subject.trim().is_empty());
            moves::store(tx, pen, conversation, Change::Details)?;
        }
        Edit::Metadata(patch) => {
            opaque::merge(&mut conversation.metadata, patch);
            moves::store(tx, pen, conversation, Change::Details)?;
        }
        Edit::Note(text) => noting::note(tx, pen, conversation, actor, text.clone())?,
        Edit::Follow(user) => {
            let user = find::active_user_in(tx, *user)?;
            if conversation.take_part(user.id) {
                moves::store(tx, pen, conversation, Change::Details)?;
            }
        }
        Edit::Unfollow(user) => {
            if conversation.leave(*user) {
                mentions::forget(tx, *user, conversation.id)?;
                moves::store(tx, pen, conversation, Change::Details)?;
            }
        }
    }
    Ok(())
}

/// The move that leads to a status somebody asked for.
const fn towards(status: Status) -> Move {
    match status {
        Status::Open => Move::Reopen,
        Status::Pending => Move::Park,
        Status::Snoozed => Move::Snooze,
        Status::Resolved => Move::Resolve,
    }
}

fn tags_after(held: &[String], edit: &Edit) -> Vec<String> {
    let mut tags = held.to_vec();
    match edit {
        Edit::AddTags(names) => tag::add_labels(&mut tags, names),
        Edit::RemoveTags(names) => tag::remove_labels(&mut tags, names),
        Edit::SetTags(names) => {
            tags.clear();
            tag::add_labels(&mut tags, names);
        }
        _ => {}
    }
    tags
}
