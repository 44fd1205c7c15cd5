//! `/app/settings/channels/{id}`: one channel, tab by tab.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::time::Timestamp;
use crate::engine::setup::audit::AuditEntry;
use crate::engine::setup::channels::ChannelChanges;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::channels::WEBCHAT;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::menus;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::routing;
use crate::web::dashboard::vendor;
use crate::web::dashboard::vendor::health::access;
use crate::web::dashboard::vendor::health::health;
use crate::web::dashboard::vendor::health::setup_of;
use crate::web::dashboard::vendor::health::trouble;
use crate::web::dashboard::vendor::live;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::channel::ChannelPage;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::channel::EventsPart;
use crate::web::dashboard::view::channel::ServiceView;
use crate::web::dashboard::view::channels::FigureView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::setup::CheckView;
use crate::web::dashboard::view::setup::HappenedView;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::webchat::pages;
use crate::web::state::State;

/// Where the channels are listed.
pub const LIST: &str = "/app/settings/channels";
/// Entries of the audit log that are looked through.
const LOOKED_AT: usize = 2_000;
/// Lines of one page of a channel's log.
const LINES: usize = 100;

/// The addresses of one channel.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/app/settings/channels/{id}")
            .route("", web::get().to(overview))
            .route("/events", web::get().to(events))
            .route("/connect", web::post().to(connect))
            .route("/disconnect", web::post().to(disconnect))
            .route("/delete", web::post().to(delete))
            .configure(menus::configure)
            .configure(vendor::pages::configure)
            .configure(routing::configure)
            .configure(pages::configure),
    );
}

fn id_of(path: &str) -> Result<ChannelId, Problem> {
    path.parse().map_err(|_| Problem::not_found())
}

/// A channel by its id in an address.
///
/// # Errors
/// There is none; the reader may not see it.
pub fn found(state: &State, reader: &Reader, path: &str) -> Result<Channel, Problem> {
    let actor = reader.actor();
    actor.require(Permission::InspectChannels)?;
    Ok(state.engine.channels.get(&actor, id_of(path)?)?)
}

/// A web chat's channel, for somebody who may change it.
///
/// # Errors
/// There is none; the reader may not.
pub fn own_chat(state: &State, reader: &Reader, path: &str) -> Result<Channel, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(state, reader, path)?;
    if channel.kind.as_str() == WEBCHAT {
        Ok(channel)
    } else {
        Err(Problem::not_found())
    }
}

/// The page of a channel with one tab open.
///
/// # Errors
/// What the frame of the page needs could not be read.
pub fn draw(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    tab: ChannelTab,
    banner: Option<BannerView>,
) -> Result<ChannelPage, Problem> {
    let may_change = reader.actor().may(Permission::ManageChannels);
    let is_own = channel.kind.as_str() == WEBCHAT;
    Ok(ChannelPage {
        shell: reader.shell(state, &channel.name, Area::Channels)?,
        id: channel.id.to_string(),
        badge: BadgeView::of(channel.kind.as_str()),
        name: channel.name.clone(),
        health: health(channel, state.engine.context.clock.now()),
        enabled: channel.enabled && channel.state != ChannelState::Inactive,
        simple: is_own,
        unfinished: setup_of(channel).filter(|_| may_change),
        banner,
        tabs: match (may_change, is_own) {
            (true, true) => pages::tabs().into_iter().chain([routing::TAB]).collect(),
            (true, false) => {
                let menus = menus::tabs(channel.kind.as_str());
                let delivery = vendor::delivery::tabs(channel.kind.as_str());
                let usual = vendor::pages::TABS.iter().copied();
                let usual = usual.chain([routing::TAB]);
                let opt_outs = vendor::optouts::tabs(channel.kind.as_str());
                let held = vendor::quarantine::tabs(channel.kind.as_str());
                let more = delivery.into_iter().chain(menus).chain(opt_outs);
                let more = more.chain(held);
                usual.chain(more).collect()
            }
            (false, _) => Vec::new(),
        },
        tab,
        may_change,
    })
}

async fn overview(
    state: Shared,
    path: Path<String>,
    told: Query<Told>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = found(&state, &reader, &path)?;
    let now = state.engine.context.clock.now();
    let banner = told.banner().or_else(|| {
        trouble(&channel, now).map(|trouble| BannerView {
            tone: trouble.tone,
            title: format!("{}.", trouble.title),
            text: trouble.text,
        })
    });
    let tab = overview_tab(&state, &reader, &channel)?;
    Ok(page(&draw(&state, &reader, &channel, tab, banner)?))
}

