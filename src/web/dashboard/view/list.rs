//! The list of conversations.

use super::atoms::AvatarView;
use super::atoms::ChipView;
use super::atoms::Icon;
use super::atoms::OptionView;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::filters;

/// Most chips in a row; the rest is a count.
pub const CHIPS_MAX: usize = 2;

/// Which part of the list a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The customer wrote last.
    WaitingForYou,
    /// We wrote last.
    WaitingForCustomer,
    /// A queue without groups, such as Done.
    Plain,
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::WaitingForYou => "you",
            Self::WaitingForCustomer => "customer",
            Self::Plain => "plain",
        })
    }
}

/// What stands before the preview text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewView {
    /// What became of the last message where it did not go out: picture, colour and words.
    pub mark: Option<(Icon, Tone, &'static str)>,
    /// Kind of the last message, when it is not text.
    pub icon: Option<Icon>,
    /// "You:", "Draft:" or a colleague's name; drawn in the colour of `tone`.
    pub prefix: Option<(String, Tone)>,
    /// One line.
    pub text: String,
}

/// The third line of a row when it has no chips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusLine {
    /// The visitor is on the website, and on which page: "Online", "/cart".
    Online(String),
    /// A picture and words: "Back today 14:00", "Read 09:12".
    Words(Icon, String),
}

/// One conversation in the list: `<li id="row-conv_...">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/row.html")]
pub struct RowView {
    /// `conv_...`
    pub id: String,
    /// Address of the conversation within the queue that is shown.
    pub href: String,
    /// Log position of the newest change; an older rendering never replaces a newer one.
    pub rev: u64,
    /// Queues of the reader this conversation is in (`mine all done`, separated by spaces): a pushed row
    /// whose queues do not contain the shown one leaves the list.
    pub queues: String,
    /// Part of the list.
    pub group: Group,
    /// Place within the group, larger first.
    pub order: i64,
    /// Picture with the channel's badge.
    pub avatar: AvatarView,
    /// The person.
    pub name: String,
    /// Urgent: draws a flame.
    pub urgent: bool,
    /// Last activity.
    pub time: TimeView,
    /// Messages the reader has not seen.
    pub unread: u64,
    /// What it is about, before what was said last.
    pub subject: Option<String>,
    /// Second line.
    pub preview: PreviewView,
    /// Third line, SLA and tags.
    pub chips: Vec<ChipView>,
    /// Third line, when there are no chips.
    pub status: Option<StatusLine>,
    /// Open in the thread.
    pub selected: bool,
}

impl RowView {
    /// Chips that fit.
    #[must_use]
    pub fn shown_chips(&self) -> &[ChipView] {
        &self.chips[..self.chips.len().min(CHIPS_MAX)]
    }

    /// How many chips do not fit.
    #[must_use]
    pub fn hidden_chips(&self) -> usize {
        self.chips.len().saturating_sub(CHIPS_MAX)
    }

    /// The row in words, for people who hear the page.
    #[must_use]
    pub fn spoken(&self) -> String {
        let mut words = vec![self.name.clone()];
        words.extend(self.avatar.badge.iter().map(|badge| badge.name.clone()));
        if self.urgent {
            words.push("urgent".to_owned());
        }
        if self.unread > 0 {
            words.push(format!("unread {}", self.unread));
        }
        words.extend(self.chips.iter().map(|chip| chip.label.clone()));
        words.extend(
            self.preview
                .mark
                .iter()
                .map(|(.., told)| (*told).to_owned()),
        );
        words.push(self.preview.text.clone());
        words.push(self.time.text.clone());
        words.join(", ")
    }
}

/// The queue as a list pane: `<section id="list">`.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/list.html")]
pub struct ListView {
    /// Queue in the address: `mine`, `unassigned`, `all`, `waiting`, `snoozed`, `done`, `spam`.
    pub queue: String,
    /// Title: "Mine".
    pub title: String,
    /// How many conversations are in it, shown or not: "8", "30+".
    pub count: String,
    /// Open, Waiting, Snoozed, Done: value is the address.
    pub segments: Vec<OptionView>,
    /// Rows, in order; a group's head is drawn where the group changes.
    pub rows: Vec<RowView>,
    /// Address of the next rows, while there are more.
    pub more: Option<String>,
    /// Said when there are no rows.
    pub empty: EmptyView,
    /// The filter; none for queues that are the reader's own list.
    pub narrow: Option<NarrowView>,
}

/// The filter of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NarrowView {
    /// The queue that is narrowed.
    pub queue: String,
    /// What is shown, by its word in addresses.
    pub section: String,
    /// Proof for forms.
    pub csrf: String,
    /// What narrows now: words, and the address without it.
    pub chips: Vec<(String, String)>,
    /// The kind of channel, which only addresses set.
    pub kind: String,
    /// Teams to choose from.
    pub teams: Vec<OptionView>,
    /// Channels to choose from.
    pub channels: Vec<OptionView>,
    /// Tags to choose from.
    pub tags: Vec<OptionView>,
    /// Priorities to choose from.
    pub priorities: Vec<OptionView>,
    /// Orders to choose from.
    pub orders: Vec<OptionView>,
    /// Only what has something unread.
    pub unread: bool,
    /// Conditions in groups, as they stand in addresses; may be empty.
    pub condition: String,
    /// Words looked for.
    pub words: String,
    /// How it can be kept, while it is no view yet.
    pub save: Option<SaveView>,
    /// Where the view that is shown is removed, for whoever may.
    pub removable: Option<String>,
}

/// How a filter can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaveView {
    /// Teams it can be shared with.
    pub teams: Vec<OptionView>,
    /// Whether it can be shared at all.
    pub may_share: bool,
}

/// A friendly sentence where rows would be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmptyView {
    /// "Nothing waits for you."
    pub title: String,
    /// "3 are unassigned. See them with G U."; may be empty.
    pub text: String,
    /// One action: address and label.
    pub action: Option<(String, String)>,
}

/// A part of the list with its head.
#[derive(Debug, Clone, Copy)]
pub struct GroupView<'a> {
    /// Which group.
    pub group: Group,
    /// Its rows.
    pub rows: &'a [RowView],
}

impl ListView {
    /// The rows cut into groups, in order.
    #[must_use]
    pub fn groups(&self) -> Vec<GroupView<'_>> {
        self.rows
            .chunk_by(|a, b| a.group == b.group)
            .map(|rows| GroupView {
                group: rows[0].group,
                rows,
            })
            .collect()
    }
}

/// More rows, appended to the list: `<li>`s and the next link.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "parts/rows.html")]
pub struct RowsPart {
    /// Next rows.
    pub rows: Vec<RowView>,
    /// Address of the rows after these.
    pub more: Option<String>,
}
