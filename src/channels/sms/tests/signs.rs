//! Proofs that a webhook comes from its carrier: the vectors of the document.

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::Receives as _;
use crate::channels::sms::Sms;
use crate::channels::sms::tests::BASE;
use crate::channels::sms::tests::NOW;
use crate::channels::sms::tests::TOKEN;
use crate::channels::sms::tests::form;
use crate::channels::sms::tests::ours;
use crate::channels::sms::tests::post;
use crate::channels::sms::tests::with_header;
use crate::model::outbound::Account;

fn genuine(account: &Account, hook: &Webhook) -> bool {
    Sms.verify(account, hook, NOW) == Ok(())
}

fn twilio(url: &str, token: &str) -> Account {
    Account {
        webhook_url: url.to_owned(),
        ..ours(json!({"provider":"twilio"}), &[("authToken", token)])
    }
}

const TWILIO_MESSAGE: &str = "ToCountry=US&SmsMessageSid=SM11111111111111111111111111111111&NumMedia=0&SmsSid=SM11111111111111111111111111111111&SmsStatus=received&Body=Ol%C3%A1+%26+hi%21&To=%2B15550001111&NumSegments=1&MessageSid=SM11111111111111111111111111111111&AccountSid=AC00000000000000000000000000000000&From=%2B15552223333&ApiVersion=2010-04-01&MessagingServiceSid=";
const TWILIO_STATUS: &str = "SmsSid=SM22222222222222222222222222222222&SmsStatus=delivered&MessageStatus=delivered&To=%2B15552223333&MessageSid=SM22222222222222222222222222222222&AccountSid=AC00000000000000000000000000000000&From=%2B15550001111&ApiVersion=2010-04-01&RawDlrDoneDate=2401151030";

#[test]
fn the_vectors_of_twilio_hold() {
    let header = "X-Twilio-Signature";
    let port = "https://linktor.example.com:8443/webhooks/sms/ch_sms_1";
    let published = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    let cases = [
        (
            "https://mycompany.com/myapp.php",
            "12345",
            "foo=1&bar=2",
            published,
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            BASE,
            TOKEN,
            "",
            TWILIO_MESSAGE,
            "JLVsaXlDJ2hEAZRPSwUre6z4CQo=",
        ),
        (
            port,
            TOKEN,
            "",
            TWILIO_MESSAGE,
            "NZT28vPHS75gby5QTZLoV2baSPU=",
        ),
        (
            BASE,
            TOKEN,
            "",
            TWILIO_STATUS,
            "/O8RQVZGMeT2k5kyHG6uIgZyupI=",
        ),
    ];
    for (url, token, query, body, signature) in cases {
        let hook = |body: &str, signature: &str| Webhook {
            query: query.to_owned(),
            ..with_header(form(body), header, signature)
        };
        let account = twilio(url, token);
        assert!(genuine(&account, &hook(body, signature)), "{body}");
        assert!(!genuine(&account, &hook(&format!("{body}&x=1"), signature)));
        assert!(!genuine(&account, &hook(body, &signature.to_lowercase())));
        assert!(!genuine(&twilio(url, "wrong"), &hook(body, signature)));
        assert!(!genuine(
            &twilio("https://other.example/x", token),
            &hook(body, signature)
        ));
        let mut rotating = twilio(url, "new");
        rotating.secrets.insert(
            "authTokenSecondary".to_owned(),
            Secret::new(token.to_owned()),
        );
        assert!(genuine(&rotating, &hook(body, signature)));
    }
    let unsigned = form(TWILIO_MESSAGE);
    assert_eq!(
        Sms.verify(&twilio(BASE, TOKEN), &unsigned, NOW),
        Err(NotGenuine)
    );
    assert!(!genuine(
        &twilio(BASE, ""),
        &with_header(unsigned, header, "")
    ));
}

