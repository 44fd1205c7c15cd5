//! The form of conditions that narrow a queue.

use super::assets;
use super::atoms::OptionView;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// `/app/inbox/conditions`: `section`, and for each group by its path `m.{path}` (`all`, `any`) and
/// `c.{path}` repeated; `do`: `more`, `group:{path}`, `drop:{path}`, `show`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "conditions.html")]
pub struct ConditionsPage {
    /// The frame.
    pub shell: ShellView,
    /// Where the queue is as it stands.
    pub back: String,
    /// Its word in addresses.
    pub section: String,
    /// What it is called.
    pub queue: &'static str,
    /// The outermost group.
    pub root: GroupPart,
}

/// A group of conditions and the groups within it.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "parts/conditions.html")]
pub struct GroupPart {
    /// Its place, such as `0.1`.
    pub path: String,
    /// Whether one of them is enough.
    pub any: bool,
    /// For each condition what can be chosen, under headings; the last is still open.
    pub tests: Vec<Vec<(&'static str, Vec<OptionView>)>>,
    /// The groups within it.
    pub inner: Vec<Self>,
    /// Whether there is room for a group within it.
    pub may_nest: bool,
    /// Whether it can be taken away.
    pub may_go: bool,
}
