//! Stored files, under the digest of their content: `media/ab/cdef...`.
//!
//! A file is written beside its place, synced, and renamed into it, so that what has a name is
//! whole. The same content is stored once.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::SystemTime;

use futures_util::Stream;
use futures_util::StreamExt as _;
use sha2::Digest as _;
use sha2::Sha256;
use tokio::io::AsyncWriteExt as _;

use crate::base::crypto::hex;
use crate::base::random::Random;
use crate::store::StoreError;

/// How much of a file's start is kept to find out what it is.
pub const HEAD_BYTES: usize = 8 * 1024;

/// The folder of stored files.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: PathBuf,
    /// Held while a file gets its name or loses it: what is stored again is not removed.
    naming: Arc<Mutex<()>>,
}

/// A file that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Its length.
    pub size_bytes: u64,
    /// Its first bytes.
    pub head: Vec<u8>,
}

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It is longer than allowed.
    #[error("the file is larger than {max_bytes} bytes")]
    TooLarge {
        /// The most that was allowed.
        max_bytes: u64,
    },
    /// Whoever sent it stopped in the middle.
    #[error("the file did not arrive whole: {0}")]
    Interrupted(String),
    /// The disk did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blobs {
    /// Opens the folder and clears what an interrupted upload left behind.
    ///
    /// # Errors
    /// [`StoreError::Unusable`]: the folder cannot be written.
    pub fn open(dir: PathBuf) -> Result<Self, StoreError> {
        let unusable = |error: std::io::Error| {
            StoreError::Unusable(format!(
                "the folder {} cannot be used: {error}",
                dir.display()
            ))
        };
        let incoming = dir.join("incoming");
        // Emptied and not made anew: for that a full disk may have no room.
        std::fs::create_dir_all(&incoming).map_err(unusable)?;
        for left in std::fs::read_dir(&incoming).map_err(unusable)? {
            let left = left.map_err(unusable)?.path();
            std::fs::remove_file(left).map_err(unusable)?;
        }
        Ok(Self {
            dir,
            naming: Arc::default(),
        })
    }

    /// Where the content with this digest lies.
    #[must_use]
    pub fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name = hex(digest);
        self.dir.join(&name[..2]).join(&name[2..])
    }

    /// Every digest there is a file of.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn digests(&self) -> std::io::Result<Vec<[u8; 32]>> {
        let mut digests = Vec::new();
        for folder in std::fs::read_dir(&self.dir)? {
            let folder = folder?;
            let head = folder.file_name().to_string_lossy().into_owned();
            if head.len() != 2 || !folder.path().is_dir() {
                continue;
            }
            for file in std::fs::read_dir(folder.path())? {
                let tail = file?.file_name().to_string_lossy().into_owned();
                digests.extend(digest_of(&format!("{head}{tail}")));
            }
        }
        Ok(digests)
    }

    /// Stores a stream of bytes, at most `max_bytes` long.
    ///
    /// # Errors
    /// [`BlobError`]; then nothing is kept.
    pub async fn store<B, E>(
        &self,
        mut bytes: impl Stream<Item = Result<B, E>> + Unpin,
        max_bytes: u64,
    ) -> Result<Stored, BlobError>
    where
        B: AsRef<[u8]>,
        E: std::fmt::Display,
    {
        let draft = self.dir.join("incoming").join(Random::system().base62(24));
        let result = self.receive(&mut bytes, max_bytes, &draft).await;
        if result.is_err() {
            // It may not even have been created; what is left goes at the next start.
            drop(tokio::fs::remove_file(&draft).await);
        }
        result
    }

    async fn receive<B, E>(
        &self,
        bytes: &mut (impl Stream<Item = Result<B, E>> + Unpin),
        max_bytes: u64,
        draft: &Path,
    ) -> Result<Stored, BlobError>
    where
        B: AsRef<[u8]>,
        E: std::fmt::Display,
    {
        let mut file = tokio::fs::File::create(draft).await.map_err(on_disk)?;
        let mut hasher = Sha256::new();
        let mut head = Vec::new();
        let mut size_bytes = 0u64;
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk.map_err(|error| BlobError::Interrupted(error.to_string()))?;
            let chunk = chunk.as_ref();
            size_bytes += chunk.len() as u64;
            if size_bytes > max_bytes {
                return Err(BlobError::TooLarge { max_bytes });
            }
            let room = HEAD_BYTES.saturating_sub(head.len());
            head.extend_from_slice(&chunk[..chunk.len().min(room)]);
            hasher.update(chunk);
            file.write_all(chunk).await.map_err(on_disk)?;
        }
        file.sync_all().await.map_err(on_disk)?;
        let stored = Stored {
            digest: hasher.finalize().into(),
            size_bytes,
            head,
        };
        self.settle(draft, &stored.digest).await.map_err(on_disk)?;
        Ok(stored)
    }

    /// Gives a whole file its name, durably.
    async fn settle(&self, draft: &Path, digest: &[u8; 32]) -> std::io::Result<()> {
        let place = self.path(digest);
        let folder = place.parent().unwrap_or(&self.dir).to_owned();
        tokio::fs::create_dir_all(&folder).await?;
        // Also in place of the same content: its age begins anew.
        self.name(draft, &place)?;
        tokio::fs::File::open(&folder).await?.sync_all().await?;
        // The folder itself may be new.
        tokio::fs::File::open(&self.dir).await?.sync_all().await
    }

    fn name(&self, draft: &Path, place: &Path) -> std::io::Result<()> {
        let _naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        std::fs::rename(draft, place)
    }

    /// Begins a file that is written piece by piece, away from the event loop.
    ///
    /// # Errors
    /// The disk's.
    pub fn draft(&self) -> std::io::Result<Draft> {
        let path = self.dir.join("incoming").join(Random::system().base62(24));
        Ok(Draft {
            blobs: self.clone(),
            file: std::fs::File::create(&path)?,
            path,
            hasher: Sha256::new(),
            stored: Stored {
                digest: [0; 32],
                size_bytes: 0,
                head: Vec::new(),
            },
        })
    }

    /// Stores bytes that are in memory already.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn store_bytes(&self, bytes: Vec<u8>) -> Result<Stored, BlobError> {
        let max_bytes = bytes.len() as u64;
        let chunks = [Ok::<_, std::convert::Infallible>(bytes)];
        self.store(futures_util::stream::iter(chunks), max_bytes)
            .await
    }

    /// The whole content of a small file.
    #[cfg(test)]
    pub async fn read(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
        tokio::fs::read(self.path(digest)).await.map_err(disk)
    }

    /// Removes content that no record names, unless it was stored, or stored again, at `before` or
    /// later.
    ///
    /// # Errors
    /// The disk's; content that is gone already is no error.
    pub fn remove_older(&self, digest: &[u8; 32], before: SystemTime) -> Result<(), StoreError> {
        let place = self.path(digest);
        let _naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        let removed = std::fs::metadata(&place)
            .and_then(|about| about.modified())
            .and_then(|stored| {
                if stored < before {
                    std::fs::remove_file(&place)
                } else {
                    Ok(())
                }
            });
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(disk(error)),
            _ => Ok(()),
        }
    }
}

