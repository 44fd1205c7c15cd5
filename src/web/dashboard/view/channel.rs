//! One channel: its page and the tabs of it.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::BadgeView;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::TimeView;
use super::channels::FigureView;
use super::channels::HealthView;
use super::filters;
use super::setting::SectionView;
use super::setting::SettingView;
use super::setup::CheckView;
use super::setup::ChecksPart;
use super::setup::DomainPart;
use super::setup::HappenedView;
use super::setup::TripPart;
use super::setup::WebhookView;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// A website that asked for the widget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenView {
    /// Its address.
    pub site: String,
    /// When it did so last.
    pub time: TimeView,
    /// Whether it may show the chat.
    pub allowed: bool,
}

/// A secret the channel makes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    /// Its name in the settings.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub lead: String,
    /// Whether there is one, in words.
    pub stored: String,
    /// What replacing it breaks.
    pub warning: String,
    /// Shown once, right after it was made.
    pub fresh: Option<String>,
}

/// `<ol id="channel-events">`: what happened to a channel, newest first.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/channel_events.html")]
pub struct EventsPart {
    /// The lines.
    pub lines: Vec<HappenedView>,
    /// Where there are older ones.
    pub more: Option<String>,
    /// Where the newest are, on a page that does not begin with them.
    pub back: Option<String>,
}

/// What can be done about the service of a vendor's channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceView {
    /// It is connected, or was and is broken.
    pub connected: bool,
    /// What comes in starts nothing, and nothing goes out.
    pub paused: bool,
    /// It works: menus and the like can go out again.
    pub active: bool,
    /// Its vendor shows menus, commands or first questions of ours.
    pub publishes: bool,
    /// What the vendor puts into service only when somebody asks for it: "number".
    pub registers: Option<&'static str>,
    /// With whom a person signs in to let it into the account, and where that provider sends the
    /// person back to; none where accounts are not opened so.
    pub sign_in: Option<(&'static str, String)>,
}

/// Which tab of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelTab {
    /// State, snippet, figures, enable, delete.
    Overview {
        /// Figures.
        figures: Vec<FigureView>,
        /// Checks of the connection.
        checks: Vec<CheckView>,
        /// What can be done about the service of a vendor's channel.
        service: Option<ServiceView>,
    },
    /// A page of settings: posts to the same address.
    Settings {
        /// The last part of its address.
        path: &'static str,
        /// What is on it.
        sections: Vec<SectionView>,
        /// The languages the preview can be seen in: tag and own name.
        languages: Vec<(&'static str, &'static str)>,
    },
    /// `/menu`: what the vendor shows beside messages; posts to the same address.
    Menu {
        /// What is on it.
        sections: Vec<SectionView>,
        /// What the vendor did not take; may be empty.
        trouble: String,
        /// Where the vendor has the picture of the profile; may be empty.
        picture: String,
    },
    /// `/install`: how the chat comes to a website, and where it was seen.
    Install {
        /// The lines to put on a website.
        snippet: String,
        /// Address of the full-page chat.
        chat_url: String,
        /// Websites that asked for it, latest first.
        seen: Vec<SeenView>,
        /// What websites are built with, and where the lines go there.
        builders: Vec<(&'static str, &'static str)>,
    },
    /// `/opt-outs`: to whom nothing is sent any more. Where the list is kept by hand too it posts to the
    /// same address: `address` and `reason` to add one, `identity` and `reason` to remove one.
    OptOuts {
        /// What stands on it.
        words: &'static RegisterWords,
        /// The address somebody wants to add; none where the list is not kept by hand.
        adding: Option<FieldView>,
        /// Addresses, in order.
        rows: Vec<OptOutRow>,
        /// Where the list goes on.
        more: Option<String>,
        /// Where it begins, on a later part of it.
        back: Option<String>,
    },
    /// `/quarantine`: mails that could not be read. Posts `mail` to the same address with `do`: `again` or
    /// `delete`.
    Quarantine {
        /// Oldest first.
        rows: Vec<HeldRow>,
        /// Where the list goes on.
        more: Option<String>,
        /// Where it begins, on a later part of it.
        back: Option<String>,
    },
    /// `/credentials`: posts the name of a secret as `secret` to the same address to replace it.
    Credentials(Vec<SecretView>),
    /// `/settings` of a vendor's channel: posts to the same address.
    Account {
        /// The name among colleagues.
        name: FieldView,
        /// The settings.
        sections: Vec<SectionView>,
        /// Settings hardly anybody needs.
        rare: Vec<SettingView>,
        /// One of those is wrong, so that they are shown.
        rare_open: bool,
        /// The address of the signature as it stands under mails; empty where there is none.
        signature: String,
    },
    /// `/webhook` of a vendor's channel: posts the name of a secret as `secret` to replace it.
    Webhook {
        /// Where the vendor reports, and what to do about it there.
        webhook: WebhookView,
        /// Whether everything is in order.
        checks: ChecksPart,
        /// The secrets it made up.
        secrets: Vec<SecretView>,
    },
    /// `/delivery` of a channel of mail: posts to `/domain` and `/trip`.
    Delivery {
        /// Where the form for a try posts to.
        action: String,
        /// Whom to write to.
        to: FieldView,
        /// What became of the last try.
        trip: TripPart,
        /// How its domain stands.
        domain: DomainPart,
    },
    /// `/routing`: posts to the same address.
    Routing(Vec<SettingView>),
    /// `/events`.
    Events(EventsPart),
}

