//! Telling operators when a channel breaks, works again, is warned about, or loses its access soon.
//!
//! Whatever may change how a channel stands has it looked at soon; what is said, and when, is decided
//! by [`crate::engine::rules::alerts`].

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::alert_hook;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::letters;
use crate::engine::rules::alerts::AHEAD;
use crate::engine::rules::alerts::Standing;
use crate::engine::rules::alerts::Verdict;
use crate::engine::rules::alerts::after;
use crate::engine::rules::alerts::verdict;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::HealthNote;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::model::inbound::Effect;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::letter::Letter;
use crate::model::permission::Permission;
use crate::model::user::AlertMails;
use crate::model::user::User;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::alerts;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::users;

/// How long a channel must stay as it is before anybody is told: longer than the first look at a
/// broken one takes, so that what mends by itself at once is no news.
pub const SETTLED_AFTER: Duration = Duration::from_secs(2 * 60);

/// The kind of the notes that a connection leaves.
pub const CONNECT: &str = "connect";
/// The setting in which a channel keeps when its access ends.
const EXPIRY: &str = "expiresAt";

/// Has it looked at whether operators must be told of a channel.
///
/// # Errors
/// The disk's.
pub fn watch(tx: &mut Tx<'_>, pen: &Pen, channel_id: ChannelId) -> Result<(), StoreError> {
    let job = Job {
        id: job_of(channel_id),
        kind: JobKind::TellOperators { channel_id },
        due: pen.now.plus(SETTLED_AFTER),
        attempts: 0,
        created_at: pen.now,
    };
    jobs::bring_forward(tx, &job)
}

/// The one such job of a channel: another than the one that looks whether it works again.
fn job_of(channel: ChannelId) -> JobId {
    let mut bytes = channel.bytes();
    bytes[8] = !bytes[8];
    JobId::from_bytes(bytes)
}

/// Tells operators what they do not know yet; how long until it is worth looking again.
///
/// # Errors
/// The store's.
pub async fn tell(
    context: &Context,
    channel_id: ChannelId,
) -> Result<Option<Duration>, EngineError> {
    let stamp = context.stamp();
    let mails = context.mailer.is_set();
    context
        .store
        .write("telling operators of a channel", move |tx| {
            let Some(channel) = channels::get(tx, channel_id)? else {
                alerts::remove(tx, channel_id)?;
                return Ok(None);
            };
            let told = alerts::get(tx, channel_id)?.unwrap_or_default();
            let standing = standing(&channel);
            let news = match verdict(standing, told, stamp.now) {
                Verdict::Nothing => return Ok(None),
                Verdict::Wait(pause) => return Ok(Some(pause)),
                Verdict::Tell(news) => news,
            };
            let mut pen = stamp.pen();
            alerts::put(tx, channel_id, &after(standing, told, news, pen.now))?;
            alert_hook::tell(tx, &mut pen, channel_id, news)?;
            if mails {
                for user in users::list(tx)?.into_iter().filter(is_told) {
                    let letter = Letter::Alert {
                        user_id: user.id,
                        channel_id,
                        news,
                    };
                    letters::post(tx, &mut pen, letter)?;
                }
            }
            // There may be more to say, after a while.
            Ok(Some(SETTLED_AFTER))
        })
        .await
}

/// Whether somebody is told: who can do something about it, and wants to hear of it.
fn is_told(user: &User) -> bool {
    user.is_active()
        && user.password_hash.is_some()
        && user.role.may(Permission::ManageChannels)
        && user.alert_mails == AlertMails::On
}

/// How a channel stands.
#[must_use]
pub fn standing(channel: &Channel) -> Standing {
    // What connecting warns of is read by whoever connects.
    let is_news = |note: &&HealthNote| note.effect == Effect::Warn && note.kind != CONNECT;
    let warnings = channel.notes.iter().filter(is_news);
    Standing {
        broken: channel.enabled && channel.state == ChannelState::Error,
        warned_at: warnings.map(|note| note.at).max(),
        expires_at: expiry(channel).filter(|_| channel.state == ChannelState::Active),
    }
}

/// When the access of a channel ends, where its vendor told.
#[must_use]
pub fn expiry(channel: &Channel) -> Option<Timestamp> {
    Timestamp::parse(channel.settings.get(EXPIRY)?.as_str()?)
}

/// Whether an access ends so soon that operators are told.
#[must_use]
pub fn ends_soon(end: Timestamp, now: Timestamp) -> bool {
    end.minus(AHEAD) <= now
}
