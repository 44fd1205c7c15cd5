//! Rows of the inbox.

use crate::base::time::Timestamp;
use crate::engine::inbox::counting::Counts;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Owner;
use crate::engine::inbox::list::Row;
use crate::model::conversation::Preview;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::view::Order;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::ChipView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::list::EmptyView;
use crate::web::dashboard::view::list::Group;
use crate::web::dashboard::view::list::PreviewView;
use crate::web::dashboard::view::list::RowView;
use crate::web::dashboard::view::list::StatusLine;
use crate::web::dashboard::view::shell::Area;

/// How much of a draft a row shows, in characters.
const DRAFT_SHOWN: usize = 160;

/// A queue of the inbox: its place in the address and what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Open and given to the reader.
    Mine,
    /// Open and given to nobody.
    Unassigned,
    /// Everything open.
    All,
    /// Parked until the customer answers.
    Waiting,
    /// Asleep.
    Snoozed,
    /// Done.
    Done,
    /// Done as spam.
    Spam,
    /// Where the reader was named in a note.
    Mentions,
    /// Where the reader has begun to write.
    Drafts,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 9] = [
        Self::Mine,
        Self::Unassigned,
        Self::All,
        Self::Waiting,
        Self::Snoozed,
        Self::Done,
        Self::Spam,
        Self::Mentions,
        Self::Drafts,
    ];

    /// Its word in addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::All => "all",
            Self::Waiting => "waiting",
            Self::Snoozed => "snoozed",
            Self::Done => "done",
            Self::Spam => "spam",
            Self::Mentions => "mentions",
            Self::Drafts => "drafts",
        }
    }

    /// The queue of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.word() == word)
    }

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mine => "Mine",
            Self::Unassigned => "Unassigned",
            Self::All => "All open",
            Self::Waiting => "Waiting",
            Self::Snoozed => "Snoozed",
            Self::Done => "Done",
            Self::Spam => "Spam",
            Self::Mentions => "Mentions",
            Self::Drafts => "Drafts",
        }
    }

    /// The row of the side bar that is lit.
    #[must_use]
    pub const fn area(self) -> Area {
        match self {
            Self::Mine => Area::Mine,
            Self::Unassigned => Area::Unassigned,
            Self::All => Area::All,
            Self::Mentions => Area::Mentions,
            _ => Area::OtherQueue,
        }
    }

    /// What it shows to a reader; none for those that are the reader's own list.
    #[must_use]
    pub fn filter(self, reader: UserId) -> Option<Filter> {
        let (status, owner) = match self {
            Self::Mentions | Self::Drafts => return None,
            Self::Mine => (Status::Open, Owner::User(reader)),
            Self::Unassigned => (Status::Open, Owner::Nobody),
            Self::All => (Status::Open, Owner::Anyone),
            Self::Waiting => (Status::Pending, Owner::Anyone),
            Self::Snoozed => (Status::Snoozed, Owner::Anyone),
            Self::Done | Self::Spam => (Status::Resolved, Owner::Anyone),
        };
        let spam = match self {
            Self::Done => Some(false),
            Self::Spam => Some(true),
            _ => None,
        };
        Some(Filter {
            statuses: vec![status],
            owner,
            spam,
            ..Filter::default()
        })
    }

    /// Whether it is the reader's own list, of whatever was put into it.
    #[must_use]
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Mentions | Self::Drafts)
    }

    /// Whether it is grouped by whose turn it is.
    #[must_use]
    pub const fn is_grouped(self) -> bool {
        matches!(self, Self::Mine | Self::Unassigned | Self::All)
    }

    /// What is said when there is nothing.
    #[must_use]
    pub fn empty(self, counts: &Counts) -> EmptyView {
        let title = match self {
            Self::Mine => "Nothing waits for you.",
            Self::Unassigned => "Everyone has someone.",
            Self::All => "Nothing is open.",
            Self::Waiting => "Nothing waits for a customer.",
            Self::Snoozed => "Nothing is sleeping. Snooze with H.",
            Self::Done => "Nothing is done yet.",
            Self::Spam => "No spam.",
            Self::Mentions => "No one has mentioned you yet.",
            Self::Drafts => "No unfinished messages.",
        };
        let text = match (self, counts.unassigned) {
            (Self::Mine, 1) => "1 is unassigned. See it with G U.".to_owned(),
            (Self::Mine, many @ 2..) => format!("{many} are unassigned. See them with G U."),
            _ => String::new(),
        };
        // For whoever has no keys at hand.
        let leads_on = !text.is_empty();
        let unassigned = || ("/app/inbox/unassigned".to_owned(), "Unassigned".to_owned());
        EmptyView {
            title: title.to_owned(),
            text,
            action: leads_on.then(unassigned),
        }
    }
}

