//! People outside.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::BadgeView;
use super::atoms::BannerView;
use super::atoms::ChipView;
use super::atoms::FieldView;
use super::atoms::TimeView;
use super::filters;
use super::format;
use super::list::EmptyView;
use super::merge::MergedView;
use super::panel::DetailView;
use super::panel::HistoryView;
use super::panel::ReachView;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// One person in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Address of the person's page.
    pub href: String,
    /// Picture.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// Channels the person can be reached on.
    pub channels: Vec<BadgeView>,
    /// Labels.
    pub labels: Vec<ChipView>,
    /// Last message, one line; may be empty.
    pub last_text: String,
    /// When it came.
    pub last_at: Option<TimeView>,
    /// Open conversations.
    pub open: u64,
}

/// `/app/contacts?q=...&cursor=...`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "contacts.html")]
pub struct ContactsPage {
    /// The frame.
    pub shell: ShellView,
    /// How many people match; none where only a page of them was looked at.
    pub count: Option<u64>,
    /// What is looked for.
    pub query: String,
    /// Rows.
    pub rows: Vec<ContactRow>,
    /// Address of the next rows.
    pub more: Option<String>,
    /// Said when there are none.
    pub empty: EmptyView,
}

/// What can be changed about a person: `POST /app/contacts/{id}` with `name`, `email`, `phone`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactForm {
    /// Name.
    pub name: FieldView,
    /// Email.
    pub email: FieldView,
    /// Phone number.
    pub phone: FieldView,
}

/// Conversations of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthView {
    /// "November 2026".
    pub title: String,
    /// Conversations, newest first.
    pub conversations: Vec<HistoryView>,
}

/// `/app/contacts/{id}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "contact.html")]
pub struct ContactPage {
    /// The frame.
    pub shell: ShellView,
    /// `contact_...`
    pub id: String,
    /// Picture.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// "Customer since March 2024".
    pub about: String,
    /// Labels.
    pub labels: Vec<ChipView>,
    /// "Saved." or what is wrong.
    pub banner: Option<BannerView>,
    /// What can be changed.
    pub form: ContactForm,
    /// Everything else we know.
    pub details: Vec<DetailView>,
    /// Conversations by month.
    pub months: Vec<MonthView>,
    /// Addresses.
    pub reaches: Vec<ReachView>,
    /// Whether the reader may change anything.
    pub may_change: bool,
    /// Whether the reader may say that this and another are one person.
    pub may_merge: bool,
    /// Who went into this person, and can be taken out again.
    pub merges: Vec<MergedView>,
}
