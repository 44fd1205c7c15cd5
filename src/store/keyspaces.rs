//! Every keyspace and index, with its key and value explained.
//!
//! Names read: key parts, slash, value. Keys are made so that new rows go near an edge of their
//! keyspace: random keys would touch a new page each.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::time::Timestamp;
use crate::model::alert::Told;
use crate::model::alert_hook::AlertHook;
use crate::model::api_key::ApiKey;
use crate::model::attachment::Attachment;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::Merge;
use crate::model::conversation::Conversation;
use crate::model::event::EventRecord;
use crate::model::happening::Happening;
use crate::model::ids::ApiKeyId;
use crate::model::ids::AuditId;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::IdentityId;
use crate::model::ids::JobId;
use crate::model::ids::MailId;
use crate::model::ids::MediaId;
use crate::model::ids::MergeId;
use crate::model::ids::MessageId;
use crate::model::ids::PassId;
use crate::model::ids::QuarantineId;
use crate::model::ids::SessionId;
use crate::model::ids::TagId;
use crate::model::ids::TeamId;
use crate::model::ids::TemplateId;
use crate::model::ids::UserId;
use crate::model::ids::ViewId;
use crate::model::ids::VisitorId;
use crate::model::ids::WebchatSessionId;
use crate::model::inbound::Receipt;
use crate::model::job::Job;
use crate::model::message::Message;
use crate::model::organisation::Organisation;
use crate::model::pass::Pass;
use crate::model::session::Session;
use crate::model::tag::Tag;
use crate::model::team::Team;
use crate::model::template::Template;
use crate::model::unsent::Unsent;
use crate::model::user::User;
use crate::model::view::View;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::Visitor;
use crate::model::webchat::WebchatSession;
use crate::store::codec;
use crate::store::key::Key;
use crate::store::key::Newest;
use crate::store::records::audit::AuditEntry;
use crate::store::records::idempotency::Answered;
use crate::store::records::mails::ArrivedMail;
use crate::store::records::mails::KnownMail;
use crate::store::records::mentions::Mention;
use crate::store::records::outbox::OutboxRow;
use crate::store::records::quarantine::Quarantined;
use crate::store::records::read_marks::ReadMark;
use crate::store::records::visitors::ClientMessage;

/// Reads the body of a record that was written under an older version.
pub type Upgrade<V> = fn(version: u8, body: &[u8]) -> Result<V, String>;

/// A keyspace with the types of its keys and values.
pub struct Keyspace<K, V> {
    name: &'static str,
    version: u8,
    upgrade: Option<Upgrade<V>>,
    types: PhantomData<fn() -> K>,
}

impl<K: Key, V: Serialize + DeserializeOwned> Keyspace<K, V> {
    /// A keyspace whose records are still of their first version.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            version: 1,
            upgrade: None,
            types: PhantomData,
        }
    }

    /// The same keyspace at a later version, with what reads the earlier ones.
    #[must_use]
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no record has a second version yet")
    )]
    pub const fn version(mut self, version: u8, upgrade: Upgrade<V>) -> Self {
        self.version = version;
        self.upgrade = Some(upgrade);
        self
    }

    /// Its name in the engine.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The bytes of a record.
    pub fn encode(&self, value: &V) -> Vec<u8> {
        codec::encode(value, self.version)
    }

    /// Reads a record of this or an older version.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(&self, bytes: &[u8]) -> Result<V, String> {
        let (version, body) = bytes.split_first().ok_or("the record is empty")?;
        match self.upgrade {
            _ if *version == self.version => codec::decode(body),
            Some(upgrade) if *version < self.version => upgrade(*version, body),
            _ => Err(format!("version {version} is not known")),
        }
    }
}

/// Facts about the file itself: the data version, under their name.
pub const META: Keyspace<String, u64> = Keyspace::named("name/number");
/// The event log, by sequence number from 1 without gaps.
pub const LOG: Keyspace<u64, EventRecord> = Keyspace::named("seq/event");
/// How far each named follower has read the log.
pub const CURSORS: Keyspace<String, u64> = Keyspace::named("follower/seq");

