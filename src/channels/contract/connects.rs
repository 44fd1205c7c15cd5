//! What a channel asks its vendor beside messages.

use crate::channels::contract::answers::not_offered;

use crate::model::Opaque;
use crate::model::contact::Admission;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Moment;
use crate::model::outbound::Next;
use crate::model::outbound::Person;
use crate::model::outbound::Regained;
use crate::model::outbound::Renewed;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;
use crate::model::visit::Visit;

/// What is asked of a vendor beside messages: that an account works and reports to us, that access
/// is renewed, what it shows of the account, who somebody is.
pub trait Connects {
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
    /// `Capabilities::inspected_every_secs` says; none where there is nothing to look at.
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

    /// What is kept with an account about what [`publish`](Self::publish) shows, at this moment of
    /// it: what its vendor does not tell of can only be taken away later where somebody knows of it.
    fn shown(&self, account: &Account, moment: Moment) -> Opaque {
        let _ = (account, moment);
        Opaque::new()
    }

    /// Has the vendor put the account into service. Held where
    /// [`registers`](crate::channels::Channel::registers) says that somebody may ask for it, and only
    /// then.
    ///
    /// # Errors
    /// The vendor does not do it.
    fn register(&self, asked: &Asked<'_>) -> Next<()> {
        let _ = asked;
        Err(Refusal::Never(not_offered("registering")))
    }

    /// Takes the conversation with somebody back from another app of the vendor. Held where a
    /// [`Notice`](crate::model::inbound::Notice) said that another one has it; one that is ours
    /// already is no error.
    ///
    /// # Errors
    /// The vendor does not give it back.
    fn take_over(&self, address: &str, asked: &Asked<'_>) -> Next<Regained> {
        let _ = (address, asked);
        Err(Refusal::Never(not_offered("other apps")))
    }

    /// Hands the conversation with somebody to the vendor's own inbox. Held where
    /// `Capabilities::hands_over` says that it can be.
    ///
    /// # Errors
    /// The vendor does not take it.
    fn hand_over(&self, address: &str, asked: &Asked<'_>) -> Next<()> {
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

    /// Asks the vendor who somebody is. Held where `Capabilities::profiles` says that it tells:
    /// once somebody wrote, and again after days. Done with nothing where the vendor does not say;
    /// a message never waits for it.
    ///
    /// # Errors
    /// Not now.
    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        let _ = (address, asked);
        Ok(Step::Done(Person::default()))
    }
}
