//! Opening accounts, for the first time and again after a restart.

use std::cmp::Reverse;

use crate::sandbox::Change;
use crate::sandbox::Sandbox;
use crate::sandbox::account::Account;
use crate::sandbox::vendor::Vendor;

/// Accounts of one vendor.
const ACCOUNTS_MAX: usize = 50;

impl Sandbox {
    /// Opens one more account at a vendor; its id. None for a vendor that does not exist, or that has
    /// no room.
    #[must_use]
    pub fn open(&self, vendor: &str) -> Option<String> {
        let vendor = self.vendor(vendor)?;
        let mut world = self.world();
        let taken = world.accounts.values();
        let number = 1 + taken.filter(|known| known.vendor == vendor.name()).count();
        if number > ACCOUNTS_MAX {
            return None;
        }
        let account = self.fresh(vendor, number);
        let id = account.id.clone();
        world.accounts.insert(id.clone(), account);
        drop(world);
        self.tell(Change::All);
        Some(id)
    }

    /// Opens the account again that a channel of this kind was made with, and those before it; its
    /// id. `holds` says whether the channel has this value in this setting. None where the channel
    /// fits no account.
    pub fn reopen(&self, channel: &str, holds: impl Fn(&str, &str) -> bool) -> Option<String> {
        let vendors = self.vendors().filter(|vendor| vendor.channel() == channel);
        let places = vendors.flat_map(|vendor| (1..=ACCOUNTS_MAX).map(move |at| (vendor, at)));
        let fits = |&(vendor, number): &(&dyn Vendor, usize)| {
            let own = self.own_settings(vendor, number).into_iter();
            own.filter(|(name, value)| holds(name, value)).count()
        };
        // A number of few digits may be two accounts'; all that a channel holds is one's alone.
        let place = places.min_by_key(|place| Reverse(fits(place)));
        let (vendor, number) = place.filter(|place| fits(place) > 0)?;
        let id = id_of(vendor, number);
        while self.look(|world| !world.accounts.contains_key(&id)) {
            self.open(vendor.name())?;
        }
        Some(id)
    }

    /// An account as it is when it is opened: always the same.
    fn fresh(&self, vendor: &dyn Vendor, number: usize) -> Account {
        let mut account = Account::new(&id_of(vendor, number), vendor.name(), &self.0.business);
        vendor.open(&mut account, &self.0.seed);
        account
    }

    /// The settings that tell an account from the next one of its vendor.
    fn own_settings(&self, vendor: &dyn Vendor, number: usize) -> Vec<(&'static str, String)> {
        let base = self.address(vendor.name());
        let settings = |number| vendor.settings(&self.fresh(vendor, number), &base);
        let next = settings(number + 1);
        let mut own = settings(number);
        own.retain(|setting| !next.contains(setting));
        own
    }
}

/// The name of an account: the vendor's for its first.
fn id_of(vendor: &dyn Vendor, number: usize) -> String {
    match number {
        1 => vendor.name().to_owned(),
        _ => format!("{}-{number}", vendor.name()),
    }
}
