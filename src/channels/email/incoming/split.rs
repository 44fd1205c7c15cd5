//! A mail taken apart as it streams by: what can be read stays, files are handed on decoded.
//!
//! The whole of a mail is never in memory: a file of any size passes through in pieces. What stays
//! is bounded by [`Bounds`], so a mail that is made to hurt is refused instead of read. Only lines
//! decide where a part ends, innermost part first, so a part that was never closed ends with the
//! one around it.

use crate::channels::email::incoming::kind::Kind;
use crate::channels::email::incoming::transfer::Decoder;

/// What of one mail may stay in memory.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of the header of one part.
    pub header_bytes: usize,
    /// Bytes of all headers together.
    pub headers_bytes: usize,
    /// Parts, multiparts among them.
    pub parts: usize,
    /// Multiparts within each other.
    pub depth: usize,
    /// Bytes of one text; a longer one becomes a file.
    pub text_bytes: usize,
    /// Bytes of all texts together; later ones become files.
    pub texts_bytes: usize,
}

/// The bounds of email.md, 3.1 rule 3.
pub const BOUNDS: Bounds = Bounds {
    header_bytes: 256 * 1024,
    headers_bytes: 1024 * 1024,
    parts: 500,
    depth: 30,
    text_bytes: 2 * 1024 * 1024,
    texts_bytes: 8 * 1024 * 1024,
};

/// Why a mail is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bomb {
    /// A header, or all of them, are larger than any mail needs.
    #[error("its headers are too large")]
    Headers,
    /// It has more parts than any mail needs.
    #[error("it has too many parts")]
    Parts,
    /// Its parts lie too deep within each other.
    #[error("its parts are nested too deep")]
    Depth,
}

/// One part of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The part it lies in; none for the mail itself.
    pub parent: Option<usize>,
    /// Its header, as it came.
    pub header: Vec<u8>,
    /// What it holds.
    pub body: Body,
}

/// What a part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Other parts.
    Parts,
    /// Words, still encoded as they came.
    Text(Vec<u8>),
    /// A file, handed on decoded.
    File(Filed),
}

/// A file that was handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its number among the files of the mail, from 0.
    pub number: usize,
    /// Its length, decoded.
    pub bytes: u64,
    /// Its beginning, where it is a mail itself: enough to see which one.
    pub head: Vec<u8>,
}

/// How much of a mail within a mail is kept.
const HEAD_BYTES: usize = 64 * 1024;

/// A line longer than this is taken in pieces.
const LINE_BYTES: usize = 16 * 1024;

/// Where files go.
pub trait Shelf {
    /// More of the file with this number. Numbers only grow.
    ///
    /// # Errors
    /// The disk's.
    fn put(&mut self, number: usize, bytes: &[u8]) -> std::io::Result<()>;
}

impl Shelf for Vec<Vec<u8>> {
    fn put(&mut self, number: usize, bytes: &[u8]) -> std::io::Result<()> {
        if self.len() <= number {
            self.resize(number + 1, Vec::new());
        }
        self[number].extend_from_slice(bytes);
        Ok(())
    }
}

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

fn hand_on(part: &mut Part, decoded: &[u8], shelf: &mut dyn Shelf) -> std::io::Result<()> {
    let Body::File(file) = &mut part.body else {
        return Ok(());
    };
    if decoded.is_empty() {
        return Ok(());
    }
    file.bytes += decoded.len() as u64;
    if is_mail(&part.header) {
        let room = HEAD_BYTES.saturating_sub(file.head.len());
        file.head
            .extend_from_slice(&decoded[..decoded.len().min(room)]);
    }
    shelf.put(file.number, decoded)
}

