//! `/app/settings/channels`: every channel, and adding one.

use actix_web::HttpResponse;
use actix_web::web;

use crate::engine::setup::channels::NewChannel;
use crate::engine::setup::traffic::Hours;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::vendor::form;
use crate::web::dashboard::vendor::health::access;
use crate::web::dashboard::vendor::health::health;
use crate::web::dashboard::vendor::health::rank;
use crate::web::dashboard::vendor::health::trouble;
use crate::web::dashboard::vendor::wizard;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::channels::ChannelNewPage;
use crate::web::dashboard::view::channels::ChannelRow;
use crate::web::dashboard::view::channels::ChannelsPage;
use crate::web::dashboard::view::channels::FigureView;
use crate::web::dashboard::view::channels::NewWebchatForm;
use crate::web::dashboard::view::channels::TileView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::webchat;
use crate::web::state::State;

/// The address of the page.
pub const HERE: &str = "/app/settings/channels";
/// The kind of our own chat.
pub const WEBCHAT: &str = "webchat";
/// How many troubles are said above the list.
const BANNERS: usize = 3;

/// The addresses of the list and of adding a channel.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(create))
        .route("/app/settings/channels/new", web::get().to(choose))
        .route("/app/settings/channels/new/webchat", web::get().to(ask))
        .configure(wizard::configure);
}

async fn show(state: Shared, reader: Reader) -> Result<HttpResponse, Problem> {
    let actor = reader.actor();
    actor.require(Permission::InspectChannels)?;
    let mut channels = state.engine.channels.list(&actor)?;
    let now = state.engine.context.clock.now();
    channels.sort_by_key(|channel| (rank(channel, now), channel.name.to_lowercase()));
    let mut traffic = state.engine.traffic.last_day(&actor)?;
    let rows: Vec<ChannelRow> = channels
        .iter()
        .map(|channel| {
            row(
                &state,
                channel,
                traffic.remove(&channel.id).unwrap_or_default(),
            )
        })
        .collect();
    let mut troubles: Vec<_> = channels
        .iter()
        .filter_map(|channel| trouble(channel, now))
        .collect();
    let more = troubles.len().saturating_sub(BANNERS);
    troubles.truncate(BANNERS);
    Ok(page(&ChannelsPage {
        shell: reader.shell(&state, "Channels", Area::Channels)?,
        figures: figures(&state, &channels, &rows),
        banners: troubles,
        more,
        channels: rows,
        may_add: actor.may(Permission::ManageChannels),
    }))
}

fn row(state: &State, channel: &Channel, hours: Hours) -> ChannelRow {
    let now = state.engine.context.clock.now();
    let badge = BadgeView::of(channel.kind.as_str());
    ChannelRow {
        id: channel.id.to_string(),
        about: if channel.kind.as_str() == WEBCHAT {
            webchat::websites(&channel.settings)
        } else {
            about(channel, &badge.name)
        },
        badge,
        name: channel.name.clone(),
        sandbox: channel.sandbox,
        health: health(channel, now),
        access: access(channel, now),
        last_in: channel.last_inbound_at.map(|at| TimeView::ago(at, now)),
        last_out: channel.last_outbound_at.map(|at| TimeView::ago(at, now)),
        messages_24h: hours.iter().map(|count| u64::from(*count)).sum(),
        hours: hours.to_vec(),
    }
}

/// Whose account it is, as its vendor shows it, or else what kind.
fn about(channel: &Channel, kind: &str) -> String {
    let text = |name: &str| channel.settings.get(name).and_then(|value| value.as_str());
    if let Some(number) = text("displayPhoneNumber") {
        return format!("+{}", number.trim_start_matches('+'));
    }
    if let Some(user) = text("botUsername").or_else(|| text("username")) {
        return format!("@{}", user.trim_start_matches('@'));
    }
    let account = text("pageName").or_else(|| text("phoneNumber"));
    let shown = account.map_or_else(|| kind.to_owned(), str::to_owned);
    match text("provider") {
        Some(provider) => format!("{shown} \u{b7} {}", form::word("provider", provider)),
        None => shown,
    }
}

