//! SMS and MMS through several carriers: a file or folder each, and one line in [`CARRIERS`]. Everything
//! that is particular to one stands in its own.
//!
//! Facts are from `channels/sms.md`, cited by section.

mod address;
mod album;
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
mod trace;
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
use crate::channels::sms::throughput::Origin;
use crate::channels::sms::trace::Trace;
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
use crate::model::outbound::Lost;
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

/// The setting that says which number is written from.
const NUMBER: &str = "phoneNumber";

/// Segments of one message when nobody says otherwise.
const SEGMENTS_MAX: u64 = 10;

/// Every carrier, in the order of the form.
static CARRIERS: &[Entry] = &[twilio::ENTRY, vonage::ENTRY, plivo::ENTRY, generic::ENTRY];

/// What there is to know of a carrier.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The name that `provider` has for it.
    name: &'static str,
    /// The settings that only its accounts have.
    settings: &'static [Setting],
    /// Those of them that stand for numbers which it chooses from by itself.
    pools: &'static [&'static str],
    /// How its numbers are connected.
    guide: &'static Guide,
    /// How one speaks with it.
    speaks: &'static dyn Carrier,
}

/// One carrier's way to say things.
trait Carrier: Debug + Sync {
    /// Whether it answers STOP and the like by itself on an account, when nobody says otherwise.
    fn answers_keywords(&self, account: &Account) -> bool {
        let _ = account;
        false
    }

    /// How many messages a second it takes.
    fn per_second(&self, from: Origin) -> u32 {
        throughput::usual(from)
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

    /// How many files go along with one message at most.
    fn files_max(&self) -> usize {
        1
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

    /// What it wants to read when all is well, and of what type; none wants nothing.
    fn says_ok(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// What is kept with a message it took with this answer.
    fn remark(&self, reply: &HttpReply) -> Opaque {
        let _ = reply;
        Opaque::new()
    }

    /// Asks it for what may be a call whose answer got lost; none where it does not tell.
    fn find_lost(&self, trace: &Trace<'_>, asked: &Asked<'_>) -> Option<Next<Vec<String>>> {
        let _ = (trace, asked);
        None
    }
}

/// The carrier of an account; none while nobody chose one.
fn carrier(settings: &Opaque) -> Option<&'static Entry> {
    let name = settings.get("provider").and_then(Value::as_str)?;
    CARRIERS.iter().find(|known| known.name == name)
}

/// How one speaks with the carrier of an account.
fn speaker(settings: &Opaque) -> Option<&'static dyn Carrier> {
    carrier(settings).map(|carrier| carrier.speaks)
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
        carrier(settings).map_or(&guide::SMS, |carrier| carrier.guide)
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        let provider = account.text("provider").unwrap_or_default();
        let pools = carrier(&account.settings).map_or(&[][..], |carrier| carrier.pools);
        let seats = std::iter::once(&NUMBER).chain(pools);
        let seats = seats.filter_map(|setting| {
            let text = account.text(setting)?;
            // Anybody may call themselves by a name; nobody can answer it.
            let is_shared = *setting == NUMBER && numbers::is_name(text);
            (!is_shared).then(|| Seat {
                setting,
                what: "number",
                key: format!("{provider}/{}", numbers::digits(&numbers::reported(text))),
            })
        });
        seats.collect()
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
        let carrier = speaker(&account.settings);
        let with_files = carrier.and_then(|carrier| carrier.with_files(account));
        let plain = carrier.map_or(&caps::CAPABILITIES, Carrier::row);
        with_files
            .filter(|_| outgoing::goes_as_mms(account, to))
            .unwrap_or(plain)
    }

    fn together(&self, account: &Account, to: &str, contents: &[&Content]) -> usize {
        album::length(account, to, contents)
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
        if let Some(carrier) = speaker(&account.settings) {
            all.extend(carrier.check(account));
        } else {
            let names: Vec<_> = CARRIERS.iter().map(|carrier| carrier.name).collect();
            let sentence = format!("must be one of {}", names.join(", "));
            all.push(wrong("provider", &sentence));
        }
        if all.is_empty() { Ok(()) } else { Err(all) }
    }
}

impl Connects for Sms {
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        match speaker(&asked.account.settings) {
            Some(carrier) => carrier.connect(asked),
            None => Err(nobody()),
        }
    }
}

impl KeepsTemplates for Sms {}

impl Receives for Sms {
    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let carrier = speaker(&account.settings).ok_or(NotGenuine)?;
        carrier.verify(account, hook, now)
    }

    fn turn_away(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let carrier = speaker(&account.settings);
        Some(HttpReply {
            status: carrier.map_or(403, |carrier| carrier.turns_away_with(account, hook)),
            headers: Headers::default().with("content-type", "application/json"),
            body: br#"{"error":{"code":"invalid_signature"}}"#.to_vec(),
        })
    }

    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        speaker(&account.settings)?.once(account, hook)
    }

    /// What was taken in stays so; a copy may carry another body under the same proof.
    fn turn_back(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        self.turn_away(account, hook)
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        let carrier = speaker(&account.settings);
        let events = carrier.map_or_else(Vec::new, |carrier| carrier.read(account, hook));
        Ok(album::shared_out(events, &outgoing::tags_of(hook)))
    }

    /// Never words: some carriers would send them to the customer.
    fn answer(&self, account: &Account, _recorded: &[Recorded]) -> HttpReply {
        match speaker(&account.settings).and_then(Carrier::says_ok) {
            Some((kind, body)) => HttpReply {
                status: 200,
                headers: Headers::default().with("content-type", kind),
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
        let carrier = speaker(&account.settings);
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
        let carrier = speaker(&sending.account.settings).ok_or(RenderError {
            kind: KIND,
            content: "a message of no provider",
        })?;
        if let Some(whole) = album::whole(sending)? {
            return Ok(vec![carrier.send(&whole)?]);
        }
        let mut calls = Vec::new();
        for part in sending.parts {
            for piece in Outgoing::of(sending, part)?.pieces() {
                calls.push(carrier.send(&piece)?);
            }
        }
        Ok(calls)
    }

    fn remark(&self, sending: &Sending<'_>, reply: &HttpReply) -> Opaque {
        let carrier = speaker(&sending.account.settings);
        carrier.map_or_else(Opaque::new, |carrier| carrier.remark(reply))
    }

    fn find_lost(&self, lost: &Lost<'_>, asked: &Asked<'_>) -> Option<Next<Vec<String>>> {
        let trace = Trace::of(asked.account, lost)?;
        speaker(&asked.account.settings)?.find_lost(&trace, asked)
    }

    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome {
        match speaker(&account.settings) {
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
