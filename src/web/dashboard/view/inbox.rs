//! The inbox.

use super::assets;
use super::filters;
use super::list::ListView;
use super::panel::PanelView;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;
use super::thread::Pane;

/// `/app/inbox/{queue}` and `/app/inbox/{queue}/{conversation}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub shell: ShellView,
    /// Left: the queue.
    pub list: ListView,
    /// Middle: the conversation.
    pub pane: Pane,
    /// Right: the contact, while a conversation is open.
    pub panel: Option<PanelView>,
}
