//! Translation between a vendor's bytes and the model, and nothing else.
//!
//! A channel is a [`Channel`]: bytes in, facts out; message in, calls out. It has no clock, network,
//! storage or log: whatever a translation needs of the present is handed to it. Each channel is one
//! folder that reads the same way: `mod.rs` implements the trait, `caps.rs` is its row of the
//! capability matrix, the rest is its own affair and is never seen outside.
//!
//! Which channels exist is written once, in [`registry`].

use std::collections::BTreeMap;
use std::fmt::Debug;

pub use crate::base::http::Headers;
pub use crate::base::http::HttpReply;
pub use crate::base::http::HttpRequest;
pub use crate::base::http::Method;
pub use crate::base::http::Webhook;
pub use crate::base::secret::Secret;
pub use crate::base::text::Counting;
pub use crate::base::time::Timestamp;
pub use crate::channels::answers::Heeded;
pub use crate::channels::answers::NotGenuine;
pub use crate::channels::answers::ParseError;
pub use crate::channels::answers::Recorded;
pub use crate::channels::answers::RenderError;
use crate::channels::answers::not_offered;
use crate::channels::table::rename_aliases;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::filling::Blank;
use crate::model::filling::Filling;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Admission;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Measure;
use crate::model::outbound::Next;
use crate::model::outbound::Outcome;
use crate::model::outbound::Pacing;
use crate::model::outbound::Person;
use crate::model::outbound::Polled;
use crate::model::outbound::Pressed;
use crate::model::outbound::Refusal;
use crate::model::outbound::Remote;
use crate::model::outbound::Renewed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::outbound::Taken;
use crate::model::outbound::Watcher;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;
use crate::model::visit::Visit;

mod answers;
pub mod email;
pub mod facebook;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod instagram;
pub mod meta;
pub mod node;
pub mod numbered;
pub mod rcs;
pub mod registry;
pub mod short_key;
pub mod sms;
pub mod table;
pub mod telegram;
pub mod vcard;
pub mod voice;
pub mod webchat;
pub mod whatsapp;

/// One way to talk with customers: a vendor, or our own web chat.
///
/// An implementation holds no state: everything it needs arrives with the call. The methods stand
/// in groups: what the channel is, setting an account up, what comes in, what goes out. A channel
/// writes those it needs; the others do nothing.
///
/// What takes more than one call is a dialogue. The engine shows what came back so far, makes the
/// call that is named, and asks again:
///
/// `telegram/connect.rs` is such a dialogue.
pub trait Channel: Debug + Send + Sync {
    /// The kind, as it stands in addresses and on the wire: lower case, such as `telegram`.
    fn kind(&self) -> &'static str;

    /// The name people know it by, such as `Telegram`.
    fn name(&self) -> &'static str;

    /// The settings of an account, in the order of the form.
    fn settings(&self) -> &'static [Setting];

