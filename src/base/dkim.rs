//! Signing mails for their domain (RFC 6376, and RFC 8463 for Ed25519), both canonicalizations
//! relaxed. The body is read as a stream: a mail is never held.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use ring::signature::KeyPair as _;
use ring::signature::RSA_PKCS1_SHA256;
use ring::signature::RsaKeyPair;
use sha2::Digest as _;
use sha2::Sha256;

use crate::base::pem;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;

/// Headers that are signed where a mail has them.
const SIGNED: [&str; 14] = [
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// The letters of a signature that stand in a line.
const LINE_LETTERS: usize = 72;

/// The beginning of a key of RSA in DER: which kind it is.
const RSA_KIND: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Who signs, and with what.
#[derive(Debug, Clone)]
pub struct Dkim {
    /// The domain that vouches for the mail.
    pub domain: String,
    /// Under which name its key is published.
    pub selector: String,
    /// The private key: RSA of 2,048 bits or more, or Ed25519, in PEM or bare base 64 of PKCS #8.
    pub key: Secret<String>,
}

/// A text that is no key that can sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no private key of RSA (2,048 bits or more) or Ed25519")]
pub struct NoKey;

/// What is published so that signatures can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name in the DNS.
    pub name: String,
    /// The text that stands there.
    pub value: String,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Dkim {
    /// What must be published.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn record(&self) -> Result<Record, NoKey> {
        let (kind, key) = match Pair::read(self.key.reveal())? {
            Pair::Rsa(pair) => ("rsa", rsa_key(pair.public().as_ref())),
            Pair::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        Ok(Record {
            name: format!("{}._domainkey.{}", self.selector, self.domain),
            value: format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(key)),
        })
    }

    /// The header that signs a mail, with the end of its last line: it goes before all others. `head`
    /// are the mail's headers, `body` is what [`BodyHash`] made of the rest.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn header(&self, head: &[u8], body: [u8; 32], now: Timestamp) -> Result<String, NoKey> {
        let pair = Pair::read(self.key.reveal())?;
        let fields = fields(head);
        let has = |name: &&str| fields.iter().any(|(known, _)| known == name);
        // From is named once more than it is there: another one cannot be added.
        let mut names: Vec<&str> = SIGNED.into_iter().filter(has).collect();
        names.push("from");
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n \
             bh={};\r\n b=",
            pair.algorithm(),
            self.domain,
            self.selector,
            now.as_secs(),
            names.join(":\r\n "),
            STANDARD.encode(body),
        );
        let signature = pair.sign(&to_sign(&fields, &names, &unsigned))?;
        let mut header = unsigned;
        for (index, letter) in signature.chars().enumerate() {
            if index > 0 && index % LINE_LETTERS == 0 {
                header.push_str("\r\n ");
            }
            header.push(letter);
        }
        header.push_str("\r\n");
        Ok(header)
    }
}

impl Pair {
    /// Reads a key.
    fn read(text: &str) -> Result<Self, NoKey> {
        let der = pem::der(text).ok_or(NoKey)?;
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            return Ok(Self::Ed25519(pair));
        }
        let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
        pair.map(Self::Rsa).map_err(|_| NoKey)
    }

    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, bytes: &[u8]) -> Result<String, NoKey> {
        Ok(STANDARD.encode(match self {
            Self::Rsa(pair) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signed)
                    .map_err(|_| NoKey)?;
                signed
            }
            Self::Ed25519(pair) => {
                let digest: [u8; 32] = Sha256::digest(bytes).into();
                pair.sign(&digest).as_ref().to_vec()
            }
        }))
    }
}

/// A public key of RSA as it is published: with its kind before it.
fn rsa_key(key: &[u8]) -> Vec<u8> {
    let bits = element(0x03, &[&[0][..], key].concat());
    element(0x30, &[RSA_KIND, &bits].concat())
}

/// An element of DER.
fn element(tag: u8, inner: &[u8]) -> Vec<u8> {
    let length = inner.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut all = vec![tag];
    match digits.as_slice() {
        [] => all.push(0),
        [short @ 0..=0x7f] => all.push(*short),
        long => {
            all.push(0x80 | u8::try_from(long.len()).unwrap_or(u8::MAX));
            all.extend(long);
        }
    }
    all.extend(inner);
    all
}

