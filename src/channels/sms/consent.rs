//! STOP, START and HELP: what they mean, and who answers them. sms.md section 10.

use crate::channels::sms::Carrier;
use crate::channels::sms::throughput;
use crate::channels::sms::throughput::Origin;
use crate::model::Opaque;
use crate::model::inbound::Answer;
use crate::model::inbound::Consent;
use crate::model::inbound::EVERYTHING;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::outbound::Account;

const STOP: [&str; 8] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
];

/// YES only means something to who is out: to the others the register says that nothing changed.
const START: [&str; 3] = ["START", "UNSTOP", YES];
const YES: &str = "YES";

const HELP: [&str; 2] = ["HELP", "INFO"];

const OUT_REPLY: &str =
    "You are unsubscribed and will get no more messages. Reply START to subscribe again.";
const IN_REPLY: &str = "You are subscribed again. Reply STOP to unsubscribe.";
const HELP_REPLY: &str = "Reply STOP to get no more messages.";

/// What a keyword asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// To be told how this works.
    Help,
}

impl Keyword {
    /// The name it is kept under.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Help => "HELP",
        }
    }

    /// A keyword as carriers name it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        match name.replace(['-', '_', ' '], "").as_str() {
            "STOP" | "OPTOUT" => Some(Self::Stop),
            "START" | "OPTIN" => Some(Self::Start),
            "HELP" => Some(Self::Help),
            _ => None,
        }
    }
}

/// Who answers keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handling {
    /// The carrier: we only keep what was said.
    Carrier,
    /// We do.
    Ours,
    /// Nobody: keywords are words.
    Off,
}

fn handling(account: &Account, carrier: &dyn Carrier) -> Handling {
    match account.text("optOutHandling") {
        Some("linktor") => Handling::Ours,
        Some("provider") => Handling::Carrier,
        Some("off") => Handling::Off,
        _ if carrier.answers_keywords(account) => Handling::Carrier,
        _ => Handling::Ours,
    }
}

/// The keyword that a whole message is, if it is one.
#[must_use]
pub fn keyword(account: &Account, text: &str) -> Option<Keyword> {
    let said = plain(text);
    let more = account.settings.get("extraStopKeywords");
    let more = more
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten();
    let is_more = more
        .filter_map(serde_json::Value::as_str)
        .any(|word| plain(word) == said);
    if said.is_empty() {
        None
    } else if STOP.contains(&said.as_str()) || is_more {
        Some(Keyword::Stop)
    } else if START.contains(&said.as_str()) {
        Some(Keyword::Start)
    } else if HELP.contains(&said.as_str()) {
        Some(Keyword::Help)
    } else {
        None
    }
}

/// Whether it is a YES to a number that is free to call whose STOP the network keeps: it reverses
/// nothing there.
fn is_idle_yes(account: &Account, handling: Handling, text: &str) -> bool {
    let number = account.text("phoneNumber").unwrap_or_default();
    handling == Handling::Carrier
        && plain(text) == YES
        && throughput::kind(number) == Origin::TollFree
}

/// Without blanks around it, without punctuation behind it, in capitals.
fn plain(text: &str) -> String {
    text.trim()
        .trim_end_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace())
        .to_uppercase()
}

