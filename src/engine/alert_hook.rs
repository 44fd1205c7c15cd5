//! Alerts as signed posts to a program of the operator's: a chat, a pager. rest.md section 11 says
//! how such a post looks.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use url::Host;
use url::Url;

use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::id::write_id;
use crate::base::time::Timestamp;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::letters;
use crate::model::actor::Actor;
use crate::model::alert::News;
use crate::model::alert_hook::AlertHook;
use crate::model::alert_hook::LastPost;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::model::ids::OrganisationId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::opaque::Opaque;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::alerts;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::organisation;

/// How long the program may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The place the secret is sealed for.
const PLACE: &str = "organisation/alertHook";
/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// Letters and digits after that.
const SECRET_LENGTH: usize = 32;
/// The longest address, in bytes.
const URL_MAX: usize = 2_000;
/// How much of an answer is kept, in characters.
const SAID_MAX: usize = 200;
/// What a program says that wants no more posts.
const GONE: u16 = 410;

/// What came of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It was taken, or nobody needs it any more.
    Done,
    /// It may be taken later.
    Later(String),
    /// It never will be.
    Never(String),
}

/// Telling a program of the operator's.
#[derive(Clone)]
pub struct AlertHooks(pub Context);

impl AlertHooks {
    /// Where news go; none while they go nowhere.
    ///
    /// # Errors
    /// The actor may not.
    pub fn get(&self, actor: &Actor) -> Result<Option<AlertHook>, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        Ok(alerts::hook(&self.0.store.snapshot()?)?)
    }

    /// Has news go to an address from now on; the secret they are signed with, where it is new and
    /// so shown this once.
    ///
    /// # Errors
    /// The actor may not; `INVALID_URL`.
    pub async fn set(&self, actor: &Actor, url: &str) -> Result<Option<String>, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        let url = checked(url)?;
        let known = alerts::hook(&self.0.store.snapshot()?)?;
        let fresh = known.is_none().then(|| self.new_secret());
        let sealed = match (&fresh, known) {
            (None, Some(known)) => known.secret,
            (secret, _) => self.sealed(secret.as_deref().unwrap_or_default()),
        };
        self.keep(actor, "alertHook.set", url, sealed).await?;
        Ok(fresh)
    }

    /// Makes a new secret in place of the one before, and shows it once.
    ///
    /// # Errors
    /// The actor may not; news go nowhere.
    pub async fn renew(&self, actor: &Actor) -> Result<String, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        let known = alerts::hook(&self.0.store.snapshot()?)?.ok_or_else(nowhere)?;
        let fresh = self.new_secret();
        let sealed = self.sealed(&fresh);
        self.keep(actor, "alertHook.renewed", known.url, sealed)
            .await?;
        Ok(fresh)
    }

    /// Has news go nowhere.
    ///
    /// # Errors
    /// The actor may not.
    pub async fn remove(&self, actor: &Actor) -> Result<(), EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("taking the alerts' address out", move |tx| {
                alerts::remove_hook(tx)?;
                note(tx, &mut stamp.pen(), &actor, "alertHook.removed", None)
            })
            .await
    }

    /// Posts a test at once; what came of it.
    ///
    /// # Errors
    /// The actor may not; news go nowhere; the store's.
    pub async fn test(&self, actor: &Actor) -> Result<LastPost, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        let hook = alerts::hook(&self.0.store.snapshot()?)?.ok_or_else(nowhere)?;
        let id = JobId::from_bytes(self.0.ids.block(self.0.clock.now()).to_be_bytes());
        let event = Event {
            name: "test.ping",
            id,
            attempt: 1,
            at: self.0.clock.now(),
            data: json!({ "message": "This is a test from linktor." }),
        };
        let posted = post(&self.0, &hook, &event).await?;
        wrote(&self.0, posted).await
    }

    fn new_secret(&self) -> String {
        format!("{PREFIX}{}", self.0.random.base62(SECRET_LENGTH))
    }

    fn sealed(&self, secret: &str) -> Vec<u8> {
        self.0.sealer.seal(PLACE, secret.as_bytes())
    }

    async fn keep(
        &self,
        actor: &Actor,
        action: &'static str,
        url: String,
        secret: Vec<u8>,
    ) -> Result<(), EngineError> {
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("keeping the alerts' address", move |tx| {
                let hook = AlertHook {
                    url: url.clone(),
                    secret: secret.clone(),
                    last: None,
                    refused: false,
                };
                alerts::put_hook(tx, &hook)?;
                note(tx, &mut stamp.pen(), &actor, action, Some(&url))
            })
            .await
    }
}

fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    action: &str,
    url: Option<&str>,
) -> Result<(), EngineError> {
    let business = organisation::get(tx)?.map(|known| known.id);
    let business = business.unwrap_or_else(|| OrganisationId::from_bytes([0; 16]));
    let details = url.map(|url| ("url".to_owned(), Value::from(url)));
    let details: Opaque = details.into_iter().collect();
    Ok(audit::note(tx, pen, actor, action, business, details)?)
}

fn nowhere() -> Rejection {
    Rejection::not_found(Code::ResourceNotFound, "address for alerts")
}

/// The address as it is kept: https, or on this machine.
fn checked(typed: &str) -> Result<String, Rejection> {
    let wrong = |words: &str| Rejection {
        code: Code::InvalidUrl,
        ..Rejection::field("alertUrl", words)
    };
    let typed = typed.trim();
    let url = Url::parse(typed)
        .ok()
        .filter(|url| typed.len() <= URL_MAX && url.host().is_some())
        .ok_or_else(|| wrong("must be an address such as https://hooks.example.com/alerts"))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url.into()),
        "http" if is_here => Ok(url.into()),
        _ => Err(wrong("must be an https address")),
    }
}

/// Has news posted, once what is being written is on disk; nothing where they go nowhere.
///
/// # Errors
/// The disk's.
pub fn tell(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel_id: ChannelId,
    news: News,
) -> Result<(), StoreError> {
    if alerts::hook(tx)?.is_none_or(|hook| hook.refused) {
        return Ok(());
    }
    let job = Job {
        id: pen.id(),
        kind: JobKind::PostAlert { channel_id, news },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// Posts news of a channel.
///
/// # Errors
/// The store's.
pub async fn deliver(
    context: &Context,
    job: &Job,
    channel_id: ChannelId,
    news: News,
) -> Result<Posted, EngineError> {
    let read = context.store.snapshot()?;
    let hook = alerts::hook(&read)?.filter(|hook| !hook.refused);
    let (Some(hook), Some(channel)) = (hook, channels::get(&read, channel_id)?) else {
        return Ok(Posted::Done);
    };
    let event = Event {
        name: name_of(news),
        id: job.id,
        attempt: u64::from(job.attempts) + 1,
        at: job.created_at,
        data: told(&channel, news, context.links.public_url()),
    };
    let posted = post(context, &hook, &event).await?;
    wrote(context, posted.clone()).await?;
    Ok(match posted {
        Ok(_) | Err(Failure::Gone) => Posted::Done,
        Err(Failure::Later(why)) => Posted::Later(why),
        Err(Failure::Never(why)) => Posted::Never(why),
    })
}

/// The public name of what happened.
const fn name_of(news: News) -> &'static str {
    match news {
        News::Broke => "channel.error",
        News::Mended => "channel.connected",
        News::Warned | News::Expiring => "channel.updated",
    }
}

fn told(channel: &Channel, news: News, public_url: &str) -> Value {
    let mut data = json!({
        "channelId": channel.id,
        "channelType": channel.kind,
        "channelName": channel.name,
        "status": channel.state.name(),
        "alert": match news {
            News::Broke => "broke",
            News::Mended => "mended",
            News::Warned => "warned",
            News::Expiring => "expiring",
        },
        "message": letters::headline(channel, news),
        "description": letters::meaning(channel, news),
        "url": format!("{public_url}/app/settings/channels/{}", channel.id),
    });
    if let Some(reason) = letters::reason(channel, news) {
        data["error"] = reason.into();
    }
    data
}

/// What is posted.
struct Event {
    name: &'static str,
    /// The same for each attempt.
    id: JobId,
    attempt: u64,
    at: Timestamp,
    data: Value,
}

/// Why a post was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    /// The program wants no more.
    Gone,
    Later(String),
    Never(String),
}

/// Posts; what the program answered.
async fn post(
    context: &Context,
    hook: &AlertHook,
    event: &Event,
) -> Result<Result<String, Failure>, EngineError> {
    let opened = context.sealer.open(PLACE, &hook.secret);
    let secret =
        opened.map_err(|error| EngineError::Broken(format!("the alerts' secret: {error}")))?;
    let business = organisation::get(&context.store.snapshot()?)?.map(|known| known.id);
    let delivery = write_id("del", event.id.bytes());
    let body = json!({
        "id": write_id("evt", event.id.bytes()),
        "type": event.name,
        "event": event.name,
        "timestamp": event.at,
        "tenantId": business,
        "data": event.data,
        "meta": { "organizationId": business, "deliveryId": delivery, "attempt": event.attempt },
    });
    let request = signed(
        &hook.url,
        body.to_string().into_bytes(),
        &secret,
        context.clock.now(),
    );
    let request = HttpRequest {
        headers: request
            .headers
            .with("x-linktor-event", event.name)
            .with("x-linktor-delivery-id", delivery),
        ..request
    };
    Ok(match context.vendors.http.exchange(request).await {
        Ok(reply) => taken(&reply),
        Err(crate::net::http::HttpError::Target(why)) => Err(Failure::Never(why)),
        Err(error) => Err(Failure::Later(error.to_string())),
    })
}

