//! Bodies with files written into them, put together while they go out: a file of any size takes a
//! chunk of memory.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use sha2::Digest as _;
use sha2::Sha256;
use tokio::sync::mpsc;

use crate::base::dkim::BodyHash;
use crate::base::dkim::Dkim;
use crate::base::time::Timestamp;

/// Bytes of a line of base 64 in a mail, and the letters they become.
const LINE_BYTES: usize = 57;
const LINE_LETTERS: u64 = 76;
/// How much of a file is read at a time: whole lines, and whole groups of three bytes.
const CHUNK_BYTES: usize = LINE_BYTES * 1_000;
/// How many chunks wait for the other side.
const AHEAD: usize = 2;

/// What stands between the headers of a mail and its body.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strand {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A file as base 64 in one line.
    OneLine(PathBuf),
    /// A file as base 64 in lines of 76 letters, without an end of line after the last.
    Lines(PathBuf),
    /// Other strands, as base 64 in one line.
    Packed(Vec<Strand>),
}

/// How many bytes a body has.
///
/// # Errors
/// A file is not there.
pub fn length(body: &[Strand]) -> io::Result<u64> {
    body.iter().try_fold(0, |so_far, strand| {
        Ok(so_far
            + match strand {
                Strand::Bytes(bytes) => bytes.len() as u64,
                Strand::OneLine(path) => letters(path.metadata()?.len()),
                Strand::Lines(path) => {
                    let letters = letters(path.metadata()?.len());
                    letters + letters.div_ceil(LINE_LETTERS).saturating_sub(1) * 2
                }
                Strand::Packed(inner) => letters(length(inner)?),
            })
    })
}

/// How many letters so many bytes become.
const fn letters(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}

/// The SHA-256 of a body. Reads every file: not for the event loop.
///
/// # Errors
/// A file cannot be read.
pub fn digest(body: Vec<Strand>) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    for chunk in chunks(body) {
        hash.update(chunk?);
    }
    Ok(hash.finalize().into())
}

/// A mail with the header before it that signs it. Reads every file: not for the event loop.
///
/// # Errors
/// A file cannot be read; the key does not sign.
pub fn signed(mail: Vec<Strand>, dkim: &Dkim, now: Timestamp) -> io::Result<Vec<Strand>> {
    let mut head = Vec::new();
    let mut body: Option<BodyHash> = None;
    for chunk in chunks(mail.clone()) {
        let chunk = chunk?;
        if let Some(body) = &mut body {
            body.update(&chunk);
            continue;
        }
        // The end of the headers may lie across two chunks.
        let from = head.len().saturating_sub(END_OF_HEAD.len());
        head.extend(chunk);
        let mut places = head[from..].windows(END_OF_HEAD.len());
        if let Some(at) = places.position(|place| place == END_OF_HEAD) {
            let rest = head.split_off(from + at + END_OF_HEAD.len());
            let mut begun = BodyHash::new();
            begun.update(&rest);
            body = Some(begun);
        }
    }
    let hash = body.unwrap_or_else(BodyHash::new).finish();
    let header = dkim.header(&head, hash, now).map_err(io::Error::other)?;
    let mut all = vec![Strand::Bytes(header.into_bytes())];
    all.extend(mail);
    Ok(all)
}

/// A body chunk by chunk, read ahead on a thread of its own.
pub fn stream(body: Vec<Strand>) -> impl Stream<Item = io::Result<Bytes>> {
    let (tell, heard) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        for chunk in chunks(body) {
            let is_last = chunk.is_err();
            // Nobody listens any more: the call has ended.
            if tell.blocking_send(chunk.map(Bytes::from)).is_err() || is_last {
                break;
            }
        }
    });
    stream::unfold(heard, |mut heard| async move {
        let chunk = heard.recv().await?;
        Some((chunk, heard))
    })
}

/// A body chunk by chunk. A chunk is read when it is asked for.
pub fn chunks(body: Vec<Strand>) -> impl Iterator<Item = io::Result<Vec<u8>>> + Send {
    body.into_iter().flat_map(strand_chunks)
}

type Chunks = Box<dyn Iterator<Item = io::Result<Vec<u8>>> + Send>;

fn strand_chunks(strand: Strand) -> Chunks {
    match strand {
        Strand::Bytes(bytes) => Box::new(std::iter::once(Ok(bytes))),
        Strand::OneLine(path) => encoded(path, |bytes, _| STANDARD.encode(bytes).into_bytes()),
        Strand::Lines(path) => encoded(path, in_lines),
        Strand::Packed(inner) => Box::new(Packed {
            inner: Box::new(chunks(inner)),
            rest: Vec::new(),
            ended: false,
        }),
    }
}

