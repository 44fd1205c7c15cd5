//! Reading mailboxes: one task for each channel whose mail lies in one.
//!
//! What came and how far we are is written in one transaction, so that nothing is brought in twice
//! or missed, whenever the program or the server stops.

mod reader;
mod trouble;

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use crate::channels::email::imap;
use crate::engine::context::Context;
use crate::engine::vendor::Line as VendorLine;
use crate::engine::workers::Stop;
use crate::engine::workers::mailboxes::reader::Reader;
use crate::engine::workers::mailboxes::trouble::TELL_AFTER;
use crate::engine::workers::mailboxes::trouble::Trouble;
use crate::engine::workers::mailboxes::trouble::settle;
use crate::engine::workers::mailboxes::trouble::tell;
use crate::engine::workers::tending::tend;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::inbound::Effect;
use crate::net::lines::Lines;
use crate::net::mailbox::Mailbox;
use crate::net::mailbox::MailboxError;
use crate::store::records::channels;

/// How often an open mailbox's channel is looked at: it may have changed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long a connection is kept whose token ends: it is renewed before.
const TOKEN_SPAN: Duration = Duration::from_secs(45 * 60);

/// Reads until it is told to stop.
pub async fn run(context: Context, stop: Stop) {
    let lines = Arc::new(Lines::new(context.vendors.http.reach()));
    tend(context, stop, has_mailbox, |context, channel| {
        read_on(context, lines.clone(), channel)
    })
    .await;
}

fn has_mailbox(context: &Context, channel: &Channel) -> bool {
    // Looked at before its secrets are opened: most channels have none.
    channel.state == ChannelState::Active
        && channel.settings.contains_key("imapHost")
        && context
            .account(channel)
            .is_ok_and(|account| imap::Mailbox::of(&account).is_some())
}

/// Reads one mailbox for as long as its channel is in service.
async fn read_on(context: Context, lines: Arc<Lines>, mut channel: Channel) {
    let mut failures = 0;
    loop {
        let pause = match read(&context, &lines, &channel, &mut failures).await {
            Ok(()) => Duration::ZERO,
            Err(trouble) => {
                failures += 1;
                settle(&context, channel.id, trouble, failures).await
            }
        };
        context.clock.until(context.clock.now().plus(pause)).await;
        match current(&context, channel.id) {
            Some(now) if has_mailbox(&context, &now) => channel = now,
            _ => return,
        }
    }
}

fn current(context: &Context, id: ChannelId) -> Option<Channel> {
    let read = context.store.snapshot().ok()?;
    channels::get(&read, id).ok()?
}

/// Connects and reads until the channel changes or something breaks.
async fn read(
    context: &Context,
    lines: &Lines,
    channel: &Channel,
    failures: &mut u32,
) -> Result<(), Trouble> {
    let mut line = VendorLine::open(context, channel.clone())?;
    line.renew()
        .await
        .map_err(|broken| Trouble::Access(broken.refusal))?;
    let Some((settings, mut mailbox)) = sign_in(lines, &mut line).await? else {
        return Ok(());
    };
    let begun = Instant::now();
    let mut reader = Reader {
        context,
        channel: channel.id,
        initial_days: settings.initial_days,
    };
    loop {
        // The first folder comes last: it is the one that is listened to.
        for folder in settings.folders.iter().rev() {
            reader.bring(&mut mailbox, folder).await?;
        }
        if *failures >= TELL_AFTER {
            let text = "The mailbox is read again.";
            tell(context, channel.id, Effect::Note, text).await?;
        }
        *failures = 0;
        let is_over = settings.is_by_token() && begun.elapsed() > TOKEN_SPAN;
        if is_over {
            mailbox.leave().await;
            return Ok(());
        }
        let waited = tokio::select! {
            waited = wait(context, &settings, mailbox) => waited?,
            () = changed(context, &line.channel) => return Ok(()),
        };
        mailbox = waited;
    }
}

/// Opens the mailbox of a channel; none where it has none any more. A token that is refused before
/// its time is renewed once.
async fn sign_in(
    lines: &Lines,
    line: &mut VendorLine<'_>,
) -> Result<Option<(imap::Mailbox, Mailbox)>, Trouble> {
    let Some(settings) = imap::Mailbox::of(&line.account) else {
        return Ok(None);
    };
    let refused = match Mailbox::open(lines, &settings.server).await {
        Err(MailboxError::Refused(answer)) if imap::is_about_us(&answer) => answer,
        opened => return Ok(Some((settings, opened?))),
    };
    let renewed = line.renew_refused().await;
    if !renewed.map_err(|broken| Trouble::Access(broken.refusal))? {
        return Err(MailboxError::Refused(refused).into());
    }
    let Some(settings) = imap::Mailbox::of(&line.account) else {
        return Ok(None);
    };
    let mailbox = Mailbox::open(lines, &settings.server).await?;
    Ok(Some((settings, mailbox)))
}

/// Waits until there may be something new.
async fn wait(
    context: &Context,
    settings: &imap::Mailbox,
    mut mailbox: Mailbox,
) -> Result<Mailbox, MailboxError> {
    if settings.listens && mailbox.can_listen() {
        if mailbox.knock().await? {
            return Ok(mailbox);
        }
        let at_most = if settings.folders.len() > 1 {
            settings.look_every.min(imap::LISTEN)
        } else {
            imap::LISTEN
        };
        return mailbox.listen(at_most).await;
    }
    let until = context.clock.now().plus(settings.look_every);
    context.clock.until(until).await;
    mailbox.knock().await?;
    Ok(mailbox)
}

/// Waits until a channel is not as it was.
async fn changed(context: &Context, channel: &Channel) {
    loop {
        context
            .clock
            .until(context.clock.now().plus(LOOK_EVERY))
            .await;
        let is_same = current(context, channel.id).is_some_and(|now| {
            now.state == channel.state
                && now.settings == channel.settings
                && now.secrets == channel.secrets
        });
        if !is_same {
            return;
        }
    }
}
