//! What services report, and the mails they bring.

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::NOON;
use super::json_hook;
use super::post;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::channels::Receives as _;
use crate::channels::email::Email;
use crate::channels::email::hooks::Lying;
use crate::channels::email::incoming;
use crate::channels::email::incoming::Reading;
use crate::channels::email::incoming::Us;
use crate::channels::email::incoming::split::BOUNDS;
use crate::channels::email::incoming::split::Splitter;
use crate::channels::email::mail_at;
use crate::channels::email::mails;
use crate::channels::email::tests::ours;
use crate::channels::fixtures::each;
use crate::channels::fixtures::without_empty;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::mail::Mail;
use crate::model::outbound::Asked;
use crate::model::outbound::Step;

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
    let Step::Done(Lying::At(source)) = mail_at(&there[0], &asked).unwrap() else {
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

/// A form with files: names, what stands behind them in their header, and bytes.
fn form(fields: &[(&str, &str, &[u8])]) -> crate::base::http::Webhook {
    let mut body = Vec::new();
    for (name, more, value) in fields {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        body.extend([head.as_bytes(), value, b"\r\n"].concat());
    }
    body.extend(b"--b--\r\n");
    post("multipart/form-data; boundary=b", &[], &body)
}

/// What the mail of a webhook says once it is read.
fn read_back(service: &str, hook: &crate::base::http::Webhook) -> (Content, Mail) {
    let account = ours(&json!({ "provider": service }));
    let mail = mails(&account, hook).remove(0).mail;
    let (mut splitter, mut shelf) = (Splitter::new(BOUNDS), Vec::<Vec<u8>>::new());
    splitter.take(&mail.bytes, &mut shelf).unwrap();
    let parts = splitter.end(&mut shelf).unwrap();
    let us = Us {
        addresses: vec!["support@in.example.com".to_owned()],
        ..Us::default()
    };
    let envelope = mail.apart().1;
    match incoming::read(&parts, &[0; 32], &envelope, &us, NOON) {
        Reading::Message(read, _) => {
            let mail = Mail::of(&read.message.metadata).unwrap();
            (read.message.content, mail)
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn mails_that_services_took_apart_are_whole_again() {
    let html = b"<p>Chegou <img src=\"cid:logo@x\"></p>";
    let file = "; filename=\"raw.png\"\r\nContent-Type: image/png";
    let sendgrid = form(&[
        ("headers", "", b"Message-ID: <a1@x.example>\nDate: Thu, 1 Jan 2026 12:00:00 +0000\n"),
        ("from", "", b"Jos\xe9 <jose@x.example>"),
        ("to", "", b"support@in.example.com"),
        ("subject", "", "Encomenda n\u{fa}mero 7".as_bytes()),
        ("text", "", b"Chegou, Jos\xe9"),
        ("html", "", html),
        ("charsets", "", br#"{"from":"iso-8859-1","subject":"UTF-8","text":"iso-8859-1"}"#),
        ("envelope", "", br#"{"to":["support@in.example.com"],"from":"jose@x.example"}"#),
        ("attachments", "", b"2"),
        (
            "attachment-info",
            "",
            br#"{"attachment1":{"filename":"logo.png","type":"image/png","content-id":"<logo@x>"},"attachment2":{"filename":"Or\u00e7amento.pdf","type":"application/pdf"}}"#,
        ),
        ("attachment1", file, b"\x89PNG"),
        ("attachment2", "; filename=\"b.pdf\"", b"%PDF-"),
        ("spam_score", "", b"1.2"),
    ]);
    let mailgun = form(&[
        ("from", "", "Jos\u{e9} <jose@x.example>".as_bytes()),
        ("recipient", "", b"support@in.example.com"),
        ("subject", "", "Encomenda n\u{fa}mero 7".as_bytes()),
        (
            "message-headers",
            "",
            br#"[["Message-Id","<a1@x.example>"],["Date","Thu, 1 Jan 2026 12:00:00 +0000"],["To","support@in.example.com"]]"#,
        ),
        ("body-plain", "", "Chegou, Jos\u{e9}".as_bytes()),
        ("body-html", "", html),
        ("content-id-map", "", br#"{"<logo@x>":"attachment-1"}"#),
        ("attachment-count", "", b"2"),
        (
            "attachment-1",
            "; filename=\"logo.png\"\r\nContent-Type: image/png",
            b"\x89PNG",
        ),
        (
            "attachment-2",
            "; filename=\"Or\u{e7}amento.pdf\"\r\nContent-Type: application/pdf",
            b"%PDF-",
        ),
    ]);
    for (service, hook) in [("sendgrid", sendgrid), ("mailgun", mailgun)] {
        let (content, mail) = read_back(service, &hook);
        assert_eq!(content, Content::text("Chegou, Jos\u{e9}"), "{service}");
        assert_eq!(mail.message_id, "a1@x.example", "{service}");
        assert_eq!(mail.profile_name.as_deref(), Some("Jos\u{e9}"), "{service}");
        assert_eq!(
            mail.subject.as_deref(),
            Some("Encomenda n\u{fa}mero 7"),
            "{service}"
        );
        let files: Vec<_> = mail
            .attachments
            .iter()
            .map(|file| (file.filename.as_str(), file.inline, file.size))
            .collect();
        let expected = [("logo.png", true, 4), ("Or\u{e7}amento.pdf", false, 5)];
        assert_eq!(files, expected, "{service}");
        assert_eq!(
            mail.html.as_deref(),
            Some("<p>Chegou <img src=\"cid:0\"></p>"),
            "{service}"
        );
    }
}

#[test]
fn a_mail_that_mailgun_keeps_is_asked_for_where_it_is_mailguns() {
    let account = ours(&json!({"provider":"mailgun"}));
    let kept = |url: &str| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("recipient", "support@in.example.com")
            .append_pair("sender", "ana@example.com")
            .append_pair("body-plain", "Hello")
            .append_pair("message-url", url);
        let form = form.finish();
        let hook = post("application/x-www-form-urlencoded", &[], form.as_bytes());
        mails(&account, &hook).remove(0)
    };
    let claim =
        kept("https://storage-us-east4.api.mailgun.net/v3/domains/mg.example.com/messages/K");
    assert!(claim.mail.bytes.is_empty());
    assert_eq!(claim.mail.envelope_to, ["support@in.example.com"]);
    let mut replies = Vec::new();
    let asked = |replies: &[HttpReply]| {
        let asked = Asked {
            account: &account,
            replies,
            now: NOON,
        };
        mail_at(&claim, &asked)
    };
    let Ok(Step::Ask {
        call: Call::Http(request),
        ..
    }) = asked(&replies)
    else {
        unreachable!("it is asked for");
    };
    assert_eq!(request.headers.get("accept"), Some("message/rfc2822"));
    assert!(request.authorization.is_some());
    replies.push(HttpReply {
        status: 200,
        headers: Headers::default(),
        body: json!({"body-mime":"From: a\r\n\r\nx"})
            .to_string()
            .into_bytes(),
    });
    let Ok(Step::Done(Lying::Here(bytes))) = asked(&replies) else {
        unreachable!("it is in the answer");
    };
    assert_eq!(bytes, b"From: a\r\n\r\nx");
    for url in [
        "https://evil.example/messages/K",
        "http://storage.api.mailgun.net/messages/K",
        "https://mailgun.net.evil.example/K",
    ] {
        let asked = Asked {
            account: &account,
            replies: &[],
            now: NOON,
        };
        assert!(mail_at(&kept(url), &asked).is_err(), "{url}");
    }
}
