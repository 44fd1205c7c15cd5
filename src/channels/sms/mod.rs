//! SMS and MMS through several carriers: one file each, and one line in [`CARRIERS`].
//!
//! Facts are from `channels/sms.md`, cited by section.

pub mod caps;
mod consent;
mod form;
mod generic;
mod guide;
mod inbound;
mod numbers;
mod outgoing;
mod plivo;
mod receipt;
mod segments;
mod table;
#[cfg(test)]
mod tests;
mod throughput;
mod twilio;
mod vonage;

use std::fmt::Debug;

use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::Connects;
use crate::channels::KeepsTemplates;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::Receives;
use crate::channels::Recorded;
use crate::channels::RenderError;
use crate::channels::Sends;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::table::wrong;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Content;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Measure;
use crate::model::outbound::Next;
use crate::model::outbound::Remote;
use crate::model::outbound::Sending;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;

const KIND: &str = "sms";

/// Segments of one message when nobody says otherwise.
const SEGMENTS_MAX: u64 = 10;

/// Every carrier.
const CARRIERS: [&dyn Carrier; 4] = [
    &twilio::Twilio,
    &vonage::Vonage,
    &plivo::Plivo,
    &generic::Generic,
];

/// One carrier's way to say things.
trait Carrier: Debug + Sync {
    /// The name that `provider` has for it.
    fn name(&self) -> &'static str;

    /// Whether it answers STOP and the like by itself when nobody says otherwise.
    fn answers_keywords(&self) -> bool {
        false
    }

    /// What can be carried.
    fn row(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    /// What can be carried where files go along; none where they never do.
    fn with_files(&self, account: &Account) -> Option<&'static Capabilities> {
        let _ = account;
        None
    }

    /// What is wrong with its own settings.
    fn check(&self, account: &Account) -> Vec<FieldError>;

    /// Proves the account and has it report to us.
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected>;

    /// Checks that a webhook is the carrier's.
    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine>;

    /// The status with which a webhook is turned away that is not the carrier's.
    fn turns_away_with(&self, account: &Account, hook: &Webhook) -> u16 {
        let _ = (account, hook);
        403
    }

    /// What proves a genuine webhook and never comes twice, so that a copy is not read.
    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let _ = (account, hook);
        None
    }

    /// Reads a webhook: a message, or a report.
    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent>;

    /// Writes the call that carries one text or file.
    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError>;

    /// Reads what it answered to that.
    fn read_reply(&self, reply: &HttpReply) -> Outcome;

    /// The same where that depends on the account.
    fn read_reply_of(&self, account: &Account, reply: &HttpReply) -> Outcome {
        let _ = account;
        self.read_reply(reply)
    }

    /// The credentials for files on a host, where it is the carrier's and wants any.
    fn media_authorization(&self, account: &Account, host: &str) -> Option<String> {
        let _ = (account, host);
        None
    }

    /// What it wants to read when all is well, as JSON; none wants nothing.
    fn says_ok(&self) -> Option<&'static str> {
        None
    }
}

/// The carrier of an account; none while nobody chose one.
fn carrier(settings: &Opaque) -> Option<&'static dyn Carrier> {
    let name = settings.get("provider").and_then(Value::as_str)?;
    CARRIERS.into_iter().find(|known| known.name() == name)
}

/// SMS.
#[derive(Debug, Clone, Copy)]
pub struct Sms;

