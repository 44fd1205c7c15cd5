//! Adding a vendor's channel, step by step.

use super::assets;
use super::atoms::BadgeView;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::Icon;
use super::atoms::Tone;
use super::channels::TileView;
use super::filters;
use super::setting::SettingView;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// A step on the left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Its number.
    pub number: usize,
    /// What it is called.
    pub title: &'static str,
    /// A line under it.
    pub text: String,
    /// Its address, once there is a channel.
    pub href: Option<String>,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is the one that is shown.
    pub current: bool,
}

/// A line of a channel's log, with its time to the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HappenedView {
    /// RFC 3339.
    pub iso: String,
    /// "10:43:58", or "19 Nov 10:43".
    pub time: String,
    /// How it went.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// Plain title.
    pub title: String,
    /// Detail; may be empty.
    pub text: String,
}

/// `<section id="setup-live">`: what reaches us, on the right.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/setup_live.html")]
pub struct LivePart {
    /// Whose news these are.
    pub vendor: String,
    /// Whether something proved has come.
    pub heard: bool,
    /// "Waiting for the first message", or what came.
    pub title: String,
    /// What to do, or when it came.
    pub text: String,
    /// What happened, newest first.
    pub lines: Vec<HappenedView>,
}

/// A check and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    /// How it went; neutral while it is not known.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// What was looked at.
    pub title: String,
    /// What was found; may be empty.
    pub text: String,
}

/// `<section id="setup-checks">`: whether everything is in order.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/setup_checks.html")]
pub struct ChecksPart {
    /// Where "Run again" posts to.
    pub action: String,
    /// For the form.
    pub csrf: String,
    /// The checks.
    pub checks: Vec<CheckView>,
}

impl ChecksPart {
    /// "4 of 5 passed".
    #[must_use]
    pub fn passed(&self) -> String {
        let passed = self.checks.iter().filter(|check| check.tone == Tone::Ok);
        format!("{} of {} passed", passed.count(), self.checks.len())
    }
}

/// A record of the name system that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordView {
    /// What was found, in a word: "In order".
    pub check: CheckView,
    /// Its word for the state.
    pub word: &'static str,
    /// The records that are there.
    pub found: Vec<String>,
    /// What to add: kind, name, value.
    pub add: Option<(&'static str, String, String)>,
}

/// `<section id="setup-domain">`: how a domain of mail stands in the name system.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/setup_domain.html")]
pub struct DomainPart {
    /// Where "Check again" posts to.
    pub action: String,
    /// For the form.
    pub csrf: String,
    /// The domain, once it was looked at.
    pub domain: String,
    /// When that was: "10:41"; none while it was not looked at.
    pub at: Option<String>,
    /// Record by record.
    pub records: Vec<RecordView>,
}

/// `<section id="setup-trip">`: a mail sent and awaited.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/setup_trip.html")]
pub struct TripPart {
    /// What became of the last one, step by step; empty while there was none.
    pub steps: Vec<CheckView>,
}

/// Where the vendor reports, and what to do about it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookView {
    /// What there is to do, in a few words.
    pub title: String,
    /// Where the vendor reports.
    pub url: String,
    /// The same with what proves a call written into it; none where the vendor signs what it says.
    pub proving_url: Option<String>,
    /// What it says back when it asks whether the address is ours; none where it does not ask.
    pub verify_token: Option<String>,
    /// A sentence, where nothing has to be done.
    pub lead: Option<String>,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to switch on: name, what it tells, whether it must be.
    pub topics: Vec<(String, String, bool)>,
    /// Where at the vendor: what the page is called, and its address.
    pub page: Option<(String, String)>,
    /// Whose address is not reachable from outside, in words.
    pub unreachable: Option<String>,
}

/// `<section id="setup-tried">`: what became of the message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/setup_tried.html")]
pub struct TriedPart {
    /// Sending.
    pub sent: CheckView,
    /// Receiving.
    pub received: CheckView,
    /// Both went well.
    pub ready: Option<String>,
    /// The inbox, at the conversation where there is one.
    pub inbox: String,
}

impl TriedPart {
    fn both(&self) -> [&CheckView; 2] {
        [&self.sent, &self.received]
    }
}

/// Which step is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupStep {
    /// Which of several providers: shown before the fields, because it decides them.
    Providers(Vec<TileView>),
    /// What proves the account: posts to `action`.
    Credentials {
        /// Where the form posts to.
        action: String,
        /// Where the person is pointed to first: what the page is called, and its address.
        page: Option<(String, String)>,
        /// The name among colleagues.
        name: FieldView,
        /// Values that were chosen before.
        hidden: Vec<(String, String)>,
        /// Where the form posts to, to have the servers of an address found.
        find: Option<String>,
        /// The fields.
        fields: Vec<SettingView>,
        /// Fields hardly anybody needs.
        rare: Vec<SettingView>,
        /// One of those is wrong, so that they are shown.
        rare_open: bool,
    },
    /// What the vendor has to be told.
    Webhook {
        /// What there is to do.
        webhook: WebhookView,
        /// Whether everything is in order.
        checks: ChecksPart,
        /// How its domain stands, for a channel of mail.
        domain: Option<DomainPart>,
        /// The next step.
        next: String,
    },
    /// Who answers.
    Routing {
        /// Where the form posts to.
        action: String,
        /// The fields.
        fields: Vec<SettingView>,
    },
    /// One message each way.
    Test {
        /// Where the form posts to; none where the channel cannot write first.
        action: Option<String>,
        /// Whom to write to.
        to: FieldView,
        /// What to write.
        words: String,
        /// What to type.
        hint: String,
        /// How somebody writes to us.
        first_message: String,
        /// What came of it.
        tried: TriedPart,
        /// Where the customer's phone is, for a channel on the sandbox.
        phone: Option<String>,
    },
}

/// `/app/settings/channels/new/{kind}` and `/app/settings/channels/{id}/setup?step=...`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "channel_setup.html")]
pub struct SetupPage {
    /// The frame.
    pub shell: ShellView,
    /// Kind.
    pub badge: BadgeView,
    /// "WhatsApp".
    pub kind: String,
    /// "Saved 10:41"; none while nothing is kept.
    pub saved: Option<String>,
    /// What was chosen, what is open, what is to come.
    pub steps: Vec<StepView>,
    /// What is wrong, or done.
    pub banner: Option<BannerView>,
    /// The step before; none at the first.
    pub back: Option<String>,
    /// The open step.
    pub step: SetupStep,
    /// What reaches us, once there is an address.
    pub live: Option<LivePart>,
    /// Where the form for a sandbox account posts to, where there is a sandbox and no channel yet.
    pub sandbox: Option<String>,
    /// Whose account that would spare.
    pub vendor: String,
}
