//! Sending: one transaction from the request to a message on its way.

use std::collections::BTreeMap;

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::fetching::Copied;
use crate::engine::inbox::files::Files;
use crate::engine::inbox::later;
use crate::engine::inbox::machines;
use crate::engine::inbox::mentions;
use crate::engine::inbox::overtaken;
use crate::engine::inbox::privately;
use crate::engine::inbox::reach;
use crate::engine::inbox::reading;
use crate::engine::inbox::target;
use crate::engine::inbox::target::Place;
use crate::engine::inbox::target::Target;
use crate::engine::inbox::templates;
use crate::engine::inbox::together;
use crate::engine::inbox::unsent;
use crate::engine::inbox::visitor_timeline;
use crate::engine::limits;
use crate::engine::limits::Resource;
use crate::engine::live::Signal;
use crate::engine::rules::comments::Answer;
use crate::engine::rules::fit;
use crate::engine::rules::fit::Fitted;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ConversationId;
use crate::model::ids::Id as _;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::outbound::Measure;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::idempotency;
use crate::store::records::idempotency::Answered;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::OutboxRow;

/// A request that may come more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeatable {
    /// The digest of principal, route and idempotency key.
    pub key: [u8; 32],
    /// The digest of the request itself.
    pub request: [u8; 32],
}

impl Repeatable {
    /// The key a client gave its own message: the same one in the same place is the same message.
    #[must_use]
    pub fn by_client_id(actor: &Actor, conversation: ConversationId, client_id: &str) -> Self {
        let principal = format!("{:?}/{conversation}/{client_id}", actor.who());
        Self {
            key: digest(principal.as_bytes()),
            request: [0; 32],
        }
    }
}

/// A message that was stored, now or by an earlier copy of the same request.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// Whether an earlier copy of the request had stored it.
    pub repeated: bool,
}

/// Sending messages and notes.
#[derive(Clone)]
pub struct Sending(pub Context);

impl Sending {
    /// Stores a message and puts it on its way. It is on disk when this answers.
    ///
    /// # Errors
    /// The actor may not, the draft is not right, the channel cannot carry it (with strict), the
    /// contact is blocked, the channel is switched off; another request used the same key; or
    /// somebody else answered while this was written.
    pub async fn send(
        &self,
        actor: &Actor,
        target: Target,
        mut draft: Draft,
        repeat: Option<Repeatable>,
    ) -> Result<Sent, EngineError> {
        actor.require(Permission::Reply)?;
        drafts::check(&mut draft.content)?;
        if draft.audience == Audience::Customer && draft.content.has_foreign_files() {
            self.copy_files(actor, &target, &mut draft.content, repeat)
                .await?;
        }
        let stamp = self.0.stamp();
        let context = self.0.clone();
        let written_here = (draft.source == Source::Dashboard).then(|| actor.user_id());
        let actor = actor.clone();
        let sent = self
            .0
            .store
            .write("sending a message", move |tx| {
                let mut pen = stamp.pen();
                if let Some(earlier) = earlier(tx, repeat)? {
                    return Ok(Sent {
                        message: earlier,
                        repeated: true,
                    });
                }
                let target = reach::resolve(tx, &mut pen, &context, target.clone())?;
                let place = target::place(tx, &mut pen, &actor, &target, draft.audience)?;
                let row = reach::row(&context, &place.channel, &place.conversation.address);
                let mut draft = draft.clone();
                if draft.audience == Audience::Customer {
                    let filled =
                        templates::complete(tx, &context.channels, &place, &draft.content)?;
                    draft.content = filled.unwrap_or(draft.content);
                    drafts::take_enclosed(tx, &mut draft.metadata)?;
                }
                // What a file is decides how it fits.
                drafts::take_files(tx, &mut draft.content)?;
                let shorten = |media: &Media| context.links.short_address(media);
                let fitted = match draft.audience {
                    Audience::Customer => {
                        if let Some(seen) = draft.seen {
                            let (talk, writer) = (&place.conversation, actor.user_id());
                            overtaken::check(tx, talk, seen, writer, pen.now)?;
                        }
                        let answer = Answer {
                            reply_to: draft.reply_to,
                            ..Answer::default()
                        };
                        let writer = (draft.source, &draft.metadata);
                        let asked = (&draft.content, writer, answer);
                        let comment = target::may_send(tx, &place, row, asked, pen.now)?;
                        limits::may_send(tx)?;
                        machines::hold_back(tx, &context, &place, &draft, pen.now)?;
                        limits::one_more(tx, Resource::Messages(pen.now))?;
                        let fitted = fit::fit(&draft.content, row, &shorten, draft.mode)?;
                        if comment.is_some() {
                            privately::check(&fitted.parts)?;
                            draft.reply_to = comment;
                        }
                        reach::check_length(&context, &place.channel, &fitted.parts)?;
                        let (channel, kept) = (&place.channel, &draft.metadata);
                        reach::check_wanted(tx, place.conversation.contact_id, kept)?;
                        let to = place.conversation.address.as_str();
                        reach::check(tx, &context, (channel, to), &fitted.parts, kept)?;
                        draft.not_before = later::than(tx, &place, &draft, pen.now)?;
                        fitted
                    }
                    Audience::Team => Fitted::default(),
                };
                let at = (&place.channel, place.conversation.address.as_str());
                let wait = together::patience(&context, at, (&draft.content, &draft.metadata));
                let message = store(tx, &mut pen, place, &actor, &draft, fitted, row)?;
                if !wait.is_zero() {
                    outbox::put_off(tx, &lane(&message), pen.now.plus(wait))?;
                }
                remember(tx, repeat, &message)?;
                Ok::<_, EngineError>(Sent {
                    message,
                    repeated: false,
                })
            })
            .await?;
        if !sent.repeated {
            mentions::tell(&self.0.live, &sent.message);
        }
        if let Some(user_id) = written_here.flatten() {
            self.0.live.signal(Signal::Unsent {
                conversation_id: sent.message.conversation_id,
                user_id,
            });
        }
        Ok(sent)
    }

