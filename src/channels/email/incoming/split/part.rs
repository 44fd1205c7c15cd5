//! The parts of a mail, and where its files go.

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

/// Hands more of a file on, decoded; nothing of a part that is none.
///
/// # Errors
/// The shelf's.
pub(super) fn hand_on(
    part: &mut Part,
    decoded: &[u8],
    shelf: &mut dyn Shelf,
) -> std::io::Result<()> {
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
