//! Fixtures of what goes out and of what services answer, and what is wrong with settings and mails.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod answers;
mod hooks;

use serde_json::Value;
use serde_json::json;

use crate::channels::Channel as _;
use crate::channels::Sends as _;
use crate::channels::email::Email;
use crate::channels::fixtures::every_fixture_renders;
use crate::channels::meta::tests::account;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::outbound::Account;
use crate::model::rejection::Code;

const SECRETS: &[(&str, &str)] = &[
    ("apiKey", "SG.key"),
    ("sesSecretKey", "secret"),
    ("smtpPassword", "pass"),
    ("webhookSecret", "hook"),
];

pub(in crate::channels::email) fn ours(settings: &Value) -> Account {
    let mut all = json!({
        "fromEmail": "support@example.com",
        "fromName": "Acme",
        "inboundAddress": "support@in.example.com",
    });
    let all_fields = all.as_object_mut().unwrap();
    all_fields.extend(settings.as_object().unwrap().clone());
    Account {
        webhook_url: "https://linktor.example.com/webhooks/email/ch_1".to_owned(),
        ..account(all, SECRETS)
    }
}

#[test]
fn every_mail_becomes_the_calls_it_says() {
    every_fixture_renders("email/out", &ours(&json!({})), &Email);
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let cases = [
        (
            json!({"fromEmail":"","provider":"smtp"}),
            vec!["fromEmail", "smtpHost", "smtpUsername"],
        ),
        (json!({"provider":"pigeon"}), vec!["provider"]),
        (json!({"smtpHost":"mail.example.com"}), vec!["smtpUsername"]),
        (json!({"smtpHost":"m.example","smtpUsername":"u"}), vec![]),
        (
            json!({"smtpHost":"m.example","smtpUsername":"u","smtpEncryption":"none"}),
            vec!["smtpEncryption"],
        ),
        (
            json!({"smtpHost":"127.0.0.1","smtpUsername":"u","smtpEncryption":"none"}),
            vec![],
        ),
        (
            json!({"smtpHost":"m.example","smtpAuth":"oauth2","smtpUsername":"u"}),
            vec!["oauthProvider"],
        ),
        (json!({"provider":"sendgrid"}), vec![]),
        (json!({"provider":"mailgun"}), vec!["mailgunDomain"]),
        (
            json!({"provider":"ses","sesRegion":"us east"}),
            vec!["sesRegion", "sesAccessKeyId"],
        ),
        (
            json!({"provider":"postmark","replyTo":"x","domain":"local","apiBaseUrl":"ftp://x"}),
            vec!["apiBaseUrl", "replyTo", "domain"],
        ),
        (
            json!({"provider":"resend","imapHost":"i.example"}),
            vec!["imapUsername", "imapPassword"],
        ),
        (
            json!({"provider":"resend","inboundMode":"imap"}),
            vec!["imapHost"],
        ),
        (
            json!({"smtpHost":"mail.example.com","smtpUsername":"u","dkimSelector":"a b"}),
            vec!["dkimPrivateKey", "dkimSelector"],
        ),
    ];
    for (settings, expected) in cases {
        let wrong = Email.check(&ours(&settings)).err().unwrap_or_default();
        let named: Vec<&str> = wrong.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(named, expected, "{settings}");
    }
}

#[test]
fn other_names_of_settings_are_understood() {
    let cases = [
        (
            json!({"smtpUser":"u","imapUser":"v"}),
            json!({"smtpUsername":"u","imapUsername":"v"}),
        ),
        (json!({"sendgridApiKey":"k"}), json!({"apiKey":"k"})),
        (
            json!({"region":"eu-west-1"}),
            json!({"sesRegion":"eu-west-1"}),
        ),
        (
            json!({"provider":"mailgun","domain":"mg.example.com"}),
            json!({"provider":"mailgun","domain":"mg.example.com","mailgunDomain":"mg.example.com"}),
        ),
        (
            json!({"domain":"example.com"}),
            json!({"domain":"example.com"}),
        ),
    ];
    for (given, expected) in cases {
        let mut settings: Opaque = given.as_object().unwrap().clone();
        Email.adopt(&mut settings);
        assert_eq!(Value::Object(settings), expected, "{given}");
    }
}

