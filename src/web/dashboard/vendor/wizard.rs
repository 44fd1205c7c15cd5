//! `/app/settings/channels/new/{kind}` and `/app/settings/channels/{id}/setup`: adding a vendor's
//! channel, step by step. Each step is kept, so that a half-made channel is taken up again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::setup::channels::ChannelChanges;
use crate::engine::setup::channels::NewChannel;
use crate::engine::setup::kinds::Kind;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::channels::HERE;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::routing;
use crate::web::dashboard::vendor::credentials;
use crate::web::dashboard::vendor::delivery;
use crate::web::dashboard::vendor::finding;
use crate::web::dashboard::vendor::form;
use crate::web::dashboard::vendor::live;
use crate::web::dashboard::vendor::steps;
use crate::web::dashboard::vendor::steps::Stage;
use crate::web::dashboard::vendor::trying;
use crate::web::dashboard::vendor::webhook;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::setup::SetupPage;
use crate::web::dashboard::view::setup::SetupStep;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// The addresses before there is a channel; those of a channel are [`configure_channel`].
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/settings/channels/new/{kind}", web::get().to(ask))
        .route("/app/settings/channels/new/{kind}", web::post().to(create))
        .route(
            "/app/settings/channels/new/{kind}/find",
            web::post().to(finding::find_new),
        )
        .route(
            "/app/settings/channels/new/{kind}/find",
            web::get().to(finding::again_new),
        )
        .route(
            "/app/settings/channels/new/{kind}/sandbox",
            web::post().to(open_sandbox),
        );
}

/// The addresses below a channel's own.
pub fn configure_channel(config: &mut web::ServiceConfig) {
    config
        .route("/setup", web::get().to(show))
        .route("/setup/credentials", web::post().to(change))
        .route("/setup/check", web::post().to(check))
        .route("/setup/find", web::post().to(finding::find))
        .route("/setup/find", web::get().to(finding::again))
        .route("/setup/routing", web::get().to(again_routing))
        .route("/setup/routing", web::post().to(route))
        .route("/setup/domain", web::post().to(delivery::look_in_setup))
        .configure(trying::configure);
}

/// A kind that a vendor carries, for somebody who may add one.
///
/// # Errors
/// There is none; the reader may not.
pub fn kind_named(
    state: &State,
    reader: &Reader,
    name: &str,
    settings: &Opaque,
) -> Result<Kind, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let kind = state
        .engine
        .channels
        .kind(&ChannelKind::named(name), settings);
    kind.filter(|kind| !kind.is_own)
        .ok_or_else(Problem::not_found)
}

/// A vendor's channel with its kind, for somebody who may change it.
///
/// # Errors
/// There is none; the reader may not.
pub fn vendor_channel(
    state: &State,
    reader: &Reader,
    path: &str,
) -> Result<(Channel, Kind), Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(state, reader, path)?;
    let kind = kind_named(state, reader, channel.kind.as_str(), &channel.settings)?;
    Ok((channel, kind))
}

async fn ask(
    state: Shared,
    path: Path<String>,
    query: Query<Vec<(String, String)>>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::of(query.into_inner());
    let kind = kind_named(&state, &reader, &path, &Opaque::new())?;
    let choice = credentials::chosen(&kind, &fields);
    let kind = kind_named(&state, &reader, &path, &choice)?;
    if let Some(hinge) = kind
        .hinge()
        .filter(|hinge| !credentials::is_chosen(hinge, &choice))
    {
        let step = SetupStep::Providers(credentials::providers(&kind, hinge));
        return Ok(page(&draw_new(&state, &reader, &kind, step, None)?));
    }
    let none = Refused::nothing();
    let empty = Fields::default();
    let step = credentials::new_credentials(&kind, &choice, &empty, &none);
    Ok(page(&draw_new(&state, &reader, &kind, step, None)?))
}