/// A file that is being written. One that is not finished leaves nothing.
#[derive(Debug)]
pub struct Draft {
    blobs: Blobs,
    file: std::fs::File,
    path: PathBuf,
    hasher: Sha256,
    stored: Stored,
}

impl Draft {
    /// Writes more of it.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let room = HEAD_BYTES.saturating_sub(self.stored.head.len());
        let start = &bytes[..bytes.len().min(room)];
        self.stored.head.extend_from_slice(start);
        self.stored.size_bytes += bytes.len() as u64;
        self.hasher.update(bytes);
        std::io::Write::write_all(&mut self.file, bytes)
    }

    /// Gives the whole file its name, durably.
    ///
    /// # Errors
    /// The disk's; then nothing is kept.
    pub fn finish(mut self) -> std::io::Result<Stored> {
        self.file.sync_all()?;
        self.stored.digest = std::mem::take(&mut self.hasher).finalize().into();
        let place = self.blobs.path(&self.stored.digest);
        let folder = place.parent().unwrap_or(&self.blobs.dir).to_owned();
        std::fs::create_dir_all(&folder)?;
        self.blobs.name(&self.path, &place)?;
        std::fs::File::open(&folder)?.sync_all()?;
        std::fs::File::open(&self.blobs.dir)?.sync_all()?;
        Ok(self.stored.clone())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // A finished one has its name elsewhere; what else is left goes at the next start.
        drop(std::fs::remove_file(&self.path));
    }
}

