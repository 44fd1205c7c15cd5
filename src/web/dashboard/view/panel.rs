//! The contact beside a conversation.

use super::atoms::AvatarView;
use super::atoms::BadgeView;
use super::atoms::ChipView;
use super::atoms::OptionView;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::filters;

/// An address of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachView {
    /// Its channel.
    pub badge: BadgeView,
    /// The address, or "Verified visitor".
    pub address: String,
    /// Last seen there.
    pub seen: Option<TimeView>,
    /// Why nothing may be sent to it: "Opted out".
    pub closed: Option<&'static str>,
    /// What the reader may write down that the person wants there.
    pub wish: Option<WishView>,
}

/// What a person wants at an address, as a form: `POST /app/contacts/{id}/consent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishView {
    /// `ident_...`
    pub identity: String,
    /// "optedOut".
    pub status: &'static str,
    /// "Opt out".
    pub label: &'static str,
    /// What follows from it.
    pub hint: &'static str,
    /// Whether it takes a reason.
    pub needs_reason: bool,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailView {
    /// "Language".
    pub label: String,
    /// "Portugues (Brasil)".
    pub value: String,
}

/// A line of the person's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryView {
    /// Channel.
    pub badge: BadgeView,
    /// Subject or first words.
    pub title: String,
    /// "Done by Rita, rated 5 of 5".
    pub text: String,
    /// When.
    pub time: TimeView,
    /// Address of the conversation.
    pub href: String,
    /// The one that is open now.
    pub current: bool,
}

/// A visitor of the website, as far as the browser tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitView {
    /// "On the website now".
    pub word: String,
    /// How that looks.
    pub tone: Tone,
    /// The pages of the last day, the present one first.
    pub pages: Vec<PageView>,
}

/// A page a visitor looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageView {
    /// Its title, or its address without the website.
    pub title: String,
    /// Its address.
    pub href: String,
    /// When.
    pub time: TimeView,
}

/// The panel: `<aside id="panel">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/panel.html")]
pub struct PanelView {
    /// `conv_...`
    pub conversation: String,
    /// Proof for the forms.
    pub csrf: String,
    /// Address of the contact page.
    pub contact_href: String,
    /// Picture.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// "Customer since March 2024".
    pub about: String,
    /// Labels of the person.
    pub labels: Vec<ChipView>,
    /// Addresses.
    pub reaches: Vec<ReachView>,
    /// Where the visitor of a web chat is.
    pub visit: Option<VisitView>,
    /// Assignee in words, and its picture.
    pub assignee: String,
    /// The assignee's picture.
    pub assignee_avatar: Option<AvatarView>,
    /// Team in words.
    pub team: String,
    /// Who takes part: "Marina Costa, Rafael Lima"; may be empty.
    pub participants: String,
    /// Priority choices.
    pub priorities: Vec<OptionView>,
    /// Tags of the conversation: each can be taken off.
    pub tags: Vec<String>,
    /// Tags it may get.
    pub tag_choices: Vec<String>,
    /// Earlier conversations on all channels, newest first.
    pub history: Vec<HistoryView>,
    /// Second tab: attributes, page visited, browser.
    pub details: Vec<DetailView>,
    /// Whether the reader may change anything.
    pub may_change: bool,
}