/// Every queue of a reader that a conversation is in, and the narrowed one that is shown.
fn queues_of(row: &Row, eye: &Eye<'_>) -> String {
    let reader = eye.reader;
    let fits = |queue: &Queue| {
        let Some(filter) = queue.filter(reader) else {
            return match queue {
                Queue::Mentions => row.mentioned,
                _ => row.begun.is_some(),
            };
        };
        let conversation = &row.conversation;
        let owner = match filter.owner {
            Owner::Anyone => true,
            Owner::Nobody => conversation.assignee.is_none(),
            Owner::User(user) => conversation.assignee == Some(user),
        };
        let spam = conversation.resolution == Some(Resolution::Spam);
        owner
            && filter.statuses.contains(&conversation.status)
            && filter.spam.is_none_or(|wanted| wanted == spam)
            && !conversation.hidden
    };
    let mut words: Vec<_> = Queue::ALL
        .iter()
        .filter(|queue| fits(queue))
        .map(|queue| queue.word())
        .collect();
    if eye.section.shows_narrowed(row, reader, eye.now) {
        words.push(eye.section.word());
    }
    words.join(" ")
}

/// What is drawn with a row, beside what is stored.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The log position it is drawn at.
    pub rev: u64,
    /// Whether it is open.
    pub selected: bool,
    /// Where on the website the visitor is now.
    pub online: Option<&'a str>,
}

/// One row.
#[must_use]
pub fn row(eye: &Eye<'_>, row: &Row, moment: Moment<'_>) -> RowView {
    let conversation = &row.conversation;
    let sorting = eye.section.narrowing().order;
    let grouped = eye.section.queue().is_grouped() && sorting == Order::Reply;
    let group = match (grouped, conversation.waiting_since) {
        (false, _) => Group::Plain,
        (true, Some(_)) => Group::WaitingForYou,
        (true, None) => Group::WaitingForCustomer,
    };
    let id = conversation.id.to_string();
    RowView {
        href: format!("{}/{id}", eye.section.address()),
        rev: moment.rev,
        queues: queues_of(row, eye),
        group,
        order: place(row, sorting),
        avatar: AvatarView::of(&row.contact.name, &row.contact.id.to_string())
            .on(conversation.channel_kind.as_str()),
        name: row.contact.name.clone(),
        urgent: conversation.priority >= Priority::High,
        time: TimeView::ago(conversation.last_message_at, eye.now),
        unread: u64::from(row.unread),
        subject: conversation.subject.clone(),
        preview: match row.begun.as_deref() {
            Some(words) => draft(words),
            None => PreviewView {
                mark: row.undelivered.and_then(mark),
                ..preview(eye, conversation.last.as_ref())
            },
        },
        chips: conversation.tags.iter().map(ChipView::plain).collect(),
        status: status(eye, row, moment.online),
        selected: moment.selected,
        id,
    }
}

/// More than any time in milliseconds, and few of them still whole numbers to a browser.
const RANK_MS: i64 = 1 << 44;