/// The page before there is a channel.
///
/// # Errors
/// What the page needs could not be read.
pub fn draw_new(
    state: &State,
    reader: &Reader,
    kind: &Kind,
    step: SetupStep,
    banner: Option<BannerView>,
) -> Result<SetupPage, Problem> {
    let sandbox = state.sandbox().filter(|sandbox| {
        let mut vendors = sandbox.vendors();
        vendors.any(|vendor| vendor.channel() == kind.kind)
    });
    let chosen = match &step {
        SetupStep::Credentials { hidden, .. } => hidden.first(),
        _ => None,
    };
    let chosen = chosen.map(|(name, value)| format!("?{name}={value}"));
    let has_hinge = kind.hinge().is_some() && !matches!(step, SetupStep::Providers(_));
    Ok(SetupPage {
        shell: reader.shell(state, format!("Connect {}", kind.name), Area::Channels)?,
        badge: BadgeView::of(kind.kind),
        kind: kind.name.to_owned(),
        saved: None,
        steps: steps::before(kind),
        banner,
        back: Some(if has_hinge {
            format!("{HERE}/new/{}", kind.kind)
        } else {
            format!("{HERE}/new")
        }),
        step,
        live: None,
        sandbox: sandbox.map(|_| {
            let chosen = chosen.as_deref().unwrap_or_default();
            format!("{HERE}/new/{}/sandbox{chosen}", kind.kind)
        }),
        vendor: kind.guide.vendor.to_owned(),
    })
}

/// Makes the channel and proves it. One that the vendor does not accept is kept: nothing typed is
/// lost.
async fn create(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let kind = kind_named(&state, reader, &path, &Opaque::new())?;
    let choice = credentials::chosen(&kind, fields);
    let kind = kind_named(&state, reader, &path, &choice)?;
    let again = |refused: &Refused| {
        let step = credentials::new_credentials(&kind, &choice, fields, refused);
        let banner = refused.banner(&credentials::said(&step));
        draw_new(&state, reader, &kind, step, banner)
    };
    let mut config = match form::read(kind.settings.iter(), fields) {
        Ok(config) => config,
        Err(wrong) => return refuse(reader, Refused::rejection(wrong), again),
    };
    config.retain(|_, value| !value.is_null());
    let actor = reader.actor();
    let new = NewChannel {
        kind: ChannelKind::named(kind.kind),
        name: fields.some("name").unwrap_or(kind.name).to_owned(),
        config,
        metadata: Opaque::new(),
    };
    match state.engine.channels.create(&actor, new).await {
        Ok(made) => proved(&state, reader, &made.channel).await,
        Err(error) => refuse(reader, error, again),
    }
}

/// Connects a channel whose credentials were just kept, and goes where the person goes on.
async fn proved(
    state: &State,
    reader: &Reader,
    channel: &Channel,
) -> Result<HttpResponse, Problem> {
    let channels = &state.engine.channels;
    let channel = channels.connect(&reader.actor(), channel.id).await?;
    let stage = if channel.state == ChannelState::Active {
        Stage::Webhook
    } else {
        Stage::Credentials
    };
    Ok(see(&stage.address(channel.id)))
}

/// Which step is open, and what was sent in it.
#[derive(Debug, Default, Deserialize)]
pub struct Place {
    /// The step.
    step: Option<String>,
    /// The message that was sent.
    pub sent: Option<String>,
}

async fn show(
    state: Shared,
    path: Path<String>,
    place: Query<Place>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (channel, kind) = vendor_channel(&state, &reader, &path)?;
    let stage = Stage::named(place.step.as_deref(), &channel);
    let drawn = match stage {
        Stage::Credentials => credentials_of(&state, &reader, &channel, &kind, None)?,
        Stage::Webhook => {
            let step = webhook_step(&state, &reader, &channel, &kind)?;
            draw(&state, &reader, &channel, &kind, stage, step)?
        }
        Stage::Routing => routing_of(&state, &reader, &channel, &kind, None)?,
        Stage::Test => {
            let tried = trying::tried(&state, &reader, &channel, &kind, place.sent.as_deref())?;
            let step = trying::step(&state, &channel, &kind, FieldView::default(), tried);
            draw(&state, &reader, &channel, &kind, stage, step)?
        }
    };
    if reader.parts.is_empty() {
        return Ok(page(&drawn));
    }
    Ok(parts(&fragments(&drawn)))
}

/// The parts of a page that change by themselves.
fn fragments(page: &SetupPage) -> Vec<String> {
    let mut all: Vec<String> = page.live.iter().map(render).collect();
    match &page.step {
        SetupStep::Webhook { checks, .. } => all.push(render(checks)),
        SetupStep::Test { tried, .. } => all.push(render(tried)),
        SetupStep::Providers(_) | SetupStep::Credentials { .. } | SetupStep::Routing { .. } => {}
    }
    all
}