/// The one organisation, under 0.
pub const ORGANISATION: Keyspace<u8, Organisation> = Keyspace::named("zero/organisation");
/// The digest of the one-time token of the set-up page, under 0.
pub const SETUP_TOKEN: Keyspace<u8, [u8; 32]> = Keyspace::named("zero/setup_token");
/// People who answer.
pub const USERS: Keyspace<UserId, User> = Keyspace::named("user/record");
/// Users by the address they sign in with, lower case.
pub const USER_BY_EMAIL: Keyspace<String, UserId> = Keyspace::named("email/user");
/// Groups of users.
pub const TEAMS: Keyspace<TeamId, Team> = Keyspace::named("team/record");
/// Labels.
pub const TAGS: Keyspace<TagId, Tag> = Keyspace::named("tag/record");
/// Saved views of the inbox.
pub const VIEWS: Keyspace<ViewId, View> = Keyspace::named("view/record");
/// Sign-ins.
pub const SESSIONS: Keyspace<SessionId, Session> = Keyspace::named("session/record");
/// Sign-ins by the digest of a token, spent ones too.
pub const SESSION_BY_TOKEN: Keyspace<[u8; 32], SessionId> = Keyspace::named("token/session");
/// The sign-ins of each user.
pub const SESSIONS_OF_USER: Keyspace<(UserId, SessionId), ()> =
    Keyspace::named("user_session/none");
/// API keys.
pub const API_KEYS: Keyspace<ApiKeyId, ApiKey> = Keyspace::named("api_key/record");
/// API keys by the digest of the key.
pub const API_KEY_BY_HASH: Keyspace<[u8; 32], ApiKeyId> = Keyspace::named("key_digest/api_key");
/// Links that let somebody choose a password.
pub const PASSES: Keyspace<PassId, Pass> = Keyspace::named("pass/record");
/// The audit log.
pub const AUDIT: Keyspace<AuditId, AuditEntry> = Keyspace::named("audit/record");

/// Connections to vendors and web chats.
pub const CHANNELS: Keyspace<ChannelId, Channel> = Keyspace::named("channel/record");
/// How far a vendor that must be asked has been asked.
pub const POSITIONS: Keyspace<ChannelId, String> = Keyspace::named("channel/position");
/// What operators were told of a channel.
pub const TOLD: Keyspace<ChannelId, Told> = Keyspace::named("channel/told");
/// Where a program of the operator's is told of channels that need somebody.
pub const ALERT_HOOK: Keyspace<u8, AlertHook> = Keyspace::named("zero/alert_hook");
/// What happened to each channel lately, oldest first.
pub const HAPPENINGS: Keyspace<ChannelId, Vec<Happening>> = Keyspace::named("channel/happenings");
/// Our copies of templates that vendors keep.
pub const TEMPLATES: Keyspace<(ChannelId, TemplateId), Template> =
    Keyspace::named("channel_template/record");
/// Templates by channel, name and language.
pub const TEMPLATE_BY_NAME: Keyspace<(ChannelId, String, String), TemplateId> =
    Keyspace::named("channel_name_language/template");
/// Webhooks that could not be read.
pub const QUARANTINE: Keyspace<QuarantineId, Quarantined> = Keyspace::named("quarantine/record");

/// Mails that came and were not read yet, oldest first.
pub const ARRIVED_MAIL: Keyspace<(ChannelId, MailId), ArrivedMail> =
    Keyspace::named("channel_mail/arrived");
/// Mails that cannot be read, to be read again after a fix.
pub const HELD_MAIL: Keyspace<(ChannelId, MailId), ArrivedMail> =
    Keyspace::named("channel_mail/held");
/// Every mail that ever came, by channel and the digest of its id: kept when its conversation goes,
/// so that it does not come back.
pub const MAIL_IDS: Keyspace<(ChannelId, [u8; 16]), KnownMail> =
    Keyspace::named("channel_digest/known_mail");
/// Conversations by the token that stands in the addresses of their mails.
pub const MAIL_TOKENS: Keyspace<(ChannelId, String), ConversationId> =
    Keyspace::named("channel_token/conversation");

/// People outside, tombstones of merged ones too.
pub const CONTACTS: Keyspace<ContactId, Contact> = Keyspace::named("contact/record");
/// Contacts by folded name, for lists.
pub const CONTACT_BY_NAME: Keyspace<(String, ContactId), ()> = Keyspace::named("name_contact/none");
/// Contacts by address of mail, lower case; one address may be several people's.
pub const CONTACT_BY_EMAIL: Keyspace<(String, ContactId), ()> =
    Keyspace::named("email_contact/none");
/// Contacts by phone number, E.164.
pub const CONTACT_BY_PHONE: Keyspace<(String, ContactId), ()> =
    Keyspace::named("phone_contact/none");
/// Contacts by the id of the business's own systems.
pub const CONTACT_BY_EXTERNAL_ID: Keyspace<String, ContactId> =
    Keyspace::named("external_id/contact");
