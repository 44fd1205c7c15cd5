//! The steps of adding a channel, and how far one is.

use crate::engine::setup::kinds::Kind;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::guide::Reporting;
use crate::model::ids::ChannelId;
use crate::web::dashboard::channels::HERE;
use crate::web::dashboard::view::setup::StepView;

/// A step of a channel that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What proves the account.
    Credentials,
    /// What the vendor has to be told.
    Webhook,
    /// Who answers.
    Routing,
    /// One message each way.
    Test,
}

/// Every one, in order.
const STAGES: [Stage; 4] = [
    Stage::Credentials,
    Stage::Webhook,
    Stage::Routing,
    Stage::Test,
];

impl Stage {
    /// The step of that name; without one, where a channel is to be taken up again.
    #[must_use]
    pub fn named(name: Option<&str>, channel: &Channel) -> Self {
        let named = STAGES.into_iter().find(|stage| Some(stage.name()) == name);
        named.unwrap_or(if channel.state == ChannelState::Active {
            Self::Webhook
        } else {
            Self::Credentials
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Webhook => "webhook",
            Self::Routing => "routing",
            Self::Test => "test",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Credentials => "Credentials",
            Self::Webhook => "Webhook",
            Self::Routing => "Routing",
            Self::Test => "Test",
        }
    }

    /// Where it is shown.
    #[must_use]
    pub fn address(self, channel: ChannelId) -> String {
        format!("{HERE}/{channel}/setup?step={}", self.name())
    }

    /// The step before; none at the first.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self {
            Self::Credentials => None,
            Self::Webhook => Some(Self::Credentials),
            Self::Routing => Some(Self::Webhook),
            Self::Test => Some(Self::Routing),
        }
    }

    fn is_done(self, channel: &Channel) -> bool {
        match self {
            Self::Credentials => channel.state == ChannelState::Active,
            Self::Webhook => channel.webhook_at.is_some() || channel.last_inbound_at.is_some(),
            Self::Routing => !channel.routing.is_empty(),
            Self::Test => channel.last_inbound_at.is_some() && channel.last_outbound_at.is_some(),
        }
    }

    fn text(self, channel: Option<&Channel>, kind: &Kind) -> String {
        match self {
            Self::Credentials => match channel.map(|channel| channel.state) {
                Some(ChannelState::Active) => "Accepted".to_owned(),
                Some(ChannelState::Error) => "Not accepted".to_owned(),
                _ => kind.guide.needs.to_owned(),
            },
            Self::Webhook => match kind.guide.webhook {
                Reporting::Fetched(_) => "Nothing to set up".to_owned(),
                Reporting::ByItself(_) => "Set up by itself".to_owned(),
                Reporting::ByHand(_) => {
                    format!("Tell {} where to send events", kind.guide.vendor)
                }
            },
            Self::Routing => "Team or person".to_owned(),
            Self::Test => "Send and receive one message".to_owned(),
        }
    }
}

/// The steps while there is no channel.
#[must_use]
pub fn before(kind: &Kind) -> Vec<StepView> {
    listed(None, kind, Stage::Credentials)
}

/// The steps of a channel.
#[must_use]
pub fn of(channel: &Channel, kind: &Kind, now: Stage) -> Vec<StepView> {
    listed(Some(channel), kind, now)
}

fn listed(channel: Option<&Channel>, kind: &Kind, now: Stage) -> Vec<StepView> {
    let first = StepView {
        number: 1,
        title: "Choose a channel",
        text: kind.name.to_owned(),
        href: channel.is_none().then(|| format!("{HERE}/new")),
        done: true,
        current: false,
    };
    let rest = STAGES
        .into_iter()
        .enumerate()
        .map(|(index, stage)| StepView {
            number: index + 2,
            title: stage.title(),
            text: stage.text(channel, kind),
            href: channel.map(|channel| stage.address(channel.id)),
            done: channel.is_some_and(|channel| stage.is_done(channel)),
            current: stage == now,
        });
    std::iter::once(first).chain(rest).collect()
}
