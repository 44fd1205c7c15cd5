//! A mail that was read, put where it belongs, within one transaction.

use crate::channels::Recorded;
use crate::channels::email::address;
use crate::channels::email::incoming::subject;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::inbox::open;
use crate::engine::ingest::known;
use crate::engine::ingest::mailed;
use crate::engine::ingest::message;
use crate::engine::ingest::people;
use crate::engine::ingest::presses;
use crate::engine::ingest::senders;
use crate::engine::rules::identity;
use crate::engine::rules::mail_threads;
use crate::engine::rules::mail_threads::By;
use crate::engine::rules::mail_threads::Lead;
use crate::engine::rules::mail_threads::Place;
use crate::model::attachment::Attachment;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::conversation::Resolution;
use crate::model::conversation::ResolvedBy;
use crate::model::event::Event;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundSender;
use crate::model::mail::Clues;
use crate::model::mail::Mail;
use crate::model::mail::ReadMail;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::opaque;
use crate::store::Direction as Order;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::mails;
use crate::store::records::mails::KnownMail;
use crate::store::records::messages;

/// How many messages back somebody counts as having been in a conversation.
const KNOWN_REACH: usize = 200;

/// Records a mail, with its files and the mail itself as stored files.
///
/// # Errors
/// The disk's.
pub fn record(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    read: &ReadMail,
    files: &[Attachment],
) -> Result<Recorded, EngineError> {
    let mut read = read.clone();
    if let Some(known) = repeated(tx, channel, &mut read)? {
        refill(tx, pen, known, &read, files)?;
        return Ok(known::duplicate_of(known));
    }
    for file in files {
        attachments::put(tx, file)?;
    }
    let message = if read.clues.ours {
        match written_elsewhere(tx, pen, channel, &mut read)? {
            Some(message) => message,
            None => return Ok(known::nothing()),
        }
    } else {
        received(tx, pen, channel, row, &mut read)?
    };
    let known = KnownMail {
        message_id: message.id,
        conversation_id: message.conversation_id,
        from: read.message.from.address.clone(),
        words: read.clues.digest.clone(),
    };
    mails::remember(tx, channel.id, &read.message.external_id, &known)?;
    let token = address::token_of(message.conversation_id);
    mails::remember_token(tx, channel.id, token, message.conversation_id)?;
    Ok(Recorded {
        message_id: Some(message.id),
        duplicate: false,
    })
}

/// The message that a mail became when it came before; one of the same id that says something else
/// and is from somebody else is another mail, and gets an id of its own.
fn repeated(
    tx: &Tx<'_>,
    channel: &Channel,
    read: &mut ReadMail,
) -> Result<Option<MessageId>, StoreError> {
    let id = read.message.external_id.clone();
    let Some(known) = mails::known(tx, channel.id, &id)? else {
        return Ok(None);
    };
    let is_other = known.from != read.message.from.address && known.words != read.clues.digest;
    if !is_other {
        return Ok(Some(known.message_id));
    }
    read.message.external_id = format!("{id}#{}", read.clues.digest);
    let again = mails::known(tx, channel.id, &read.message.external_id)?;
    Ok(again.map(|known| known.message_id))
}

/// Puts a mail that can be read now into the place that was kept for it while it could not.
fn refill(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    known: MessageId,
    read: &ReadMail,
    files: &[Attachment],
) -> Result<(), StoreError> {
    let is_place = |content: &Content| matches!(content, Content::Unsupported(_));
    let kept = messages::get(tx, known)?.filter(|kept| is_place(&kept.content));
    let Some(mut message) = kept.filter(|_| !is_place(&read.message.content)) else {
        return Ok(());
    };
    let raw = Mail::of(&message.metadata).and_then(|mail| mail.raw_ref);
    if let Some(raw) = raw {
        attachments::remove(tx, raw)?;
    }
    for file in files {
        attachments::put(tx, file)?;
    }
    message.content = read.message.content.clone();
    opaque::merge(&mut message.metadata, &read.message.metadata);
    message.updated_at = pen.now;
    messages::update(tx, &message)?;
    let event = Event::MessageUpdated(entries::event_of(&message));
    pen.log(tx, event).map(drop)
}

fn received(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    read: &mut ReadMail,
) -> Result<Message, EngineError> {
    let (contact, mut conversation, by, related) = place(tx, pen, channel, read)?;
    let quoted = answered(tx, pen, channel, &read.clues.ids)?;
    note(read, by, related);
    let reply_to = quoted.as_ref().map(|message| message.id);
    let inbound = &read.message;
    let mut entry = message::entry(tx, pen, channel, &contact, &conversation, inbound, reply_to)?;
    presses::complete(&mut entry.content, quoted.as_ref());
    let waited = conversation.waiting_since;
    let message = entries::append(tx, pen, &mut conversation, entry)?;
    if read.clues.auto.is_some() || read.clues.spam {
        // Nobody waits for an answer to a program.
        conversation.waiting_since = waited;
        conversations::put(tx, &conversation)?;
    }
    if read.clues.spam {
        let terms = Terms {
            resolution: Some(Resolution::Spam),
            by: ResolvedBy::System,
            ..Terms::default()
        };
        moves::make(tx, pen, &mut conversation, Move::Resolve, terms, "linktor")?;
    }
    let event = dedup::Named {
        channel: channel.id,
        direction: Direction::Inbound,
        external_id: &read.message.external_id,
        sent_at: read.message.sent_at,
    };
    let hours = row.map_or(dedup::RECEIPT_HOURS, |row| row.repeat_hours);
    dedup::remember_event(tx, &event, message.id, pen.now, hours)?;
    people::want(tx, pen, row, &message)?;
    mailed::bring(tx, pen, &conversation, &message, quoted.as_ref())?;
    Ok(message)
}

