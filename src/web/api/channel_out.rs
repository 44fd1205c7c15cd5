//! Channels as the API answers with them.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::alerts::expiry;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::checks::Check;
use crate::engine::setup::instructions::Instruction;
use crate::engine::setup::secrets::WEBHOOK_SECRET;
use crate::engine::setup::traffic::BothWays;
use crate::model::channel::Channel;
use crate::model::channel::REPORTING;
use crate::model::ids::ChannelId;
use crate::model::ids::OrganisationId;
use crate::model::inbound::Effect;
use crate::web::api::capabilities::CapabilitiesOut;
use crate::web::api::channel_routing::RoutingOut;

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Channel)]
pub struct ChannelOut {
    /// `ch_...`
    id: ChannelId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// Its name among colleagues.
    name: String,
    /// The kind.
    r#type: String,
    /// `active`, `inactive`, `connecting` or `error`.
    status: &'static str,
    /// `connected`, `disconnected`, `connecting` or `error`.
    connection_status: &'static str,
    /// Switched on.
    enabled: bool,
    /// Whether it was connected at least once.
    setup_complete: bool,
    /// Settings; secrets are masked.
    config: Map<String, Value>,
    /// What it can carry.
    capabilities: CapabilitiesOut,
    /// Where the vendor reports what happens.
    webhook_url: String,
    /// When something last came and went.
    health: HealthOut,
    /// What came and went in the last 24 hours; more is under `/stats`.
    stats: TrafficOut,
    /// Whether it talks to the built-in sandbox.
    sandbox: bool,
    /// Why it does not work.
    error_message: Option<String>,
    /// The setting that is to blame for it, where the vendor tells: `config.accessToken`.
    error_field: Option<String>,
    /// Since when it is connected.
    connected_at: Option<Timestamp>,
    /// When something last came or went.
    last_activity_at: Option<Timestamp>,
    /// Anything of your own.
    metadata: Map<String, Value>,
    /// Where conversations go that customers begin.
    routing: RoutingOut,
    /// Secrets that were generated, in the answer that made the channel.
    secrets: Option<Map<String, Value>>,
    /// The one that signs webhooks, where there is one; also in that answer alone.
    webhook_secret: Option<String>,
    /// Grows with each change.
    revision: u64,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelHealth)]
struct HealthOut {
    /// `healthy`, `unhealthy` or `unknown`.
    status: &'static str,
    /// When the vendor was last asked whether the account is in order.
    last_checked: Option<Timestamp>,
    /// When the vendor last reported something and proved that it was the vendor.
    last_webhook: Option<Timestamp>,
    /// The last message that came in.
    last_message_received: Option<Timestamp>,
    /// The last message that went out.
    last_message_sent: Option<Timestamp>,
    /// What works but should be looked at, oldest first.
    warnings: Vec<String>,
    /// When the access that the vendor gave ends, where that is known.
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelTraffic)]
struct TrafficOut {
    /// Messages from customers.
    messages_received: u32,
    /// Messages to customers.
    messages_sent: u32,
    /// Always `day`.
    period: &'static str,
}

impl From<BothWays> for TrafficOut {
    fn from(ways: BothWays) -> Self {
        Self {
            messages_received: ways.received,
            messages_sent: ways.sent,
            period: "day",
        }
    }
}

