//! The web chat over a real store: identities, exactly-once, resuming.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod identity;
mod messages;
mod people;
mod sockets;

use serde_json::Value;
use serde_json::json;

use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::channels::webchat::frames;
use crate::channels::webchat::frames::SessionRequest;
use crate::channels::webchat::wire::Ack;
use crate::channels::webchat::wire::SessionOut;
use crate::engine::context::Context;
use crate::engine::context::Shared;
use crate::engine::context::secret_place;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::reading::Reading;
use crate::engine::inbox::send::Sending;
use crate::engine::inbox::target::Target;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::permission::Role;
use crate::store::StoreError;
use crate::store::log;
use crate::store::log::Entries;
use crate::store::records::channels;
use crate::store::records::messages as records;

const SECRET: &str = "wcid_7Jq2mX0v3Nf9RbT1sYkLeW8uHcPzDaGo";

/// A web chat with everything behind it.
struct Bench {
    webchat: Webchat,
    context: Context,
    channel: ChannelId,
    _folder: tempfile::TempDir,
}

/// A browser with its token.
struct Browser {
    caller: Caller,
    token: String,
}

impl Bench {
    async fn new(settings: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::from(Shared::for_tests(folder.path()));
        let channel = ChannelId::from_bytes([9; 16]);
        let bench = Self {
            webchat: Webchat::new(context.clone()),
            context,
            channel,
            _folder: folder,
        };
        bench.put_channel(settings).await;
        bench
    }

    async fn put_channel(&self, settings: Value) {
        let now = self.context.clock.now();
        let place = secret_place(self.channel, "identitySecret");
        let sealed = self.context.sealer.seal(&place, SECRET.as_bytes());
        let Value::Object(settings) = settings else {
            unreachable!("settings are an object");
        };
        let kind = ChannelKind::named("webchat");
        let channel = Channel {
            state: ChannelState::Active,
            settings,
            secrets: [("identitySecret".to_owned(), sealed)].into(),
            connected_at: Some(now),
            ..Channel::new(self.channel, kind, "Website".to_owned(), now)
        };
        let put = self.context.store.write("a test's channel", move |tx| {
            channels::put(tx, &channel)?;
            Ok::<_, StoreError>(())
        });
        put.await.unwrap();
    }

    /// Opens a session, or resumes the one of a token.
    async fn open(&self, token: Option<&str>, said: Value) -> SessionOut {
        let said: SessionRequest = frames::json(said.to_string().as_bytes()).unwrap();
        let site = self.webchat.site(self.channel).unwrap();
        let peer = Peer::default();
        self.webchat.open(&site, token, said, &peer).await.unwrap()
    }

    fn browser(&self, token: &str) -> Browser {
        let site = self.webchat.site(self.channel).unwrap();
        let caller = self.webchat.caller(&site, Some(token)).unwrap();
        Browser {
            caller,
            token: token.to_owned(),
        }
    }

    async fn stranger(&self) -> Browser {
        let opened = self.open(None, json!({})).await;
        self.browser(&opened.token.unwrap())
    }

    async fn proved(&self, id: &str) -> Browser {
        let opened = self.open(None, json!({ "user": proof_of(id) })).await;
        assert!(opened.verified);
        self.browser(&opened.token.unwrap())
    }

    async fn send(&self, browser: &Browser, payload: Value) -> Result<Ack, WebchatError> {
        let send = frames::send(payload).map_err(WebchatError::from)?;
        let caller = self.browser(&browser.token).caller;
        self.webchat.send(&caller, send, &Peer::default()).await
    }

    async fn say(&self, browser: &Browser, id: &str, text: &str) -> Ack {
        self.send(browser, words(id, text)).await.unwrap()
    }

    /// One of us answers.
    async fn reply(&self, conversation: ConversationId, content: Content) -> Message {
        let draft = Draft::new(content, Source::Dashboard);
        let sending = Sending(self.context.clone());
        let target = Target::Conversation(conversation);
        let sent = sending.send(&agent(), target, draft, None).await.unwrap();
        self.announce();
        sent.message
    }

    /// A program answers.
    async fn robot(&self, conversation: ConversationId, text: &str) -> Message {
        let draft = Draft::new(Content::text(text.to_owned()), Source::Bot);
        let sending = Sending(self.context.clone());
        let target = Target::Conversation(conversation);
        // A program's key belongs to a person, who has read nothing.
        let sent = sending.send(&agent(), target, draft, None).await.unwrap();
        self.announce();
        sent.message
    }

    async fn look(&self, conversation: ConversationId) {
        let reading = Reading(self.context.clone());
        reading.mark_read(&agent(), conversation).await.unwrap();
        self.announce();
    }

    /// What the follower of the log does in a running server.
    fn announce(&self) {
        let read = self.context.store.snapshot().unwrap();
        let Entries::Next(entries) = log::read_after(&read, 0, usize::MAX).unwrap() else {
            unreachable!("the log is whole");
        };
        self.context.live.announce(entries);
    }

    /// How far the visitor's own messages came, as a page that is opened anew draws it.
    fn statuses(&self, browser: &Browser) -> Vec<String> {
        let caller = self.browser(&browser.token).caller;
        let stretch = crate::engine::webchat::timeline::Stretch::Newest;
        let history = json!(self.webchat.history(&caller, stretch, 100).unwrap());
        let all = history["messages"].as_array().unwrap().iter();
        all.filter_map(|message| message["status"].as_str().map(str::to_owned))
            .collect()
    }

    /// The texts a visitor sees, in order, with their places.
    fn history(&self, browser: &Browser) -> Vec<(u64, String)> {
        let caller = self.browser(&browser.token).caller;
        let stretch = crate::engine::webchat::timeline::Stretch::Newest;
        let history = json!(self.webchat.history(&caller, stretch, 100).unwrap());
        let all = history["messages"].as_array().unwrap().iter();
        all.map(|message| {
            let text = message["fallbackText"].as_str().unwrap().to_owned();
            (message["seq"].as_u64().unwrap(), text)
        })
        .collect()
    }

    fn message(&self, id: crate::model::ids::MessageId) -> Message {
        let read = self.context.store.snapshot().unwrap();
        records::get(&read, id).unwrap().unwrap()
    }
}

fn agent() -> Actor {
    Actor::user(UserId::from_bytes([3; 16]), Role::Owner, "Bia")
}

fn words(id: &str, text: &str) -> Value {
    json!({ "clientMessageId": id, "content": { "type": "text", "text": text } })
}

fn proof_of(id: &str) -> Value {
    let hash = hex(&sign(SECRET.as_bytes(), id.as_bytes()));
    json!({ "id": id, "name": format!("Name of {id}"), "userHash": hash })
}

fn refused<T: std::fmt::Debug>(result: Result<T, WebchatError>) -> Problem {
    result.unwrap_err().told()
}
