//! The sample business: Aurora Coffee, a coffee roaster in Sao Paulo, with its colleagues, a channel of
//! each kind and a few days of conversations.

mod chat;
mod phones;
mod sample;
mod stage;
mod story;
mod vendors;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::base::time::Clock;
use crate::demo::sample::PEOPLE;
use crate::demo::sample::STARTERS;
use crate::demo::sample::TALKS;
use crate::demo::stage::Stage;

pub use crate::demo::story::length;
pub use crate::demo::vendors::point;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::users::NewUser;
use crate::engine::setup::channels::NewChannel;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::engine::setup::tags::TagChanges;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::permission::Role;
use crate::model::user::User;
use crate::sandbox::Sandbox;
use crate::web::demo::Demo;

/// Fills an empty installation, whose clock stands at the beginning of what is to be told.
///
/// # Errors
/// The store's.
pub async fn furnish(
    engine: &Engine,
    sandbox: Option<&Sandbox>,
    clock: &Clock,
) -> Result<Demo, EngineError> {
    let system = Actor::system();
    let names = OrganisationChanges {
        name: Some("Aurora Coffee".to_owned()),
        timezone: Some("America/Sao_Paulo".to_owned()),
        language: None,
        ..OrganisationChanges::default()
    };
    engine.organisations.update(&system, names).await?;
    let colleagues = hire(engine, &system).await?;
    label(engine, &system).await?;
    let (channel, identity_secret) = open_chat(engine, &system).await?;
    if let Some(sandbox) = sandbox {
        vendors::connect(engine, sandbox).await;
    }
    let stage = Stage {
        engine,
        sandbox,
        clock: Some(clock),
        colleagues: &colleagues,
        chat: &channel,
    };
    stage.tell(TALKS).await?;
    Ok(Demo {
        token: engine.context.random.base62(32),
        owner: colleagues[0].id,
        channel: channel.id,
        identity_secret,
    })
}

/// Fills the sandbox of a running installation with the sample conversations, told in a moment and
/// answered by one person.
///
/// # Errors
/// The store's.
pub async fn fill(engine: &Engine, sandbox: &Sandbox, owner: User) -> Result<(), EngineError> {
    let (channel, _) = open_chat(engine, &Actor::system()).await?;
    vendors::connect(engine, sandbox).await;
    label(engine, &Actor::system()).await?;
    let stage = Stage {
        engine,
        sandbox: Some(sandbox),
        clock: None,
        colleagues: &vec![owner; PEOPLE.len()],
        chat: &channel,
    };
    stage.tell(TALKS).await
}

/// Letters and digits of the passwords of the sample business.
const PASSWORD_LENGTH: usize = 24;

/// The people of the sample business, the owner first.
async fn hire(engine: &Engine, system: &Actor) -> Result<Vec<User>, EngineError> {
    let mut hired = Vec::new();
    for (index, (name, email)) in PEOPLE.iter().enumerate() {
        let role = if index == 0 { Role::Owner } else { Role::Agent };
        let (name, email) = ((*name).to_owned(), (*email).to_owned());
        let user = NewUser {
            name,
            email,
            role,
            // Nobody types it: the printed link signs the owner in.
            password: Some(engine.context.random.base62(PASSWORD_LENGTH)),
        };
        hired.push(engine.users.create(system, user).await?.user);
    }
    Ok(hired)
}

/// The labels that the conversations bear.
async fn label(engine: &Engine, system: &Actor) -> Result<(), EngineError> {
    let borne: BTreeSet<&str> = TALKS.iter().flat_map(|talk| talk.tags).copied().collect();
    let known = engine.tags.list(system)?;
    let is_new = |name: &&str| known.iter().all(|tag| !tag.is_called(name));
    for name in borne.into_iter().filter(is_new) {
        let tag = TagChanges {
            name: Some(name.to_owned()),
            ..TagChanges::default()
        };
        engine.tags.create(system, tag).await?;
    }
    Ok(())
}

async fn open_chat(engine: &Engine, system: &Actor) -> Result<(Channel, String), EngineError> {
    // The greeting is the widget's own, which it has in the visitor's language.
    let config = serde_json::json!({
        "theme": { "primaryColor": "#5450D6", "headerText": "Aurora Coffee" },
        "starters": STARTERS.map(|(icon, wordings)| serde_json::json!({
            "icon": icon,
            "title": BTreeMap::from(wordings),
        })),
    });
    let made = engine
        .channels
        .create(
            system,
            NewChannel {
                kind: ChannelKind::named("webchat"),
                name: "Aurora website".to_owned(),
                config: config.as_object().cloned().unwrap_or_default(),
                metadata: Opaque::new(),
            },
        )
        .await?;
    let secret = made
        .secrets
        .iter()
        .find(|(name, _)| name == "identitySecret");
    let secret = secret.map(|(_, plain)| plain.clone()).unwrap_or_default();
    let channel = engine.channels.connect(system, made.channel.id).await?;
    Ok((channel, secret))
}
