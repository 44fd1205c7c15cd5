//! Channels: list, adding one, one channel.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::BadgeView;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::Icon;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::filters;
use super::format;
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

/// How a channel is, in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthView {
    /// "Healthy", "Not receiving", "Off", "Set-up not finished".
    pub word: String,
    /// Its colour.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
}

impl HealthView {
    /// Works.
    #[must_use]
    pub fn healthy() -> Self {
        Self::of("Healthy", Tone::Ok, Icon::HEALTHY)
    }

    /// Any other state.
    #[must_use]
    pub fn of(word: &str, tone: Tone, icon: Icon) -> Self {
        Self {
            word: word.to_owned(),
            tone,
            icon,
        }
    }
}

/// One channel in the table: `<tr id="channel-ch_...">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRow {
    /// `ch_...`
    pub id: String,
    /// Kind.
    pub badge: BadgeView,
    /// Name given by the owner.
    pub name: String,
    /// Address, or "auroracoffee.example, 41 visitors online".
    pub about: String,
    /// Stands in for a vendor.
    pub sandbox: bool,
    /// State.
    pub health: HealthView,
    /// How long its access holds: "Never expires", "Expires in 6 d".
    pub access: (Tone, String),
    /// Last message in.
    pub last_in: Option<TimeView>,
    /// Last message out.
    pub last_out: Option<TimeView>,
    /// Messages of the last 24 hours.
    pub messages_24h: u64,
    /// Messages per hour, oldest first, for the small line; may be empty.
    pub hours: Vec<u32>,
}

impl ChannelRow {
    /// The small line as points of an SVG 110 wide and 24 high.
    #[must_use]
    pub fn line(&self) -> String {
        sparkline(&self.hours, 110, 24)
    }
}

/// Points of a line through `values` in a box of that size; empty for fewer than two values.
#[must_use]
pub fn sparkline(values: &[u32], width: u32, height: u32) -> String {
    let top = u64::from(values.iter().copied().max().unwrap_or(0).max(1));
    let steps = values.len().saturating_sub(1);
    if steps == 0 {
        return String::new();
    }
    let room = u64::from(height - 2);
    values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let x = at * width as usize / steps;
            let y = 1 + room - u64::from(*value) * room / top;
            format!("{x},{y}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureView {
    /// "Messages, last 24 h".
    pub label: String,
    /// "14,208".
    pub value: String,
    /// Said smaller after the value: "MB of 256 MB limit"; may be empty.
    pub unit: String,
    /// The line below; may be empty.
    pub text: String,
}

/// A channel that somebody should look after, above the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubleView {
    /// How bad it is.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// What is wrong.
    pub title: String,
    /// Why, or what follows.
    pub text: String,
    /// Where it is mended.
    pub href: String,
    /// What is done there: "Reconnect".
    pub verb: &'static str,
}

/// `/app/settings/channels`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "channels.html")]
pub struct ChannelsPage {
    /// The frame.
    pub shell: ShellView,
    /// Four figures.
    pub figures: Vec<FigureView>,
    /// What is wrong, worst first, at most three.
    pub banners: Vec<TroubleView>,
    /// How many more are wrong.
    pub more: usize,
    /// Channels, worst first.
    pub channels: Vec<ChannelRow>,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// A kind of channel that can be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileView {
    /// Kind.
    pub badge: BadgeView,
    /// What it is called.
    pub title: String,
    /// One line.
    pub about: String,
    /// What is needed.
    pub needs: String,
    /// Rough time: "2 minutes".
    pub time: String,
    /// Address of its form.
    pub href: String,
}

/// `/app/settings/channels/new` (tiles) and `/app/settings/channels/new/webchat` (form).
/// The form posts to `/app/settings/channels` with `type`, `name`, `allowedOrigins`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "channel_new.html")]
pub struct ChannelNewPage {
    /// The frame.
    pub shell: ShellView,
    /// Tiles, while nothing is chosen.
    pub tiles: Vec<TileView>,
    /// The form, once `WebChat` is chosen.
    pub form: Option<NewWebchatForm>,
}

/// What the form for a new `WebChat` channel asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebchatForm {
    /// Name.
    pub name: FieldView,
    /// Websites, one a line.
    pub origins: FieldView,
}

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

/// A line of a log, or a check and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When, with seconds.
    pub time: TimeView,
    /// How it went.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// Plain title.
    pub title: String,
    /// Detail; may be empty.
    pub text: String,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_the_left_edge_to_the_right_one() {
        assert_eq!(sparkline(&[0, 5, 10], 110, 24), "0,23 55,12 110,1");
        assert_eq!(sparkline(&[0, 0], 110, 24), "0,23 110,23");
        assert_eq!(sparkline(&[3], 110, 24), "");
        assert_eq!(sparkline(&[], 110, 24), "");
    }
}
