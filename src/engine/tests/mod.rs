//! The services over a real store, as the people of an office use them.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod alerts;
mod audit;
mod delivery;
mod mail;
mod people;
mod post;
mod retention;
mod second_factor;
mod sight;
mod starting;
mod sweep;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::config::MailConfig;
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::context::Shared;
use crate::engine::error::EngineError;
use crate::engine::inbox::change::Edit;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::entries;
use crate::engine::inbox::open;
use crate::engine::inbox::target::Target;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::engine::vendor::Vendors;
use crate::engine::workers::feed::LogFeed;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::Id;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::team::Team;
use crate::model::user::User;
use crate::model::user::UserStatus;
use crate::net::http::Http;
use crate::net::smtp::Mailer;
use crate::search::indexer::Indexer;
use crate::search::indexer::Progress;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::identities;
use crate::store::records::teams;
use crate::store::records::users;

/// How long the index may take to hear of what was written.
const PATIENCE: Duration = Duration::from_secs(20);

/// An installation with a web chat, and people who answer.
struct Office {
    engine: Engine,
    context: Context,
    channel: ChannelId,
    indexer: Indexer,
    _folder: tempfile::TempDir,
}

/// Somebody of the office, by a number of their own.
fn person(number: u8, role: Role) -> Actor {
    Actor::user(id(number), role, format!("Person {number}"))
}

fn id<I: Id>(number: u8) -> I {
    I::from_bytes([number; 16])
}

/// A mail server that nobody asks: no worker runs in these tests.
fn mail_config() -> MailConfig {
    MailConfig {
        host: Some("mail.example".to_owned()),
        from: Some("desk@example.com".to_owned()),
        ..MailConfig::default()
    }
}

/// The code of a refusal.
fn code<T: std::fmt::Debug>(result: Result<T, EngineError>) -> Code {
    match result.unwrap_err() {
        EngineError::Refused(rejection) => rejection.code,
        other => unreachable!("{other:?}"),
    }
}

impl Office {
    async fn new() -> Self {
        Self::with(&Config::default()).await
    }

    async fn with(chosen: &Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::from(Shared {
            vendors: Vendors::new(Http::new(chosen)),
            mailer: Mailer::new(&mail_config()),
            ..Shared::for_tests(folder.path())
        });
        let feed = LogFeed(context.store.clone());
        let indexer = Indexer::start(context.search.clone(), Box::new(feed)).unwrap();
        let engine = Engine::new(context.clone(), Arc::new(Progress::default));
        let office = Self {
            engine,
            context,
            channel: id(9),
            indexer,
            _folder: folder,
        };
        office.put_channel().await;
        office
    }

    /// Writes what a test needs to be there.
    async fn write<T, F>(&self, change: F) -> T
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.context
            .store
            .write("preparing a test", change)
            .await
            .unwrap()
    }

    async fn put_channel(&self) {
        let now = self.context.clock.now();
        let kind = ChannelKind::named("webchat");
        let channel = Channel {
            state: ChannelState::Active,
            connected_at: Some(now),
            ..Channel::new(self.channel, kind, "Website".to_owned(), now)
        };
        self.write(move |tx| channels::put(tx, &channel)).await;
    }

    /// Gives somebody an account.
    async fn hire(&self, number: u8, role: Role) -> Actor {
        let now = self.context.clock.now();
        let user = User::new(
            id(number),
            format!("person{number}@example.com"),
            format!("Person {number}"),
            role,
            now,
        );
        self.write(move |tx| users::put(tx, &user)).await;
        person(number, role)
    }

    async fn team(&self, number: u8, members: &[&Actor]) -> TeamId {
        let now = self.context.clock.now();
        let team = Team {
            id: id(number),
            name: format!("Team {number}"),
            description: None,
            member_ids: members.iter().filter_map(|actor| actor.user_id()).collect(),
            created_at: now,
            updated_at: now,
        };
        let id = team.id;
        self.write(move |tx| teams::put(tx, &team)).await;
        id
    }

    async fn set(&self, changes: OrganisationChanges) {
        let system = Actor::system();
        let changed = self.engine.organisations.update(&system, changes).await;
        changed.unwrap();
    }

    /// A customer with an address on the web chat.
    async fn customer(&self, name: &str) -> Contact {
        let stamp = self.context.stamp();
        let (name, channel) = (name.to_owned(), self.channel);
        self.write(move |tx| {
            let mut pen = stamp.pen();
            let mut contact = Contact::nobody(pen.id(), pen.now);
            contact.name.clone_from(&name);
            contacts::put(tx, &contact)?;
            let contact_id = contact.id;
            pen.log(tx, Event::ContactCreated(ContactEvent { contact_id }))?;
            let address = format!("visitor of {name}");
            let channel = channels::get(tx, channel)?.unwrap();
            let identity = Identity::new(pen.id(), contact.id, &channel, &address, pen.now);
            identities::put(tx, &identity)?;
            Ok(contact)
        })
        .await
    }

    /// A customer writes.
    async fn hear(&self, contact: &Contact, text: &str) -> (Conversation, Message) {
        let stamp = self.context.stamp();
        let (contact, text, channel) = (contact.clone(), text.to_owned(), self.channel);
        self.write(move |tx| {
            let mut pen = stamp.pen();
            let channel = channels::get(tx, channel)?.unwrap();
            let address = format!("visitor of {}", contact.name);
            let mut conversation = open::for_inbound(tx, &mut pen, &channel, &contact, &address)?;
            let entry = entries::Entry {
                direction: Direction::Inbound,
                private: false,
                sender: Sender {
                    kind: SenderKind::Contact,
                    id: Some(contact.id.to_string()),
                    name: contact.name.clone(),
                },
                from: address,
                to: channel.id.to_string(),
                content: Content::text(&text),
                sent_as: Vec::new(),
                converted: Vec::new(),
                delivery: Delivery::Delivered,
                external_ids: Vec::new(),
                reply_to: None,
                client_id: None,
                source: Source::Customer,
                metadata: Opaque::new(),
                at: pen.now,
            };
            let message = entries::append(tx, &mut pen, &mut conversation, entry)?;
            Ok((conversation, message))
        })
        .await
    }

    /// One of us answers.
    async fn answer(
        &self,
        actor: &Actor,
        conversation: &Conversation,
        text: &str,
    ) -> Result<Message, EngineError> {
        let draft = Draft::text(text, Source::Dashboard);
        let target = Target::Conversation(conversation.id);
        let sent = self.engine.sending.send(actor, target, draft, None).await?;
        Ok(sent.message)
    }

    async fn give(
        &self,
        conversation: &Conversation,
        assignee: Option<UserId>,
        team: Option<TeamId>,
    ) {
        let edits = vec![Edit::Assign(assignee), Edit::Team(team)];
        let changing = &self.engine.changing;
        let system = Actor::system();
        let given = changing.change(&system, conversation.id, edits, None);
        given.await.unwrap();
    }

    /// Waits until the index knows everything that was written.
    fn indexed(&self) {
        let last = self.context.store.last_seq();
        self.indexer.waker().wake();
        assert!(self.indexer.wait_for(last, PATIENCE), "the index is behind");
    }
}