impl Channel for Sms {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn name(&self) -> &'static str {
        "SMS"
    }

    fn settings(&self) -> &'static [Setting] {
        table::SETTINGS
    }

    fn guide(&self, settings: &Opaque) -> &'static Guide {
        guide::of(settings)
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        let provider = account.text("provider").unwrap_or_default();
        ["phoneNumber", "messagingServiceSid"]
            .into_iter()
            .filter_map(|setting| {
                let text = account.text(setting)?;
                // Anybody may call themselves by a name; nobody can answer it.
                let is_shared = setting == "phoneNumber" && numbers::is_name(text);
                (!is_shared).then(|| Seat {
                    setting,
                    what: "number",
                    key: format!("{provider}/{}", numbers::digits(&numbers::reported(text))),
                })
            })
            .collect()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn sends_per_second(&self, settings: &Opaque) -> u32 {
        throughput::of(settings)
    }

    /// Files go along where the account has it switched on, its carrier can, and the number is in
    /// a country where phones take them.
    fn reach(&self, account: &Account, to: &str) -> &'static Capabilities {
        let is_on = account.settings.get("mmsEnabled") == Some(&true.into());
        let carrier = carrier(&account.settings);
        let with_files = carrier.and_then(|carrier| carrier.with_files(account));
        let set = account
            .settings
            .get("mmsCountries")
            .and_then(Value::as_array);
        let in_country = |code: &str| {
            let code = code.trim_start_matches('+');
            !code.is_empty() && numbers::digits(to).starts_with(code)
        };
        let takes = match set.filter(|list| !list.is_empty()) {
            Some(list) => list.iter().filter_map(Value::as_str).any(in_country),
            None => in_country("1"),
        };
        let plain = carrier.map_or(&caps::CAPABILITIES, Carrier::row);
        with_files.filter(|_| is_on && takes).unwrap_or(plain)
    }

    fn address(&self, settings: &Opaque, typed: &str) -> Option<String> {
        numbers::typed(settings, typed)
    }

    fn measure(&self, account: &Account, text: &str) -> Option<Measure> {
        let count = segments::count(&outgoing::spelled(account, text));
        let most = account.settings.get("maxSegments").and_then(Value::as_u64);
        Some(Measure {
            encoding: count.alphabet.name(),
            units: count.units,
            segments: count.segments,
            remaining: count.remaining,
            segments_max: usize::try_from(most.unwrap_or(SEGMENTS_MAX)).unwrap_or(usize::MAX),
        })
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        let mut all = table::check(account);
        match carrier(&account.settings) {
            Some(carrier) => all.extend(carrier.check(account)),
            None => all.push(wrong(
                "provider",
                "must be one of twilio, vonage, plivo, generic",
            )),
        }
        if all.is_empty() { Ok(()) } else { Err(all) }
    }
}

impl Connects for Sms {
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        match carrier(&asked.account.settings) {
            Some(carrier) => carrier.connect(asked),
            None => Err(nobody()),
        }
    }
}

impl KeepsTemplates for Sms {}

impl Receives for Sms {
    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let carrier = carrier(&account.settings).ok_or(NotGenuine)?;
        carrier.verify(account, hook, now)
    }

    fn turn_away(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let carrier = carrier(&account.settings);
        Some(HttpReply {
            status: carrier.map_or(403, |carrier| carrier.turns_away_with(account, hook)),
            headers: Headers::default().with("content-type", "application/json"),
            body: br#"{"error":{"code":"invalid_signature"}}"#.to_vec(),
        })
    }

    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        carrier(&account.settings)?.once(account, hook)
    }

    /// What was taken in stays so; a copy may carry another body under the same proof.
    fn turn_back(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        self.turn_away(account, hook)
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        let carrier = carrier(&account.settings);
        Ok(carrier.map_or_else(Vec::new, |carrier| carrier.read(account, hook)))
    }

    /// Never words: some carriers would send them to the customer.
    fn answer(&self, account: &Account, _recorded: &[Recorded]) -> HttpReply {
        match carrier(&account.settings).and_then(Carrier::says_ok) {
            Some(body) => HttpReply {
                status: 200,
                headers: Headers::default().with("content-type", "application/json"),
                body: body.as_bytes().to_vec(),
            },
            None => HttpReply {
                status: 204,
                headers: Headers::default(),
                body: Vec::new(),
            },
        }
    }

    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        let account = asked.account;
        let url = remote.media.url.clone().unwrap_or_default();
        let host = url::Url::parse(&url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let Some(host) = host else {
            return Err(Refusal::Never(SendError::lasting(
                "no_address",
                "The carrier did not say where the file is.",
            )));
        };
        let carrier = carrier(&account.settings);
        let authorization = carrier.and_then(|carrier| carrier.media_authorization(account, &host));
        Ok(Step::Done(Source {
            url,
            authorization: authorization.map(Secret::new),
            digest: None,
        }))
    }
}

impl Sends for Sms {
    /// A number does not write to itself: carriers refuse it in words that nobody understands.
    fn refuse(
        &self,
        account: &Account,
        to: &str,
        _parts: &[Content],
        metadata: &Opaque,
    ) -> Result<(), Rejection> {
        let from = outgoing::sender(account, metadata).map(numbers::reported);
        if from.as_deref() != Some(to) {
            return Ok(());
        }
        let sentence = format!("{to} is the number this channel sends from.");
        Err(Rejection::new(Code::InvalidRecipient, sentence))
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        let carrier = carrier(&sending.account.settings).ok_or(RenderError {
            kind: KIND,
            content: "a message of no provider",
        })?;
        let mut calls = Vec::new();
        for part in sending.parts {
            for piece in Outgoing::of(sending, part)?.pieces() {
                calls.push(carrier.send(&piece)?);
            }
        }
        Ok(calls)
    }

    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome {
        match carrier(&account.settings) {
            Some(carrier) => carrier.read_reply_of(account, reply),
            None => Err(nobody()),
        }
    }
}

fn nobody() -> Refusal {
    Refusal::Account(SendError::passing(
        "configuration",
        "Choose the provider that carries the messages.",
    ))
}
