//! What services answer to mails, and what follows.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::time::Timestamp;
use crate::channels::Channel as _;
use crate::channels::Connects as _;
use crate::channels::Sends as _;
use crate::channels::email::Email;
use crate::channels::email::tests::ours;
use crate::channels::fixtures::each;
use crate::model::call::Call;
use crate::model::capability::Telling;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Asked;
use crate::model::outbound::Step;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;

/// An answer of a service, and what must follow: the ids of the mail, or a refusal in one line.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    settings: Value,
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// An object, or what is no JSON.
    #[serde(default)]
    body: Value,
    outcome: Value,
    /// Whom nothing goes to although the mail was taken.
    #[serde(default)]
    left_out: Vec<String>,
}

impl Case {
    fn reply(&self) -> HttpReply {
        let headers = self.headers.iter();
        HttpReply {
            status: self.status,
            headers: headers.fold(Headers::default(), |all, (name, value)| {
                all.with(name, value.as_str())
            }),
            body: match &self.body {
                Value::Null => Vec::new(),
                Value::String(text) => text.as_bytes().to_vec(),
                other => other.to_string().into_bytes(),
            },
        }
    }
}

/// `later temporary 503 30s`
fn told(outcome: &Outcome) -> Value {
    let refusal = match outcome {
        Ok(ids) => return json!(ids),
        Err(refusal) => refusal,
    };
    let (word, wait) = match refusal {
        Refusal::Later { wait, .. } => ("later", *wait),
        Refusal::Crowded { wait, .. } => ("crowded", *wait),
        Refusal::SlowDown { wait, .. } => ("slow down", *wait),
        Refusal::Never(_) => ("never", None),
        Refusal::Account(_) => ("account", None),
        Refusal::Shut { why, .. } => match why {
            crate::model::contact::Shut::OptedOut => ("opted out", None),
            crate::model::contact::Shut::Unreachable => ("unreachable", None),
        },
        Refusal::Reword { .. } => ("reword", None),
    };
    let error = refusal.error();
    let code = error.vendor_code.as_deref().unwrap_or("-");
    let wait = wait.map(|wait| format!(" {}s", wait.as_secs()));
    json!(format!(
        "{word}: {} {code}{}",
        error.reason,
        wait.unwrap_or_default()
    ))
}

