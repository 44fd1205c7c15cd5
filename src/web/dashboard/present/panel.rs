//! The contact beside a conversation.

use crate::engine::inbox::list::Row;
use crate::engine::live::visitors::Here;
use crate::engine::webchat::presence::Whereabouts;
use crate::model::Opaque;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::Shut;
use crate::model::conversation::ResolvedBy;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::permission::Permission;
use crate::web::dashboard::present::Eye;
use crate::web::dashboard::present::thread::priorities;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::ChipView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::panel::DetailView;
use crate::web::dashboard::view::panel::HistoryView;
use crate::web::dashboard::view::panel::PageView;
use crate::web::dashboard::view::panel::PanelView;
use crate::web::dashboard::view::panel::ReachView;
use crate::web::dashboard::view::panel::VisitView;
use crate::web::dashboard::view::panel::WishView;

/// Pages of a visitor that are shown.
const PAGES_SHOWN: usize = 5;

/// What the panel is drawn from.
pub struct Beside<'a> {
    /// The conversation with everything around it.
    pub row: &'a Row,
    /// The contact's addresses.
    pub identities: &'a [Identity],
    /// The contact's conversations on all channels, newest first.
    pub others: &'a [Row],
    /// Where the visitor is, in a web chat.
    pub whereabouts: Option<Whereabouts>,
    /// The name of the conversation's team.
    pub team: Option<&'a str>,
    /// Labels there are.
    pub tag_choices: Vec<String>,
}

/// The panel.
#[must_use]
pub fn panel(eye: &Eye<'_>, beside: &Beside<'_>) -> PanelView {
    let row = beside.row;
    let (contact, conversation) = (&row.contact, &row.conversation);
    let since = contact
        .created_at
        .calendar()
        .to_zoned_datetime(eye.zone.clone());
    PanelView {
        conversation: conversation.id.to_string(),
        csrf: eye.csrf.to_owned(),
        contact_href: format!("/app/contacts/{}", contact.id),
        avatar: AvatarView::of(&contact.name, &contact.id.to_string()),
        name: contact.name.clone(),
        about: format!("Customer since {}", since.strftime("%B %Y")),
        labels: contact.tags.iter().map(ChipView::plain).collect(),
        reaches: beside
            .identities
            .iter()
            .map(|identity| reach(eye, identity))
            .collect(),
        visit: beside
            .whereabouts
            .as_ref()
            .map(|whereabouts| visit(eye, whereabouts)),
        assignee: row
            .assignee
            .as_ref()
            .map_or_else(|| "Nobody".to_owned(), |user| user.name.clone()),
        assignee_avatar: row
            .assignee
            .as_ref()
            .map(|user| AvatarView::of(&user.name, &user.id.to_string())),
        team: beside.team.unwrap_or("None").to_owned(),
        participants: conversation
            .participants
            .iter()
            .map(|user| eye.name_of(*user))
            .collect::<Vec<_>>()
            .join(", "),
        priorities: priorities(conversation.priority),
        tags: conversation.tags.clone(),
        tag_choices: beside
            .tag_choices
            .iter()
            .filter(|tag| !conversation.tags.contains(tag))
            .cloned()
            .collect(),
        history: beside
            .others
            .iter()
            .map(|other| history(eye, other, Some(conversation.id)))
            .collect(),
        details: details(row),
        may_change: eye.may_change,
    }
}

/// An address of a person, in words people can read.
#[must_use]
pub fn reach(eye: &Eye<'_>, identity: &Identity) -> ReachView {
    let webchat = identity.channel_kind.as_str() == "webchat";
    let address = match (webchat, identity.verified_at) {
        (true, Some(_)) => "Verified visitor".to_owned(),
        (true, None) => "Website visitor".to_owned(),
        (false, _) => identity.address.clone(),
    };
    ReachView {
        badge: BadgeView::of(identity.channel_kind.as_str()),
        address,
        seen: identity.last_seen_at.map(|at| TimeView::ago(at, eye.now)),
        closed: identity.closed.map(|closed| match closed.why {
            Shut::OptedOut => "Opted out",
            Shut::Unreachable => "Unreachable",
        }),
        wish: None,
    }
}

