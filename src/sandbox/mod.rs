//! Nine vendors in the box: stand-ins for the services channels connect to.
//!
//! A channel reaches them by its `apiBaseUrl` alone and does not know. They take what the vendor
//! takes, refuse what it refuses in its own words, sign and post webhooks as it does, and show each
//! customer's phone as the customer would see it. Everything lives in memory, within bounds: it is a
//! toy for people and a bench for tests, not a store.
//!
//! What belongs here is a second reading of the vendors' contracts with types of its own; it shares
//! no code with `channels`, so that a mistake made once shows as a disagreement.
//!
//! Each vendor is a [`vendor::Vendor`]: decisions without waiting. [`Sandbox`] keeps the time around
//! them, [`post`] carries webhooks out, [`faults`] disturbs both on demand.

pub mod account;
pub mod act;
mod answers;
pub mod call;
pub mod chat;
pub mod clock;
pub mod desk;
mod email;
pub mod faults;
pub mod files;
mod graph;
pub mod journal;
pub mod mail;
mod opening;
mod page;
pub mod post;
pub mod queue;
mod receipts;
pub mod seed;
mod sms;
mod telegram;
pub mod vendor;
mod whatsapp;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::watch;

use crate::base::http::HttpReply;
use crate::base::random::Random;
use crate::base::time::Clock;
use crate::base::time::Timestamp;
use crate::net::http::Http;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Reached;
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Files;
use crate::sandbox::journal::Entry;
use crate::sandbox::journal::Journal;
use crate::sandbox::queue::Queue;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Vendor;

/// Where all addresses of vendors begin, below the server's own.
pub const ADDRESS: &str = "/sandbox/api";
/// Changes a page may be behind before it looks at everything again.
const CHANGES_MAX: usize = 256;

/// What the sandbox needs of the world.
pub struct Setup {
    /// The server's clock.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// The installation's secret; tokens are derived from it.
    pub secret: Vec<u8>,
    /// The way out.
    pub http: Http,
    /// The server's public address, without a slash at its end.
    pub public_url: String,
    /// The name of the business the phones show.
    pub business: String,
}

/// Something changed that a page may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A phone.
    Phone {
        /// The account.
        account: String,
        /// The customer.
        customer: String,
    },
    /// There are more phones than before.
    Phones,
    /// The wire log.
    Wire(u64),
    /// Switches, accounts, everything.
    All,
    /// The server stops.
    Closed,
}

/// All there is.
#[derive(Debug, Default)]
pub struct World {
    /// The accounts by their id.
    pub accounts: BTreeMap<String, Account>,
    /// The files.
    pub files: Files,
    /// What is still to happen.
    pub queue: Queue,
    /// What went over the wire.
    pub journal: Journal,
}

/// How a call ends.
#[derive(Debug)]
pub enum Answered {
    /// With an answer.
    Reply(HttpReply),
    /// The connection breaks off.
    Cut,
    /// There is no such vendor.
    Nobody,
}

/// The sandbox; cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    vendors: Vec<Box<dyn Vendor>>,
    clock: SandboxClock,
    random: Random,
    http: Http,
    seed: Seed,
    public_url: String,
    business: String,
    news: watch::Sender<u64>,
    changes: broadcast::Sender<Change>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sandbox")
    }
}

