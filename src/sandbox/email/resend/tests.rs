#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::call::tests::call;
use crate::sandbox::chat::Sort;

fn mail(bench: &Bench) -> Value {
    json!({
        "from": format!("Acme <{}>", bench.account.key("fromEmail")), "to": [bench.customer()],
        "subject": "Re: Order", "text": "Hello", "html": "<p>Hello</p>",
        "tags": [{"name": "linktor_message_id", "value": "msg_01"}],
        "headers": {"In-Reply-To": "<CAF1x@mail.example.com>"},
    })
}

#[test]
fn the_contracts_own_proof_holds() {
    let body = r#"{"type":"email.delivered","created_at":"2026-01-01T12:00:00.000Z","data":{"email_id":"4ef9a417-02e9-4d39-ad75-9611e0fcc33c","from":"Support <support@example.com>","to":["ana@example.com"],"subject":"Re: Order 1234"}}"#;
    let secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY";
    assert_eq!(
        signature(secret, "msg_2lnkTestVector0001", "1767268800", body),
        "v1,KFH3dMyPbhYPXsGhlT4vTkrIWNseiwNyxsIoPueDVZE="
    );
}

#[test]
fn a_mail_is_told_of_with_the_id_its_carrier_gave_it() {
    let mut bench = Bench::of(Resend);
    let body = mail(&bench);
    let (status, answer) = bench.ask(Method::Post, "emails", &body);
    assert_eq!(status, 200);
    let events = bench.pass(Duration::from_secs(60));
    let titles: Vec<_> = events.iter().map(|event| event.title.as_str()).collect();
    assert_eq!(titles, ["email.sent", "email.delivered", "email.opened"]);
    let told: Value = serde_json::from_str(&events[0].body).unwrap();
    assert_eq!(told["data"]["email_id"], answer["id"]);
    assert_eq!(told["data"]["tags"]["linktor_message_id"], "msg_01");
    let path = format!("emails/{}", answer["id"].as_str().unwrap());
    let (_, found) = bench.ask(Method::Get, &path, &Value::Null);
    assert_eq!(found["message_id"], told["data"]["message_id"]);
    let request = bench.request(&events[0]);
    let header = |name: &str| request.headers.get(name).unwrap();
    let proof = |secret: &str| {
        signature(
            secret,
            header("svix-id"),
            header("svix-timestamp"),
            &events[0].body,
        )
    };
    assert_eq!(
        header("svix-signature"),
        proof(bench.account.key("signingKey"))
    );
    bench.account.faults.secret_changed = true;
    let broken = bench.request(&events[0]);
    assert_ne!(
        broken.headers.get("svix-signature"),
        Some(header("svix-signature"))
    );
}

#[test]
fn a_key_makes_a_mail_one() {
    let mut bench = Bench::of(Resend);
    let body = mail(&bench);
    let token = bench.account.key("token").to_owned();
    let mut send = |body: &Value, key: &str| {
        let mut call = call(Method::Post, "emails", &token, body);
        call.headers = call.headers.with("idempotency-key", key);
        let reply = bench.reply(&call);
        let answer: Value = serde_json::from_slice(&reply.body).unwrap();
        (reply.status, answer, bench.chat().bubbles.len())
    };
    let (first, answer, _) = send(&body, "msg_01");
    assert_eq!(first, 200);
    assert_eq!(send(&body, "msg_01"), (200, answer.clone(), 1));
    let mut other = body.clone();
    other["text"] = "Other".into();
    let (status, refusal, count) = send(&other, "msg_01");
    assert_eq!((status, count), (409, 1));
    assert_eq!(refusal["name"], "invalid_idempotent_request");
    assert_eq!(
        send(&body, &"k".repeat(257)).1["name"],
        "invalid_idempotency_key"
    );
    assert_ne!(send(&body, "msg_02").1["id"], answer["id"]);
    bench.now = bench.now.plus(Duration::from_secs(90_000));
    let mut later = call(Method::Post, "emails", &token, &other);
    later.headers = later.headers.with("idempotency-key", "msg_01");
    assert_eq!(
        bench.reply(&later).status,
        200,
        "a day later the key is free"
    );
}

