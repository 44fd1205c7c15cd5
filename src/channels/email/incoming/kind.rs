//! What the header of a part says that the part is.

use mail_parser::MessageParser;
use mail_parser::MimeHeaders as _;

/// What a header announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Several parts.
    Parts {
        /// What stands between them.
        boundary: Vec<u8>,
        /// Whether they are mails where nothing else is said.
        digest: bool,
    },
    /// Something that is read.
    Text,
    /// Something that is kept as it is.
    File,
}

/// Types that are read and not kept as files, beside plain text and HTML: reports and invitations.
const READ: [(&str, &str); 6] = [
    ("text", "plain"),
    ("text", "html"),
    ("text", "calendar"),
    ("message", "delivery-status"),
    ("message", "disposition-notification"),
    ("message", "feedback-report"),
];

impl Kind {
    /// What the header of a part announces; `in_digest` says what it is by itself.
    pub fn of(header: &[u8], in_digest: bool) -> Self {
        let ended = [header, b"\r\n"].concat();
        let parsed = MessageParser::new().parse_headers(&ended);
        let Some(parsed) = parsed else {
            return Self::Text;
        };
        let Some(kind) = parsed.content_type() else {
            return if in_digest { Self::File } else { Self::Text };
        };
        let main = kind.ctype().to_ascii_lowercase();
        let sub = kind.subtype().unwrap_or_default().to_ascii_lowercase();
        if main == "multipart"
            && let Some(boundary) = kind.attribute("boundary").filter(|text| !text.is_empty())
        {
            return Self::Parts {
                boundary: boundary.trim_end().as_bytes().to_vec(),
                digest: sub == "digest",
            };
        }
        let is_attached = parsed
            .content_disposition()
            .is_some_and(mail_parser::ContentType::is_attachment);
        let is_invitation = sub == "calendar";
        let is_read = READ.contains(&(main.as_str(), sub.as_str()));
        match (is_read, is_attached && !is_invitation && main == "text") {
            (true, false) => Self::Text,
            _ if main == "multipart" => Self::Text,
            _ => Self::File,
        }
    }
}