impl Sandbox {
    /// A sandbox with every vendor there is, and one account at each.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self::with(
            setup,
            vec![
                Box::new(whatsapp::WhatsApp),
                Box::new(telegram::Telegram),
                Box::new(sms::twilio::Twilio),
                Box::new(sms::vonage::Vonage),
                Box::new(sms::plivo::Plivo),
                Box::new(sms::generic::Generic),
                Box::new(email::postmark::Postmark),
                Box::new(email::sendgrid::SendGrid),
                Box::new(email::mailgun::Mailgun),
                Box::new(email::ses::Ses),
                Box::new(email::resend::Resend),
                Box::new(page::Page(page::Kind::Messenger)),
                Box::new(page::Page(page::Kind::Instagram)),
            ],
        )
    }

    /// A sandbox with these vendors and one account at each.
    #[must_use]
    pub fn with(setup: Setup, vendors: Vec<Box<dyn Vendor>>) -> Self {
        let names: Vec<&'static str> = vendors.iter().map(|vendor| vendor.name()).collect();
        let sandbox = Self(Arc::new(Inner {
            world: Mutex::default(),
            vendors,
            clock: SandboxClock::new(setup.clock),
            random: setup.random,
            http: setup.http,
            seed: Seed::of(&setup.secret),
            public_url: setup.public_url,
            business: setup.business,
            news: watch::Sender::new(0),
            changes: broadcast::Sender::new(CHANGES_MAX),
        }));
        for name in names {
            drop(sandbox.open(name));
        }
        sandbox
    }

    /// The vendors, in the order of the page.
    pub fn vendors(&self) -> impl Iterator<Item = &dyn Vendor> {
        self.0.vendors.iter().map(AsRef::as_ref)
    }

    /// A vendor.
    #[must_use]
    pub fn vendor(&self, name: &str) -> Option<&dyn Vendor> {
        self.vendors().find(|vendor| vendor.name() == name)
    }

    /// The address of a vendor, which is a channel's `apiBaseUrl`.
    #[must_use]
    pub fn address(&self, vendor: &str) -> String {
        format!("{}{ADDRESS}/{vendor}", self.0.public_url)
    }

    /// The vendors' clock.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.0.clock
    }

    /// Looks at everything. Nothing else happens meanwhile, so be quick.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world())
    }

    /// Changes an account: its switches, its schedule. None where there is no such account.
    pub fn change<T>(&self, account: &str, change: impl FnOnce(&mut Account) -> T) -> Option<T> {
        let changed = self.world().accounts.get_mut(account).map(change);
        self.tell(Change::All);
        changed
    }

    /// The settings of a channel that connects to an account.
    #[must_use]
    pub fn settings(&self, account: &str) -> Option<Vec<(&'static str, String)>> {
        let world = self.world();
        let account = world.accounts.get(account)?;
        let vendor = self.vendor(account.vendor)?;
        Some(vendor.settings(account, &self.address(account.vendor)))
    }

    /// Tells the vendor where to post, as a person does in its dashboard. Where the vendor first asks
    /// the address whether it is the business's own, it must answer rightly.
    ///
    /// # Errors
    /// A sentence that says why the vendor does not take it.
    pub async fn point(&self, account: &str, url: &str, secret: &str) -> Result<(), NotPossible> {
        let missing = || NotPossible("There is no such account.".to_owned());
        let question = if url.is_empty() {
            None
        } else {
            let world = self.world();
            let held = world.accounts.get(account).ok_or_else(missing)?;
            let vendor = self.vendor(held.vendor).ok_or_else(missing)?;
            let question = vendor.question(held, url, secret, self.now());
            question.map(|question| (question, held.vendor))
        };
        if let Some((question, vendor)) = question {
            let vendor = self.vendor(vendor).ok_or_else(missing)?;
            let answer = self.0.http.exchange(question.clone()).await;
            let answer = answer.map_err(|error| {
                NotPossible(format!("The address could not be reached: {error}."))
            })?;
            if !vendor.is_right(&question, &answer) {
                return Err(NotPossible(format!(
                    "The address did not answer the question rightly; it said {}.",
                    answer.status
                )));
            }
        }
        self.change(account, |account| {
            url.clone_into(&mut account.hook.url);
            secret.clone_into(&mut account.hook.secret);
            if let Some(vendor) = self.vendor(account.vendor) {
                vendor.pointed(account);
            }
        })
        .ok_or_else(missing)
    }

    /// Whether a person still has to tell the vendor where to post: it has no address, and channels
    /// do not bring one by themselves.
    #[must_use]
    pub fn wants_address(&self, account: &str) -> bool {
        let world = self.world();
        let account = world.accounts.get(account);
        account.is_some_and(|account| {
            let vendor = self.vendor(account.vendor);
            let waits = vendor.is_some_and(Vendor::is_told_by_hand);
            waits && account.hook.url.is_empty()
        })
    }

    /// Gives an account one more phone, or finds it.
    pub fn phone(&self, account: &str, customer: Customer) {
        self.change(account, |account| {
            account.phone(customer);
        });
    }

    /// Lets a customer do something.
    ///
    /// # Errors
    /// A sentence for whoever holds the phone.
    pub fn act(&self, account: &str, customer: &str, act: Act) -> Result<(), NotPossible> {
        let done = self.at_desk(account, |vendor, desk| {
            if desk.chat(customer).is_none() {
                return Err(NotPossible("There is no such phone.".to_owned()));
            }
            let before = desk.account.chats.len();
            if matches!(act, Act::Read) {
                receipts::read(vendor, desk, customer);
            } else {
                vendor.act(desk, customer, act)?;
            }
            Ok(desk.account.chats.len() > before)
        });
        self.tell_phone(account, customer);
        let missing = || Err(NotPossible("There is no such account.".to_owned()));
        if done.unwrap_or_else(missing)? {
            self.tell(Change::Phones);
        }
        Ok(())
    }

    /// Takes a phone off the network, or brings it back: what waited arrives.
    pub fn set_offline(&self, account: &str, customer: &str, offline: bool) {
        self.at_desk(account, |_, desk| {
            let Some(chat) = desk.chat_mut(customer) else {
                return;
            };
            chat.offline = offline;
            if !offline {
                for bubble in std::mem::take(&mut chat.waiting) {
                    desk.reach(Duration::ZERO, customer, &bubble, Reached::Delivered);
                }
            }
        });
        self.tell_phone(account, customer);
    }

    /// Whether whoever holds a phone looks at what comes.
    pub fn set_reads(&self, account: &str, customer: &str, reads: bool) {
        self.at_desk(account, |vendor, desk| {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.reads = reads;
            }
            if reads {
                receipts::read(vendor, desk, customer);
            }
        });
        self.tell_phone(account, customer);
    }

    /// Forgets what was said, what is broken and what is still to happen, at one account or at all.
    pub fn reset(&self, account: Option<&str>) {
        let mut world = self.world();
        let World {
            accounts,
            queue,
            journal,
            ..
        } = &mut *world;
        for known in accounts.values_mut() {
            if account.is_none_or(|asked| asked == known.id) {
                known.reset();
                queue.clear(&known.id);
            }
        }
        if account.is_none() {
            journal.clear();
            self.0.clock.reset();
        }
        drop(world);
        self.tell(Change::All);
    }

    /// Moves the vendors' clock forward.
    pub fn advance(&self, span: Duration) {
        self.0.clock.advance(span);
        self.tell(Change::All);
    }

    /// What changes, from now on; the end is told as [`Change::Closed`].
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.0.changes.subscribe()
    }

    /// Lets pages that listen go.
    pub fn close(&self) {
        self.tell(Change::Closed);
    }

    /// Whether nothing of an account is still to happen.
    #[must_use]
    pub fn is_quiet(&self, account: &str) -> bool {
        self.world().queue.open(account) == 0
    }

    fn note(&self, entry: Entry) {
        let id = self.world().journal.add(entry);
        self.tell(Change::Wire(id));
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works at the desk of an account; the vendor's decisions wait for nothing.
    fn at_desk<T>(
        &self,
        account: &str,
        work: impl FnOnce(&dyn Vendor, &mut Desk<'_>) -> T,
    ) -> Option<T> {
        let mut world = self.world();
        let World {
            accounts,
            files,
            queue,
            ..
        } = &mut *world;
        let account = accounts.get_mut(account)?;
        let vendor = self.vendor(account.vendor)?;
        let base = self.address(account.vendor);
        let mut desk = Desk {
            account,
            files,
            queue,
            random: &self.0.random,
            now: self.now(),
            base: &base,
            last_look: false,
        };
        Some(work(vendor, &mut desk))
    }

    fn tell(&self, change: Change) {
        // Without a page there is nobody to tell.
        drop(self.0.changes.send(change));
        self.news();
    }

    fn tell_phone(&self, account: &str, customer: &str) {
        self.tell(Change::Phone {
            account: account.to_owned(),
            customer: customer.to_owned(),
        });
    }

    fn news(&self) {
        self.0.news.send_modify(|count| *count += 1);
    }
}
