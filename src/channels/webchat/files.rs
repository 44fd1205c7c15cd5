//! Files on the wire: their ids, and links that open for one session and one hour.

use std::time::Duration;

use crate::base::crypto::base64url;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::time::Timestamp;
use crate::model::ids::MediaId;

/// How long a link opens.
pub const LINK_LIFE: Duration = Duration::from_secs(3_600);

/// The path below which visitors' files are served.
pub const FILES: &str = "/webchat/files/";

/// In place of a session: every visitor may open it. For pictures of those who answer.
pub const TEAM: &str = "team";

/// A file's id as visitors see it: `fil_` and the letters of its own.
#[must_use]
pub fn file_id(media: MediaId) -> String {
    let id = media.to_string();
    let letters = id.split_once('_').map_or("", |(_, letters)| letters);
    format!("fil_{letters}")
}

/// Reads an id as visitors send it.
#[must_use]
pub fn media_id(text: &str) -> Option<MediaId> {
    let letters = text.strip_prefix("fil_")?;
    format!("media_{letters}").parse().ok()
}

/// A link to a file, path and query, that opens until `expires` for the session it names.
#[must_use]
pub fn link(key: &[u8], media: MediaId, session: &str, expires: Timestamp) -> String {
    let path = format!("{FILES}{}", file_id(media));
    let expires = expires.as_secs();
    let signature = signature(key, &path, &expires.to_string(), session);
    format!("{path}?e={expires}&s={session}&sig={signature}")
}

/// The signature of a link.
#[must_use]
pub fn signature(key: &[u8], path: &str, expires: &str, session: &str) -> String {
    let signed = format!("{path}\n{expires}\n{session}");
    base64url(&sign(key, signed.as_bytes()))
}

/// Whether a link was made by us and opens still. The caller checks that the session it names may
/// see the file.
#[must_use]
pub fn opens(key: &[u8], path: &str, query: LinkQuery<'_>, now: Timestamp) -> bool {
    let expected = signature(key, path, query.expires, query.session);
    let genuine = same(expected.as_bytes(), query.signature.as_bytes());
    let in_time = query
        .expires
        .parse()
        .is_ok_and(|expires: i64| now < Timestamp::from_secs(expires));
    genuine && in_time
}

/// The query of a link.
#[derive(Debug, Clone, Copy)]
pub struct LinkQuery<'a> {
    /// `e`: when it stops opening, unix seconds.
    pub expires: &'a str,
    /// `s`: the session.
    pub session: &'a str,
    /// `sig`: the signature.
    pub signature: &'a str,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;

    const KEY: &[u8] = b"linktor-file-key";
    const PATH: &str = "/webchat/files/fil_01J9";
    const SIGNATURE: &str = "ELDb1dCAOQlT7P-mN2exuMKTjQbTN-SKW8Ub0geraSQ";

    #[test]
    fn the_published_signature_holds() {
        assert_eq!(signature(KEY, PATH, "1767272400", "wcs_01"), SIGNATURE);
        let query = LinkQuery {
            expires: "1767272400",
            session: "wcs_01",
            signature: SIGNATURE,
        };
        let before = Timestamp::from_secs(1_767_272_399);
        assert!(opens(KEY, PATH, query, before));
        let changed = [
            opens(KEY, PATH, query, Timestamp::from_secs(1_767_272_400)),
            opens(b"another", PATH, query, before),
            opens(KEY, "/webchat/files/fil_01J8", query, before),
            opens(
                KEY,
                PATH,
                LinkQuery {
                    session: "wcs_02",
                    ..query
                },
                before,
            ),
            opens(
                KEY,
                PATH,
                LinkQuery {
                    expires: "1767272401",
                    ..query
                },
                before,
            ),
            opens(
                KEY,
                PATH,
                LinkQuery {
                    signature: "",
                    ..query
                },
                before,
            ),
        ];
        assert_eq!(changed, [false; 6]);
    }

    #[test]
    fn a_link_opens_as_it_was_made() {
        let media = MediaId::from_bytes([7; 16]);
        let link = link(KEY, media, "wcs_9", Timestamp::from_secs(1_000));
        let (path, query) = link.split_once('?').unwrap();
        let signature = query.rsplit_once("sig=").unwrap().1;
        let query = LinkQuery {
            expires: "1000",
            session: "wcs_9",
            signature,
        };
        assert!(opens(KEY, path, query, Timestamp::from_secs(999)));
        assert_eq!(media_id(path.strip_prefix(FILES).unwrap()), Some(media));
    }

    #[test]
    fn ids_of_other_kinds_are_no_files() {
        for text in [
            "",
            "fil_",
            "fil_1",
            "media_00000000000000000000000000",
            "fil_../../etc",
        ] {
            assert_eq!(media_id(text), None, "{text}");
        }
    }
}
