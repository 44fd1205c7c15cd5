//! `/tenant/usage`: how much of everything there is.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::model::organisation::Limits;
use crate::model::permission::Permission;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::state::State;

/// No limit.
const NONE: i64 = -1;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("organisation");
    routes
        .get(&["/tenant/usage"], show)
        .says("Get how much of everything there is, and its limits")
        .needs(Permission::ReadPeople)
        .gives::<UsageOut>();
}

/// What there is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TenantUsage)]
struct UsageOut {
    /// People who answer.
    users: u64,
    /// Channels.
    channels: u64,
    /// Contacts.
    contacts: u64,
    /// Messages from and to customers in the period.
    messages_this_month: u64,
    /// How much there may be; -1 means that there is no limit.
    limits: LimitsOut,
    /// The month that is counted, UTC.
    period: PeriodOut,
}

/// How much there may be of everything; -1 means any number.
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TenantLimits)]
pub struct LimitsOut {
    /// People who answer.
    max_users: i64,
    /// Channels.
    max_channels: i64,
    /// Contacts.
    max_contacts: i64,
    /// Messages from and to customers in a month.
    max_messages_per_month: i64,
}

impl From<Limits> for LimitsOut {
    fn from(limits: Limits) -> Self {
        let shown =
            |limit: Option<u64>| limit.and_then(|most| most.try_into().ok()).unwrap_or(NONE);
        Self {
            max_users: shown(limits.users),
            max_channels: shown(limits.channels),
            max_contacts: shown(limits.contacts),
            max_messages_per_month: shown(limits.messages_per_month),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsagePeriod)]
struct PeriodOut {
    /// Its first moment.
    start: Timestamp,
    /// The first moment after it.
    end: Timestamp,
}

async fn show(caller: ApiCaller, state: Data<State>) -> Answered {
    let usage = state.engine.counting.usage(&caller.actor)?;
    Ok(Answer::one(&UsageOut {
        users: usage.users,
        channels: usage.channels,
        contacts: usage.contacts,
        messages_this_month: usage.messages,
        limits: usage.limits.into(),
        period: PeriodOut {
            start: usage.since,
            end: usage.until,
        },
    }))
}