impl ChannelOut {
    /// A channel as the outside sees it, and what went through it in the last day.
    #[must_use]
    pub fn new(
        channels: &Channels,
        channel: Channel,
        tenant_id: OrganisationId,
        ways: BothWays,
    ) -> Self {
        use crate::model::channel::ChannelState;
        let mut config = Map::from_iter([("type".to_owned(), channel.kind.as_str().into())]);
        config.extend(Channels::shown_settings(&channel));
        let health = HealthOut {
            status: match channel.state {
                ChannelState::Active => "healthy",
                ChannelState::Error => "unhealthy",
                ChannelState::Inactive | ChannelState::Connecting => "unknown",
            },
            last_checked: channel.checked_at,
            last_webhook: channel.webhook_at,
            last_message_received: channel.last_inbound_at,
            last_message_sent: channel.last_outbound_at,
            warnings: warnings(&channel),
            expires_at: expiry(&channel),
        };
        Self {
            capabilities: channels.capabilities(&channel).into(),
            webhook_url: channels.webhook_url(&channel),
            last_activity_at: channel.last_inbound_at.max(channel.last_outbound_at),
            id: channel.id,
            tenant_id,
            name: channel.name,
            r#type: channel.kind.as_str().to_owned(),
            status: channel.state.name(),
            connection_status: channel.state.connection(),
            enabled: channel.enabled,
            setup_complete: channel.connected_at.is_some(),
            config,
            health,
            stats: ways.into(),
            sandbox: channel.sandbox,
            error_message: channel.error,
            error_field: channel
                .error_about
                .filter(|name| name != REPORTING)
                .map(|name| format!("config.{name}")),
            connected_at: channel.connected_at,
            metadata: channel.metadata,
            routing: channel.routing.into(),
            secrets: None,
            webhook_secret: None,
            revision: channel.revision,
            created_at: channel.created_at,
            updated_at: channel.updated_at,
        }
    }

    /// Shows secrets that were just generated, this once.
    pub fn reveal(&mut self, secrets: Vec<(String, String)>) {
        let webhook = secrets.iter().find(|(name, _)| name == WEBHOOK_SECRET);
        self.webhook_secret = webhook.map(|(_, plain)| plain.clone());
        let shown = secrets
            .into_iter()
            .map(|(name, plain)| (name, plain.into()));
        self.secrets = Some(shown.collect()).filter(|shown: &Map<_, _>| !shown.is_empty());
    }
}

/// What the vendor warns of.
fn warnings(channel: &Channel) -> Vec<String> {
    let warned = channel
        .notes
        .iter()
        .filter(|note| note.effect == Effect::Warn);
    warned.map(|note| note.text.clone()).collect()
}

/// A step of setting a channel up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelSetupStep)]
pub struct SetupStepOut {
    /// Its number, from 1.
    step: usize,
    /// What it is about.
    title: String,
    /// What to do.
    description: String,
    /// What to paste.
    value: Option<String>,
}

impl From<(usize, Instruction)> for SetupStepOut {
    fn from((step, instruction): (usize, Instruction)) -> Self {
        Self {
            step,
            title: instruction.title,
            description: instruction.text,
            value: instruction.value,
        }
    }
}

/// How a channel is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelStatus)]
pub struct StatusOut {
    status: &'static str,
    connection_status: &'static str,
    error: Option<String>,
    error_message: Option<String>,
    connected_at: Option<Timestamp>,
    last_activity_at: Option<Timestamp>,
}

impl From<Channel> for StatusOut {
    fn from(channel: Channel) -> Self {
        Self {
            status: channel.state.name(),
            connection_status: channel.state.connection(),
            error: channel.error.clone(),
            error_message: channel.error,
            connected_at: channel.connected_at,
            last_activity_at: channel.last_inbound_at.max(channel.last_outbound_at),
        }
    }
}

/// What a test found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelTest)]
pub struct TestOut {
    // Not first: an older client takes a body that begins with `success` for an envelope.
    channel_id: ChannelId,
    success: bool,
    message: String,
    tests: Vec<StepOut>,
    tested_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelTestStep)]
struct StepOut {
    name: &'static str,
    status: &'static str,
    message: String,
}

impl TestOut {
    /// The steps of a test.
    #[must_use]
    pub fn new(channel_id: ChannelId, checks: Vec<Check>, tested_at: Timestamp) -> Self {
        let broken = checks.iter().find(|check| !check.ok);
        Self {
            channel_id,
            success: broken.is_none(),
            message: broken.map_or_else(
                || "Everything is in order.".to_owned(),
                |check| check.message.clone(),
            ),
            tests: checks
                .into_iter()
                .map(|check| StepOut {
                    name: check.name,
                    status: if check.ok { "passed" } else { "failed" },
                    message: check.message,
                })
                .collect(),
            tested_at,
        }
    }
}

/// Where the vendor reports.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelWebhook)]
pub struct WebhookOut {
    /// The address.
    pub url: String,
    /// The secret that was just made.
    pub verify_token: Option<String>,
}
