//! Asking a vendor who somebody is, once that person wrote: the name, and a picture that is copied
//! in because the vendor shows it only for a while.

use std::time::Duration;

use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::ingest::media;
use crate::engine::ingest::media::Failed;
use crate::engine::ingest::media::Fetched;
use crate::engine::ingest::senders;
use crate::engine::links::Links;
use crate::engine::vendor::Line;
use crate::model::attachment::Attachment;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::contact::Identity;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundSender;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Message;
use crate::model::outbound::Asked;
use crate::model::outbound::Person;
use crate::model::outbound::Source;
use crate::model::refusal::Refusal;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::identities;
use crate::store::records::jobs;
use crate::store::records::messages;

/// How long it is left at what a vendor told of somebody.
const AGAIN_AFTER: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The largest picture of a person.
const PICTURE_MAX_BYTES: u64 = 5 * 1024 * 1024;

/// Writes down that the vendor is to be asked who wrote a message, where it tells and was not asked
/// lately.
///
/// # Errors
/// The disk's.
pub fn want(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    row: Option<&Capabilities>,
    message: &Message,
) -> Result<(), StoreError> {
    if !row.is_some_and(|row| row.profiles) {
        return Ok(());
    }
    let Some(mut identity) = identities::get(tx, message.channel_id, &message.from)? else {
        return Ok(());
    };
    let is_known = identity
        .looked_up_at
        .is_some_and(|at| pen.now.since(at) < AGAIN_AFTER);
    if is_known {
        return Ok(());
    }
    identity.looked_up_at = Some(pen.now);
    identities::put(tx, &identity)?;
    let job = Job {
        id: pen.id(),
        kind: JobKind::LookUp {
            message_id: message.id,
        },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// Asks who wrote a message and keeps the answer. What the vendor does not tell stays unknown.
///
/// # Errors
/// The store's.
pub async fn look_up(context: &Context, id: MessageId) -> Result<Fetched, EngineError> {
    let read = context.store.snapshot()?;
    let Some(message) = messages::get(&read, id)? else {
        return Ok(Fetched::Done);
    };
    let channel = channels::get(&read, message.channel_id)?;
    drop(read);
    let Some(channel) = channel.filter(|found| found.state == ChannelState::Active) else {
        return Ok(Fetched::Done);
    };
    let mut line = Line::open(context, channel)?;
    let person = match ask(&mut line, &message.from).await {
        Ok(person) => person,
        Err(refusal) => return Ok(refusal.into()),
    };
    let picture = person.picture.clone();
    if !learn(context, &line.channel, &message.from, person).await? {
        return Ok(Fetched::Done);
    }
    match picture {
        Some(picture) => show(context, &message, picture).await,
        None => Ok(Fetched::Done),
    }
}

async fn ask(line: &mut Line<'_>, address: &str) -> Result<Person, Refusal> {
    line.renew().await.map_err(|broken| broken.refusal)?;
    let translation = line.translation;
    let asked = line.hold(|asked: &Asked<'_>| translation.look_up(address, asked));
    asked.await.map_err(|broken| broken.refusal)
}

/// Writes down what the vendor told; whether the address is still somebody's.
async fn learn(
    context: &Context,
    channel: &Channel,
    address: &str,
    person: Person,
) -> Result<bool, EngineError> {
    let (stamp, channel) = (context.stamp(), channel.clone());
    let sender = InboundSender {
        address: address.to_owned(),
        name: person.name,
        language: person.language,
        timezone: person.timezone,
        ..InboundSender::default()
    };
    context
        .store
        .write("keeping what a vendor tells of somebody", move |tx| {
            if senders::known(tx, &channel, &sender)?.is_none() {
                return Ok(false);
            }
            senders::resolve(tx, &mut stamp.pen(), &channel, &sender)?;
            Ok(true)
        })
        .await
}

/// Copies the picture of whoever wrote a message in.
async fn show(
    context: &Context,
    message: &Message,
    picture: Source,
) -> Result<Fetched, EngineError> {
    let owner = message.contact_id;
    let copied = media::copy(context, owner, "picture.jpg", &picture, PICTURE_MAX_BYTES).await;
    let picture = match copied {
        Ok(picture) => picture,
        Err(Failed::Fetch(fetched)) => return Ok(fetched),
        Err(Failed::Engine(error)) => return Err(error),
    };
    let (links, stamp) = (context.links.clone(), context.stamp());
    let (channel, address) = (message.channel_id, message.from.clone());
    context
        .store
        .write(
            "keeping somebody's picture",
            move |tx| match identities::get(tx, channel, &address)? {
                Some(identity) => wear(tx, &mut stamp.pen(), &links, identity, &picture),
                None => Ok(()),
            },
        )
        .await?;
    Ok(Fetched::Done)
}

/// Gives an identity its picture, and its contact too unless somebody chose another one.
fn wear(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    links: &Links,
    mut identity: Identity,
    picture: &Attachment,
) -> Result<(), EngineError> {
    let before = identity.avatar_url.clone();
    let held = before.as_deref().and_then(|before| links.media_of(before));
    let held = held.map(|id| attachments::get(tx, id)).transpose()?;
    if held
        .flatten()
        .is_some_and(|held| held.digest == picture.digest)
    {
        return Ok(());
    }
    attachments::take_into_use(tx, picture.id)?;
    let address = format!("{}{}", links.public_url(), links.path(picture.id));
    identity.avatar_url = Some(address.clone());
    identities::put(tx, &identity)?;
    let Some(mut contact) = contacts::survivor(tx, identity.contact_id)? else {
        return Ok(());
    };
    if contact.avatar_url.is_some() && contact.avatar_url != before {
        return Ok(());
    }
    contact.avatar_url = Some(address);
    contact.revision += 1;
    contact.updated_at = pen.now;
    contacts::put(tx, &contact)?;
    let contact_id = contact.id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(())
}
