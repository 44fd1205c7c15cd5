//! Addresses of stored files: signed, so that knowing a file's id opens nothing.

use std::sync::Arc;

use crate::base::crypto::base64url;
use crate::base::crypto::from_base64url;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::time::Timestamp;
use crate::model::channel::Channel;
use crate::model::content::Media;
use crate::model::ids::Id as _;
use crate::model::ids::MediaId;

/// How much of its proof stands in a short address: 96 bits, which nobody guesses over a network.
const SHORT_PROOF_BYTES: usize = 12;

/// Makes and checks addresses of stored files. Cheap to clone.
#[derive(Clone)]
pub struct Links(Arc<Inner>);

struct Inner {
    public_url: String,
    key: [u8; 32],
}

impl Links {
    /// Links below `public_url` (no slash at its end), signed with a key made from the
    /// installation's.
    #[must_use]
    pub fn new(public_url: &str, secret_key: &[u8; 32]) -> Self {
        let key = sign(secret_key, b"media links");
        Self(Arc::new(Inner {
            public_url: public_url.trim_end_matches('/').to_owned(),
            key,
        }))
    }

    /// The public address of this installation, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.0.public_url
    }

    /// Where the vendor of a channel reports what happens.
    #[must_use]
    pub fn webhook(&self, channel: &Channel) -> String {
        format!(
            "{}/webhooks/{}/{}",
            self.0.public_url, channel.kind, channel.id
        )
    }

    /// The key that signs addresses of files.
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        &self.0.key
    }

    /// The path of a stored file, for as long as the file is kept.
    #[must_use]
    pub fn path(&self, id: MediaId) -> String {
        format!("/media/{id}?sig={}", self.signature(id, None))
    }

    /// The path of a stored file that stops working at `until`.
    #[cfg(test)]
    pub fn path_until(&self, id: MediaId, until: Timestamp) -> String {
        let end = until.as_secs();
        format!("/media/{id}?e={end}&sig={}", self.signature(id, Some(end)))
    }

    /// Where a file can be opened: stored here, or at the address it came with.
    #[must_use]
    pub fn address(&self, media: &Media) -> Option<String> {
        match media.media_id {
            Some(id) => Some(format!("{}{}", self.0.public_url, self.path(id))),
            None => media.url.clone(),
        }
    }

    /// The same in few characters, for texts that are paid by their length.
    #[must_use]
    pub fn short_address(&self, media: &Media) -> Option<String> {
        let Some(id) = media.media_id else {
            return media.url.clone();
        };
        let proof = sign(&self.0.key, format!("{id}\nshort").as_bytes());
        let key = [id.bytes().as_slice(), &proof[..SHORT_PROOF_BYTES]].concat();
        Some(format!("{}/m/{}", self.0.public_url, base64url(&key)))
    }

    /// The file that the end of a short address opens.
    #[must_use]
    pub fn short(&self, key: &str) -> Option<MediaId> {
        let bytes = from_base64url(key)?;
        let (id, claimed) = bytes.split_at_checked(16)?;
        let id = MediaId::from_bytes(id.try_into().ok()?);
        let proof = sign(&self.0.key, format!("{id}\nshort").as_bytes());
        same(&proof[..SHORT_PROOF_BYTES], claimed).then_some(id)
    }

    /// The file behind an address that [`Links::path`] made, with or without our public address
    /// before it.
    #[must_use]
    pub fn media_of(&self, address: &str) -> Option<MediaId> {
        let own = address.strip_prefix(self.public_url());
        let (id, signature) = own
            .unwrap_or(address)
            .strip_prefix("/media/")?
            .split_once("?sig=")?;
        let id: MediaId = id.parse().ok()?;
        same(self.signature(id, None).as_bytes(), signature.as_bytes()).then_some(id)
    }

    /// Whether `claimed` opens a file at `now`.
    #[must_use]
    pub fn opens(&self, id: MediaId, end: Option<i64>, claimed: &str, now: Timestamp) -> bool {
        let in_time = end.is_none_or(|end| now.as_secs() < end);
        in_time && same(self.signature(id, end).as_bytes(), claimed.as_bytes())
    }

    fn signature(&self, id: MediaId, end: Option<i64>) -> String {
        let end = end.map_or_else(String::new, |end| end.to_string());
        base64url(&sign(&self.0.key, format!("{id}\n{end}").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_file_in_its_own_time() {
        let links = Links::new("https://chat.example/", &[1; 32]);
        let id = MediaId::from_bytes([9; 16]);
        let now = Timestamp::from_secs(100);
        let signature = |path: &str| {
            path.rsplit_once("sig=")
                .map(|(_, s)| s.to_owned())
                .unwrap_or_default()
        };
        let lasting = signature(&links.path(id));
        assert!(links.opens(id, None, &lasting, now));
        assert!(!links.opens(MediaId::from_bytes([8; 16]), None, &lasting, now));
        assert!(!links.opens(id, Some(200), &lasting, now));
        let brief = signature(&links.path_until(id, Timestamp::from_secs(200)));
        assert!(links.opens(id, Some(200), &brief, now));
        assert!(!links.opens(id, Some(200), &brief, Timestamp::from_secs(200)));
        assert!(!links.opens(id, Some(900), &brief, now));
        let media = Media {
            media_id: Some(id),
            ..Media::default()
        };
        let address = links.address(&media).unwrap_or_default();
        assert_eq!(links.media_of(&address), Some(id));
        assert_eq!(links.media_of(&links.path(id)), Some(id));
        let short = links.short_address(&media).unwrap_or_default();
        let key = short.rsplit('/').next().unwrap_or_default();
        assert_eq!(short.len(), "https://chat.example/m/".len() + 38, "{short}");
        assert_eq!(links.short(key), Some(id));
        let mut other = key.to_owned();
        other.replace_range(0..1, "A");
        for wrong in [other.as_str(), &key[..37], "", "x"] {
            assert_eq!(links.short(wrong), None, "{wrong}");
        }
        for foreign in ["/media/x?sig=y", "https://elsewhere.example/a.png", ""] {
            assert_eq!(links.media_of(foreign), None);
        }
        assert!(
            address.starts_with("https://chat.example/media/media_"),
            "{address}"
        );
    }
}