/// Addresses of contacts, by channel and address.
pub const IDENTITIES: Keyspace<(ChannelId, String), Identity> =
    Keyspace::named("channel_address/identity");
/// The addresses of each contact.
pub const IDENTITIES_OF_CONTACT: Keyspace<(ContactId, IdentityId), (ChannelId, String)> =
    Keyspace::named("contact_identity/channel_address");
/// Merges of contacts.
pub const MERGES: Keyspace<MergeId, Merge> = Keyspace::named("merge/record");

/// Conversations.
pub const CONVERSATIONS: Keyspace<ConversationId, Conversation> =
    Keyspace::named("conversation/record");
/// Visible conversations by status, newest first.
pub const CONVERSATION_BY_STATUS: Keyspace<(u8, Newest, ConversationId), ()> =
    Keyspace::named("status_newest_conversation/none");
/// Visible conversations by owner (zeroes for nobody) and status, newest first.
pub const CONVERSATION_BY_OWNER: Keyspace<([u8; 16], u8, Newest, ConversationId), ()> =
    Keyspace::named("owner_status_newest_conversation/none");
/// Visible conversations by team and status, newest first; those of no team stand nowhere.
pub const CONVERSATION_BY_TEAM: Keyspace<(TeamId, u8, Newest, ConversationId), ()> =
    Keyspace::named("team_status_newest_conversation/none");
/// The conversations of each contact, oldest first.
pub const CONVERSATIONS_OF_CONTACT: Keyspace<(ContactId, ConversationId), ()> =
    Keyspace::named("contact_conversation/none");
/// The newest conversation of a contact on a channel.
pub const LATEST_CONVERSATION: Keyspace<(ContactId, ChannelId), ConversationId> =
    Keyspace::named("contact_channel/conversation");
/// Sleeping conversations by the time they wake.
pub const SNOOZED_UNTIL: Keyspace<(Timestamp, ConversationId), ()> =
    Keyspace::named("time_conversation/none");
/// How far each person has read each conversation.
pub const READ_MARKS: Keyspace<(UserId, ConversationId), ReadMark> =
    Keyspace::named("user_conversation/read_mark");
/// What people have begun to write in conversations and not sent.
pub const UNSENT: Keyspace<(ConversationId, UserId), Unsent> =
    Keyspace::named("conversation_user/unsent");
/// The conversations in which each person has begun to write.
pub const UNSENT_OF_USER: Keyspace<(UserId, ConversationId), ()> =
    Keyspace::named("user_conversation/unsent");
/// Conversations in which somebody was named in a note.
pub const MENTIONS: Keyspace<(UserId, ConversationId), Mention> =
    Keyspace::named("user_conversation/mention");
/// Messages, by id: the right edge takes the new ones.
pub const MESSAGES: Keyspace<MessageId, Message> = Keyspace::named("message/record");
/// The timeline of each conversation, by position from 1.
pub const TIMELINE: Keyspace<(ConversationId, u32), MessageId> =
    Keyspace::named("conversation_position/message");
/// Messages that did not go out: failed, or of unknown outcome.
pub const UNDELIVERED: Keyspace<MessageId, ()> = Keyspace::named("message/undelivered");
/// Messages that did not go out, about which nothing more is to be done.
pub const HANDLED: Keyspace<MessageId, ()> = Keyspace::named("message/handled");
/// Vendors' ids, by bucket of half a day and digest.
pub const EXTERNAL_IDS: Keyspace<(u32, u64), MessageId> = Keyspace::named("bucket_digest/message");
/// Receipts that came before our own record of the vendor's id, by the same key.
pub const EARLY_RECEIPTS: Keyspace<(u32, u64), Vec<Receipt>> =
    Keyspace::named("bucket_digest/receipts");
/// Webhooks that were taken and must not be taken again, by the same key.
pub const TAKEN_HOOKS: Keyspace<(u32, u64), ()> = Keyspace::named("bucket_digest/none");
/// Messages on their way, lane by lane.
pub const OUTBOX: Keyspace<(ChannelId, String, MessageId), OutboxRow> =
    Keyspace::named("channel_address_message/outbox");
/// The head of each lane, by channel and the time it is due.
pub const OUTBOX_DUE: Keyspace<(ChannelId, Timestamp, String, MessageId), ()> =
    Keyspace::named("channel_time_address_message/none");