/// A request with what proves it: over the body alone, and over the moment and the body.
fn signed(url: &str, body: Vec<u8>, secret: &[u8], now: Timestamp) -> HttpRequest {
    let timestamp = now.as_secs().to_string();
    let plain = hex(&sign(secret, &body));
    let stamped = [timestamp.as_bytes(), b".", &body].concat();
    let stamped = format!("sha256={}", hex(&sign(secret, &stamped)));
    HttpRequest {
        method: Method::Post,
        url: url.to_owned(),
        headers: Headers::default()
            .with("content-type", "application/json")
            .with("x-linktor-signature", plain)
            .with("x-linktor-signature-256", stamped)
            .with("x-linktor-timestamp", timestamp),
        authorization: None,
        body,
        timeout: TIMEOUT,
    }
}

fn taken(reply: &HttpReply) -> Result<String, Failure> {
    let said: String = String::from_utf8_lossy(&reply.body)
        .chars()
        .filter(|c| !c.is_control())
        .take(SAID_MAX)
        .collect();
    let answer = format!("It answered {}. {said}", reply.status);
    let answer = answer.trim_end().to_owned();
    match reply.status {
        200..=299 => Ok(answer),
        GONE => Err(Failure::Gone),
        _ => Err(Failure::Later(answer)),
    }
}

/// Writes down what came of a post.
async fn wrote(
    context: &Context,
    posted: Result<String, Failure>,
) -> Result<LastPost, EngineError> {
    let refused = matches!(posted, Err(Failure::Gone));
    let (taken, text) = match posted {
        Ok(text) => (true, text),
        Err(Failure::Gone) => (
            false,
            "It answered 410: it wants no more, so nothing is posted until it is saved again."
                .to_owned(),
        ),
        Err(Failure::Later(why) | Failure::Never(why)) => (false, why),
    };
    let last = LastPost {
        at: context.clock.now(),
        taken,
        text,
    };
    let kept = last.clone();
    context
        .store
        .write("writing down what came of an alert", move |tx| {
            if let Some(mut hook) = alerts::hook(tx)? {
                hook.last = Some(kept.clone());
                hook.refused |= refused;
                alerts::put_hook(tx, &hook)?;
            }
            Ok::<_, EngineError>(())
        })
        .await?;
    Ok(last)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_post_is_proved_as_the_contract_says() {
        let body = br#"{"id":"evt_01J0000000000000000000TEST","type":"message.received","event":"message.received","timestamp":"2024-01-15T10:30:00Z","tenantId":"tn_demo","data":{"message":{"id":"msg_abc123"},"conversationId":"conv_1","contactId":"ct_1","channelId":"ch_xyz789","channelType":"whatsapp"}}"#;
        let request = signed(
            "https://a.example/",
            body.to_vec(),
            b"whsec_test_4f9c1d2b7a",
            Timestamp::from_secs(1_705_314_600),
        );
        let header = |name| request.headers.get(name).unwrap().to_owned();
        assert_eq!(
            header("x-linktor-signature"),
            "f6171d3119bdd20f84addb9891a31527fce9c56354ada7af1fa2f307823f9348"
        );
        assert_eq!(
            header("x-linktor-signature-256"),
            "sha256=99f309515ac0975bae99ae38a5f3fd384e43ad6ebbde41ffbed77dccc1c84699"
        );
        assert_eq!(header("x-linktor-timestamp"), "1705314600");
    }

    #[test]
    fn only_what_can_be_trusted_is_an_address() {
        for (typed, fits) in [
            ("https://hooks.example.com/a?b=c", true),
            (" https://hooks.example.com ", true),
            ("http://localhost:3000/x", true),
            ("http://127.0.0.1:3000/x", true),
            ("http://[::1]/x", true),
            ("http://hooks.example.com", false),
            ("ftp://hooks.example.com", false),
            ("hooks.example.com", false),
            ("", false),
        ] {
            assert_eq!(checked(typed).is_ok(), fits, "{typed}");
        }
    }

    #[test]
    fn an_answer_says_what_comes_next() {
        let reply = |status| HttpReply {
            status,
            headers: Headers::default(),
            body: b"ok\n".to_vec(),
        };
        assert_eq!(taken(&reply(204)), Ok("It answered 204. ok".to_owned()));
        assert_eq!(taken(&reply(410)), Err(Failure::Gone));
        for status in [302, 400, 429, 500] {
            assert!(matches!(taken(&reply(status)), Err(Failure::Later(_))));
        }
    }
}
