//! Which parts of a mail are its words, and which are files. email.md section 3.1, rules 5 to 7.

use mail_parser::decoders::charsets::map::charset_decoder;

use crate::base::mime;
use crate::channels::email::incoming::header::Header;
use crate::channels::email::incoming::split::Body;
use crate::channels::email::incoming::split::Part;
use crate::channels::email::incoming::transfer::Decoder;
use crate::model::mail::MailFile;

/// The words and files of a mail.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Its text; empty where it came without.
    pub(super) text: String,
    /// Its HTML; none where it came without.
    pub(super) html: Option<String>,
    /// Its files, in order.
    pub(super) files: Vec<Attached>,
    /// Its calendar.
    pub(super) calendar: Option<String>,
}

/// A file of a mail and where its bytes are.
#[derive(Debug)]
pub(super) struct Attached {
    /// What it is.
    pub(super) file: MailFile,
    /// The address by which the HTML may name it.
    pub(super) location: Option<String>,
    /// Its bytes.
    pub(super) source: Source,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// On the shelf, under this number.
    Shelf(usize),
    /// Here.
    Bytes(Vec<u8>),
}

/// Looks through the parts of a mail.
pub(super) fn find(parts: &[Part]) -> Found {
    let mut found = Found::default();
    if parts.is_empty() {
        return found;
    }
    let reader = Reader { parts };
    let words = reader.gather(0, &mut found);
    found.text = words.text.unwrap_or_default();
    found.html = words.html;
    for (number, attached) in found.files.iter_mut().enumerate() {
        name(&mut attached.file, number);
    }
    found
}

/// The words of a part.
#[derive(Debug, Default)]
struct Words {
    text: Option<String>,
    html: Option<String>,
}

struct Reader<'p> {
    parts: &'p [Part],
}

