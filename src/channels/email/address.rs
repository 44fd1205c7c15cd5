//! Addresses of mail. email.md sections 3.4, 7.1 and 11.

use serde_json::Value;

use crate::base::crypto::digest;
use crate::model::Opaque;
use crate::model::ids::ConversationId;
use crate::model::outbound::Account;

/// The longest part before the @, in bytes.
const LOCAL_MAX: usize = 64;
/// The longest address, in bytes.
const ADDRESS_MAX: usize = 254;
/// Letters of the token of a conversation.
const TOKEN_LETTERS: usize = 12;
/// What stands between an address and the token of a conversation.
const MARK: &str = "+conv-";

/// Somebody a mail is from or goes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The name, where there is one.
    pub name: Option<String>,
    /// The address, in lower case.
    pub address: String,
}

impl Mailbox {
    /// An address without a name.
    #[must_use]
    pub fn of(address: impl Into<String>) -> Self {
        Self {
            name: None,
            address: address.into(),
        }
    }

    /// As it stands in a mail, the name between quotes.
    #[must_use]
    pub fn quoted(&self) -> String {
        match &self.name {
            Some(name) => {
                let name = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{name}\" <{}>", self.address)
            }
            None => self.address.clone(),
        }
    }

    /// What somebody means who writes `ana@example.com` or `Ana <ana@example.com>`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let Some((name, rest)) = text.rsplit_once('<') else {
            return clean(text).map(Self::of);
        };
        let address = clean(rest.trim_end().strip_suffix('>')?)?;
        let name = one_line(name);
        let name = name.trim_matches('"').trim();
        Some(Self {
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            address,
        })
    }
}

/// An address as it is kept: in lower case, without blanks; none for what is no address.
#[must_use]
pub fn clean(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;:\"()[]\\@".contains(c);
    let is_local = !local.is_empty()
        && local.len() <= LOCAL_MAX
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    (is_local && text.len() <= ADDRESS_MAX && is_domain(domain)).then_some(text)
}

/// Whether a text names a domain: two labels or more.
#[must_use]
pub fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// The part of an address behind the @.
#[must_use]
pub fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// The address with the token of a conversation in it; none where it would be too long.
#[must_use]
pub fn marked(address: &str, token: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let local = format!("{local}{MARK}{token}");
    (local.len() <= LOCAL_MAX).then(|| format!("{local}@{domain}"))
}

/// The token in an address, as it is written there.
#[must_use]
pub fn token_in(address: &str) -> Option<&str> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once(MARK)?;
    (!token.is_empty()).then_some(token)
}

/// The token of a conversation. It is made from the conversation's id, so nobody has to remember it
/// who writes; it is looked up by whoever reads. In lower case: some servers write addresses so.
#[must_use]
pub fn token_of(conversation: ConversationId) -> String {
    const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let about = format!("thread/{conversation}");
    let hash = digest(about.as_bytes());
    let letters = hash.chunks(2).take(TOKEN_LETTERS).map(|pair| {
        let number = pair
            .iter()
            .fold(0, |so_far, byte| so_far << 8 | usize::from(*byte));
        char::from(LETTERS[number % LETTERS.len()])
    });
    letters.collect()
}

/// The address without what stands behind a plus sign.
#[must_use]
pub fn without_plus(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let own = local.split('+').next().unwrap_or_default();
            format!("{own}@{domain}")
        }
        None => address.to_owned(),
    }
}

/// The address the channel writes from.
#[must_use]
pub fn own(account: &Account) -> String {
    written(account, "fromEmail").unwrap_or_default()
}

/// The address that customers' mail reaches.
#[must_use]
pub fn inbound(account: &Account) -> String {
    written(account, "inboundAddress").unwrap_or_else(|| own(account))
}

/// Every address of the channel: mail from one of them is our own.
#[must_use]
pub fn all(account: &Account) -> Vec<String> {
    let names = ["fromEmail", "inboundAddress", "replyTo"];
    let mut all: Vec<String> = names
        .iter()
        .filter_map(|name| written(account, name))
        .collect();
    all.dedup();
    all
}

