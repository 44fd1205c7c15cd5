//! People outside, and the addresses they write from.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::IdentityId;
use crate::model::ids::MergeId;

/// A person outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The contact's id.
    pub id: ContactId,
    /// The name to show; never empty.
    pub name: String,
    /// Where the name comes from: a name set by a person is never overwritten by a profile.
    pub name_source: NameSource,
    /// The address of mail, in lower case.
    pub email: Option<String>,
    /// The phone number, E.164.
    pub phone: Option<String>,
    /// The id in the business's own systems; unique when set.
    pub external_id: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
    /// The language, such as `pt-BR`.
    pub language: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// What the business keeps about the person.
    pub custom_fields: Opaque,
    /// Labels, unique without regard to case.
    pub tags: Vec<String>,
    /// What API clients keep with it.
    pub metadata: Opaque,
    /// What comes from a blocked person is kept out of sight, nothing goes out.
    pub blocked: bool,
    /// When the person was first heard of.
    pub first_seen_at: Option<Timestamp>,
    /// When the person last wrote or was seen.
    pub last_seen_at: Option<Timestamp>,
    /// How many conversations there are.
    pub conversation_count: u32,
    /// The contact this one was merged into: its id keeps leading there.
    pub merged_into: Option<ContactId>,
    /// Contacts merged into this one.
    pub merged_ids: Vec<ContactId>,
    /// Grows with each change.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the person was erased: what is left only holds a place in old conversations.
    #[serde(default)]
    pub erased_at: Option<Timestamp>,
    /// What the person wants no more of: `marketing`.
    #[serde(default)]
    pub opted_out: Vec<String>,
    /// Since when, by topic, as far as that was written down.
    #[serde(default)]
    pub opted_out_since: BTreeMap<String, Timestamp>,
}

impl Contact {
    /// Notes that the person wants no more of something; whether that is new.
    pub fn opt_out(&mut self, topic: &str, since: Option<Timestamp>) -> bool {
        if self.opted_out.iter().any(|held| held == topic) {
            return false;
        }
        self.opted_out.push(topic.to_owned());
        let since = since.map(|since| (topic.to_owned(), since));
        self.opted_out_since.extend(since);
        true
    }

    /// Notes that the person wants it again; whether that is new.
    pub fn opt_in(&mut self, topic: &str) -> bool {
        let before = self.opted_out.len();
        self.opted_out.retain(|held| held != topic);
        self.opted_out_since.remove(topic);
        self.opted_out.len() < before
    }

    /// A contact nothing is known of yet.
    #[must_use]
    pub fn nobody(id: ContactId, now: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            name_source: NameSource::Person,
            email: None,
            phone: None,
            external_id: None,
            avatar_url: None,
            language: None,
            timezone: None,
            country: None,
            city: None,
            company: None,
            custom_fields: Opaque::new(),
            tags: Vec::new(),
            metadata: Opaque::new(),
            blocked: false,
            first_seen_at: None,
            last_seen_at: None,
            conversation_count: 0,
            merged_into: None,
            merged_ids: Vec::new(),
            revision: 1,
            created_at: now,
            updated_at: now,
            erased_at: None,
            opted_out: Vec::new(),
            opted_out_since: BTreeMap::new(),
        }
    }
}

/// Where a contact's name comes from, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NameSource {
    /// Made up from the address.
    Address,
    /// Claimed by the person or the vendor's profile.
    Profile,
    /// Proved by a signed identity.
    Verified,
    /// Set by one of us.
    Person,
}

/// One address of a contact on one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The identity's id.
    pub id: IdentityId,
    /// Whose it is.
    pub contact_id: ContactId,
    /// The kind of channel.
    pub channel_kind: ChannelKind,
    /// The channel.
    pub channel_id: ChannelId,
    /// The address as the vendor gives it: a number, a page-scoped id, a visitor. Unique within its
    /// channel.
    pub address: String,
    /// The name the vendor gives.
    pub display_name: Option<String>,
    /// The picture the vendor gives.
    pub avatar_url: Option<String>,
    /// When it was proved that the address is really the person's.
    pub verified_at: Option<Timestamp>,
    /// What the channel keeps with it.
    pub metadata: Opaque,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When the person last wrote from it.
    pub last_seen_at: Option<Timestamp>,
    /// Since when and why nothing may be sent to it.
    #[serde(default)]
    pub closed: Option<Closed>,
    /// When the vendor was last asked who it is.
    #[serde(default)]
    pub looked_up_at: Option<Timestamp>,
    /// What machines of ours said to it within a day, where such are held back.
    #[serde(default)]
    pub by_machine: Vec<MachineWords>,
}

impl Identity {
    /// An address of a contact on a channel, with nothing else known of it.
    #[must_use]
    pub fn new(
        id: IdentityId,
        contact_id: ContactId,
        channel: &Channel,
        address: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            contact_id,
            channel_kind: channel.kind.clone(),
            channel_id: channel.id,
            address: address.to_owned(),
            display_name: None,
            avatar_url: None,
            verified_at: None,
            metadata: Opaque::new(),
            created_at: now,
            last_seen_at: None,
            closed: None,
            looked_up_at: None,
            by_machine: Vec::new(),
        }
    }
}

/// Words of a machine of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineWords {
    /// When they were said.
    pub at: Timestamp,
    /// The first bytes of their digest.
    pub words: [u8; 8],
}

/// That nothing may be sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    /// What the person did.
    pub why: Shut,
    /// Since when.
    pub at: Timestamp,
}

/// Whether somebody may write to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// We keep the person out.
    Blocked,
    /// As anybody.
    Free,
}

/// What a person did so that nothing may be sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shut {
    /// Told us to stop: what goes out in spite of that is against the law in many countries.
    OptedOut,
    /// Blocked us, or the address is gone: the vendor takes nothing for it.
    Unreachable,
}

/// What a merge did, so that it can be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Merge {
    /// The merge's id.
    pub id: MergeId,
    /// The contact that stayed, as it was before.
    pub primary: Contact,
    /// The contacts that went into it, as they were.
    pub secondaries: Vec<Contact>,
    /// The identities that moved, with their former owner.
    pub identities: Vec<(IdentityId, ContactId)>,
    /// The conversations that moved, with their former owner.
    pub conversations: Vec<(crate::model::ids::ConversationId, ContactId)>,
    /// When it happened.
    pub at: Timestamp,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// The contact that stayed, as the merge left it; none where that follows from the others alone.
    #[serde(default)]
    pub given: Option<Box<Contact>>,
}
