//! Several files in one message, with one report for all. sms.md section 4.2.

use crate::channels::RenderError;
use crate::channels::sms::Carrier;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::goes_as_mms;
use crate::channels::sms::speaker;
use crate::model::content::Content;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;

/// How large all files of one message are at most: sms.md section 8.
const BYTES_MAX: u64 = 5_000_000;

/// How long the words under them are at most, in characters.
const WORDS_MAX: usize = 1_600;

/// How many of some contents, from the first on, go along with one message to a number.
#[must_use]
pub fn length(account: &Account, to: &str, contents: &[&Content]) -> usize {
    let most = speaker(&account.settings).map_or(1, Carrier::files_max);
    if most < 2 || !goes_as_mms(account, to) {
        return 1;
    }
    let (mut bytes, mut words) = (0, 0);
    let fits = |content: &&&Content| {
        let Some(media) = content.media() else {
            return false;
        };
        bytes += media.size_bytes.unwrap_or(0);
        words += content.words().chars().count() + 1;
        bytes <= BYTES_MAX && words <= WORDS_MAX
    };
    let count = contents.iter().take_while(fits).count();
    count.clamp(1, most)
}

/// The one message that several files come to: their words stand under each other.
///
/// # Errors
/// [`RenderError`]: one of them is no file.
pub fn whole<'a>(sending: &Sending<'a>) -> Result<Option<Outgoing<'a>>, RenderError> {
    let mut parts = sending.parts.iter();
    let Some(first) = parts.next().filter(|_| !sending.companions.is_empty()) else {
        return Ok(None);
    };
    let mut whole = Outgoing::of(sending, first)?;
    for part in parts {
        let other = Outgoing::of(sending, part)?;
        if !whole.text.is_empty() && !other.text.is_empty() {
            whole.text.push('\n');
        }
        whole.text.push_str(&other.text);
        whole.more.extend(other.file.map(|(_, url, _)| url));
    }
    whole.companions = sending.companions;
    Ok(Some(whole))
}

/// What is reported of one message at the carrier, of every message of ours that it carried: our ids
/// of them stand in the address for reports, the first of them told already.
#[must_use]
pub fn shared_out(events: Vec<InboundEvent>, tags: &[String]) -> Vec<InboundEvent> {
    let others = tags.iter().enumerate().skip(1);
    let mut all = events.clone();
    for event in events {
        let InboundEvent::Receipt(receipt) = event else {
            continue;
        };
        all.extend(others.clone().map(|(at, tag)| {
            let mut receipt = receipt.clone();
            receipt.external_id = format!("{}:{at}", receipt.external_id);
            receipt.tag = Some(tag.clone());
            InboundEvent::Receipt(receipt)
        }));
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::channels::meta::tests::account;
    use crate::model::content::Media;

    fn picture(size_bytes: u64, caption: &str) -> Content {
        Content::Image(Media {
            size_bytes: Some(size_bytes),
            caption: Some(caption.to_owned()),
            ..Media::default()
        })
    }

    #[test]
    fn a_carrier_takes_so_many_files_at_once() {
        let (small, large) = (picture(1_000, ""), picture(3_000_000, ""));
        let (wordy, words) = (picture(1, &"a".repeat(800)), Content::text("hi"));
        let cases: [(&str, &str, Vec<&Content>, usize); 11] = [
            ("twilio", "+15550002222", vec![&small; 10], 10),
            ("twilio", "+15550002222", vec![&small; 11], 10),
            ("plivo", "+15550002222", vec![&small; 3], 3),
            ("vonage", "+15550002222", vec![&small; 3], 1),
            ("generic", "+15550002222", vec![&small; 3], 1),
            ("twilio", "+447700900001", vec![&small; 3], 1),
            ("twilio", "+15550002222", vec![&large, &large], 1),
            ("twilio", "+15550002222", vec![&large, &small], 2),
            ("twilio", "+15550002222", vec![&wordy, &wordy], 1),
            ("twilio", "+15550002222", vec![&small, &words], 1),
            ("twilio", "+15550002222", vec![], 1),
        ];
        for (provider, to, contents, expected) in cases {
            let account = account(json!({"provider": provider, "mmsEnabled": true}), &[]);
            let found = length(&account, to, &contents);
            assert_eq!(found, expected, "{provider} {to} {contents:?}");
        }
        let off = account(json!({"provider": "twilio"}), &[]);
        assert_eq!(length(&off, "+15550002222", &[&small, &small]), 1);
    }
}
