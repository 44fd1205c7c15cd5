//! WhatsApp through Meta's Cloud API.
//!
//! Facts are from `channels/whatsapp.md`, cited by section; what the vendor's three products share
//! is in [`meta`](crate::channels::meta).

mod blocking;
mod body;
mod business;
pub mod caps;
mod choices;
mod connect;
pub mod faults;
mod files;
mod guide;
mod notices;
mod pace;
pub mod parse;
mod people;
mod prompts;
mod receipts;
mod render;
mod said;
pub mod settings;
mod show;
mod taken;
pub mod templates;

use std::collections::BTreeMap;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::Connects;
use crate::channels::KeepsTemplates;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::Receives;
use crate::channels::RenderError;
use crate::channels::Sends;
use crate::channels::meta::fault;
use crate::channels::meta::sign;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::talk::next;
use crate::channels::meta::templates::blanks;
use crate::channels::meta::templates::preview;
use crate::channels::meta::templates::rules;
use crate::channels::meta::usage;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::contact::Admission;
use crate::model::content::Media;
use crate::model::filling::Blank;
use crate::model::filling::Filling;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Pacing;
use crate::model::outbound::Remote;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Watcher;
use crate::model::refusal::Outcome;
use crate::model::rejection::FieldError;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

const KIND: &str = "whatsapp";

/// `WhatsApp`.
#[derive(Debug, Clone, Copy)]
pub struct Whatsapp;

impl Channel for Whatsapp {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn name(&self) -> &'static str {
        "WhatsApp"
    }

    fn settings(&self) -> &'static [Setting] {
        settings::SETTINGS
    }

    fn guide(&self, _settings: &Opaque) -> &'static Guide {
        &guide::GUIDE
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        let key = account.text("phoneNumberId");
        let seat = key.map(|key| Seat {
            setting: "phoneNumberId",
            what: "number",
            key: key.to_owned(),
        });
        seat.into_iter().collect()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn registers(&self) -> Option<&'static str> {
        Some("number")
    }

    fn pace(&self, to: &str) -> Option<Pacing> {
        Some(pace::of(to))
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        settings::check(account)
    }
}

impl Connects for Whatsapp {
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        next(connect::walk(asked))
    }

    /// Proving it again renews what the vendor ends by itself.
    fn inspect(&self, asked: &Asked<'_>) -> Option<Next<Connected>> {
        Some(next(connect::walk(asked)))
    }

    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        let mut talk = Talk::of(asked, faults::FAULTS);
        let shown = prompts::publish(&mut talk, asked.account);
        next(shown.and_then(|()| business::publish(&mut talk, asked.account)))
    }

    fn register(&self, asked: &Asked<'_>) -> Next<()> {
        next(connect::register(asked))
    }

    fn block(&self, address: &str, admission: Admission, asked: &Asked<'_>) -> Option<Next<()>> {
        Some(next(blocking::tell(address, admission, asked)))
    }
}

impl KeepsTemplates for Whatsapp {
    fn templates(&self, asked: &Asked<'_>) -> Next<Vec<VendorTemplate>> {
        next(templates::list(asked))
    }

    fn create_template(&self, draft: &TemplateDraft, asked: &Asked<'_>) -> Next<VendorTemplate> {
        next(templates::create(draft, asked))
    }

    fn template_terms(&self) -> Option<&'static TemplateTerms> {
        Some(&templates::TERMS)
    }

    fn check_template(&self, draft: &TemplateDraft) -> Vec<FieldError> {
        rules::check(draft)
    }

    fn template_blanks(&self, template: &VendorTemplate) -> Vec<Blank> {
        blanks::blanks(template)
    }

    fn fill_template(
        &self,
        template: &VendorTemplate,
        values: &BTreeMap<String, String>,
    ) -> Filling {
        blanks::fill(template, values)
    }

    fn preview_template(&self, template: &VendorTemplate, filled: &[Opaque]) -> Preview {
        preview::preview(template, filled)
    }

    fn edit_template(
        &self,
        template: &VendorTemplate,
        draft: &TemplateDraft,
        asked: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        next(templates::edit(template, draft, asked))
    }

    fn resume_template(
        &self,
        template: &VendorTemplate,
        asked: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        next(templates::resume(template, asked))
    }

    fn delete_template(&self, template: &VendorTemplate, asked: &Asked<'_>) -> Next<()> {
        next(templates::delete(template, asked))
    }
}

impl Receives for Whatsapp {
    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        sign::verify(account, &["appSecret"], hook)
    }

    fn greet(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        sign::greet(account, hook)
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        parse::read(account, hook)
    }

    fn shares_webhooks(&self) -> bool {
        true
    }

    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        next(files::locate(remote, asked))
    }
}

impl Sends for Whatsapp {
    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        next(files::upload(media, asked))
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        render::calls(sending)
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        taken::read(reply)
    }

    fn kept_back(&self, reply: &HttpReply) -> Option<String> {
        taken::kept_back(reply)
    }

    fn trace(&self, reply: &HttpReply) -> Option<String> {
        fault::trace(reply)
    }

    fn used(&self, reply: &HttpReply) -> Option<u32> {
        usage::used(reply)
    }

    fn met(&self, _to: &str, reply: &HttpReply) -> Option<InboundSender> {
        taken::met(reply)
    }

    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        show::call(sign, watcher)
    }
}
