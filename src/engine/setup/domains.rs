//! How the domains of email channels stand in the name system. Asked when somebody wants to know;
//! what was found last is kept in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use futures_util::future::join_all;
use futures_util::future::join3;
use url::Url;

use crate::base::time::Timestamp;
use crate::channels::email::domain;
use crate::channels::email::domain::Answer;
use crate::channels::email::domain::Records;
use crate::channels::email::domain::Sender;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::domain::Finding;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::net::dns::DnsError;
use crate::store::records::channels;

/// The kind of channel whose domain counts.
const KIND: &str = "email";

/// What was found about a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The domain mail is from.
    pub domain: String,
    /// Record by record.
    pub findings: Vec<Finding>,
    /// When the name system was asked.
    pub at: Timestamp,
}

/// The domains of email channels. Cheap to clone.
#[derive(Clone)]
pub struct Domains {
    context: Context,
    seen: Arc<Mutex<BTreeMap<ChannelId, (u64, Report)>>>,
}

impl Domains {
    /// Nothing was looked at yet.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            context,
            seen: Arc::default(),
        }
    }

    /// What was found last about the domain of a channel, as its settings are now.
    ///
    /// # Errors
    /// The actor may not; there is no such channel of mail.
    pub fn seen(&self, actor: &Actor, id: ChannelId) -> Result<Option<Report>, EngineError> {
        let channel = self.channel(actor, id)?;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.get(&id).filter(|(of, _)| *of == channel.revision);
        Ok(known.map(|(_, report)| report.clone()))
    }

    /// Asks how the domain of a channel stands now.
    ///
    /// # Errors
    /// The actor may not; there is no such channel of mail, or it has no address.
    pub async fn look(&self, actor: &Actor, id: ChannelId) -> Result<Report, EngineError> {
        let channel = self.channel(actor, id)?;
        let report = self.ask(&channel).await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(id, (channel.revision, report.clone()));
        Ok(report)
    }

    /// Asks for every channel of mail that is in service, at once.
    ///
    /// # Errors
    /// The store's.
    pub async fn look_at_all(&self) -> Result<Vec<(Channel, Report)>, EngineError> {
        let all = channels::list(&self.context.store.snapshot()?)?;
        let counts = |channel: &Channel| {
            channel.kind.as_str() == KIND && channel.enabled && !channel.sandbox
        };
        let asked = all.into_iter().filter(counts).map(async |channel| {
            let report = self.ask(&channel).await.ok()?;
            Some((channel, report))
        });
        Ok(join_all(asked).await.into_iter().flatten().collect())
    }

    fn channel(&self, actor: &Actor, id: ChannelId) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find::channel_in(&self.context.store.snapshot()?, id)?;
        if channel.kind.as_str() == KIND {
            Ok(channel)
        } else {
            let words = "Only channels of mail have a domain to look at.";
            Err(Rejection::new(Code::ChannelNotFound, words).into())
        }
    }

    async fn ask(&self, channel: &Channel) -> Result<Report, EngineError> {
        let account = self.context.account(channel)?;
        let sender = Sender::of(&account).ok_or_else(|| {
            Rejection::field("config.fromEmail", "is missing: it names the domain")
        })?;
        let records = if sender.is_looked_after() {
            Records::default()
        } else {
            self.records(&sender).await
        };
        let findings = domain::judge(&sender, &records, &self.own_host());
        Ok(Report {
            domain: sender.domain,
            findings,
            at: self.context.clock.now(),
        })
    }

    async fn records(&self, sender: &Sender) -> Records {
        let dns = &self.context.dns;
        let texts = async |name: String| told(dns.texts(&name).await);
        let under = |names: Vec<String>| join_all(names.into_iter().map(texts));
        let (own, keys, policies) = join3(
            async {
                (
                    told(dns.exchangers(&sender.inbound).await),
                    told(dns.texts(&sender.domain).await),
                )
            },
            under(sender.keys()),
            under(sender.policies()),
        )
        .await;
        Records {
            exchangers: own.0,
            texts: own.1,
            keys,
            policies,
        }
    }

    /// The name under which other servers bring us mail.
    fn own_host(&self) -> String {
        if let Some(chosen) = self.context.dns.mail_host() {
            return chosen.to_lowercase();
        }
        let public = Url::parse(self.context.links.public_url());
        let host = public
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        host.unwrap_or_default()
    }
}

fn told<T>(answer: Result<T, DnsError>) -> Answer<T> {
    answer.map_err(|error| error.to_string())
}
