//! Where on the website a visitor is.

use crate::engine::live::visitors::Here;
use crate::model::conversation::Conversation;
use crate::web::state::State;

/// "Online, /cart": where on the website the visitor of a web chat's conversation is, while there.
#[must_use]
pub fn online(state: &State, conversation: &Conversation) -> Option<String> {
    if conversation.channel_kind.as_str() != "webchat" {
        return None;
    }
    let found = state
        .engine
        .webchat
        .whereabouts(conversation.address.parse().ok()?);
    if found.here != Here::Online {
        return None;
    }
    let page = found.visits.last().map(|visit| path_of(&visit.page.url));
    Some(page.map_or_else(
        || "Online".to_owned(),
        |page| format!("Online \u{b7} {page}"),
    ))
}

/// The path of an address, as people know a page.
fn path_of(address: &str) -> String {
    let url = url::Url::parse(address);
    url.map_or_else(|_| address.to_owned(), |url| url.path().to_owned())
}