fn figures(state: &State, channels: &[Channel], rows: &[ChannelRow]) -> Vec<FigureView> {
    let works = |channel: &&Channel| channel.enabled && channel.state == ChannelState::Active;
    let healthy = channels.iter().filter(works).count();
    let health = &state.engine.health;
    let messages = rows.iter().map(|row| row.messages_24h).sum();
    vec![
        figure(
            "Messages, last 24 h",
            messages,
            "",
            "In and out, all channels",
        ),
        figure(
            "In service",
            healthy as u64,
            &format!("of {}", channels.len()),
            "Channels that work",
        ),
        figure(
            "Visitors",
            health.visitors() as u64,
            "",
            "Chats open on websites now",
        ),
        figure("Outbox", health.outbox(), "", "Messages waiting to be sent"),
    ]
}

fn figure(label: &str, value: u64, unit: &str, text: &str) -> FigureView {
    FigureView {
        label: label.to_owned(),
        value: format::count(value),
        unit: unit.to_owned(),
        text: text.to_owned(),
    }
}

/// The kinds that can be added: those this version can connect.
async fn choose(state: Shared, reader: Reader) -> Result<HttpResponse, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    Ok(page(&ChannelNewPage {
        shell: reader.shell(&state, "Add channel", Area::Channels)?,
        tiles: tiles(&state),
        form: None,
    }))
}

/// A tile for each kind that can be added.
#[must_use]
pub fn tiles(state: &State) -> Vec<TileView> {
    let tiles = state.engine.channels.kinds().into_iter().map(|kind| {
        let badge = BadgeView::of(kind.kind);
        TileView {
            title: badge.name.clone(),
            badge,
            about: kind.guide.about.to_owned(),
            needs: kind.guide.needs.to_owned(),
            time: kind.guide.time.to_owned(),
            href: format!("{HERE}/new/{}", kind.kind),
        }
    });
    tiles.collect()
}

async fn ask(state: Shared, reader: Reader) -> Result<HttpResponse, Problem> {
    let empty = Fields::default();
    Ok(page(&form_page(
        &state,
        &reader,
        &empty,
        &Refused::nothing(),
    )?))
}

fn form_page(
    state: &State,
    reader: &Reader,
    typed: &Fields,
    refused: &Refused,
) -> Result<ChannelNewPage, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    Ok(ChannelNewPage {
        shell: reader.shell(state, "Connect WebChat", Area::Channels)?,
        tiles: Vec::new(),
        form: Some(NewWebchatForm {
            name: refused.field("name", typed.get("name")),
            origins: refused.field("allowedOrigins", typed.get("allowedOrigins")),
        }),
    })
}

async fn create(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let config = Opaque::from_iter([(
        "allowedOrigins".to_owned(),
        webchat::read::lines(fields.get("allowedOrigins")),
    )]);
    match add_webchat(&state, reader, fields.get("name"), config).await {
        Ok(channel) => Ok(see(&format!("{HERE}/{}/install", channel.id))),
        Err(error) => refuse(reader, error, |refused| {
            form_page(&state, reader, fields, refused)
        }),
    }
}

/// Makes a web chat and connects it: it needs nothing from anybody else.
async fn add_webchat(
    state: &State,
    reader: &Reader,
    name: &str,
    config: Opaque,
) -> Result<Channel, crate::engine::error::EngineError> {
    let actor = reader.actor();
    let new = NewChannel {
        kind: ChannelKind::named(WEBCHAT),
        name: name.to_owned(),
        config,
        metadata: Opaque::new(),
    };
    let made = state.engine.channels.create(&actor, new).await?;
    state.engine.channels.connect(&actor, made.channel.id).await
}
