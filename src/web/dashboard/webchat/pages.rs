//! The tabs of a web chat's channel: its settings, page by page, and its secrets.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::error::EngineError;
use crate::engine::setup::channels::ChannelChanges;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::channel::own_chat;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::channel::ChannelPage;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::channel::SecretView;
use crate::web::dashboard::webchat::draw::Easel;
use crate::web::dashboard::webchat::install;
use crate::web::dashboard::webchat::place;
use crate::web::dashboard::webchat::preview;
use crate::web::dashboard::webchat::read;
use crate::web::dashboard::webchat::table;
use crate::web::dashboard::webchat::table::Page;
use crate::web::state::State;

/// The kind of channels that unread answers can be mailed through.
const EMAIL: &str = "email";

/// The secrets a web chat makes: name, title, what each is for, what replacing it breaks.
const SECRETS: [(&str, &str, &str, &str); 2] = [
    (
        "identitySecret",
        "Identity secret",
        "Your server signs the ids of signed-in customers with it, so nobody can pretend to be somebody else in the chat.",
        "Replacing it ends the proof of every page that still uses the old one.",
    ),
    (
        "webhookSecret",
        "Webhook secret",
        "Programs of yours that post messages for visitors sign them with it.",
        "Replacing it refuses every program that still uses the old one.",
    ),
];

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/credentials", web::get().to(credentials))
        .route("/credentials", web::post().to(renew))
        .configure(install::configure)
        .configure(preview::configure);
    for page in table::PAGES {
        let path = format!("/{}", page.path);
        config
            .route(
                &path,
                web::get()
                    .to(move |state, path, told, reader| settings(page, state, path, told, reader)),
            )
            .route(
                &path,
                web::post().to(move |state, path, form| change(page, state, path, form)),
            );
    }
}

/// The tabs of a web chat: the last part of the address, and the title.
#[must_use]
pub fn tabs() -> Vec<(&'static str, &'static str)> {
    let settings = table::PAGES.iter().map(|page| (page.path, page.title));
    let others = [("install", "Install"), ("credentials", "Credentials")];
    settings.chain(others).collect()
}

#[expect(clippy::unused_async, reason = "what answers a request is a future")]
async fn settings(
    page_of: &'static Page,
    state: Shared,
    path: Path<String>,
    told: Query<Told>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = own_chat(&state, &reader, &path)?;
    let tab = tab(
        page_of,
        &state,
        &reader,
        &channel.name,
        &channel.settings,
        &Refused::nothing(),
    )?;
    Ok(page(&draw(&state, &reader, &channel, tab, told.banner())?))
}

fn tab(
    page: &'static Page,
    state: &State,
    reader: &Reader,
    name: &str,
    settings: &Opaque,
    refused: &Refused,
) -> Result<ChannelTab, Problem> {
    let mut email = state.engine.channels.list(&reader.actor())?;
    email.retain(|channel| channel.kind.as_str() == EMAIL);
    let business = state.engine.organisations.get()?;
    let zone = business.map_or_else(|| "UTC".to_owned(), |business| business.timezone);
    let easel = Easel {
        name,
        settings,
        refused,
        email: &email,
        zone: &zone,
    };
    Ok(ChannelTab::Settings {
        path: page.path,
        sections: easel.page(page),
        languages: table::LANGUAGES.to_vec(),
    })
}

/// Saves a page of settings. What the form itself finds wrong is said without asking the engine.
async fn change(
    page: &'static Page,
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let channel = own_chat(&state, reader, &path)?;
    let typed = read::page(page, fields, &channel.settings);
    let name = fields.has("name").then(|| fields.get("name").to_owned());
    let again = |refused: &Refused| -> Result<ChannelPage, Problem> {
        let shown = name.as_deref().unwrap_or(&channel.name);
        let tab = tab(page, &state, reader, shown, &typed.settings, refused)?;
        let said: Vec<&str> = page.entries().map(|entry| entry.path).collect();
        draw(&state, reader, &channel, tab, refused.banner(&said))
    };
    let paths = page.entries().map(|entry| entry.path);
    let changes = ChannelChanges {
        name: name.clone(),
        config: place::patch(
            &channel.settings,
            &typed.settings,
            paths.filter(|path| *path != "name"),
        ),
        ..ChannelChanges::default()
    };
    let saved: Result<Channel, EngineError> = if typed.wrong.is_empty() {
        state
            .engine
            .channels
            .update(&reader.actor(), channel.id, changes)
            .await
    } else {
        Err(EngineError::from(Refused::rejection(typed.wrong.clone())))
    };
    match saved {
        Ok(saved) => Ok(see(&format!("{LIST}/{}/{}?saved=1", saved.id, page.path))),
        Err(error) => refuse(reader, error, again),
    }
}

async fn credentials(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = own_chat(&state, &reader, &path)?;
    let tab = secrets(&channel, None);
    Ok(page(&draw(&state, &reader, &channel, tab, None)?))
}

/// Makes a new secret. It is in this answer and nowhere else, so there is no page to go on to.
async fn renew(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let id = own_chat(&state, reader, &path)?.id;
    let name = form.fields.get("secret");
    let renewed = state
        .engine
        .channels
        .renew_secret(&reader.actor(), id, name)
        .await;
    match renewed {
        Ok((channel, secret)) => {
            let tab = secrets(&channel, Some((name, &secret)));
            Ok(page(&draw(&state, reader, &channel, tab, None)?))
        }
        Err(error) => refuse(reader, error, |refused| {
            let channel = found(&state, reader, &path)?;
            let tab = secrets(&channel, None);
            draw(&state, reader, &channel, tab, refused.banner(&[]))
        }),
    }
}

fn secrets(channel: &Channel, fresh: Option<(&str, &str)>) -> ChannelTab {
    let shown = SECRETS
        .iter()
        .map(|(name, title, lead, warning)| SecretView {
            name: (*name).to_owned(),
            title: (*title).to_owned(),
            lead: (*lead).to_owned(),
            warning: (*warning).to_owned(),
            stored: if channel.secrets.contains_key(*name) {
                "A secret is stored. Nobody can read it again."
            } else {
                "No secret is stored."
            }
            .to_owned(),
            fresh: fresh
                .filter(|(renewed, _)| renewed == name)
                .map(|(_, secret)| secret.to_owned()),
        });
    ChannelTab::Credentials(shown.collect())
}
