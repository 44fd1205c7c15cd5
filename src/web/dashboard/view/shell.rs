//! The frame around every page of the dashboard.

use super::atoms::AvatarView;
use super::atoms::Tone;

/// Light, dark, or what the computer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the computer is set.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The theme of a stored or sent word; anything unknown is [`Theme::System`].
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

impl std::fmt::Display for Theme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        })
    }
}

/// Where in the dashboard a page is: lights up one row of the side bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Conversations given to me.
    Mine,
    /// Conversations given to nobody.
    Unassigned,
    /// Every open conversation.
    All,
    /// Conversations in which the reader was named.
    Mentions,
    /// Another queue: waiting, snoozed, drafts, done or spam.
    OtherQueue,
    /// A view, a team, or another part of a queue.
    Section,
    /// People.
    Contacts,
    /// The full search page.
    Search,
    /// Settings: channels.
    Channels,
    /// Settings: templates that vendors approve.
    Templates,
    /// Settings: labels.
    Tags,
    /// Settings: users.
    Users,
    /// Settings: teams.
    Teams,
    /// Settings: API keys.
    Keys,
    /// Settings: system health.
    Health,
    /// Settings: the workspace itself.
    General,
    /// Messages that did not go out.
    Failed,
    /// One's own settings.
    Me,
}

impl Area {
    /// Whether the side bar shows the settings menu.
    #[must_use]
    pub fn in_settings(self) -> bool {
        matches!(
            self,
            Self::Channels
                | Self::Templates
                | Self::Tags
                | Self::Users
                | Self::Teams
                | Self::Keys
                | Self::Health
                | Self::General
        )
    }

    /// Whether the bottom bar of a phone lights up the inbox.
    #[must_use]
    pub fn in_inbox(self) -> bool {
        matches!(
            self,
            Self::Mine
                | Self::Unassigned
                | Self::All
                | Self::Mentions
                | Self::OtherQueue
                | Self::Section
        )
    }
}

/// Numbers of the side bar. Also a part of its own (`counts`), pushed when they change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CountsView {
    /// Open conversations given to the reader.
    pub mine: u64,
    /// Open conversations given to nobody.
    pub unassigned: u64,
    /// Open conversations the reader may see.
    pub all: u64,
    /// Conversations with something unread among `mine`; stands in the tab's title.
    pub unread: u64,
    /// Channels that need a look; draws the dot on Settings.
    pub troubled_channels: u64,
    /// Conversations in which the reader was named and has not looked since.
    pub mentions: u64,
    /// Messages that did not go out and wait for the reader; the side bar names them only then.
    pub failed: u64,
}

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeView {
    /// `user_...`
    pub id: String,
    /// Full name.
    pub name: String,
    /// Address the person signs in with.
    pub email: String,
    /// The role in words: "Owner".
    pub role: String,
    /// With the presence dot.
    pub avatar: AvatarView,
    /// Whether settings of the workspace may be changed: shows the settings menu.
    pub admin: bool,
    /// Whether the pages of channels may be seen.
    pub sees_channels: bool,
    /// Whether templates may be handed in: shows their page, also to those who see no other setting.
    pub manages_templates: bool,
    /// Whether tags may be changed: shows their page.
    pub manages_tags: bool,
    /// Whether the workspace itself may be changed.
    pub manages_workspace: bool,
    /// Whether conversations may be answered; a viewer has no composer.
    pub may_reply: bool,
}

/// What every signed-in page carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellView {
    /// What the page shows, first in the tab's title: "Camila Duarte &middot; Mine" without markup.
    pub title: String,
    /// Name of the business.
    pub workspace: String,
    /// Chosen theme.
    pub theme: Theme,
    /// Proof that a form came from our own page: goes into every POST as `_csrf`.
    pub csrf: String,
    /// Who is reading.
    pub me: MeView,
    /// Side bar numbers.
    pub counts: CountsView,
    /// Rows that lead to views.
    pub views: Vec<SideView>,
    /// Rows that lead to the reader's teams.
    pub teams: Vec<SideView>,
    /// Which row is lit.
    pub area: Area,
    /// Side bar folded to a rail of pictures.
    pub folded: bool,
    /// Position of the event log the page was drawn at: the live socket starts after it.
    pub seq: u64,
    /// Our version, as in `linktor --version`.
    pub version: String,
}

/// A row of the side bar that leads to a part of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideView {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub name: String,
    /// The colour of its dot.
    pub tone: Tone,
    /// How many conversations there are, where that is known.
    pub count: Option<u64>,
    /// Whether it is shown.
    pub selected: bool,
}

impl ShellView {
    /// Lights the row that leads to what is shown.
    pub fn light(&mut self, href: &str) {
        for row in self.views.iter_mut().chain(&mut self.teams) {
            row.selected = row.href == href;
        }
    }

    /// Text of the browser's tab.
    #[must_use]
    pub fn tab(&self) -> String {
        match self.counts.unread {
            0 => format!("{} \u{b7} linktor", self.title),
            unread => format!("({unread}) {} \u{b7} linktor", self.title),
        }
    }
}

/// The numbers of the side bar as a fragment: `<div id="counts">` with one `<data>` per number.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "parts/counts.html")]
pub struct CountsPart {
    /// The numbers.
    pub counts: CountsView,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_theme_follows_the_computer() {
        assert_eq!(Theme::parse("dark"), Theme::Dark);
        assert_eq!(Theme::parse("light").to_string(), "light");
        assert_eq!(Theme::parse("neon"), Theme::System);
    }
}
