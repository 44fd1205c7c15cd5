//! Mails: those that came and wait to be read, those that cannot be, and the ids of all that ever came.

use serde::Deserialize;
use serde::Serialize;

use crate::base::crypto;
use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id as _;
use crate::model::ids::MailId;
use crate::model::ids::MessageId;
use crate::model::mail::Envelope;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::ARRIVED_MAIL;
use crate::store::keyspaces::HELD_MAIL;
use crate::store::keyspaces::MAIL_IDS;
use crate::store::keyspaces::MAIL_TOKENS;

/// A mail that came: its bytes lie under their digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivedMail {
    /// Its id.
    pub id: MailId,
    /// The channel it came to.
    pub channel_id: ChannelId,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// Their length.
    pub size_bytes: u64,
    /// What the way it came adds.
    pub envelope: Envelope,
    /// When it came.
    pub at: Timestamp,
    /// How often it was tried to be read.
    pub attempts: u32,
    /// Why it could not be read.
    pub reason: Option<String>,
    /// Whether only its header was brought in, because the whole is too large.
    pub is_header_only: bool,
    /// What a service has to be asked for its bytes, which still lie there.
    #[serde(default)]
    pub place: Option<Opaque>,
    /// Whether it is aside only because an earlier one of its sender still has to be fetched.
    #[serde(default)]
    pub is_behind: bool,
}

/// A mail that was read once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownMail {
    /// The message it became.
    pub message_id: MessageId,
    /// The conversation that message stood in.
    pub conversation_id: ConversationId,
    /// Who wrote it.
    pub from: String,
    /// Which words it had.
    pub words: String,
}

/// Keeps a mail that came.
///
/// # Errors
/// The disk's.
pub fn put_arrived(tx: &mut Tx<'_>, mail: &ArrivedMail) -> Result<(), StoreError> {
    tx.put(&ARRIVED_MAIL, &(mail.channel_id, mail.id), mail)
}

/// The mails of a channel that wait to be read, oldest first.
///
/// # Errors
/// The disk's.
pub fn arrived(
    read: &impl Read,
    channel: ChannelId,
    limit: usize,
) -> Result<Vec<ArrivedMail>, StoreError> {
    let found = read.scan(&ARRIVED_MAIL, Scan::under(&channel).limit(limit))?;
    Ok(found.into_iter().map(|(_, mail)| mail).collect())
}

/// Every mail that waits to be read or cannot be.
///
/// # Errors
/// The disk's.
pub fn kept(read: &impl Read) -> Result<Vec<ArrivedMail>, StoreError> {
    let mut all = read.values(&ARRIVED_MAIL)?;
    all.extend(read.values(&HELD_MAIL)?);
    Ok(all)
}

/// The channels that have mail waiting to be read.
///
/// # Errors
/// The disk's.
pub fn channels_with_mail(read: &impl Read) -> Result<Vec<ChannelId>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<(ChannelId, MailId)> = None;
    loop {
        let next = read.scan(&ARRIVED_MAIL, Scan::all().after(after.as_ref()).limit(1))?;
        let Some(((channel, _), _)) = next.first() else {
            return Ok(found);
        };
        found.push(*channel);
        after = Some((*channel, MailId::from_bytes([0xff; 16])));
    }
}

/// Strikes a mail out that was read.
///
/// # Errors
/// The disk's.
pub fn remove_arrived(tx: &mut Tx<'_>, mail: &ArrivedMail) -> Result<(), StoreError> {
    tx.remove(&ARRIVED_MAIL, &(mail.channel_id, mail.id))
}

/// Puts a mail aside that cannot be read, so that those behind it are.
///
/// # Errors
/// The disk's.
pub fn hold(tx: &mut Tx<'_>, mail: &ArrivedMail) -> Result<(), StoreError> {
    remove_arrived(tx, mail)?;
    tx.put(&HELD_MAIL, &(mail.channel_id, mail.id), mail)
}

/// Mails that cannot be read, oldest first.
///
/// # Errors
/// The disk's.
pub fn held(read: &impl Read) -> Result<Vec<ArrivedMail>, StoreError> {
    read.values(&HELD_MAIL)
}

/// Mails of a channel that cannot be read, oldest first, behind one of them and at most so many.
///
/// # Errors
/// The disk's.
pub fn held_of(
    read: &impl Read,
    channel: ChannelId,
    after: Option<MailId>,
    limit: usize,
) -> Result<Vec<ArrivedMail>, StoreError> {
    let after = after.map(|id| (channel, id));
    let scan = Scan::under(&channel).after(after.as_ref()).limit(limit);
    let found = read.scan(&HELD_MAIL, scan)?;
    Ok(found.into_iter().map(|(_, mail)| mail).collect())
}

/// A mail of a channel that cannot be read.
///
/// # Errors
/// The disk's.
pub fn held_one(
    read: &impl Read,
    channel: ChannelId,
    id: MailId,
) -> Result<Option<ArrivedMail>, StoreError> {
    read.get(&HELD_MAIL, &(channel, id))
}

/// Forgets a mail that cannot be read.
///
/// # Errors
/// The disk's.
pub fn drop_held(tx: &mut Tx<'_>, mail: &ArrivedMail) -> Result<(), StoreError> {
    tx.remove(&HELD_MAIL, &(mail.channel_id, mail.id))
}

/// Lets a mail be read that was put aside.
///
/// # Errors
/// The disk's.
pub fn let_go(tx: &mut Tx<'_>, mail: &ArrivedMail) -> Result<(), StoreError> {
    tx.remove(&HELD_MAIL, &(mail.channel_id, mail.id))?;
    let again = ArrivedMail {
        is_behind: false,
        ..mail.clone()
    };
    put_arrived(tx, &again)
}

/// Forgets what waits for a channel that is gone.
///
/// # Errors
/// The disk's.
pub fn forget(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), StoreError> {
    for mail in kept(tx)? {
        if mail.channel_id == channel {
            remove_arrived(tx, &mail)?;
            tx.remove(&HELD_MAIL, &(channel, mail.id))?;
        }
    }
    Ok(())
}

/// The mail that came before under an id.
///
/// # Errors
/// The disk's.
pub fn known(
    read: &impl Read,
    channel: ChannelId,
    id: &str,
) -> Result<Option<KnownMail>, StoreError> {
    read.get(&MAIL_IDS, &(channel, hash(id)))
}

/// Remembers a mail for good.
///
/// # Errors
/// The disk's.
pub fn remember(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    id: &str,
    mail: &KnownMail,
) -> Result<(), StoreError> {
    tx.put(&MAIL_IDS, &(channel, hash(id)), mail)
}

/// The conversation of a token.
///
/// # Errors
/// The disk's.
pub fn of_token(
    read: &impl Read,
    channel: ChannelId,
    token: &str,
) -> Result<Option<ConversationId>, StoreError> {
    read.get(&MAIL_TOKENS, &(channel, token.to_owned()))
}

/// Remembers the token of a conversation.
///
/// # Errors
/// The disk's.
pub fn remember_token(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    token: String,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    tx.put(&MAIL_TOKENS, &(channel, token), &conversation)
}

fn hash(id: &str) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&crypto::digest(id.as_bytes())[..16]);
    first
}
