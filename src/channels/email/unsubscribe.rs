//! How somebody hears no more with one click. email.md sections 4.1 and 10, RFC 8058.

use crate::base::crypto::base64url;
use crate::base::crypto::from_base64url;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::id::Id as _;
use crate::channels::email::address;
use crate::model::ids::ChannelId;
use crate::model::outbound::Account;

/// How many bytes of a signature a token carries.
const SIGNATURE_BYTES: usize = 16;
const ID_BYTES: usize = 16;
/// What somebody who unsubscribes wants no more of.
pub const TOPIC: &str = "marketing";

/// The value of `List-Unsubscribe` for a mail to an address; none where there is no address of ours
/// that could be called.
#[must_use]
pub fn header(account: &Account, to: &str) -> Option<String> {
    let page = page(account, to)?;
    let inbound = address::inbound(account);
    let by_mail = account.text("inboundMode") != Some("none") && !inbound.is_empty();
    Some(if by_mail {
        format!("<{page}>, <mailto:{inbound}?subject=unsubscribe>")
    } else {
        format!("<{page}>")
    })
}

/// The page on which somebody unsubscribes.
#[must_use]
pub fn page(account: &Account, to: &str) -> Option<String> {
    let url = url::Url::parse(&account.webhook_url).ok()?;
    let token = token(account, to)?;
    url.join(&format!("/u/{token}")).ok().map(String::from)
}

/// What names an address of a channel, so that nobody can unsubscribe another.
#[must_use]
pub fn token(account: &Account, to: &str) -> Option<String> {
    let mut bytes = account.channel_id.bytes().to_vec();
    bytes.extend(signature(account, to)?);
    bytes.extend(to.as_bytes());
    Some(base64url(&bytes))
}

/// The channel that a token is of.
#[must_use]
pub fn channel_of(token: &str) -> Option<ChannelId> {
    let bytes = from_base64url(token)?;
    let id = bytes.first_chunk::<ID_BYTES>()?;
    Some(ChannelId::from_bytes(*id))
}

/// The address that a token of this account names; none where it is none of ours.
#[must_use]
pub fn address_of(account: &Account, token: &str) -> Option<String> {
    let bytes = from_base64url(token)?;
    let (signed, address) = bytes.get(ID_BYTES..)?.split_at_checked(SIGNATURE_BYTES)?;
    let address = std::str::from_utf8(address).ok()?;
    let is_ours = same(&signature(account, address)?, signed);
    (is_ours && channel_of(token) == Some(account.channel_id)).then(|| address.to_owned())
}

fn signature(account: &Account, to: &str) -> Option<Vec<u8>> {
    let key = account.secret("webhookSecret")?;
    let signed = sign(key.as_bytes(), format!("unsubscribe\n{to}").as_bytes());
    Some(signed[..SIGNATURE_BYTES].to_vec())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::tests::account;

    #[test]
    fn a_token_names_one_address_of_one_channel() {
        let ours = account(
            serde_json::json!({"fromEmail":"support@example.com"}),
            &[("webhookSecret", "one")],
        );
        let theirs = account(serde_json::json!({}), &[("webhookSecret", "two")]);
        let token = token(&ours, "ana@example.com").unwrap();
        assert_eq!(channel_of(&token), Some(ours.channel_id));
        assert_eq!(address_of(&ours, &token).unwrap(), "ana@example.com");
        assert_eq!(address_of(&theirs, &token), None);
        for wrong in ["", "x", &token[..token.len() - 4], &format!("{token}YQ")] {
            assert_eq!(address_of(&ours, wrong), None, "{wrong}");
        }
    }
}