#[test]
fn what_resend_does_not_take_it_refuses_in_its_own_words() {
    let mut bench = Bench::of(Resend);
    let good = mail(&bench);
    let many: Vec<String> = (0..51).map(|at| format!("c{at}@c.example")).collect();
    let cases = [
        ("from", Value::Null, 422, "missing_required_field"),
        ("from", json!("nobody"), 422, "invalid_from_address"),
        ("from", json!("x@other.example"), 403, "validation_error"),
        ("to", json!(many), 422, "validation_error"),
        ("to", json!("x"), 422, "validation_error"),
        ("subject", Value::Null, 422, "missing_required_field"),
        (
            "tags",
            json!([{"name": "a b", "value": "c"}]),
            422,
            "validation_error",
        ),
        (
            "attachments",
            json!([{"filename": "a.pdf"}]),
            422,
            "invalid_attachment",
        ),
    ];
    for (name, value, status, kind) in cases {
        let mut body = good.clone();
        body[name] = value;
        let (found, answer) = bench.ask(Method::Post, "emails", &body);
        assert_eq!(
            (found, &answer["name"]),
            (status, &json!(kind)),
            "{name}: {answer}"
        );
        assert_eq!(answer["statusCode"], status);
    }
    let none = call(Method::Get, "domains", "", &Value::Null);
    assert_eq!(bench.reply(&none).status, 401);
    let wrong = call(Method::Get, "domains", "re_x", &Value::Null);
    assert_eq!(bench.reply(&wrong).status, 403);
}

#[test]
fn a_file_that_disagrees_with_its_name_is_left_out() {
    let mut bench = Bench::of(Resend);
    let mut body = mail(&bench);
    body["attachments"] = json!([
        {"filename": "a.pdf", "content": "JVBERi0=", "content_type": "application/pdf"},
        {"filename": "b.pdf", "content": "JVBERi0=", "content_type": "image/png"},
    ]);
    assert_eq!(bench.ask(Method::Post, "emails", &body).0, 200);
    let crate::sandbox::chat::Body::Mail(mail) = &bench.last().body else {
        unreachable!("it is a mail");
    };
    let names: Vec<_> = mail
        .files
        .iter()
        .map(|file| file.filename.as_str())
        .collect();
    assert_eq!(names, ["a.pdf"]);
}

#[test]
fn mail_to_the_business_is_told_of_and_then_fetched() {
    let mut bench = Bench::of(Resend);
    bench
        .act(Act::Send {
            sort: Sort::Image,
            file: picture(),
            caption: "Look".to_owned(),
            quoting: None,
        })
        .unwrap();
    let posted = bench.posted();
    assert_eq!(posted[0]["type"], "email.received");
    let data = &posted[0]["data"];
    assert!(data["html"].is_null(), "the event is thin");
    let path = format!("emails/receiving/{}", data["email_id"].as_str().unwrap());
    let (_, whole) = bench.ask(Method::Get, &path, &Value::Null);
    assert!(whole["text"].as_str().unwrap().starts_with("Look"));
    let base = "http://127.0.0.1:9/sandbox/api/resend/";
    let mut fetch = |url: &Value| {
        let url = url.as_str().unwrap();
        let call = call(
            Method::Get,
            url.strip_prefix(base).unwrap(),
            "",
            &Value::Null,
        );
        bench.reply(&call)
    };
    let raw = fetch(&whole["raw"]["download_url"]);
    assert!(
        String::from_utf8(raw.body)
            .unwrap()
            .contains("Subject: A question")
    );
    let file = format!(
        "{path}/attachments/{}",
        data["attachments"][0]["id"].as_str().unwrap()
    );
    let (_, file) = bench.ask(Method::Get, &file, &Value::Null);
    let mut fetch = |url: &Value| {
        let url = url.as_str().unwrap();
        let call = call(
            Method::Get,
            url.strip_prefix(base).unwrap(),
            "",
            &Value::Null,
        );
        bench.reply(&call)
    };
    assert_eq!(fetch(&file["download_url"]).body, picture().bytes.to_vec());
}

#[test]
fn a_webhook_hears_what_it_is_made_for() {
    let mut bench = Bench::of(Resend);
    let hook = json!({"endpoint": "http://127.0.0.1:9/hook", "events": ["email.delivered"]});
    let (status, made) = bench.ask(Method::Post, "webhooks", &hook);
    assert_eq!(
        (status, &made["signing_secret"]),
        (201, &json!(bench.account.key("signingKey")))
    );
    let body = mail(&bench);
    bench.ask(Method::Post, "emails", &body);
    let events = bench.pass(Duration::from_secs(60));
    let titles: Vec<_> = events.iter().map(|event| event.title.as_str()).collect();
    assert_eq!(titles, ["email.delivered"]);
}
