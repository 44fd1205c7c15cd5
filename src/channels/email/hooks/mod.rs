//! What mail services report: how each proves itself, and what becomes of what it says. email.md
//! sections 2, 3.6 and 5.

mod form;
pub mod mailgun;
pub mod postmark;
mod rebuild;
pub mod resend;
pub mod sendgrid;
pub mod ses;
mod sns;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::base::crypto::same;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::address;
use crate::channels::email::raw::RawMail;
use crate::channels::email::unsubscribe::TOPIC;
use crate::model::Opaque;
use crate::model::inbound::Access;
use crate::model::inbound::Consent;
use crate::model::inbound::EVENT_ID;
use crate::model::inbound::EVERYTHING;
use crate::model::inbound::Extent;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Source;

/// The user of our addresses where nobody chose one.
const USER: &str = "linktor";

/// A mail that a webhook brings, or tells of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claim {
    /// The mail; without bytes where they still lie with the service.
    pub mail: RawMail,
    /// What the service has to be asked for them; empty where they are here.
    pub place: Opaque,
}

/// What a service answered to the question where the bytes of a mail lie.
#[derive(Debug, Clone)]
pub enum Lying {
    /// There.
    At(Source),
    /// In the answer itself.
    Here(Vec<u8>),
}

/// Checks the name and password, or the token, that a service sends with every call. Without a
/// secret of ours nobody is believed.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify_secret(account: &Account, hook: &Webhook) -> Result<(), NotGenuine> {
    let secret = account
        .secret("webhookSecret")
        .filter(|secret| !secret.is_empty());
    let secret = secret.ok_or(NotGenuine)?;
    let user = account.text("webhookUser").unwrap_or(USER);
    let header = hook.headers.get("authorization").unwrap_or_default();
    let sent = header.strip_prefix("Basic ").map(str::trim);
    let sent = sent.and_then(|text| STANDARD.decode(text).ok());
    let expected = format!("{user}:{secret}");
    let by_name = sent.is_some_and(|sent| same(&sent, expected.as_bytes()));
    let mut pairs = url::form_urlencoded::parse(hook.query.as_bytes());
    let token = pairs.find(|(name, _)| name == "token");
    let by_token = token.is_some_and(|(_, token)| same(token.as_bytes(), secret.as_bytes()));
    (by_name || by_token).then_some(()).ok_or(NotGenuine)
}

/// The address of our webhooks with name and password in it, for services that sign nothing.
#[must_use]
pub fn secret_url(account: &Account) -> String {
    let secret = account.secret("webhookSecret").unwrap_or_default();
    let user = account.text("webhookUser").unwrap_or(USER);
    let Ok(mut url) = url::Url::parse(&account.webhook_url) else {
        return account.webhook_url.clone();
    };
    // Fails only for addresses that cannot have a name in them, which ours can.
    let _ = url.set_username(user);
    let _ = url.set_password(Some(secret));
    url.into()
}

/// One report of one mail, under construction.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The service's id of the mail.
    pub id: String,
    /// Our id of the message, where the service hands it back.
    pub tag: Option<String>,
    /// Whom it is about; none where the service does not say.
    pub address: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// The service's word.
    pub word: String,
    /// What the service says beside it.
    pub note: Option<String>,
    /// The address of a link that was followed.
    pub link: Option<String>,
    /// What the service calls the event, where it names each by itself: a webhook may bring several.
    pub event_id: Option<String>,
}

/// What a report means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A step of the delivery.
    Reached(Delivery),
    /// It takes longer; the mail stays where it is.
    Delayed,
    /// It will not arrive, for a reason that may pass.
    Failed(&'static str),
    /// It will not arrive, nor will any other mail to that address.
    Bounced(&'static str),
    /// The person calls it spam: it arrived, and nothing more is wanted.
    Complained,
    /// The person wants no more advertising.
    Unsubscribed,
    /// The person wants it again.
    Resubscribed,
}

impl Report {
    /// The facts of it.
    #[must_use]
    pub fn means(self, meaning: Meaning) -> Vec<InboundEvent> {
        match meaning {
            Meaning::Reached(state) => vec![self.receipt(state, None)],
            Meaning::Delayed => vec![self.receipt(Delivery::Sent, None)],
            Meaning::Failed(reason) => vec![self.failed(reason)],
            Meaning::Bounced(reason) => {
                let closed = self.person().map(|from| {
                    InboundEvent::Access(Access {
                        from,
                        is_open: false,
                        at: self.at,
                        extent: Extent::Alone,
                        by: None,
                    })
                });
                std::iter::once(self.failed(reason)).chain(closed).collect()
            }
            Meaning::Complained => self.consents(EVERYTHING, false),
            Meaning::Unsubscribed => self.consents(TOPIC, false),
            Meaning::Resubscribed => {
                let opened = self.person().map(|from| {
                    InboundEvent::Access(Access {
                        from,
                        is_open: true,
                        at: self.at,
                        extent: Extent::Alone,
                        by: None,
                    })
                });
                let mut all: Vec<InboundEvent> = opened.into_iter().collect();
                all.extend(self.consents(TOPIC, true));
                all
            }
        }
    }

    fn person(&self) -> Option<InboundSender> {
        Some(InboundSender {
            address: self.address.clone()?,
            ..InboundSender::default()
        })
    }

    fn consents(&self, topic: &str, is_given: bool) -> Vec<InboundEvent> {
        let consent = self.person().map(|from| {
            InboundEvent::Consent(Consent {
                from,
                topic: topic.to_owned(),
                is_given,
                at: self.at,
                answer: None,
            })
        });
        consent.into_iter().collect()
    }

    fn failed(&self, reason: &'static str) -> InboundEvent {
        let note = self.note.clone();
        let error = SendError::lasting(
            reason,
            note.unwrap_or_else(|| "The mail could not be delivered.".to_owned()),
        )
        .coded(Some(self.word.clone()).filter(|word| !word.is_empty()));
        self.receipt(Delivery::Failed, Some(error))
    }

    fn receipt(&self, state: Delivery, error: Option<SendError>) -> InboundEvent {
        let mut metadata = Opaque::new();
        if let Some(address) = &self.address {
            let mut told = json!({ "status": state.name(), "event": self.word });
            if let Some(note) = &self.note {
                told["note"] = note.as_str().into();
            }
            if let Some(link) = &self.link {
                told["link"] = link.as_str().into();
            }
            metadata.insert("recipients".to_owned(), json!({ address: told }));
        } else if let Some(link) = &self.link {
            metadata.insert("link".to_owned(), link.as_str().into());
        }
        if let Some(id) = &self.event_id {
            metadata.insert(EVENT_ID.to_owned(), id.as_str().into());
        }
        InboundEvent::Receipt(Receipt {
            external_id: self.id.clone(),
            state,
            at: self.at,
            error,
            tag: self.tag.clone(),
            metadata,
            address: self.address.clone(),
        })
    }
}

/// An address as services write it.
#[must_use]
pub fn told_address(text: &str) -> Option<String> {
    Some(address::Mailbox::read(text)?.address)
}

/// JSON with whatever fraction of a second: more digits than we count are cut off.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}

/// Whether a moment is no further from another than so many seconds.
#[must_use]
pub fn is_near(at: Timestamp, now: Timestamp, seconds: u64) -> bool {
    let apart = now.since(at).max(at.since(now));
    apart.as_secs() <= seconds
}

/// The body of a webhook as JSON; null where it is none.
#[must_use]
pub fn json_of(hook: &Webhook) -> Value {
    serde_json::from_slice(&hook.body).unwrap_or_default()
}
