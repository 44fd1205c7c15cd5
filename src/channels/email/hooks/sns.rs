//! The envelope in which Amazon sends: signed by a certificate that lies at an address of its own.
//! email.md section 2.6.

use ring::signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use ring::signature::UnparsedPublicKey;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use webpki::EndEntityCert;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::hooks::json_of;
use crate::channels::node::Node;

/// How old an envelope may be.
const OLDEST_SECS: u64 = 3_600;
/// How far its clock may be ahead.
const AHEAD_SECS: u64 = 15 * 60;

/// An envelope.
#[derive(Debug, Clone)]
pub struct Envelope(Value);

/// What an envelope is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It carries a message.
    Notification,
    /// It asks whether we want what is said on a topic.
    Subscription,
    /// It says that nothing more will be said.
    Unsubscribed,
}

impl Envelope {
    /// The envelope of a webhook; none where it is none.
    #[must_use]
    pub fn of(hook: &Webhook) -> Option<Self> {
        let body = json_of(hook);
        let envelope = Self(body);
        envelope.purpose().map(|_| envelope)
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(&self) -> Option<Purpose> {
        match self.word("Type")?.as_str() {
            "Notification" => Some(Purpose::Notification),
            "SubscriptionConfirmation" => Some(Purpose::Subscription),
            "UnsubscribeConfirmation" => Some(Purpose::Unsubscribed),
            _ => None,
        }
    }

    /// A text in it.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<String> {
        Node::of(&self.0).at(name).text()
    }

    /// The topic it was said on.
    #[must_use]
    pub fn topic(&self) -> String {
        self.word("TopicArn").unwrap_or_default()
    }

    /// The message in it, as JSON.
    #[must_use]
    pub fn message(&self) -> Value {
        let text = self.word("Message").unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The address of the certificate that signed it; none where that is not Amazon's.
    #[must_use]
    pub fn certificate(&self) -> Option<String> {
        let url = self.word("SigningCertURL")?;
        let parsed = url::Url::parse(&url).ok()?;
        let is_pem = parsed.path().rsplit_once('.')?.1 == "pem";
        (is_amazons(&url) && is_pem).then_some(url)
    }

    /// Whether the certificate, in PEM, signed it, and not too long ago.
    ///
    /// # Errors
    /// [`NotGenuine`].
    pub fn verify(&self, certificate: &[u8], now: Timestamp) -> Result<(), NotGenuine> {
        let at = self
            .word("Timestamp")
            .and_then(|text| Timestamp::parse(&text));
        let at = at.ok_or(NotGenuine)?;
        if now.since(at).as_secs() > OLDEST_SECS || at.since(now).as_secs() > AHEAD_SECS {
            return Err(NotGenuine);
        }
        let certificate = CertificateDer::from_pem_slice(certificate).map_err(|_| NotGenuine)?;
        let certificate = EndEntityCert::try_from(&certificate).map_err(|_| NotGenuine)?;
        let info = certificate.subject_public_key_info();
        let key = bit_string(&info).ok_or(NotGenuine)?;
        let algorithm = match self.word("SignatureVersion").as_deref() {
            Some("2") => &RSA_PKCS1_2048_8192_SHA256,
            Some("1") => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            _ => return Err(NotGenuine),
        };
        let signature = self.word("Signature").unwrap_or_default();
        let signature = STANDARD.decode(signature).map_err(|_| NotGenuine)?;
        let key = UnparsedPublicKey::new(algorithm, key);
        let verified = key.verify(self.signed().as_bytes(), &signature);
        verified.map_err(|_| NotGenuine)
    }

    /// What is signed: names and values, a line each.
    fn signed(&self) -> String {
        let names: &[&str] = match self.purpose() {
            Some(Purpose::Notification) => &[
                "Message",
                "MessageId",
                "Subject",
                "Timestamp",
                "TopicArn",
                "Type",
            ],
            _ => &[
                "Message",
                "MessageId",
                "SubscribeURL",
                "Timestamp",
                "Token",
                "TopicArn",
                "Type",
            ],
        };
        let lines = names.iter().filter_map(|name| {
            let value = self.word(name)?;
            Some(format!("{name}\n{value}\n"))
        });
        lines.collect()
    }
}

/// Whether an address is one of Amazon's notification service.
#[must_use]
pub fn is_amazons(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let rest = host.strip_suffix(".cn").unwrap_or(host);
    let region = rest
        .strip_prefix("sns.")
        .and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    let is_region = region.is_some_and(|region| {
        region.len() >= 3
            && region
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    url.scheme() == "https"
        && is_region
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
}

/// The key inside what says which kind of key it is: a sequence of the kind and a string of bits.
fn bit_string(info: &[u8]) -> Option<&[u8]> {
    let (_, inner) = element(info, 0x30)?;
    let (behind, _) = element(inner, 0x30)?;
    let (_, bits) = element(behind, 0x03)?;
    // The first byte counts bits that are not used, of which a key has none.
    bits.strip_prefix(&[0])
}

/// What stands behind an element of DER, and what stands in it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    if head[0] != tag {
        return None;
    }
    let (length, rest) = match head[1] {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let count = usize::from(long & 0x7f);
            let (digits, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
            let length = digits
                .iter()
                .fold(0, |so_far, byte| so_far << 8 | usize::from(*byte));
            (length, rest)
        }
    };
    let (inner, behind) = rest.split_at_checked(length)?;
    Some((behind, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_amazons_addresses_are_amazons() {
        let cases = [
            ("https://sns.us-east-1.amazonaws.com/x.pem", true),
            ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", true),
            ("http://sns.us-east-1.amazonaws.com/x.pem", false),
            (
                "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
                false,
            ),
            (
                "https://evil.example/sns.us-east-1.amazonaws.com/x.pem",
                false,
            ),
            ("https://u@sns.us-east-1.amazonaws.com/x.pem", false),
            ("https://sns.us-east-1.amazonaws.com:8443/x.pem", false),
            ("https://sns.x.y.amazonaws.com/x.pem", false),
            ("https://sns.ab.amazonaws.com/x.pem", false),
            ("", false),
        ];
        for (url, expected) in cases {
            assert_eq!(is_amazons(url), expected, "{url}");
        }
    }

    #[test]
    fn elements_that_end_too_early_are_none() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 5, 1],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x02, 0],
        ] {
            assert_eq!(element(bytes, 0x30), None, "{bytes:?}");
        }
        assert_eq!(element(&[0x30, 1, 9, 7], 0x30), Some((&[7][..], &[9][..])));
    }
}