/// Who wrote a mail, and the conversation it goes into.
fn place(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    read: &mut ReadMail,
) -> Result<(Contact, Conversation, By, Option<ConversationId>), EngineError> {
    let Some((by, mut chat)) = mailed::conversation(tx, channel, read)? else {
        let contact = senders::resolve(tx, pen, channel, &read.message.from)?;
        let (conversation, by, related) = found(tx, pen, channel, &contact, read)?;
        return Ok((contact, conversation, by, related));
    };
    let contact = find::contact_in(tx, chat.contact_id)?;
    woken(tx, pen, &mut chat, &contact, &read.clues)?;
    let metadata = &mut read.message.metadata;
    metadata.insert("via".to_owned(), channel.kind.as_str().into());
    Ok((contact, chat, by, None))
}

/// Wakes a conversation with a mail that a person wrote.
fn woken(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    contact: &Contact,
    clues: &Clues,
) -> Result<(), EngineError> {
    if clues.auto.is_none() && !clues.spam {
        let (wrote, terms) = (Move::CustomerWrote, Terms::default());
        moves::make(tx, pen, conversation, wrote, terms, &contact.name)?;
    }
    Ok(())
}

/// The conversation a customer's mail goes into, which it wakes where a person wrote it.
fn found(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    contact: &Contact,
    read: &ReadMail,
) -> Result<(Conversation, By, Option<ConversationId>), EngineError> {
    let sender = &read.message.from.address;
    let leads = leads(tx, pen, channel, Some(contact), sender, &read.clues)?;
    let latest = conversations::latest(tx, contact.id, channel.id)?;
    let is_single = channel.settings.get("singleThreadPerContact") == Some(&true.into());
    let own = latest.as_ref().filter(|_| is_single).map(|one| one.id);
    match mail_threads::place(&leads, sender, own) {
        Place::Into(by, id) => {
            let Some(mut into) = conversations::get(tx, id)? else {
                return Err(EngineError::Broken(format!(
                    "{id} went while it was looked at"
                )));
            };
            woken(tx, pen, &mut into, contact, &read.clues)?;
            Ok((into, by, None))
        }
        Place::New { related } => {
            let previous = latest.as_ref();
            let mut new = open::arriving(tx, pen, channel, contact, sender, previous)?;
            let subject = Mail::of(&read.message.metadata).and_then(|mail| mail.subject);
            new.subject = subject.map(|subject| subject::bare(&subject).to_owned());
            Ok((new, By::New, related))
        }
    }
}

/// Every conversation of the channel that a mail leads to, the most telling first.
fn leads(
    tx: &Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    contact: Option<&Contact>,
    sender: &str,
    clues: &Clues,
) -> Result<Vec<Lead>, StoreError> {
    let mut told: Vec<(By, ConversationId)> = Vec::new();
    for token in &clues.tokens {
        told.extend(of_token(tx, channel, contact, token)?.map(|id| (By::Token, id)));
    }
    for id in &clues.ids {
        told.extend(of_id(tx, pen, channel, id)?.map(|id| (By::Reply, id)));
    }
    if let Some(token) = &clues.subject_token {
        told.extend(of_token(tx, channel, contact, token)?.map(|id| (By::Subject, id)));
    }
    let mut leads: Vec<Lead> = Vec::new();
    for (by, id) in told {
        if leads.iter().any(|lead| lead.conversation == id) {
            continue;
        }
        let found = conversations::get(tx, id)?.filter(|found| found.channel_id == channel.id);
        let Some(found) = found else {
            continue;
        };
        leads.push(Lead {
            by,
            conversation: id,
            is_customer: found.address == sender
                || contact.is_some_and(|contact| contact.id == found.contact_id),
            is_known: was_in(tx, &found, sender)?,
            address: found.address,
        });
    }
    Ok(leads)
}

/// The conversation of a token: one that had mail before, else one of the sender's.
fn of_token(
    tx: &Tx<'_>,
    channel: &Channel,
    contact: Option<&Contact>,
    token: &str,
) -> Result<Option<ConversationId>, StoreError> {
    let token = token.to_lowercase();
    if let Some(id) = mails::of_token(tx, channel.id, &token)? {
        return Ok(Some(id));
    }
    let Some(contact) = contact else {
        return Ok(None);
    };
    let own = conversations::of_contact(tx, contact.id)?.into_iter();
    Ok(own
        .map(|one| one.id)
        .find(|id| address::token_of(*id) == token))
}

