//! Limits the owner set: how much there may be of everything. What customers send is never refused.

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::model::organisation::Limits;
use crate::model::rejection::Code;
use crate::model::rejection::Quota;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::channels;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::organisation;
use crate::store::records::users;

/// Something there may be only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// People who answer.
    Users,
    /// Channels.
    Channels,
    /// Contacts.
    Contacts,
    /// Messages in the month of that moment.
    Messages(Timestamp),
}

impl Resource {
    const fn limit(self, limits: Limits) -> Option<u64> {
        match self {
            Self::Users => limits.users,
            Self::Channels => limits.channels,
            Self::Contacts => limits.contacts,
            Self::Messages(_) => limits.messages_per_month,
        }
    }

    /// The name on the wire, and the words of it.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Users => ("users", "users"),
            Self::Channels => ("channels", "channels"),
            Self::Contacts => ("contacts", "contacts"),
            Self::Messages(_) => ("messages", "messages a month"),
        }
    }

    /// How much of it there is.
    ///
    /// # Errors
    /// The disk's.
    pub fn used(self, read: &impl Read) -> Result<u64, StoreError> {
        match self {
            Self::Users => Ok(users::list(read)?.len() as u64),
            Self::Channels => Ok(channels::list(read)?.len() as u64),
            Self::Contacts => counters::get(read, Counter::Contacts),
            Self::Messages(now) => counters::get(read, Counter::Month(now.month_start())),
        }
    }
}

/// Whether anything may be sent.
///
/// # Errors
/// `TENANT_SUSPENDED`: an owner chose that nothing is.
pub fn may_send(read: &impl Read) -> Result<(), EngineError> {
    if organisation::get(read)?.is_some_and(|held| held.suspended) {
        let message = "Sending is suspended for the whole workspace. An owner can resume it in Settings, Workspace.";
        return Err(Rejection::new(Code::TenantSuspended, message).into());
    }
    Ok(())
}

/// Whether there may be one more.
///
/// # Errors
/// `QUOTA_EXCEEDED`: there is as much as there may be.
pub fn one_more(read: &impl Read, resource: Resource) -> Result<(), EngineError> {
    let limits = organisation::get(read)?.map(|held| held.limits);
    let Some(limit) = limits.and_then(|limits| resource.limit(limits)) else {
        return Ok(());
    };
    let used = resource.used(read)?;
    if used < limit {
        return Ok(());
    }
    let (resource, what) = resource.names();
    let quota = Quota {
        resource,
        limit,
        used,
    };
    Err(Rejection::quota(quota, what).into())
}
