//! The tabs of a vendor's channel: its settings, and where the vendor reports.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::setup::channels::ChannelChanges;
use crate::engine::setup::kinds::Kind;
use crate::model::channel::Channel;
use crate::model::channel::Part;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::overview_tab;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::menus;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::parts;
use crate::web::dashboard::reader::render;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::vendor::delivery;
use crate::web::dashboard::vendor::form;
use crate::web::dashboard::vendor::form::Filled;
use crate::web::dashboard::vendor::optouts;
use crate::web::dashboard::vendor::quarantine;
use crate::web::dashboard::vendor::sign_in;
use crate::web::dashboard::vendor::signature;
use crate::web::dashboard::vendor::webhook;
use crate::web::dashboard::vendor::wizard;
use crate::web::dashboard::vendor::wizard::vendor_channel;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::channel::SecretView;
use crate::web::dashboard::view::setting::SectionView;
use crate::web::dashboard::view::setting::SettingView;
use crate::web::state::State;

/// The tabs: the last part of the address, and the title.
pub const TABS: [(&str, &str); 2] = [("settings", "Settings"), ("webhook", "Webhook")];

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/settings", web::get().to(settings))
        .route("/settings", web::post().to(change))
        .route("/webhook", web::get().to(show_webhook))
        .route("/webhook", web::post().to(renew))
        .route("/check", web::post().to(check))
        .route("/pause", web::post().to(pause))
        .route("/publish", web::post().to(publish))
        .route("/register", web::post().to(register))
        .configure(delivery::configure)
        .configure(signature::configure)
        .configure(optouts::configure)
        .configure(quarantine::configure)
        .route("/sign-in", web::get().to(sign_in::leave))
        .configure(wizard::configure_channel);
}

/// The settings that count for a channel, but for the choice it was made with and for what has a tab
/// of its own.
fn counting<'a>(
    channel: &'a Channel,
    kind: &'a Kind,
    part: Part,
) -> impl Iterator<Item = &'static Setting> + 'a {
    let hinge = kind.hinge().map(|hinge| hinge.name);
    kind.settings.iter().filter(move |setting| {
        form::part(setting) == part
            && setting.counts(&channel.settings)
            && Some(setting.name) != hinge
            && !menus::holds(kind.kind, setting.name)
    })
}

fn tab(
    channel: &Channel,
    kind: &Kind,
    name: &str,
    filled: &Filled<'_>,
    refused: &Refused,
) -> ChannelTab {
    let drawn = |part| -> Vec<SettingView> {
        counting(channel, kind, part)
            .map(|setting| form::field(setting, filled, refused))
            .collect()
    };
    let section = |title: &str, lead: &str, fields| SectionView {
        title: title.to_owned(),
        lead: lead.to_owned(),
        fields,
    };
    let mut sections = vec![section(
        "Account",
        "When something here changes, the channel is connected again by itself. Messages wait meanwhile.",
        drawn(Part::Access),
    )];
    let behaviour = drawn(Part::Behaviour);
    if !behaviour.is_empty() {
        sections.push(section("Behaviour", "", behaviour));
    }
    let rare = drawn(Part::Rare);
    ChannelTab::Account {
        name: refused.field("name", name),
        sections,
        rare_open: rare.iter().any(|field| field.field.error.is_some()),
        rare,
        signature: signature::address(channel),
    }
}

async fn settings(
    state: Shared,
    path: Path<String>,
    told: Query<Told>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (channel, kind) = vendor_channel(&state, &reader, &path)?;
    let has = |name: &str| channel.secrets.contains_key(name);
    let filled = Filled::Stored {
        settings: &channel.settings,
        has: &has,
    };
    let tab = tab(&channel, &kind, &channel.name, &filled, &Refused::nothing());
    Ok(page(&draw(&state, &reader, &channel, tab, told.banner())?))
}

async fn change(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, kind) = vendor_channel(&state, reader, &path)?;
    let again = |refused: &Refused| {
        let drawn = typed(&channel, &kind, fields, refused);
        let banner = refused.banner(&names(&drawn));
        draw(&state, reader, &channel, drawn, banner)
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
        Ok(_) => Ok(see(&format!("{LIST}/{}/settings?saved=1", channel.id))),
        Err(error) => refuse(reader, error, again),
    }
}

