//! `/app/settings/channels/{id}/delivery`: whether mail of a channel arrives: one mail both ways, and
//! what its domain says in the name system.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::engine::setup::domains::Report;
use crate::engine::vendor::trips::Trip;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::domain::Finding;
use crate::model::domain::State as Standing;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::vendor::live::ill;
use crate::web::dashboard::vendor::live::waiting;
use crate::web::dashboard::vendor::live::well;
use crate::web::dashboard::vendor::steps::Stage;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::setup::CheckView;
use crate::web::dashboard::view::setup::DomainPart;
use crate::web::dashboard::view::setup::RecordView;
use crate::web::dashboard::view::setup::TripPart;
use crate::web::state::State;

/// The kind whose mail has a domain.
const KIND: &str = "email";
/// From then on a mail that did not come in is late.
const LATE_SECS: u64 = 180;

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/delivery", web::get().to(show))
        .route("/domain", web::post().to(look))
        .route("/trip", web::get().to(again))
        .route("/trip", web::post().to(travel));
}

/// The tab of a kind of channel; none for what is no mail.
#[must_use]
pub fn tabs(kind: &str) -> Vec<(&'static str, &'static str)> {
    let tab = (kind == KIND).then_some(("delivery", "Delivery"));
    tab.into_iter().collect()
}

/// A channel of mail, for somebody who may change it.
fn mail_channel(state: &State, reader: &Reader, path: &str) -> Result<Channel, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(state, reader, path)?;
    if channel.kind.as_str() == KIND {
        Ok(channel)
    } else {
        Err(Problem::not_found())
    }
}

