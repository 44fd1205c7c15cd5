//! How Amazon proves itself, and what its topics ask.

use serde_json::Value;
use serde_json::json;

use super::TOPIC;
use super::at;
use super::notification;
use super::post;
use crate::channels::Receives as _;
use crate::channels::email::Email;
use crate::channels::email::tests::ours;
use crate::model::call::Call;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;

#[test]
fn amazon_signs_by_a_certificate_of_its_own_and_only_our_topics_count() {
    const NOW: i64 = 1_767_268_800;
    let certificate = include_bytes!("../sns.pem");
    let two = "R8lal3CvS7q9NW5M3W8c/fb2eDecQ0nNrd0BYoknDnkrdN7Cqy2HiF9qRdNeeXEG+sjFCqvmjnLNlZ+05FKr7lq2pvyaIKu3ze1a0ha3wRNi6mNCv3kDSqILW3eGKbPZqkiMcU42w093tLtKq2dhGZAnxtRURyj4Y1PrfUdITnb9b/ht6qGwmoSZNYV2NVSO5rK5379c4UD32giAIXDT1r+ImgpsDM8C1/+0LFpv79U8RVeklJcSFdwamQonhcnpzLgC48nejcGAKIulJVOmlpVrd0HHYcCHqeCifPrPxp7+t5CSQ9YJZKUlWzloh0RwHUPkRaKUQNIRJVRLA4Prig==";
    let one = "NOUhs6P4VVFHsOslq/hUEhgDloGrVAUZpmbGDrNqRlPwd+XCiA6bJvgh/UPDnwGmh1RxTe2X1+g4Lm8Rn9uDQuACIM63SajfUE8OCTiySSEUnfICvJhzth1B9TppsCzGdijHryqDlX/agsH679vSoqROOoNmKvGS0L0M3EL3wskR3GpWNa4C+289yauhL6W7NpzhP4ZrZLUwRJc0+uiHTvuizN3MxOmqDlxc1IZJjJvHOU/i83YcpLu/m9Jdig8wGMZsGAlUFIZJJQq7mAXemgtQc3YDJkJvxyg2qy3RCmubYAmBpPMqGY4eyajRkbm4DGhos4oSkLdDZwCyA82c6g==";
    let account = ours(&json!({"provider":"ses","sesRegion":"us-east-1","sesTopicArns":[TOPIC]}));
    let hook = |body: &Value| {
        post(
            "text/plain; charset=UTF-8",
            &[],
            body.to_string().as_bytes(),
        )
    };
    let verify = |account: &Account, body: &Value, now: i64| {
        Email
            .verify_by(account, &hook(body), certificate, at(now))
            .is_ok()
    };
    assert!(verify(&account, &notification("2", two), NOW));
    assert!(verify(&account, &notification("1", one), NOW));
    assert!(verify(&account, &notification("2", two), NOW + 3_600));
    assert!(
        !verify(&account, &notification("2", two), NOW + 3_601),
        "too old"
    );
    assert!(!verify(&account, &notification("1", two), NOW));
    assert!(!verify(&account, &notification("3", two), NOW));
    let mut changed = notification("2", two);
    changed["Message"] = "{}".into();
    assert!(!verify(&account, &changed, NOW));
    let mut with_subject = notification("2", two);
    with_subject["Subject"] = "x".into();
    assert!(
        !verify(&account, &with_subject, NOW),
        "a subject is signed too"
    );
    let others = ours(&json!({"provider":"ses","sesRegion":"us-east-1","sesTopicArns":["arn:x"]}));
    assert!(
        !verify(&others, &notification("2", two), NOW),
        "anybody can make a topic"
    );
    let unset = ours(&json!({"provider":"ses","sesRegion":"us-east-1"}));
    assert!(
        !verify(&unset, &notification("2", two), NOW),
        "without our secret"
    );
    let mut with_secret = hook(&notification("2", two));
    "token=hook".clone_into(&mut with_secret.query);
    assert!(
        Email
            .verify_by(&unset, &with_secret, certificate, at(NOW))
            .is_ok()
    );
    assert!(
        Email
            .verify_by(&account, &hook(&notification("2", two)), b"x", at(NOW))
            .is_err()
    );
    assert!(
        Email
            .verify(&account, &hook(&notification("2", two)), at(NOW))
            .is_err()
    );

    let proof = |body: &Value| Email.proof_at(&account, &hook(body));
    assert_eq!(
        proof(&notification("2", two)).unwrap(),
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem"
    );
    for wrong in [
        "https://evil.example/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.crt",
    ] {
        let mut body = notification("2", two);
        body["SigningCertURL"] = wrong.into();
        assert_eq!(proof(&body), None, "{wrong}");
    }
    let in_tests = ours(&json!({"provider":"ses","snsCertBaseUrl":"http://127.0.0.1:9/"}));
    let moved = Email
        .proof_at(&in_tests, &hook(&notification("2", two)))
        .unwrap();
    assert_eq!(moved, "http://127.0.0.1:9/SimpleNotificationService-1.pem");
}

#[test]
fn a_topic_that_asks_is_answered_and_the_first_is_learned() {
    let account = ours(&json!({"provider":"ses","sesRegion":"us-east-1"}));
    let ask = |url: &str| {
        let body = json!({"Type":"SubscriptionConfirmation","TopicArn":TOPIC,"SubscribeURL":url,"Token":"t"});
        post("text/plain", &[], body.to_string().as_bytes())
    };
    let heeded = Email.heed(
        &account,
        &ask("https://sns.us-east-1.amazonaws.com/?Action=x"),
    );
    assert_eq!(heeded.calls.len(), 1);
    assert_eq!(heeded.settings["sesTopicArns"], json!([TOPIC]));
    let elsewhere = Email.heed(&account, &ask("https://evil.example/"));
    assert!(elsewhere.calls.is_empty() && elsewhere.settings.is_empty());
    let in_tests = ours(&json!({"provider":"ses","snsCertBaseUrl":"http://127.0.0.1:9/ses/"}));
    let heeded = Email.heed(
        &in_tests,
        &ask("https://sns.us-east-1.amazonaws.com/?Action=x"),
    );
    let Some(Call::Http(request)) = heeded.calls.first() else {
        unreachable!("the topic is answered");
    };
    assert_eq!(request.url, "http://127.0.0.1:9/ses/?Action=x");
    let elsewhere = Email.heed(&in_tests, &ask("http://127.0.0.1:9/ses/?Action=x"));
    assert!(elsewhere.calls.is_empty());
    let known = ours(&json!({"provider":"ses","sesTopicArns":["arn:other"]}));
    let heeded = Email.heed(
        &known,
        &ask("https://sns.us-east-1.amazonaws.com/?Action=x"),
    );
    assert!(heeded.settings.is_empty());
}

#[test]
fn a_topic_that_falls_silent_warns_and_is_not_asked_for_again() {
    let account = ours(&json!({"provider":"ses","sesTopicArns":[TOPIC]}));
    let body = json!({
        "Type": "UnsubscribeConfirmation", "TopicArn": TOPIC, "Token": "t",
        "SubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=x",
    });
    let hook = post("text/plain", &[], body.to_string().as_bytes());
    let heeded = Email.heed(&account, &hook);
    assert!(heeded.calls.is_empty() && heeded.settings.is_empty());
    let events = Email.parse(&account, &hook).unwrap();
    assert!(
        matches!(&events[..], [InboundEvent::Notice(notice)] if notice.effect == Effect::Warn),
        "{events:?}"
    );
}