impl Reader<'_> {
    /// The words in a part; its files are added to those found. No deeper than parts may lie.
    fn gather(&self, at: usize, found: &mut Found) -> Words {
        let part = &self.parts[at];
        let ended = ended(&part.header);
        let header = Header::read(&ended);
        let kind = header.mime_type();
        match &part.body {
            Body::Text(bytes) => self.words(&header, &kind, bytes, at, found),
            Body::File(file) => {
                let is_variant = self.is_in_alternative(at) && kind.starts_with("text/");
                if !is_variant {
                    let size = file.bytes;
                    found
                        .files
                        .push(attached(&header, &kind, size, Source::Shelf(file.number)));
                }
                Words::default()
            }
            Body::Parts => {
                let children: Vec<usize> = self.children(at).collect();
                match kind.as_str() {
                    "multipart/alternative" => self.alternative(&children, found),
                    "multipart/related" => self.related(&header, &children, found),
                    _ => self.mixed(&children, found),
                }
            }
        }
    }

    fn children(&self, at: usize) -> impl Iterator<Item = usize> + use<'_> {
        let all = self.parts.iter().enumerate();
        all.filter(move |(_, part)| part.parent == Some(at))
            .map(|(number, _)| number)
    }

    fn is_in_alternative(&self, at: usize) -> bool {
        self.parts[at].parent.is_some_and(|parent| {
            let ended = ended(&self.parts[parent].header);
            Header::read(&ended).mime_type() == "multipart/alternative"
        })
    }

    fn words(
        &self,
        header: &Header<'_>,
        kind: &str,
        bytes: &[u8],
        at: usize,
        found: &mut Found,
    ) -> Words {
        match kind {
            "text/html" => Words {
                text: None,
                html: Some(decoded(&self.parts[at].header, header, bytes)),
            },
            "text/calendar" => {
                let text = decoded(&self.parts[at].header, header, bytes);
                let size = text.len() as u64;
                let source = Source::Bytes(text.clone().into_bytes());
                // Outlook sends the same as an alternative and as a file.
                if found.calendar.is_none() || header.filename().is_some() {
                    found
                        .files
                        .retain(|one| one.file.mime_type != "text/calendar");
                    found.files.push(attached(header, kind, size, source));
                }
                found.calendar.get_or_insert(text);
                Words::default()
            }
            _ if kind.starts_with("message/") => Words::default(),
            _ => {
                let text = decoded(&self.parts[at].header, header, bytes);
                let is_flowed = header
                    .parameter("format")
                    .is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
                let deletes = header
                    .parameter("delsp")
                    .is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
                let text = if is_flowed {
                    unflowed(&text, deletes)
                } else {
                    text
                };
                Words {
                    text: Some(text),
                    html: None,
                }
            }
        }
    }

    /// The last form that is understood.
    fn alternative(&self, children: &[usize], found: &mut Found) -> Words {
        let mut best = Words::default();
        for child in children {
            let words = self.gather(*child, found);
            best.text = words.text.or(best.text);
            best.html = words.html.or(best.html);
        }
        best
    }

    /// The root, and what belongs to it.
    fn related(&self, header: &Header<'_>, children: &[usize], found: &mut Found) -> Words {
        let start = header
            .parameter("start")
            .map(|id| id.trim_matches(['<', '>', ' ']));
        let is_start = |child: &&usize| {
            let ended = ended(&self.parts[**child].header);
            start.is_some() && Header::read(&ended).content_id().as_deref() == start
        };
        let root = children.iter().find(is_start).or(children.first()).copied();
        let mut words = Words::default();
        for child in children {
            let one = self.gather(*child, found);
            let is_first = words.html.is_none() && words.text.is_none();
            if Some(*child) == root || (root.is_none() && is_first) {
                words = one;
            }
        }
        words
    }

    /// One behind the other.
    fn mixed(&self, children: &[usize], found: &mut Found) -> Words {
        let all: Vec<Words> = children
            .iter()
            .map(|child| self.gather(*child, found))
            .collect();
        let has_html = all.iter().any(|words| words.html.is_some());
        let mut joined = Words::default();
        for words in all {
            if has_html {
                let html = words
                    .html
                    .clone()
                    .or_else(|| words.text.as_deref().map(as_html));
                add(&mut joined.html, html, "\n");
            }
            if let Some(text) = words.text {
                add(&mut joined.text, Some(text), "\n\n");
            } else if let Some(html) = words.html
                && has_html
            {
                // The text of this piece stands only in its HTML: then that of all is taken there.
                let is_blank = super::words_of(&html).trim().is_empty();
                if !is_blank {
                    add(&mut joined.text, Some(super::words_of(&html)), "\n\n");
                }
            }
        }
        joined
    }
}

fn add(held: &mut Option<String>, more: Option<String>, between: &str) {
    match (held.as_mut(), more) {
        (_, None) => {}
        (None, more) => *held = more,
        (Some(held), Some(more)) => {
            if !held.trim().is_empty() && !more.trim().is_empty() {
                held.truncate(held.trim_end().len());
                held.push_str(between);
            }
            held.push_str(&more);
        }
    }
}

fn as_html(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let lines = escaped.trim_end().replace('\n', "<br>");
    format!("<div>{lines}</div>")
}

fn ended(header: &[u8]) -> Vec<u8> {
    [header, b"\r\n"].concat()
}

fn attached(header: &Header<'_>, kind: &str, size: u64, source: Source) -> Attached {
    Attached {
        file: MailFile {
            id: None,
            filename: header.filename().unwrap_or_default().to_owned(),
            mime_type: kind.to_owned(),
            size,
            content_id: header.content_id(),
            inline: false,
        },
        location: header.content_location().map(str::to_owned),
        source,
    }
}

/// A file that came without a name gets one.
fn name(file: &mut MailFile, number: usize) {
    if file.filename.trim().is_empty() {
        file.filename = match file.mime_type.as_str() {
            "text/calendar" => "invite.ics".to_owned(),
            kind => format!("attachment-{}.{}", number + 1, ending(kind)),
        };
    }
    file.filename = mime::clean_filename(&file.filename);
}

