//! Messenger and Instagram as channels: all that the two do alike is written here, once.

use std::collections::BTreeMap;
use std::fmt::Debug;

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
use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::body;
use crate::channels::meta::direct::events;
use crate::channels::meta::direct::files;
use crate::channels::meta::direct::people;
use crate::channels::meta::direct::profile;
use crate::channels::meta::direct::render;
use crate::channels::meta::direct::render::Speaker;
use crate::channels::meta::direct::shown;
use crate::channels::meta::direct::subscription;
use crate::channels::meta::direct::templates;
use crate::channels::meta::direct::threads;
use crate::channels::meta::fault;
use crate::channels::meta::sign;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::next;
use crate::channels::meta::talk::refused;
use crate::channels::meta::templates::blanks;
use crate::channels::meta::templates::preview;
use crate::channels::meta::templates::rules;
use crate::channels::meta::usage;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::contact::Admission;
use crate::model::content::Content;
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
use crate::model::outbound::Person;
use crate::model::outbound::Regained;
use crate::model::outbound::Remote;
use crate::model::outbound::Renewed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::outbound::Watcher;
use crate::model::refusal::Outcome;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;
use crate::model::visit::Visit;

/// What is said of a service without asking its account.
#[derive(Debug)]
pub struct Terms {
    /// The name people know it by.
    pub name: &'static str,
    /// How its messages are read and written.
    pub product: Product,
    /// The settings of an account.
    pub settings: &'static [Setting],
    /// What a person needs to know to connect one.
    pub guide: &'static Guide,
    /// What it can carry.
    pub capabilities: &'static Capabilities,
    /// The secrets events may be signed with; any of them will do.
    pub secrets: &'static [&'static str],
    /// What an account takes up at the vendor: what it is called, and the settings that name it.
    pub seats: (&'static str, &'static [&'static str]),
    /// What is shown beside messages.
    pub shown: &'static [profile::Shown],
    /// What is asked about a customer.
    pub profile: &'static str,
    /// What the vendor is told where a page speaks for another service; empty for its own.
    pub platform: &'static str,
    /// What may stand in a template the vendor approves; none where there are none.
    pub templates: Option<&'static TemplateTerms>,
}

/// One of the two, as far as it does things its own way.
pub trait Service: Debug + Send + Sync {
    /// What it is.
    fn terms(&self) -> &'static Terms;

    /// Where an account's calls go and as whom.
    fn way<'a>(&self, account: &'a Account) -> Way<'a>;

    /// What only this one can say.
    fn speaker(&self) -> &'static dyn Speaker;

    /// Checks an account before anybody is asked.
    ///
    /// # Errors
    /// Every setting that is wrong.
    fn checked(&self, account: &Account) -> Result<(), Vec<FieldError>>;

    /// Proves an account and subscribes to what happens on it.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    fn prove(&self, asked: &Asked<'_>) -> Result<Connected, Pause>;

    /// Renews the access of an account before it ends.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    fn renew(&self, asked: &Asked<'_>) -> Result<Renewed, Pause>;

    /// Whether files can be handed over before the message that carries them; else the vendor
    /// fetches them.
    fn takes_files(&self, _account: &Account) -> bool {
        true
    }

    /// Whether the vendor keeps people out at our word.
    fn keeps_out(&self, _account: &Account) -> bool {
        false
    }

    /// The page on which a person lets us into an account; none where accounts are not opened so.
    ///
    /// # Errors
    /// What is missing in the settings.
    fn entrance(
        &self,
        _account: &Account,
        _visit: &Visit,
    ) -> Result<Option<String>, Vec<FieldError>> {
        Ok(None)
    }

    /// Fetches the access that is given for the code with which a person came back.
    ///
    /// # Errors
    /// The vendor does not give it.
    fn enter(&self, _code: &str, _visit: &Visit, _asked: &Asked<'_>) -> Next<Renewed> {
        next(Err(refused(
            "not_supported",
            "Nobody signs in there.".to_owned(),
        )))
    }

    /// Whether a message may go as it is.
    ///
    /// # Errors
    /// Why not.
    fn may_go(&self, _parts: &[Content], _metadata: &Opaque) -> Result<(), Rejection> {
        Ok(())
    }
}