#[test]
fn the_json_vector_of_twilio_holds() {
    let digest = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
    let hook = |body: &str| Webhook {
        query: format!("bodySHA256={digest}"),
        ..with_header(
            post("application/json", body),
            "X-Twilio-Signature",
            "zi8uLxA4Ht4RKLs1oi+Lj1B9g20=",
        )
    };
    let account = twilio(BASE, TOKEN);
    assert!(genuine(&account, &hook(r#"{"a":1}"#)));
    assert!(!genuine(&account, &hook(r#"{"a":2}"#)));
}

const VONAGE: &[(&str, &str)] = &[
    ("api-key", "abcd1234"),
    ("keyword", "HELLO"),
    ("message-timestamp", "2020-01-01 12:00:00"),
    ("messageId", "0A0000000123ABCD1"),
    ("msisdn", "447700900001"),
    ("nonce", "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"),
    ("text", "Hello & a=b"),
    ("timestamp", "1577880000"),
    ("to", "447700900000"),
    ("type", "text"),
];

#[test]
fn the_vectors_of_vonage_hold_in_every_method_and_form() {
    let at = Timestamp::from_secs(1_577_880_000);
    let cases = [
        (None, "102f4d564f678bd32d3e666b7b830b47"),
        (Some("md5hash"), "102F4D564F678BD32D3E666B7B830B47"),
        (Some("md5"), "2ad5d670dee5cfb2365a87a719f46f7f"),
        (Some("sha1"), "e926e5d3fad85630ff7162dfd7cc363bda60c2e4"),
        (
            Some("sha256"),
            "0aa09a4dbb8f047dfab45703cc0e2e6bc678332b15001f948ab2e18d440c39cf",
        ),
    ];
    for (method, signature) in cases {
        let mut settings = json!({"provider":"vonage"});
        if let Some(method) = method {
            settings["signatureMethod"] = method.into();
        }
        let account = ours(settings, &[("signatureSecret", "vonage_signature_secret")]);
        let pairs: Vec<_> = VONAGE.iter().copied().chain([("sig", signature)]).collect();
        let object: Value = Value::Object(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect(),
        );
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(&pairs);
        let encoded = encoded.finish();
        let get = Webhook {
            method: Method::Get,
            headers: Headers::default(),
            query: encoded.clone(),
            body: Vec::new(),
        };
        for hook in [
            form(&encoded),
            get,
            post("application/json", &object.to_string()),
        ] {
            let verify = |now| Sms.verify(&account, &hook, now);
            assert_eq!(verify(at), Ok(()), "{method:?}");
            let later = |secs: i64| Timestamp::from_secs(1_577_880_000 + secs);
            assert_eq!(verify(later(300)), Ok(()));
            assert_eq!(verify(later(301)), Err(NotGenuine));
            assert_eq!(verify(later(-301)), Err(NotGenuine));
        }
        let changed = form(&encoded.replace("Hello", "Hallo"));
        assert_eq!(Sms.verify(&account, &changed, at), Err(NotGenuine));
    }
    let closed = ours(json!({"provider":"vonage"}), &[]);
    let open = ours(json!({"provider":"vonage","requireSignature":false}), &[]);
    let unsigned = form("msisdn=1&text=x");
    assert!(!genuine(&closed, &unsigned));
    assert!(genuine(&open, &unsigned));
    let secret = ours(
        json!({"provider":"vonage","requireSignature":false}),
        &[("signatureSecret", "s")],
    );
    assert!(!genuine(&secret, &unsigned));
}

const VONAGE_BODY: &str = r#"{"channel":"sms","message_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab","to":"447700900000","from":"447700900001","timestamp":"2024-01-15T10:30:00.000Z","message_type":"text","text":"Hello"}"#;
const VONAGE_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDUzMTQ2MDAsImp0aSI6ImM1YmE4ZjI0LTFhMTQtNGMxMC1iZmRmLTNmYmU4Y2U1MTFiNSIsImlzcyI6IlZvbmFnZSIsInBheWxvYWRfaGFzaCI6IjUyODM1MDI2MzJiZDFlNjkyZTQ3M2ZiNDczMjlkN2E1YmJkNjliNjA1NDBmMTgyMDg2YWUxMjQyNDJjMWRlMDciLCJhcGlfa2V5IjoiYWJjZDEyMzQiLCJhcHBsaWNhdGlvbl9pZCI6ImFhYWFhYWFhLWJiYmItY2NjYy1kZGRkLTAxMjM0NTY3ODlhYiJ9.jh8kbNkrRQyCAzfY1NAV4MqTs-IrGABzg8BdzJIB1tg";

#[test]
fn the_token_of_vonage_holds() {
    let settings = json!({"provider":"vonage","api":"messages","apiKey":"abcd1234"});
    let account = ours(settings, &[("signatureSecret", "vonage_signature_secret")]);
    let hook = |body: &str, token: &str| {
        with_header(
            post("application/json", body),
            "Authorization",
            &format!("Bearer {token}"),
        )
    };
    assert!(genuine(&account, &hook(VONAGE_BODY, VONAGE_TOKEN)));
    let spaced = VONAGE_BODY.replace("\",\"", "\", \"");
    assert!(
        genuine(&account, &hook(&spaced, VONAGE_TOKEN)),
        "written anew on the way"
    );
    assert!(!genuine(
        &account,
        &hook(&VONAGE_BODY.replace("Hello", "Hallo"), VONAGE_TOKEN)
    ));
    assert!(!genuine(
        &account,
        &hook(VONAGE_BODY, &VONAGE_TOKEN.replace("jh8k", "jh9k"))
    ));
    assert!(!genuine(&account, &post("application/json", VONAGE_BODY)));
    let verify = |secs: i64| {
        let now = Timestamp::from_secs(1_705_314_600 + secs);
        Sms.verify(&account, &hook(VONAGE_BODY, VONAGE_TOKEN), now)
    };
    assert_eq!((verify(300), verify(301)), (Ok(()), Err(NotGenuine)));
    let other = ours(
        json!({"provider":"vonage","api":"messages","apiKey":"other"}),
        &[("signatureSecret", "vonage_signature_secret")],
    );
    assert!(!genuine(&other, &hook(VONAGE_BODY, VONAGE_TOKEN)));
}

#[test]
fn the_vectors_of_plivo_hold() {
    let plivo = |url: &str, token: &str, number: &str| Account {
        webhook_url: url.to_owned(),
        ..ours(
            json!({"provider":"plivo","phoneNumber":number}),
            &[("authToken", token)],
        )
    };
    let hook = |name: &str, signature: &str, nonce: &str, body: &str| {
        let hook = with_header(form(body), "X-Plivo-Signature-V2-Nonce", nonce);
        with_header(hook, name, signature)
    };
    let names = ["X-Plivo-Signature-V2", "X-Plivo-Signature-Ma-V2"];
    let ours = "https://linktor.example.com/webhooks/sms/ch_sms_2";
    let cases = [
        (
            "https://answer.url",
            "my_auth_token",
            "12345",
            "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=",
        ),
        (
            ours,
            "plivo_auth_token",
            "05429567804466091622",
            "GviFtUVFj0DBTEKfCpK/IRcmfmiinjk3Qopvn00HMr4=",
        ),
    ];
    for (url, token, nonce, signature) in cases {
        let account = plivo(url, token, "+15550001111");
        let body = "From=15552223333&To=15550001111&MessageUUID=m1&Text=hi";
        for name in names {
            assert!(genuine(&account, &hook(name, signature, nonce, body)));
            let several = format!("AAAA, {signature}");
            assert!(genuine(&account, &hook(name, &several, nonce, body)));
        }
        assert!(!genuine(
            &account,
            &hook(names[0], signature, "other", body)
        ));
        assert!(!genuine(
            &plivo(url, "wrong", "+15550001111"),
            &hook(names[0], signature, nonce, body)
        ));
        let other = body.replace("15550001111", "15550009999");
        assert!(
            !genuine(&account, &hook(names[0], signature, nonce, &other)),
            "the body is not signed"
        );
        let report = "From=15550001111&To=15552223333&MessageUUID=m1&Status=sent";
        assert!(genuine(&account, &hook(names[0], signature, nonce, report)));
        let query = Webhook {
            query: "a=1".to_owned(),
            ..hook(names[0], signature, nonce, body)
        };
        assert!(genuine(&account, &query), "the query is not signed either");
    }
}

#[test]
fn what_was_signed_for_another_name_of_ours_is_genuine_where_our_proxy_says_so() {
    let account = twilio("http://10.0.0.5:8080/webhooks/sms/ch_sms_1", TOKEN);
    let signed = with_header(
        form(TWILIO_MESSAGE),
        "X-Twilio-Signature",
        "JLVsaXlDJ2hEAZRPSwUre6z4CQo=",
    );
    assert!(!genuine(&account, &signed));
    for (host, expected) in [("linktor.example.com", true), ("other.example.com", false)] {
        let hook = with_header(signed.clone(), "x-forwarded-host", host);
        let hook = with_header(hook, "x-forwarded-proto", "https");
        assert_eq!(genuine(&account, &hook), expected, "{host}");
    }
}

#[test]
fn every_proof_of_a_generic_carrier_holds() {
    let account = ours(
        json!({"provider":"generic"}),
        &[("webhookSecret", "generic_secret")],
    );
    let body = r#"{"id":"m-1","from":"+15552223333","to":"+15550001111","text":"Hello","timestamp":"2024-01-15T10:30:00Z"}"#;
    let timed = "t=1705314600,v1=a765fab64f8b63c0505ec7a760a95f50ed676817c2582cac5bcef78197cf2af9";
    let plain = "sha256=d17ce96cd378fb35c6835f40f726ce362fcd89049558e8be229eee68be176676";
    let cases = [
        ("X-Linktor-Signature", timed, true),
        (
            "X-Linktor-Signature",
            "t=1705314601,v1=a765fab64f8b63c0505ec7a760a95f50ed676817c2582cac5bcef78197cf2af9",
            false,
        ),
        ("X-Signature", plain, true),
        ("X-Hub-Signature-256", plain, true),
        (
            "X-Signature",
            "d17ce96cd378fb35c6835f40f726ce362fcd89049558e8be229eee68be176676",
            false,
        ),
        ("Authorization", "Bearer generic_secret", true),
        ("Authorization", "Bearer generic_secre", false),
        (
            "Authorization",
            "Basic YW55Ym9keTpnZW5lcmljX3NlY3JldA==",
            true,
        ),
        ("Authorization", "Basic YW55Ym9keTp3cm9uZw==", false),
        ("X-Other", "1", false),
    ];
    for (name, value, expected) in cases {
        let hook = with_header(post("application/json", body), name, value);
        assert_eq!(genuine(&account, &hook), expected, "{name}: {value}");
    }
    let by_query = |query: &str| Webhook {
        query: query.to_owned(),
        ..post("application/json", body)
    };
    assert!(genuine(&account, &by_query("token=generic_secret")));
    assert!(!genuine(&account, &by_query("token=")));
    let hook = with_header(post("application/json", body), "X-Linktor-Signature", timed);
    let late = Timestamp::from_secs(1_705_314_901);
    assert_eq!(Sms.verify(&account, &hook, late), Err(NotGenuine));
    let open = ours(json!({"provider":"generic","insecureWebhook":true}), &[]);
    let shut = ours(json!({"provider":"generic"}), &[]);
    let bare = post("application/json", body);
    assert!(genuine(&open, &bare) && !genuine(&shut, &bare));
}
