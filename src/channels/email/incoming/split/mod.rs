//! A mail taken apart as it streams by: what can be read stays, files are handed on decoded.
//!
//! The whole of a mail is never in memory: a file of any size passes through in pieces. What stays
//! is bounded by [`Bounds`], so a mail that is made to hurt is refused instead of read. Only lines
//! decide where a part ends, innermost part first, so a part that was never closed ends with the
//! one around it.

mod bounds;
mod part;
#[cfg(test)]
mod tests;

use crate::channels::email::incoming::kind::Kind;
pub use crate::channels::email::incoming::split::bounds::BOUNDS;
pub use crate::channels::email::incoming::split::bounds::Bomb;
pub use crate::channels::email::incoming::split::bounds::Bounds;
pub use crate::channels::email::incoming::split::part::Body;
pub use crate::channels::email::incoming::split::part::Filed;
pub use crate::channels::email::incoming::split::part::Part;
pub use crate::channels::email::incoming::split::part::Shelf;
use crate::channels::email::incoming::split::part::hand_on;
use crate::channels::email::incoming::transfer::Decoder;

/// A line longer than this is taken in pieces.
const LINE_BYTES: usize = 16 * 1024;

/// Why a mail was not taken apart.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// It is made to hurt.
    #[error(transparent)]
    Bomb(#[from] Bomb),
    /// A file could not be stored.
    #[error("a file could not be stored: {0}")]
    Shelf(#[from] std::io::Error),
}

/// A multipart that is open.
#[derive(Debug)]
struct Level {
    boundary: Vec<u8>,
    part: usize,
    digest: bool,
}

/// Where the reading stands.
#[derive(Debug)]
enum State {
    /// In a header.
    Header(Vec<u8>),
    /// In a text that stays.
    Text(usize),
    /// In a file.
    File { part: usize, decoder: Decoder },
    /// Between the parts of a multipart.
    Between,
}

/// Takes one mail apart.
#[derive(Debug)]
pub struct Splitter {
    bounds: Bounds,
    parts: Vec<Part>,
    levels: Vec<Level>,
    state: State,
    line: Vec<u8>,
    /// Whether `line` stands at the start of a line.
    fresh: bool,
    headers_bytes: usize,
    texts_bytes: usize,
    files: usize,
}

impl Splitter {
    /// Begins a mail.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            parts: Vec::new(),
            levels: Vec::new(),
            state: State::Header(Vec::new()),
            line: Vec::new(),
            fresh: true,
            headers_bytes: 0,
            texts_bytes: 0,
            files: 0,
        }
    }

    /// Takes more of it.
    ///
    /// # Errors
    /// [`SplitError`]; then nothing more is taken.
    pub fn take(&mut self, bytes: &[u8], shelf: &mut dyn Shelf) -> Result<(), SplitError> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            for piece in piece.chunks(LINE_BYTES) {
                self.line.extend_from_slice(piece);
                if self.line.ends_with(b"\n") || self.line.len() >= LINE_BYTES {
                    self.flush(shelf)?;
                }
            }
        }
        Ok(())
    }

    /// Ends it: its parts, the mail itself first.
    ///
    /// # Errors
    /// [`SplitError`].
    pub fn end(mut self, shelf: &mut dyn Shelf) -> Result<Vec<Part>, SplitError> {
        if !self.line.is_empty() {
            self.flush(shelf)?;
        }
        self.close(shelf, Ending::Whole)?;
        Ok(self.parts)
    }

    fn flush(&mut self, shelf: &mut dyn Shelf) -> Result<(), SplitError> {
        let line = std::mem::take(&mut self.line);
        let was_fresh = std::mem::replace(&mut self.fresh, line.ends_with(b"\n"));
        if was_fresh && let Some((level, is_last)) = self.border(&line) {
            self.close(shelf, Ending::Border)?;
            self.levels.truncate(level + 1);
            self.state = if is_last {
                self.levels.truncate(level);
                State::Between
            } else {
                State::Header(Vec::new())
            };
            return Ok(());
        }
        match &mut self.state {
            State::Header(header) => {
                let is_end = was_fresh && line.trim_ascii().is_empty();
                self.headers_bytes += line.len();
                if header.len() + line.len() > self.bounds.header_bytes
                    || self.headers_bytes > self.bounds.headers_bytes
                {
                    return Err(Bomb::Headers.into());
                }
                if is_end {
                    let header = std::mem::take(header);
                    self.open(header)?;
                } else {
                    header.extend_from_slice(&line);
                }
            }
            State::Text(part) => {
                let part = *part;
                self.keep(part, &line, shelf)?;
            }
            State::File { part, decoder } => {
                let decoded = decoder.take(&line);
                let part = *part;
                hand_on(&mut self.parts[part], &decoded, shelf)?;
            }
            State::Between => {}
        }
        Ok(())
    }

    /// The open multipart whose border a line is, and whether it is the last one.
    fn border(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?;
        for (at, level) in self.levels.iter().enumerate().rev() {
            let Some(rest) = rest.strip_prefix(level.boundary.as_slice()) else {
                continue;
            };
            match rest.strip_prefix(b"--") {
                Some(_) => return Some((at, true)),
                None if rest.trim_ascii().is_empty() => return Some((at, false)),
                None => {}
            }
        }
        None
    }

    /// Begins the part that a header announces.
    fn open(&mut self, header: Vec<u8>) -> Result<(), SplitError> {
        if self.parts.len() >= self.bounds.parts {
            return Err(Bomb::Parts.into());
        }
        let number = self.parts.len();
        let parent = self.levels.last().map(|level| level.part);
        let in_digest = self.levels.last().is_some_and(|level| level.digest);
        let kind = Kind::of(&header, in_digest);
        let body = match kind {
            Kind::Parts { boundary, digest } => {
                if self.levels.len() >= self.bounds.depth {
                    return Err(Bomb::Depth.into());
                }
                self.levels.push(Level {
                    boundary,
                    part: number,
                    digest,
                });
                self.state = State::Between;
                Body::Parts
            }
            Kind::Text => {
                self.state = State::Text(number);
                Body::Text(Vec::new())
            }
            Kind::File => {
                self.state = State::File {
                    part: number,
                    decoder: Decoder::of(&header),
                };
                self.files += 1;
                Body::File(Filed {
                    number: self.files - 1,
                    bytes: 0,
                    head: Vec::new(),
                })
            }
        };
        self.parts.push(Part {
            parent,
            header,
            body,
        });
        Ok(())
    }

    /// Keeps more of a text, which becomes a file once it is too long.
    fn keep(&mut self, part: usize, line: &[u8], shelf: &mut dyn Shelf) -> Result<(), SplitError> {
        let is_full = self.texts_bytes + line.len() > self.bounds.texts_bytes;
        let found = &mut self.parts[part];
        let Body::Text(text) = &mut found.body else {
            return Ok(());
        };
        if !is_full && text.len() + line.len() <= self.bounds.text_bytes {
            self.texts_bytes += line.len();
            text.extend_from_slice(line);
            return Ok(());
        }
        let text = std::mem::take(text);
        self.texts_bytes -= text.len();
        let mut decoder = Decoder::of(&found.header);
        found.body = Body::File(Filed {
            number: self.files,
            bytes: 0,
            head: Vec::new(),
        });
        self.files += 1;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            hand_on(found, &decoder.take(piece), shelf)?;
        }
        hand_on(found, &decoder.take(line), shelf)?;
        self.state = State::File { part, decoder };
        Ok(())
    }

    /// Ends the part that is read. The line break before a border belongs to the border.
    fn close(&mut self, shelf: &mut dyn Shelf, ending: Ending) -> Result<(), SplitError> {
        match std::mem::replace(&mut self.state, State::Between) {
            State::Header(header) => {
                let is_mail = self.parts.is_empty();
                if is_mail || !header.trim_ascii().is_empty() {
                    self.open(header)?;
                    return self.close(shelf, ending);
                }
            }
            State::Text(part) => {
                if let Body::Text(text) = &mut self.parts[part].body
                    && ending == Ending::Border
                {
                    text.truncate(without_break(text).len());
                }
            }
            State::File { part, mut decoder } => {
                let decoded = decoder.end(ending == Ending::Border);
                hand_on(&mut self.parts[part], &decoded, shelf)?;
                // An empty file has its place too.
                if let Body::File(file) = &self.parts[part].body {
                    shelf.put(file.number, b"")?;
                }
            }
            State::Between => {}
        }
        Ok(())
    }
}

/// What ended a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The border of a multipart.
    Border,
    /// The end of the mail.
    Whole,
}

fn without_break(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}
