//! `/system`: how the installation is doing.

use std::sync::atomic::Ordering;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::http::header::ContentEncoding;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Data;
use futures_util::Stream;
use futures_util::TryStreamExt as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::health::Disk;
use crate::engine::health::Health;
use crate::engine::health::Progress;
use crate::model::permission::Permission;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::error::ApiError;
use crate::web::state::State;
use crate::web::state::VERSION;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("system");
    routes
        .get(&["/system"], show)
        .says("Get how the installation is doing")
        .needs(Permission::ManageSystem)
        .gives::<SystemOut>();
    routes
        .post(&["/system/backup"], backup)
        .says("Take a backup: everything in one file, as `linktor backup` writes it; keep it like a password")
        .needs(Permission::TakeBackup)
        .bytes("application/octet-stream");
}

/// How the installation is doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = System)]
struct SystemOut {
    /// Which linktor this is.
    version: &'static str,
    /// How long it has been running, in seconds.
    uptime_seconds: u64,
    /// Memory in use, in bytes.
    memory_bytes: u64,
    /// What lies on the disk; absent where there is none.
    disk: Option<DiskOut>,
    /// What waits.
    queues: QueuesOut,
    /// The event log.
    events: EventsOut,
    /// The search index.
    index: IndexOut,
    /// Who is connected.
    connections: ConnectionsOut,
    /// Backups.
    backups: BackupsOut,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SystemDisk)]
struct DiskOut {
    /// Whether changes can be written.
    writable: bool,
    /// Taken by the database.
    database_bytes: u64,
    /// Taken by the search index.
    index_bytes: u64,
    /// Taken by stored files.
    media_bytes: u64,
    /// Left.
    free_bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SystemQueues)]
struct QueuesOut {
    /// Messages on their way to vendors.
    outbox: u64,
    /// Changes that wait to be committed.
    writer: u64,
    /// Commits since the start.
    commits: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemEvents)]
struct EventsOut {
    /// The number of the newest event.
    newest: u64,
    /// The number of the oldest one that is still there.
    oldest: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemIndex)]
struct IndexOut {
    /// The newest event that can be found.
    position: u64,
    /// Events that cannot be found yet.
    behind: u64,
    /// Whether it is being built anew.
    rebuilding: bool,
}

impl From<Progress> for IndexOut {
    fn from(index: Progress) -> Self {
        Self {
            position: index.position,
            behind: index.last.saturating_sub(index.position),
            rebuilding: index.rebuilding,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemConnections)]
struct ConnectionsOut {
    /// People of ours.
    agents: u64,
    /// Visitors of web chats.
    visitors: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SystemBackups)]
struct BackupsOut {
    /// When the last one was written; absent when there was never one.
    last_at: Option<Timestamp>,
}

async fn show(caller: ApiCaller, state: Data<State>) -> Answered {
    caller
        .actor
        .require(Permission::ManageSystem)
        .map_err(ApiError::from)?;
    let health = &state.engine.health;
    let writable = health.is_writable().await;
    let looking = health.clone();
    // Looking at every stored file takes its time.
    let disk = web::block(move || looking.disk()).await.ok().flatten();
    Ok(Answer::one(&SystemOut {
        version: VERSION,
        uptime_seconds: health.uptime().as_secs(),
        memory_bytes: Health::memory_bytes(),
        disk: disk.map(|disk| disk_out(disk, writable)),
        queues: QueuesOut {
            outbox: health.outbox(),
            writer: health.waiting() as u64,
            commits: health.writer().commits.load(Ordering::Relaxed),
        },
        events: EventsOut {
            newest: state.engine.events.last(),
            oldest: state.engine.events.oldest()?,
        },
        index: health.index().into(),
        connections: ConnectionsOut {
            agents: health.agents() as u64,
            visitors: health.visitors() as u64,
        },
        backups: BackupsOut {
            last_at: health.last_backup()?,
        },
    }))
}

async fn backup(caller: ApiCaller, state: Data<State>) -> Result<HttpResponse, ApiError> {
    let (name, pieces) = state.engine.backups.download(&caller.actor).await?;
    Ok(attached(&name, pieces))
}

/// A file that is made while it is taken.
#[must_use]
pub fn attached(
    name: &str,
    pieces: impl Stream<Item = std::io::Result<Bytes>> + 'static,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Most of it does not shrink, and shrinking takes the time of everybody else.
        .insert_header(ContentEncoding::Identity)
        .streaming(pieces.inspect_err(|error| {
            tracing::error!("a file that was being made broke off: {error}");
        }))
}

fn disk_out(disk: Disk, writable: bool) -> DiskOut {
    DiskOut {
        writable,
        database_bytes: disk.database,
        index_bytes: disk.index,
        media_bytes: disk.media,
        free_bytes: disk.free,
    }
}