async fn show(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let channel = mail_channel(&state, &reader, &path)?;
    let trip = trip(&state, &reader, &channel)?;
    if !reader.parts.is_empty() {
        return Ok(parts(&[render(&trip)]));
    }
    let tab = tab(&state, &reader, &channel, FieldView::default())?;
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

fn tab(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    to: FieldView,
) -> Result<ChannelTab, Problem> {
    let report = state.engine.domains.seen(&reader.actor(), channel.id)?;
    let action = format!("{LIST}/{}/domain", channel.id);
    Ok(ChannelTab::Delivery {
        action: format!("{LIST}/{}/trip", channel.id),
        to,
        trip: trip(state, reader, channel)?,
        domain: domain(reader, report.as_ref(), action),
    })
}

/// A refused try that is loaded again: the tab it belongs to.
async fn again(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let channel = mail_channel(&state, &reader, &path)?;
    Ok(see(&format!("{LIST}/{}/delivery", channel.id)))
}

/// Sends a mail and shows how it stands.
async fn travel(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let channel = mail_channel(&state, reader, &path)?;
    let to = form.fields.some("to");
    let channels = &state.engine.channels;
    let tried = channels
        .try_both_ways(&reader.actor(), channel.id, to)
        .await;
    match tried {
        Ok(()) => Ok(see(&format!("{LIST}/{}/delivery", channel.id))),
        Err(error) => refuse(reader, error, |refused: &Refused| {
            let to = refused.field("to", form.fields.get("to"));
            let banner = refused.banner(&["to"]);
            let tab = tab(&state, reader, &channel, to)?;
            draw(&state, reader, &channel, tab, banner)
        }),
    }
}

/// Asks the name system, and shows the tab.
async fn look(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let channel = mail_channel(&state, &form.reader, &path)?;
    let domains = &state.engine.domains;
    domains.look(&form.reader.actor(), channel.id).await?;
    Ok(see(&format!("{LIST}/{}/delivery", channel.id)))
}

/// The same within the steps of adding a channel.
///
/// # Errors
/// There is no such channel of mail; the reader may not.
pub async fn look_in_setup(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let channel = mail_channel(&state, &form.reader, &path)?;
    let domains = &state.engine.domains;
    domains.look(&form.reader.actor(), channel.id).await?;
    Ok(see(&Stage::Webhook.address(channel.id)))
}

/// How the domain of a channel stands, within the steps; none for what is no mail.
///
/// # Errors
/// The reader may not; the store's.
pub fn domain_in_setup(
    state: &State,
    reader: &Reader,
    channel: &Channel,
) -> Result<Option<DomainPart>, Problem> {
    if channel.kind.as_str() != KIND {
        return Ok(None);
    }
    let report = state.engine.domains.seen(&reader.actor(), channel.id)?;
    let action = format!("{LIST}/{}/setup/domain", channel.id);
    Ok(Some(domain(reader, report.as_ref(), action)))
}

fn domain(reader: &Reader, report: Option<&Report>, action: String) -> DomainPart {
    DomainPart {
        action,
        csrf: reader.agent.csrf.clone(),
        domain: report.map_or_else(String::new, |report| report.domain.clone()),
        at: report.map(|report| format::clock(report.at, &reader.zone)),
        records: report
            .into_iter()
            .flat_map(|report| report.findings.iter().map(record))
            .collect(),
    }
}

fn record(finding: &Finding) -> RecordView {
    let (tone, icon, word) = match finding.state {
        Standing::Good => (Tone::Ok, Icon::HEALTHY, "In order"),
        Standing::Note => (Tone::Warn, Icon::WARNING, "Can be better"),
        Standing::Bad => (Tone::Bad, Icon::BROKEN, "To be mended"),
        Standing::Unknown => (Tone::Neutral, Icon::INFO, "Not known"),
    };
    let add = finding.add.as_ref();
    RecordView {
        check: CheckView {
            tone,
            icon,
            title: finding.what.to_owned(),
            text: finding.text.clone(),
        },
        word,
        found: finding.found.clone(),
        add: add.map(|add| (add.kind, add.name.clone(), add.value.clone())),
    }
}

fn trip(state: &State, reader: &Reader, channel: &Channel) -> Result<TripPart, Problem> {
    let last = state
        .engine
        .channels
        .last_trip(&reader.actor(), channel.id)?;
    let now = state.engine.context.clock.now();
    let steps = last.map_or_else(Vec::new, |last| {
        let waited = now.since(last.began_at).as_secs();
        steps(&last, waited, || stuck(&last, channel))
    });
    Ok(TripPart { steps })
}

/// What became of a mail, step by step; where it got stuck, what to do about it.
fn steps(trip: &Trip, waited_secs: u64, stuck: impl FnOnce() -> String) -> Vec<CheckView> {
    let to = &trip.to;
    let sent = match &trip.taken {
        None => return vec![waiting("Being sent", &format!("To {to}."))],
        Some(Err(why)) => {
            let text = format!("{why} Look at the server and the password on the Settings tab.");
            return vec![ill("Not sent", &text)];
        }
        Some(Ok(_)) => well("Sent", &format!("To {to}. The server accepted it.")),
    };
    let came = match trip.arrived_at {
        Some(at) => {
            let secs = at.since(trip.began_at).as_secs();
            let what = if trip.to_itself {
                "It came in"
            } else {
                "An answer came in"
            };
            well("Received", &format!("{what} after {}.", format::span(secs)))
        }
        None if waited_secs < LATE_SECS => {
            let what = if trip.to_itself {
                "Waiting until it comes in."
            } else {
                "Answer it there: waiting until the answer comes in."
            };
            waiting("On its way", what)
        }
        None => ill("Nothing came in", &stuck()),
    };
    vec![sent, came]
}

/// Why a mail may not have come in.
fn stuck(trip: &Trip, channel: &Channel) -> String {
    if let (ChannelState::Error, Some(why)) = (channel.state, &channel.error) {
        return format!("The channel does not work: {why}");
    }
    let mode = channel
        .settings
        .get("inboundMode")
        .and_then(|mode| mode.as_str());
    let reads =
        mode == Some("imap") || (mode.is_none() && channel.settings.contains_key("imapHost"));
    let where_to_look = if mode == Some("none") {
        "No mail comes in through this channel: choose how on the Settings tab."
    } else if reads {
        "Look whether it lies in another folder of the mailbox, such as spam, and whether the MX record below leads to that mailbox."
    } else {
        "Look whether the MX record below leads to the service, and whether the service knows the address on the Webhook tab."
    };
    if trip.to_itself {
        where_to_look.to_owned()
    } else {
        format!("Nobody answered yet. {where_to_look}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn every_step_of_a_mail_says_how_it_stands() {
        let at = Timestamp::from_secs;
        let trip = |taken: Option<Result<Timestamp, String>>, arrived_at, to_itself| Trip {
            to: "desk@aurora.example".to_owned(),
            to_itself,
            began_at: at(100),
            taken,
            arrived_at,
            ids: Vec::new(),
        };
        let sent = || Some(Ok(at(101)));
        let cases = [
            (trip(None, None, true), 1, vec!["Being sent"]),
            (
                trip(Some(Err("No.".to_owned())), None, true),
                1,
                vec!["Not sent"],
            ),
            (trip(sent(), None, true), 1, vec!["Sent", "On its way"]),
            (trip(sent(), None, false), 179, vec!["Sent", "On its way"]),
            (
                trip(sent(), None, true),
                180,
                vec!["Sent", "Nothing came in"],
            ),
            (
                trip(sent(), Some(at(104)), true),
                900,
                vec!["Sent", "Received"],
            ),
        ];
        for (trip, waited, titles) in cases {
            let shown = steps(&trip, waited, String::new);
            let shown: Vec<String> = shown.into_iter().map(|step| step.title).collect();
            assert_eq!(shown, titles, "{trip:?}");
        }
    }
}
