//! Alerts as signed posts to a program of the operator's: a chat, a pager. rest.md section 11 says
//! how such a post looks.

mod post;

use serde_json::Value;
use serde_json::json;
use url::Host;
use url::Url;

use crate::engine::alert_hook::post::Event;
use crate::engine::alert_hook::post::Failure;
use crate::engine::alert_hook::post::post;
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
use crate::net::guard::PrivateTarget;
use crate::net::guard::Reach;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::alerts;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::organisation;

/// The place the secret is sealed for.
const PLACE: &str = "organisation/alertHook";
/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// Letters and digits after that.
const SECRET_LENGTH: usize = 32;
/// The longest address, in bytes.
const URL_MAX: usize = 2_000;

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
        let url = checked(url, self.0.vendors.http.reach())?;
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

/// The address as it is kept: https, or on this machine where that may be reached.
fn checked(typed: &str, reach: Reach) -> Result<String, Rejection> {
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
    if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
        return Err(wrong("must be an https address"));
    }
    let refused = |refused: PrivateTarget| wrong(&format!("cannot be reached: {refused}"));
    reach.check(&url).map_err(refused)?;
    Ok(url.into())
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
    use super::*;

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
            let checked = checked(typed, Reach::Everywhere);
            assert_eq!(checked.is_ok(), fits, "{typed}");
        }
    }

    #[test]
    fn what_may_not_be_reached_is_no_address() {
        for (typed, fits) in [
            ("https://hooks.example.com/a", true),
            ("https://93.184.216.34/a", true),
            ("https://192.168.1.7/a", false),
            ("https://[fd00::1]/a", false),
            ("http://127.0.0.1:3000/a", false),
            ("http://localhost:3000/a", false),
        ] {
            let checked = checked(typed, Reach::Public);
            assert_eq!(checked.is_ok(), fits, "{typed}");
            if let Err(refused) = checked {
                assert!(refused.message.contains("is a private address"), "{typed}");
            }
        }
    }
}