impl<S: Service> Channel for S {
    fn kind(&self) -> &'static str {
        self.terms().product.kind
    }

    fn name(&self) -> &'static str {
        self.terms().name
    }

    fn settings(&self) -> &'static [Setting] {
        self.terms().settings
    }

    fn guide(&self, _settings: &Opaque) -> &'static Guide {
        self.terms().guide
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        let (what, settings) = self.terms().seats;
        let seat = |setting: &&'static str| {
            Some(Seat {
                setting,
                what,
                key: format!("{setting}/{}", account.text(setting)?),
            })
        };
        settings.iter().filter_map(seat).collect()
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.terms().capabilities
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        self.checked(account)
    }
}

impl<S: Service> Connects for S {
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        next(self.prove(asked))
    }

    /// Proving it again renews what the vendor ends by itself, such as its reports after an hour in
    /// which we could not be reached.
    fn inspect(&self, asked: &Asked<'_>) -> Option<Next<Connected>> {
        Some(next(self.prove(asked)))
    }

    fn release(&self, asked: &Asked<'_>) -> Next<()> {
        next(subscription::end(&self.way(asked.account), asked))
    }

    fn shared_reports(&self, account: &Account) -> Option<String> {
        Some(format!("subscribed_apps of {}", self.way(account).node))
    }

    fn refresh(&self, asked: &Asked<'_>) -> Next<Renewed> {
        next(self.renew(asked))
    }

    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        let (terms, way) = (self.terms(), self.way(asked.account));
        next(profile::publish(&way, asked, terms.shown, terms.platform))
    }

    fn take_over(&self, address: &str, asked: &Asked<'_>) -> Next<Regained> {
        next(threads::take(&self.way(asked.account), asked, address))
    }

    fn hand_over(&self, address: &str, asked: &Asked<'_>) -> Next<()> {
        let (product, way) = (&self.terms().product, self.way(asked.account));
        next(threads::pass(product, &way, asked, address))
    }

    fn block(&self, address: &str, admission: Admission, asked: &Asked<'_>) -> Option<Next<()>> {
        let way = self.way(asked.account);
        let keeps_out = self.keeps_out(asked.account);
        keeps_out.then(|| next(people::block(&way, asked, address, admission)))
    }

    fn sign_in_at(
        &self,
        account: &Account,
        visit: &Visit,
    ) -> Result<Option<String>, Vec<FieldError>> {
        self.entrance(account, visit)
    }

    fn let_in(&self, code: &str, visit: &Visit, asked: &Asked<'_>) -> Next<Renewed> {
        self.enter(code, visit, asked)
    }

    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        let way = self.way(asked.account);
        next(people::look_up(&way, asked, address, self.terms().profile))
    }
}

impl<S: Service> KeepsTemplates for S {
    fn templates(&self, asked: &Asked<'_>) -> Next<Vec<VendorTemplate>> {
        next(templates::list(&self.way(asked.account), asked))
    }

    fn create_template(&self, draft: &TemplateDraft, asked: &Asked<'_>) -> Next<VendorTemplate> {
        next(templates::create(&self.way(asked.account), draft, asked))
    }

    fn template_terms(&self) -> Option<&'static TemplateTerms> {
        self.terms().templates
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
        next(templates::delete(&self.way(asked.account), template, asked))
    }
}

impl<S: Service> Receives for S {
    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        sign::verify(account, self.terms().secrets, hook)
    }

    fn greet(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        sign::greet(account, hook)
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        events::read(&self.terms().product, account, hook)
    }

    fn shares_webhooks(&self) -> bool {
        true
    }

    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        next(shown::locate(asked.account, remote))
    }
}

impl<S: Service> Sends for S {
    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        if !self.takes_files(asked.account) {
            return Ok(Step::Done(None));
        }
        let way = self.way(asked.account);
        next(files::upload(&way, media, asked, self.terms().platform))
    }

    fn refuse(
        &self,
        _account: &Account,
        _to: &str,
        parts: &[Content],
        metadata: &Opaque,
    ) -> Result<(), Rejection> {
        self.may_go(parts, metadata)
    }

    fn stand_in(&self, account: &Account, words: &str) -> Option<String> {
        body::stand_in(account, words)
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        let way = self.way(sending.account);
        render::calls(&self.terms().product, &way, self.speaker(), sending)
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        shown::taken(reply)
    }

    fn trace(&self, reply: &HttpReply) -> Option<String> {
        fault::trace(reply)
    }

    fn cannot_show(&self, reply: &HttpReply) -> bool {
        shown::cannot(reply)
    }

    fn used(&self, reply: &HttpReply) -> Option<u32> {
        usage::used(reply)
    }

    fn met(&self, to: &str, reply: &HttpReply) -> Option<InboundSender> {
        shown::met(to, reply)
    }

    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        Some(shown::sign(&self.way(watcher.account), sign, watcher))
    }
}