    /// The message an earlier copy of a request stored: nothing of it has to be made ready again.
    ///
    /// # Errors
    /// `IDEMPOTENCY_CONFLICT`; the disk's.
    pub fn repeated(&self, repeat: Option<Repeatable>) -> Result<Option<Message>, EngineError> {
        earlier(&self.0.store.snapshot()?, repeat)
    }

    /// Whether what goes to a channel is shown by us, and not by a vendor.
    pub(super) fn shows_itself(&self, channel: &Channel) -> bool {
        let row = self.0.channels.capabilities(&channel.kind);
        row.is_some_and(|row| row.own_transport)
    }

    /// Copies files that lie elsewhere where we show them ourselves; a vendor fetches them itself.
    async fn copy_files(
        &self,
        actor: &Actor,
        target: &Target,
        content: &mut Content,
        repeat: Option<Repeatable>,
    ) -> Result<(), EngineError> {
        let shown_by_us = {
            let read = self.0.store.snapshot()?;
            let channel = target::channel(&read, actor, target)?;
            self.shows_itself(&channel) && earlier(&read, repeat)?.is_none()
        };
        if shown_by_us {
            let files = Files(self.0.clone());
            files.copy(actor, content, &mut Copied::new()).await?;
        }
        Ok(())
    }

    /// What a text would cost in a conversation; none where that does not depend on its length.
    ///
    /// # Errors
    /// There is no such conversation in the actor's sight.
    pub fn measure(
        &self,
        actor: &Actor,
        id: ConversationId,
        text: &str,
    ) -> Result<Option<Measure>, EngineError> {
        let read = self.0.store.snapshot()?;
        let conversation = sight::conversation_in(&read, actor, id)?;
        let channel = find::channel_in(&read, conversation.channel_id)?;
        Ok(reach::measure(&self.0, &channel, text))
    }
}

/// The message an earlier copy of the request stored.
///
/// # Errors
/// `IDEMPOTENCY_CONFLICT`; the disk's.
pub(super) fn earlier(
    read: &impl Read,
    repeat: Option<Repeatable>,
) -> Result<Option<Message>, EngineError> {
    let Some(repeat) = repeat else {
        return Ok(None);
    };
    let Some(answered) = idempotency::get(read, &repeat.key)? else {
        return Ok(None);
    };
    if answered.request != repeat.request {
        let message = "This idempotency key was used for another request; use a new one.";
        return Err(Rejection::new(Code::IdempotencyConflict, message).into());
    }
    let Ok(id) = <[u8; 16]>::try_from(answered.result.as_slice()) else {
        return Ok(None);
    };
    Ok(messages::get(read, MessageId::from_bytes(id))?)
}

fn remember(
    tx: &mut Tx<'_>,
    repeat: Option<Repeatable>,
    message: &Message,
) -> Result<(), EngineError> {
    if let Some(Repeatable { key, request }) = repeat {
        let result = message.id.bytes().to_vec();
        idempotency::put(
            tx,
            &key,
            &Answered {
                request,
                result,
                at: message.created_at,
            },
        )?;
    }
    Ok(())
}