fn refused(settings: &Value, sizes: &[u64], metadata: &Value) -> Option<Code> {
    let parts: Vec<Content> = sizes
        .iter()
        .enumerate()
        .map(|(at, size)| {
            let id = format!("media_01hf7yat00000000000000000{at}");
            serde_json::from_value(json!({
                "type":"document","mediaId":id,"filename":"a.pdf","sizeBytes":size,
            }))
            .unwrap()
        })
        .collect();
    let metadata = metadata.as_object().unwrap();
    let refused = Email.refuse(&ours(settings), "", &parts, metadata);
    refused.err().map(|rejection| rejection.code)
}

#[test]
fn what_is_larger_than_a_service_takes_is_refused() {
    const MB: u64 = 1_024 * 1_024;
    let cases = [
        (json!({"provider":"sendgrid"}), 30),
        (json!({"provider":"mailgun"}), 25),
        (json!({"provider":"ses"}), 40),
        (json!({"provider":"postmark"}), 10),
        (json!({"provider":"resend"}), 40),
        (json!({"provider":"smtp"}), 25),
        (json!({"provider":"smtp","smtpSizeMax":60 * MB}), 60),
    ];
    for (settings, most) in cases {
        // The most whose letters, in lines of 57 bytes, and half a megabyte of words fit.
        let fits = (most * MB - MB / 2) / 78 * 57;
        assert_eq!(refused(&settings, &[fits], &json!({})), None, "{settings}");
        let whole = refused(&settings, &[fits + 1], &json!({}));
        assert_eq!(whole, Some(Code::PayloadTooLarge), "{settings}");
        let both = refused(&settings, &[fits, 57], &json!({}));
        assert_eq!(both, Some(Code::PayloadTooLarge), "{settings}");
    }
    let beside = json!({"email":{"attachments":[
        {"mediaId":"media_01hf7yat00000000000000000z","size":20 * MB,"filename":"b.pdf"}]}});
    let postmark = json!({"provider":"postmark"});
    assert_eq!(
        refused(&postmark, &[], &beside),
        Some(Code::PayloadTooLarge)
    );
}

#[test]
fn a_mail_goes_to_as_many_as_its_service_takes_and_to_no_more() {
    for (service, most) in [
        ("smtp", 100),
        ("sendgrid", 1_000),
        ("mailgun", 1_000),
        ("ses", 50),
        ("postmark", 50),
        ("resend", 50),
    ] {
        // The customer is one of them.
        let copies = |count: usize| {
            let all = (1..count).map(|n| format!("a{n}@example.com"));
            json!({"email":{"cc":all.clone().take(count / 2).collect::<Vec<_>>(),"bcc":all.skip(count / 2).collect::<Vec<_>>()}})
        };
        let settings = json!({ "provider": service });
        assert_eq!(refused(&settings, &[], &copies(most)), None, "{service}");
        let one_more = refused(&settings, &[], &copies(most + 1));
        assert_eq!(one_more, Some(Code::ValidationError), "{service}");
    }
}

#[test]
fn what_no_server_takes_is_refused_before_it_is_sent() {
    let ses = json!({"provider":"ses"});
    let copies = |count: usize| {
        let all: Vec<String> = (0..count).map(|n| format!("a{n}@example.com")).collect();
        json!({"email":{"cc":all}})
    };
    let file = |name: &str| {
        let one = json!({"mediaId":"media_01hf7yat00000000000000000z","filename":name,"size":1});
        json!({"email":{"attachments":[one]}})
    };
    let cases = [
        (json!({}), None),
        (copies(49), None),
        (copies(50), Some(Code::ValidationError)),
        (
            json!({"email":{"cc":["ana"]}}),
            Some(Code::InvalidRecipient),
        ),
        (
            json!({"email":{"bcc":"a@example.com, b"}}),
            Some(Code::InvalidRecipient),
        ),
        (
            json!({"email":{"replyTo":{"email":"x"}}}),
            Some(Code::InvalidRecipient),
        ),
        (
            json!({"email":{"cc":null,"replyTo":"Ana <a@example.com>"}}),
            None,
        ),
        (file("setup.EXE"), Some(Code::UnsupportedMediaType)),
        (file("setup.sh"), Some(Code::UnsupportedMediaType)),
        (file("notes.txt"), None),
    ];
    for (metadata, expected) in cases {
        assert_eq!(refused(&ses, &[], &metadata), expected, "{metadata}");
    }
}
