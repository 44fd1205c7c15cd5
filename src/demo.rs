//! The throw-away installation behind `linktor demo`: Aurora Coffee, a coffee roaster in Sao
//! Paulo, with its colleagues, its web chat and a few days of conversations.

mod sample;
mod vendors;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::app::Running;
use crate::app::StartError;
use crate::app::World;
use crate::app::throwaway::Throwaway;
use crate::config::Config;
use crate::demo::sample::Line;
use crate::demo::sample::PEOPLE;
use crate::demo::sample::STARTERS;
use crate::demo::sample::TALKS;
use crate::demo::sample::Talk;
use crate::engine::Engine;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::change::Edit;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::inbox::visitor_timeline;
use crate::engine::ingest::senders;
use crate::engine::people::users::NewUser;
use crate::engine::setup::channels::NewChannel;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::permission::Role;
use crate::model::user::User;
use crate::model::webchat::Claims;
use crate::model::webchat::Visitor;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::visitors;
use crate::web::demo::Demo;

/// Serves a throw-away installation until it is told to stop, and removes it.
///
/// # Errors
/// As [`Running::start`].
pub async fn run(mut config: Config) -> Result<(), StartError> {
    let folder = Throwaway::within(&std::env::temp_dir(), "linktor-demo")?;
    folder.path().clone_into(&mut config.server.data);
    config.security.allow_private_targets = true;
    config.sandbox.enabled = true;
    let running = Running::start(&config, World::default()).await?;
    let demo = furnish(&running.engine).await.map_err(StartError::new)?;
    let token = demo.token.clone();
    drop(running.demo.set(demo));
    if let Some(sandbox) = running.sandbox() {
        vendors::connect(&running.engine, sandbox).await;
    }
    announce(running.url(), &token);
    crate::cli::asked_to_stop().await;
    running.stop().await;
    Ok(())
}

/// What a person who started the demo needs to know. It is the one thing this command prints.
fn announce(url: &str, token: &str) {
    let lines = [
        String::new(),
        "  Aurora Coffee is open. Everything here is thrown away when you stop it.".to_owned(),
        String::new(),
        format!("  Inbox, signed in as the owner:  {url}/demo/enter?token={token}"),
        format!("  The shop with the chat bubble:  {url}/demo/shop"),
        format!("  The customers\u{2019} phones:         {url}/sandbox"),
        String::new(),
        "  Press Ctrl+C to stop.".to_owned(),
    ];
    eprintln!("{}", lines.join("\n"));
}

