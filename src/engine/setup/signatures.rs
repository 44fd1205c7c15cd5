//! Signatures, for whoever looks at one before it goes out.

use crate::channels::email::compose;

/// A signature as it stands under mails, as HTML; none where nothing is to be seen of it.
#[must_use]
pub fn shown(signature: &str) -> Option<String> {
    compose::signed_with(signature)
}
