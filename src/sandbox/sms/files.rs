//! What carriers take of files that go along with a message.

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;

const MB: usize = 1_000_000;

/// Types of files and the largest of each, in bytes.
pub type Taken = &'static [(&'static str, usize)];

/// Pictures are made smaller where they must be; of everything else little is carried.
pub const TWILIO: Taken = &[
    ("image/jpeg", 5 * MB),
    ("image/png", 5 * MB),
    ("image/gif", 5 * MB),
    ("text/vcard", MB / 2),
    ("text/x-vcard", MB / 2),
    ("text/directory", MB / 2),
    ("application/pdf", MB / 2),
    ("video/mp4", MB / 2),
    ("video/3gpp", MB / 2),
    ("audio/3gpp", MB / 2),
    ("audio/amr", MB / 2),
    ("audio/mpeg", MB / 2),
];

/// Two megabytes of pictures, sound and films, and cards.
pub const VONAGE: Taken = &[
    ("image/jpeg", 2 * MB),
    ("image/png", 2 * MB),
    ("image/gif", 2 * MB),
    ("image/bmp", 2 * MB),
    ("audio/mpeg", 2 * MB),
    ("audio/amr", 2 * MB),
    ("audio/midi", 2 * MB),
    ("audio/wav", 2 * MB),
    ("audio/x-wav", 2 * MB),
    ("audio/ac3", 2 * MB),
    ("video/mp4", 2 * MB),
    ("video/3gpp", 2 * MB),
    ("video/mpeg", 2 * MB),
    ("video/x-msvideo", 2 * MB),
    ("text/vcard", 2 * MB),
    ("text/x-vcard", 2 * MB),
];

/// Five megabytes.
pub const PLIVO: Taken = &[
    ("image/jpeg", 5 * MB),
    ("image/png", 5 * MB),
    ("image/gif", 5 * MB),
    ("video/mp4", 5 * MB),
    ("video/3gpp", 5 * MB),
    ("application/pdf", 5 * MB),
    ("text/vcard", 5 * MB),
    ("text/x-vcard", 5 * MB),
];

/// The bytes of a file that a customer sent; none where there is no such file.
#[must_use]
pub fn held(desk: &Desk<'_>, id: &str) -> Option<HttpReply> {
    let file = desk.file(id)?;
    Some(HttpReply {
        status: 200,
        headers: Headers::default().with("content-type", file.mime_type.clone()),
        body: file.bytes.to_vec(),
    })
}

/// Why a file does not go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It could not be fetched.
    Gone,
    /// It is of another type.
    Kind,
    /// It is too large.
    Size,
}

/// Whether a file that was fetched, or was not, goes along.
///
/// # Errors
/// Why not.
pub fn check(taken: Taken, file: Result<&Chosen, &str>) -> Result<(), Trouble> {
    let file = file.map_err(|_| Trouble::Gone)?;
    let known = taken.iter().find(|(kind, _)| *kind == file.mime_type);
    match known {
        None => Err(Trouble::Kind),
        Some((_, most)) if file.bytes.len() > *most => Err(Trouble::Size),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn types_and_sizes_hold_at_their_edge() {
        let cases = [
            (TWILIO, "image/png", 5_000_000, Ok(())),
            (TWILIO, "image/png", 5_000_001, Err(Trouble::Size)),
            (TWILIO, "application/pdf", 500_000, Ok(())),
            (TWILIO, "application/pdf", 500_001, Err(Trouble::Size)),
            (TWILIO, "image/webp", 1, Err(Trouble::Kind)),
            (VONAGE, "audio/mpeg", 2_000_000, Ok(())),
            (VONAGE, "audio/mpeg", 2_000_001, Err(Trouble::Size)),
            (VONAGE, "application/pdf", 1, Err(Trouble::Kind)),
            (PLIVO, "application/pdf", 5_000_000, Ok(())),
            (PLIVO, "application/pdf", 5_000_001, Err(Trouble::Size)),
            (PLIVO, "audio/mpeg", 1, Err(Trouble::Kind)),
        ];
        for (taken, kind, size, expected) in cases {
            let file = Chosen {
                mime_type: kind.to_owned(),
                filename: String::new(),
                bytes: Arc::from(vec![0; size]),
            };
            assert_eq!(check(taken, Ok(&file)), expected, "{kind} {size}");
        }
        assert_eq!(check(TWILIO, Err("it answered 404")), Err(Trouble::Gone));
    }
}