/// Fills an empty installation.
async fn furnish(engine: &Engine) -> Result<Demo, EngineError> {
    let system = Actor::system();
    let names = OrganisationChanges {
        name: Some("Aurora Coffee".to_owned()),
        timezone: Some("America/Sao_Paulo".to_owned()),
        language: None,
        ..OrganisationChanges::default()
    };
    engine.organisations.update(&system, names).await?;
    let colleagues = hire(engine, &system).await?;
    let (channel, identity_secret) = open_chat(engine, &system).await?;
    for talk in TALKS {
        hold(engine, &channel, &colleagues, talk).await?;
    }
    Ok(Demo {
        token: engine.context.random.base62(32),
        owner: colleagues[0].id,
        channel: channel.id,
        identity_secret,
    })
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

/// Holds one of the sample conversations, at the times it took place.
async fn hold(
    engine: &Engine,
    channel: &Channel,
    colleagues: &[User],
    talk: &'static Talk,
) -> Result<(), EngineError> {
    let now = engine.context.clock.now();
    let ago = |minutes: u64| now.minus(Duration::from_secs(minutes * 60));
    let begun = talk.lines.first().map_or(0, |line| line.minutes_ago);
    let stamp = engine.context.stamp_at(ago(begun));
    let channel_id = channel.id;
    let visitor = engine
        .context
        .store
        .write("inviting a sample visitor", move |tx| {
            let mut pen = stamp.pen();
            let visitor = visitor(&mut pen, channel_id, talk);
            visitors::put(tx, &visitor)?;
            Ok::<_, EngineError>(visitor)
        })
        .await?;
    let mut conversation: Option<ConversationId> = None;
    for line in talk.lines {
        let stamp = engine.context.stamp_at(ago(line.minutes_ago));
        let (channel, visitor, colleagues) =
            (channel.clone(), visitor.clone(), colleagues.to_vec());
        let mut visitor = visitor;
        let id = conversation;
        let said = engine
            .context
            .store
            .write("saying a sample line", move |tx| {
                let mut pen = stamp.pen();
                say(
                    tx,
                    &mut pen,
                    &channel,
                    &mut visitor,
                    &colleagues,
                    line,
                    id,
                    talk,
                )
            });
        conversation = Some(said.await?.id);
    }
    let Some(id) = conversation else {
        return Ok(());
    };
    finish(engine, colleagues, talk, id).await
}

fn visitor(pen: &mut Pen, channel_id: ChannelId, talk: &Talk) -> Visitor {
    Visitor {
        id: pen.id(),
        channel_id,
        external_id: None,
        contact_id: None,
        conversation_id: None,
        claims: Claims {
            name: Some(talk.name.to_owned()),
            email: talk.email.map(str::to_owned),
            phone: None,
            avatar_url: None,
        },
        attributes: Opaque::new(),
        prechat: None,
        newest: 0,
        delivered: 0,
        read: 0,
        unread: 0,
        blocked: false,
        merged_into: None,
        generation: 0,
        locale: Some(talk.language.to_owned()),
        timezone: Some(talk.timezone.to_owned()),
        created_at: pen.now,
        last_seen_at: pen.now,
        mail_due: None,
        handled: 0,
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one line of a script needs its whole stage"
)]
fn say(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    visitor: &mut Visitor,
    colleagues: &[User],
    line: &Line,
    conversation: Option<ConversationId>,
    talk: &Talk,
) -> Result<Conversation, EngineError> {
    if let Some(held) = visitors::get(tx, visitor.id)? {
        *visitor = held;
    }
    let sender = InboundSender {
        address: visitor.id.to_string(),
        name: Some(talk.name.to_owned()),
        language: Some(talk.language.to_owned()),
        timezone: Some(talk.timezone.to_owned()),
        ..InboundSender::default()
    };
    let contact = senders::resolve(tx, pen, channel, &sender)?;
    let known = match conversation {
        Some(id) => conversations::get(tx, id)?,
        None => None,
    };
    let mut conversation = match known {
        Some(found) => found,
        None => open::for_inbound(tx, pen, channel, &contact, &sender.address)?,
    };
    visitor.contact_id = Some(contact.id);
    visitor.conversation_id = Some(conversation.id);
    visitors::put(tx, visitor)?;
    let colleague = line.colleague.and_then(|index| colleagues.get(index));
    let entry = Entry {
        direction: if colleague.is_some() {
            Direction::Outbound
        } else {
            Direction::Inbound
        },
        private: line.note,
        sender: match colleague {
            Some(user) => Sender {
                kind: SenderKind::Agent,
                id: Some(user.id.to_string()),
                name: user.name.clone(),
            },
            None => Sender {
                kind: SenderKind::Contact,
                id: Some(contact.id.to_string()),
                name: contact.name.clone(),
            },
        },
        from: if colleague.is_some() {
            channel.id.to_string()
        } else {
            sender.address.clone()
        },
        to: if colleague.is_some() {
            sender.address.clone()
        } else {
            channel.id.to_string()
        },
        content: Content::text(line.text),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: if colleague.is_some() {
            Delivery::Read
        } else {
            Delivery::Delivered
        },
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: if colleague.is_some() {
            Source::Dashboard
        } else {
            Source::Customer
        },
        metadata: Opaque::new(),
        at: pen.now,
    };
    let mut message = entries::append(tx, pen, &mut conversation, entry)?;
    if !line.note {
        visitor_timeline::bring(tx, pen, &mut message)?;
        heard(tx, pen, channel.id, message.direction)?;
    }
    Ok(conversation)
}

/// When the channel last carried something, as if it had just happened.
fn heard(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: ChannelId,
    direction: Direction,
) -> Result<(), EngineError> {
    let Some(mut channel) = channels::get(tx, channel)? else {
        return Ok(());
    };
    let last = match direction {
        Direction::Inbound => &mut channel.last_inbound_at,
        Direction::Outbound => &mut channel.last_outbound_at,
    };
    *last = (*last).max(Some(pen.now));
    Ok(channels::put(tx, &channel)?)
}

/// Who answers it, what it is about, how it stands.
async fn finish(
    engine: &Engine,
    colleagues: &[User],
    talk: &Talk,
    id: ConversationId,
) -> Result<(), EngineError> {
    let mut edits = Vec::new();
    if !talk.tags.is_empty() {
        edits.push(Edit::AddTags(
            talk.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ));
    }
    if let Some(user) = talk.assignee.and_then(|index| colleagues.get(index)) {
        edits.push(Edit::Assign(Some(user.id)));
    }
    if talk.done {
        edits.push(Edit::Status(Status::Resolved));
    }
    engine
        .changing
        .change(&Actor::system(), id, edits, None)
        .await?;
    Ok(())
}
