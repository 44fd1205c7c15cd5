//! The last step: one message each way; and channels on the vendors in the box, to try it without an
//! account.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Span;
use crate::engine::inbox::target::Target;
use crate::engine::setup::channels::NewChannel;
use crate::engine::setup::kinds::Kind;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::vendor::form;
use crate::web::dashboard::vendor::live;
use crate::web::dashboard::vendor::steps::Stage;
use crate::web::dashboard::vendor::wizard::draw;
use crate::web::dashboard::vendor::wizard::vendor_channel;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::setup::CheckView;
use crate::web::dashboard::view::setup::SetupStep;
use crate::web::dashboard::view::setup::TriedPart;
use crate::web::state::State;

/// What a test says unless somebody writes something else.
const WORDS: &str = "This is a test from linktor. You can answer it.";

/// The address, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/setup/test", web::get().to(again))
        .route("/setup/test", web::post().to(send));
}

/// A refused test that is loaded again: the step it belongs to.
async fn again(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &reader, &path)?;
    Ok(see(&Stage::Test.address(channel.id)))
}

/// The step.
#[must_use]
pub fn step(
    state: &State,
    channel: &Channel,
    kind: &Kind,
    to: FieldView,
    tried: TriedPart,
) -> SetupStep {
    let action = format!("/app/settings/channels/{}/setup/test", channel.id);
    let hint = if kind.kind == MAIL {
        "Any address, your own for example."
    } else if kind.begins {
        "A number with + and country code."
    } else {
        "Somebody who wrote to this channel before, by the address the channel knows: the first message must be theirs. Left empty, it goes to whoever wrote last."
    };
    SetupStep::Test {
        action: Some(action),
        to,
        words: WORDS.to_owned(),
        hint: hint.to_owned(),
        first_message: live::first_message(channel, kind),
        tried,
        phone: state
            .sandbox()
            .filter(|_| channel.sandbox)
            .map(|_| "/sandbox".to_owned()),
    }
}

/// The kind whose addresses are no numbers.
const MAIL: &str = "email";

