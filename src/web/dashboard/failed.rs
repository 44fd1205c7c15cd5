//! `/app/failed`: messages that did not go out, on all channels, and what becomes of them.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::error::EngineError;
use crate::engine::inbox::failing::COUNT_MAX;
use crate::engine::inbox::failing::Which;
use crate::model::actor::Actor;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::present::failed;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::present::section::Section;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::failed::FailedPage;
use crate::web::dashboard::view::failed::Tab;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/failed";

/// The three lists: word in the address, name, and what is in them.
const TABS: [(&str, &str, Tab, Which); 3] = [
    ("", "Need you", Tab::Waiting, Which::Waiting),
    (
        "retrying",
        "Retrying by itself",
        Tab::Retrying,
        Which::Retrying,
    ),
    ("handled", "Handled", Tab::Handled, Which::Handled),
];

/// The address of failed messages.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(settle));
}

/// What the address may carry.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    tab: String,
    /// What was done.
    #[serde(default)]
    what: String,
    /// To how many it was done.
    done: Option<usize>,
    /// How many could not be, and why the last of them.
    not: Option<usize>,
    why: Option<String>,
}

async fn show(state: Shared, asked: Query<Asked>, reader: Reader) -> Result<HttpResponse, Problem> {
    let tab = TABS.iter().find(|(word, ..)| *word == asked.tab);
    let (word, _, tab, which) = *tab.ok_or_else(Problem::not_found)?;
    let actor = reader.actor();
    let mut found = state.engine.failing.list(&actor, which, COUNT_MAX + 1)?;
    let more = found.len() > COUNT_MAX;
    found.truncate(COUNT_MAX);
    let colleagues = state.engine.users.list(&actor)?;
    let section = Section::from(Queue::Mine);
    let eye = reader.eye(&state, &colleagues, &section);
    let failed = found.iter().map(|failure| &failure.message);
    let failed = failed.filter(|message| message.delivery == Delivery::Failed);
    // Where it cannot be told, trying it tells.
    let sending = &state.engine.sending;
    let remedies =
        failed.filter_map(|message| Some((message.id, sending.remedy(&actor, message).ok()?)));
    let remedies = remedies.collect();
    Ok(page(&FailedPage {
        shell: reader.shell(&state, "Failed sends", Area::Failed)?,
        banner: told(&asked),
        tabs: TABS
            .iter()
            .map(|(other, name, ..)| OptionView::of(&address(other), name, &address(word)))
            .collect(),
        tab,
        groups: failed::groups(&eye, &found, &remedies),
        more,
        may_change: actor.may(Permission::Reply),
    }))
}

fn address(word: &str) -> String {
    match word {
        "" => HERE.to_owned(),
        word => format!("{HERE}?tab={word}"),
    }
}

/// What became of those that were chosen.
fn told(asked: &Asked) -> Option<BannerView> {
    let done = asked.done?;
    let (one, many) = match asked.what.as_str() {
        "retry" | "resend" => ("message goes out again.", "messages go out again."),
        "handled" => ("message is put aside.", "messages are put aside."),
        _ => ("message is settled.", "messages are settled."),
    };
    let settled = match done {
        0 => String::new(),
        done => format::counted(done as u64, one, many),
    };
    let Some(not) = asked.not.filter(|not| *not > 0) else {
        return (done > 0).then(|| BannerView::done(settled));
    };
    let why = asked.why.as_deref().unwrap_or_default();
    let stays = format::counted(not as u64, "message stays here", "messages stay here");
    Some(BannerView::bad(format!("{stays}: {why}"), settled))
}

/// Does to each chosen message what was chosen; one that cannot be settled leaves the others alone.
async fn settle(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let actor = form.reader.actor();
    let chosen: Vec<MessageId> = form
        .fields
        .all("message")
        .map(|id| id.parse().map_err(|_| Problem::not_found()))
        .collect::<Result<_, _>>()?;
    let (mut done, mut refused) = (0, Vec::new());
    for id in chosen {
        match act(&state, &actor, form.fields.get("what"), id).await? {
            Ok(_) => done += 1,
            Err(EngineError::Refused(rejection)) => refused.push(rejection.message),
            Err(error) => return Err(error.into()),
        }
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("what", form.fields.get("what"));
    query.append_pair("done", &done.to_string());
    if let Some(why) = refused.last() {
        query.append_pair("not", &refused.len().to_string());
        query.append_pair("why", why);
    }
    Ok(see(&format!("{HERE}?{}", query.finish())))
}

/// Does what was chosen to a message; the message as it is then.
///
/// # Errors
/// Nothing of that name can be done. Within: the actor may not; the message does not stand so.
pub async fn act(
    state: &State,
    actor: &Actor,
    what: &str,
    id: MessageId,
) -> Result<Result<Message, EngineError>, Problem> {
    let (sending, failing) = (&state.engine.sending, &state.engine.failing);
    Ok(match what {
        "retry" => sending.retry_failed(actor, id).await,
        "resend" => sending.resend(actor, id).await,
        "arrived" => sending.confirm(actor, id).await,
        "lost" => sending.cancel(actor, id).await,
        "handled" => failing.discard(actor, id).await,
        _ => return Err(Problem::not_found()),
    })
}
