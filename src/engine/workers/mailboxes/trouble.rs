//! Mailboxes that are not read right now: what follows, and how long to wait.

use std::time::Duration;

use crate::channels::email::imap;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::ingest::Ingest;
use crate::engine::workers::polling;
use crate::model::Opaque;
use crate::model::ids::ChannelId;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;
use crate::model::refusal::Refusal;
use crate::net::mailbox::MailboxError;
use crate::store::StoreError;

/// After how many failures in a row whoever runs the channel hears of it.
pub(super) const TELL_AFTER: u32 = 5;

/// The longest pause after trouble, in seconds.
const PAUSE_MAX_SECS: u64 = 300;

/// Why a mailbox is not read right now.
pub(super) enum Trouble {
    /// Of the mailbox.
    Mailbox(MailboxError),
    /// Its access could not be renewed.
    Access(Refusal),
    /// Ours.
    Engine(EngineError),
}

impl From<MailboxError> for Trouble {
    fn from(error: MailboxError) -> Self {
        Self::Mailbox(error)
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Writes trouble down and says how long to wait.
pub(super) async fn settle(
    context: &Context,
    id: ChannelId,
    trouble: Trouble,
    failures: u32,
) -> Duration {
    let pause = pause(context, failures);
    let taken_out = match trouble {
        Trouble::Mailbox(MailboxError::Refused(answer)) if imap::is_about_us(&answer) => {
            let why = format!("The mailbox refuses the sign-in: {answer}");
            polling::take_out(context, id, why).await
        }
        Trouble::Access(Refusal::Account(error)) => {
            polling::take_out(context, id, error.message).await
        }
        Trouble::Mailbox(error) => {
            tracing::warn!(channel.id = %id, "a mailbox is not read: {error}");
            let text = format!("The mailbox is not read: {error}.");
            if failures == TELL_AFTER
                && let Err(error) = tell(context, id, Effect::Warn, &text).await
            {
                tracing::error!(channel.id = %id, "telling of a mailbox failed: {error}");
            }
            Ok(())
        }
        Trouble::Access(refusal) => {
            tracing::warn!(channel.id = %id, "access to a mailbox was not renewed: {refusal:?}");
            Ok(())
        }
        Trouble::Engine(error) => {
            tracing::error!(channel.id = %id, "reading a mailbox failed: {error}");
            Ok(())
        }
    };
    if let Err(error) = taken_out {
        tracing::error!(channel.id = %id, "taking a channel out of service failed: {error}");
    }
    pause
}

/// Twice as long after each failure, with some spread so that many do not come back at once.
fn pause(context: &Context, failures: u32) -> Duration {
    let doubled = 1_u64 << failures.saturating_sub(1).min(16);
    let seconds = doubled.min(PAUSE_MAX_SECS);
    let mut noise = [0; 1];
    context.random.fill(&mut noise);
    let spread = seconds * 200 * u64::from(noise[0]) / 255;
    Duration::from_millis(seconds * 900 + spread)
}

/// Has whoever runs a channel know of its mailbox.
///
/// # Errors
/// The store's.
pub(super) async fn tell(
    context: &Context,
    id: ChannelId,
    effect: Effect,
    text: &str,
) -> Result<(), EngineError> {
    let notice = Notice {
        kind: "mailbox".to_owned(),
        effect,
        text: text.to_owned(),
        address: None,
        data: Opaque::new(),
        at: None,
        holds: None,
    };
    let events = vec![InboundEvent::Notice(notice)];
    Ingest(context.clone()).record(id, events).await.map(drop)
}
