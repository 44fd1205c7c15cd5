//! What follows once a channel works or its settings changed: its menus and commands go to the
//! vendor, its templates come from there. All of it is deferred work, so that connecting never
//! waits for it.

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::setup::inspecting;
use crate::engine::setup::standing;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::HealthNote;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::model::inbound::Effect;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::opaque;
use crate::model::outbound::Asked;
use crate::model::outbound::Moment;
use crate::model::outbound::Renewed;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::jobs;

/// The kind of the notes about what the vendor shows beside messages.
const PROFILE: &str = "profile";

/// Sets in motion what follows once a channel works.
///
/// # Errors
/// The disk's.
pub fn connected(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel_id: ChannelId,
    row: &Capabilities,
) -> Result<(), StoreError> {
    if row.approved_templates {
        resync(tx, pen, channel_id)?;
    }
    if !row.own_transport {
        let due = pen.now.plus(inspecting::every(row));
        put_at(
            tx,
            pen,
            "looks",
            channel_id,
            JobKind::Inspect { channel_id },
            due,
        )?;
    }
    changed(tx, pen, channel_id, row)
}

/// Sets in motion what follows once the settings of a channel that works have changed.
///
/// # Errors
/// The disk's.
pub fn changed(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel_id: ChannelId,
    row: &Capabilities,
) -> Result<(), StoreError> {
    if row.own_transport {
        return Ok(());
    }
    put(
        tx,
        pen,
        PROFILE,
        channel_id,
        JobKind::Publish { channel_id },
    )
}

/// Has the templates of a channel asked for now: the vendor knows them otherwise than we do.
///
/// # Errors
/// The disk's.
pub fn resync(tx: &mut Tx<'_>, pen: &Pen, channel_id: ChannelId) -> Result<(), StoreError> {
    let kind = JobKind::SyncTemplates { channel_id };
    put(tx, pen, "templates", channel_id, kind)
}

/// One job of a sort for a channel: a new one takes the place of the last.
fn put(
    tx: &mut Tx<'_>,
    pen: &Pen,
    sort: &str,
    channel: ChannelId,
    kind: JobKind,
) -> Result<(), StoreError> {
    put_at(tx, pen, sort, channel, kind, pen.now)
}

fn put_at(
    tx: &mut Tx<'_>,
    pen: &Pen,
    sort: &str,
    channel: ChannelId,
    kind: JobKind,
    due: Timestamp,
) -> Result<(), StoreError> {
    let named = digest(format!("{sort} of {channel}").as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&named[..16]);
    let job = Job {
        id: JobId::from_bytes(id),
        kind,
        due,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::replace(tx, &job)
}

/// Brings what the vendor shows of a channel in line with its settings. A channel that does not
/// work is left alone: connecting it comes back to this.
///
/// # Errors
/// The store's. Within: the vendor does not do it.
pub async fn publish(context: &Context, id: ChannelId) -> Result<Result<(), Broken>, EngineError> {
    let found = channels::get(&context.store.snapshot()?, id)?;
    let Some(channel) = found.filter(|channel| channel.state == ChannelState::Active) else {
        return Ok(Ok(()));
    };
    let had_trouble = channel.notes.iter().any(|note| note.kind == PROFILE);
    let published = held(context, channel).await?;
    if published.is_ok() && had_trouble {
        told(context, id, None).await?;
    }
    Ok(published)
}

async fn held(context: &Context, channel: Channel) -> Result<Result<(), Broken>, EngineError> {
    let mut line = Line::open(context, channel)?;
    if let Err(broken) = line.renew().await {
        return Ok(Err(broken));
    }
    let translation = line.translation;
    let mut kept = line.account.settings.clone();
    if let Err(broken) = keep(&line, Moment::Before, &mut kept).await {
        return Ok(Err(broken));
    }
    let published = line.hold(|asked: &Asked<'_>| translation.publish(asked));
    if let Err(broken) = published.await {
        return Ok(Err(broken));
    }
    Ok(keep(&line, Moment::After, &mut kept).await)
}

/// Keeps with a channel what its vendor shows of it, beside what is `kept` there.
async fn keep(line: &Line<'_>, moment: Moment, kept: &mut Opaque) -> Result<(), Broken> {
    // Of a translation that panics nothing is kept: showing goes on.
    let shown = caught(|| line.translation.shown(&line.account, moment)).unwrap_or_default();
    let before = kept.clone();
    opaque::merge(kept, &shown);
    if *kept == before {
        return Ok(());
    }
    line.keep(Renewed {
        settings: shown,
        ..Renewed::default()
    })
    .await
}

/// Notes with a channel that the vendor does not show what its settings say.
///
/// # Errors
/// The store's.
pub async fn give_up(context: &Context, id: ChannelId, broken: &Broken) -> Result<(), EngineError> {
    let error = broken.refusal.error();
    let what = broken.what.unwrap_or(PROFILE);
    let text = format!(
        "The vendor did not take the {what} of the settings: {}",
        error.message
    );
    told(context, id, Some(text)).await
}

async fn told(
    context: &Context,
    id: ChannelId,
    trouble: Option<String>,
) -> Result<(), EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("noting what a vendor shows", move |tx| {
            let Some(mut channel) = channels::get(tx, id)? else {
                return Ok(());
            };
            let mut pen = stamp.pen();
            channel.notes.retain(|note| note.kind != PROFILE);
            if let Some(text) = &trouble {
                let note = HealthNote {
                    kind: PROFILE.to_owned(),
                    effect: Effect::Warn,
                    text: text.clone(),
                    data: Opaque::new(),
                    at: pen.now,
                };
                standing::note(&mut channel, note);
            }
            channels::put(tx, &channel)?;
            pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id: id }))?;
            Ok(())
        })
        .await
}
