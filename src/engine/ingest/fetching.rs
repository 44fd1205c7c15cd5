//! Mail whose bytes still lie with the service that told of it.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::channels::email;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Lying;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::vendor::Line;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::outbound::Refusal;
use crate::store::blobs::Stored;
use crate::store::records::mails;
use crate::store::records::mails::ArrivedMail;

/// The largest mail that is fetched, in bytes.
const MAIL_BYTES: u64 = 120 * 1024 * 1024;

/// The pause after the first failure; each later one is four times as long.
const FIRST_PAUSE_SECS: u64 = 30;

/// How often it is tried.
const ATTEMPTS_MAX: u32 = 8;

/// A mail with its bytes on disk; none where they cannot be had now: it waits aside.
///
/// # Errors
/// The store's.
pub async fn fetched(
    context: &Context,
    channel: &Channel,
    mail: ArrivedMail,
) -> Result<Option<ArrivedMail>, EngineError> {
    let Some(place) = &mail.place else {
        return Ok(Some(mail));
    };
    match fetch(context, channel, place).await? {
        Ok(stored) => Ok(Some(ArrivedMail {
            digest: stored.digest,
            size_bytes: stored.size_bytes,
            place: None,
            ..mail
        })),
        Err(why) => {
            tracing::warn!(channel.id = %channel.id, mail.id = %mail.id, "a mail could not be fetched: {why}");
            let aside = ArrivedMail {
                attempts: mail.attempts + 1,
                reason: Some(why),
                ..mail
            };
            let write = context.store.write("putting a mail aside", move |tx| {
                Ok::<_, EngineError>(mails::hold(tx, &aside)?)
            });
            write.await?;
            Ok(None)
        }
    }
}

async fn fetch(
    context: &Context,
    channel: &Channel,
    place: &Opaque,
) -> Result<Result<Stored, String>, EngineError> {
    let mut line = Line::open(context, channel.clone())?;
    if let Err(broken) = line.renew().await {
        return Ok(Err(reason(broken.refusal)));
    }
    let claim = Claim {
        place: place.clone(),
        ..Claim::default()
    };
    let source = match line.hold(|asked| email::mail_at(&claim, asked)).await {
        Ok(Lying::At(source)) => source,
        Ok(Lying::Here(bytes)) => {
            let stored = context.store.blobs().store_bytes(bytes).await;
            return Ok(stored.map_err(|error| error.to_string()));
        }
        Err(broken) => return Ok(Err(reason(broken.refusal))),
    };
    let http = &context.vendors.http;
    let authorization = source.authorization.as_ref();
    let download = http.download(&source.url, authorization, MAIL_BYTES).await;
    let download = match download {
        Ok(download) if download.status == 200 => download,
        Ok(download) => return Ok(Err(format!("the service answered {}", download.status))),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let stored = context.store.blobs().store(download.body, MAIL_BYTES).await;
    Ok(stored.map_err(|error| error.to_string()))
}

fn reason(refusal: Refusal) -> String {
    match refusal {
        Refusal::Later { error, .. }
        | Refusal::SlowDown { error, .. }
        | Refusal::Shut { error, .. }
        | Refusal::Reword { error, .. }
        | Refusal::Never(error)
        | Refusal::Account(error) => error.message,
    }
}

/// Whether a mail that waits aside is worth another try.
#[must_use]
pub fn is_due(mail: &ArrivedMail, now: Timestamp) -> bool {
    let times = 4_u64.saturating_pow(mail.attempts.saturating_sub(1));
    let pause = Duration::from_secs(FIRST_PAUSE_SECS.saturating_mul(times));
    mail.place.is_some() && mail.attempts < ATTEMPTS_MAX && now.since(mail.at) >= pause
}
