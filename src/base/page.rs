//! Pages of a list and the opaque cursors between them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::crypto::digest;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order asked for.
    pub rows: Vec<T>,
    /// Where the next page starts; none at the end.
    pub next: Option<Cursor>,
    /// How many rows the whole list has, where that is known without counting it.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The same page with each row turned into something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(change).collect(),
            next: self.next,
            total: self.total,
        }
    }
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The least, the first by name, the oldest.
    Ascending,
    /// The greatest, the last by name, the newest.
    Descending,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The cursor of the page before.
    pub cursor: Option<Cursor>,
    /// Rows to leave out, for clients that count.
    pub offset: usize,
    /// Rows at most.
    pub limit: usize,
}

/// A place in a list, opaque to whoever carries it and valid only with the filter it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    position: Vec<u8>,
    filter: [u8; 4],
}

/// A cursor that cannot be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cursor belongs to another list or filter; start again without it")]
pub struct BadCursor;

impl Cursor {
    /// A place given by a key, bound to the words of the filter and sort it belongs to.
    #[must_use]
    pub fn new(position: Vec<u8>, filter: &str) -> Self {
        Self {
            position,
            filter: fingerprint(filter),
        }
    }

    /// The key this cursor stands at.
    ///
    /// # Errors
    /// [`BadCursor`]: it was made for another filter or sort.
    pub fn position(&self, filter: &str) -> Result<&[u8], BadCursor> {
        if self.filter == fingerprint(filter) {
            Ok(&self.position)
        } else {
            Err(BadCursor)
        }
    }
}

fn fingerprint(filter: &str) -> [u8; 4] {
    let digest = digest(filter.as_bytes());
    [digest[0], digest[1], digest[2], digest[3]]
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [&self.filter[..], &self.position].concat();
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl std::str::FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        let (filter, position) = bytes.split_first_chunk::<4>().ok_or(BadCursor)?;
        Ok(Self {
            position: position.to_vec(),
            filter: *filter,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_filter_only() {
        let cursor: Cursor = Cursor::new(vec![1, 2, 3], "status=open")
            .to_string()
            .parse()
            .unwrap();
        assert_eq!(cursor.position("status=open").unwrap(), [1, 2, 3]);
        assert_eq!(cursor.position("status=done"), Err(BadCursor));
        assert!("%%%".parse::<Cursor>().is_err());
        assert!("YQ".parse::<Cursor>().is_err());
    }
}