/// What a channel does and how it is.
///
/// # Errors
/// What it shows could not be read.
pub fn overview_tab(
    state: &State,
    reader: &Reader,
    channel: &Channel,
) -> Result<ChannelTab, Problem> {
    let is_own = channel.kind.as_str() == WEBCHAT;
    let service = ServiceView {
        connected: channel.state != ChannelState::Inactive,
        paused: !channel.enabled,
        active: channel.state == ChannelState::Active,
        publishes: !menus::tabs(channel.kind.as_str()).is_empty(),
        registers: state.engine.channels.registers(channel),
        sign_in: signs_in_with(channel).map(|whom| (whom, state.engine.channels.sign_in_back())),
    };
    Ok(ChannelTab::Overview {
        figures: figures(state, reader, channel)?,
        checks: checks(state, reader, channel)?,
        service: (!is_own).then_some(service),
    })
}

/// Whether everything about a channel is in order, for whoever may mend it.
fn checks(state: &State, reader: &Reader, channel: &Channel) -> Result<Vec<CheckView>, Problem> {
    let actor = reader.actor();
    let channels = &state.engine.channels;
    let Some(kind) = channels.kind(&channel.kind, &channel.settings) else {
        return Ok(Vec::new());
    };
    if !actor.may(Permission::ManageChannels) {
        return Ok(Vec::new());
    }
    let now = state.engine.context.clock.now();
    let known = channels.checks(&actor, channel.id)?;
    Ok(live::checks(channel, &known, &kind, now))
}

/// With whom a person signs in to let a channel into its account.
fn signs_in_with(channel: &Channel) -> Option<&'static str> {
    if channel
        .settings
        .get("loginType")
        .is_some_and(|login| login == "instagram")
    {
        return Some("Instagram");
    }
    match channel.settings.get("oauthProvider")?.as_str()? {
        "google" => Some("Google"),
        "microsoft" => Some("Microsoft"),
        _ => Some("the provider"),
    }
}

