//! `/events`: the event log, for programs that follow it.

use std::time::Duration;

use actix_web::Either;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::web::Data;
use futures_util::Stream;
use serde::Deserialize;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::ToSchema;

use crate::engine::error::EngineError;
use crate::engine::live::Heard;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::caller::ApiCaller;
use crate::web::api::event_out::EventOut;
use crate::web::api::follow::Follower;
use crate::web::api::follow::STEP;
use crate::web::api::route::Routes;
use crate::web::api::wire::Query;
use crate::web::error::ApiError;
use crate::web::headers::UNBUFFERED;
use crate::web::state::State;

/// Events of an answer when nobody says how many.
const DEFAULT_ROWS: u64 = 100;
/// Events of an answer at most.
const ROWS_MAX: u64 = 500;
/// A stream says that it is alive at least so often, and looks whether its reader still may.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// What a stream says when there is nothing to say.
const ALIVE: &str = ": still here\n\n";
const STREAM: &str = "text/event-stream";

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("events");
    routes
        .get(&["/events"], index)
        .says("Follow the event log; with `Accept: text/event-stream` as a stream")
        .needs(Permission::ReadEvents)
        .query::<EventQuery>()
        .gives::<EventsOut>();
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct EventQuery {
    /// Only what comes after this number; without it, everything that is still there.
    after: Option<u64>,
    /// Events at most, 1 to 500.
    limit: Option<u64>,
    /// Only these: names, `message.*` or `*`.
    types: Vec<String>,
}

/// What happened, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Events)]
struct EventsOut {
    /// The events.
    data: Vec<EventOut>,
    /// What to send as `after` the next time.
    next_after: u64,
    /// The number of the oldest event that is still there.
    oldest: u64,
}

/// Whether an event of that name is asked for: by its name, by `prefix.*`, or with all.
fn is_wanted(types: &[String], name: &str) -> bool {
    types.is_empty()
        || types.iter().any(|asked| match asked.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => asked == name,
        })
}

fn checked(types: Vec<String>) -> Result<Vec<String>, Rejection> {
    let fits = |asked: &String| {
        asked == "*"
            || !asked.contains('*')
            || asked.ends_with(".*") && asked.matches('*').count() == 1
    };
    if types.iter().all(fits) {
        Ok(types)
    } else {
        Err(Rejection::field(
            "types",
            "must be names of events, `prefix.*` or `*`",
        ))
    }
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<EventQuery>,
    request: HttpRequest,
) -> Result<Either<Answer, HttpResponse>, ApiError> {
    let oldest = state.engine.events.oldest()?;
    let text = |name: header::HeaderName| request.headers().get(name)?.to_str().ok();
    let resumed = request
        .headers()
        .get("Last-Event-ID")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let after = query
        .0
        .after
        .or(resumed)
        .unwrap_or_else(|| oldest.saturating_sub(1));
    let streamed = Streamed {
        types: checked(query.0.types)?,
        follower: Follower {
            state,
            caller,
            after,
        },
    };
    if text(header::ACCEPT).is_some_and(|accepted| accepted.contains(STREAM)) {
        let heard = streamed.follower.state.engine.context.live.listen();
        // What is too old is refused before the stream begins.
        streamed.read(1)?;
        return Ok(Either::Right(
            HttpResponse::Ok()
                .content_type(STREAM)
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header(UNBUFFERED)
                .streaming(stream(streamed, heard)),
        ));
    }
    let limit = query.0.limit.unwrap_or(DEFAULT_ROWS).clamp(1, ROWS_MAX);
    let (data, next_after) = streamed.read(usize::try_from(limit).unwrap_or(STEP))?;
    Ok(Either::Left(Answer::one(&EventsOut {
        data,
        next_after,
        oldest,
    })))
}

/// The stream of one program.
struct Streamed {
    follower: Follower,
    types: Vec<String>,
}

impl Streamed {
    fn read(&self, limit: usize) -> Result<(Vec<EventOut>, u64), ApiError> {
        self.follower.read(limit, |eyes, entry| {
            eyes.rows(entry, |name| is_wanted(&self.types, name))
        })
    }

    /// The next piece of the stream; none once the reader may read no more.
    async fn next(&mut self, heard: &mut Receiver<Heard>) -> Option<String> {
        if !self.follower.renew() {
            return None;
        }
        loop {
            match self.read(STEP) {
                Ok((rows, after)) => {
                    self.follower.after = after;
                    if !rows.is_empty() {
                        return Some(rows.iter().map(piece).collect());
                    }
                }
                Err(error) => {
                    tracing::info!("a stream of events ends: {error}");
                    return None;
                }
            }
            if after_news(heard, &self.follower.state, self.follower.after).await?
                == Waited::ForLong
            {
                return Some(ALIVE.to_owned());
            }
        }
    }
}

/// How waiting for news ended.
#[derive(PartialEq, Eq)]
enum Waited {
    /// There is something new.
    ForNews,
    /// There was nothing.
    ForLong,
}

/// Waits until the log goes on after a place; none once the server stops.
async fn after_news(heard: &mut Receiver<Heard>, state: &State, place: u64) -> Option<Waited> {
    let news = async {
        while state.engine.events.last() <= place {
            if matches!(heard.recv().await, Err(RecvError::Closed)) {
                return None;
            }
        }
        Some(Waited::ForNews)
    };
    tokio::time::timeout(ALIVE_EVERY, news)
        .await
        .unwrap_or(Some(Waited::ForLong))
}

/// An event as a stream carries it.
fn piece(row: &EventOut) -> String {
    let data = serde_json::to_string(row).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", row.seq, row.r#type)
}

fn stream(
    streamed: Streamed,
    heard: Receiver<Heard>,
) -> impl Stream<Item = Result<Bytes, EngineError>> {
    futures_util::stream::unfold((streamed, heard), |(mut streamed, mut heard)| async move {
        let piece = streamed.next(&mut heard).await?;
        Some((Ok(Bytes::from(piece)), (streamed, heard)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(types: &[&str]) -> Vec<String> {
        types.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn events_are_asked_for_by_name_by_prefix_or_all() {
        let cases: [(&[&str], &str, bool); 6] = [
            (&[], "message.received", true),
            (&["*"], "message.received", true),
            (&["message.*"], "message.received", true),
            (&["message.*"], "messages.other", false),
            (&["contact.created", "message.read"], "message.read", true),
            (&["message.read"], "message.received", false),
        ];
        for (types, name, expected) in cases {
            assert_eq!(is_wanted(&names(types), name), expected, "{types:?} {name}");
        }
        assert!(checked(names(&["message.*", "*", "x.y"])).is_ok());
        for wrong in ["mess*", "*.read", "a.*.*"] {
            assert!(checked(names(&[wrong])).is_err(), "{wrong}");
        }
    }
}
