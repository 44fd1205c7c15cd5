//! `/channels/{id}/stats`: how much went through a channel.

use std::time::Duration;

use actix_web::web;
use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::setup::stats::ChannelStats;
use crate::engine::setup::stats::Slot;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::state::State;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .get(&["/channels/{id}/stats"], show)
        .says("Get how much went through a channel")
        .needs(Permission::ReadChannels)
        .query::<StatsQuery>()
        .gives::<StatsOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
struct StatsQuery {
    /// `day` (the default), `week` or `month`.
    #[serde(default)]
    period: Option<String>,
}

/// A period in the vocabularies of all clients: its name, length, and slots.
fn period_named(name: Option<&str>) -> Result<(&'static str, Duration, Duration), Rejection> {
    match name.unwrap_or("day") {
        "1h" | "hour" => Ok(("hour", HOUR, Duration::from_secs(300))),
        "day" | "24h" | "daily" => Ok(("day", DAY, HOUR)),
        "week" | "7d" | "weekly" => Ok(("week", DAY * 7, DAY)),
        "month" | "30d" | "monthly" => Ok(("month", DAY * 30, DAY)),
        _ => Err(Rejection::field("period", "must be day, week or month")),
    }
}

/// What went through a channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelStats)]
struct StatsOut {
    /// Messages from customers.
    messages_received: u64,
    /// Messages to customers.
    messages_sent: u64,
    /// Conversations opened.
    conversations_created: u64,
    /// How long customers waited for an answer, in seconds, on average; 0 when nobody did.
    avg_response_time: f64,
    /// The period.
    period: &'static str,
    /// The same figures together.
    summary: SummaryOut,
    /// By slot of time, oldest first.
    time_series: Vec<SlotOut>,
    /// Whether there was more than could be counted.
    partial: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelStatsSummary)]
struct SummaryOut {
    total_messages: u64,
    messages_received: u64,
    messages_sent: u64,
    conversations_created: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelStatsSlot)]
struct SlotOut {
    timestamp: Timestamp,
    messages_received: u64,
    messages_sent: u64,
}

impl From<&Slot> for SlotOut {
    fn from(slot: &Slot) -> Self {
        Self {
            timestamp: slot.start,
            messages_received: slot.received,
            messages_sent: slot.sent,
        }
    }
}

impl StatsOut {
    fn new(stats: &ChannelStats, period: &'static str) -> Self {
        Self {
            messages_received: stats.received,
            messages_sent: stats.sent,
            conversations_created: stats.opened,
            avg_response_time: stats.answer_secs.unwrap_or(0.0),
            period,
            summary: SummaryOut {
                total_messages: stats.received + stats.sent,
                messages_received: stats.received,
                messages_sent: stats.sent,
                conversations_created: stats.opened,
            },
            time_series: stats.slots.iter().map(SlotOut::from).collect(),
            partial: stats.is_partial,
        }
    }
}

async fn show(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    query: Query<StatsQuery>,
) -> Answered {
    let (name, period, slot) = period_named(query.0.period.as_deref())?;
    let stats = state.engine.stats.clone();
    let counting = web::block(move || stats.of_channel(&caller.actor, id.0, period, slot));
    let counted = counting
        .await
        .map_err(|error| EngineError::Broken(format!("counting messages: {error}")))??;
    Ok(Answer::one(&StatsOut::new(&counted, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_understood_in_every_vocabulary() {
        for (names, expected) in [
            ([None, Some("day"), Some("24h"), Some("daily")], "day"),
            (
                [Some("week"), Some("7d"), Some("weekly"), Some("week")],
                "week",
            ),
            (
                [Some("month"), Some("30d"), Some("monthly"), Some("month")],
                "month",
            ),
        ] {
            for name in names {
                assert_eq!(period_named(name).map(|(name, ..)| name), Ok(expected));
            }
        }
        assert!(period_named(Some("year")).is_err());
    }
}