/// The right side of the ids of our mails.
#[must_use]
pub fn id_domain(account: &Account) -> String {
    match account.text("domain").filter(|domain| is_domain(domain)) {
        Some(domain) => domain.to_lowercase(),
        None => domain_of(&own(account)).to_owned(),
    }
}

fn written(account: &Account, name: &str) -> Option<String> {
    account.text(name).and_then(clean)
}

/// Every address under a name: one text with commas, or a list of texts or of `{email, name}`.
#[must_use]
pub fn listed(wishes: &Opaque, name: &str) -> Vec<Mailbox> {
    let one = |value: &Value| match value {
        Value::String(text) => Mailbox::read(text),
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            Some(Mailbox {
                name: text("name").map(one_line).filter(|name| !name.is_empty()),
                address: clean(text("email").or(text("address"))?)?,
            })
        }
        _ => None,
    };
    match wishes.get(name) {
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(Value::String(text)) => text.split(',').filter_map(Mailbox::read).collect(),
        Some(other) => one(other).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A text without what would begin a new header.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control());
    let words = words.map(str::trim).filter(|part| !part.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_are_kept_in_one_form_and_others_are_none() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", "b.".repeat(125));
        let cases = [
            (" Ana@Example.COM ", Some("ana@example.com")),
            ("ana+x@in.example.com", Some("ana+x@in.example.com")),
            ("o'neil@example.ie", Some("o'neil@example.ie")),
            (
                "j\u{f6}rg@b\u{fc}cher.example",
                Some("j\u{f6}rg@b\u{fc}cher.example"),
            ),
            ("ana@localhost", None),
            ("ana", None),
            ("@example.com", None),
            ("a b@example.com", None),
            ("a@b@example.com", None),
            (".a@example.com", None),
            ("a..b@example.com", None),
            ("ana@-x.com", None),
            ("ana@example.com\r\nBcc: x@y.z", None),
            (long_local.as_str(), None),
            (long.as_str(), None),
        ];
        for (text, expected) in cases {
            assert_eq!(clean(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_token_goes_into_an_address_and_comes_out() {
        let marked_up = marked("support@in.example.com", "k3J9xQ2m");
        assert_eq!(
            marked_up.as_deref(),
            Some("support+conv-k3J9xQ2m@in.example.com")
        );
        assert_eq!(
            token_in("Support+conv-k3J9xQ2m@in.example.com"),
            Some("k3J9xQ2m")
        );
        assert_eq!(token_in("support+sales@in.example.com"), None);
        assert_eq!(token_in("support+conv-@in.example.com"), None);
        assert_eq!(
            without_plus("support+conv-k3@in.example.com"),
            "support@in.example.com"
        );
        let local = "a".repeat(LOCAL_MAX - MARK.len() - 12);
        let fits = format!("{local}@example.com");
        assert!(marked(&fits, "k3J9xQ2mk3J9").is_some());
        assert!(marked(&format!("a{fits}"), "k3J9xQ2mk3J9").is_none());
    }

    #[test]
    fn people_are_listed_as_texts_or_objects() {
        let wishes = json!({
            "cc": ["Ana <ANA@example.com>", {"email":"bob@example.com","name":"Bob\r\nX: y"}, 5, "nobody"],
            "bcc": "a@example.com, \"B, C\" b@example.com",
        });
        let wishes = wishes.as_object().cloned().unwrap_or_default();
        let mailbox = |name: &str, address: &str| Mailbox {
            name: Some(name.to_owned()),
            address: address.to_owned(),
        };
        assert_eq!(
            listed(&wishes, "cc"),
            [
                mailbox("Ana", "ana@example.com"),
                mailbox("Bob X: y", "bob@example.com")
            ]
        );
        assert_eq!(listed(&wishes, "bcc"), [Mailbox::of("a@example.com")]);
        assert!(listed(&wishes, "to").is_empty());
    }
}
