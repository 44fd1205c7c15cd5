//! The contract of a channel with the engine.
//!
//! It stands in five groups, a file each: what the channel is (here), what is asked of the vendor
//! beside messages, templates, what comes in, what goes out. A channel writes the methods it needs;
//! the others do nothing.

use std::fmt::Debug;

pub use crate::channels::contract::answers::Heeded;
pub use crate::channels::contract::answers::NotGenuine;
pub use crate::channels::contract::answers::ParseError;
pub use crate::channels::contract::answers::Recorded;
pub use crate::channels::contract::answers::RenderError;
pub use crate::channels::contract::connects::Connects;
pub use crate::channels::contract::keeps_templates::KeepsTemplates;
pub use crate::channels::contract::receives::Receives;
pub use crate::channels::contract::sends::Sends;
use crate::channels::table::rename_aliases;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Content;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::outbound::Account;
use crate::model::outbound::Measure;
use crate::model::outbound::Pacing;
use crate::model::rejection::FieldError;

mod answers;
mod connects;
mod keeps_templates;
mod receives;
mod sends;

/// One way to talk with customers: a vendor, or our own web chat.
///
/// An implementation holds no state: everything it needs arrives with the call. Here stands what
/// the channel is and what an account of it looks like.
///
/// What takes more than one call is a dialogue. The engine shows what came back so far, makes the
/// call that is named, and asks again: `telegram/connect.rs` is such a dialogue.
pub trait Channel: Connects + KeepsTemplates + Receives + Sends + Debug + Send + Sync {
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

    /// What of an account the vendor puts into service only when a person asks for it, such as a
    /// `number`; none where nothing is.
    fn registers(&self) -> Option<&'static str> {
        None
    }

    /// How fast messages to an address may follow each other, where the vendor minds that beside
    /// [`Capabilities::sends_per_second`].
    fn pace(&self, to: &str) -> Option<Pacing> {
        let _ = to;
        None
    }

    /// How many of some messages that were written to go together are given to the vendor in one call,
    /// from the first on; 1 where each goes by itself.
    fn together(&self, account: &Account, to: &str, contents: &[&Content]) -> usize {
        let _ = (account, to, contents);
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
}