#[test]
fn every_answer_has_the_outcome_it_says() {
    let mut wrong = Vec::new();
    each("email/answers", |name, text| {
        let cases: Vec<Case> = serde_json::from_str(text).unwrap();
        assert!(!cases.is_empty(), "{name}");
        for (at, case) in cases.iter().enumerate() {
            let account = ours(&case.settings);
            let found = told(&Email.read_reply(&account, &case.reply()));
            if found != case.outcome {
                wrong.push(format!("{name} {at}: {found}, not {}", case.outcome));
            }
            let left_out = Email.left_out(&account, &case.reply());
            let left_out: Vec<String> = left_out.into_iter().map(|(whom, _)| whom).collect();
            assert_eq!(left_out, case.left_out, "{name} {at}");
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A dialogue of connecting: what is asked, what comes back, and how it ends.
#[derive(Deserialize)]
struct Dialogue {
    settings: Value,
    replies: Vec<(u16, Value)>,
    asked: Vec<String>,
    ends: Value,
}

fn line(call: &Call) -> String {
    match call {
        Call::Http(request) => {
            let method = format!("{:?}", request.method).to_uppercase();
            format!("{method} {}", request.url)
        }
        Call::Mail(mail) => format!("MAIL {}:{}", mail.server.host, mail.server.port),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_is_wrong_with_the_whole_account_is_told_to_whoever_looks_after_it() {
    let telling = |settings: &Value, reply: &HttpReply| {
        let refusal = Email.read_reply(&ours(settings), reply).unwrap_err();
        Email.capabilities().telling(refusal.error())
    };
    let resend = |status: u16, name: &str| {
        let body = json!({ "name": name, "message": "m" }).to_string();
        let reply = HttpReply {
            status,
            headers: Headers::default(),
            body: body.into_bytes(),
        };
        telling(&json!({ "provider": "resend" }), &reply)
    };
    assert_eq!(resend(403, "validation_error"), Some(Telling::OfAccount));
    assert_eq!(
        resend(429, "daily_quota_exceeded"),
        Some(Telling::OfAccount)
    );
    assert_eq!(resend(429, "rate_limit_exceeded"), None);
    assert_eq!(resend(422, "validation_error"), None);
}

/// What comes of looking after an account, by the answers so far.
fn looked_after(settings: &Value, replies: &[(u16, Value)]) -> Value {
    let account = ours(settings);
    let replies: Vec<HttpReply> = replies
        .iter()
        .map(|(status, body)| HttpReply {
            status: *status,
            headers: Headers::default(),
            body: body.to_string().into_bytes(),
        })
        .collect();
    let asked = Asked {
        account: &account,
        replies: &replies,
        now: Timestamp::from_secs(1_767_268_800),
    };
    match Email.inspect(&asked) {
        None => Value::Null,
        Some(Ok(Step::Ask { call, .. })) => json!(line(&call)),
        Some(Ok(Step::Done(connected))) => {
            let warnings = connected.warnings.into_iter().map(Value::from);
            let missed = connected.missed.into_iter().map(|event| match event {
                InboundEvent::Receipt(receipt) => json!([receipt.tag, receipt.state.name()]),
                other => unreachable!("{other:?}"),
            });
            warnings.chain(missed).collect()
        }
        Some(Err(refusal)) => told(&Err(refusal)),
    }
}

#[test]
fn an_account_is_looked_after_and_nothing_of_it_is_set_up_again() {
    let ses = json!({"provider":"ses","sesRegion":"eu-west-1","sesAccessKeyId":"A"});
    let used = json!({"SendingEnabled":true,"ProductionAccessEnabled":true,
        "SendQuota":{"Max24HourSend":200,"MaxSendRate":14,"SentLast24Hours":190}});
    let postmark = json!({"provider":"postmark"});
    let mailgun = json!({"provider":"mailgun","mailgunDomain":"mg.example.com"});
    let active = (200, json!({"domain":{"state":"active"}}));
    let delivered = json!({"items":[{"event":"delivered","id":"x","recipient":"ana@example.com",
        "user-variables":{"linktor_message_id":"msg_01"}}]});
    let events = "GET https://api.mailgun.net/v3/mg.example.com/events?event=delivered&begin=1767175200&ascending=yes&limit=300";
    let cases = [
        (
            &ses,
            vec![],
            json!("GET https://email.eu-west-1.amazonaws.com/v2/email/account"),
        ),
        (
            &ses,
            vec![(200, used)],
            json!(["190 of the 200 mails that Amazon takes in a day are sent."]),
        ),
        (
            &postmark,
            vec![],
            json!("GET https://api.postmarkapp.com/server"),
        ),
        (&postmark, vec![(200, json!({}))], json!([])),
        (
            &postmark,
            vec![(401, json!({"ErrorCode":10}))],
            json!("account: credentials 10"),
        ),
        (&mailgun, vec![active.clone()], json!(events)),
        (
            &mailgun,
            vec![active.clone(), (200, delivered)],
            json!([["msg_01", "delivered"]]),
        ),
        // That it does not tell is no fault of the account.
        (&mailgun, vec![active, (403, json!({}))], json!([])),
        (
            &json!({"provider":"smtp","smtpHost":"mail.example.com"}),
            vec![],
            Value::Null,
        ),
    ];
    for (settings, replies, expected) in cases {
        let found = looked_after(settings, &replies);
        assert_eq!(found, expected, "{settings}");
    }
}

#[test]
fn every_account_is_proved_as_its_service_wants() {
    let mut wrong = Vec::new();
    each("email/connect", |name, text| {
        let cases: Vec<Dialogue> = serde_json::from_str(text).unwrap();
        for (at, case) in cases.iter().enumerate() {
            let account = ours(&case.settings);
            let replies: Vec<HttpReply> = case
                .replies
                .iter()
                .map(|(status, body)| HttpReply {
                    status: *status,
                    headers: Headers::default(),
                    body: match body {
                        Value::String(text) => text.as_bytes().to_vec(),
                        other => other.to_string().into_bytes(),
                    },
                })
                .collect();
            let mut asked = Vec::new();
            let mut ends = json!("goes on");
            for count in 0..=replies.len() {
                let dialogue = Asked {
                    account: &account,
                    replies: &replies[..count],
                    now: Timestamp::from_secs(1_767_268_800),
                };
                match Email.connect(&dialogue) {
                    Ok(Step::Ask { call, .. }) => asked.push(line(&call)),
                    Ok(Step::Done(connected)) => {
                        let secrets: BTreeMap<&String, &String> = connected
                            .secrets
                            .iter()
                            .map(|(name, secret)| (name, secret.reveal()))
                            .collect();
                        ends = json!({
                            "settings": connected.settings,
                            "warnings": connected.warnings,
                        });
                        if !secrets.is_empty() {
                            ends["secrets"] = json!(secrets);
                        }
                        break;
                    }
                    Err(refusal) => {
                        ends = json!(format!(
                            "{} {}",
                            told(&Err(refusal.clone())).as_str().unwrap(),
                            refusal.error().message
                        ));
                        break;
                    }
                }
            }
            if (&asked, &ends) != (&case.asked, &case.ends) {
                wrong.push(format!("{name} {at}: {asked:?} {ends}"));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
