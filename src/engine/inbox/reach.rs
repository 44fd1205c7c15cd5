//! What a channel's account carries to one address, what it costs, and addresses nobody wrote from
//! yet.

use crate::base::mime;
use crate::base::zip;
use crate::channels::email::unsubscribe::TOPIC;
use crate::channels::email::wishes;
use crate::channels::email::wishes::Wishes;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts;
use crate::engine::inbox::target::Target;
use crate::engine::introducing;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::ids::ContactId;
use crate::model::outbound::Measure;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::contacts;
use crate::store::records::identities;

/// The type of an archive.
const ARCHIVE: &str = "application/zip";

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

/// Puts the account's own words above choices, as they go out.
///
/// # Errors
/// The account cannot be read.
pub fn stand_in(
    context: &Context,
    channel: &Channel,
    parts: &mut [Content],
) -> Result<(), EngineError> {
    let Some(translation) = context.channels.channel(&channel.kind) else {
        return Ok(());
    };
    let account = context.account(channel)?;
    for part in parts {
        let above = match part {
            Content::Text(text) if !text.quick_replies.is_empty() => &mut text.text,
            Content::Buttons(buttons) => &mut buttons.text,
            _ => continue,
        };
        if let Some(own) = translation.stand_in(&account, above) {
            *above = own;
        }
    }
    Ok(())
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
    (channel, to): (&Channel, &str),
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
    if translation.capabilities().threads {
        archives(tx, context, &parts, &metadata)?;
    }
    Ok(translation.refuse(&context.account(channel)?, to, &parts, &metadata)?)
}

/// Whether the archives that go along hold nothing that could run: mail servers look into them too.
fn archives(
    tx: &Tx<'_>,
    context: &Context,
    parts: &[Content],
    metadata: &Opaque,
) -> Result<(), EngineError> {
    let shown = parts.iter().filter_map(Content::media);
    let shown = shown.filter_map(|media| media.media_id);
    for id in shown.chain(wishes::files_in(metadata)) {
        let Some(stored) = attachments::get(tx, id)?.filter(|one| one.mime_type == ARCHIVE) else {
            continue;
        };
        let place = context.store.blobs().path(&stored.digest);
        let opened = std::fs::File::open(place).and_then(|mut file| zip::names(&mut file));
        let names =
            opened.map_err(|error| EngineError::Broken(format!("reading an archive: {error}")))?;
        if let Some(name) = names.iter().find(|name| mime::runs(name)) {
            let holder = &stored.filename;
            let message = format!(
                "{holder} holds {name}, which could run somewhere; mail servers refuse it."
            );
            return Err(Rejection::new(Code::UnsupportedMediaType, message).into());
        }
    }
    Ok(())
}

/// Whether everybody whom a mail names may be written to.
fn copies(tx: &Tx<'_>, channel: &Channel, metadata: &Opaque) -> Result<(), EngineError> {
    let wanted = Wishes::of(metadata);
    let named = wanted.to.into_iter().chain(wanted.cc.into_iter().flatten());
    for copy in named.chain(wanted.bcc) {
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
        introducing::introduce(tx, pen, &channel, &address)?;
    }
    Ok(Target::Address(id, address))
}
