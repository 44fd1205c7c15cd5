//! The page with the phones as templates want it.

use askama::Template;

use crate::web::dashboard::view::assets;
use crate::web::dashboard::view::filters;

/// `/sandbox`.
#[derive(Template)]
#[template(path = "sandbox.html")]
pub struct SandboxPage {
    /// The look.
    pub theme: String,
    /// The proof of forms.
    pub csrf: String,
    /// Whether this is the demo.
    pub demo: bool,
    /// What was refused, where a form was.
    pub problem: Option<String>,
    /// The phones, rendered.
    pub phones: Vec<String>,
    /// The web chat whose widget is shown, where there is one.
    pub webchat: Option<String>,
    /// The badge of that.
    pub badge: String,
    /// The switches, rendered.
    pub switches: String,
    /// The wire log, rendered.
    pub wire: String,
    /// The accounts.
    pub accounts: Vec<AccountRow>,
    /// Vendors an account can be opened at: name and title.
    pub vendors: Vec<(&'static str, &'static str)>,
}

/// An account with what a person pastes.
pub struct AccountRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The kind of channel.
    pub channel: &'static str,
    /// The vendor's badge.
    pub badge: String,
    /// Names and values of settings.
    pub settings: Vec<(&'static str, String)>,
    /// Where webhooks go.
    pub hook: String,
    /// What proves them.
    pub secret: String,
}

/// One phone.
#[derive(Template)]
#[template(path = "parts/phone.html")]
pub struct PhonePart {
    /// The proof of the form.
    pub csrf: String,
    /// The vendor's name.
    pub vendor: &'static str,
    /// Its title.
    pub title: String,
    /// The badge.
    pub badge: String,
    /// The account.
    pub account: String,
    /// The customer's id.
    pub customer: String,
    /// Both as one word for ids of elements.
    pub key: String,
    /// Who holds it.
    pub name: String,
    /// Whether they want to hear nothing more.
    pub blocked: bool,
    /// Whether it has no network.
    pub offline: bool,
    /// The business.
    pub business: String,
    /// Its first letter.
    pub initial: String,
    /// Below the business.
    pub subtitle: String,
    /// What stands in the empty field.
    pub placeholder: &'static str,
    /// What is said so far, rendered.
    pub thread: String,
    /// What else can be sent: value and words.
    pub extras: Vec<(&'static str, &'static str)>,
    /// Whether files can be sent.
    pub files: bool,
    /// Whether it is a mail program.
    pub mail: bool,
}

/// The switches of an account.
#[derive(Template)]
#[template(path = "parts/sandbox_switches.html")]
pub struct SwitchesPart {
    /// The proof of the forms.
    pub csrf: String,
    /// Every account: id and words.
    pub accounts: Vec<(String, String)>,
    /// The one that is shown.
    pub account: String,
    /// Its switches.
    pub rows: Vec<SwitchRow>,
    /// When receipts come.
    pub delivered_ms: u32,
    /// And when after that.
    pub read_ms: u32,
    /// The vendors' time.
    pub now: String,
    /// How far ahead that is, in hours.
    pub ahead: u64,
}

/// One switch.
pub struct SwitchRow {
    /// The field.
    pub name: &'static str,
    /// The words.
    pub label: &'static str,
    /// Whether it is on.
    pub on: bool,
    /// Its number, where it has one.
    pub value: Option<u32>,
    /// What the number is.
    pub about: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

/// The wire log.
#[derive(Template)]
#[template(path = "parts/wire.html")]
pub struct WirePart {
    /// Newest first.
    pub entries: Vec<WireRow>,
}

/// A line of it.
pub struct WireRow {
    /// Its number.
    pub id: u64,
    /// Whether it went to the business.
    pub inward: bool,
    /// What it was.
    pub title: String,
    /// What was answered.
    pub status: u16,
    /// When.
    pub time: String,
    /// Whose.
    pub account: String,
    /// What else.
    pub note: String,
    /// How it went.
    pub tone: &'static str,
}

/// One exchange in full.
#[derive(Template)]
#[template(path = "parts/wire_entry.html")]
pub struct WireEntryPart {
    /// The request.
    pub request: String,
    /// The answer.
    pub answer: String,
}
