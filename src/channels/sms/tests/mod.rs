//! Fixtures of every carrier, the vectors of the document, and dialogues with carriers.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod answers;
mod connecting;
mod lost;
mod signs;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel as _;
use crate::channels::Receives as _;
use crate::channels::fixtures::each;
use crate::channels::fixtures::every_fixture_renders;
use crate::channels::fixtures::without_empty;
use crate::channels::meta::tests::account;
use crate::channels::sms::Sms;
use crate::channels::sms::caps;
use crate::channels::sms::plivo;
use crate::channels::sms::twilio;
use crate::channels::sms::vonage;
use crate::model::content::Media;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Remote;
use crate::model::outbound::Step;

const NOW: Timestamp = Timestamp::from_secs(1_705_314_600);
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const BASE: &str = "https://linktor.example.com/webhooks/sms/ch_sms_1";

/// A webhook of a fixture, and the facts it must become.
#[derive(Deserialize)]
struct Case {
    settings: Value,
    #[serde(default)]
    form: Vec<(String, String)>,
    #[serde(default)]
    json: Value,
    #[serde(default)]
    query: String,
    events: Value,
}

impl Case {
    fn hook(&self) -> Webhook {
        if !self.query.is_empty() {
            return Webhook {
                method: Method::Get,
                headers: Headers::default(),
                query: self.query.clone(),
                body: Vec::new(),
            };
        }
        if !self.json.is_null() {
            return post("application/json", &self.json.to_string());
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&self.form);
        post("application/x-www-form-urlencoded", &form.finish())
    }
}

fn post(kind: &str, body: &str) -> Webhook {
    Webhook {
        method: Method::Post,
        headers: Headers::default().with("content-type", kind),
        query: String::new(),
        body: body.as_bytes().to_vec(),
    }
}

fn form(body: &str) -> Webhook {
    post("application/x-www-form-urlencoded", body)
}

fn with_header(mut hook: Webhook, name: &str, value: &str) -> Webhook {
    hook.headers = hook.headers.with(name, value);
    hook
}

fn ours(settings: Value, secrets: &[(&str, &str)]) -> Account {
    Account {
        webhook_url: BASE.to_owned(),
        ..account(settings, secrets)
    }
}

const SECRETS: &[(&str, &str)] = &[
    ("authToken", TOKEN),
    ("apiSecret", "vonage_secret"),
    ("webhookSecret", "generic_secret"),
    ("authPassword", "pass"),
];

