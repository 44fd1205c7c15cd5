//! The vectors of the document, and what services report.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::Channel as _;
use crate::channels::email::Email;
use crate::channels::email::mails;
use crate::channels::email::tests::ours;
use crate::channels::fixtures::each;
use crate::channels::fixtures::without_empty;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Step;

/// Noon of the first day of 2026, when the vectors were computed.
const NOON: Timestamp = Timestamp::from_secs(1_767_268_800);
const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwzEiGVCn7qPpZZqsOaQhy4K++sTjCxJkaVhx13upJ5R9uAR2iqHj8aYg3+fCeOWS5+mdjN+Xfasq2CwwyXUCpA==";

fn with(settings: &Value, secrets: &[(&str, &str)]) -> Account {
    let mut account = ours(settings);
    for (name, value) in secrets {
        account
            .secrets
            .insert((*name).to_owned(), Secret::new((*value).to_owned()));
    }
    account
}

fn post(kind: &str, headers: &[(&str, &str)], body: &[u8]) -> Webhook {
    let all = Headers::default().with("content-type", kind);
    Webhook {
        method: Method::Post,
        headers: headers
            .iter()
            .fold(all, |all, (name, value)| all.with(name, *value)),
        query: String::new(),
        body: body.to_vec(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

#[test]
fn sendgrid_signs_the_bytes_with_their_last_line_end() {
    let body = b"[{\"email\":\"ana@example.com\",\"timestamp\":1767268800,\"event\":\"delivered\",\"sg_event_id\":\"ZXZ0LTE\",\"sg_message_id\":\"q1w2e3r4T5y6U7i8.recvd-abc-1\",\"linktor_message_id\":\"msg_01\",\"response\":\"250 2.0.0 OK\"}]\r\n";
    assert_eq!(body.len(), 201);
    let signature = "MEQCICDeKLjJrOr68X27zxXKWUU/nzDFVreLI+Unh+t5F/WdAiBCQxe6r+xzB3ClONUMowIBSBGIi7yEZr7VJeLnQXiJBg==";
    let account = ours(&json!({"provider":"sendgrid","sendgridWebhookPublicKey":KEY}));
    let hook = |signature: &str, time: &str, body: &[u8]| {
        let headers = [
            ("X-Twilio-Email-Event-Webhook-Signature", signature),
            ("X-Twilio-Email-Event-Webhook-Timestamp", time),
        ];
        post("application/json", &headers, body)
    };
    let verify = |hook: &Webhook, now: i64| Email.verify(&account, hook, at(now)).is_ok();
    let good = hook(signature, "1767268801", body);
    assert!(verify(&good, 1_767_268_801));
    assert!(verify(&good, 1_767_268_801 + 26 * 3_600));
    assert!(!verify(&good, 1_767_268_801 + 26 * 3_600 + 1), "too old");
    assert!(verify(&good, 1_767_268_801 - 600));
    assert!(!verify(&good, 1_767_268_801 - 601), "from the future");
    assert!(!verify(
        &hook(signature, "1767268801", &body[..199]),
        1_767_268_801
    ));
    assert!(!verify(&hook(signature, "1767268802", body), 1_767_268_801));
    assert!(!verify(&hook("MEQ=", "1767268801", body), 1_767_268_801));
    assert!(!verify(&post("application/json", &[], body), 1_767_268_801));
    let without_key = ours(&json!({"provider":"sendgrid"}));
    assert!(
        Email
            .verify(&without_key, &good, at(1_767_268_801))
            .is_err()
    );

    // The vendor's own.
    let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    let body = b"[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";
    let signature = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
    let account = ours(&json!({"provider":"sendgrid","sendgridWebhookPublicKey":key}));
    let theirs = hook(signature, "1600112502", body);
    assert!(Email.verify(&account, &theirs, at(1_600_112_502)).is_ok());
}

#[test]
fn sendgrid_signs_incoming_mail_where_it_is_told_to() {
    let body = [
        "--xYzZY",
        "Content-Disposition: form-data; name=\"to\"",
        "",
        "support@in.example.com",
        "--xYzZY",
        "Content-Disposition: form-data; name=\"from\"",
        "",
        "Ana <ana@example.com>",
        "--xYzZY",
        "Content-Disposition: form-data; name=\"email\"",
        "",
        "From: Ana <ana@example.com>",
        "To: support@in.example.com",
        "Subject: Hi",
        "Message-ID: <a1@example.com>",
        "",
        "Hello",
        "",
        "--xYzZY--",
        "",
    ]
    .join("\r\n");
    assert_eq!(body.len(), 336);
    let signature = "MEUCIQCst0lVeyq9yueR31RCHYg94Ccj8ZQ69ucITjqu9shgWQIgQ8T5GgZ2iGZv/MRzEbHWPmMZiAImtOvOhlCliIHw9/c=";
    let headers = [
        ("X-Twilio-Email-Event-Webhook-Signature", signature),
        ("X-Twilio-Email-Event-Webhook-Timestamp", "1767268801"),
    ];
    let kind = "multipart/form-data; boundary=xYzZY";
    let hook = post(kind, &headers, body.as_bytes());
    let signed = ours(&json!({
        "provider":"sendgrid","sendgridWebhookPublicKey":KEY,"sendgridParseSigned":true,
    }));
    assert!(Email.verify(&signed, &hook, NOON).is_ok());
    assert!(
        Email
            .verify(&signed, &post(kind, &[], body.as_bytes()), NOON)
            .is_err()
    );
    let by_secret = ours(&json!({"provider":"sendgrid","sendgridWebhookPublicKey":KEY}));
    assert!(Email.verify(&by_secret, &hook, NOON).is_err());
    let mut with_token = hook.clone();
    "token=hook".clone_into(&mut with_token.query);
    assert!(Email.verify(&by_secret, &with_token, NOON).is_ok());

    let found = mails(&signed, &hook);
    let expected = "From: Ana <ana@example.com>\r\nTo: support@in.example.com\r\nSubject: Hi\r\n\
        Message-ID: <a1@example.com>\r\n\r\nHello\r\n";
    assert_eq!(
        String::from_utf8(found[0].mail.bytes.clone()).unwrap(),
        expected
    );
}

#[test]
fn mailgun_signs_time_and_token_and_each_token_counts_once() {
    let key = "key-linktor-signing-0123456789abcdef";
    let token = "4f7c1e0b9a2d4c6f8e1b3d5a7c9e0f2b4d6a8c0e1f3b5d7a9c";
    let signature = "1a78f2140b77db144814e1dee2cfe64ae69b5c5b67d4ef0428ba0a6698052068";
    let account = with(
        &json!({"provider":"mailgun","mailgunDomain":"mg.example.com"}),
        &[("mailgunWebhookSigningKey", key)],
    );
    let signed = |signature: &str, token: &str| json!({"timestamp":"1767268800","token":token,"signature":signature});
    let event = |name: &str, signature: &Value| {
        let body = json!({name: signature, "event-data": {}}).to_string();
        post("application/json", &[], body.as_bytes())
    };
    let good = event("signature", &signed(signature, token));
    let verify = |hook: &Webhook, now: i64| Email.verify(&account, hook, at(now)).is_ok();
    assert!(verify(&good, 1_767_268_800));
    assert!(verify(&good, 1_767_268_800 + 9 * 3_600));
    assert!(!verify(&good, 1_767_268_800 + 9 * 3_600 + 1));
    assert!(!verify(&good, 1_767_268_800 - 901));
    assert!(verify(
        &event("parent-signature", &signed(signature, token)),
        1_767_268_800
    ));
    assert!(!verify(
        &event("signature", &signed(signature, "x")),
        1_767_268_800
    ));
    assert!(!verify(
        &event("signature", &signed("", token)),
        1_767_268_800
    ));
    assert_eq!(Email.once(&account, &good).as_deref(), Some(token));
    let form = format!(
        "timestamp=1&token=a&signature=b&timestamp=1767268800&token={token}&signature={signature}"
    );
    let inbound = post("application/x-www-form-urlencoded", &[], form.as_bytes());
    assert!(verify(&inbound, 1_767_268_800), "the last of each counts");
    let nobody = ours(&json!({"provider":"mailgun","mailgunDomain":"mg.example.com"}));
    assert!(Email.verify(&nobody, &good, NOON).is_err());
    assert_eq!(
        hex(&sign(
            key.as_bytes(),
            format!("1767268800{token}").as_bytes()
        )),
        signature
    );
}

#[test]
fn postmark_is_known_by_name_and_password() {
    let account = ours(&json!({"provider":"postmark"}));
    let basic = |name: &str| format!("Basic {}", STANDARD.encode(name));
    let hook = |header: &str| post("application/json", &[("authorization", header)], b"{}");
    assert!(
        Email
            .verify(&account, &hook(&basic("linktor:hook")), NOON)
            .is_ok()
    );
    for wrong in [
        basic("linktor:hook2"),
        basic("other:hook"),
        "Basic ?".to_owned(),
        String::new(),
    ] {
        assert!(
            Email.verify(&account, &hook(&wrong), NOON).is_err(),
            "{wrong}"
        );
    }
    let named = ours(&json!({"provider":"postmark","webhookUser":"acme"}));
    assert!(
        Email
            .verify(&named, &hook(&basic("acme:hook")), NOON)
            .is_ok()
    );
    let mut open = account;
    open.secrets.remove("webhookSecret");
    assert!(
        Email
            .verify(&open, &hook(&basic("linktor:")), NOON)
            .is_err()
    );
}

#[test]
fn resend_signs_as_svix_does() {
    let account = with(
        &json!({"provider":"resend"}),
        &[(
            "resendWebhookSecret",
            "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY",
        )],
    );
    let body = r#"{"type":"email.delivered","created_at":"2026-01-01T12:00:00.000Z","data":{"email_id":"4ef9a417-02e9-4d39-ad75-9611e0fcc33c","from":"Support <support@example.com>","to":["ana@example.com"],"subject":"Re: Order 1234"}}"#;
    assert_eq!(body.len(), 216);
    let good = "v1,KFH3dMyPbhYPXsGhlT4vTkrIWNseiwNyxsIoPueDVZE=";
    let hook = |signature: &str, time: &str| {
        let headers = [
            ("svix-id", "msg_2lnkTestVector0001"),
            ("svix-timestamp", time),
            ("svix-signature", signature),
        ];
        post("application/json", &headers, body.as_bytes())
    };
    let verify = |hook: &Webhook, now: i64| Email.verify(&account, hook, at(now)).is_ok();
    assert!(verify(&hook(good, "1767268800"), 1_767_268_800));
    assert!(verify(
        &hook(&format!("v1,AAAA v2,x {good}"), "1767268800"),
        1_767_268_800
    ));
    assert!(verify(&hook(good, "1767268800"), 1_767_268_800 + 300));
    assert!(!verify(&hook(good, "1767268800"), 1_767_268_800 + 301));
    assert!(!verify(&hook(good, "1767268800"), 1_767_268_800 - 301));
    assert!(!verify(&hook(good, "1767268801"), 1_767_268_800));
    assert!(!verify(
        &hook(&good.replace("v1", "v2"), "1767268800"),
        1_767_268_800
    ));
    assert!(!verify(&hook("", "1767268800"), 1_767_268_800));
    let once = Email.once(&account, &hook(good, "1767268800"));
    assert_eq!(once.as_deref(), Some("msg_2lnkTestVector0001"));
    let nobody = ours(&json!({"provider":"resend"}));
    assert!(
        Email
            .verify(&nobody, &hook(good, "1767268800"), NOON)
            .is_err()
    );
}

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:linktor-ses";

fn notification(version: &str, signature: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "da41e39f-ea4d-435a-b922-c6aae3915ebe",
        "TopicArn": TOPIC,
        "Message": "{\"eventType\":\"Delivery\"}",
        "Timestamp": "2026-01-01T12:00:00.000Z",
        "SignatureVersion": version,
        "Signature": signature,
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
    })
}

#[test]
fn amazon_signs_by_a_certificate_of_its_own_and_only_our_topics_count() {
    const NOW: i64 = 1_767_268_800;
    let certificate = include_bytes!("sns.pem");
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
    let known = ours(&json!({"provider":"ses","sesTopicArns":["arn:other"]}));
    let heeded = Email.heed(
        &known,
        &ask("https://sns.us-east-1.amazonaws.com/?Action=x"),
    );
    assert!(heeded.settings.is_empty());
}

/// What a service reports, and the facts it must become.
#[derive(Deserialize)]
struct Case {
    body: Value,
    events: Value,
}

#[test]
fn every_report_becomes_the_facts_it_says() {
    let mut wrong = Vec::new();
    each("email/events", |name, text| {
        let account = ours(&json!({"provider": name, "sesRegion": "us-east-1"}));
        let cases: Vec<Case> = serde_json::from_str(text).unwrap();
        assert!(!cases.is_empty(), "{name}");
        for (at, case) in cases.iter().enumerate() {
            let body = if name == "ses" {
                json!({"Type":"Notification","Message":case.body.to_string()})
            } else {
                case.body.clone()
            };
            let hook = post("application/json", &[], body.to_string().as_bytes());
            let events = Email.parse(&account, &hook).unwrap();
            let found = without_empty(serde_json::to_value(&events).unwrap());
            if found != case.events {
                wrong.push(format!("{name} {at}: {found}"));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn json_hook(body: &Value) -> Webhook {
    post("application/json", &[], body.to_string().as_bytes())
}

#[test]
fn incoming_mail_is_taken_out_of_what_postmark_posts() {
    let postmark = ours(&json!({"provider":"postmark"}));
    let inbound = json!({
        "FromFull":{"Email":"ana@example.com","Name":"Ana"},
        "ToFull":[{"Email":"support+conv-k3J9xQ2m@in.example.com","Name":""}],
        "OriginalRecipient":"support+conv-k3J9xQ2m@in.example.com","Subject":"Re: Order",
        "MessageID":"22c74902","Date":"Thu, 1 Jan 2026 09:00:00 -0300","TextBody":"Thanks","HtmlBody":"<p>Thanks</p>",
        "Headers":[{"Name":"Message-ID","Value":"<CAF1x@mail.example.com>"},{"Name":"X-Spam-Status","Value":"Yes, score=9"}],
        "Attachments":[{"Name":"a.pdf","Content":"JVBERi0=","ContentType":"application/pdf","ContentID":""}],
    });
    let found = mails(&postmark, &json_hook(&inbound));
    let mail = &found[0].mail;
    assert_eq!(mail.envelope_to, ["support+conv-k3J9xQ2m@in.example.com"]);
    assert!(mail.checks.spam);
    let text = String::from_utf8(mail.bytes.clone()).unwrap();
    for part in [
        "Message-ID: <CAF1x@mail.example.com>\r\n",
        "From: \"Ana\" <ana@example.com>\r\n",
        "To: support+conv-k3J9xQ2m@in.example.com\r\n",
        "Subject: Re: Order\r\n",
        "filename=\"a.pdf\"",
        "JVBERi0=",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let raw = json!({"FromFull":{"Email":"a@b.example"},"RawEmail":"From: a\n\nx"});
    assert_eq!(
        mails(&postmark, &json_hook(&raw))[0].mail.bytes,
        b"From: a\n\nx"
    );
    assert!(mails(&postmark, &json_hook(&json!({"RecordType":"Open"}))).is_empty());
}

#[test]
fn incoming_mail_is_taken_out_of_what_amazon_tells_or_keeps() {
    let sns = |message: &Value| {
        let body = json!({"Type":"Notification","Message":message.to_string()});
        post("text/plain", &[], body.to_string().as_bytes())
    };
    let ses = ours(
        &json!({"provider":"ses","sesRegion":"us-east-1","sesAccessKeyId":"A","sesInboundBucket":"in"}),
    );
    let received = |action: Value, content: Value| {
        sns(&json!({
            "notificationType":"Received",
            "receipt":{"recipients":["support@in.example.com"],"spamVerdict":{"status":"PASS"},
                "virusVerdict":{"status":"FAIL"},"spfVerdict":{"status":"GRAY"},"dkimVerdict":{"status":"PASS"},
                "dmarcVerdict":{"status":"FAIL"},"action":action},
            "mail":{"source":"ana@example.com","timestamp":"2026-01-01T12:00:00.000Z"},
            "content":content,
        }))
    };
    let here = &mails(
        &ses,
        &received(
            json!({"type":"SNS","encoding":"BASE64"}),
            json!("RnJvbTogYQ=="),
        ),
    )[0]
    .mail;
    assert_eq!(here.bytes, b"From: a");
    assert_eq!(here.arrived_at, Some(NOON));
    assert!(here.checks.virus && !here.checks.spam);
    assert_eq!(here.checks.spf.as_deref(), Some("none"));
    assert_eq!(here.checks.dmarc.as_deref(), Some("fail"));
    let there = mails(
        &ses,
        &received(
            json!({"type":"S3","bucketName":"in","objectKey":"a/b c"}),
            Value::Null,
        ),
    );
    assert!(there[0].mail.bytes.is_empty());
    let asked = Asked {
        account: &ses,
        replies: &[],
        now: NOON,
    };
    let Step::Done(source) = Email.mail_at(&there[0], &asked).unwrap() else {
        unreachable!("S3 is asked with an address alone");
    };
    assert!(
        source
            .url
            .starts_with("https://s3.us-east-1.amazonaws.com/in/a/b%20c?X-Amz-Algorithm=")
    );
    let foreign = received(
        json!({"type":"S3","bucketName":"other","objectKey":"k"}),
        Value::Null,
    );
    assert!(mails(&ses, &foreign).is_empty());
    let hello = "Successfully validated SNS topic for Amazon SES event publishing.";
    let greeting = post(
        "text/plain",
        &[],
        json!({"Type":"Notification","Message":hello})
            .to_string()
            .as_bytes(),
    );
    assert!(mails(&ses, &greeting).is_empty());
    assert!(Email.parse(&ses, &greeting).unwrap().is_empty());
}

#[test]
fn incoming_mail_is_taken_out_of_what_resend_and_mailgun_post() {
    let resend = ours(&json!({"provider":"resend"}));
    let thin = json!({"type":"email.received","created_at":"2026-01-01T12:00:00Z",
        "data":{"email_id":"56761188","from":"Ana <ana@example.com>","to":["support@in.example.com"]}});
    let found = mails(&resend, &json_hook(&thin));
    assert_eq!(
        found[0].mail.envelope_from.as_deref(),
        Some("ana@example.com")
    );
    assert_eq!(found[0].place["emailId"], "56761188");

    let mailgun = ours(&json!({"provider":"mailgun"}));
    let form = "recipient=support%40in.example.com&sender=ana%40example.com&body-mime=From%3A+a%0D%0A%0D%0Ax\
        &message-headers=%5B%5B%22X-Mailgun-Sflag%22%2C%22Yes%22%5D%2C%5B%22X-Mailgun-Spf%22%2C%22Pass%22%5D%5D";
    let hook = post("application/x-www-form-urlencoded", &[], form.as_bytes());
    let mail = &mails(&mailgun, &hook)[0].mail;
    assert_eq!(mail.bytes, b"From: a\r\n\r\nx");
    assert!(mail.checks.spam);
    assert_eq!(mail.checks.spf.as_deref(), Some("pass"));
    let parsed = "recipient=a%40in.example&from=Ana+%3Cana%40example.com%3E&subject=Hi&body-plain=Hello\
        &message-headers=%5B%5B%22Message-Id%22%2C%22%3Cm1%40x.example%3E%22%5D%5D";
    let hook = post("application/x-www-form-urlencoded", &[], parsed.as_bytes());
    let text = String::from_utf8(mails(&mailgun, &hook)[0].mail.bytes.clone()).unwrap();
    assert!(
        text.starts_with(
            "Message-Id: <m1@x.example>\r\nFrom: Ana <ana@example.com>\r\nSubject: Hi\r\n"
        ),
        "{text}"
    );
}
