//! Transfer encodings, undone piece by piece.

use mail_parser::MessageParser;
use mail_parser::MimeHeaders as _;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Undoes the transfer encoding of one file. It is given whole lines, or pieces of very long ones.
#[derive(Debug)]
pub(super) enum Decoder {
    /// As it stands; what may be the line break before a border is held back.
    Plain { held: Vec<u8> },
    /// Quoted printable; the same is held back.
    Quoted { held: Vec<u8> },
    /// Base 64: bits that do not make a byte yet, and how many.
    Base64 { bits: u32, count: u32, done: bool },
}

impl Decoder {
    /// The one that a header asks for.
    pub(super) fn of(header: &[u8]) -> Self {
        let ended = [header, b"\r\n"].concat();
        let parsed = MessageParser::new().parse_headers(&ended);
        let encoding = parsed
            .as_ref()
            .and_then(|parsed| parsed.content_transfer_encoding())
            .map(|name| name.trim().to_ascii_lowercase());
        match encoding.as_deref() {
            Some("base64") => Self::Base64 {
                bits: 0,
                count: 0,
                done: false,
            },
            Some("quoted-printable") => Self::Quoted { held: Vec::new() },
            _ => Self::Plain { held: Vec::new() },
        }
    }

    /// Undoes one line.
    pub(super) fn take(&mut self, line: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain { held } => {
                let (words, ending) = cut_break(line);
                let ready = [held.as_slice(), words].concat();
                *held = ending.to_vec();
                ready
            }
            Self::Quoted { held } => {
                let (words, ending) = cut_break(line);
                let words = words.trim_ascii_end();
                let mut ready = std::mem::take(held);
                if let Some(words) = words.strip_suffix(b"=") {
                    ready.extend(unquoted(words));
                } else {
                    ready.extend(unquoted(words));
                    *held = ending.to_vec();
                }
                ready
            }
            Self::Base64 { bits, count, done } => {
                let mut ready = Vec::with_capacity(line.len() / 4 * 3 + 3);
                for byte in line {
                    let Some(value) = sextet(*byte) else {
                        *done |= *byte == b'=';
                        continue;
                    };
                    if *done {
                        // What follows padding is a file glued behind: its own beginning.
                        (*bits, *count, *done) = (0, 0, false);
                    }
                    *bits = (*bits << 6) | u32::from(value);
                    *count += 6;
                    if *count >= 8 {
                        *count -= 8;
                        ready.push(u8::try_from((*bits >> *count) & 0xff).unwrap_or_default());
                        *bits &= (1 << *count) - 1;
                    }
                }
                ready
            }
        }
    }

    /// What is left; the last line break is none of the file's before a border.
    pub(super) fn end(&mut self, at_border: bool) -> Vec<u8> {
        match self {
            Self::Plain { held } | Self::Quoted { held } if !at_border => std::mem::take(held),
            _ => Vec::new(),
        }
    }
}

fn cut_break(line: &[u8]) -> (&[u8], &[u8]) {
    let words = line.strip_suffix(b"\n").unwrap_or(line);
    let words = if words.len() < line.len() {
        words.strip_suffix(b"\r").unwrap_or(words)
    } else {
        words
    };
    line.split_at(words.len())
}

/// One line without its break. What is no quoting stays as it stands.
fn unquoted(words: &[u8]) -> Vec<u8> {
    quoted_printable_decode(words).unwrap_or_else(|| words.to_vec())
}

const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: &str, lines: &[&str]) -> Vec<u8> {
        let header = format!("Content-Transfer-Encoding: {encoding}\r\n");
        let mut decoder = Decoder::of(header.as_bytes());
        let mut all: Vec<u8> = lines
            .iter()
            .flat_map(|line| decoder.take(line.as_bytes()))
            .collect();
        all.extend(decoder.end(true));
        all
    }

    #[test]
    fn each_encoding_is_undone() {
        let cases: [(&str, &[&str], &[u8]); 8] = [
            ("base64", &["SGVs\r\n", "bG8=\r\n"], b"Hello"),
            ("BASE64", &["SGV\r\n", "sbG8\n"], b"Hello"),
            ("base64", &["SGk=\r\n", "SGk=\r\n"], b"HiHi"),
            ("base64", &["S.G*k\r\n"], b"Hi"),
            (
                "quoted-printable",
                &["a=E9 =\r\n", "b  \r\n", "c\r\n"],
                b"a\xe9 b\r\nc",
            ),
            ("8bit", &["a\r\n", "b\r\n"], b"a\r\nb"),
            ("7bit", &["a\n", "\n"], b"a\n"),
            ("unknown", &["x=3D"], b"x=3D"),
        ];
        for (encoding, lines, expected) in cases {
            assert_eq!(decoded(encoding, lines), expected, "{encoding} {lines:?}");
        }
    }
}
