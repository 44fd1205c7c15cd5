//! Email over SMTP and through mail services: one file each, and one line in
//! [`provider`](self::provider).
//!
//! Facts are from `channels/email.md`, cited by section. How a mail lies in a message:
//!
//! * the words are the content of the message;
//! * of what comes in, `metadata` keeps `subject`, `messageId`, `inReplyTo`, `references`, `cc`,
//!   `toAll`, `html` and the rest of section 3.1;
//! * of what goes out, `metadata.email` holds what the writer wants beside the words: `subject`,
//!   `html`, `cc`, `bcc`, `replyTo`, `inReplyTo`, `references`, `includeQuote`, `marketing` and
//!   `attachments`, each of these a stored file (`{mediaId, filename, mimeType, size, contentId?}`).
//!   No `cc` at all answers everybody, an empty one the customer alone. Once it went out, `metadata`
//!   holds `subject`, `messageId`, `toAll`, `cc` and `bcc` as they were, in the names of what comes
//!   in.

pub mod address;
pub mod caps;
mod check;
pub mod compose;
pub mod discover;
pub mod dkim;
pub mod domain;
mod fault;
mod guide;
pub mod hooks;
pub mod imap;
pub mod incoming;
mod mailgun;
mod oauth;
mod postmark;
mod provider;
pub mod raw;
mod reporting;
mod resend;
mod sendgrid;
mod ses;
mod sign_in;
mod smtp;
mod table;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod unsubscribe;
pub mod wishes;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::Connects;
use crate::channels::Heeded;
use crate::channels::KeepsTemplates;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::Receives;
use crate::channels::RenderError;
use crate::channels::Sends;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::thread;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Lying;
use crate::channels::email::provider::provider;
use crate::channels::table::rename_aliases;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Content;
use crate::model::filling::Blank;
use crate::model::filling::Filling;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::guide::Guide;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMail;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Renewed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Step;
use crate::model::outbound::Watcher;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;
use crate::model::visit::Visit;

const KIND: &str = "email";

/// How many automatic mails an address gets within an hour where nobody chose.
const MACHINE_MESSAGES: u32 = 5;

/// Email.
#[derive(Debug, Clone, Copy)]
pub struct Email;

impl Channel for Email {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn name(&self) -> &'static str {
        "Email"
    }

    fn settings(&self) -> &'static [Setting] {
        table::SETTINGS
    }

    fn guide(&self, settings: &Opaque) -> &'static Guide {
        guide::of(settings)
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn reach(&self, account: &Account, _to: &str) -> &'static Capabilities {
        provider(account).map_or(&caps::CAPABILITIES, provider::Provider::capabilities)
    }

    fn address(&self, _settings: &Opaque, typed: &str) -> Option<String> {
        Some(address::Mailbox::read(typed)?.address)
    }

    fn sends_per_second(&self, settings: &Opaque) -> u32 {
        provider::pace(settings)
    }

    fn machine_messages(&self, settings: &Opaque) -> Option<u32> {
        let chosen = settings.get("autoMessagesPerHour").and_then(Value::as_u64);
        let chosen = chosen.and_then(|chosen| u32::try_from(chosen).ok());
        Some(chosen.unwrap_or(MACHINE_MESSAGES))
    }

    /// Clients that know one service call its domain just that.
    fn adopt(&self, settings: &mut Opaque) {
        rename_aliases(self.settings(), settings);
        let is_mailgun = settings.get("provider").and_then(Value::as_str) == Some("mailgun");
        if is_mailgun
            && !settings.contains_key("mailgunDomain")
            && let Some(domain) = settings.get("domain").cloned()
        {
            settings.insert("mailgunDomain".to_owned(), domain);
        }
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        check::all(account)
    }
}

impl Connects for Email {
    /// A mailbox is signed in to before anything else; then the way out is proved.
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let provider = provider(asked.account).ok_or_else(nobody)?;
        match (imap::proof(asked.account), asked.replies.split_first()) {
            (None, _) => provider.connect(asked),
            (Some(call), None) => Ok(Step::Ask {
                what: "imapPassword",
                call,
            }),
            (Some(_), Some((_, replies))) => provider.connect(&Asked { replies, ..*asked }),
        }
    }

    /// Asks a service what proves the account, and not what connecting sets up behind that; then what it
    /// may have told while nobody listened. A mail server is tried by every mail.
    fn inspect(&self, asked: &Asked<'_>) -> Option<Next<Connected>> {
        let provider = provider(asked.account).filter(|provider| provider.is_service())?;
        let first = Asked {
            replies: asked.replies.get(..1).unwrap_or_default(),
            ..*asked
        };
        let connected = match provider.connect(&first) {
            Ok(Step::Done(connected)) => connected,
            Ok(Step::Ask { .. }) if !first.replies.is_empty() => Connected::default(),
            asks_or_refused => return Some(asks_or_refused),
        };
        let missed = provider.ask_missed(asked.account, asked.now);
        Some(Ok(match (missed, asked.replies.get(1)) {
            (Some(request), None) => Step::Ask {
                what: "events",
                call: Call::http(request),
            },
            (_, reply) => Step::Done(Connected {
                missed: reply.map_or_else(Vec::new, |reply| provider.read_missed(reply)),
                ..connected
            }),
        }))
    }

    fn refresh(&self, asked: &Asked<'_>) -> Next<Renewed> {
        oauth::refresh(asked)
    }

    fn sign_in_at(
        &self,
        account: &Account,
        visit: &Visit,
    ) -> Result<Option<String>, Vec<FieldError>> {
        sign_in::page(account, visit)
    }

    fn let_in(&self, code: &str, visit: &Visit, asked: &Asked<'_>) -> Next<Renewed> {
        sign_in::tokens(code, visit, asked)
    }

    fn forget_access(&self, account: &mut Account) -> bool {
        oauth::forget(account)
    }
}

