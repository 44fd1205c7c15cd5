//! `/app/settings/channels/{id}/opt-outs`: to whom nothing is sent any more.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::time::Timestamp;
use crate::engine::people::register::Entry;
use crate::model::contact::Shut;
use crate::model::permission::Permission;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::channels::ChannelTab;
use crate::web::dashboard::view::channels::OptOutRow;

/// Kinds on which people say in words that they want no more.
const KINDS: [&str; 2] = ["sms", "telegram"];
/// The last part of the address.
const PATH: &str = "opt-outs";
/// Rows of one page.
const ROWS: usize = 100;

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/opt-outs", web::get().to(show));
}

/// The tab of a kind of channel; none where people only leave in the vendor's own way.
#[must_use]
pub fn tabs(kind: &str) -> Vec<(&'static str, &'static str)> {
    let tab = KINDS.contains(&kind).then_some((PATH, "Opt-outs"));
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
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageChannels)?;
    let channel = found(&state, &reader, &path)?;
    if tabs(channel.kind.as_str()).is_empty() {
        return Err(Problem::not_found());
    }
    let contacts = &state.engine.contacts;
    let after = place.after.as_deref().filter(|address| !address.is_empty());
    let register = contacts.register(&actor, channel.id, after, ROWS)?;
    let now = state.engine.context.clock.now();
    let tab = ChannelTab::OptOuts {
        rows: register
            .entries
            .iter()
            .map(|entry| row(entry, now))
            .collect(),
        more: register
            .next
            .map(|next| address(&channel.id.to_string(), &next)),
        back: after.map(|_| format!("{LIST}/{}/{PATH}", channel.id)),
    };
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

fn address(channel: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("after", after);
    format!("{LIST}/{channel}/{PATH}?{}", query.finish())
}

fn row(entry: &Entry, now: Timestamp) -> OptOutRow {
    let identity = &entry.identity;
    let id = identity.contact_id.to_string();
    OptOutRow {
        href: format!("/app/contacts/{id}"),
        avatar: AvatarView::of(&entry.name, &id),
        name: entry.name.clone(),
        address: identity.address.clone(),
        why: match identity.closed.map(|closed| closed.why) {
            Some(Shut::Unreachable) => "Cannot be reached",
            _ => "Opted out",
        },
        since: identity.closed.map(|closed| TimeView::ago(closed.at, now)),
    }
}
