//! The header of a mail, or of a part of one, by what its fields mean.

use mail_parser::Addr;
use mail_parser::HeaderName;
use mail_parser::HeaderValue;
use mail_parser::Message;
use mail_parser::MessageParser;
use mail_parser::MimeHeaders as _;

use crate::base::time::Timestamp;
use crate::channels::email::address;
use crate::channels::email::address::Mailbox;

/// The most ids of one field that are looked at.
const IDS_MAX: usize = 100;

/// The most addresses of one field that are kept.
const ADDRESSES_MAX: usize = 200;

/// What stands in for a header without fields: the library knows no empty one.
const NO_FIELDS: &[u8] = b"X-Nothing: 1\r\n\r\n";

/// A header that was read.
#[derive(Debug)]
pub(super) struct Header<'a>(Message<'a>);

impl<'a> Header<'a> {
    /// Reads a header, which must end with an empty line. One without fields has none.
    pub(super) fn read(ended: &'a [u8]) -> Self {
        let read = |bytes| {
            let parsed = MessageParser::default().parse_headers(bytes);
            parsed.filter(|parsed| !parsed.parts.is_empty())
        };
        Self(read(ended).or_else(|| read(NO_FIELDS)).unwrap_or_default())
    }

    /// The uppermost field of this name, unfolded: that which the last server wrote.
    pub(super) fn uppermost(&self, wanted: &str) -> Option<String> {
        let mut fields = self.0.headers_raw();
        let (_, text) = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// A field as it stands, unfolded, without blanks around it.
    pub(super) fn raw(&self, name: &'static str) -> Option<String> {
        let text = self.0.header_raw(HeaderName::parse(name)?)?;
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(joined).filter(|text| !text.is_empty())
    }

    /// Whether there is such a field, empty or not.
    pub(super) fn has(&self, name: &'static str) -> bool {
        HeaderName::parse(name).is_some_and(|name| self.0.header_raw(name).is_some())
    }

    /// A field in lower case, for comparing.
    pub(super) fn lower(&self, name: &'static str) -> String {
        self.raw(name).unwrap_or_default().to_lowercase()
    }

    /// The subject, decoded, in one line.
    pub(super) fn subject(&self) -> Option<String> {
        let subject = self.0.subject().map(address::one_line)?;
        Some(subject).filter(|subject| !subject.is_empty())
    }

    /// The addresses of a field, in order, each once. Those that are none are left out.
    pub(super) fn mailboxes(&self, name: &'static str) -> Vec<Mailbox> {
        let mut found: Vec<Mailbox> = Vec::new();
        let Some(name) = HeaderName::parse(name) else {
            return found;
        };
        for value in self.0.header_values(name) {
            for addr in addresses(value) {
                if let Some(mailbox) = mailbox(&addr)
                    && found.len() < ADDRESSES_MAX
                    && found.iter().all(|held| held.address != mailbox.address)
                {
                    found.push(mailbox);
                }
            }
        }
        found
    }

    /// The addresses in every field of this name that holds bare ones, such as `Delivered-To`.
    pub(super) fn bare(&self, name: &'static str) -> Vec<String> {
        let Some(name) = HeaderName::parse(name) else {
            return Vec::new();
        };
        let wanted = name.as_str().to_owned();
        let fields = self.0.headers_raw();
        let fields = fields.filter(|(name, _)| name.eq_ignore_ascii_case(&wanted));
        let texts = fields.flat_map(|(_, text)| text.split([',', ' ', '\t', '\r', '\n']));
        texts
            .filter_map(|text| address::clean(text.trim_matches(['<', '>'])))
            .take(ADDRESSES_MAX)
            .collect()
    }

    /// The ids of a field, without angle brackets and blanks.
    pub(super) fn ids(&self, name: &'static str) -> Vec<String> {
        self.raw(name).map(|text| ids_in(&text)).unwrap_or_default()
    }

    /// The date it bears, where that is one.
    pub(super) fn date(&self) -> Option<Timestamp> {
        let date = self.0.date().filter(|date| date.is_valid())?;
        Some(Timestamp::from_secs(date.to_timestamp()))
    }

    /// The content type, in lower case without parameters; `text/plain` where none stands.
    pub(super) fn mime_type(&self) -> String {
        let Some(kind) = self.0.content_type() else {
            return "text/plain".to_owned();
        };
        let sub = kind.subtype().unwrap_or("plain");
        format!("{}/{sub}", kind.ctype()).to_ascii_lowercase()
    }

    /// A parameter of the content type.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.0.content_type()?.attribute(name)
    }