/// A file, each chunk of it written by `write`, which also learns whether it is the first.
fn encoded(path: PathBuf, write: fn(&[u8], bool) -> Vec<u8>) -> Chunks {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Box::new(std::iter::once(Err(error))),
    };
    let mut first = true;
    let mut broken = false;
    Box::new(std::iter::from_fn(move || {
        if broken {
            return None;
        }
        match chunk_of(&mut file) {
            Ok(chunk) if chunk.is_empty() => None,
            Ok(chunk) => Some(Ok(write(&chunk, std::mem::take(&mut first)))),
            Err(error) => {
                broken = true;
                Some(Err(error))
            }
        }
    }))
}

fn chunk_of(file: &mut File) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    file.take(CHUNK_BYTES as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

fn in_lines(bytes: &[u8], is_first: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / LINE_BYTES * 78 + 78);
    for (index, line) in bytes.chunks(LINE_BYTES).enumerate() {
        if index > 0 || !is_first {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(STANDARD.encode(line).as_bytes());
    }
    out
}

/// Chunks of any size as base 64: what does not fill a group of three waits for the next.
struct Packed {
    inner: Chunks,
    rest: Vec<u8>,
    ended: bool,
}

impl Iterator for Packed {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.inner.next() {
                Some(Ok(chunk)) => {
                    self.rest.extend_from_slice(&chunk);
                    let whole = self.rest.len() / 3 * 3;
                    if whole > 0 {
                        let encoded = STANDARD.encode(&self.rest[..whole]).into_bytes();
                        self.rest.drain(..whole);
                        return Some(Ok(encoded));
                    }
                }
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                None => {
                    self.ended = true;
                    let last = STANDARD.encode(&self.rest).into_bytes();
                    return (!last.is_empty()).then_some(Ok(last));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use futures_util::TryStreamExt as _;

    use super::*;

    fn plain(body: Vec<Strand>) -> Vec<u8> {
        let all: io::Result<Vec<Vec<u8>>> = chunks(body).collect();
        all.unwrap().concat()
    }

    #[tokio::test]
    async fn files_of_every_length_come_out_as_they_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        for size in [
            0,
            1,
            2,
            3,
            56,
            57,
            58,
            114,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            CHUNK_BYTES * 2 + 59,
        ] {
            let path = folder.path().join(size.to_string());
            let content: Vec<u8> = (0..size)
                .map(|at| u8::try_from(at % 251).unwrap())
                .collect();
            std::fs::write(&path, &content).unwrap();
            let body = vec![
                Strand::Bytes(b"a".to_vec()),
                Strand::OneLine(path.clone()),
                Strand::Bytes(b"|".to_vec()),
                Strand::Lines(path.clone()),
            ];
            let out = plain(body.clone());
            let text = String::from_utf8(out.clone()).unwrap();
            let (one, lines) = text[1..].split_once('|').unwrap();
            assert_eq!(STANDARD.decode(one).unwrap(), content, "{size}");
            assert!(lines.split("\r\n").all(|line| line.len() <= 76), "{size}");
            assert!(!lines.ends_with("\r\n"), "{size}");
            assert_eq!(
                STANDARD.decode(lines.replace("\r\n", "")).unwrap(),
                content,
                "{size}"
            );
            assert_eq!(length(&body).unwrap(), out.len() as u64, "{size}");

            let packed = vec![Strand::Packed(body.clone()), Strand::Bytes(b"!".to_vec())];
            let written = plain(packed.clone());
            assert_eq!(length(&packed).unwrap(), written.len() as u64, "{size}");
            let (inner, _) = written.split_at(written.len() - 1);
            assert_eq!(STANDARD.decode(inner).unwrap(), out, "{size}");
            let streamed: Vec<Bytes> = stream(packed.clone()).try_collect().await.unwrap();
            assert_eq!(streamed.concat(), written, "{size}");
            let hash: [u8; 32] = Sha256::digest(&written).into();
            assert_eq!(digest(packed).unwrap(), hash, "{size}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_gone_is_an_error_and_nothing_after_it() {
        let body = vec![
            Strand::Bytes(b"a".to_vec()),
            Strand::Packed(vec![Strand::Lines("/nowhere/at/all".into())]),
        ];
        assert!(length(&body).is_err());
        assert!(digest(body.clone()).is_err());
        let heard: Result<Vec<Bytes>, _> = stream(body).try_collect().await;
        assert!(heard.is_err());
    }
}
