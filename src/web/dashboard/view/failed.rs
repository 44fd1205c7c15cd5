//! Messages that did not go out.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::BannerView;
use super::atoms::Icon;
use super::atoms::OptionView;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::bubble::RemedyView;
use super::filters;
use super::format;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// A try that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryView {
    /// When it ended.
    pub time: TimeView,
    /// Why.
    pub what: String,
}

/// A message that did not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRow {
    /// `msg_...`
    pub id: String,
    /// The message in its conversation.
    pub href: String,
    /// Picture with badge.
    pub avatar: AvatarView,
    /// To whom.
    pub name: String,
    /// "Marina, to Aurora Support".
    pub about: String,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub time: TimeView,
    /// Why, in the vendor's words, with its code; may be empty.
    pub reason: String,
    /// What else the vendor said, with the id of the call in its logs; may be empty.
    pub facts: String,
    /// The tries so far.
    pub tries: Vec<TryView>,
    /// When it is tried again by itself.
    pub next: Option<TimeView>,
    /// Nobody knows whether it arrived.
    pub unknown: bool,
    /// What is offered.
    pub remedy: RemedyView,
    /// Where a template is chosen in its place.
    pub templates: String,
}

/// Messages with the same thing in their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedGroup {
    /// "The reply window closed".
    pub title: String,
    /// What to do about it.
    pub remedy: String,
    /// Its picture.
    pub icon: Icon,
    /// Warn while nobody knows, else bad.
    pub tone: Tone,
    /// The messages, newest first.
    pub rows: Vec<FailedRow>,
}

/// Which of the three lists is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Somebody has to say what becomes of them.
    Waiting,
    /// Tried again by themselves.
    Retrying,
    /// Put aside.
    Handled,
}

/// `/app/failed?tab=`. Form: `POST` to the same address with `message` (repeated) and `what`:
/// `retry`, `handled`, `arrived`, `resend` or `lost`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "failed.html")]
pub struct FailedPage {
    /// The frame.
    pub shell: ShellView,
    /// What was done.
    pub banner: Option<BannerView>,
    /// The three lists: value is the address.
    pub tabs: Vec<OptionView>,
    /// Which is shown.
    pub tab: Tab,
    /// The messages.
    pub groups: Vec<FailedGroup>,
    /// Whether only some are shown.
    pub more: bool,
    /// Whether the reader may do anything about them.
    pub may_change: bool,
}

impl FailedGroup {
    /// Those that can be tried again.
    #[must_use]
    pub fn retried(&self) -> Vec<&FailedRow> {
        let rows = self.rows.iter();
        rows.filter(|row| row.remedy == RemedyView::Retry).collect()
    }
}

impl FailedPage {
    /// "4 need you".
    #[must_use]
    pub fn count(&self) -> String {
        let rows: usize = self.groups.iter().map(|group| group.rows.len()).sum();
        let plus = if self.more { "+" } else { "" };
        format!("{}{plus}", format::count(rows as u64))
    }
}