impl ChannelTab {
    /// The last part of its address; empty for the overview.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self {
            Self::Overview { .. } => "",
            Self::Settings { path, .. } => path,
            Self::Menu { .. } => "menu",
            Self::Install { .. } => "install",
            Self::Credentials(_) => "credentials",
            Self::Account { .. } => "settings",
            Self::Webhook { .. } => "webhook",
            Self::Delivery { .. } => "delivery",
            Self::OptOuts { .. } => "opt-outs",
            Self::Quarantine { .. } => "quarantine",
            Self::Routing(_) => "routing",
            Self::Events(_) => "events",
        }
    }
}

/// A mail that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// `mail_...`
    pub id: String,
    /// From whom; may be empty.
    pub from: String,
    /// Its subject; may be empty.
    pub subject: String,
    /// Why it stands here.
    pub why: String,
    /// "2.1 MB".
    pub size: String,
    /// When it came.
    pub came: TimeView,
    /// The address of the mail as it came; none where its bytes are not here.
    pub source: Option<String>,
}

/// What stands on the page of those to whom nothing is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct RegisterWords {
    /// What the list is called.
    pub title: &'static str,
    /// The title of an empty one.
    pub nobody: &'static str,
    /// Who comes to stand in it.
    pub who: &'static str,
    /// What follows from standing in it.
    pub foot: &'static str,
}

/// Somebody to whom nothing is sent any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutRow {
    /// Address of the person's page.
    pub href: String,
    /// Picture.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// The number or account.
    pub address: String,
    /// Why.
    pub why: &'static str,
    /// Since when.
    pub since: Option<TimeView>,
    /// How the address is removed, where that may be done here.
    pub remove: Option<RemoveView>,
}

/// How an address is removed from a list: a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveView {
    /// `ident_...`
    pub identity: String,
    /// What to write down.
    pub hint: &'static str,
    /// Whether it takes a reason.
    pub needs_reason: bool,
}

/// `/app/settings/channels/{id}` and its tabs. Other forms: `POST .../connect`, `POST .../disconnect`,
/// `POST .../delete` (field `confirm` repeats the name).
#[derive(Debug, Clone, askama::Template)]
#[template(path = "channel.html")]
pub struct ChannelPage {
    /// The frame.
    pub shell: ShellView,
    /// `ch_...`
    pub id: String,
    /// Kind.
    pub badge: BadgeView,
    /// Name.
    pub name: String,
    /// State.
    pub health: HealthView,
    /// Switched on.
    pub enabled: bool,
    /// It is switched on and off by one button, without a vendor who has a say in it.
    pub simple: bool,
    /// Where its set-up is finished, while it is not.
    pub unfinished: Option<String>,
    /// "Saved." or what is wrong.
    pub banner: Option<BannerView>,
    /// Its further tabs: the last part of the address, and the title.
    pub tabs: Vec<(&'static str, &'static str)>,
    /// Open tab.
    pub tab: ChannelTab,
    /// Whether the reader may change anything.
    pub may_change: bool,
}
