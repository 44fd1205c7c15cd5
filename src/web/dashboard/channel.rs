//! `/app/settings/channels/{id}`: one channel, tab by tab.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Path;

use crate::engine::setup::audit::AuditEntry;
use crate::engine::setup::channels::ChannelChanges;
use crate::engine::setup::channels::Check;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::web::dashboard::channels::WEBCHAT;
use crate::web::dashboard::channels::health;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::menus;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::channels::ChannelPage;
use crate::web::dashboard::view::channels::ChannelTab;
use crate::web::dashboard::view::channels::FigureView;
use crate::web::dashboard::view::channels::LogLine;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::webchat::pages;
use crate::web::state::State;

/// Where the channels are listed.
pub const LIST: &str = "/app/settings/channels";
/// Entries of the audit log that are looked through.
const LOOKED_AT: usize = 2_000;
/// Lines of a channel's log at most.
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
    Ok(state.engine.channels.get(&reader.actor(), id_of(path)?)?)
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
    Ok(ChannelPage {
        shell: reader.shell(state, &channel.name, Area::Channels)?,
        id: channel.id.to_string(),
        badge: BadgeView::of(channel.kind.as_str()),
        name: channel.name.clone(),
        health: health(channel),
        enabled: channel.enabled && channel.state != ChannelState::Inactive,
        banner,
        tabs: if may_change && channel.kind.as_str() == WEBCHAT {
            pages::tabs()
        } else if may_change {
            menus::tabs(channel.kind.as_str())
        } else {
            Vec::new()
        },
        tab,
        may_change,
    })
}

async fn overview(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = found(&state, &reader, &path)?;
    let broken = channel.error.as_deref();
    let banner = broken.map(|why| BannerView::bad("This channel does not work.", why));
    let tab = overview_tab(&state, &reader, &channel)?;
    Ok(page(&draw(&state, &reader, &channel, tab, banner)?))
}

fn overview_tab(state: &State, reader: &Reader, channel: &Channel) -> Result<ChannelTab, Problem> {
    let actor = reader.actor();
    let hours = state.engine.traffic.last_day(&actor)?;
    let messages = hours
        .get(&channel.id)
        .map_or(0, |hours| hours.iter().map(|count| u64::from(*count)).sum());
    let checks = if actor.may(Permission::ManageChannels) {
        state.engine.channels.checks(&actor, channel.id)?
    } else {
        Vec::new()
    };
    let now = state.engine.context.clock.now();
    Ok(ChannelTab::Overview {
        figures: vec![FigureView {
            label: "Messages, last 24 h".to_owned(),
            value: format::count(messages),
            unit: String::new(),
            text: "In and out".to_owned(),
        }],
        checks: checks
            .iter()
            .map(|check| check_line(check, TimeView::ago(now, now)))
            .collect(),
    })
}

fn check_line(check: &Check, time: TimeView) -> LogLine {
    let title = match check.name {
        "settings" => "Settings",
        "publicAddress" => "Public address",
        other => other,
    };
    LogLine {
        time,
        tone: if check.ok { Tone::Ok } else { Tone::Bad },
        icon: if check.ok {
            Icon::HEALTHY
        } else {
            Icon::BROKEN
        },
        title: title.to_owned(),
        text: check.message.clone(),
    }
}

async fn events(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = found(&state, &reader, &path)?;
    let target = channel.id.to_string();
    let entries = state.engine.audit.list(&reader.actor(), None, LOOKED_AT)?;
    let now = state.engine.context.clock.now();
    let lines = entries
        .iter()
        .filter(|entry| entry.target.as_deref() == Some(&target))
        .take(LINES)
        .map(|entry| log_line(entry, TimeView::ago(entry.at, now)))
        .collect();
    let tab = ChannelTab::Events(lines);
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

fn log_line(entry: &AuditEntry, time: TimeView) -> LogLine {
    let (title, tone, icon) = match entry.action.as_str() {
        "channel.created" => ("Added", Tone::Ok, Icon::HEALTHY),
        "channel.connected" => ("Switched on", Tone::Ok, Icon::HEALTHY),
        "channel.connectFailed" => ("Could not be switched on", Tone::Bad, Icon::BROKEN),
        "channel.disconnected" => ("Switched off", Tone::Neutral, Icon::OFF),
        "channel.updated" => ("Settings changed", Tone::Neutral, Icon::INFO),
        "channel.secretRenewed" => ("Secret replaced", Tone::Warn, Icon::WARNING),
        other => (other, Tone::Neutral, Icon::INFO),
    };
    LogLine {
        time,
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
