//! Every kind of id and its prefix, declared side by side.

pub use crate::base::id::Id;
pub use crate::base::id::NotAnId;
use crate::base::id::define_id;

define_id!(/// Names the organisation of this data directory.
    OrganisationId, "org");
define_id!(/// Names a person who answers.
    UserId, "user");
define_id!(/// Names a group of users.
    TeamId, "team");
define_id!(/// Names an API key.
    ApiKeyId, "key");
define_id!(/// Names a signed-in browser or program.
    SessionId, "sess");
define_id!(/// Names a link that lets somebody choose a password.
    PassId, "pass");
define_id!(/// Names a connection to a vendor, or a web chat.
    ChannelId, "ch");
define_id!(/// Names a person outside.
    ContactId, "contact");
define_id!(/// Names one address of a contact on a channel.
    IdentityId, "ident");
define_id!(/// Names one conversation.
    ConversationId, "conv");
define_id!(/// Names one message.
    MessageId, "msg");
define_id!(/// Names one entry of the event log.
    EventId, "evt");
define_id!(/// Names a stored file.
    MediaId, "media");
define_id!(/// Names a template that a vendor approves.
    TemplateId, "tpl");
define_id!(/// Names a label.
    TagId, "tag");
define_id!(/// Names an entry of the audit log.
    AuditId, "audit");
define_id!(/// Names a saved view of the inbox.
    ViewId, "view");
define_id!(/// Names the merge of two contacts, so that it can be undone.
    MergeId, "merge");
define_id!(/// Names a webhook that could not be read.
    QuarantineId, "quar");
define_id!(/// Names a mail that came and was not read yet.
    MailId, "mail");
define_id!(/// Names a piece of deferred work.
    JobId, "job");
define_id!(/// Names a visitor of a web chat.
    VisitorId, "vis");
define_id!(/// Names one browser of a visitor of a web chat.
    WebchatSessionId, "wcs");