impl KeepsTemplates for Email {
    fn template_terms(&self) -> Option<&'static TemplateTerms> {
        Some(&templates::TERMS)
    }

    fn check_template(&self, draft: &TemplateDraft) -> Vec<FieldError> {
        templates::check(draft)
    }

    fn template_blanks(&self, template: &VendorTemplate) -> Vec<Blank> {
        templates::blanks(template)
    }

    fn fill_template(
        &self,
        template: &VendorTemplate,
        values: &BTreeMap<String, String>,
    ) -> Filling {
        templates::fill(template, values)
    }

    fn wrong_values(&self, template: &VendorTemplate, filled: &[Opaque]) -> Vec<FieldError> {
        templates::wrong_values(template, filled)
    }

    fn preview_template(&self, template: &VendorTemplate, filled: &[Opaque]) -> Preview {
        templates::preview(template, filled)
    }

    fn create_template(&self, draft: &TemplateDraft, _: &Asked<'_>) -> Next<VendorTemplate> {
        Ok(Step::Done(templates::kept(draft)))
    }

    fn edit_template(
        &self,
        _: &VendorTemplate,
        draft: &TemplateDraft,
        _: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        Ok(Step::Done(templates::kept(draft)))
    }

    fn delete_template(&self, _: &VendorTemplate, _: &Asked<'_>) -> Next<()> {
        Ok(Step::Done(()))
    }
}

impl Receives for Email {
    fn proving_url(&self, account: &Account) -> Option<String> {
        let name = account.text("provider")?;
        let needs = ["sendgrid", "ses", "postmark"].contains(&name);
        needs.then(|| hooks::secret_url(account))
    }

    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let provider = provider(account).ok_or(NotGenuine)?;
        provider.verify(account, hook, None, now)
    }

    fn proof_at(&self, account: &Account, hook: &Webhook) -> Option<String> {
        provider(account)?.proof_at(account, hook)
    }

    fn verify_by(
        &self,
        account: &Account,
        hook: &Webhook,
        proof: &[u8],
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        let provider = provider(account).ok_or(NotGenuine)?;
        provider.verify(account, hook, Some(proof), now)
    }

    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        provider(account)?.once(hook)
    }

    fn heed(&self, account: &Account, hook: &Webhook) -> Heeded {
        provider(account).map_or_else(Heeded::default, |provider| provider.heed(account, hook))
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        let provider = provider(account);
        let mut events = provider.map_or_else(Vec::new, |provider| provider.read(account, hook));
        events.extend(mails(account, hook).into_iter().map(arriving));
        Ok(events)
    }
}

impl Sends for Email {
    fn refuse(
        &self,
        account: &Account,
        _to: &str,
        parts: &[Content],
        metadata: &Opaque,
    ) -> Result<(), Rejection> {
        check::mail(account, parts, metadata)
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        let unwritable = |content| RenderError {
            kind: KIND,
            content,
        };
        let provider = provider(sending.account);
        let provider = provider.ok_or_else(|| unwritable("a message of no provider"))?;
        let letter = Letter::of(sending)?;
        let calls = provider.send(&letter);
        calls.map_err(|_| unwritable("a mail with such addresses"))
    }

    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome {
        match provider(account) {
            Some(provider) => provider.read_reply(account, reply),
            None => Err(nobody()),
        }
    }

    fn left_out(&self, account: &Account, reply: &HttpReply) -> Vec<(String, SendError)> {
        provider(account).map_or_else(Vec::new, |provider| provider.left_out(reply))
    }

    /// What was read here is marked as read in the mailbox too, where that is wanted. Typing is shown
    /// to nobody.
    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        match sign {
            Sign::Seen => imap::seen(watcher),
            Sign::Typing => None,
        }
    }

    fn written_id(&self, account: &Account, message: MessageId) -> Option<String> {
        Some(thread::minted(account, message))
    }

    fn remark(&self, sending: &Sending<'_>, _reply: &HttpReply) -> Opaque {
        Letter::of(sending).map_or_else(|_| Opaque::new(), |letter| letter.remark())
    }
}

/// The mails that a genuine webhook brings, or tells of.
#[must_use]
pub fn mails(account: &Account, hook: &Webhook) -> Vec<Claim> {
    provider(account).map_or_else(Vec::new, |provider| provider.mails(account, hook))
}

/// A mail as a fact: with its bytes, or with what has to be asked for them.
fn arriving(claim: Claim) -> InboundEvent {
    InboundEvent::Mail(if claim.place.is_empty() {
        InboundMail::Raw(claim.mail)
    } else {
        InboundMail::Elsewhere {
            place: claim.place,
            envelope: claim.mail.apart().1,
        }
    })
}

/// Where the bytes of a mail lie that a webhook only tells of.
///
/// # Errors
/// They cannot be had, or not now.
pub fn mail_at(claim: &Claim, asked: &Asked<'_>) -> Next<Lying> {
    match provider(asked.account) {
        Some(provider) => provider.mail_at(claim, asked),
        None => Err(nobody()),
    }
}

fn nobody() -> Refusal {
    fault::misconfigured("Choose the service that carries the mails.")
}
