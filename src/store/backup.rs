//! One file that holds everything: rows, stored files and the key.
//!
//! A backup is written from a snapshot while writers go on, and is independent of the engine below
//! the seam. It is a list of blocks, each a tag, a length and bytes, and ends with the digest of all
//! that went before: a file that was cut off or changed is recognised before anything is restored.

use std::fs::File;
use std::fs::OpenOptions;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::ops::Bound;
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest as _;
use sha2::Sha256;

use crate::store::Direction;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::blobs::Blobs;
use crate::store::folder::Folder;
use crate::store::keyspaces;
use crate::store::keyspaces::META;
use crate::store::kv::KvEngine;
use crate::store::kv::KvRead;
use crate::store::kv::Verdict;
use crate::store::kv::redb::Redb;
use crate::store::migrate;

/// The first line of a backup; a changed format changes the number.
const HEAD: &[u8] = b"linktor backup 1\n";
/// Rows restored in one transaction.
const BATCH: usize = 4_096;
/// The longest body that is held in memory; stored files, which are longer, are not.
const BODY_MAX: u64 = 256 * 1024 * 1024;
/// Bytes of a stored file that are in memory at a time.
const COPY_BYTES: usize = 64 * 1024;
/// Length of the digest in front of a stored file.
const DIGEST_BYTES: u64 = 32;
/// The page cache while restoring.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

const TAG_KEY: u8 = b'K';
const TAG_KEYSPACE: u8 = b'S';
const TAG_ROW: u8 = b'R';
const TAG_FILE: u8 = b'F';
const TAG_END: u8 = b'E';

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    /// Rows of the database.
    pub rows: u64,
    /// Stored files.
    pub files: u64,
}

/// Writes everything that is committed now into `file`, which must not exist.
///
/// Takes as long as reading and writing the data does; nobody else waits for it.
///
/// # Errors
/// A sentence that names the file and what is wrong; then the file is not there.
pub fn write(store: &Store, file: &Path) -> Result<Contents, StoreError> {
    whole_file(file, "the backup", |out| stream(store, out))
}

/// Writes a file for its owner alone, under its name only once it is whole.
///
/// # Errors
/// A sentence that names the file and what is wrong; then the file is not there.
pub(super) fn whole_file<T>(
    file: &Path,
    what: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<T>,
) -> Result<T, StoreError> {
    let unusable = |error: &dyn std::fmt::Display| {
        StoreError::Unusable(format!("cannot write {what} {}: {error}", file.display()))
    };
    if file.exists() {
        return Err(unusable(&"it exists already; choose another name"));
    }
    let draft = draft_of(file);
    let result = write_draft(&draft, write)
        .and_then(|written| std::fs::rename(&draft, file).map(|()| written))
        .and_then(|written| sync_folder_of(file).map(|()| written));
    result.map_err(|error| {
        // What is left of it is of no use, and may not even be there.
        drop(std::fs::remove_file(&draft));
        unusable(&error)
    })
}

/// The name a backup has until it is whole.
fn draft_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    file.with_file_name(name)
}

fn sync_folder_of(file: &Path) -> std::io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn write_draft<T>(
    draft: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(draft)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(written)
}

