//! Forms that services send, with files in them: `multipart/form-data` and urlencoded.

use crate::base::http::Webhook;

/// The most fields of a form that are read.
const FIELDS_MAX: usize = 1_000;

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<Field>);

/// A field of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The name of the file, where it is one.
    pub filename: Option<String>,
    /// Its type, where it says one.
    pub content_type: Option<String>,
    /// What stands in it.
    pub value: Vec<u8>,
}

impl Form {
    /// The form of a webhook; empty where it is none.
    #[must_use]
    pub fn of(hook: &Webhook) -> Self {
        let kind = hook.headers.get("content-type").unwrap_or_default();
        let lower = kind.to_ascii_lowercase();
        if lower.starts_with("multipart/form-data") {
            return boundary(kind)
                .map_or_else(Self::default, |line| Self::split(&hook.body, &line));
        }
        if !lower.starts_with("application/x-www-form-urlencoded") {
            return Self::default();
        }
        let pairs = url::form_urlencoded::parse(&hook.body).take(FIELDS_MAX);
        Self(
            pairs
                .map(|(name, value)| Field {
                    name: name.into_owned(),
                    value: value.into_owned().into_bytes(),
                    ..Field::default()
                })
                .collect(),
        )
    }

    fn split(body: &[u8], boundary: &str) -> Self {
        let line = format!("--{boundary}");
        let mut fields = Vec::new();
        let mut rest = after(body, line.as_bytes()).unwrap_or_default();
        let end = format!("\r\n{line}");
        while fields.len() < FIELDS_MAX && rest.starts_with(b"\r\n") {
            let Some(stop) = find(&rest[2..], end.as_bytes()) else {
                break;
            };
            fields.extend(field(&rest[2..2 + stop]));
            rest = &rest[2 + stop + end.len()..];
        }
        Self(fields)
    }

    /// The last field of a name.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&Field> {
        self.0.iter().rev().find(|field| field.name == name)
    }

    /// The bytes of the last field of a name; none where they are empty.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        let value = self.last(name)?.value.as_slice();
        (!value.is_empty()).then_some(value)
    }

    /// The text of the last field of a name; what is no UTF-8 in it is replaced.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let bytes = self.bytes(name)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Every field.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }
}

fn boundary(kind: &str) -> Option<String> {
    let found = kind.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"'))
    });
    found.filter(|line| !line.is_empty()).map(str::to_owned)
}

fn field(bytes: &[u8]) -> Option<Field> {
    let at = find(bytes, b"\r\n\r\n");
    // A field without headers says nothing of what it is.
    let at = at?;
    let (head, value) = (&bytes[..at], &bytes[at + 4..]);
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    Some(Field {
        name: parameter(&disposition, "name")?,
        filename: parameter(&disposition, "filename"),
        content_type: header("content-type"),
        value: value.to_vec(),
    })
}

fn parameter(disposition: &str, wanted: &str) -> Option<String> {
    let mut rest = disposition;
    while let Some((_, after)) = rest.split_once(';') {
        let (name, value) = after.split_once('=')?;
        let value = value.trim_start();
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.replace("%22", "\""));
        }
        rest = behind;
    }
    None
}

fn after<'a>(all: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    Some(&all[find(all, mark)? + mark.len()..])
}

fn find(all: &[u8], mark: &[u8]) -> Option<usize> {
    // The first byte alone first: bodies are large.
    let first = *mark.first()?;
    let mut from = 0;
    while let Some(at) = all.get(from..)?.iter().position(|byte| *byte == first) {
        if all[from + at..].starts_with(mark) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::http::Headers;
    use crate::base::http::Method;

    fn hook(kind: &str, body: &[u8]) -> Webhook {
        Webhook {
            method: Method::Post,
            headers: Headers::default().with("content-type", kind),
            query: String::new(),
            body: body.to_vec(),
        }
    }

    #[test]
    fn fields_and_files_are_taken_out_as_they_are() {
        let body = b"junk--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nana\r\n\
            --b\r\nContent-Type: image/png\r\ncontent-disposition: form-data; filename=\"a;b.png\"; name=\"f\"\r\n\r\n\
            \x00\r\n--x\xff\r\n--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nbob\r\n--b--\r\n";
        let form = Form::of(&hook("Multipart/Form-Data; boundary=\"b\"", body));
        assert_eq!(form.text("to").unwrap(), "bob");
        let file = form.last("f").unwrap();
        assert_eq!(file.value, b"\x00\r\n--x\xff");
        assert_eq!(file.filename.as_deref(), Some("a;b.png"));
        assert_eq!(file.content_type.as_deref(), Some("image/png"));
        assert_eq!(form.iter().count(), 3);
        let pairs = Form::of(&hook("application/x-www-form-urlencoded", b"a=1&b=x+y&a=2"));
        assert_eq!(pairs.text("a").unwrap(), "2");
        assert_eq!(pairs.text("b").unwrap(), "x y");
    }

    #[test]
    fn what_is_no_form_is_empty() {
        for (kind, body) in [
            ("multipart/form-data", &b"--b\r\n\r\nx\r\n--b--"[..]),
            ("multipart/form-data; boundary=b", b"--b"),
            (
                "multipart/form-data; boundary=b",
                b"--b\r\nno header\r\n--b--",
            ),
            ("multipart/form-data; boundary=b", b""),
            ("application/json", b"{}"),
        ] {
            assert_eq!(Form::of(&hook(kind, body)), Form::default(), "{kind}");
        }
    }
}
