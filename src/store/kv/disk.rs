//! Where the embedded engine keeps its pages: a file, and in tests a disk that fails on demand.

use std::fmt::Debug;
use std::fs::OpenOptions;
use std::io::Error;
use std::path::PathBuf;

use ::redb::StorageBackend;
use ::redb::backends::FileBackend;

/// A place for one database.
pub trait Disk: Send + Sync {
    /// Opens the place; never twice at the same time.
    ///
    /// # Errors
    /// The system's.
    fn open(&self) -> Result<Box<dyn StorageBackend>, Error>;

    /// Room that is left, in bytes.
    ///
    /// # Errors
    /// The system's.
    fn free_bytes(&self) -> Result<u64, Error>;
}

/// A file on a disk.
#[derive(Debug)]
pub struct FileDisk(pub PathBuf);

impl Disk for FileDisk {
    fn open(&self) -> Result<Box<dyn StorageBackend>, Error> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.0)?;
        Ok(Box::new(FileBackend::new(file).map_err(Error::other)?))
    }

    fn free_bytes(&self) -> Result<u64, Error> {
        let disk = rustix::fs::statvfs(&self.0)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// A boxed backend as a backend.
#[derive(Debug)]
pub struct Boxed(pub Box<dyn StorageBackend>);

impl StorageBackend for Boxed {
    fn len(&self) -> Result<u64, Error> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> Result<(), Error> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.0.write(offset, data)
    }

    fn close(&self) -> Result<(), Error> {
        self.0.close()
    }
}
