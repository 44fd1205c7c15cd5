//! The data directory itself: what lies where, its lock and its key.

use std::fs::DirBuilder;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use crate::base::random::Random;
use crate::base::secret::Secret;
use crate::store::StoreError;

/// The name of the database file.
pub const DATABASE: &str = "linktor.redb";
/// The name of the file with the key that seals secrets.
pub const KEY: &str = "secret.key";
/// The name of the socket by which commands reach a running server.
pub const CONTROL_SOCKET: &str = "control.sock";

/// An open data directory. Nobody else can open it while this lives.
pub struct Folder {
    dir: PathBuf,
    key: Secret<[u8; 32]>,
    /// Held for its lock.
    lock: File,
}

impl Folder {
    /// Opens or creates a data directory, takes its lock and reads or makes its key.
    ///
    /// # Errors
    /// [`StoreError::Unusable`]: it cannot be written, or another process uses it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        make_parts(dir)?;
        let lock = lock(dir)?;
        let key_file = dir.join(KEY);
        let lost = !key_file.exists() && dir.join(DATABASE).exists();
        let key =
            secret_key(&key_file).map_err(|error| unusable("read or create", &key_file, &error))?;
        if lost {
            tracing::error!(
                "{} was not there and was made anew: what was kept with the old one, such as vendor tokens, cannot be read; stop and put back the one of your last backup, or enter it all again",
                key_file.display()
            );
        }
        Ok(Self {
            dir: dir.to_owned(),
            key,
            lock,
        })
    }

    /// Makes a data directory with a key that is known already.
    ///
    /// # Errors
    /// As [`Folder::open`], and when there is a key already.
    pub fn create_with(dir: &Path, key: &[u8; 32]) -> Result<Self, StoreError> {
        make_parts(dir)?;
        let key_file = dir.join(KEY);
        write_key(&key_file, key).map_err(|error| unusable("create", &key_file, &error))?;
        Self::open(dir)
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
    }

    /// Puts a copy of the database aside before its data is upgraded. Nobody may be writing.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep_copy(&self, version: u64) -> Result<PathBuf, StoreError> {
        let copy = self.dir.join(format!("linktor-version-{version}.redb"));
        let copied = std::fs::copy(self.database(), &copy)
            .and_then(|_| File::open(&copy))
            .and_then(|file| file.sync_all());
        copied.map_err(|error| {
            StoreError::Unusable(format!(
                "the data must be upgraded, and no copy of it could be put aside first: {error}"
            ))
        })?;
        Ok(copy)
    }

    /// The search index.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.dir.join("index")
    }

    /// Stored files.
    #[must_use]
    pub fn media(&self) -> PathBuf {
        self.dir.join("media")
    }

    /// The socket by which commands reach a running server.
    #[must_use]
    pub fn control_socket(&self) -> PathBuf {
        self.dir.join(CONTROL_SOCKET)
    }

    /// The key that seals secrets.
    #[must_use]
    pub fn secret_key(&self) -> Secret<[u8; 32]> {
        self.key.clone()
    }
}

/// Makes the directory and what lies in it, for nobody else to look into.
fn make_parts(dir: &Path) -> Result<(), StoreError> {
    let mut private = DirBuilder::new();
    private.recursive(true).mode(0o700);
    [dir.to_owned(), dir.join("index"), dir.join("media")]
        .iter()
        .try_for_each(|part| {
            let made = private.create(part);
            made.map_err(|error| unusable("create", part, &error))
        })
}

fn unusable(what: &str, path: &Path, error: &std::io::Error) -> StoreError {
    let advice = match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "; run linktor as the user who owns the data directory, or choose another --data"
        }
        std::io::ErrorKind::AlreadyExists | std::io::ErrorKind::NotADirectory => {
            "; the data directory must be a directory, choose another --data"
        }
        _ => "",
    };
    StoreError::Unusable(format!("cannot {what} {}: {error}{advice}", path.display()))
}

fn write_key(path: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key)?;
    file.sync_all()
}

impl Drop for Folder {
    /// Closing the file would give the lock back too, but not while a program that is just being started
    /// by this process still shares our open files.
    fn drop(&mut self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(
                "the lock of {} was not given back: {error}",
                self.dir.display()
            );
        }
    }
}

/// Takes the directory's lock, which the system releases when this process ends, however it ends.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join("lock");
    let unusable = |error: std::io::Error| {
        StoreError::Unusable(format!(
            "the data directory {} cannot be written: {error}",
            dir.display()
        ))
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // The holder wrote its number there; without it the sentence is still true.
            let known = file.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
            let holder = if known {
                format!(" (process {})", pid.trim())
            } else {
                String::new()
            };
            return Err(StoreError::Unusable(format!(
                "the data directory {} is in use by another linktor{holder}; stop it or choose another --data",
                dir.display()
            )));
        }
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
    }
    // Written over what is there, which takes no room on a full disk.
    let pid = format!("{}\n", std::process::id());
    file.rewind()
        .and_then(|()| file.write_all(pid.as_bytes()))
        .and_then(|()| file.set_len(pid.len() as u64))
        .map_err(unusable)?;
    Ok(file)
}

/// Reads the key, or makes one that only its owner may read.
fn secret_key(path: &Path) -> std::io::Result<Secret<[u8; 32]>> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let key = bytes.try_into().map_err(|_| {
                std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    "it must hold exactly 32 bytes",
                )
            })?;
            Ok(Secret::new(key))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = Random::system().bytes::<32>();
            write_key(path, &key)?;
            Ok(Secret::new(key))
        }
        Err(error) => Err(error),
    }
}