    /// What a file is called, decoded.
    pub(super) fn filename(&self) -> Option<&str> {
        self.0
            .attachment_name()
            .filter(|name| !name.trim().is_empty())
    }

    /// The id of a part within its mail, without angle brackets.
    pub(super) fn content_id(&self) -> Option<String> {
        let id = self.0.content_id()?.trim_matches(['<', '>', ' ']);
        Some(id.to_owned()).filter(|id| !id.is_empty())
    }

    /// The address a part stands for within its mail.
    pub(super) fn content_location(&self) -> Option<&str> {
        self.0.content_location()
    }
}

/// Every id in a field. Programs that leave the brackets away are understood too.
fn ids_in(text: &str) -> Vec<String> {
    let bare = |id: &str| id.split_whitespace().collect::<String>();
    let pointed = text.split('<').skip(1);
    let pointed = pointed.filter_map(|rest| rest.split_once('>').map(|(id, _)| bare(id)));
    let mut found: Vec<String> = pointed.filter(|id| !id.is_empty()).take(IDS_MAX).collect();
    if found.is_empty() {
        let words = text
            .split([' ', ',', ';'])
            .filter(|word| word.contains('@'));
        found.extend(
            words
                .map(|word| word.trim_matches(['<', '>', '"']).to_owned())
                .take(IDS_MAX),
        );
    }
    found
}

fn addresses<'v>(value: &'v HeaderValue<'_>) -> Vec<Addr<'v>> {
    let Some(address) = value.as_address() else {
        return Vec::new();
    };
    address
        .iter()
        .take(ADDRESSES_MAX)
        .map(|addr| Addr {
            name: addr.name.as_deref().map(Into::into),
            address: addr.address.as_deref().map(Into::into),
        })
        .collect()
}

fn mailbox(addr: &Addr<'_>) -> Option<Mailbox> {
    let name = addr.name.as_deref().map(address::one_line);
    let name = name.map(|name| name.trim_matches(['"', '\'', ' ']).to_owned());
    Some(Mailbox {
        address: address::clean(addr.address.as_deref()?)?,
        name: name.filter(|name| !name.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_they_are_written() {
        let cases: [(&str, &[&str]); 6] = [
            ("<a@b>", &["a@b"]),
            ("<a@b> <c@d>\r\n <e@f>", &["a@b", "c@d", "e@f"]),
            ("Your message of Monday <A b@C>", &["Ab@C"]),
            ("a@b, c@d", &["a@b", "c@d"]),
            ("<a@b><c@d>", &["a@b", "c@d"]),
            ("nothing", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(ids_in(text), expected, "{text}");
        }
    }

    #[test]
    fn names_and_addresses_are_decoded_and_cleaned() {
        let raw = "From: =?UTF-8?Q?Ana_S=C3=ADlva?= <Ana@Example.com>\r\n\
            To: \"Doe, John\" <john@x.example>, list: a@b.example, c@d.example;, nobody\r\n\
            Cc: =?iso-8859-1?Q?J=F6rg?= =?iso-8859-1?Q?_M?= <j@x.example>, j@X.example\r\n\
            Subject: =?utf-8?B?UmU6IFBl?= =?utf-8?B?ZGlkbyAxMjM0?=\r\n\
            Delivered-To: <Support@x.example>\r\n\r\n";
        let header = Header::read(raw.as_bytes());
        let from = header.mailboxes("From");
        assert_eq!(from[0].address, "ana@example.com");
        assert_eq!(from[0].name.as_deref(), Some("Ana S\u{ed}lva"));
        let to: Vec<_> = header
            .mailboxes("To")
            .into_iter()
            .map(|one| one.address)
            .collect();
        assert_eq!(to, ["john@x.example", "a@b.example", "c@d.example"]);
        let cc = header.mailboxes("Cc");
        assert_eq!(cc.len(), 1);
        assert_eq!(cc[0].name.as_deref(), Some("J\u{f6}rg M"));
        assert_eq!(header.subject().as_deref(), Some("Re: Pedido 1234"));
        assert_eq!(header.bare("Delivered-To"), ["support@x.example"]);
    }
}
