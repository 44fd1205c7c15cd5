//! Whom a mail went to, and which of us is among them. email.md section 3.1, rule 2.

use crate::channels::email::address;
use crate::channels::email::incoming::Us;
use crate::channels::email::incoming::header::Header;
use crate::model::mail::Envelope;

/// Whom a mail went to.
pub(super) struct Recipients {
    /// Our address among them, without its plus part.
    pub us: String,
    /// Every address it went to.
    pub to: Vec<String>,
    /// Every address it went to as a copy.
    pub cc: Vec<String>,
    /// What our addresses bear behind a plus.
    pub tokens: Vec<String>,
    /// Whether it is for another channel of ours and not for this one.
    pub is_for_others: bool,
}

impl Recipients {
    /// Reads them.
    pub fn of(header: &Header<'_>, envelope: &Envelope, us: &Us) -> Self {
        let addresses = |name| -> Vec<String> {
            let all = header.mailboxes(name).into_iter();
            all.map(|mailbox| mailbox.address).collect()
        };
        let (to, cc) = (addresses("To"), addresses("Cc"));
        let told: Vec<String> = envelope
            .to
            .iter()
            .filter_map(|to| address::clean(to))
            .collect();
        let places = [
            header.bare("Delivered-To"),
            header.bare("X-Original-To"),
            told,
            to.clone(),
            cc.clone(),
        ];
        let all = || places.iter().flatten();
        let ours = |known: &[String]| {
            all().map(|to| address::without_plus(to)).find(|to| {
                known
                    .iter()
                    .any(|known| address::without_plus(known) == *to)
            })
        };
        let found = ours(&us.addresses);
        let mut tokens: Vec<String> = all()
            .filter_map(|to| address::token_in(to))
            .map(str::to_owned)
            .collect();
        tokens.dedup();
        Self {
            is_for_others: found.is_none() && ours(&us.others).is_some(),
            us: found
                .or_else(|| us.addresses.first().cloned())
                .unwrap_or_default(),
            to,
            cc,
            tokens,
        }
    }
}