/// The conversation of a mail by its id: one that came, one of ours by the id we gave it, or by the
/// one that a service gave it.
fn of_id(
    tx: &Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    id: &str,
) -> Result<Option<ConversationId>, StoreError> {
    if let Some(known) = mails::known(tx, channel.id, id)? {
        return Ok(Some(known.conversation_id));
    }
    let ours = ours(tx, pen, channel, id)?;
    Ok(ours.map(|message| message.conversation_id))
}

/// The message of ours that an id of mail stands for.
fn ours(
    tx: &Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    id: &str,
) -> Result<Option<Message>, StoreError> {
    let minted = id.split(['.', '@']).next().unwrap_or_default();
    if let Ok(minted) = minted.parse::<MessageId>()
        && let Some(message) = messages::get(tx, minted)?
        && message.channel_id == channel.id
    {
        return Ok(Some(message));
    }
    if let Some(mailed) = mailed::answer(tx, id)? {
        return Ok(Some(mailed));
    }
    let way = Direction::Outbound;
    dedup::find(tx, channel.id, way, id, pen.now, dedup::RECEIPT_HOURS)
}

/// The message that a mail answers: the first of its ids that is known.
fn answered(
    tx: &Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    ids: &[String],
) -> Result<Option<Message>, StoreError> {
    for id in ids {
        if let Some(message) = ours(tx, pen, channel, id)? {
            return Ok(Some(message));
        }
        if let Some(known) = mails::known(tx, channel.id, id)?
            && let Some(message) = messages::get(tx, known.message_id)?
        {
            return Ok(Some(message));
        }
    }
    Ok(None)
}

/// Whether an address was in a conversation: a mail came from it, or went to it.
fn was_in(tx: &Tx<'_>, conversation: &Conversation, wanted: &str) -> Result<bool, StoreError> {
    let recent = messages::near(tx, conversation.id, None, Order::Backward, KNOWN_REACH)?;
    Ok(recent.iter().any(|message| {
        if message.private {
            return false;
        }
        let listed = Mail::of(&message.metadata)
            .is_some_and(|mail| mail.cc.iter().chain(&mail.to_all).any(|to| to == wanted));
        let wished = message
            .metadata
            .get("email")
            .and_then(|wishes| wishes.as_object());
        let sent = wished.is_some_and(|wishes| {
            ["to", "cc", "bcc"].iter().any(|name| {
                address::listed(wishes, name)
                    .iter()
                    .any(|one| one.address == wanted)
            })
        });
        message.from == wanted || message.to == wanted || listed || sent
    }))
}

/// Writes down how the conversation of a mail was found.
fn note(read: &mut ReadMail, by: By, related: Option<ConversationId>) {
    let metadata = &mut read.message.metadata;
    metadata.insert("matchedBy".to_owned(), by.name().into());
    if let Some(related) = related {
        let related = related.to_string();
        metadata.insert("relatedConversation".to_owned(), related.into());
    }
}

/// Records a mail of ours that was written in another program; none for one that we sent, or that
/// went to nobody.
fn written_elsewhere(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    read: &mut ReadMail,
) -> Result<Option<Message>, EngineError> {
    if ours(tx, pen, channel, &read.message.external_id)?.is_some() {
        return Ok(None);
    }
    let Some(to) = read.clues.others.first().cloned() else {
        return Ok(None);
    };
    let customer = InboundSender {
        address: to.clone(),
        ..InboundSender::default()
    };
    let leads = leads(tx, pen, channel, None, &to, &read.clues)?;
    let (mut conversation, by) = if let Some(lead) = leads.first() {
        let found = conversations::get(tx, lead.conversation)?;
        let found = found.ok_or_else(|| EngineError::Broken("a lead went".to_owned()))?;
        (found, lead.by)
    } else {
        let contact = senders::resolve(tx, pen, channel, &customer)?;
        let latest = conversations::latest(tx, contact.id, channel.id)?;
        let mut new = open::open(tx, pen, channel, &contact, &to, latest.as_ref())?;
        let subject = Mail::of(&read.message.metadata).and_then(|mail| mail.subject);
        new.subject = subject.map(|subject| subject::bare(&subject).to_owned());
        (new, By::New)
    };
    note(read, by, None);
    let quoted = answered(tx, pen, channel, &read.clues.ids)?;
    let written = &read.message;
    let mut metadata = written.metadata.clone();
    metadata.insert("echo".to_owned(), true.into());
    let entry = Entry {
        direction: Direction::Outbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Agent,
            id: None,
            name: identity::given_name(&written.from).unwrap_or_else(|| channel.name.clone()),
        },
        from: written.from.address.clone(),
        to,
        content: written.content.clone(),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Sent,
        external_ids: vec![written.external_id.clone()],
        reply_to: quoted.map(|message| message.id),
        client_id: None,
        source: Source::BusinessApp,
        metadata,
        at: written.sent_at.unwrap_or(pen.now),
    };
    let message = entries::append(tx, pen, &mut conversation, entry)?;
    let way = Direction::Outbound;
    dedup::remember(
        tx,
        channel.id,
        way,
        &written.external_id,
        message.id,
        pen.now,
    )?;
    Ok(Some(message))
}
