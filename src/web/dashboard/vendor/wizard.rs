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
use crate::model::channel::Part;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
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
use crate::web::dashboard::vendor::form;
use crate::web::dashboard::vendor::form::Filled;
use crate::web::dashboard::vendor::live;
use crate::web::dashboard::vendor::steps;
use crate::web::dashboard::vendor::steps::Stage;
use crate::web::dashboard::vendor::trying;
use crate::web::dashboard::vendor::webhook;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::channels::TileView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::setting::SettingView;
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
        .configure(trying::configure);
}

/// A kind that a vendor carries, for somebody who may add one.
fn kind_named(
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

/// The settings of a choice that was made in the address or in the form, before all others.
fn chosen(kind: &Kind, fields: &Fields) -> Opaque {
    let mut settings = Opaque::new();
    if let Some(hinge) = kind.hinge()
        && let Some(value) = fields.some(hinge.name)
    {
        settings.insert(hinge.name.to_owned(), value.into());
    }
    settings
}

/// The fields of the first step: what proves the account, and what hardly anybody needs.
fn asked<'a>(
    kind: &'a Kind,
    settings: &'a Opaque,
    part: Part,
) -> impl Iterator<Item = &'static Setting> + 'a {
    let hinge = kind.hinge().map(|hinge| hinge.name);
    kind.settings.iter().filter(move |setting| {
        setting.part == part && setting.counts(settings) && Some(setting.name) != hinge
    })
}

async fn ask(
    state: Shared,
    path: Path<String>,
    query: Query<Vec<(String, String)>>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::of(query.into_inner());
    let kind = kind_named(&state, &reader, &path, &Opaque::new())?;
    let choice = chosen(&kind, &fields);
    let kind = kind_named(&state, &reader, &path, &choice)?;
    if let Some(hinge) = kind.hinge().filter(|hinge| !is_chosen(hinge, &choice)) {
        let step = SetupStep::Providers(providers(&kind, hinge));
        return Ok(page(&draw_new(&state, &reader, &kind, step, None)?));
    }
    let none = Refused::nothing();
    let empty = Fields::default();
    let step = new_credentials(&kind, &choice, &empty, &none);
    Ok(page(&draw_new(&state, &reader, &kind, step, None)?))
}

fn is_chosen(hinge: &Setting, choice: &Opaque) -> bool {
    let Shape::Choice(values) = hinge.shape else {
        return true;
    };
    let chosen = choice.get(hinge.name).and_then(|value| value.as_str());
    chosen.is_some_and(|chosen| values.contains(&chosen))
}

fn providers(kind: &Kind, hinge: &Setting) -> Vec<TileView> {
    let Shape::Choice(values) = hinge.shape else {
        return Vec::new();
    };
    let tiles = values.iter().map(|value| TileView {
        badge: BadgeView::of(kind.kind),
        title: form::word(hinge.name, value),
        about: String::new(),
        needs: String::new(),
        time: String::new(),
        href: format!("{HERE}/new/{}?{}={value}", kind.kind, hinge.name),
    });
    tiles.collect()
}

fn new_credentials(kind: &Kind, choice: &Opaque, typed: &Fields, refused: &Refused) -> SetupStep {
    let has = |_: &str| false;
    let filled = Filled::Typed {
        fields: typed,
        has: &has,
    };
    let name = if typed.has("name") {
        typed.get("name")
    } else {
        kind.name
    };
    credentials(
        kind,
        choice,
        &format!("{HERE}/new/{}", kind.kind),
        refused.field("name", name),
        |setting| form::field(setting, &filled, refused),
    )
}

