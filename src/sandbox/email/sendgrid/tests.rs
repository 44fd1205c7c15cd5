#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use ring::signature::ECDSA_P256_SHA256_ASN1;
use ring::signature::UnparsedPublicKey;

use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::chat::Sort;

/// The bytes in front of the point in the other half of a key.
const HEAD: usize = 26;

fn proven(request: &HttpRequest) -> bool {
    let header = |name: &str| {
        let name = format!("x-twilio-email-event-webhook-{name}");
        request.headers.get(&name).unwrap().to_owned()
    };
    let key = STANDARD.decode(PUBLIC_KEY).unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key[HEAD..]);
    let signed = [header("timestamp").as_bytes(), &request.body].concat();
    let proof = STANDARD.decode(header("signature")).unwrap();
    key.verify(&signed, &proof).is_ok()
}

fn mail(bench: &Bench) -> Value {
    json!({
        "personalizations": [{"to": [{"email": bench.customer(), "name": "Hannah"}],
            "custom_args": {"linktor_message_id": "msg_01"}}],
        "from": {"email": bench.account.key("fromEmail"), "name": "Acme"}, "subject": "Re: Order",
        "reply_to": {"email": format!("hello+conv-1@{}", bench.account.key("domain"))},
        "content": [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": "<p>Hello</p>"}],
        "headers": {"Message-ID": "<msg_01.a7@a.example>"},
    })
}

const SEND: &str = "v3/mail/send";

#[test]
fn events_are_signed_over_the_bytes_with_their_line_end() {
    let mut bench = Bench::of(SendGrid);
    let body = mail(&bench);
    assert_eq!(bench.ask(Method::Post, SEND, &body).0, 202);
    let id = bench.last().id.clone();
    let events = bench.pass(Duration::from_secs(60));
    let titles: Vec<_> = events.iter().map(|event| event.title.as_str()).collect();
    assert_eq!(titles, ["processed", "delivered", "open"]);
    for event in &events {
        assert!(event.body.ends_with("]\r\n"));
        let told: Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(told[0]["linktor_message_id"], "msg_01");
        let named = told[0]["sg_message_id"].as_str().unwrap();
        assert_eq!(named.split('.').next(), Some(id.as_str()));
        assert!(proven(&bench.request(event)));
    }
    bench.account.faults.secret_changed = true;
    assert!(!proven(&bench.request(&events[0])));
}

#[test]
fn what_sendgrid_does_not_take_it_refuses_in_its_own_words() {
    let mut bench = Bench::of(SendGrid);
    let good = mail(&bench);
    let to = json!([{"email": bench.customer()}]);
    let cases = [
        ("from", json!({"email": "x@other.example"}), 403, "from"),
        ("from", json!({"email": "x"}), 400, "from.email"),
        ("personalizations", json!([]), 400, "personalizations"),
        (
            "personalizations",
            json!([{"to": []}]),
            400,
            "personalizations.0.to",
        ),
        (
            "personalizations",
            json!([{"to": to, "cc": []}]),
            400,
            "personalizations.0.cc",
        ),
        (
            "personalizations",
            json!([{"to": to, "cc": to}]),
            400,
            "personalizations.0",
        ),
        (
            "personalizations",
            json!([{"to": to, "custom_args": {"a": 1}}]),
            400,
            "personalizations.0.custom_args",
        ),
        ("subject", json!(""), 400, "subject"),
        ("content", json!([]), 400, "content"),
        (
            "content",
            json!([{"type": "text/html", "value": "a"}, {"type": "text/plain", "value": "a"}]),
            400,
            "content",
        ),
        ("headers", json!({"X-A": 1}), 400, "headers.X-A"),
        ("headers", json!({"Subject": "a"}), 400, "headers.Subject"),
        (
            "attachments",
            json!([{"content": "?", "filename": "a"}]),
            400,
            "attachments.0.content",
        ),
    ];
    for (name, value, status, field) in cases {
        let mut body = good.clone();
        body[name] = value;
        let (found, answer) = bench.ask(Method::Post, SEND, &body);
        let told = &answer["errors"][0];
        assert_eq!(
            (found, &told["field"]),
            (status, &json!(field)),
            "{name}: {answer}"
        );
        assert!(told["message"].is_string());
    }
    assert!(bench.chat().bubbles.is_empty());
    bench.account.keys.insert("token", "SG.other".to_owned());
    let call = crate::sandbox::call::tests::call(Method::Get, "v3/scopes", "SG.x", &Value::Null);
    assert_eq!(bench.reply(&call).status, 401);
}

#[test]
fn who_bounced_is_dropped_from_then_on_until_taken_off_the_list() {
    let mut bench = Bench::of(SendGrid);
    let body = mail(&bench);
    let events = |bench: &mut Bench| {
        bench.ask(Method::Post, SEND, &body);
        let posted = bench.posted();
        let names = posted
            .iter()
            .map(|one| one[0]["event"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    bench.act(Act::Block(true)).unwrap();
    assert_eq!(events(&mut bench), ["processed", "bounce"]);
    assert_eq!(events(&mut bench), ["processed", "dropped"]);
    let path = format!("v3/suppression/bounces/{}", bench.customer());
    assert_eq!(bench.ask(Method::Delete, &path, &Value::Null).0, 204);
    bench.account.chats.values_mut().next().unwrap().blocked = false;
    assert_eq!(events(&mut bench), ["processed", "delivered", "open"]);
}

#[test]
fn mail_to_the_business_is_a_form_raw_or_taken_apart() {
    let mut bench = Bench::of(SendGrid);
    let body = mail(&bench);
    bench.ask(Method::Post, SEND, &body);
    bench.posted();
    let policy = json!({"name": "linktor", "signature": {"enabled": true}});
    let (_, made) = bench.ask(Method::Post, "v3/user/webhooks/security/policies", &policy);
    let mut settings = json!({"hostname": "in.a.example", "url": "https://u:p@127.0.0.1:9/in",
        "send_raw": true, "security_policy": made["policy"]["id"]});
    let path = "v3/user/webhooks/parse/settings";
    assert_eq!(bench.ask(Method::Post, path, &settings).0, 201);
    let send = |bench: &mut Bench| {
        bench
            .act(Act::Send {
                sort: Sort::Image,
                file: picture(),
                caption: "Thanks".to_owned(),
                quoting: None,
            })
            .unwrap();
        let events = bench.pass(Duration::from_secs(1));
        bench.request(&events[0])
    };
    let request = send(&mut bench);
    assert_eq!(request.url, "https://127.0.0.1:9/in");
    assert!(proven(&request));
    let body = String::from_utf8_lossy(&request.body).into_owned();
    assert!(
        body.contains("name=\"email\"\r\n\r\nFrom:") || body.contains("name=\"email\"\r\n\r\n")
    );
    assert!(
        body.contains("In-Reply-To: <msg_01.a7@a.example>"),
        "{body}"
    );
    assert!(body.contains("hello+conv-1@sendgrid.auroracoffee.example"));
    settings["send_raw"] = false.into();
    assert_eq!(
        bench
            .ask(Method::Patch, &format!("{path}/in.a.example"), &settings)
            .0,
        200
    );
    let request = send(&mut bench);
    let body = String::from_utf8_lossy(&request.body).into_owned();
    assert!(body.contains("name=\"attachment1\"; filename=\"cup.png\"\r\nContent-Type: image/png"));
    assert!(!body.contains("name=\"email\""));
}
