//! Messenger of Facebook pages.
//!
//! Facts are from `channels/facebook.md`, cited by section; what it shares with Instagram is in
//! [`direct`](crate::channels::meta::direct).

pub mod caps;
mod connect;
mod guide;
mod settings;
pub mod speak;
mod templates;

use std::collections::BTreeMap;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::RenderError;
use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::Reactions;
use crate::channels::meta::direct::VoiceNotes;
use crate::channels::meta::direct::events;
use crate::channels::meta::direct::files;
use crate::channels::meta::direct::people;
use crate::channels::meta::direct::profile;
use crate::channels::meta::direct::render;
use crate::channels::meta::direct::shown;
use crate::channels::meta::sign;
use crate::channels::meta::talk::next;
use crate::channels::meta::templates::blanks;
use crate::channels::meta::templates::preview;
use crate::channels::meta::templates::rules;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Media;
use crate::model::filling::Blank;
use crate::model::filling::Filling;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Outcome;
use crate::model::outbound::Person;
use crate::model::outbound::Remote;
use crate::model::outbound::Renewed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Watcher;
use crate::model::rejection::FieldError;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// Messenger among its siblings.
static PRODUCT: Product = Product {
    kind: "facebook",
    object: "page",
    own: "pageId",
    voice_notes: VoiceNotes::ByName,
    tags: true,
    says_why: true,
    reactions: Reactions::Emoji,
};

/// What a page shows beside messages.
const SHOWN: &[profile::Shown] = &[
    profile::STARTED,
    profile::GREETED,
    profile::QUESTIONS,
    profile::MENU,
    profile::COMMANDED,
];

/// What is asked about a customer.
const PROFILE: &str = "first_name,last_name,name,profile_pic";

/// Messenger.
#[derive(Debug, Clone, Copy)]
pub struct Facebook;

impl Channel for Facebook {
    fn kind(&self) -> &'static str {
        PRODUCT.kind
    }

    fn name(&self) -> &'static str {
        "Messenger"
    }

    fn settings(&self) -> &'static [Setting] {
        settings::SETTINGS
    }

    fn guide(&self, _settings: &Opaque) -> &'static Guide {
        &guide::GUIDE
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        let key = account.text("pageId");
        let seat = key.map(|key| Seat {
            setting: "pageId",
            what: "page",
            key: key.to_owned(),
        });
        seat.into_iter().collect()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        settings::check(account)
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        next(connect::walk(asked))
    }

    fn refresh(&self, asked: &Asked<'_>) -> Next<Renewed> {
        next(connect::renew(asked))
    }

    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        let way = connect::way(asked.account);
        next(profile::publish(&way, asked, SHOWN, ""))
    }

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

    fn delete_template(&self, template: &VendorTemplate, asked: &Asked<'_>) -> Next<()> {
        next(templates::delete(template, asked))
    }

    fn take_over(&self, address: &str, asked: &Asked<'_>) -> Next<()> {
        let way = connect::way(asked.account);
        next(people::take_over(&way, asked, address))
    }

    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        let way = connect::way(asked.account);
        next(people::look_up(&way, asked, address, PROFILE))
    }

    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        sign::verify(account, &["appSecret"], hook)
    }

    fn greet(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        sign::greet(account, hook)
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        events::read(&PRODUCT, account, hook)
    }

    fn shares_webhooks(&self) -> bool {
        true
    }

    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        next(shown::locate(asked.account, remote))
    }

    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        let way = connect::way(asked.account);
        next(files::upload(&way, media, asked, ""))
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        let way = connect::way(sending.account);
        render::calls(&PRODUCT, &way, &speak::Page, sending)
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        shown::taken(reply)
    }

    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        let way = connect::way(watcher.account);
        Some(shown::sign(&way, sign, watcher))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::every_fixture_parses;
    use serde_json::json;

    #[test]
    fn every_row_of_the_document_becomes_what_it_says() {
        let ours = account(
            json!({"pageId":"1234567890","appId":"1517776481860111"}),
            &[],
        );
        every_fixture_parses("facebook/in", &ours, |account, hook| {
            Facebook.parse(account, hook)
        });
    }
}