/// What follows from a keyword beside the message itself, and what is kept with the message.
#[must_use]
pub fn follows(
    account: &Account,
    carrier: &dyn Carrier,
    told: Option<Keyword>,
    text: &str,
    from: &InboundSender,
    external_id: &str,
) -> (Option<InboundEvent>, Opaque) {
    let mut kept = Opaque::new();
    let handling = handling(account, carrier);
    if handling == Handling::Off {
        return (None, kept);
    }
    // What the carrier says counts more than what we read.
    let read = keyword(account, text).filter(|_| !is_idle_yes(account, handling, text));
    let Some(keyword) = told.or(read) else {
        let first = text.split_whitespace().next().unwrap_or_default();
        if self::keyword(account, first) == Some(Keyword::Stop) {
            kept.insert("possibleOptOut".to_owned(), true.into());
        }
        return (None, kept);
    };
    kept.insert("optOutType".to_owned(), keyword.name().into());
    let ours = handling == Handling::Ours;
    let answer = |setting: &str, usual: &str| {
        ours.then(|| account.text(setting).unwrap_or(usual).to_owned())
    };
    let consent = |is_given: bool, answer: Option<String>| {
        InboundEvent::Consent(Consent {
            from: from.clone(),
            topic: EVERYTHING.to_owned(),
            is_given,
            at: None,
            answer,
        })
    };
    let event = match keyword {
        Keyword::Stop => Some(consent(false, answer("optOutReply", OUT_REPLY))),
        Keyword::Start => Some(consent(true, answer("optInReply", IN_REPLY))),
        Keyword::Help => answer("helpReply", HELP_REPLY).map(|text| {
            InboundEvent::Answer(Answer {
                to: from.clone(),
                text,
                external_id: external_id.to_owned(),
            })
        }),
    };
    (event, kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::sms::carrier;
    use serde_json::json;

    #[test]
    fn a_keyword_is_the_whole_message() {
        let ours = account(json!({"extraStopKeywords":["PARAR","Sair"]}), &[]);
        let cases = [
            ("STOP", Some(Keyword::Stop)),
            (" stop. ", Some(Keyword::Stop)),
            ("Unsubscribe!!", Some(Keyword::Stop)),
            ("parar", Some(Keyword::Stop)),
            ("SAIR.", Some(Keyword::Stop)),
            ("start", Some(Keyword::Start)),
            ("Yes", Some(Keyword::Start)),
            ("UNSTOP", Some(Keyword::Start)),
            ("help?", Some(Keyword::Help)),
            ("INFO", Some(Keyword::Help)),
            ("stop please", None),
            ("please stop", None),
            ("nonstop", None),
            ("", None),
            ("?!", None),
        ];
        for (text, expected) in cases {
            assert_eq!(keyword(&ours, text), expected, "{text}");
        }
    }

    #[test]
    fn who_answers_depends_on_the_carrier_and_the_number() {
        let says = |settings: serde_json::Value, text: &str| {
            let account = account(settings, &[]);
            let carrier = carrier(&account.settings).unwrap_or_else(|| unreachable!("it is known"));
            let from = InboundSender::default();
            let (event, kept) = follows(&account, carrier.speaks, None, text, &from, "id");
            let answers = match event {
                Some(InboundEvent::Consent(consent)) => consent.answer.is_some(),
                _ => false,
            };
            let keyword = kept.get("optOutType").and_then(serde_json::Value::as_str);
            (keyword.map(str::to_owned), answers)
        };
        let stop = |answers: bool| (Some("STOP".to_owned()), answers);
        let start = |answers: bool| (Some("START".to_owned()), answers);
        let service = "MG00000000000000000000000000000000";
        let cases = [
            (
                json!({"provider":"twilio","phoneNumber":"+15550001111"}),
                "STOP",
                stop(false),
            ),
            (
                json!({"provider":"twilio","phoneNumber":"12345"}),
                "STOP",
                stop(true),
            ),
            (
                json!({"provider":"twilio","phoneNumber":"12345","messagingServiceSid":service}),
                "STOP",
                stop(false),
            ),
            (
                json!({"provider":"vonage","phoneNumber":"+447700900000"}),
                "STOP",
                stop(true),
            ),
            (
                json!({"provider":"twilio","phoneNumber":"+15550001111"}),
                "yes",
                start(false),
            ),
            // The network keeps that STOP, and knows no YES.
            (
                json!({"provider":"twilio","phoneNumber":"+18885550111"}),
                "yes",
                (None, false),
            ),
            (
                json!({"provider":"twilio","phoneNumber":"+18885550111"}),
                "unstop",
                start(false),
            ),
            (
                json!({"provider":"twilio","phoneNumber":"+18885550111","optOutHandling":"linktor"}),
                "yes",
                start(true),
            ),
        ];
        for (settings, text, expected) in cases {
            assert_eq!(says(settings.clone(), text), expected, "{settings} {text}");
        }
    }

    #[test]
    fn carriers_name_keywords_in_their_way() {
        let cases = [
            ("STOP", Some(Keyword::Stop)),
            ("opt-out", Some(Keyword::Stop)),
            ("opt_in", Some(Keyword::Start)),
            ("Help", Some(Keyword::Help)),
            ("chat", None),
        ];
        for (name, expected) in cases {
            assert_eq!(Keyword::named(name), expected, "{name}");
        }
    }
}