/// Writes everything that is committed now, and flushes it. What is not whole lacks its end, and is
/// refused when somebody restores it.
///
/// # Errors
/// The disk's, or the writer's.
pub fn stream(store: &Store, out: &mut impl Write) -> std::io::Result<Contents> {
    let mut out = Blocks::over(out);
    out.raw(HEAD)?;
    out.block(TAG_KEY, &[store.secret_key().reveal()])?;
    let mut contents = Contents::default();
    let view = store.0.engine.snapshot().map_err(std::io::Error::other)?;
    for name in keyspaces::NAMES {
        out.block(TAG_KEYSPACE, &[name.as_bytes()])?;
        contents.rows += write_rows(view.as_ref(), name, &mut out)?;
    }
    for digest in store.blobs().digests()? {
        match File::open(store.blobs().path(&digest)) {
            Ok(stored) => out.file(&digest, stored)?,
            // A file removed since the snapshot was nobody's any more.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        contents.files += 1;
    }
    let digest = out.digest.clone().finalize();
    out.block(TAG_END, &[&digest])?;
    out.out.flush()?;
    Ok(contents)
}

fn write_rows(
    view: &dyn KvRead,
    name: &'static str,
    out: &mut Blocks<impl Write>,
) -> std::io::Result<u64> {
    let mut rows = 0;
    let mut failure = None;
    let everything = (Bound::Unbounded, Bound::Unbounded);
    view.scan(name, everything, Direction::Forward, &mut |key, value| {
        let length = u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes();
        match out.block(TAG_ROW, &[&length, key, value]) {
            Ok(()) => {
                rows += 1;
                ControlFlow::Continue(())
            }
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })
    .map_err(std::io::Error::other)?;
    failure.map_or(Ok(rows), Err)
}

/// Writes blocks and remembers the digest of all of them.
struct Blocks<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Blocks<W> {
    fn over(out: W) -> Self {
        Self {
            out,
            digest: Sha256::new(),
        }
    }

    fn raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.digest.update(bytes);
        self.out.write_all(bytes)
    }

    fn block(&mut self, tag: u8, parts: &[&[u8]]) -> std::io::Result<()> {
        let length: u64 = parts.iter().map(|part| part.len() as u64).sum();
        self.raw(&[tag])?;
        self.raw(&length.to_be_bytes())?;
        parts.iter().try_for_each(|part| self.raw(part))
    }

    /// A block with a stored file, which is never in memory as a whole.
    fn file(&mut self, digest: &[u8; 32], mut file: File) -> std::io::Result<()> {
        let length = file.metadata()?.len();
        self.raw(&[TAG_FILE])?;
        self.raw(&(digest.len() as u64 + length).to_be_bytes())?;
        self.raw(digest)?;
        copy(&mut file, length, |bytes| self.raw(bytes))
    }
}

/// Hands over exactly `length` bytes, piece by piece.
fn copy(
    from: &mut impl Read,
    length: u64,
    mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; COPY_BYTES];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).map_or(COPY_BYTES, |left| left.min(COPY_BYTES));
        let read = from.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(damaged());
        }
        take(&buffer[..read])?;
        left -= read as u64;
    }
    Ok(())
}

/// Fills the data directory `dir`, which must be empty or absent, from a backup. The search index
/// is not in it: it is built anew at the next start.
///
/// # Errors
/// A sentence: the backup is not whole, is of a later format, or the directory cannot be used.
pub fn restore(file: &Path, dir: &Path) -> Result<Contents, StoreError> {
    if let Some(newer) = check(file).map_err(|error| unreadable(file, &error))? {
        return Err(newer);
    }
    let used = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if used {
        return Err(StoreError::Unusable(format!(
            "{} is not empty; restore into a new directory and move it there afterwards",
            dir.display()
        )));
    }
    let folder = Folder::create_with(
        dir,
        &key_of(file).map_err(|error| unreadable(file, &error))?,
    )?;
    // The database gets its name at the end: a restoring that was broken off must not pass for an
    // installation with half its data.
    let draft = draft_of(&folder.database());
    let engine = Redb::open(&draft, CACHE_BYTES)?;
    let blobs = Blobs::open(folder.media())?;
    let contents = fill(file, &engine, &blobs)?;
    drop(engine);
    std::fs::rename(&draft, folder.database())
        .and_then(|()| sync_folder_of(&folder.database()))
        .map_err(|error| {
            StoreError::Unusable(format!(
                "cannot finish restoring {}: {error}",
                dir.display()
            ))
        })?;
    Ok(contents)
}

fn unreadable(file: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unusable(format!(
        "cannot read the backup {}: {error}",
        file.display()
    ))
}

fn fill(file: &Path, engine: &Redb, blobs: &Blobs) -> Result<Contents, StoreError> {
    let mut reader = Reader::open(file).map_err(|error| unreadable(file, &error))?;
    let mut contents = Contents::default();
    let mut keyspace = "";
    let mut rows: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    loop {
        let (tag, length) = reader.head().map_err(|error| unreadable(file, &error))?;
        if tag == TAG_FILE {
            let put = put_file(blobs, &mut reader, length);
            put.map_err(|error| unreadable(file, &error))?;
            contents.files += 1;
            continue;
        }
        let body = reader
            .take(length)
            .map_err(|error| unreadable(file, &error))?;
        if rows.len() == BATCH || tag != TAG_ROW {
            put_rows(engine, keyspace, &rows)?;
            contents.rows += rows.len() as u64;
            rows.clear();
        }
        match tag {
            TAG_KEYSPACE => keyspace = known_keyspace(&body)?,
            TAG_ROW => rows.push(row_of(body).map_err(|error| unreadable(file, &error))?),
            TAG_END => return Ok(contents),
            _ => {}
        }
    }
}

