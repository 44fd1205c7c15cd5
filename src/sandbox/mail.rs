//! A mail as it lies on a customer's phone.

/// Somebody who writes or gets mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// The address.
    pub email: String,
    /// The name; may be empty.
    pub name: String,
}

impl Party {
    /// Somebody without a name.
    #[must_use]
    pub fn bare(email: &str) -> Self {
        Self {
            email: email.trim().to_owned(),
            name: String::new(),
        }
    }

    /// The address in lower case, which is what people are told apart by.
    #[must_use]
    pub fn key(&self) -> String {
        self.email.to_lowercase()
    }

    /// Reads `Acme <a@b.example>` or a bare address; none where there is no address in it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let party = match text
            .strip_suffix('>')
            .and_then(|text| text.rsplit_once('<'))
        {
            Some((name, email)) => Self {
                email: email.trim().to_owned(),
                name: name.trim().trim_matches('"').replace("\\\"", "\""),
            },
            None => Self::bare(text),
        };
        is_address(&party.email).then_some(party)
    }

    /// Reads several, separated by commas that stand outside of quotes.
    ///
    /// # Errors
    /// The first of them that is no address.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let mut quoted = false;
        let parts = text.split(|letter: char| {
            quoted ^= letter == '"';
            letter == ',' && !quoted
        });
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| Self::read(part).ok_or_else(|| part.to_owned()))
            .collect()
    }
}

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() {
            f.write_str(&self.email)
        } else if self.name.contains([',', '<', '>', '"', '@']) {
            write!(f, "\"{}\" <{}>", self.name.replace('"', "\\\""), self.email)
        } else {
            write!(f, "{} <{}>", self.name, self.email)
        }
    }
}

/// Whether a text can be an address: something on both sides of one `@`, a dot to the right.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | '@');
    let sized = !local.is_empty() && local.len() <= 64 && text.len() <= 254;
    let named = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    sized && named && local.chars().all(plain) && domain.chars().all(plain)
}

/// A file that came with a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enclosed {
    /// Its place in the sandbox's store.
    pub id: String,
    /// Its name; may be empty.
    pub filename: String,
    /// Its content type.
    pub mime_type: String,
    /// The name by which the words show it, without brackets.
    pub content_id: Option<String>,
}

/// The mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// The subject.
    pub subject: String,
    /// Who wrote it.
    pub from: Party,
    /// Who gets it.
    pub to: Vec<Party>,
    /// Who gets it as well.
    pub cc: Vec<Party>,
    /// Where an answer goes, where that is not `from`.
    pub reply_to: Option<Party>,
    /// The words.
    pub text: String,
    /// The same with styles.
    pub html: Option<String>,
    /// What is enclosed.
    pub files: Vec<Enclosed>,
    /// Its own id, without brackets.
    pub message_id: String,
    /// The ids of the mails before it, oldest first.
    pub references: Vec<String>,
    /// Where mail programs leave the list with one press.
    pub unsubscribe: Option<String>,
    /// Whether the service hears of its being opened.
    pub opens: bool,
    /// Whether the service hears of its links being followed.
    pub clicks: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_their_names() {
        let read = Party::read_all("\"Duarte, Ana\" <ana@a.example>, bo@b.example");
        let named = Party {
            email: "ana@a.example".to_owned(),
            name: "Duarte, Ana".to_owned(),
        };
        assert_eq!(read, Ok(vec![named.clone(), Party::bare("bo@b.example")]));
        assert_eq!(Party::read(&named.to_string()), Some(named));
        assert_eq!(Party::read_all("ana, b@c.d"), Err("ana".to_owned()));
        let wrong = ["", "a@b", "@b.c", "a@", "a b@c.d", "a@.c", "a@c."];
        assert!(wrong.iter().all(|text| !is_address(text)));
    }
}
