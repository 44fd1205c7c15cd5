//! How the installation is doing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::live::Signal;
use crate::model::ids::ChannelId;
pub use crate::search::indexer::Progress;
use crate::store::StoreError;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::organisation;
use crate::store::records::outbox;
use crate::store::writer::WriterStats;

/// Where the index says how far it is.
pub type IndexProgress = Arc<dyn Fn() -> Progress + Send + Sync>;

/// Messages on their way through one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// Since when the oldest waits.
    pub oldest: Timestamp,
}

/// Room on the disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Taken by the database.
    pub database: u64,
    /// Taken by the search index.
    pub index: u64,
    /// Taken by stored files.
    pub media: u64,
    /// Left.
    pub free: u64,
}

impl Disk {
    /// Taken in all.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.database + self.index + self.media
    }
}

/// The size of a file, or of everything below a directory; what cannot be looked at counts nothing.
fn size_of(path: &Path) -> u64 {
    let Ok(found) = std::fs::symlink_metadata(path) else {
        return 0;
    };
    if !found.is_dir() {
        return found.len();
    }
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten();
    inside.map(|entry| size_of(&entry.path())).sum()
}

/// Looking at the installation itself.
#[derive(Clone)]
pub struct Health {
    context: Context,
    started: Instant,
    index: IndexProgress,
}

impl Health {
    /// The service over a context.
    #[must_use]
    pub fn new(context: Context, index: IndexProgress) -> Self {
        Self {
            context,
            started: Instant::now(),
            index,
        }
    }

    /// Whether a change can be written.
    pub async fn is_writable(&self) -> bool {
        let probe = self
            .context
            .store
            .write("probing the disk", |_| Ok::<_, StoreError>(()));
        probe.await.is_ok()
    }

    /// How far the search index is.
    #[must_use]
    pub fn index(&self) -> Progress {
        let last = self.context.store.last_seq();
        Progress {
            last,
            ..(self.index)()
        }
    }

    /// Figures of the writer.
    #[must_use]
    pub fn writer(&self) -> Arc<WriterStats> {
        self.context.store.stats()
    }

    /// Changes that wait to be committed.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.context.store.waiting()
    }

    /// Time since the start.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Memory in use by the process; 0 where the system does not tell.
    #[must_use]
    pub fn memory_bytes() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| {
            line.trim()
                .trim_end_matches(" kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
        kilobytes.unwrap_or(0) * 1_024
    }

    /// Open sockets of web chat visitors.
    #[must_use]
    pub fn visitors(&self) -> usize {
        self.context.live.visitors().connections()
    }

    /// People of ours who are connected.
    #[must_use]
    pub fn agents(&self) -> usize {
        self.context.live.presence().count()
    }

    /// Messages from customers, ever.
    #[must_use]
    pub fn inbound(&self) -> u64 {
        self.count(Counter::Inbound)
    }

    /// Messages to customers, ever.
    #[must_use]
    pub fn outbound(&self) -> u64 {
        self.count(Counter::Outbound)
    }

    /// Messages on their way to vendors.
    #[must_use]
    pub fn outbox(&self) -> u64 {
        let rows = self
            .context
            .store
            .snapshot()
            .and_then(|snapshot| outbox::list(&snapshot));
        rows.map_or(0, |rows| rows.len() as u64)
    }

    /// What waits to be sent, by channel.
    ///
    /// # Errors
    /// The store's.
    pub fn lanes(&self) -> Result<BTreeMap<ChannelId, Waiting>, StoreError> {
        let mut lanes: BTreeMap<ChannelId, Waiting> = BTreeMap::new();
        for row in outbox::list(&self.context.store.snapshot()?)? {
            let lane = lanes.entry(row.channel_id).or_insert(Waiting {
                count: 0,
                oldest: row.created_at,
            });
            lane.count += 1;
            lane.oldest = lane.oldest.min(row.created_at);
        }
        Ok(lanes)
    }

    /// What lies on the disk; none where there is no data directory. Looks at every stored file:
    /// not for the event loop.
    #[must_use]
    pub fn disk(&self) -> Option<Disk> {
        let folder = self.context.store.folder()?;
        let room = rustix::fs::statvfs(folder.dir()).ok();
        Some(Disk {
            database: size_of(&folder.database()),
            index: size_of(&folder.index()),
            media: size_of(&folder.media()),
            free: room.map_or(0, |room| room.f_bavail.saturating_mul(room.f_frsize)),
        })
    }

    /// When the last backup was written; none when there was never one.
    ///
    /// # Errors
    /// The store's.
    pub fn last_backup(&self) -> Result<Option<Timestamp>, StoreError> {
        organisation::last_backup(&self.context.store.snapshot()?)
    }

    /// Notes that a backup was written.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_backup(&self) -> Result<(), StoreError> {
        let now = self.context.clock.now();
        self.context
            .store
            .write("noting the backup", move |tx| {
                organisation::note_backup(tx, now)
            })
            .await?;
        self.context.live.signal(Signal::BackupTaken);
        Ok(())
    }

    fn count(&self, counter: Counter) -> u64 {
        let found = self
            .context
            .store
            .snapshot()
            .and_then(|snapshot| counters::get(&snapshot, counter));
        found.unwrap_or(0)
    }
}
