//! Sending through a real store and real HTTP, to a vendor in the test's own process.

mod addresses;
mod afterwards;
mod asking;
mod connecting;
mod failing;
mod files;
mod lanes;
mod leaving;
mod probe;
mod revising;
mod templates;
mod trouble;
mod unsure;
mod vendor;

use std::sync::Arc;
use std::time::Duration;

use crate::channels::registry::Registry;
use crate::config::Config;
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::context::Shared;
use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::target::Target;
use crate::engine::tests::delivery::probe::Probe;
use crate::engine::tests::delivery::vendor::Vendor;
use crate::engine::vendor::Vendors;
use crate::engine::workers::Workers;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::capability::Matrix;
use crate::model::capability::MediaLimits;
use crate::model::capability::Support;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::user::User;
use crate::net::http::Http;
use crate::search::indexer::Progress;
use crate::store::StoreError;
use crate::store::records::channels;
use crate::store::records::messages;
use crate::store::records::users;

/// How long anything may take in the world outside the test.
const PATIENCE: Duration = Duration::from_secs(60);

const FAST: Capabilities = Capabilities {
    sends_per_second: 2_000,
    window_hours: Some(24),
    ..Capabilities::PLAIN
};
static REACHING: Capabilities = Capabilities {
    edits: true,
    deletes: true,
    change_hours: Some(48),
    approved_templates: true,
    profiles: true,
    matrix: Matrix {
        templates: Support::Full,
        ..FAST.matrix
    },
    ..FAST
};
static SLOW: Capabilities = Capabilities {
    sends_per_second: 5,
    ..Capabilities::PLAIN
};
static PICTURES: Capabilities = Capabilities {
    matrix: Matrix {
        images: Support::Full,
        ..Capabilities::PLAIN.matrix
    },
    media: MediaLimits {
        image_bytes: 1_000,
        ..Capabilities::PLAIN.media
    },
    sends_per_second: 2_000,
    ..Capabilities::PLAIN
};
static SAFE: Capabilities = Capabilities {
    sends_per_second: 2_000,
    resend_is_safe: true,
    ..Capabilities::PLAIN
};

/// An installation with a channel to a vendor.
struct House {
    context: Context,
    engine: Engine,
    vendor: Vendor,
    channel: ChannelId,
    workers: Option<Workers>,
    _folder: tempfile::TempDir,
}

impl House {
    /// With a channel of this kind: `fast`, `reaching`, `slow`, `pictures` or `safe`. Nothing is sent before
    /// [`House::work`].
    async fn with(kind: &str) -> Self {
        let mut config = Config::default();
        config.security.allow_private_targets = true;
        Self::over(kind, &config).await
    }

    async fn over(kind: &str, config: &Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let probe = |kind, row| Box::new(Probe { kind, row });
        let registry = Registry::builtin()
            .with(probe("fast", &FAST))
            .with(probe("reaching", &REACHING))
            .with(probe("slow", &SLOW))
            .with(probe("pictures", &PICTURES))
            .with(probe("safe", &SAFE));
        let context = Context::from(Shared {
            channels: Arc::new(registry),
            vendors: Vendors::new(Http::new(config)),
            ..Shared::for_tests(folder.path())
        });
        let house = Self {
            engine: Engine::new(context.clone(), Arc::new(Progress::default)),
            context,
            vendor: Vendor::open().await,
            channel: ChannelId::from_bytes([1; 16]),
            workers: None,
            _folder: folder,
        };
        house.put_channel(house.channel, kind, "events").await;
        house
    }

    /// A channel that talks with the vendor; `name` is what its facts stand under in webhooks.
    async fn put_channel(&self, id: ChannelId, kind: &str, name: &str) {
        let now = self.context.clock.now();
        let settings = serde_json::json!({ "apiBaseUrl": self.vendor.url, "name": name });
        let kind = ChannelKind::named(kind);
        let channel = Channel {
            state: ChannelState::Active,
            settings: serde_json::from_value(settings).unwrap(),
            connected_at: Some(now),
            ..Channel::new(id, kind, "Shop".to_owned(), now)
        };
        self.change(move |tx| channels::put(tx, &channel)).await;
    }

    /// Gives somebody an account.
    async fn hire(&self, id: UserId) {
        let now = self.context.clock.now();
        let user = User::new(
            id,
            "bo@example.com".to_owned(),
            "Bo".to_owned(),
            Role::Owner,
            now,
        );
        self.change(move |tx| users::put(tx, &user)).await;
    }

    async fn change<F>(&self, mut change: F)
    where
        F: FnMut(&mut crate::store::Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        let store = &self.context.store;
        let changed = store.write("preparing a test", move |tx| change(tx));
        changed.await.unwrap();
    }

    /// Starts sending.
    fn work(&mut self) {
        self.workers = Some(Workers::start(&self.context));
    }

    /// Stops sending, as the server does when it is told to end.
    async fn stop(&mut self) {
        if let Some(workers) = self.workers.take() {
            workers.stop(Duration::from_secs(5)).await;
        }
    }

    /// A customer writes, so that one may answer.
    async fn hear(&self, address: &str, content: Content) -> Message {
        let event = InboundEvent::Message(InboundMessage {
            external_id: format!("in-{address}-{}", self.context.random.base62(8)),
            from: InboundSender {
                address: address.to_owned(),
                ..InboundSender::default()
            },
            to: String::new(),
            content,
            reply_to: None,
            sent_at: None,
            metadata: Opaque::new(),
        });
        let recorded = self.engine.ingest.record(self.channel, vec![event]).await;
        self.message(recorded.unwrap()[0].message_id.unwrap())
    }

    async fn send(&self, address: &str, text: &str) -> Result<Message, EngineError> {
        self.send_content(address, Content::text(text)).await
    }

    async fn send_content(&self, address: &str, content: Content) -> Result<Message, EngineError> {
        let actor = Actor::user(UserId::from_bytes([3; 16]), Role::Owner, "Bo");
        let target = Target::Address(self.channel, address.to_owned());
        let draft = Draft::new(content, Source::Api);
        let sent = self
            .engine
            .sending
            .send(&actor, target, draft, None)
            .await?;
        Ok(sent.message)
    }

    fn message(&self, id: MessageId) -> Message {
        let read = self.context.store.snapshot().unwrap();
        messages::get(&read, id).unwrap().unwrap()
    }

    fn state(&self, message: &Message) -> Delivery {
        self.message(message.id).delivery
    }

    fn channel(&self) -> Channel {
        let read = self.context.store.snapshot().unwrap();
        channels::get(&read, self.channel).unwrap().unwrap()
    }

    /// Waits until something holds.
    async fn until(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let poll = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, poll).await;
        assert!(in_time.is_ok(), "it never came to this: {what}");
    }

    async fn until_state(&self, message: &Message, state: Delivery) {
        let what = format!("{state:?} instead of {:?}", self.state(message));
        self.until(&what, |house| house.state(message) == state)
            .await;
    }

    fn advance(&self, secs: u64) {
        self.context.clock.advance(Duration::from_secs(secs));
    }
}

/// The code of a refusal.
fn code<T: std::fmt::Debug>(result: Result<T, EngineError>) -> Code {
    match result.unwrap_err() {
        EngineError::Refused(rejection) => rejection.code,
        other => unreachable!("{other:?}"),
    }
}
