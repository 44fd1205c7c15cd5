//! Two people who are one.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::BadgeView;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateView {
    /// Leads to the comparison.
    pub href: String,
    /// Picture.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// Channels the person can be reached on.
    pub channels: Vec<BadgeView>,
    /// Address of mail; may be empty.
    pub email: String,
    /// Phone number; may be empty.
    pub phone: String,
}

/// One fact about both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRow {
    /// Its name in the form: `pick-{field}` is `ours` or `theirs`.
    pub field: String,
    /// What it is.
    pub label: String,
    /// Of the one who stays; may be empty.
    pub ours: String,
    /// Of the other; may be empty.
    pub theirs: String,
}

impl PairRow {
    /// Whether one of both has to be chosen.
    #[must_use]
    pub fn differs(&self) -> bool {
        !self.ours.is_empty() && !self.theirs.is_empty() && self.ours != self.theirs
    }
}

/// Both side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairView {
    /// The other: `contact_...`
    pub with: String,
    /// The other's name.
    pub name: String,
    /// What is known of one of them at least.
    pub rows: Vec<PairRow>,
    /// Where the one who stays can be reached.
    pub our_channels: Vec<BadgeView>,
    /// Where the other can be reached.
    pub their_channels: Vec<BadgeView>,
    /// What happens, in a sentence.
    pub summary: String,
}

/// `/app/contacts/{id}/merge?q=...&with=...`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "merge.html")]
pub struct MergePage {
    /// The frame.
    pub shell: ShellView,
    /// The one who stays: `contact_...`
    pub id: String,
    /// The name of the one who stays.
    pub name: String,
    /// What is looked for.
    pub query: String,
    /// Who may be the same.
    pub found: Vec<CandidateView>,
    /// Both side by side, once somebody was chosen.
    pub pair: Option<PairView>,
    /// Why they were not merged.
    pub refused: Option<String>,
}

/// A merge that can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedView {
    /// `merge_...`
    pub id: String,
    /// Who went into this person.
    pub name: String,
}
