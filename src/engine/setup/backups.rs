//! Taking a backup over the wire: as it is written, never as a whole in memory.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::live::Signal;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::backup;
use crate::store::records::organisation;

/// Bytes that are handed over at a time.
const PIECE_BYTES: usize = 128 * 1024;
/// Pieces that wait for a slow reader.
const PIECES: usize = 8;
/// Longest wait for a reader who takes nothing: the old state is kept for it meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
/// When somebody who came too early may try again, in seconds.
const AGAIN_SECS: u64 = 30;

/// A backup on its way.
type Pieces = mpsc::Receiver<io::Result<Bytes>>;

/// Taking backups.
#[derive(Clone)]
pub struct Backups {
    context: Context,
    turn: Arc<Semaphore>,
}

impl Backups {
    /// The service over a context.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            context,
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// A backup of everything that is there now, piece by piece, and the name it should have. A
    /// stream that ends with an error is no backup.
    ///
    /// # Errors
    /// The actor may not; `RATE_LIMIT_EXCEEDED` while another one is under way.
    pub async fn download(
        &self,
        actor: &Actor,
    ) -> Result<(String, impl Stream<Item = io::Result<Bytes>> + 'static), EngineError> {
        actor.require(Permission::TakeBackup)?;
        let turn = Arc::clone(&self.turn).try_acquire_owned().map_err(|_| {
            let message = "A backup is being taken already; wait for its end.";
            Rejection::new(Code::RateLimitExceeded, message).retry_after(AGAIN_SECS)
        })?;
        let name = self.note(actor).await?;
        let (to, from) = mpsc::channel(PIECES);
        let (context, runtime) = (self.context.clone(), Handle::current());
        tokio::task::spawn_blocking(move || write(&context, to, runtime, turn));
        Ok((name, pieces(from)))
    }

    /// Writes down who takes it; the name of the file.
    ///
    /// # Errors
    /// The disk's.
    pub async fn note(&self, actor: &Actor) -> Result<String, EngineError> {
        let stamp = self.context.stamp();
        let actor = actor.clone();
        self.context
            .store
            .write("noting who takes a backup", move |tx| {
                let mut pen = stamp.pen();
                let business = organisation::get(tx)?;
                let target = business.map_or_else(String::new, |business| business.id.to_string());
                let details = Opaque::new();
                audit::note(tx, &mut pen, &actor, "system.backup_taken", target, details)?;
                let day: String = pen.now.to_string().chars().take(10).collect();
                Ok(format!("linktor-{day}.backup"))
            })
            .await
    }
}

/// Writes a backup into a pipe, and notes when it is whole.
fn write(
    context: &Context,
    to: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
    turn: OwnedSemaphorePermit,
) {
    let mut pipe = Pipe {
        to,
        runtime,
        held: Vec::with_capacity(PIECE_BYTES),
    };
    let written = backup::stream(&context.store, &mut pipe);
    match written.and_then(|_| note_time(context).map_err(io::Error::other)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            tracing::warn!("a backup was broken off by whoever took it");
        }
        Err(error) => {
            tracing::error!("a backup could not be written: {error}");
            // The reader must not take what is there for a whole one.
            drop(pipe.runtime.block_on(pipe.to.send(Err(error))));
        }
    }
    drop(turn);
}

fn note_time(context: &Context) -> Result<(), StoreError> {
    let now = context.clock.now();
    context
        .store
        .write_blocking("noting the backup", move |tx| {
            organisation::note_backup(tx, now)
        })?;
    context.live.signal(Signal::BackupTaken);
    Ok(())
}

fn pieces(from: Pieces) -> impl Stream<Item = io::Result<Bytes>> + 'static {
    stream::unfold(from, |mut from| async {
        let piece = from.recv().await?;
        Some((piece, from))
    })
}

/// Hands what is written over, in pieces.
struct Pipe {
    to: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
    held: Vec<u8>,
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.held);
        if piece.is_empty() {
            return Ok(());
        }
        let sending = self.to.send_timeout(Ok(piece.into()), PATIENCE);
        let sent = self.runtime.block_on(sending);
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