fn on_disk(error: std::io::Error) -> BlobError {
    BlobError::Store(disk(error))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "an error is taken over where it is mapped"
)]
fn disk(error: std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::Disk {
        doing: "storing a file",
        cause: error.to_string(),
    }
}

/// The digest a file is named by; none for any other name.
fn digest_of(name: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if name.len() != 64 || !name.is_ascii() {
        return None;
    }
    for (byte, at) in digest.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&name[at..at + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn chunks(parts: &[&str]) -> impl Stream<Item = Result<Vec<u8>, String>> + Unpin + use<> {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| Ok(part.as_bytes().to_vec()))
            .collect();
        futures_util::stream::iter(parts)
    }

    #[tokio::test]
    async fn the_same_content_is_stored_once() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().to_owned()).unwrap();
        let first = blobs.store(chunks(&["hel", "lo"]), 5).await.unwrap();
        let second = blobs.store_bytes(b"hello".to_vec()).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(blobs.read(&first.digest).await.unwrap(), b"hello");
        assert_eq!(
            std::fs::read_dir(dir.path().join("incoming"))
                .unwrap()
                .count(),
            0
        );
    }

    #[tokio::test]
    async fn a_file_is_written_piece_by_piece_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().to_owned()).unwrap();
        let mut draft = blobs.draft().unwrap();
        draft.write(b"hel").unwrap();
        draft.write(b"lo").unwrap();
        let stored = draft.finish().unwrap();
        assert_eq!(stored, blobs.store_bytes(b"hello".to_vec()).await.unwrap());
        blobs.draft().unwrap().write(b"lost").unwrap();
        let left = std::fs::read_dir(dir.path().join("incoming")).unwrap();
        assert_eq!(left.count(), 0);
    }

    #[tokio::test]
    async fn only_what_is_old_enough_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().to_owned()).unwrap();
        let first = blobs.store_bytes(b"hello".to_vec()).await.unwrap();
        let minute = std::time::Duration::from_secs(60);
        let (earlier, later) = (SystemTime::now() - minute, SystemTime::now() + minute);
        blobs.remove_older(&first.digest, earlier).unwrap();
        assert!(blobs.read(&first.digest).await.is_ok());
        blobs.remove_older(&first.digest, later).unwrap();
        blobs.remove_older(&first.digest, later).unwrap();
        assert!(blobs.read(&first.digest).await.is_err());
    }

    #[tokio::test]
    async fn what_is_too_long_or_cut_off_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().to_owned()).unwrap();
        let long = blobs.store(chunks(&["hel", "lo"]), 4).await;
        assert!(matches!(long, Err(BlobError::TooLarge { max_bytes: 4 })));
        let cut = futures_util::stream::iter([Ok(b"he".to_vec()), Err("gone")]);
        assert!(matches!(
            blobs.store(cut, 9).await,
            Err(BlobError::Interrupted(_))
        ));
        assert_eq!(
            std::fs::read_dir(dir.path().join("incoming"))
                .unwrap()
                .count(),
            0
        );
    }
}
