//! Contacts as the API answers with them.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::people::contacts::Person;
use crate::model::contact::Identity;
use crate::model::contact::Merge;
use crate::model::contact::Shut;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::IdentityId;
use crate::model::ids::MergeId;
use crate::model::ids::OrganisationId;

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Contact)]
pub struct ContactOut {
    /// `contact_...`
    id: ContactId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// The id in your own systems.
    external_id: Option<String>,
    /// The name; never empty.
    name: String,
    /// The email.
    email: Option<String>,
    /// The phone number, E.164.
    phone: Option<String>,
    /// A picture.
    avatar_url: Option<String>,
    /// The same, for older clients.
    avatar: Option<String>,
    /// The language.
    language: Option<String>,
    /// The IANA time zone.
    timezone: Option<String>,
    /// The country.
    country: Option<String>,
    /// The city.
    city: Option<String>,
    /// The company.
    company: Option<String>,
    /// Addresses on channels.
    identifiers: Vec<IdentifierOut>,
    /// The same, for older clients.
    identities: Vec<IdentifierOut>,
    /// What you keep about the person.
    custom_fields: Map<String, Value>,
    /// Tags.
    tags: Vec<String>,
    /// Anything of your own.
    metadata: Map<String, Value>,
    /// Blocked.
    blocked: bool,
    /// Contacts that went into this one.
    merged_ids: Vec<ContactId>,
    /// When the person was first heard of.
    first_seen_at: Option<Timestamp>,
    /// When the person last wrote or was seen.
    last_seen_at: Option<Timestamp>,
    /// How many conversations there are.
    conversation_count: u32,
    /// Grows with each change.
    revision: u64,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// An address on a channel.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactIdentifier)]
pub struct IdentifierOut {
    /// `ident_...`
    id: IdentityId,
    /// The kind of channel.
    channel_type: String,
    /// The channel.
    channel_id: ChannelId,
    /// The address as the vendor gives it.
    identifier: String,
    /// The name the vendor gives.
    display_name: Option<String>,
    /// The picture the vendor gives.
    profile_picture: Option<String>,
    /// When it was proved to be the person's.
    verified_at: Option<Timestamp>,
    /// Since when the person wants nothing sent to it: a STOP, an unsubscription.
    opted_out_at: Option<Timestamp>,
    /// Since when it cannot be reached: we were blocked, or it is gone.
    unreachable_since: Option<Timestamp>,
    /// What the channel keeps with it.
    metadata: Map<String, Value>,
}

impl From<Identity> for IdentifierOut {
    fn from(identity: Identity) -> Self {
        let since = |why: Shut| {
            let closed = identity.closed.filter(|closed| closed.why == why);
            closed.map(|closed| closed.at)
        };
        Self {
            opted_out_at: since(Shut::OptedOut),
            unreachable_since: since(Shut::Unreachable),
            id: identity.id,
            channel_type: identity.channel_kind.as_str().to_owned(),
            channel_id: identity.channel_id,
            identifier: identity.address,
            display_name: identity.display_name,
            profile_picture: identity.avatar_url,
            verified_at: identity.verified_at,
            metadata: identity.metadata,
        }
    }
}

impl ContactOut {
    /// A contact as the outside sees it.
    #[must_use]
    pub fn new(person: Person, tenant_id: OrganisationId) -> Self {
        let contact = person.contact;
        let identifiers: Vec<IdentifierOut> =
            person.identities.into_iter().map(Into::into).collect();
        Self {
            id: contact.id,
            tenant_id,
            external_id: contact.external_id,
            name: contact.name,
            email: contact.email,
            phone: contact.phone,
            avatar: contact.avatar_url.clone(),
            avatar_url: contact.avatar_url,
            language: contact.language,
            timezone: contact.timezone,
            country: contact.country,
            city: contact.city,
            company: contact.company,
            identities: identifiers.clone(),
            identifiers,
            custom_fields: contact.custom_fields,
            tags: contact.tags,
            metadata: contact.metadata,
            blocked: contact.blocked,
            merged_ids: contact.merged_ids,
            first_seen_at: contact.first_seen_at,
            last_seen_at: contact.last_seen_at,
            conversation_count: contact.conversation_count,
            revision: contact.revision,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        }
    }
}

/// A merge that can be undone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactMerge)]
pub struct MergeOut {
    /// `merge_...`
    id: MergeId,
    /// The contact that stayed.
    primary_contact_id: ContactId,
    /// The contacts that went into it.
    secondary_contact_ids: Vec<ContactId>,
    /// When.
    created_at: Timestamp,
}

impl From<Merge> for MergeOut {
    fn from(merge: Merge) -> Self {
        Self {
            id: merge.id,
            primary_contact_id: merge.primary.id,
            secondary_contact_ids: merge.secondaries.iter().map(|other| other.id).collect(),
            created_at: merge.at,
        }
    }
}