    /// What a person needs to know to connect an account with these settings.
    fn guide(&self, settings: &Opaque) -> &'static Guide {
        let _ = settings;
        &Guide::PLAIN
    }

    /// What this channel can carry.
    fn capabilities(&self) -> &'static Capabilities;

    /// What an account can carry to one address, where that is more than
    /// [`capabilities`](Self::capabilities) says of every account.
    fn reach(&self, account: &Account, to: &str) -> &'static Capabilities {
        let _ = (account, to);
        self.capabilities()
    }

    /// The address that a person means who types one, such as a number with blanks in it; none for
    /// what is no address here. What it yields may be written to before anybody wrote from it.
    fn address(&self, settings: &Opaque, typed: &str) -> Option<String> {
        let _ = (settings, typed);
        None
    }

    /// Messages a second the vendor takes from an account, where that depends on its settings.
    fn sends_per_second(&self, settings: &Opaque) -> u32 {
        let _ = settings;
        self.capabilities().sends_per_second
    }

    /// How fast messages to an address may follow each other, where the vendor minds that beside
    /// [`Capabilities::sends_per_second`].
    fn pace(&self, to: &str) -> Option<Pacing> {
        let _ = to;
        None
    }

    /// How many of some messages that were written to go together are given to the vendor in one call,
    /// from the first on; 1 where each goes by itself.
    fn together(&self, contents: &[&Content]) -> usize {
        let _ = contents;
        1
    }

    /// How many messages that no person wrote an address gets within an hour; none where nobody
    /// answers by itself.
    fn machine_messages(&self, settings: &Opaque) -> Option<u32> {
        let _ = settings;
        None
    }

    /// What a text costs; none where that does not depend on its length.
    fn measure(&self, account: &Account, text: &str) -> Option<Measure> {
        let _ = (account, text);
        None
    }

    /// Brings settings that a client sent under older names into today's names and shapes. Called
    /// before anything is checked or stored.
    fn adopt(&self, settings: &mut Opaque) {
        rename_aliases(self.settings(), settings);
    }

    /// Checks the settings of an account beyond what their shape in [`settings`](Self::settings)
    /// says. Asks nobody outside.
    ///
    /// # Errors
    /// Everything that is wrong, by the name of the setting; a path such as
    /// `preChatForm.fields[1].name` where it is inside one.
    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>>;

    /// What the account takes up at the vendor, which no other channel may have too: it would take
    /// this one's messages.
    fn seats(&self, account: &Account) -> Vec<Seat> {
        let _ = account;
        Vec::new()
    }

    /// Proves the account with the vendor and makes it report to
    /// [`Account::webhook_url`]. Held when a channel is connected, tested, or looked at again after
    /// an error, so asking twice must do no harm.
    ///
    /// # Errors
    /// The vendor does not accept the account, in the vendor's words.
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let _ = asked;
        Ok(Step::Done(Connected::default()))
    }

    /// Looks whether a channel that works is still set up at the vendor as connecting left it, and
    /// changes nothing there but for what the vendor took away by itself. Held as often as
    /// [`Capabilities::inspected_every_secs`] says; none where there is nothing to look at.
    ///
    /// # Errors
    /// [`Refusal::Account`]: it does not work any more.
    fn inspect(&self, asked: &Asked<'_>) -> Option<Next<Connected>> {
        let _ = asked;
        None
    }

    /// Has the vendor stop reporting to us. Held when a channel is disconnected or deleted, or
    /// before its account is another one; done at once where there is nothing to take away. What
    /// comes of it stops nothing.
    ///
    /// # Errors
    /// The vendor does not do it.
    fn release(&self, asked: &Asked<'_>) -> Next<()> {
        let _ = asked;
        Ok(Step::Done(()))
    }

    /// What [`release`](Self::release) takes away, where several channels may need it: it stays
    /// while another one has it.
    fn shared_reports(&self, account: &Account) -> Option<String> {
        let _ = account;
        None
    }

    /// Renews access that is about to end; done at once with nothing while it still holds. Held
    /// before anything else is asked of the vendor, one at a time for an account.
    ///
    /// `instagram/connect.rs` renews so.
    ///
    /// # Errors
    /// The vendor does not renew it.
    fn refresh(&self, asked: &Asked<'_>) -> Next<Renewed> {
        let _ = asked;
        Ok(Step::Done(Renewed::default()))
    }

    /// The page of the vendor's on which a person lets us into an account; none where accounts are
    /// not opened so.
    ///
    /// `email/sign_in.rs` knows such pages.
    ///
    /// # Errors
    /// What is missing in the settings, by name.
    fn sign_in_at(
        &self,
        account: &Account,
        visit: &Visit,
    ) -> Result<Option<String>, Vec<FieldError>> {
        let _ = (account, visit);
        Ok(None)
    }

    /// Fetches the access that the vendor gives for the code with which a person came back from
    /// [`sign_in_at`](Self::sign_in_at).
    ///
    /// # Errors
    /// The vendor does not give it.
    fn let_in(&self, code: &str, visit: &Visit, asked: &Asked<'_>) -> Next<Renewed> {
        let _ = (code, visit, asked);
        Err(Refusal::Never(not_offered("signing in")))
    }

    /// Forgets access that the vendor refused although it should still hold, so that
    /// [`refresh`](Self::refresh) fetches other; whether it can.
    fn forget_access(&self, account: &mut Account) -> bool {
        let _ = account;
        false
    }

    /// Brings what the vendor shows of the account beside messages in line with its settings:
    /// menus, commands, greetings, first questions. Held after a connection and when settings
    /// change; done at once where there is nothing to show. What is not there any more must be
    /// taken away at the vendor too. A refusal is a warning of the channel and stops nothing.
    ///
    /// `telegram/commands.rs` does so.
    ///
    /// # Errors
    /// The vendor does not take it.
    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        let _ = asked;
        Ok(Step::Done(()))
    }

    /// Asks for every template of the account, as the vendor has them now. Held where
    /// [`Capabilities::approved_templates`] says that the vendor keeps them: after a connection, on
    /// demand and now and then.
    ///
    /// # Errors
    /// The vendor does not tell.
    fn templates(&self, asked: &Asked<'_>) -> Next<Vec<VendorTemplate>> {
        let _ = asked;
        Ok(Step::Done(Vec::new()))
    }

    /// Hands a new template in for approval, and says how it stands then. Held where
    /// [`Capabilities::approved_templates`] says that the vendor keeps them.
    ///
    /// # Errors
    /// The vendor does not take it, in the vendor's words.
    fn create_template(&self, draft: &TemplateDraft, asked: &Asked<'_>) -> Next<VendorTemplate> {
        let _ = (draft, asked);
        Err(Refusal::Never(not_offered("templates")))
    }

    /// What may stand in a template of this channel, for forms; none where the vendor keeps none.
    fn template_terms(&self) -> Option<&'static TemplateTerms> {
        None
    }

    /// What is wrong with a template before the vendor is asked, by the name of the field, such as
    /// `components[1].buttons[0].url`.
    fn check_template(&self, draft: &TemplateDraft) -> Vec<FieldError> {
        let _ = draft;
        Vec::new()
    }

    /// What has to be filled in before a template can be sent, in its order.
    fn template_blanks(&self, template: &VendorTemplate) -> Vec<Blank> {
        let _ = template;
        Vec::new()
    }

    /// A template with these values in its blanks.
    fn fill_template(
        &self,
        template: &VendorTemplate,
        values: &BTreeMap<String, String>,
    ) -> Filling {
        let _ = (template, values);
        Filling::default()
    }

    /// What is wrong with the values that a message brings for a template that is kept here:
    /// [`Capabilities::own_templates`].
    fn wrong_values(&self, template: &VendorTemplate, filled: &[Opaque]) -> Vec<FieldError> {
        let _ = (template, filled);
        Vec::new()
    }

    /// A template as a customer sees it, with these components filled in.
    fn preview_template(&self, template: &VendorTemplate, filled: &[Opaque]) -> Preview {
        let _ = (template, filled);
        Preview::default()
    }

    /// Hands a template in again with other components or of another category, and says how it
    /// stands then; name, language and the naming of variables stay. Held where
    /// [`TemplateTerms::edits`] says that it can be.
    ///
    /// # Errors
    /// The vendor does not take it, in the vendor's words.
    fn edit_template(
        &self,
        template: &VendorTemplate,
        draft: &TemplateDraft,
        asked: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        let _ = (template, draft, asked);
        Err(Refusal::Never(not_offered("changes of templates")))
    }

    /// Takes one template away at the vendor. One that is not there any more is no error.
    ///
    /// # Errors
    /// The vendor does not do it.
    fn delete_template(&self, template: &VendorTemplate, asked: &Asked<'_>) -> Next<()> {
        let _ = (template, asked);
        Err(Refusal::Never(not_offered("templates")))
    }

    /// Takes the conversation with somebody back from another app of the vendor. Held where a
    /// [`Notice`](crate::model::inbound::Notice) said that another one has it; one that is ours
    /// already is no error.
    ///
    /// # Errors
    /// The vendor does not give it back.
    fn take_over(&self, address: &str, asked: &Asked<'_>) -> Next<()> {
        let _ = (address, asked);
        Err(Refusal::Never(not_offered("other apps")))
    }

    /// Has the vendor keep somebody out, or let them in again; none where a vendor keeps nobody out.
    /// Held when one of us blocks a person. A refusal changes nothing here.
    ///
    /// `whatsapp/blocking.rs` does so.
    fn block(&self, address: &str, admission: Admission, asked: &Asked<'_>) -> Option<Next<()>> {
        let _ = (address, admission, asked);
        None
    }

    /// Asks the vendor who somebody is. Held where [`Capabilities::profiles`] says that it tells:
    /// once somebody wrote, and again after days. Done with nothing where the vendor does not say;
    /// a message never waits for it.
    ///
    /// # Errors
    /// Not now.
    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        let _ = (address, asked);
        Ok(Step::Done(Person::default()))
    }

    /// The address of our webhooks with what proves a call written into it, for vendors that sign
    /// nothing; none where it is not needed.
    fn proving_url(&self, account: &Account) -> Option<String> {
        let _ = account;
        None
    }

    /// Checks that a webhook really came from the vendor, in constant time.
    ///
    /// # Errors
    /// [`NotGenuine`]: the proof is missing, wrong or too old. The caller answers with
    /// [`turn_away`](Self::turn_away) and keeps nothing.
    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine>;

    /// The answer to a webhook that is not genuine; none gives the usual refusal, a 401 with words for
    /// programs.
    fn turn_away(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let _ = (account, hook);
        None
    }

    /// Where something lies that a webhook is checked with, such as the certificate that signed it;
    /// none where everything is at hand. It is fetched once and kept, and given to
    /// [`verify_by`](Self::verify_by).
    fn proof_at(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let _ = (account, hook);
        None
    }

    /// The same as [`verify`](Self::verify), with what lies at [`proof_at`](Self::proof_at).
    ///
    /// # Errors
    /// [`NotGenuine`].
    fn verify_by(
        &self,
        account: &Account,
        hook: &Webhook,
        proof: &[u8],
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        let _ = proof;
        self.verify(account, hook, now)
    }

    /// What names a webhook that must be taken once only: nothing is read from one that comes again.
    /// None where what it says may be heard twice.
    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let _ = (account, hook);
        None
    }

    /// The answer to a webhook whose name came before; none answers it as the first was.
    fn turn_back(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let _ = (account, hook);
        None
    }

    /// What follows from a genuine webhook beside facts.
    fn heed(&self, account: &Account, hook: &Webhook) -> Heeded {
        let _ = (account, hook);
        Heeded::default()
    }

    /// The answer to a call that only asks whether we are there; none for every other call. Such a
    /// call is answered at once and leaves no trace, so it must not need [`verify`](Self::verify).
    fn greet(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let _ = (account, hook);
        None
    }

    /// Reads a genuine webhook into facts, oldest first. Kinds we do not know are skipped.
    ///
    /// # Errors
    /// [`ParseError`], which also says what becomes of the bytes.
    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError>;

    /// The answer to a webhook whose facts are on disk: one entry for each fact that
    /// [`parse`](Self::parse) read, in the same order. Most vendors want no more than 200.
    fn answer(&self, account: &Account, recorded: &[Recorded]) -> HttpReply {
        let _ = (account, recorded);
        HttpReply {
            status: 200,
            headers: Headers::default(),
            body: Vec::new(),
        }
    }

    /// Whether a vendor sends what happens on several accounts to one address. Each of our
    /// accounts that finds such a webhook genuine then [`parse`](Self::parse)s it and takes out
    /// what is its own.
    fn shares_webhooks(&self) -> bool {
        false
    }

    /// Asks a vendor that does not call us. None where the account needs no asking; a vendor that
    /// holds the call open until there is news is asked again at once.
    ///
    /// `telegram/poll.rs` does so.
    fn poll(&self, position: Option<&str>, asked: &Asked<'_>) -> Option<Next<Polled>> {
        let _ = (position, asked);
        None
    }

    /// Finds out where a file lies that came with a message. Only what
    /// [`parse`](Self::parse) left without a stored file is looked for; the bytes are fetched by
    /// the engine, within its limits. Unless a channel says otherwise the file is at its address.
    ///
    /// `telegram/files.rs` does so.
    ///
    /// # Errors
    /// It cannot be had, or not now.
    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        let _ = asked;
        let url = remote.media.url.clone().ok_or_else(|| {
            Refusal::Never(SendError::lasting(
                "no_address",
                "The vendor did not say where the file is.",
            ))
        })?;
        Ok(Step::Done(Source {
            url,
            authorization: None,
        }))
    }

    /// Gives a stored file to the vendor before the message that carries it, and says under what
    /// handle the vendor knows it then: [`Sending::handles`]. Done at once with none where the
    /// vendor fetches files by their address or takes them with the message.
    ///
    /// `whatsapp/files.rs` does so.
    ///
    /// # Errors
    /// The vendor does not take it.
    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        let _ = (media, asked);
        Ok(Step::Done(None))
    }

    /// Whether a message may be put on its way as it is: what no row of capabilities can say, such as
    /// how large all its files may be together.
    ///
    /// # Errors
    /// Why not.
    fn refuse(
        &self,
        account: &Account,
        to: &str,
        parts: &[Content],
        metadata: &Opaque,
    ) -> Result<(), Rejection> {
        let _ = (account, to, parts, metadata);
        Ok(())
    }

    /// Writes the calls that carry a message, in sending order. How many there are depends on the
    /// parts alone: a send that broke off is rendered again and goes on after the calls the vendor
    /// took. Never called where [`Capabilities::own_transport`] says that storing is sending.
    ///
    /// # Errors
    /// [`RenderError`]: content that was not fitted to [`capabilities`](Self::capabilities) first.
    /// That is a bug in the engine, not a mistake of the person writing.
    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError>;

    /// Reads the vendor's answer to one call of [`render`](Self::render): the ids under which it
    /// took it, the one that receipts name last; or why it did not.
    ///
    /// # Errors
    /// What became of it: later, or never.
    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome;

    /// Why the vendor keeps a message back that it took with this answer, in its words; none where
    /// it goes out. One that is kept back is not sent until the vendor reports so.
    fn kept_back(&self, reply: &HttpReply) -> Option<String> {
        let _ = reply;
        None
    }

    /// Under which id the vendor finds a call in its own logs, where its answer tells.
    fn trace(&self, reply: &HttpReply) -> Option<String> {
        let _ = reply;
        None
    }

    /// Whether the vendor says with this answer that it cannot show a sign at all, to nobody: it is not
    /// asked again until the channel is connected anew.
    fn cannot_show(&self, reply: &HttpReply) -> bool {
        let _ = reply;
        false
    }

    /// How much of what the vendor allows is used, in percent, where it says so beside its answers.
    /// From 90 on, what can wait is asked for seldom.
    fn used(&self, reply: &HttpReply) -> Option<u32> {
        let _ = reply;
        None
    }

    /// The id that a message bears because we wrote it in, where it bears one: answers name it,
    /// whatever the vendor calls the message. It is known under this id as soon as a call was taken.
    fn written_id(&self, account: &Account, message: MessageId) -> Option<String> {
        let _ = (account, message);
        None
    }

    /// What is kept with a message of how it went out, once the vendor took it.
    fn remark(&self, sending: &Sending<'_>) -> Opaque {
        let _ = sending;
        Opaque::new()
    }

    /// Whom the vendor sends nothing to although it took the call, by the same answer, and why: of
    /// those who get a copy, by their address.
    fn left_out(&self, account: &Account, reply: &HttpReply) -> Vec<(String, SendError)> {
        let _ = (account, reply);
        Vec::new()
    }

    /// Under which other address the vendor knows whom a call of [`render`](Self::render) was
    /// written to, where its answer tells: what the customer writes then comes from there.
    fn met(&self, to: &str, reply: &HttpReply) -> Option<InboundSender> {
        let _ = (to, reply);
        None
    }

    /// Changes a message at the vendor, which took it before: it says `parts` from now on, as many
    /// as it has now. Held where [`Capabilities::edits`] allows it. A vendor that already has it so
    /// is no error: the same change may be asked twice.
    ///
    /// `telegram/changes.rs` does so.
    ///
    /// # Errors
    /// The vendor does not change it.
    fn edit(&self, taken: &Taken<'_>, parts: &[Content], asked: &Asked<'_>) -> Next<()> {
        let _ = (taken, parts, asked);
        Err(Refusal::Never(not_offered("edits")))
    }

    /// Takes a message back at the vendor, with all its parts. Held where
    /// [`Capabilities::deletes`] allows it. One that is not there any more is no error.
    ///
    /// # Errors
    /// The vendor leaves it where it is.
    fn delete(&self, taken: &Taken<'_>, asked: &Asked<'_>) -> Next<()> {
        let _ = (taken, asked);
        Err(Refusal::Never(not_offered("deletes")))
    }

    /// Shows a customer what we do: typing, reading. Made once; what comes back is not read. None
    /// where the channel cannot show it.
    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        let _ = (sign, watcher);
        None
    }

    /// What the vendor wants to hear at once when a customer pressed a button, so that the press
    /// does not seem lost. Made once; what comes back is not read.
    fn acknowledge(&self, pressed: &Pressed<'_>) -> Vec<Call> {
        let _ = pressed;
        Vec::new()
    }
}
