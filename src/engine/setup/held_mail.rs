//! The quarantine of a channel: mails that came and could not be read, or not be fetched yet. They keep
//! nobody behind them waiting; here they are looked at, tried again and thrown away.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use crate::channels::email::incoming;
use crate::channels::email::incoming::Announced;
use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::setup::channels::Channels;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::ids::ChannelId;
use crate::model::ids::MailId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Tx;
use crate::store::records::mails;
use crate::store::records::mails::ArrivedMail;

/// How much of a mail is looked at to say what it is.
const HEAD_BYTES: u64 = 64 * 1024;

/// A mail in the quarantine.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldMail {
    /// What is kept of it.
    pub mail: ArrivedMail,
    /// What it says of itself; nothing where its bytes are not here.
    pub announced: Announced,
}

/// A part of the quarantine.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantine {
    /// Oldest first.
    pub mails: Vec<HeldMail>,
    /// The mail behind which it goes on; none where this is the end.
    pub next: Option<MailId>,
}

impl Channels {
    /// The quarantine of a channel behind a mail, at most so many.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub fn held_mail(
        &self,
        actor: &Actor,
        channel: ChannelId,
        after: Option<MailId>,
        limit: usize,
    ) -> Result<Quarantine, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let read = self.0.store.snapshot()?;
        find::channel_in(&read, channel)?;
        let mut found = mails::held_of(&read, channel, after, limit.saturating_add(1))?;
        let is_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|last| last.id);
        let mails = found.into_iter().map(|mail| HeldMail {
            announced: self.announced(&mail),
            mail,
        });
        Ok(Quarantine {
            mails: mails.collect(),
            next: last.filter(|_| is_more),
        })
    }

    /// What the bytes of a mail say of it. Whatever is wrong with the rest, a header is soon read.
    fn announced(&self, mail: &ArrivedMail) -> Announced {
        let mut head = Vec::new();
        let opened = File::open(self.0.store.blobs().path(&mail.digest));
        // Where the bytes are gone, or still with a service, nothing is known.
        let read = opened.and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
        read.map_or_else(|_| Announced::default(), |_| incoming::announced(&head))
    }

    /// Where the bytes of a mail in the quarantine lie, and how many they are.
    ///
    /// # Errors
    /// The actor may not; there is no such mail, or its bytes are not here.
    pub fn held_source(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: MailId,
    ) -> Result<(PathBuf, u64), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let mail = mails::held_one(&self.0.store.snapshot()?, channel, id)?;
        let mail = mail
            .filter(|mail| mail.size_bytes > 0)
            .ok_or_else(missing)?;
        Ok((self.0.store.blobs().path(&mail.digest), mail.size_bytes))
    }

    /// Has a mail in the quarantine read again at once.
    ///
    /// # Errors
    /// The actor may not; there is no such mail.
    pub async fn read_held(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: MailId,
    ) -> Result<(), EngineError> {
        self.settle(actor, channel, id, "channel.mailReadAgain", |tx, mail| {
            let again = ArrivedMail {
                attempts: 0,
                ..mail.clone()
            };
            Ok(mails::let_go(tx, &again)?)
        })
        .await
    }

    /// Throws a mail in the quarantine away. What was shown of it in a conversation stays there.
    ///
    /// # Errors
    /// The actor may not; there is no such mail.
    pub async fn drop_held(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: MailId,
    ) -> Result<(), EngineError> {
        self.settle(actor, channel, id, "channel.mailDropped", |tx, mail| {
            Ok(mails::drop_held(tx, mail)?)
        })
        .await
    }

    async fn settle(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: MailId,
        action: &'static str,
        change: impl Fn(&mut Tx<'_>, &ArrivedMail) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<(), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let (stamp, actor) = (self.0.stamp(), actor.clone());
        let write = self.0.store.write("settling a mail put aside", move |tx| {
            let mail = mails::held_one(tx, channel, id)?.ok_or_else(missing)?;
            change(tx, &mail)?;
            let mut pen = stamp.pen();
            audit::note(tx, &mut pen, &actor, action, channel, Opaque::new())?;
            Ok(())
        });
        write.await
    }
}

fn missing() -> Rejection {
    Rejection::not_found(Code::ResourceNotFound, "mail")
}