fn known_keyspace(name: &[u8]) -> Result<&'static str, StoreError> {
    let known = keyspaces::NAMES
        .iter()
        .find(|known| known.as_bytes() == name);
    known.copied().ok_or_else(|| {
        StoreError::Unusable(format!(
            "the backup was written by a newer linktor: it holds {}, which this one does not know",
            String::from_utf8_lossy(name)
        ))
    })
}

fn put_rows(
    engine: &Redb,
    keyspace: &'static str,
    rows: &[(Vec<u8>, Vec<u8>)],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut failure = None;
    engine.write(&mut |batch| {
        let put = rows
            .iter()
            .try_for_each(|(key, value)| batch.put(keyspace, key, value));
        match put {
            Ok(()) => Verdict::Commit,
            Err(error) => {
                failure = Some(error);
                Verdict::Abort
            }
        }
    })?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

fn row_of(mut body: Vec<u8>) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let length = body.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let end = length.map(|length| length as usize + 4);
    let end = end.filter(|end| *end <= body.len()).ok_or_else(damaged)?;
    let value = body.split_off(end);
    Ok((body.split_off(4), value))
}

fn put_file(blobs: &Blobs, reader: &mut Reader, length: u64) -> std::io::Result<()> {
    let name = reader.take(DIGEST_BYTES)?;
    let digest = name.try_into().map_err(|_| damaged())?;
    let length = length.checked_sub(DIGEST_BYTES).ok_or_else(damaged)?;
    let place = blobs.path(&digest);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::create(&place)?;
    reader.copy(length, |bytes| file.write_all(bytes))?;
    file.sync_all()?;
    sync_folder_of(&place)
}

fn damaged() -> std::io::Error {
    let kind = ErrorKind::InvalidData;
    std::io::Error::new(kind, "it is damaged or was cut off")
}

/// Reads a backup to its end and compares its digest; what in it is of a newer linktor, if anything.
fn check(file: &Path) -> std::io::Result<Option<StoreError>> {
    let mut reader = Reader::open(file)?;
    let mut keyspace = "";
    let mut newer = None;
    loop {
        let so_far = reader.digest.clone();
        let (tag, length) = reader.head()?;
        let known = match tag {
            TAG_END => {
                let is_whole = so_far.finalize()[..] == reader.take(length)?[..];
                let is_all = reader.file.fill_buf()?.is_empty();
                return if is_whole && is_all {
                    Ok(newer)
                } else {
                    Err(damaged())
                };
            }
            TAG_KEYSPACE => known_keyspace(&reader.take(length)?).map(|name| keyspace = name),
            TAG_ROW if keyspace == META.name() => {
                let (key, value) = row_of(reader.take(length)?)?;
                migrate::check_row(&key, &value)
            }
            _ => {
                reader.copy(length, |_| Ok(()))?;
                Ok(())
            }
        };
        // A damaged file may say anything: whether it is whole comes first.
        newer = newer.or(known.err());
    }
}

fn key_of(file: &Path) -> std::io::Result<[u8; 32]> {
    let mut reader = Reader::open(file)?;
    let (tag, length) = reader.head()?;
    let key = reader.take(length)?;
    let key = key.try_into().ok().filter(|_| tag == TAG_KEY);
    key.ok_or_else(damaged)
}

/// Reads blocks and remembers the digest of all of them.
struct Reader {
    file: BufReader<File>,
    digest: Sha256,
}

impl Reader {
    fn open(file: &Path) -> std::io::Result<Self> {
        let mut reader = Self {
            file: BufReader::new(File::open(file)?),
            digest: Sha256::new(),
        };
        if reader.take(HEAD.len() as u64)? == HEAD {
            return Ok(reader);
        }
        let kind = ErrorKind::InvalidData;
        let what = "it is no backup of linktor, or one of a newer linktor";
        Err(std::io::Error::new(kind, what))
    }

    /// The tag of the next block, and the length of its body, which is taken or copied next.
    fn head(&mut self) -> std::io::Result<(u8, u64)> {
        let head = self.take(9)?;
        let (tag, length) = head.split_first().ok_or_else(damaged)?;
        let length = length.try_into().map_err(|_| damaged())?;
        Ok((*tag, u64::from_be_bytes(length)))
    }

    fn take(&mut self, length: u64) -> std::io::Result<Vec<u8>> {
        if length > BODY_MAX {
            return Err(damaged());
        }
        let mut bytes = Vec::new();
        self.copy(length, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    fn copy(
        &mut self,
        length: u64,
        mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        let digest = &mut self.digest;
        copy(&mut self.file, length, |bytes| {
            digest.update(bytes);
            take(bytes)
        })
    }
}