fn store(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    place: Place,
    actor: &Actor,
    draft: &Draft,
    fitted: Fitted,
    row: &Capabilities,
) -> Result<Message, EngineError> {
    let Place {
        channel,
        mut conversation,
    } = place;
    if let Some(quoted) = draft.reply_to
        && find::message_in(tx, quoted)?.conversation_id != conversation.id
    {
        return Err(
            Rejection::field("replyTo", "must be a message of the same conversation").into(),
        );
    }
    let private = draft.audience == Audience::Team;
    let delivery = match (private, row.own_transport) {
        (true, _) => Delivery::Read,
        (false, true) => Delivery::Sent,
        (false, false) => Delivery::Pending,
    };
    let entry = Entry {
        direction: Direction::Outbound,
        private,
        sender: sender(actor, draft.source),
        from: channel.id.to_string(),
        to: conversation.address.clone(),
        sent_as: if fitted.converted.is_empty() {
            Vec::new()
        } else {
            fitted.parts
        },
        converted: fitted.converted,
        content: draft.content.clone(),
        delivery,
        external_ids: Vec::new(),
        reply_to: draft.reply_to,
        client_id: draft.client_id.clone(),
        source: draft.source,
        metadata: later::noted(draft, pen.now),
        at: pen.now,
    };
    let named = mentions::named(tx, draft, actor)?;
    let mut message = entries::append(tx, pen, &mut conversation, entry)?;
    mentions::take_part(tx, &mut conversation, &message, actor, &named)?;
    if row.quick_replies_typed && matches!(draft.content, Content::Text(_)) {
        entries::may_be_typed(tx, &mut conversation, &message)?;
    }
    if !private {
        if row.own_transport {
            visitor_timeline::bring(tx, pen, &mut message)?;
            pen.log(tx, status_event(&message, pen.now))?;
            channels::note_outbound(tx, channel.id, pen.now)?;
        } else {
            let row = self::row(&message, pen.now);
            let row = OutboxRow {
                keeps_quiet: later::keeps_quiet(draft),
                ..put_off(row, draft.not_before)
            };
            outbox::push(tx, &row)?;
        }
    }
    if machines::is_by_machine(draft) {
        if row.own_transport && !private {
            reading::handled(tx, pen, &conversation)?;
        }
    } else if let Some(user) = actor.user_id() {
        reading::mark(tx, pen, &mut conversation, user)?;
        if draft.source == Source::Dashboard {
            unsent::sent(tx, user, conversation.id, draft.audience)?;
        }
    }
    Ok(message)
}

pub(super) fn status_event(message: &Message, at: Timestamp) -> crate::model::event::Event {
    crate::model::event::Event::MessageStatus(crate::model::event::MessageStatus {
        message_id: message.id,
        conversation_id: message.conversation_id,
        status: message.delivery,
        at,
    })
}

pub(super) fn sender(actor: &Actor, source: Source) -> Sender {
    let kind = match (source, actor.who()) {
        (Source::Bot | Source::Flow, _) => SenderKind::Bot,
        (_, Who::User(_) | Who::ApiKey(..)) => SenderKind::Agent,
        _ => SenderKind::System,
    };
    let id = actor.user_id().map(|user| user.to_string());
    Sender {
        kind,
        id,
        name: actor.name().to_owned(),
    }
}

/// The key of a message's outbox row.
#[must_use]
pub fn lane(message: &Message) -> outbox::LaneKey {
    (message.channel_id, message.to.clone(), message.id)
}

/// A message's place in the outbox.
#[must_use]
pub fn row(message: &Message, now: Timestamp) -> OutboxRow {
    OutboxRow {
        message_id: message.id,
        conversation_id: message.conversation_id,
        channel_id: message.channel_id,
        address: message.to.clone(),
        due: now,
        attempt: 1,
        begun: false,
        handles: BTreeMap::new(),
        created_at: now,
        first_tried_at: None,
        called_at: None,
        is_copy: false,
        gives_way: false,
        keeps_quiet: false,
    }
}

/// The same for a message that must not go out before a moment.
fn put_off(row: OutboxRow, not_before: Option<Timestamp>) -> OutboxRow {
    match not_before {
        Some(due) => OutboxRow {
            due,
            gives_way: true,
            ..row
        },
        None => row,
    }
}
