//! A mail written again from what a service took it apart into. email.md section 3.6.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::channels::email::address::one_line;

/// What a service took a mail apart into.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The words.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// The files.
    pub files: Vec<Part>,
}

/// A file of it.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Its name.
    pub filename: String,
    /// Its type.
    pub mime_type: String,
    /// Its id within the mail, without brackets.
    pub content_id: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Parts {
    /// Says a header that may be missing among the headers.
    pub fn complete(&mut self, name: &str, value: Option<String>) {
        let known = self
            .headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some(value) = value.filter(|value| !known && !value.trim().is_empty()) {
            self.headers.push((name.to_owned(), value));
        }
    }

    /// The headers in a block as they stood in the mail.
    pub fn read_headers(&mut self, block: &str) {
        for line in block.lines() {
            let continues = line.starts_with([' ', '\t']);
            if let Some((_, value)) = self.headers.last_mut().filter(|_| continues) {
                value.push(' ');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':') {
                self.headers
                    .push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }

    /// The mail as it travels.
    #[must_use]
    pub fn written(&self) -> Vec<u8> {
        let mut out = String::new();
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            // How the bytes were laid out then says nothing of how they are now.
            if lower.starts_with("content-") || lower == "mime-version" || name.is_empty() {
                continue;
            }
            // Writing to a text cannot fail.
            let _ = write!(out, "{}: {}\r\n", one_line(name), one_line(value));
        }
        let about = format!("{out}{:?}{:?}", self.text, self.html);
        let mark = &hex(&digest(about.as_bytes()))[..24];
        let (outer, inner) = (format!("outer-{mark}"), format!("inner-{mark}"));
        let _ = write!(
            out,
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{outer}\"\r\n\r\n\
             --{outer}\r\nContent-Type: multipart/alternative; boundary=\"{inner}\"\r\n\r\n"
        );
        for (kind, words) in [("plain", &self.text), ("html", &self.html)] {
            if let Some(words) = words {
                let head = format!("Content-Type: text/{kind}; charset=utf-8\r\n");
                part(&mut out, &inner, &head, words.as_bytes());
            }
        }
        let _ = write!(out, "--{inner}--\r\n");
        for file in &self.files {
            let name = one_line(&file.filename).replace(['"', '\\'], "'");
            let id = file.content_id.as_ref();
            let id = id.map(|id| format!("Content-ID: <{}>\r\n", one_line(id)));
            let way = if id.is_some() { "inline" } else { "attachment" };
            let head = format!(
                "Content-Type: {}\r\nContent-Disposition: {way}; filename=\"{name}\"\r\n{}",
                one_line(&file.mime_type),
                id.unwrap_or_default()
            );
            part(&mut out, &outer, &head, &file.bytes);
        }
        let _ = write!(out, "--{outer}--\r\n");
        out.into_bytes()
    }
}

fn part(out: &mut String, boundary: &str, head: &str, bytes: &[u8]) {
    // Writing to a text cannot fail.
    let _ = write!(
        out,
        "--{boundary}\r\n{head}Content-Transfer-Encoding: base64\r\n\r\n"
    );
    for line in bytes.chunks(57) {
        out.push_str(&STANDARD.encode(line));
        out.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_mail_is_written_again_with_its_headers_and_files() {
        let mut parts = Parts::default();
        parts.read_headers(
            "From: Ana\r\n <ana@example.com>\r\nContent-Type: text/plain\r\nSubject: Hi\r\n",
        );
        parts.complete("Subject", Some("other".to_owned()));
        parts.complete("Message-ID", Some("<a1@example.com>\r\nBcc: x".to_owned()));
        parts.text = Some("Hello".to_owned());
        parts.files.push(Part {
            filename: "a\".png".to_owned(),
            mime_type: "image/png".to_owned(),
            content_id: Some("logo".to_owned()),
            bytes: vec![0; 100],
        });
        let written = String::from_utf8(parts.written()).unwrap();
        let (head, body) = written.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(
            "From: Ana <ana@example.com>\r\nSubject: Hi\r\nMessage-ID: <a1@example.com> Bcc: x\r\n"
        ));
        assert!(!head.contains("text/plain"));
        assert!(body.contains("Content-Type: text/plain; charset=utf-8\r\n"));
        assert!(body.contains("SGVsbG8=\r\n"));
        assert!(body.contains("Content-ID: <logo>\r\n") && body.contains("filename=\"a'.png\""));
        assert!(written.lines().all(|line| line.len() <= 100));
    }
}
