//! What a channel's account carries to one address, what it costs, and addresses nobody wrote from
//! yet.

use crate::channels::email::unsubscribe::TOPIC;
use crate::channels::email::wishes::Wishes;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::target::Target;
use crate::engine::limits;
use crate::engine::limits::Resource;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::NameSource;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::outbound::Measure;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;

/// What goes to an address through a channel: what every account of the kind carries, or more.
pub fn row(context: &Context, channel: &Channel, to: &str) -> &'static Capabilities {
    let translation = context.channels.channel(&channel.kind);
    let reached = translation.and_then(|translation| {
        let account = context.account(channel).ok()?;
        Some(translation.reach(&account, to))
    });
    let kind = || context.channels.capabilities(&channel.kind);
    reached.or_else(kind).unwrap_or(&Capabilities::PLAIN)
}

/// What a text costs on a channel; none where that does not depend on its length.
#[must_use]
pub fn measure(context: &Context, channel: &Channel, text: &str) -> Option<Measure> {
    let translation = context.channels.channel(&channel.kind)?;
    translation.measure(&context.account(channel).ok()?, text)
}

/// Whether a message is no longer than the account sends.
///
/// # Errors
/// `CONTENT_TOO_LONG`: it goes in more pieces than that.
pub fn check_length(
    context: &Context,
    channel: &Channel,
    parts: &[Content],
) -> Result<(), Rejection> {
    let measured: Vec<Measure> = parts
        .iter()
        .filter_map(|part| measure(context, channel, part.words()))
        .collect();
    let pieces: usize = measured.iter().map(|measure| measure.segments).sum();
    let most = measured.iter().map(|measure| measure.segments_max).min();
    match most {
        Some(most) if pieces > most => Err(Rejection::new(
            Code::ContentTooLong,
            format!("The text goes in {pieces} segments; this channel sends at most {most}."),
        )),
        _ => Ok(()),
    }
}

/// Whether the account sends a message as it is.
///
/// # Errors
/// Why not.
pub fn check(
    tx: &mut Tx<'_>,
    context: &Context,
    channel: &Channel,
    parts: &[Content],
    metadata: &Opaque,
) -> Result<(), EngineError> {
    let Some(translation) = context.channels.channel(&channel.kind) else {
        return Ok(());
    };
    copies(tx, channel, metadata)?;
    // With all that is known of the files.
    let (mut parts, mut metadata) = (parts.to_vec(), metadata.clone());
    for part in &mut parts {
        drafts::take_files(tx, part)?;
    }
    drafts::take_enclosed(tx, &mut metadata)?;
    Ok(translation.refuse(&context.account(channel)?, &parts, &metadata)?)
}

/// Whether everybody who is to get a copy of a mail may be written to.
fn copies(tx: &Tx<'_>, channel: &Channel, metadata: &Opaque) -> Result<(), EngineError> {
    let wanted = Wishes::of(metadata);
    for copy in wanted.cc.into_iter().flatten().chain(wanted.bcc) {
        let known = identities::get(tx, channel.id, &copy.address)?;
        if let Some(closed) = known.and_then(|identity| identity.closed) {
            let code = match closed.why {
                Shut::OptedOut => Code::ContactOptedOut,
                Shut::Unreachable => Code::ContactUnreachable,
            };
            let sentence = format!("{} cannot be written to any more.", copy.address);
            return Err(Rejection::new(code, sentence).into());
        }
    }
    Ok(())
}

/// Whether somebody wants what a mail advertises.
///
/// # Errors
/// `CONTACT_OPTED_OUT`.
pub fn check_wanted(tx: &Tx<'_>, contact: ContactId, metadata: &Opaque) -> Result<(), EngineError> {
    if !Wishes::of(metadata).marketing {
        return Ok(());
    }
    let contact = contacts::get(tx, contact)?;
    let is_out = |contact: &Contact| contact.opted_out.iter().any(|topic| topic == TOPIC);
    if contact.as_ref().is_some_and(is_out) {
        let sentence = "The person wants no advertising.";
        return Err(Rejection::new(Code::ContactOptedOut, sentence).into());
    }
    Ok(())
}

/// The target with an address as the channel writes it. Where the first message may be ours,
/// somebody nobody heard of is made a contact.
///
/// # Errors
/// There is no such channel; `INVALID_RECIPIENT`: no address of anybody.
pub fn resolve(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    context: &Context,
    target: Target,
) -> Result<Target, EngineError> {
    let Target::Address(id, typed) = target else {
        return Ok(target);
    };
    let channel = find::channel_in(tx, id)?;
    if identities::get(tx, id, typed.trim())?.is_some() {
        return Ok(Target::Address(id, typed));
    }
    let translation = context.channels.channel(&channel.kind);
    let address =
        translation.and_then(|translation| translation.address(&channel.settings, &typed));
    let Some(address) = address else {
        return Ok(Target::Address(id, typed));
    };
    let begins = translation.is_some_and(|found| found.capabilities().starts_conversations);
    if begins && identities::get(tx, id, &address)?.is_none() {
        introduce(tx, pen, &channel, &address)?;
    }
    Ok(Target::Address(id, address))
}

/// Gives an address to whoever has it as a number or an address of mail already, else to a new
/// contact.
fn introduce(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    address: &str,
) -> Result<(), EngineError> {
    let is_mail = address.contains('@');
    let mut owners = if is_mail {
        contacts::by_email(tx, address)?
    } else {
        contacts::by_phone(tx, address)?
    };
    owners.sort_by_key(|contact| contact.id);
    let contact_id = if let Some(known) = owners.first() {
        known.id
    } else {
        limits::one_more(tx, Resource::Contacts)?;
        let mut contact = Contact::nobody(pen.id(), pen.now);
        address.clone_into(&mut contact.name);
        contact.name_source = NameSource::Address;
        let known = Some(address.to_owned());
        if is_mail {
            contact.email = known;
        } else {
            contact.phone = known;
        }
        contacts::put(tx, &contact)?;
        counters::add(tx, Counter::Contacts, 1)?;
        let contact_id = contact.id;
        pen.log(tx, Event::ContactCreated(ContactEvent { contact_id }))?;
        contact_id
    };
    let identity = Identity::new(pen.id(), contact_id, channel, address, pen.now);
    Ok(identities::put(tx, &identity)?)
}