fn figures(state: &State, reader: &Reader, channel: &Channel) -> Result<Vec<FigureView>, Problem> {
    let figure = |label: &str, value: String, text: &str| FigureView {
        label: label.to_owned(),
        value,
        unit: String::new(),
        text: text.to_owned(),
    };
    let hours = state.engine.traffic.last_day(&reader.actor())?;
    let messages = hours
        .get(&channel.id)
        .map_or(0, |hours| hours.iter().map(|count| u64::from(*count)).sum());
    let mut all = vec![figure(
        "Messages, last 24 h",
        format::count(messages),
        "In and out",
    )];
    if channel.kind.as_str() != WEBCHAT {
        let now = state.engine.context.clock.now();
        let when = |at: Option<Timestamp>| {
            at.map_or_else(
                || "Never".to_owned(),
                |at| format::exact(at, now, &reader.zone),
            )
        };
        let is_asked = channel.webhook_at.is_none() && channel.last_inbound_at.is_some();
        all.push(if is_asked {
            let text = "The vendor is asked for them";
            figure("Last message", when(channel.last_inbound_at), text)
        } else {
            let text = "Reported by the vendor, with proof";
            figure("Last webhook", when(channel.webhook_at), text)
        });
        all.push(figure(
            "Last checked",
            when(channel.checked_at),
            "When the vendor was asked",
        ));
        let (_, access) = access(channel, now);
        all.push(figure("Access", access, "As far as the vendor tells"));
    }
    Ok(all)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Since {
    /// The moment before which a page of the log begins.
    before: Option<String>,
}

async fn events(
    state: Shared,
    path: Path<String>,
    since: Query<Since>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = found(&state, &reader, &path)?;
    let before = since.before.as_deref().and_then(Timestamp::parse);
    let mut all = lines(&state, &reader, &channel)?;
    all.retain(|(at, _)| before.is_none_or(|before| *at < before));
    // Lines of one moment stay together.
    let last = all.get(LINES.min(all.len()).wrapping_sub(1));
    let last = last.map(|(at, _)| *at);
    let rest = all.partition_point(|(at, _)| last.is_some_and(|last| *at >= last));
    let tab = format!("{LIST}/{}/events", channel.id);
    let events = EventsPart {
        more: last
            .filter(|_| rest < all.len())
            .map(|last| format!("{tab}?before={last}")),
        back: before.map(|_| tab.clone()),
        lines: all.into_iter().take(rest).map(|(_, line)| line).collect(),
    };
    if reader.wants("channel-events") {
        return Ok(parts(&[render(&events)]));
    }
    let tab = ChannelTab::Events(events);
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

/// What people did to a channel and what happened to it, newest first.
fn lines(
    state: &State,
    reader: &Reader,
    channel: &Channel,
) -> Result<Vec<(Timestamp, HappenedView)>, Problem> {
    let actor = reader.actor();
    let target = channel.id.to_string();
    let now = state.engine.context.clock.now();
    let mut all: Vec<(Timestamp, HappenedView)> = Vec::new();
    if actor.may(Permission::ReadAudit) {
        let entries = state.engine.audit.list(&actor, None, LOOKED_AT)?;
        let ours = entries
            .iter()
            .filter(|entry| entry.target.as_deref() == Some(&target));
        all.extend(ours.map(|entry| (entry.at, log_line(entry, now, reader))));
    }
    if let Some(kind) = state.engine.channels.kind(&channel.kind, &channel.settings) {
        let told = state.engine.channels.happenings(&actor, channel.id)?;
        let at: Vec<Timestamp> = told.iter().map(|one| one.at).collect();
        all.extend(at.into_iter().zip(live::lines(&told, &kind, now, reader)));
    }
    // What happened at the same moment stays in its order: the newest of it first.
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(all)
}

fn log_line(entry: &AuditEntry, now: Timestamp, reader: &Reader) -> HappenedView {
    let (title, tone, icon) = match entry.action.as_str() {
        "channel.created" => ("Added", Tone::Ok, Icon::HEALTHY),
        "channel.connected" => ("Switched on", Tone::Ok, Icon::HEALTHY),
        "channel.signedIn" => ("Signed in to the account", Tone::Ok, Icon::HEALTHY),
        "channel.connectFailed" => ("Could not be switched on", Tone::Bad, Icon::BROKEN),
        "channel.disconnected" => ("Switched off", Tone::Neutral, Icon::OFF),
        "channel.updated" => ("Settings changed", Tone::Neutral, Icon::INFO),
        "channel.secretRenewed" => ("Secret replaced", Tone::Warn, Icon::WARNING),
        "channel.mailReadAgain" => (
            "A mail in quarantine tried again",
            Tone::Neutral,
            Icon::INFO,
        ),
        "channel.mailDropped" => ("A mail in quarantine deleted", Tone::Warn, Icon::WARNING),
        "channel.published" => ("Published again", Tone::Neutral, Icon::INFO),
        other => (other, Tone::Neutral, Icon::INFO),
    };
    HappenedView {
        iso: entry.at.to_string(),
        time: format::exact(entry.at, now, &reader.zone),
        tone,
        icon,
        title: title.to_owned(),
        text: format!("By {}", entry.actor_name),
    }
}

async fn connect(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let (actor, channels) = (form.reader.actor(), &state.engine.channels);
    if !channels.get(&actor, id)?.enabled {
        let changes = ChannelChanges {
            enabled: Some(true),
            ..ChannelChanges::default()
        };
        channels.update(&actor, id, changes).await?;
    }
    channels.connect(&actor, id).await?;
    Ok(see(&format!("{LIST}/{id}")))
}

async fn disconnect(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let channels = &state.engine.channels;
    channels.disconnect(&form.reader.actor(), id).await?;
    Ok(see(&format!("{LIST}/{id}")))
}

/// Deletes a channel whose name was typed to confirm: that is force enough.
async fn delete(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(&state, reader, &path)?;
    if form.fields.get("confirm").trim() != channel.name {
        let words = format!("Type {} to delete it.", channel.name);
        let banner = BannerView::bad("Not deleted.", words);
        let tab = overview_tab(&state, reader, &channel)?;
        let drawn = draw(&state, reader, &channel, tab, Some(banner))?;
        return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
    }
    let channels = &state.engine.channels;
    channels.delete(&reader.actor(), channel.id, true).await?;
    Ok(see(LIST))
}