/// What came of trying.
///
/// # Errors
/// The store's.
pub fn tried(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
    sent: Option<&str>,
) -> Result<TriedPart, Problem> {
    let message = match sent.and_then(|sent| sent.parse().ok()) {
        Some(id) => match state.engine.histories.message(&reader.actor(), id) {
            Ok(message) => Some(message).filter(|message| message.channel_id == channel.id),
            Err(EngineError::Refused(_)) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let went = message.as_ref().map_or_else(
        || match channel.last_outbound_at {
            Some(_) => live::well("Sent", "A message went out through this channel."),
            None => live::waiting("Send one", "Nothing has been sent yet."),
        },
        state_of,
    );
    let came = match channel.last_inbound_at {
        Some(_) => live::well("Received", "A message came in through this channel."),
        None => live::waiting("Receive one", "Waiting for a message."),
    };
    let both = channel.last_inbound_at.is_some() && channel.last_outbound_at.is_some();
    Ok(TriedPart {
        sent: went,
        received: came,
        ready: both.then(|| format!("{} is ready.", kind.name)),
        inbox: message.map_or_else(
            || "/app/inbox/unassigned".to_owned(),
            |message| format!("/app/c/{}", message.conversation_id),
        ),
    })
}

fn state_of(message: &Message) -> CheckView {
    let to = format!("To {}.", message.to);
    match message.delivery {
        Delivery::Pending => live::waiting("On its way", &to),
        Delivery::Unsure => live::waiting("May have arrived", &to),
        Delivery::Sent => live::well("Sent", &to),
        Delivery::Delivered => live::well("Delivered", &to),
        Delivery::Read => live::well("Read", &to),
        Delivery::Failed => {
            let why = message.error.as_ref().map(|error| error.message.as_str());
            live::ill("Not sent", why.unwrap_or("The vendor did not say why."))
        }
    }
}

async fn send(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, kind) = vendor_channel(&state, reader, &path)?;
    let again = |refused: &Refused| {
        let to = match refused.about("to") {
            Some(_) => refused.field("to", fields.get("to")),
            None => FieldView::of(fields.get("to"))
                .wrong(refused.sentence().unwrap_or_default().to_owned()),
        };
        let tried = tried(&state, reader, &channel, &kind, None)?;
        let step = step(&state, &channel, &kind, to, tried);
        draw(&state, reader, &channel, &kind, Stage::Test, step)
    };
    let target = if let Some(to) = fields.some("to") {
        Target::Address(channel.id, to.to_owned())
    } else if let Some(conversation) = latest(&state, reader, &channel)? {
        Target::Conversation(conversation)
    } else {
        let missing = FieldError {
            field: "to".to_owned(),
            message: "must be somebody's address: nobody has written yet".to_owned(),
        };
        return refuse(reader, Refused::rejection(vec![missing]), again);
    };
    let words = fields.some("text").unwrap_or(WORDS);
    let draft = Draft::text(words, Source::Dashboard);
    let sending = &state.engine.sending;
    match sending.send(&reader.actor(), target, draft, None).await {
        Ok(sent) => {
            let address = Stage::Test.address(channel.id);
            Ok(see(&format!("{address}&sent={}", sent.message.id)))
        }
        Err(EngineError::Refused(rejection)) => {
            // Whatever it is about, it is about this person and this text: it stands beside them.
            let wrong = Rejection {
                code: Code::ValidationError,
                ..rejection
            };
            refuse(reader, wrong, again)
        }
        Err(error) => Err(error.into()),
    }
}

/// The conversation of whoever wrote to a channel last; none while nobody has.
fn latest(
    state: &State,
    reader: &Reader,
    channel: &Channel,
) -> Result<Option<ConversationId>, Problem> {
    let filter = Filter {
        statuses: vec![Status::Open],
        channel_id: Some(channel.id),
        ..Filter::default()
    };
    let span = Span {
        cursor: None,
        offset: 0,
        limit: 1,
    };
    let found = state.engine.listing.page(&reader.actor(), &filter, &span)?;
    Ok(found.rows.first().map(|row| row.conversation.id))
}

/// Opens an account at the vendor in the box, and a channel on it. Within: why there is none.
///
/// # Errors
/// There is no sandbox; the reader may not; the engine's.
pub async fn on_sandbox(
    state: &State,
    reader: &Reader,
    kind: &Kind,
    chosen: Option<&str>,
) -> Result<Result<Channel, String>, Problem> {
    let sandbox = state.sandbox().ok_or_else(Problem::not_found)?;
    let of_kind = || {
        let vendors = sandbox.vendors();
        vendors.filter(|vendor| vendor.channel() == kind.kind)
    };
    let vendor = of_kind().find(|vendor| Some(vendor.name()) == chosen);
    let Some(vendor) = vendor.or_else(|| of_kind().next()) else {
        return Ok(Err("The sandbox has no such vendor.".to_owned()));
    };
    let Some(account) = sandbox.open(vendor.name()) else {
        return Ok(Err(
            "The sandbox has no room for another account.".to_owned()
        ));
    };
    let settings = sandbox.settings(&account).unwrap_or_default();
    let secret = settings
        .iter()
        .find(|(name, _)| *name == "verifyToken")
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    // As if somebody had typed them into the form.
    let typed = settings.into_iter();
    let typed = typed.map(|(name, value)| (name.to_owned(), value));
    let config = match form::read(kind.settings.iter(), &Fields::of(typed.collect())) {
        Ok(config) => config,
        Err(wrong) => {
            let wrong = wrong
                .iter()
                .map(|wrong| format!("{} {}", wrong.field, wrong.message));
            return Ok(Err(wrong.collect::<Vec<_>>().join("; ")));
        }
    };
    let new = NewChannel {
        kind: ChannelKind::named(kind.kind),
        name: format!("{} on the sandbox", kind.name),
        config,
        metadata: Opaque::new(),
    };
    let (actor, channels) = (reader.actor(), &state.engine.channels);
    let made = match channels.create(&actor, new).await {
        Ok(made) => made.channel,
        Err(EngineError::Refused(rejection)) => return Ok(Err(rejection.message)),
        Err(error) => return Err(error.into()),
    };
    let channel = channels.connect(&actor, made.id).await?;
    if sandbox.wants_address(&account) {
        let url = channels.webhook_url(&channel);
        if let Err(why) = sandbox.point(&account, &url, &secret).await {
            tracing::warn!("a channel on the sandbox hears nothing: {why}");
        }
    }
    Ok(Ok(channel))
}
