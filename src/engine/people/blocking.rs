//! Telling vendors whom we keep out, and whom we let in again.
//!
//! Whoever is blocked is kept out of sight here at once; a vendor who can keeps them from writing at
//! all. What it refuses is said on the channel and changes nothing here.

use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::happenings;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::contact::Admission;
use crate::model::contact::Contact;
use crate::model::happening::HappeningKind;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::JobId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::outbound::Asked;
use crate::model::outbound::Step;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::identities;
use crate::store::records::jobs;

/// Has the vendors told how a contact stands now.
///
/// # Errors
/// The disk's.
pub fn changed(tx: &mut Tx<'_>, pen: &mut Pen, contact: &Contact) -> Result<(), StoreError> {
    let job = Job {
        id: pen.id::<JobId>(),
        kind: JobKind::TellBlocked {
            contact_id: contact.id,
        },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// What a vendor did not do.
pub struct Undone {
    channel: ChannelId,
    why: String,
    /// Whether it may do it later.
    pub may_pass: bool,
}

/// Tells every vendor that can keep a contact out whether it should; what was not done.
///
/// # Errors
/// The store's.
pub async fn tell(context: &Context, id: ContactId) -> Result<Vec<Undone>, EngineError> {
    let read = context.store.snapshot()?;
    let Some(contact) = contacts::get(&read, id)? else {
        return Ok(Vec::new());
    };
    let admission = if contact.blocked {
        Admission::Blocked
    } else {
        Admission::Free
    };
    let mut lines = Vec::new();
    for identity in identities::of_contact(&read, id)? {
        let channel = channels::get(&read, identity.channel_id)?;
        let active = channel.filter(|channel| channel.state == ChannelState::Active);
        lines.extend(active.map(|channel| (channel, identity.address)));
    }
    drop(read);
    let mut undone = Vec::new();
    for (channel, address) in lines {
        let channel_id = channel.id;
        if let Err(broken) = told(context, channel, &address, admission).await? {
            undone.push(Undone {
                channel: channel_id,
                why: broken.refusal.error().in_words(),
                may_pass: broken.refusal.may_pass(),
            });
        }
    }
    Ok(undone)
}

async fn told(
    context: &Context,
    channel: Channel,
    address: &str,
    admission: Admission,
) -> Result<Result<(), Broken>, EngineError> {
    let mut line = Line::open(context, channel)?;
    let translation = line.translation;
    let first = Asked {
        account: &line.account,
        replies: &[],
        now: context.clock.now(),
    };
    let is_able = caught(|| translation.block(address, admission, &first).is_some());
    if !is_able.unwrap_or(false) {
        return Ok(Ok(()));
    }
    if let Err(broken) = line.renew().await {
        return Ok(Err(broken));
    }
    let next = |asked: &Asked<'_>| {
        let done = || Ok(Step::Done(()));
        translation
            .block(address, admission, asked)
            .unwrap_or_else(done)
    };
    Ok(line.hold(next).await)
}

/// Says on its channels what vendors did not do.
///
/// # Errors
/// The store's.
pub async fn give_up(context: &Context, undone: Vec<Undone>) -> Result<(), EngineError> {
    let now = context.clock.now();
    context
        .store
        .write("noting that a vendor keeps nobody out", move |tx| {
            for one in &undone {
                let text = format!(
                    "Who is blocked was changed here and not at the vendor: {}",
                    one.why
                );
                happenings::note(tx, now, one.channel, HappeningKind::Warned, &text)?;
            }
            Ok::<_, EngineError>(())
        })
        .await
}
