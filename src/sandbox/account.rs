//! An account of a business at a vendor, and what the business set up there.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Customer;
use crate::sandbox::faults::Faults;

/// Phones of one account.
const CHATS_MAX: usize = 2_000;

/// When receipts come, and whether they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// How long after a message was taken it is on the phone.
    pub delivered_after: Duration,
    /// How long after that it is read, on phones whose owner looks.
    pub read_after: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            delivered_after: Duration::from_millis(400),
            read_after: Duration::from_millis(1_200),
        }
    }
}

/// Where a vendor posts what happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hook {
    /// The address; empty while there is none.
    pub url: String,
    /// What proves it, where the business chose it: a verify token, a secret token.
    pub secret: String,
}

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name in the sandbox, such as `whatsapp` or `whatsapp-2`.
    pub id: String,
    /// The vendor's name.
    pub vendor: &'static str,
    /// What people see: the name of the business.
    pub name: String,
    /// Everything a person would paste into the channel's settings, by the setting's name, and what
    /// else identifies the account.
    pub keys: BTreeMap<&'static str, String>,
    /// Where webhooks go.
    pub hook: Hook,
    /// What the business set up: menus, commands, templates, by a name the vendor chooses.
    pub kept: BTreeMap<String, Value>,
    /// The phones, by the customer's id.
    pub chats: BTreeMap<String, Chat>,
    /// What is broken.
    pub faults: Faults,
    /// When receipts come.
    pub schedule: Schedule,
    /// Calls so far.
    pub calls: u64,
    /// Webhooks so far.
    pub events: u64,
    /// When the business wrote lately, newest last; for limits.
    pub sent_at: VecDeque<Timestamp>,
}

impl Account {
    /// An account with nothing set up.
    #[must_use]
    pub fn new(id: &str, vendor: &'static str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            vendor,
            name: name.to_owned(),
            keys: BTreeMap::new(),
            hook: Hook::default(),
            kept: BTreeMap::new(),
            chats: BTreeMap::new(),
            faults: Faults::default(),
            schedule: Schedule::default(),
            calls: 0,
            events: 0,
            sent_at: VecDeque::new(),
        }
    }

    /// One of its keys; empty where there is none.
    #[must_use]
    pub fn key(&self, name: &str) -> &str {
        self.keys.get(name).map_or("", String::as_str)
    }

    /// A secret webhooks are signed with: its own, or another one while that switch is on.
    #[must_use]
    pub fn signing(&self, name: &str) -> String {
        if self.faults.secret_changed {
            self.key(name).chars().rev().collect()
        } else {
            self.key(name).to_owned()
        }
    }

    /// The phone of a customer, made where it is new.
    pub fn phone(&mut self, customer: Customer) -> &mut Chat {
        if self.chats.len() >= CHATS_MAX && !self.chats.contains_key(&customer.id) {
            self.chats.pop_first();
        }
        self.chats
            .entry(customer.id.clone())
            .or_insert_with(|| Chat::new(customer))
    }

    /// Forgets what was said and what is broken; the keys and the set-up stay.
    pub fn reset(&mut self) {
        for chat in self.chats.values_mut() {
            *chat = Chat::new(chat.customer.clone());
        }
        self.faults = Faults::default();
        self.schedule = Schedule::default();
        self.sent_at.clear();
    }
}