/// The page of a channel with one step open.
///
/// # Errors
/// What the page needs could not be read.
pub fn draw(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    stage: Stage,
    step: SetupStep,
) -> Result<SetupPage, Problem> {
    let kept = format::clock(channel.updated_at, &reader.zone);
    Ok(SetupPage {
        shell: reader.shell(state, format!("Connect {}", kind.name), Area::Channels)?,
        badge: BadgeView::of(kind.kind),
        kind: kind.name.to_owned(),
        saved: Some(format!("Saved {kept}")),
        steps: steps::of(channel, kind, stage),
        banner: None,
        back: stage.before().map(|before| before.address(channel.id)),
        step,
        live: Some(live::part(state, reader, channel, kind)?),
        sandbox: None,
        vendor: kind.guide.vendor.to_owned(),
    })
}

/// The first step of a channel that is kept.
///
/// # Errors
/// What the page needs could not be read.
pub fn credentials_of(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    typed: Option<(&Fields, &Refused)>,
) -> Result<SetupPage, Problem> {
    let (step, banner) = credentials::kept(channel, kind, typed);
    let mut drawn = draw(state, reader, channel, kind, Stage::Credentials, step)?;
    drawn.banner = banner;
    Ok(drawn)
}

/// Keeps other credentials and proves them.
async fn change(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, kind) = vendor_channel(&state, reader, &path)?;
    let again = |refused: &Refused| {
        let typed = Some((fields, refused));
        credentials_of(&state, reader, &channel, &kind, typed)
    };
    let config = match form::read(kind.settings.iter(), fields) {
        Ok(config) => config,
        Err(wrong) => return refuse(reader, Refused::rejection(wrong), again),
    };
    let changes = ChannelChanges {
        name: Some(fields.get("name").to_owned()),
        config,
        ..ChannelChanges::default()
    };
    let channels = &state.engine.channels;
    match channels.update(&reader.actor(), channel.id, changes).await {
        Ok(channel) => proved(&state, reader, &channel).await,
        Err(error) => refuse(reader, error, again),
    }
}

fn webhook_step(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
) -> Result<SetupStep, Problem> {
    let action = format!("{HERE}/{}/setup/check", channel.id);
    Ok(SetupStep::Webhook {
        webhook: webhook::view(state, reader, channel, kind)?,
        checks: webhook::checks(state, reader, channel, kind, action)?,
        domain: delivery::domain_in_setup(state, reader, channel)?,
        next: Stage::Routing.address(channel.id),
    })
}

/// The step that says who answers.
fn routing_of(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    typed: Option<(&Fields, &Refused)>,
) -> Result<SetupPage, Problem> {
    let step = SetupStep::Routing {
        action: format!("{HERE}/{}/setup/routing", channel.id),
        fields: routing::fields(state, reader, channel, typed)?,
    };
    draw(state, reader, channel, kind, Stage::Routing, step)
}

/// Keeps who answers and goes on.
async fn route(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let (channel, kind) = vendor_channel(&state, reader, &path)?;
    let next = Stage::Test.address(channel.id);
    routing::keep(&state, &form, &channel, &next, |refused| {
        let typed = Some((&form.fields, refused));
        routing_of(&state, reader, &channel, &kind, typed)
    })
    .await
}

/// A refused form that is loaded again: the step it belongs to.
async fn again_routing(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &reader, &path)?;
    Ok(see(&Stage::Routing.address(channel.id)))
}

/// Asks the vendor once more.
async fn check(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &form.reader, &path)?;
    let actor = form.reader.actor();
    state.engine.channels.connect(&actor, channel.id).await?;
    Ok(see(&Stage::Webhook.address(channel.id)))
}

/// Opens an account at the vendor in the box that was chosen, and a channel on it.
async fn open_sandbox(
    state: Shared,
    path: Path<String>,
    query: Query<Vec<(String, String)>>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let kind = kind_named(&state, reader, &path, &Opaque::new())?;
    let choice = credentials::chosen(&kind, &Fields::of(query.into_inner()));
    let chosen = choice.values().next().and_then(|value| value.as_str());
    match trying::on_sandbox(&state, reader, &kind, chosen).await? {
        Ok(channel) => Ok(see(&Stage::Webhook.address(channel.id))),
        Err(words) => {
            let step = match kind.hinge() {
                Some(hinge) => SetupStep::Providers(credentials::providers(&kind, hinge)),
                None => credentials::new_credentials(
                    &kind,
                    &Opaque::new(),
                    &Fields::default(),
                    &Refused::nothing(),
                ),
            };
            let banner = Some(BannerView::bad("There is no sandbox account.", words));
            let drawn = draw_new(&state, reader, &kind, step, banner)?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &drawn))
        }
    }
}
