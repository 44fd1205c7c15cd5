//! How services prove themselves: the vectors of the document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use super::KEY;
use super::NOON;
use super::at;
use super::post;
use super::with;
use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::Webhook;
use crate::channels::Receives as _;
use crate::channels::email::Email;
use crate::channels::email::mails;
use crate::channels::email::tests::ours;

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
