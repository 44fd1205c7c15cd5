//! Signing for the domain of the sender, where mails go out through a server that does not do it
//! itself. Services sign by themselves.

use crate::base::dkim::Dkim;
use crate::base::dkim::Record;
use crate::base::secret::Secret;
use crate::channels::email::address;
use crate::channels::table::wrong;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

const SELECTOR: &str = "dkimSelector";
const DOMAIN: &str = "dkimDomain";
const KEY: &str = "dkimPrivateKey";

/// Who signs the mails of an account, and with what; none where nobody does.
#[must_use]
pub fn of(account: &Account) -> Option<Dkim> {
    if account.text("provider").unwrap_or("smtp") != "smtp" {
        return None;
    }
    let own = address::own(account);
    let own = own.rsplit_once('@').map(|(_, domain)| domain);
    Some(Dkim {
        domain: account.text(DOMAIN).or(own)?.to_lowercase(),
        selector: account.text(SELECTOR)?.to_lowercase(),
        key: Secret::new(account.secret(KEY)?.to_owned()),
    })
}

/// What must be published in the DNS so that the signatures of an account can be checked.
#[must_use]
pub fn record(account: &Account) -> Option<Record> {
    of(account)?.record().ok()
}

/// What is wrong with the settings of signing.
pub(super) fn check(account: &Account) -> Vec<FieldError> {
    let mut all = Vec::new();
    let (selector, key) = (account.text(SELECTOR), account.secret(KEY));
    match (selector, key) {
        (Some(_), None) => all.push(wrong(KEY, "is missing: Private key")),
        (None, Some(_)) => all.push(wrong(SELECTOR, "is missing: Selector")),
        _ => {}
    }
    let is_name = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    if selector.is_some_and(|text| !is_name(text)) {
        all.push(wrong(SELECTOR, "must be a name such as linktor"));
    }
    if account
        .text(DOMAIN)
        .is_some_and(|text| !address::is_domain(text))
    {
        all.push(wrong(DOMAIN, "must be a domain such as example.com"));
    }
    if of(account).is_some_and(|dkim| dkim.record().is_err()) {
        let words = "must be a private key of RSA (2,048 bits or more) or Ed25519 in PEM";
        all.push(wrong(KEY, words));
    }
    all
}