/// What a reader may write down that a person wants at an address; none for chats of visitors, who
/// are not written to.
#[must_use]
pub fn wish(may: impl Fn(Permission) -> bool, identity: &Identity) -> Option<WishView> {
    if identity.channel_kind.as_str() == "webchat" || !may(Permission::EditContacts) {
        return None;
    }
    let is_out = identity
        .closed
        .is_some_and(|closed| closed.why == Shut::OptedOut);
    let id = identity.id.to_string();
    if !is_out {
        return Some(WishView {
            identity: id,
            status: "optedOut",
            label: "Opt out",
            hint: "Nothing is sent to this address any more.",
            needs_reason: false,
        });
    }
    may(Permission::GrantConsent).then_some(WishView {
        identity: id,
        status: "optedIn",
        label: "Opt in",
        hint: "How and when did they ask for it? It is kept in the audit log.",
        needs_reason: true,
    })
}

/// Where a visitor is and was, the latest page first.
fn visit(eye: &Eye<'_>, whereabouts: &Whereabouts) -> VisitView {
    let (word, tone) = match whereabouts.here {
        Here::Online => ("On the website now", Tone::Ok),
        Here::Away => ("The page is open, but not in view", Tone::Warn),
        Here::Offline => ("Not on the website", Tone::Neutral),
    };
    let pages = whereabouts.visits.iter().rev().take(PAGES_SHOWN);
    VisitView {
        word: word.to_owned(),
        tone,
        pages: pages
            .map(|visit| PageView {
                title: page_title(visit.page.title.as_deref(), &visit.page.url),
                href: visit.page.url.clone(),
                time: TimeView::ago(visit.at, eye.now),
            })
            .collect(),
    }
}

/// What a page is called: its title, or its path where it has none.
fn page_title(title: Option<&str>, url: &str) -> String {
    let title = title.map(str::trim).filter(|title| !title.is_empty());
    let path = || {
        let (_, rest) = url.split_once("://")?;
        rest.find('/').map(|at| &rest[at..])
    };
    title.or_else(path).unwrap_or(url).to_owned()
}

/// One conversation in a person's history.
#[must_use]
pub fn history(eye: &Eye<'_>, row: &Row, current: Option<ConversationId>) -> HistoryView {
    let conversation = &row.conversation;
    let last = conversation
        .last
        .as_ref()
        .map_or("", |last| last.text.as_str());
    let state = match (conversation.status, &row.assignee) {
        (Status::Resolved, _) if conversation.resolved_by == Some(ResolvedBy::System) => {
            "Done by itself".to_owned()
        }
        (Status::Resolved, _) if conversation.resolved_by == Some(ResolvedBy::Bot) => {
            "Done by a bot".to_owned()
        }
        (Status::Resolved, Some(user)) => format!("Done by {}", user.name),
        (Status::Resolved, None) => "Done".to_owned(),
        (Status::Snoozed, _) => "Snoozed".to_owned(),
        (Status::Pending, _) => "Waiting".to_owned(),
        (Status::Open, Some(user)) => format!("Open with {}", user.name),
        (Status::Open, None) => "Open".to_owned(),
    };
    HistoryView {
        badge: BadgeView::of(conversation.channel_kind.as_str()),
        title: conversation.subject.clone().unwrap_or_else(|| {
            if last.is_empty() {
                "Conversation".to_owned()
            } else {
                last.to_owned()
            }
        }),
        text: state,
        time: TimeView::ago(conversation.last_message_at, eye.now),
        href: format!("/app/c/{}", conversation.id),
        current: current == Some(conversation.id),
    }
}

fn details(row: &Row) -> Vec<DetailView> {
    let mut known = facts(&row.contact);
    known.extend(opaque(&row.conversation.metadata));
    known
}

/// What is known of a person.
#[must_use]
pub fn facts(contact: &Contact) -> Vec<DetailView> {
    let known = [
        ("Email", &contact.email),
        ("Phone", &contact.phone),
        ("Company", &contact.company),
        ("City", &contact.city),
        ("Language", &contact.language),
        ("Time zone", &contact.timezone),
        ("Your id", &contact.external_id),
    ];
    let known = known.into_iter().filter_map(|(label, value)| {
        Some(DetailView {
            label: label.to_owned(),
            value: value.clone()?,
        })
    });
    known.chain(opaque(&contact.custom_fields)).collect()
}

fn opaque(fields: &Opaque) -> impl Iterator<Item = DetailView> {
    fields.iter().map(|(name, value)| DetailView {
        label: name.clone(),
        value: value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    })
}
