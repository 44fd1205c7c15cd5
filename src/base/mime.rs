//! Content types: what a file says it is, and what its first bytes show.

/// Types that browsers or people could run: refused whatever they are called.
const ACTIVE: [&str; 12] = [
    "text/html",
    "application/xhtml+xml",
    "image/svg+xml",
    "text/xml",
    "application/xml",
    "text/javascript",
    "application/javascript",
    "application/x-executable",
    "application/vnd.microsoft.portable-executable",
    "application/x-mach-binary",
    "application/wasm",
    "text/x-shellscript",
];

/// Endings of the types that people send each other.
const ENDINGS: [(&str, &str); 25] = [
    ("application/msword", "doc"),
    ("application/pdf", "pdf"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    ("application/zip", "zip"),
    ("audio/aac", "aac"),
    ("audio/amr", "amr"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/wav", "wav"),
    ("image/gif", "gif"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("text/csv", "csv"),
    ("text/plain", "txt"),
    ("video/3gpp", "3gp"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("text/vcard", "vcf"),
];

/// Endings of files that run, whatever is in them: a script has no marks of its own.
const RUNNING: [&str; 20] = [
    "exe", "js", "bat", "cmd", "com", "scr", "msi", "ps1", "vbs", "jar", "lnk", "hta", "cpl",
    "pif", "reg", "vbe", "jse", "mjs", "sh", "wsf",
];

/// Whether a file of this name is one that runs when it is opened: mail servers refuse mails that
/// carry it.
#[must_use]
pub fn runs(filename: &str) -> bool {
    let ending = filename.rsplit_once('.').map_or("", |(_, ending)| ending);
    RUNNING
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// What a file really is, by its first bytes (512 suffice).
///
/// Plain text has no marks of its own: what is valid UTF-8 without control characters, and does
/// not begin like markup or a script, is `text/plain`. Everything else unknown is
/// `application/octet-stream`.
#[must_use]
pub fn sniff(head: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(head) {
        return kind.mime_type();
    }
    if let Some(active) = sniff_active_text(head) {
        return active;
    }
    if is_text(head) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

fn sniff_active_text(head: &[u8]) -> Option<&'static str> {
    let start = String::from_utf8_lossy(head)
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    if start.starts_with("#!") {
        return Some("text/x-shellscript");
    }
    if !start.starts_with('<') {
        return None;
    }
    Some(if start.contains("<svg") {
        "image/svg+xml"
    } else if start.starts_with("<?xml") {
        "text/xml"
    } else {
        "text/html"
    })
}

fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside a character.
        Err(e) if e.error_len().is_none() => {
            std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether content of this type could run somewhere, and so is never stored or shown.
#[must_use]
pub fn is_active(mime: &str) -> bool {
    ACTIVE.contains(&essence(mime).as_str())
}

/// Whether the type may be shown inside a page: pictures, sound and film that cannot run.
#[must_use]
pub fn is_inline(mime: &str) -> bool {
    let essence = essence(mime);
    let media = ["image/", "audio/", "video/"]
        .iter()
        .any(|family| essence.starts_with(family));
    media && !is_active(&essence)
}

/// Whether `mime` or the file name fits one of the allowed patterns: `image/*`, `application/pdf`
/// or an ending such as `.docx`. A name alone opens nothing: what is known to be something else does
/// not pass for what its name says.
#[must_use]
pub fn allowed(patterns: &[String], mime: &str, filename: &str) -> bool {
    let (essence, name) = (essence(mime), filename.to_ascii_lowercase());
    patterns.iter().any(|pattern| {
        let pattern = pattern.trim().to_ascii_lowercase();
        if pattern == "*/*" {
            true
        } else if let Some(ending) = pattern.strip_prefix('.') {
            name.ends_with(&pattern) && name.len() > pattern.len() && may_end(ending, &essence)
        } else if let Some(family) = pattern.strip_suffix("/*") {
            essence.split('/').next() == Some(family)
        } else {
            essence == pattern
        }
    })
}

/// Whether a file that really is of this type may have this ending.
fn may_end(ending: &str, essence: &str) -> bool {
    let Some((known, _)) = ENDINGS.iter().find(|(_, known)| *known == ending) else {
        return true;
    };
    let family = |mime: &str| {
        mime.split_once('/')
            .map_or("", |(family, _)| family)
            .to_owned()
    };
    let (said, really) = (family(known), family(essence));
    match known {
        _ if *known == essence => true,
        known if known.contains("openxmlformats") => essence == "application/zip",
        // Their first bytes are those of any old office file.
        known if known.starts_with("application/ms") || known.contains("vnd.ms-") => {
            essence == "application/x-ole-storage" || essence == "application/octet-stream"
        }
        _ => said != "application" && said == really,
    }
}

/// The type without parameters, in lower case.
#[must_use]
pub fn essence(mime: &str) -> String {
    mime.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The ending of a file of this type, without the dot.
#[must_use]
pub fn ending(mime: &str) -> &'static str {
    let essence = essence(mime);
    ENDINGS
        .iter()
        .find(|(known, _)| *known == essence)
        .map_or("bin", |(_, ending)| ending)
}

/// The type of a file by the ending of its name.
#[must_use]
pub fn by_name(filename: &str) -> &'static str {
    let ending = filename.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(ending))
        .map_or("application/octet-stream", |(mime, _)| mime)
}

/// A file name fit to be kept and shown: no path, no control or direction-changing characters, at
/// most 150 bytes, never empty.
#[must_use]
pub fn clean_filename(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let visible: String = base.chars().filter(|c| !hidden(*c)).collect();
    let trimmed = visible.trim().trim_start_matches('.');
    let mut end = trimmed.len().min(150);
    while !trimmed.is_char_boundary(end) {
        end -= 1;
    }
    if end == 0 {
        "file".to_owned()
    } else {
        trimmed[..end].to_owned()
    }
}

/// Width and height of a picture, from its first bytes; none for other files and for pictures
/// whose size stands further on.
#[must_use]
pub fn dimensions(head: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match head {
        [0x89, b'P', b'N', b'G', ..] => (be32(head, 16)?, be32(head, 20)?),
        [b'G', b'I', b'F', ..] => (u32::from(le16(head, 6)?), u32::from(le16(head, 8)?)),
        [0xff, 0xd8, ..] => jpeg_dimensions(head)?,
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            b'V',
            b'P',
            b'8',
            b'X',
            ..,
        ] => (1 + le24(head, 24)?, 1 + le24(head, 27)?),
        _ => return None,
    };
    (width > 0 && height > 0).then_some((width, height))
}

/// Walks the segments of a JPEG to the frame header.
fn jpeg_dimensions(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [marker, kind] = [*head.get(at)?, *head.get(at + 1)?];
        if marker != 0xff {
            return None;
        }
        let frame = matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc);
        if frame {
            let height = be16(head, at + 5)?;
            let width = be16(head, at + 7)?;
            return Some((u32::from(width), u32::from(height)));
        }
        at += 2 + usize::from(be16(head, at + 2)?);
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = bytes.get(at..at + 3)?.try_into().ok()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_decide() {
        let cases: [(&[u8], &str); 9] = [
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"%PDF-1.7", "application/pdf"),
            (b"plain words\nand lines", "text/plain"),
            (
                b" \n<svg xmlns='http://www.w3.org/2000/svg'>",
                "image/svg+xml",
            ),
            (b"<!DOCTYPE html><p>", "text/html"),
            (b"<b onclick=x>", "text/html"),
            (b"\0\x01\x02\x03", "application/octet-stream"),
            ("caf\u{e9}".as_bytes().split_at(4).0, "text/plain"),
        ];
        for (head, expected) in cases {
            assert_eq!(sniff(head), expected, "{head:?}");
        }
        assert!(is_active(sniff(b"#!/bin/sh\nrm")));
        assert!(is_active(sniff(
            &[b"\x7fELF\x02\x01\x01", &[0; 60][..]].concat()
        )));
        assert!(!is_inline("image/svg+xml"));
        assert!(is_inline("image/png"));
    }

    #[test]
    fn pictures_tell_their_size() {
        let png = [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            &[0, 0, 2, 0, 0, 0, 1, 0][..],
        ]
        .concat();
        assert_eq!(dimensions(&png), Some((512, 256)));
        assert_eq!(dimensions(&png[..20]), None);
        assert_eq!(dimensions(b"GIF89a\x05\0\x03\0"), Some((5, 3)));
        let jpeg = [
            &[0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0][..],
            &[0xff, 0xc0, 0, 17, 8, 0, 100, 0, 200],
        ]
        .concat();
        assert_eq!(dimensions(&jpeg), Some((200, 100)));
        assert_eq!(dimensions(&jpeg[..12]), None);
        assert_eq!(dimensions(b"%PDF-1.7"), None);
    }

    #[test]
    fn patterns_are_families_types_or_endings() {
        let patterns = ["image/*", "application/pdf", ".docx"].map(String::from);
        assert!(allowed(&patterns, "image/png", "a"));
        assert!(allowed(&patterns, "application/pdf; x=y", "a"));
        assert!(allowed(&patterns, "application/zip", "Offer.DOCX"));
        assert!(!allowed(&patterns, "application/zip", ".docx"));
        assert!(!allowed(&patterns, "imagex/png", "a"));
        assert!(!allowed(&[], "image/png", "a"));
    }

    #[test]
    fn a_name_alone_makes_no_file_what_it_is_called() {
        let cases = [
            (".docx", "application/zip", "offer.docx", true),
            (".docx", "image/png", "offer.docx", false),
            (".docx", "application/pdf", "offer.docx", false),
            (".doc", "application/msword", "offer.doc", true),
            (".doc", "text/plain", "offer.doc", false),
            (".csv", "text/plain", "list.csv", true),
            (".mp3", "audio/x-wav", "song.mp3", true),
            (".mp3", "application/zip", "song.mp3", false),
            (".pdf", "application/octet-stream", "a.pdf", false),
            (".step", "application/octet-stream", "part.step", true),
        ];
        for (pattern, mime, name, fits) in cases {
            let patterns = [pattern.to_owned()];
            assert_eq!(allowed(&patterns, mime, name), fits, "{mime} as {name}");
        }
        for name in ["invoice.pdf.JS", "a.vbs", "setup.exe"] {
            assert!(runs(name), "{name}");
        }
        for name in ["js", "notes.txt", "photo.jpg", ""] {
            assert!(!runs(name), "{name}");
        }
    }

    #[test]
    fn file_names_lose_paths_and_tricks() {
        let long = "\u{e9}".repeat(100);
        let cases = [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.pdf", "a.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            (".htaccess", "htaccess"),
            ("a\0b\n.txt", "ab.txt"),
            ("", "file"),
            ("..", "file"),
        ];
        for (name, expected) in cases {
            assert_eq!(clean_filename(name), expected);
        }
        assert_eq!(clean_filename(&long).len(), 150);
    }
}