/// Where a row stands in its group; larger comes first.
fn place(row: &Row, sorting: Order) -> i64 {
    let conversation = &row.conversation;
    let newest = conversation.last_message_at.as_millis();
    match sorting {
        Order::Reply | Order::Newest => newest,
        Order::Oldest => -newest,
        Order::Begun => conversation.created_at.as_millis(),
        Order::Priority => conversation.priority as i64 * RANK_MS + newest,
        Order::Unread => i64::from(row.unread > 0) * RANK_MS + newest,
        Order::Waiting => {
            let since = conversation.waiting_since.map(Timestamp::as_millis);
            -since.unwrap_or(RANK_MS)
        }
    }
}

/// What the reader has begun to write stands before what was said.
fn draft(words: &str) -> PreviewView {
    PreviewView {
        mark: None,
        icon: None,
        prefix: Some(("Draft:".to_owned(), Tone::Bad)),
        text: crate::base::text::preview(words, DRAFT_SHOWN),
    }
}

/// What stands before a last message that did not go out.
fn mark(delivery: Delivery) -> Option<(Icon, Tone, &'static str)> {
    match delivery {
        Delivery::Failed => Some((Icon::FAILED, Tone::Bad, "Not sent")),
        Delivery::Unsure => Some((Icon::UNKNOWN, Tone::Warn, "May have arrived")),
        _ => None,
    }
}

fn preview(eye: &Eye<'_>, last: Option<&Preview>) -> PreviewView {
    let Some(last) = last else {
        return PreviewView {
            mark: None,
            icon: None,
            prefix: None,
            text: "No messages yet".to_owned(),
        };
    };
    let ours = last.direction == Direction::Outbound;
    let me = eye.name_of(eye.reader) == last.sender_name;
    let prefix = match (ours, me) {
        (false, _) => None,
        (true, true) => Some(("You:".to_owned(), Tone::Neutral)),
        (true, false) => {
            let name = crate::web::dashboard::present::first_name(&last.sender_name);
            Some((format!("{name}:"), Tone::Neutral))
        }
    };
    let icon = if last.private {
        Some(Icon::NOTE)
    } else {
        icon_of(&last.kind)
    };
    let text = if last.text.is_empty() {
        words_for(&last.kind).to_owned()
    } else {
        last.text.clone()
    };
    PreviewView {
        mark: None,
        icon,
        prefix,
        text,
    }
}

fn icon_of(kind: &str) -> Option<Icon> {
    Some(match kind {
        "image" | "sticker" => Icon::IMAGE,
        "video" => Icon::VIDEO,
        "audio" => Icon::AUDIO,
        "document" => Icon::DOCUMENT,
        "location" => Icon::LOCATION,
        "contacts" => Icon::CONTACTS,
        "buttons" | "list" | "carousel" => Icon::CHOICES,
        _ => return None,
    })
}

fn words_for(kind: &str) -> &'static str {
    match kind {
        "image" => "Picture",
        "video" => "Film",
        "audio" => "Voice note",
        "document" => "File",
        "sticker" => "Sticker",
        "location" => "Place",
        "contacts" => "Contact",
        "buttons" => "Buttons",
        "list" => "List",
        "carousel" => "Cards",
        "reaction" => "Reaction",
        "deleted" => "Deleted message",
        _ => "Message",
    }
}

fn status(eye: &Eye<'_>, row: &Row, online: Option<&str>) -> Option<StatusLine> {
    let conversation = &row.conversation;
    if let (Status::Snoozed, Some(until)) = (conversation.status, conversation.snoozed_until) {
        let when = super::thread::moment(until, eye);
        return Some(StatusLine::Words(Icon::SNOOZED, format!("Back {when}")));
    }
    if let Some(words) = online {
        return Some(StatusLine::Online(words.to_owned()));
    }
    let assignee = conversation.assignee.filter(|user| *user != eye.reader)?;
    let name = crate::web::dashboard::present::first_name(eye.name_of(assignee)).to_owned();
    Some(StatusLine::Words(Icon::ASSIGNED, name))
}