/// Deferred work by the time it is due.
pub const JOBS: Keyspace<(Timestamp, JobId), Job> = Keyspace::named("time_job/record");
/// Answers given under idempotency keys, by the digest of principal, route and key.
pub const IDEMPOTENCY: Keyspace<[u8; 32], Answered> = Keyspace::named("key_digest/answered");
/// The same by age, to be forgotten.
pub const IDEMPOTENCY_BY_AGE: Keyspace<(Timestamp, [u8; 32]), ()> =
    Keyspace::named("time_key_digest/none");
/// Stored files.
pub const ATTACHMENTS: Keyspace<MediaId, Attachment> = Keyspace::named("media/record");
/// Files that no message carries yet, and since when.
pub const UNUSED_ATTACHMENTS: Keyspace<MediaId, Timestamp> = Keyspace::named("media/time");
/// Counts, by kind, owner and status.
pub const COUNTERS: Keyspace<(u8, [u8; 16], u8), u64> = Keyspace::named("kind_owner_status/count");

/// Visitors of web chats.
pub const VISITORS: Keyspace<VisitorId, Visitor> = Keyspace::named("visitor/record");
/// Visitors by the id of the business's own systems.
pub const VISITOR_BY_EXTERNAL_ID: Keyspace<(ChannelId, String), VisitorId> =
    Keyspace::named("channel_external_id/visitor");
/// The timeline of each visitor, from 1 without gaps.
pub const VISITOR_TIMELINE: Keyspace<(VisitorId, u64), TimelineEntry> =
    Keyspace::named("visitor_seq/entry");
/// The timeline entry that brought a message.
pub const VISITOR_MESSAGE_SEQ: Keyspace<MessageId, (VisitorId, u64)> =
    Keyspace::named("message/visitor_seq");
/// What each client's message id was used for.
pub const VISITOR_CLIENT_IDS: Keyspace<(VisitorId, String), ClientMessage> =
    Keyspace::named("visitor_client_id/message");
/// Browsers of visitors.
pub const WEBCHAT_SESSIONS: Keyspace<WebchatSessionId, WebchatSession> =
    Keyspace::named("webchat_session/record");
/// Browsers by the digest of their token.
pub const WEBCHAT_SESSION_BY_TOKEN: Keyspace<[u8; 32], WebchatSessionId> =
    Keyspace::named("token/webchat_session");
/// The browsers of each visitor.
pub const WEBCHAT_SESSIONS_OF_VISITOR: Keyspace<(VisitorId, WebchatSessionId), ()> =
    Keyspace::named("visitor_webchat_session/none");

/// The name of every keyspace above: what a backup holds.
#[rustfmt::skip]
pub const NAMES: &[&str] = &[
    "name/number",
    "seq/event",
    "follower/seq",
    "zero/organisation",
    "zero/setup_token",
    "user/record",
    "email/user",
    "team/record",
    "tag/record",
    "view/record",
    "session/record",
    "token/session",
    "user_session/none",
    "api_key/record",
    "key_digest/api_key",
    "pass/record",
    "audit/record",
    "channel/record",
    "channel/position",
    "channel/told",
    "zero/alert_hook",
    "channel/happenings",
    "channel_template/record",
    "channel_name_language/template",
    "quarantine/record",
    "channel_mail/arrived",
    "channel_mail/held",
    "channel_digest/known_mail",
    "channel_token/conversation",
    "contact/record",
    "name_contact/none",
    "email_contact/none",
    "phone_contact/none",
    "external_id/contact",
    "channel_address/identity",
    "contact_identity/channel_address",
    "merge/record",
    "conversation/record",
    "status_newest_conversation/none",
    "owner_status_newest_conversation/none",
    "team_status_newest_conversation/none",
    "contact_conversation/none",
    "contact_channel/conversation",
    "time_conversation/none",
    "user_conversation/read_mark",
    "conversation_user/unsent",
    "user_conversation/unsent",
    "user_conversation/mention",
    "message/record",
    "conversation_position/message",
    "message/undelivered",
    "message/handled",
    "bucket_digest/message",
    "bucket_digest/receipts",
    "bucket_digest/none",
    "channel_address_message/outbox",
    "channel_time_address_message/none",
    "time_job/record",
    "key_digest/answered",
    "time_key_digest/none",
    "media/record",
    "media/time",
    "kind_owner_status/count",
    "visitor/record",
    "channel_external_id/visitor",
    "visitor_seq/entry",
    "message/visitor_seq",
    "visitor_client_id/message",
    "webchat_session/record",
    "token/webchat_session",
    "visitor_webchat_session/none",
];
