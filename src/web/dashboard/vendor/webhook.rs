//! Where a vendor reports, and whether it does: a step of adding a channel and a tab of its page.

use crate::engine::setup::kinds::Kind;
use crate::model::channel::Channel;
use crate::model::guide::Reporting;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::vendor::live;
use crate::web::dashboard::view::setup::ChecksPart;
use crate::web::dashboard::view::setup::WebhookView;
use crate::web::state::State;

/// Where at the vendor things are found: what the page is called, and its address.
#[must_use]
pub fn page_of(kind: &Kind) -> Option<(String, String)> {
    let page = kind.guide.page;
    page.map(|(title, href)| (title.to_owned(), href.to_owned()))
}

/// Where the vendor reports, and what to do about it there.
///
/// # Errors
/// The reader may not see secrets; the store's.
pub fn view(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
) -> Result<WebhookView, Problem> {
    let channels = &state.engine.channels;
    let vendor = kind.guide.vendor;
    let (title, lead, steps): (String, Option<&str>, &[&str]) = match kind.guide.webhook {
        Reporting::Fetched(words) => ("There is nothing to set up".to_owned(), Some(words), &[]),
        Reporting::ByItself(words) => (format!("{vendor} knows where to report"), Some(words), &[]),
        Reporting::ByHand(steps) => (format!("Point {vendor} to linktor"), None, steps),
    };
    let steps = steps.iter().map(|step| (*step).to_owned());
    let topics = kind.guide.topics.iter().map(|topic| {
        let (name, tells) = (topic.name.to_owned(), topic.tells.to_owned());
        (name, tells, topic.required)
    });
    Ok(WebhookView {
        title,
        url: channels.webhook_url(channel),
        proving_url: channels.proving_url(&reader.actor(), channel.id)?,
        verify_token: channels.verify_token(&reader.actor(), channel.id)?,
        lead: lead.map(str::to_owned),
        steps: steps.collect(),
        topics: topics.collect(),
        page: page_of(kind),
        unreachable: unreachable(state, channel, kind),
    })
}

/// Why the vendor cannot reach the address, where that is plain. A sandbox is on this machine.
fn unreachable(state: &State, channel: &Channel, kind: &Kind) -> Option<String> {
    let url = state.engine.context.links.public_url();
    let is_public = url.starts_with("https://");
    if is_public || channel.sandbox || matches!(kind.guide.webhook, Reporting::Fetched(_)) {
        return None;
    }
    let way_out = if kind.kind == POLLS {
        " Until then linktor asks Telegram for messages itself, which works as well."
    } else {
        ""
    };
    Some(format!(
        "Start linktor with --public-url and the https address under which it is reached.{way_out}"
    ))
}

/// The kind that can do without an address.
const POLLS: &str = "telegram";

/// Whether everything is in order, with a button that posts to `action` to ask the vendor again.
///
/// # Errors
/// The reader may not; the store's.
pub fn checks(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    action: String,
) -> Result<ChecksPart, Problem> {
    let known = state.engine.channels.checks(&reader.actor(), channel.id)?;
    let now = state.engine.context.clock.now();
    Ok(ChecksPart {
        action,
        csrf: reader.agent.csrf.clone(),
        checks: live::checks(channel, &known, kind, now),
    })
}
