//! Mail whose bytes still lie with the service that told of it.
//!
//! One that cannot be had is put aside, and so are later ones of the same sender: what somebody wrote
//! is read in the order in which it was written. Nobody else's waits, and nobody's for ever.

use std::collections::BTreeSet;
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
use crate::store::blobs::Stored;
use crate::store::records::mails;
use crate::store::records::mails::ArrivedMail;

/// The largest mail that is fetched, in bytes.
const MAIL_BYTES: u64 = 120 * 1024 * 1024;

/// The pause after the first failure; each later one is four times as long.
const FIRST_PAUSE_SECS: u64 = 30;

/// How often it is tried.
const ATTEMPTS_MAX: u32 = 8;

/// How many failures its sender's later mails wait for: three quarters of an hour.
const HOLDS_UP_MAX: u32 = 4;

/// A mail whose turn it is.
#[derive(Debug)]
pub enum Fetched {
    /// Its bytes are on disk.
    Here(ArrivedMail),
    /// They cannot be had now: it waits aside.
    Aside(ArrivedMail),
}

/// Fetches the bytes of a mail where they are not on disk yet.
///
/// # Errors
/// The store's.
pub async fn fetched(
    context: &Context,
    channel: &Channel,
    mail: ArrivedMail,
) -> Result<Fetched, EngineError> {
    let Some(place) = &mail.place else {
        return Ok(Fetched::Here(mail));
    };
    match fetch(context, channel, place).await? {
        Ok(stored) => Ok(Fetched::Here(ArrivedMail {
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
            put_aside(context, aside.clone()).await?;
            Ok(Fetched::Aside(aside))
        }
    }
}

/// Lets a mail wait for earlier ones of its sender.
///
/// # Errors
/// The store's.
pub async fn wait(context: &Context, mail: ArrivedMail) -> Result<(), EngineError> {
    let behind = ArrivedMail {
        is_behind: true,
        ..mail
    };
    put_aside(context, behind).await
}

async fn put_aside(context: &Context, mail: ArrivedMail) -> Result<(), EngineError> {
    let write = context.store.write("putting a mail aside", move |tx| {
        Ok::<_, EngineError>(mails::hold(tx, &mail)?)
    });
    write.await
}

async fn fetch(
    context: &Context,
    channel: &Channel,
    place: &Opaque,
) -> Result<Result<Stored, String>, EngineError> {
    let mut line = Line::open(context, channel.clone())?;
    if let Err(broken) = line.renew().await {
        return Ok(Err(broken.refusal.error().message.clone()));
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
        Err(broken) => return Ok(Err(broken.refusal.error().message.clone())),
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

/// Senders of whom an earlier mail is aside, so that later ones wait.
#[derive(Debug, Default)]
pub struct HeldUp(BTreeSet<String>);

impl HeldUp {
    /// By the mails of a channel that are aside.
    #[must_use]
    pub fn by<'a>(aside: impl IntoIterator<Item = &'a ArrivedMail>) -> Self {
        let mut all = Self::default();
        for mail in aside {
            all.note(mail);
        }
        all
    }

    /// Notes a mail that is put aside.
    pub fn note(&mut self, mail: &ArrivedMail) {
        if mail.is_behind || holds_up(mail) {
            self.0.extend(sender(mail));
        }
    }

    /// Whether a mail that comes now has to wait.
    #[must_use]
    pub fn has(&self, mail: &ArrivedMail) -> bool {
        sender(mail).is_some_and(|sender| self.0.contains(&sender))
    }
}

/// Of the mails that are aside those whose turn has come: what is worth another try, and what waits
/// for nothing any more.
#[must_use]
pub fn due(aside: Vec<ArrivedMail>, now: Timestamp) -> Vec<ArrivedMail> {
    let mut open = BTreeSet::new();
    for mail in aside.iter().filter(|mail| holds_up(mail)) {
        if !is_due(mail, now) {
            open.extend(sender(mail).map(|sender| (mail.channel_id, sender)));
        }
    }
    let waits = |mail: &ArrivedMail| {
        sender(mail).is_some_and(|sender| open.contains(&(mail.channel_id, sender)))
    };
    let mut due = aside;
    due.retain(|mail| {
        if mail.is_behind {
            !waits(mail)
        } else {
            is_due(mail, now)
        }
    });
    due
}

/// Whether a mail aside is to be fetched again soon enough for others to wait for it.
const fn holds_up(mail: &ArrivedMail) -> bool {
    mail.place.is_some() && !mail.is_behind && mail.attempts <= HOLDS_UP_MAX
}

fn is_due(mail: &ArrivedMail, now: Timestamp) -> bool {
    let times = 4_u64.saturating_pow(mail.attempts.saturating_sub(1));
    let pause = Duration::from_secs(FIRST_PAUSE_SECS.saturating_mul(times));
    mail.place.is_some() && mail.attempts < ATTEMPTS_MAX && now.since(mail.at) >= pause
}

/// Who wrote a mail, as far as that is known before it is read; nobody for what came back.
fn sender(mail: &ArrivedMail) -> Option<String> {
    let from = mail.envelope.from.as_deref()?.trim();
    (!from.is_empty()).then(|| from.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;
    use crate::model::ids::ChannelId;
    use crate::model::ids::MailId;
    use crate::model::mail::Envelope;

    const NOW: Timestamp = Timestamp::from_secs(1_767_268_800);

    /// A mail by its number; one that failed so often lies with the service.
    fn mail(number: u8, from: &str, failed: Option<u32>) -> ArrivedMail {
        ArrivedMail {
            id: MailId::from_bytes([number; 16]),
            channel_id: ChannelId::from_bytes([1; 16]),
            digest: [0; 32],
            size_bytes: 0,
            envelope: Envelope {
                from: Some(from.to_owned()),
                ..Envelope::default()
            },
            at: NOW,
            attempts: failed.unwrap_or(0),
            reason: None,
            is_header_only: false,
            place: failed.map(|_| Opaque::default()),
            is_behind: false,
        }
    }

    fn behind(number: u8, from: &str) -> ArrivedMail {
        ArrivedMail {
            is_behind: true,
            ..mail(number, from, None)
        }
    }

    #[test]
    fn whoever_has_a_mail_to_be_fetched_waits_and_nobody_else() {
        let aside = [
            mail(1, "Ana@a.example", Some(1)),
            // Not readable at all, given up, or without a sender: nobody waits for those.
            mail(2, "bo@b.example", None),
            mail(3, "kim@c.example", Some(HOLDS_UP_MAX + 1)),
            mail(4, "", Some(1)),
            behind(5, "lee@d.example"),
        ];
        let held = HeldUp::by(&aside);
        let waits = |from: &str| held.has(&mail(9, from, None));
        assert!(waits("ana@a.example") && waits("lee@d.example"));
        assert!(!waits("bo@b.example") && !waits("kim@c.example") && !waits(""));
    }

    #[test]
    fn what_waited_follows_what_it_waited_for() {
        let aside = || {
            vec![
                mail(1, "ana@a.example", Some(1)),
                behind(2, "ANA@a.example"),
                behind(3, "bo@b.example"),
                mail(4, "kim@c.example", None),
            ]
        };
        let turns = |secs: u64| -> Vec<u8> {
            let due = due(aside(), NOW.plus(Duration::from_secs(secs)));
            due.iter().map(|mail| mail.id.bytes()[0]).collect()
        };
        assert_eq!(turns(FIRST_PAUSE_SECS - 1), [3]);
        assert_eq!(turns(FIRST_PAUSE_SECS), [1, 2, 3]);
    }
}
