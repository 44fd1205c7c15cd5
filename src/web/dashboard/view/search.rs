//! Search: the overlay's results and the full page.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::ChipView;
use super::atoms::Icon;
use super::atoms::RichText;
use super::atoms::TimeView;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// One tab above the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTab {
    /// `all`, `messages`, `notes`, `conversations`, `files`, `contacts`: value of `type`.
    pub key: String,
    /// "Messages".
    pub label: String,
    /// How many; none for Everything.
    pub count: Option<u64>,
    /// Open.
    pub selected: bool,
    /// Its address.
    pub href: String,
}

/// What a hit is shown with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HitPicture {
    /// A person.
    Avatar(AvatarView),
    /// A kind of thing: note, file.
    Icon(Icon),
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitView {
    /// Address that opens it.
    pub href: String,
    /// Picture.
    pub picture: HitPicture,
    /// Who: "Camila Duarte", "Marina in Camila Duarte".
    pub title: String,
    /// "Open", "Close spelling".
    pub chip: Option<ChipView>,
    /// The passage, hits marked (see [`super::format::found`]).
    pub snippet: RichText,
    /// "To Aurora Support, assigned to you".
    pub about: String,
    /// When.
    pub time: Option<TimeView>,
}

/// Hits of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitGroup {
    /// "Messages".
    pub title: String,
    /// Hits, best first.
    pub hits: Vec<HitView>,
    /// Address of all of them, when there are more.
    pub all: Option<(u64, String)>,
    /// Address of the hits after these.
    pub next: Option<String>,
}

/// The results: `<div id="results">`, the answer to `X-Linktor-Fragment: results`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/results.html")]
pub struct ResultsView {
    /// What was looked for.
    pub query: String,
    /// Tabs; none before something is typed.
    pub tabs: Vec<SearchTab>,
    /// Hits.
    pub groups: Vec<HitGroup>,
    /// "38 results in 41 ms".
    pub summary: String,
    /// What of the question was not understood, and what would be.
    pub misread: Vec<String>,
    /// The index is still catching up: "Search is 1,204 messages behind."
    pub behind: Option<String>,
}

/// `/app/search?q=...&type=...`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// The frame.
    pub shell: ShellView,
    /// Results.
    pub results: ResultsView,
}
