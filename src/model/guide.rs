//! What a person needs to know to connect a channel: what to have ready, and what to set up at the
//! vendor by hand.

/// How a kind of channel is connected, for the person who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guide {
    /// Whose pages are to be visited, such as `Meta`.
    pub vendor: &'static str,
    /// One line on what it is.
    pub about: &'static str,
    /// What is needed for it.
    pub needs: &'static str,
    /// How long it takes, such as `10 minutes`.
    pub time: &'static str,
    /// Where to look at the vendor before anything else: what the page is called, and its address.
    pub page: Option<(&'static str, &'static str)>,
    /// How the vendor learns where to report.
    pub webhook: Reporting,
    /// What to switch on at the vendor.
    pub topics: &'static [Topic],
    /// How somebody writes to us for the first time; `{address}` stands for where.
    pub first_message: &'static str,
}

/// How a vendor learns where to report what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporting {
    /// Connecting tells it.
    ByItself(&'static str),
    /// A person types the address in at the vendor; these are the steps.
    ByHand(&'static [&'static str]),
    /// It need not: linktor fetches what comes.
    Fetched(&'static str),
}

/// Something the vendor reports only once it is switched on there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// What the vendor calls it.
    pub name: &'static str,
    /// What it tells.
    pub tells: &'static str,
    /// Whether the channel is deaf without it.
    pub required: bool,
}

impl Topic {
    /// Something the channel is deaf without.
    #[must_use]
    pub const fn required(name: &'static str, tells: &'static str) -> Self {
        Self {
            name,
            tells,
            required: true,
        }
    }

    /// Something worth hearing.
    #[must_use]
    pub const fn useful(name: &'static str, tells: &'static str) -> Self {
        Self {
            name,
            tells,
            required: false,
        }
    }
}

impl Guide {
    /// The guide of a channel that says nothing of itself.
    pub const PLAIN: Self = Self {
        vendor: "the vendor",
        about: "Messages of your customers.",
        needs: "An account at the vendor",
        time: "10 minutes",
        page: None,
        webhook: Reporting::ByHand(&[
            "Where the vendor asks for a webhook address, enter this one.",
        ]),
        topics: &[],
        first_message: "Write to your own account from a phone.",
    };
}

/// What an account takes up at its vendor: two channels that share it would take each other's
/// messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The setting that says so.
    pub setting: &'static str,
    /// What it is called, such as `bot` or `number`.
    pub what: &'static str,
    /// What identifies it among all of its kind.
    pub key: String,
}