fn is_mail(header: &[u8]) -> bool {
    let lower = header.to_ascii_lowercase();
    let has = |name: &[u8]| lower.windows(name.len()).any(|window| window == name);
    has(b"message/") || has(b"rfc822-headers")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use proptest::prelude::*;

    fn split(raw: &[u8]) -> Result<(Vec<Part>, Vec<Vec<u8>>), SplitError> {
        in_pieces(raw, raw.len().max(1))
    }

    fn in_pieces(raw: &[u8], size: usize) -> Result<(Vec<Part>, Vec<Vec<u8>>), SplitError> {
        let (mut splitter, mut files) = (Splitter::new(BOUNDS), Vec::new());
        for piece in raw.chunks(size) {
            splitter.take(piece, &mut files)?;
        }
        let parts = splitter.end(&mut files)?;
        Ok((parts, files))
    }

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\npreamble\r\n\
        --b 1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n\
        --b2\r\n\r\nHello\r\n\r\n--b2\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n\
        --b 1\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        JVBE\r\nRi0=\r\n--b 1\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n--b 1--\r\nepilogue\r\n";

    #[test]
    fn texts_stay_and_files_are_handed_on_decoded() {
        let (parts, files) = split(MIXED.as_bytes()).unwrap();
        let parents: Vec<_> = parts.iter().map(|part| part.parent).collect();
        assert_eq!(
            parents,
            [None, Some(0), Some(1), Some(1), Some(0), Some(0)],
            "a multipart that is not closed ends with the one around it"
        );
        assert_eq!(parts[2].body, Body::Text(b"Hello\r\n".to_vec()));
        assert_eq!(parts[3].body, Body::Text(b"<p>Hello</p>".to_vec()));
        assert_eq!(files, [b"%PDF-".to_vec(), b"a=bc".to_vec()]);
    }

    #[test]
    fn what_is_made_to_hurt_is_refused() {
        let long = format!("X: {}\r\n\r\nhi", "a".repeat(BOUNDS.header_bytes));
        let folded = format!("X: a\r\n{}\r\nhi", " b\r\n".repeat(BOUNDS.header_bytes / 4));
        let mut deep = String::new();
        for level in 0..=BOUNDS.depth {
            let kind =
                format!("Content-Type: multipart/mixed; boundary=b{level}.\n\n--b{level}.\n");
            deep.push_str(&kind);
        }
        let parts = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(BOUNDS.parts)
        );
        let headers = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            format!("--b\nX: {}\n\nx\n", "y".repeat(100_000)).repeat(12)
        );
        let cases = [
            (long, Bomb::Headers),
            (folded, Bomb::Headers),
            (headers, Bomb::Headers),
            (deep, Bomb::Depth),
            (parts, Bomb::Parts),
        ];
        for (raw, expected) in cases {
            let refused = split(raw.as_bytes());
            assert!(
                matches!(refused, Err(SplitError::Bomb(bomb)) if bomb == expected),
                "{expected}"
            );
        }
    }

    #[test]
    fn mails_within_mails_are_files_however_deep() {
        let raw = "Content-Type: message/rfc822\n\n".repeat(50_000);
        let (parts, files) = split(raw.as_bytes()).unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(files[0].len(), raw.len() - 30);
    }

    #[test]
    fn a_text_that_is_too_long_becomes_a_file() {
        let words = "0123456789abcde\n".repeat(BOUNDS.text_bytes / 16 + 1);
        let (parts, files) = split(format!("Subject: x\n\n{words}").as_bytes()).unwrap();
        assert!(matches!(&parts[0].body, Body::File(file) if file.bytes == words.len() as u64));
        assert_eq!(files[0], words.as_bytes());
        let line = "x".repeat(BOUNDS.text_bytes + LINE_BYTES);
        let (_, files) = split(format!("Subject: x\n\n{line}").as_bytes()).unwrap();
        assert_eq!(files[0], line.as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_taken_apart_alike(
            raw in proptest::collection::vec(any::<u8>(), 0..600),
            size in 1usize..40,
        ) {
            let mixed = [MIXED.as_bytes(), &raw].concat();
            for raw in [&raw, &mixed] {
                let whole = split(raw).unwrap();
                prop_assert_eq!(&in_pieces(raw, size).unwrap(), &whole);
            }
        }

        #[test]
        fn files_come_out_as_they_went_in(file in proptest::collection::vec(any::<u8>(), 0..3_000)) {
            use base64::Engine as _;
            let encoded = base64::engine::general_purpose::STANDARD.encode(&file);
            let lines: Vec<_> = encoded.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
            let raw = format!(
                "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                lines.join("\r\n")
            );
            let (_, files) = split(raw.as_bytes()).unwrap();
            prop_assert_eq!(&files[0], &file);
        }
    }
}
