//! `/app/settings/channels/{id}/quarantine`: mails that could not be read, and what becomes of them.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;
use serde::Deserialize;

use crate::base::time::Timestamp;
use crate::engine::setup::held_mail::HeldMail;
use crate::model::channel::Channel;
use crate::model::ids::MailId;
use crate::model::permission::Permission;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::channel::draw;
use crate::web::dashboard::channel::found;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::mail::as_it_came;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::channel::ChannelTab;
use crate::web::dashboard::view::channel::HeldRow;
use crate::web::dashboard::view::format;
use crate::web::state::State;

/// The kind whose messages may be unreadable.
const KIND: &str = "email";
/// The last part of the address.
const PATH: &str = "quarantine";
/// Rows of one page.
const ROWS: usize = 50;

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/quarantine", web::get().to(show))
        .route("/quarantine", web::post().to(settle))
        .route("/quarantine/{mail}", web::get().to(source));
}

/// The tab of a kind of channel.
#[must_use]
pub fn tabs(kind: &str) -> Vec<(&'static str, &'static str)> {
    let tab = (kind == KIND).then_some((PATH, "Quarantine"));
    tab.into_iter().collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The mail behind which the page begins.
    after: Option<String>,
    /// What was done to a mail: `again` or `delete`.
    done: Option<String>,
}

/// What was done, and what becomes of it.
fn told(asked: &Asked) -> Option<BannerView> {
    let words = match asked.done.as_deref()? {
        "again" => "It is being read again. Where that does not help it stands here once more.",
        "delete" => "Deleted. What was shown of it in a conversation stays there.",
        _ => return None,
    };
    Some(BannerView::done(words))
}

fn channel_of(state: &State, reader: &Reader, path: &str) -> Result<Channel, Problem> {
    reader.actor().require(Permission::ManageChannels)?;
    let channel = found(state, reader, path)?;
    if channel.kind.as_str() == KIND {
        Ok(channel)
    } else {
        Err(Problem::not_found())
    }
}

fn id_of(text: &str) -> Result<MailId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

async fn show(
    state: Shared,
    path: Path<String>,
    asked: Query<Asked>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let channel = channel_of(&state, &reader, &path)?;
    let after = asked.after.as_deref().map(id_of).transpose()?;
    let channels = &state.engine.channels;
    let held = channels.held_mail(&reader.actor(), channel.id, after, ROWS)?;
    let here = format!("{LIST}/{}/{PATH}", channel.id);
    let now = state.engine.context.clock.now();
    let tab = ChannelTab::Quarantine {
        rows: held
            .mails
            .into_iter()
            .map(|one| row(one, &here, now))
            .collect(),
        more: held.next.map(|next| format!("{here}?after={next}")),
        back: after.map(|_| here),
    };
    Ok(page(&draw(&state, &reader, &channel, tab, told(&asked))?))
}

fn row(held: HeldMail, here: &str, now: Timestamp) -> HeldRow {
    let HeldMail { mail, announced } = held;
    let why = match (mail.reason, mail.is_behind) {
        (_, true) => "Waits for an earlier mail of the same sender.".to_owned(),
        (Some(reason), _) => sentence(&reason),
        (None, _) => "Nobody knows why.".to_owned(),
    };
    let is_here = mail.size_bytes > 0;
    HeldRow {
        id: mail.id.to_string(),
        from: announced.from.or(mail.envelope.from).unwrap_or_default(),
        subject: announced.subject.unwrap_or_default(),
        why,
        size: if is_here {
            format::size(mail.size_bytes)
        } else {
            "Still with the service".to_owned()
        },
        came: TimeView::ago(mail.at, now),
        source: is_here.then(|| format!("{here}/{}", mail.id)),
    }
}

/// A reason as a sentence.
fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    let text = format!("{first}{}", letters.as_str());
    if text.ends_with('.') {
        text
    } else {
        format!("{text}.")
    }
}

/// Has a mail read again, or throws it away.
async fn settle(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let channel = channel_of(&state, &form.reader, &path)?;
    let mail = id_of(form.fields.get("mail"))?;
    let (actor, channels) = (form.reader.actor(), &state.engine.channels);
    let what = form.fields.get("do");
    match what {
        "again" => channels.read_held(&actor, channel.id, mail).await?,
        "delete" => channels.drop_held(&actor, channel.id, mail).await?,
        _ => return Err(Problem::not_found()),
    }
    Ok(see(&format!("{LIST}/{}/{PATH}?done={what}", channel.id)))
}

async fn source(
    state: Shared,
    path: Path<(String, String)>,
    reader: Reader,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let channel = channel_of(&state, &reader, &path.0)?;
    let channels = &state.engine.channels;
    let (place, size) = channels.held_source(&reader.actor(), channel.id, id_of(&path.1)?)?;
    as_it_came(&place, size, None, &request).await
}