fn typed(channel: &Channel, kind: &Kind, fields: &Fields, refused: &Refused) -> ChannelTab {
    let has = |name: &str| channel.secrets.contains_key(name);
    let filled = Filled::Typed { fields, has: &has };
    tab(channel, kind, fields.get("name"), &filled, refused)
}

/// The names of the fields on a tab: what is wrong with others is said above them.
fn names(tab: &ChannelTab) -> Vec<&str> {
    let ChannelTab::Account { sections, rare, .. } = tab else {
        return Vec::new();
    };
    let fields = sections
        .iter()
        .flat_map(|section| &section.fields)
        .chain(rare);
    std::iter::once("name")
        .chain(fields.map(|field| field.id.as_str()))
        .collect()
}

async fn show_webhook(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (channel, kind) = vendor_channel(&state, &reader, &path)?;
    let tab = hooks(&state, &reader, &channel, &kind, None)?;
    if let (ChannelTab::Webhook { checks, .. }, false) = (&tab, reader.parts.is_empty()) {
        return Ok(parts(&[render(checks)]));
    }
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

fn hooks(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    fresh: Option<(&str, &str)>,
) -> Result<ChannelTab, Problem> {
    let made_up = kind.settings.iter().filter(|setting| {
        matches!(setting.shape, Shape::Secret { generated: Some(_) })
            && setting.counts(&channel.settings)
    });
    let secrets = made_up.map(|setting| SecretView {
        name: setting.name.to_owned(),
        title: setting.label.to_owned(),
        lead: setting.help.to_owned(),
        warning: "Replacing it refuses whatever is still proved with the old one.".to_owned(),
        stored: if channel.secrets.contains_key(setting.name) {
            "One is stored.".to_owned()
        } else {
            "None is stored.".to_owned()
        },
        fresh: fresh
            .filter(|(renewed, _)| *renewed == setting.name)
            .map(|(_, secret)| secret.to_owned()),
    });
    let action = format!("{LIST}/{}/check", channel.id);
    Ok(ChannelTab::Webhook {
        webhook: webhook::view(state, reader, channel, kind)?,
        checks: webhook::checks(state, reader, channel, kind, action)?,
        secrets: secrets.collect(),
    })
}

/// Makes a new secret. It is in this answer, so there is no page to go on to.
async fn renew(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let (channel, kind) = vendor_channel(&state, reader, &path)?;
    let name = form.fields.get("secret");
    let channels = &state.engine.channels;
    let renewed = channels
        .renew_secret(&reader.actor(), channel.id, name)
        .await;
    match renewed {
        Ok((channel, secret)) => {
            let tab = hooks(&state, reader, &channel, &kind, Some((name, &secret)))?;
            Ok(page(&draw(&state, reader, &channel, tab, None)?))
        }
        Err(error) => refuse(reader, error, |refused| {
            let tab = hooks(&state, reader, &channel, &kind, None)?;
            draw(&state, reader, &channel, tab, refused.banner(&[]))
        }),
    }
}

/// Asks the vendor once more, and shows the same tab.
async fn check(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &form.reader, &path)?;
    let actor = form.reader.actor();
    state.engine.channels.connect(&actor, channel.id).await?;
    Ok(see(&format!("{LIST}/{}/webhook", channel.id)))
}

/// Pauses a channel, or goes on: what comes in is kept either way.
async fn pause(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &form.reader, &path)?;
    let changes = ChannelChanges {
        enabled: Some(!channel.enabled),
        ..ChannelChanges::default()
    };
    let channels = &state.engine.channels;
    channels
        .update(&form.reader.actor(), channel.id, changes)
        .await?;
    Ok(see(&format!("{LIST}/{}", channel.id)))
}

async fn publish(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &form.reader, &path)?;
    let channels = &state.engine.channels;
    channels
        .publish_again(&form.reader.actor(), channel.id)
        .await?;
    Ok(see(&format!("{LIST}/{}?published=1", channel.id)))
}

/// Has the vendor put the account into service.
async fn register(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &form.reader, &path)?;
    let channels = &state.engine.channels;
    let registered = channels.register(&form.reader.actor(), channel.id).await;
    match registered {
        Ok(_) => Ok(see(&format!("{LIST}/{}?registered=1", channel.id))),
        Err(error) => refuse(&form.reader, error, |refused| {
            let tab = overview_tab(&state, &form.reader, &channel)?;
            draw(&state, &form.reader, &channel, tab, refused.banner(&[]))
        }),
    }
}