#[test]
fn every_report_becomes_the_facts_it_says() {
    let mut wrong = Vec::new();
    each("sms/in", |name, text| {
        let case: Case = serde_json::from_str(text).unwrap();
        let account = ours(case.settings.clone(), SECRETS);
        let events = Sms.parse(&account, &case.hook()).unwrap();
        let found = without_empty(serde_json::to_value(&events).unwrap());
        if found != case.events {
            wrong.push(format!("{name}: {found:#}"));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_report_is_of_every_message_that_went_along() {
    let account = ours(json!({"provider":"twilio"}), SECRETS);
    let hook = Webhook {
        query: "message=msg_1&message=msg_2&message=msg_3".to_owned(),
        ..form("MessageSid=MM1&MessageStatus=delivered&To=%2B15552223333&From=%2B15550001111")
    };
    let events = Sms.parse(&account, &hook).unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| match event {
            InboundEvent::Receipt(receipt) => (
                receipt.external_id.as_str(),
                receipt.tag.as_deref(),
                receipt.state,
            ),
            other => unreachable!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("MM1", Some("msg_1"), Delivery::Delivered),
            ("MM1:1", Some("msg_2"), Delivery::Delivered),
            ("MM1:2", Some("msg_3"), Delivery::Delivered),
        ]
    );
}

#[test]
fn every_message_becomes_the_calls_it_says() {
    every_fixture_renders("sms/out", &ours(json!({}), SECRETS), &Sms);
}

fn reply(status: u16, body: &Value) -> HttpReply {
    HttpReply {
        status,
        headers: Headers::default(),
        body: body.to_string().into_bytes(),
    }
}

const SID: &str = "AC00000000000000000000000000000000";

#[test]
fn what_is_missing_or_wrong_is_named() {
    let secret = |name: &'static str| vec![(name, "x")];
    let cases = [
        (json!({}), vec![], vec!["provider"]),
        (json!({"provider":"pigeon"}), vec![], vec!["provider"]),
        (
            json!({"provider":"twilio"}),
            vec![],
            vec!["accountSid", "authToken", "phoneNumber"],
        ),
        (
            json!({"provider":"twilio","accountSid":"AC1","phoneNumber":"5550001111"}),
            secret("authToken"),
            vec!["phoneNumber", "accountSid"],
        ),
        (
            json!({"provider":"twilio","accountSid":SID,"apiKeySid":"SK1","phoneNumber":"+15550001111"}),
            vec![],
            vec!["apiKeySid", "apiKeySecret"],
        ),
        (
            json!({"provider":"twilio","accountSid":SID,"phoneNumber":"Acme"}),
            secret("authToken"),
            vec![],
        ),
        (
            json!({"provider":"vonage"}),
            vec![],
            vec!["apiKey", "apiSecret", "phoneNumber"],
        ),
        (
            json!({"provider":"plivo","authId":"MA1"}),
            vec![],
            vec!["authId", "authToken", "phoneNumber"],
        ),
        (
            json!({"provider":"generic"}),
            vec![],
            vec!["sendUrl", "bodyTemplate", "webhookSecret"],
        ),
        (
            json!({"provider":"generic","sendUrl":"ftp://x","bodyTemplate":{},"inboundMap":{"id":"id"},"insecureWebhook":true}),
            vec![],
            vec!["sendUrl", "inboundMap.id"],
        ),
        (
            json!({"provider":"generic","sendUrl":"https://x.example/s?to={{to}}","bodyFormat":"query"}),
            secret("webhookSecret"),
            vec![],
        ),
        (
            json!({"provider":"vonage","apiKey":"k","phoneNumber":"+15550001111","defaultCountryCode":"0055","apiBaseUrl":"x"}),
            secret("apiSecret"),
            vec!["apiBaseUrl", "defaultCountryCode"],
        ),
    ];
    for (settings, secrets, expected) in cases {
        let found = Sms
            .check(&ours(settings.clone(), &secrets))
            .err()
            .unwrap_or_default();
        let fields: Vec<_> = found.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, expected, "{settings}");
    }
}

#[test]
fn files_go_along_only_where_everything_allows_it() {
    let on = json!({"provider":"twilio","mmsEnabled":true});
    let cases = [
        (
            json!({"provider":"plivo","mmsEnabled":true}),
            "+15552223333",
            Some(&plivo::table::WITH_FILES),
        ),
        (on.clone(), "+15552223333", Some(&twilio::caps::WITH_FILES)),
        (on, "+447700900001", None),
        (json!({"provider":"twilio"}), "+15552223333", None),
        (
            json!({"provider":"vonage","mmsEnabled":true}),
            "+15552223333",
            None,
        ),
        (
            json!({"provider":"vonage","api":"messages","mmsEnabled":true}),
            "+15552223333",
            Some(&vonage::caps::WITH_FILES),
        ),
        (
            json!({"provider":"twilio","mmsEnabled":true,"mmsCountries":["+44"]}),
            "+447700900001",
            Some(&twilio::caps::WITH_FILES),
        ),
        (
            json!({"provider":"twilio","mmsEnabled":true,"mmsCountries":["44"]}),
            "+15552223333",
            None,
        ),
        (
            json!({"provider":"generic","mmsEnabled":true,"bodyTemplate":{"m":"{{mediaUrl}}"}}),
            "+15552223333",
            Some(&caps::WITH_FILES),
        ),
        (
            json!({"provider":"generic","mmsEnabled":true,"bodyTemplate":{"t":"{{text}}"}}),
            "+15552223333",
            None,
        ),
    ];
    for (settings, to, expected) in cases {
        let row = Sms.reach(&ours(settings.clone(), &[]), to);
        let expected = expected.unwrap_or(match settings["provider"].as_str() {
            Some("twilio") => &twilio::caps::TWILIO,
            Some("vonage") => &vonage::caps::VONAGE,
            _ => &caps::CAPABILITIES,
        });
        assert_eq!(row, expected, "{settings} {to}");
    }
}

#[test]
fn the_right_host_gets_our_credentials_and_no_other() {
    let twilio = ours(
        json!({"provider":"twilio","accountSid":SID}),
        &[("authToken", TOKEN)],
    );
    let plivo = ours(
        json!({"provider":"plivo","authId":"MA1"}),
        &[("authToken", TOKEN)],
    );
    let cases = [
        (
            &twilio,
            "https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME",
            true,
        ),
        (&twilio, "https://evil.example/api.twilio.com", false),
        (&twilio, "https://notapi.twilio.com.evil.example/x", false),
        (&plivo, "https://media.plivo.com/x.jpg", true),
        (&plivo, "https://notplivo.com/x.jpg", false),
    ];
    for (account, url, expected) in cases {
        let media = Media {
            url: Some(url.to_owned()),
            ..Media::default()
        };
        let remote = Remote {
            media: &media,
            metadata: &crate::model::Opaque::new(),
        };
        let asked = Asked {
            account,
            replies: &[],
            now: NOW,
        };
        let Ok(Step::Done(source)) = Sms.locate(&remote, &asked) else {
            unreachable!("it says where the file is");
        };
        assert_eq!(
            (source.url.as_str(), source.authorization.is_some()),
            (url, expected)
        );
    }
}

#[test]
fn nothing_is_said_that_a_carrier_would_pass_on() {
    for provider in ["twilio", "vonage"] {
        let answer = Sms.answer(&ours(json!({"provider":provider}), &[]), &[]);
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{provider}");
    }
    for (provider, kind, body) in [
        ("plivo", "application/xml", "<Response></Response>"),
        ("generic", "application/json", r#"{"ok":true}"#),
    ] {
        let answer = Sms.answer(&ours(json!({"provider":provider}), &[]), &[]);
        assert_eq!(answer.headers.get("content-type"), Some(kind));
        assert_eq!(
            (answer.status, answer.body.as_slice()),
            (200, body.as_bytes())
        );
    }
}

#[test]
fn a_text_is_measured_as_it_is_sent() {
    let plain = ours(json!({}), &[]);
    let exact = ours(json!({"smartEncoding":false,"maxSegments":2}), &[]);
    let text = "\u{201c}Hello\u{201d}";
    let cheap = Sms.measure(&plain, text).unwrap();
    let dear = Sms.measure(&exact, text).unwrap();
    assert_eq!(
        (cheap.encoding, cheap.units, cheap.segments_max),
        ("gsm7", 7, 10)
    );
    assert_eq!(
        (dear.encoding, dear.units, dear.segments_max),
        ("ucs2", 7, 2)
    );
}
