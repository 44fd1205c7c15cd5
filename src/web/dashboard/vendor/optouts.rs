//! `/app/settings/channels/{id}/opt-outs`: to whom nothing is sent any more.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::time::Timestamp;
use crate::engine::people::register::Entry;
use crate::model::channel::Channel;
use crate::model::contact::Shut;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::channel::OptOutRow;
use crate::web::dashboard::view::channel::RegisterWords;
use crate::web::dashboard::view::channel::RemoveView;
use crate::web::state::State;

/// What the page of numbers and bots says.
const OPT_OUTS: RegisterWords = RegisterWords {
    title: "Opt-outs",
    nobody: "Nobody has opted out.",
    who: "Whoever writes STOP stands here, and nothing is sent to them any more, whoever writes.",
    foot: "Nothing is sent to them, whoever writes. Opt somebody in again on their own page.",
};
/// What the page of mail says.
const SUPPRESSED: RegisterWords = RegisterWords {
    title: "Suppressed",
    nobody: "Nobody is suppressed.",
    who: "Whose mailbox is gone, who calls a mail spam and who unsubscribes stands here.",
    foot: "Nothing is sent to them, whoever writes; who only unsubscribed still gets answers.",
};
/// Kinds on which people say in words that they want no more, or mail comes back from them.
const KINDS: [(&str, &RegisterWords); 3] = [
    ("sms", &OPT_OUTS),
    ("telegram", &OPT_OUTS),
    (BY_HAND, &SUPPRESSED),
];
/// The kind whose list is kept by hand too.
const BY_HAND: &str = "email";
/// The last part of the address.
const PATH: &str = "opt-outs";
/// Rows of one page.
const ROWS: usize = 100;

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/opt-outs", web::get().to(show))
        .route("/opt-outs", web::post().to(change));
}

fn words(kind: &str) -> Option<&'static RegisterWords> {
    let mut all = KINDS.iter();
    all.find(|(known, _)| *known == kind)
        .map(|(_, words)| *words)
}

/// The tab of a kind of channel; none where people only leave in the vendor's own way.
#[must_use]
pub fn tabs(kind: &str) -> Vec<(&'static str, &'static str)> {
    let tab = words(kind).map(|words| (PATH, words.title));
    tab.into_iter().collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    /// The address behind which the page begins.
    after: Option<String>,
}

async fn show(
    state: Shared,
    path: Path<String>,
    place: Query<Place>,
    told: Query<Told>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = listing(&state, &reader, &path)?;
    let after = place.after.as_deref().filter(|address| !address.is_empty());
    let tab = tab(&state, &reader, &channel, after, &Refused::nothing(), "")?;
    Ok(page(&draw(&state, &reader, &channel, tab, told.banner())?))
}

/// A channel that has such a list, for somebody who may change it.
fn listing(state: &State, reader: &Reader, path: &str) -> Result<Channel, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(state, reader, path)?;
    words(channel.kind.as_str()).ok_or_else(Problem::not_found)?;
    Ok(channel)
}

/// Adds an address to the list, or removes one.
async fn change(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let channel = listing(&state, reader, &path)?;
    if channel.kind.as_str() != BY_HAND {
        return Err(Problem::not_found());
    }
    let (actor, contacts) = (reader.actor(), &state.engine.contacts);
    let (typed, reason) = (fields.get("address"), fields.get("reason"));
    let done = match fields.get("identity") {
        "" => contacts.enter(&actor, channel.id, typed, reason).await,
        identity => {
            let identity = identity.parse().map_err(|_| Problem::not_found())?;
            contacts.strike(&actor, channel.id, identity, reason).await
        }
    };
    match done {
        Ok(()) => Ok(see(&format!("{LIST}/{}/{PATH}?saved=1", channel.id))),
        Err(error) => refuse(reader, error, |refused| {
            let drawn = tab(&state, reader, &channel, None, refused, typed)?;
            draw(
                &state,
                reader,
                &channel,
                drawn,
                refused.banner(&["address"]),
            )
        }),
    }
}

fn tab(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    after: Option<&str>,
    refused: &Refused,
    typed: &str,
) -> Result<ChannelTab, Problem> {
    let actor = reader.actor();
    let words = words(channel.kind.as_str()).ok_or_else(Problem::not_found)?;
    let by_hand = channel.kind.as_str() == BY_HAND;
    let contacts = &state.engine.contacts;
    let register = contacts.register(&actor, channel.id, after, ROWS)?;
    let now = state.engine.context.clock.now();
    let may_grant = actor.may(Permission::GrantConsent);
    Ok(ChannelTab::OptOuts {
        words,
        adding: by_hand.then(|| refused.field("address", typed)),
        rows: register
            .entries
            .iter()
            .map(|entry| OptOutRow {
                remove: remove(entry, may_grant).filter(|_| by_hand),
                ..row(entry, now)
            })
            .collect(),
        more: register
            .next
            .map(|next| address(&channel.id.to_string(), &next)),
        back: after.map(|_| format!("{LIST}/{}/{PATH}", channel.id)),
    })
}

fn address(channel: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("after", after);
    format!("{LIST}/{channel}/{PATH}?{}", query.finish())
}

/// How an address is removed: against a person's own word only by an administrator.
fn remove(entry: &Entry, may_grant: bool) -> Option<RemoveView> {
    let is_gone = entry.why == Some(Shut::Unreachable);
    (is_gone || may_grant).then(|| RemoveView {
        identity: entry.identity.id.to_string(),
        hint: if is_gone {
            "Is the mailbox there again?"
        } else {
            "How and when did they ask for it?"
        },
        needs_reason: !is_gone,
    })
}

fn row(entry: &Entry, now: Timestamp) -> OptOutRow {
    let identity = &entry.identity;
    let id = identity.contact_id.to_string();
    OptOutRow {
        href: format!("/app/contacts/{id}"),
        avatar: AvatarView::of(&entry.name, &id),
        name: entry.name.clone(),
        address: identity.address.clone(),
        why: match entry.why {
            Some(Shut::Unreachable) => "Cannot be reached",
            Some(Shut::OptedOut) => "Opted out",
            None => "Wants no advertising",
        },
        since: entry.since.map(|since| TimeView::ago(since, now)),
        remove: None,
    }
}
