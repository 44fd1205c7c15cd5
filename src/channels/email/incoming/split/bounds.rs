//! What of one mail may stay in memory: one that is made to hurt is refused instead of read.

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