fn ending(kind: &str) -> &'static str {
    match kind {
        "message/rfc822" | "message/global" => "eml",
        "text/rfc822-headers" => "txt",
        "text/html" => "html",
        _ => mime::ending(kind),
    }
}

/// Bytes as text: by the charset they are said to have, else as UTF-8, else as Windows-1252, which
/// knows every byte.
fn decoded(raw: &[u8], header: &Header<'_>, bytes: &[u8]) -> String {
    let mut decoder = Decoder::of(raw);
    let mut plain: Vec<u8> = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        plain.extend(decoder.take(line));
    }
    plain.extend(decoder.end(false));
    let charset = header
        .parameter("charset")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_utf8 = matches!(
        charset.as_str(),
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii"
    );
    let named = if is_utf8 {
        None
    } else {
        charset_decoder(charset.as_bytes())
    };
    let text = match (named, String::from_utf8(plain)) {
        (Some(decode), Ok(text)) => decode(text.as_bytes()),
        (Some(decode), Err(error)) => decode(error.as_bytes()),
        (None, Ok(text)) => text,
        (None, Err(error)) => match charset_decoder(b"windows-1252") {
            Some(decode) => decode(error.as_bytes()),
            None => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        },
    };
    let text = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "");
    text.trim_start_matches('\u{feff}').to_owned()
}

/// Lines that were broken softly are whole again (RFC 3676).
fn unflowed(text: &str, deletes: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let words = &line[depth..];
        let words = words.strip_prefix(' ').unwrap_or(words);
        let is_soft = words.ends_with(' ') && words != "-- ";
        let kept = if is_soft && deletes {
            &words[..words.len() - 1]
        } else {
            words
        };
        match (open, lines.last_mut()) {
            (Some(before), Some(last))
                if before == depth && words != "-- " && !words.is_empty() =>
            {
                last.push_str(kept);
            }
            _ if depth > 0 => lines.push(format!("{} {kept}", ">".repeat(depth))),
            _ => lines.push(kept.to_owned()),
        }
        open = is_soft.then_some(depth);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_whole_again() {
        let cases = [
            ("Hello \nthere\nyou", false, "Hello there\nyou"),
            ("> Hello \n> there\n you", false, "> Hello there\nyou"),
            ("Hel \nlo", true, "Hello"),
            ("a \n-- \nAna", false, "a \n-- \nAna"),
            (">> a \n> b", false, ">> a \n> b"),
        ];
        for (text, deletes, expected) in cases {
            assert_eq!(unflowed(text, deletes), expected, "{text}");
        }
    }

    #[test]
    fn any_charset_becomes_text() {
        let cases: [(&str, &[u8], &str); 9] = [
            ("utf-8", b"caf\xc3\xa9", "caf\u{e9}"),
            ("utf-8", b"caf\xe9", "caf\u{e9}"),
            ("iso-8859-1", b"caf\xe9", "caf\u{e9}"),
            (
                "\"windows-1251\"",
                b"\xcf\xf0\xe8\xe2\xe5\xf2",
                "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}",
            ),
            (
                "koi8-r",
                b"\xf0\xd2\xc9\xd7\xc5\xd4",
                "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}",
            ),
            ("iso-2022-jp", b"\x1b$B$3$s\x1b(B", "\u{3053}\u{3093}"),
            ("gb2312", b"\xc4\xe3\xba\xc3", "\u{4f60}\u{597d}"),
            ("shift_jis", b"\x82\xb1\x82\xf1", "\u{3053}\u{3093}"),
            ("x-nobody-knows", b"caf\xe9", "caf\u{e9}"),
        ];
        for (charset, bytes, expected) in cases {
            let raw = format!("Content-Type: text/plain; charset={charset}\r\n");
            let ended = ended(raw.as_bytes());
            let header = Header::read(&ended);
            assert_eq!(
                decoded(raw.as_bytes(), &header, bytes),
                expected,
                "{charset}"
            );
        }
    }
}
