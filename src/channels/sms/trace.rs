//! A call whose answer got lost, as its carrier may remember it. sms.md section 4.5.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::channels::sms::outgoing::cut;
use crate::channels::sms::outgoing::sender;
use crate::channels::sms::outgoing::spelled;
use crate::model::content::Content;
use crate::model::outbound::Account;
use crate::model::outbound::Lost;

/// How far a carrier's clock may be behind ours.
const CLOCKS_DIFFER: Duration = Duration::from_secs(30);

/// A call that carried a message, as a carrier may remember it.
#[derive(Debug)]
pub struct Trace<'a> {
    /// The number it went to.
    pub to: &'a str,
    /// The number or name it came from, where the account or the sender chose one.
    pub from: Option<&'a str>,
    /// Its words; none where the carrier filled them in.
    pub text: Option<String>,
    /// Whether a file went along.
    pub has_file: bool,
    /// A moment before which it was not made.
    pub since: Timestamp,
}

impl<'a> Trace<'a> {
    /// The call whose answer got lost; none where there is no such call.
    #[must_use]
    pub fn of(account: &'a Account, lost: &Lost<'a>) -> Option<Self> {
        let calls = lost.parts.iter().flat_map(|part| {
            let has_file = part.media().is_some();
            let is_template = matches!(part, Content::Template(_));
            let texts = cut(account, &spelled(account, part.words()));
            let texts = texts.into_iter().enumerate();
            texts.map(move |(at, text)| ((!is_template).then_some(text), has_file && at == 0))
        });
        let (text, has_file) = calls.into_iter().nth(lost.calls_taken)?;
        Some(Self {
            to: lost.to,
            from: sender(account, lost.metadata),
            text,
            has_file,
            since: lost.since.minus(CLOCKS_DIFFER),
        })
    }
}