/// The headers of a mail: names in small letters, values with nothing but single blanks in them.
fn fields(head: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(head);
    let mut lines: Vec<String> = Vec::new();
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        match lines.last_mut() {
            Some(held) if line.starts_with([' ', '\t']) => held.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    let split = lines.iter().filter_map(|line| line.split_once(':'));
    split
        .map(|(name, value)| (name.trim_end().to_ascii_lowercase(), relaxed(value)))
        .collect()
}

fn relaxed(value: &str) -> String {
    let words = value.split([' ', '\t', '\r', '\n']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// What is signed: the named headers, of several with one name the last first, and the signature's
/// own without what it signs.
fn to_sign(fields: &[(String, String)], names: &[&str], unsigned: &str) -> Vec<u8> {
    let mut text = String::new();
    let mut used: Vec<usize> = Vec::new();
    for name in names {
        let mut last_first = fields.iter().enumerate().rev();
        let found = last_first.find(|(at, (known, _))| known == name && !used.contains(at));
        if let Some((at, (name, value))) = found {
            used.push(at);
            // Writing into a text never fails.
            let _ = write!(text, "{name}:{value}\r\n");
        }
    }
    let own = unsigned.split_once(':').map_or("", |(_, value)| value);
    let _ = write!(text, "dkim-signature:{}", relaxed(own));
    text.into_bytes()
}

/// The digest of a mail's body, written piece by piece.
#[derive(Debug, Default)]
pub struct BodyHash {
    hash: Sha256,
    /// What is hashed next, so that it is not byte by byte.
    held: Vec<u8>,
    /// Ends of lines that count once something follows.
    ends: usize,
    blank: bool,
    returned: bool,
    /// Whether there was anything but blanks and ends of lines.
    has_words: bool,
}

impl BodyHash {
    /// Goes on with a piece.
    pub fn update(&mut self, piece: &[u8]) {
        for byte in piece {
            if std::mem::take(&mut self.returned) {
                if *byte == b'\n' {
                    self.ends += 1;
                    self.blank = false;
                    continue;
                }
                self.put(b'\r');
            }
            match byte {
                b'\r' => self.returned = true,
                b' ' | b'\t' => self.blank = true,
                other => self.put(*other),
            }
        }
        self.hash.update(&self.held);
        self.held.clear();
    }

    fn put(&mut self, byte: u8) {
        for _ in 0..std::mem::take(&mut self.ends) {
            self.held.extend(b"\r\n");
        }
        if std::mem::take(&mut self.blank) {
            self.held.push(b' ');
        }
        self.held.push(byte);
        self.has_words = true;
    }

    /// The digest of all of it.
    #[must_use]
    pub fn finish(mut self) -> [u8; 32] {
        if std::mem::take(&mut self.returned) {
            self.put(b'\r');
        }
        if self.has_words {
            self.held.extend(b"\r\n");
        }
        self.hash.update(&self.held);
        self.hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn hash_of(body: &str, piece: usize) -> String {
        let mut hash = BodyHash::default();
        for piece in body.as_bytes().chunks(piece) {
            hash.update(piece);
        }
        STANDARD.encode(hash.finish())
    }

    fn plain(text: &str) -> String {
        STANDARD.encode(Sha256::digest(text))
    }

    #[test]
    fn bodies_are_the_same_whatever_became_of_their_blanks_and_pieces() {
        let cases = [
            ("", ""),
            ("\r\n\r\n", ""),
            (" \t\r\n \r\n", ""),
            (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
            ("\r\n\r\na", "\r\n\r\na\r\n"),
            ("a\rb\r", "a\rb\r\r\n"),
            ("a \rb", "a \rb\r\n"),
        ];
        for (body, expected) in cases {
            for piece in [1, 2, 3, 100] {
                assert_eq!(hash_of(body, piece), plain(expected), "{body:?} by {piece}");
            }
        }
    }

    #[test]
    fn the_example_of_rfc_8463_is_signed_as_it_says() {
        let head = b"From: Joe SixPack <joe@football.example.com>\r\n\
            To: Suzie Q <suzie@shopping.example.net>\r\n\
            Subject: Is dinner ready?\r\n\
            Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
            Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
        let body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
        assert_eq!(
            hash_of(body, 7),
            "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
        );
        let mut key = vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
        key.extend(STANDARD.decode(seed).unwrap());
        let key = STANDARD.encode(key);
        let pair = Pair::read(&key).unwrap();
        let unsigned = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
            d=football.example.com; i=@football.example.com;\r\n \
            q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
            subject : date : message-id : from : subject : date;\r\n \
            bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
        let names = [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "from",
            "subject",
            "date",
        ];
        let signature = pair.sign(&to_sign(&fields(head), &names, unsigned));
        assert_eq!(
            signature.unwrap(),
            "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
        );
        let dkim = Dkim {
            domain: "football.example.com".to_owned(),
            selector: "brisbane".to_owned(),
            key: Secret::new(key),
        };
        let record = dkim.record().unwrap();
        assert_eq!(record.name, "brisbane._domainkey.football.example.com");
        assert_eq!(
            record.value,
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "x",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(Pair::read(text).is_err(), "{text}");
        }
    }
}