fn credentials(
    kind: &Kind,
    settings: &Opaque,
    action: &str,
    name: FieldView,
    field: impl Fn(&Setting) -> SettingView,
) -> SetupStep {
    let drawn = |part| -> Vec<SettingView> { asked(kind, settings, part).map(&field).collect() };
    let rare = drawn(Part::Rare);
    let hidden = kind.hinge().and_then(|hinge| {
        let value = settings.get(hinge.name)?.as_str()?;
        Some((hinge.name.to_owned(), value.to_owned()))
    });
    SetupStep::Credentials {
        action: action.to_owned(),
        page: webhook::page_of(kind),
        name,
        hidden: hidden.into_iter().collect(),
        fields: drawn(Part::Access),
        rare_open: rare.iter().any(|field| field.field.error.is_some()),
        rare,
    }
}

fn draw_new(
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
        sandbox: sandbox.map(|_| format!("{HERE}/new/{}/sandbox", kind.kind)),
        vendor: kind.guide.vendor.to_owned(),
    })
}

/// Makes the channel and proves it. One that the vendor does not accept is kept: nothing typed is
/// lost.
async fn create(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let kind = kind_named(&state, reader, &path, &Opaque::new())?;
    let choice = chosen(&kind, fields);
    let kind = kind_named(&state, reader, &path, &choice)?;
    let again = |refused: &Refused| {
        let step = new_credentials(&kind, &choice, fields, refused);
        let banner = refused.banner(&said(&step));
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

/// The names of the fields of a step: what is wrong with others is said above them.
fn said(step: &SetupStep) -> Vec<&str> {
    match step {
        SetupStep::Credentials { fields, rare, .. } => {
            let names = fields.iter().chain(rare).map(|field| field.id.as_str());
            std::iter::once("name").chain(names).collect()
        }
        _ => Vec::new(),
    }
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
        SetupStep::Providers(_) | SetupStep::Credentials { .. } => {}
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

/// The first step of a channel that is kept: with what was typed, or what is stored and what the
/// vendor said of it.
fn credentials_of(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    typed: Option<(&Fields, &Refused)>,
) -> Result<SetupPage, Problem> {
    let has = |name: &str| channel.secrets.contains_key(name);
    let nothing = Refused::nothing();
    let (filled, refused, name) = match typed {
        Some((fields, refused)) => (
            Filled::Typed { fields, has: &has },
            refused,
            fields.get("name"),
        ),
        None => (
            Filled::Stored {
                settings: &channel.settings,
                has: &has,
            },
            &nothing,
            channel.name.as_str(),
        ),
    };
    let vendor = crate::web::dashboard::reader::capitalised(kind.guide.vendor);
    let broken = channel.state == ChannelState::Error && typed.is_none();
    let blamed = channel.error_about.as_deref().filter(|_| broken);
    let why = channel.error.as_deref().unwrap_or_default();
    let field = |setting: &Setting| {
        let drawn = form::field(setting, &filled, refused);
        if blamed == Some(setting.name) {
            drawn.wrong(Some(format!("{vendor} says: {why}")))
        } else {
            drawn
        }
    };
    let action = format!("{HERE}/{}/setup/credentials", channel.id);
    let name = refused.field("name", name);
    let step = credentials(kind, &channel.settings, &action, name, field);
    let names = said(&step);
    let banner = if broken && !names.iter().any(|name| Some(*name) == blamed) {
        Some(BannerView::bad(
            format!("{vendor} does not accept the account."),
            why,
        ))
    } else {
        refused.banner(&names)
    };
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
        next: Stage::Test.address(channel.id),
    })
}

/// Asks the vendor once more.
async fn check(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &form.reader, &path)?;
    let actor = form.reader.actor();
    state.engine.channels.connect(&actor, channel.id).await?;
    Ok(see(&Stage::Webhook.address(channel.id)))
}

/// Opens an account at the vendor in the box, and a channel on it.
async fn open_sandbox(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let kind = kind_named(&state, reader, &path, &Opaque::new())?;
    match trying::on_sandbox(&state, reader, &kind).await? {
        Ok(channel) => Ok(see(&Stage::Webhook.address(channel.id))),
        Err(words) => {
            let step = match kind.hinge() {
                Some(hinge) => SetupStep::Providers(providers(&kind, hinge)),
                None => new_credentials(
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
