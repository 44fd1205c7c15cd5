//! One conversation: header, messages, composer.

use super::atoms::AvatarView;
use super::atoms::BannerView;
use super::atoms::Icon;
use super::atoms::OptionView;
use super::bubble::BubbleView;
use super::composer::ComposerView;
use super::filters;

/// A line about something that happened: `<p id="evt-...">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/event.html")]
pub struct EventView {
    /// Log position or message id; unique in the page.
    pub id: String,
    /// Its picture.
    pub icon: Icon,
    /// Who, in bold; may be empty.
    pub who: String,
    /// The rest of the sentence: "took over from Rita."
    pub what: String,
    /// When, for `datetime`.
    pub iso: String,
}

/// What stands between the first and the last message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// "Today".
    Day(String),
    /// "2 new messages".
    New(u64),
    /// A message.
    Message(Box<BubbleView>),
    /// Something that happened.
    Event(EventView),
}

/// The header of a conversation: `<header id="thread-head">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/header.html")]
pub struct HeaderView {
    /// `conv_...`
    pub conversation: String,
    /// Proof for the forms.
    pub csrf: String,
    /// Log position.
    pub rev: u64,
    /// Picture with badge.
    pub avatar: AvatarView,
    /// The person.
    pub name: String,
    /// Address of the contact page.
    pub contact_href: String,
    /// "WebChat, 10:44 in Sao Paulo".
    pub about: String,
    /// The customer's night: `about` in amber.
    pub late: bool,
    /// Queue the list shows: Back and "next" lead there.
    pub queue: String,
    /// `open`, `pending`, `snoozed` or `resolved`.
    pub status: String,
    /// "Back tomorrow 09:00" while snoozed.
    pub snoozed_until: Option<String>,
    /// First name of the assignee; none when it is nobody's.
    pub assignee: Option<String>,
    /// The assignee's picture.
    pub assignee_avatar: Option<AvatarView>,
    /// Whom it may be given to; an empty value takes it away.
    pub assignees: Vec<OptionView>,
    /// Snooze choices: value is RFC 3339, label "Tomorrow 09:00".
    pub snoozes: Vec<OptionView>,
    /// Priorities.
    pub priorities: Vec<OptionView>,
    /// Whether the reader takes part, and so hears when the customer writes.
    pub follows: bool,
    /// Whether nothing of this person comes in.
    pub blocked: bool,
    /// Whose inbox it can be handed to: "Messenger"; none where there is none, or it is there.
    pub hands_to: Option<String>,
    /// Whether the reader may change anything.
    pub may_change: bool,
}

/// The open conversation: `<section id="thread">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/thread.html")]
pub struct ThreadView {
    /// `conv_...`
    pub conversation: String,
    /// Tab title while it is open.
    pub title: String,
    /// The header.
    pub header: HeaderView,
    /// One line under the header while something is wrong with the channel or the person.
    pub banner: Option<BannerView>,
    /// Address of older messages, while there are any.
    pub older: Option<String>,
    /// Address of newer messages, where the shown ones do not end with the newest.
    pub newer: Option<String>,
    /// Messages, oldest first.
    pub items: Vec<Item>,
    /// The composer; none when the reader may not write.
    pub composer: Option<ComposerView>,
}

/// Further messages, put above or below the ones shown.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "parts/items.html")]
pub struct StretchPart {
    /// Address of messages older than these.
    pub older: Option<String>,
    /// Address of messages newer than these.
    pub newer: Option<String>,
    /// Messages, oldest first.
    pub items: Vec<Item>,
}

/// The pane when nothing is open: `<section id="thread">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/nothing_open.html")]
pub struct NothingOpenView {
    /// "8 in Mine. Oldest waiting 26 m."
    pub summary: String,
    /// Tab title.
    pub title: String,
}

/// What fills the middle of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pane {
    /// A conversation.
    Open(Box<ThreadView>),
    /// None.
    Nothing(NothingOpenView),
}
