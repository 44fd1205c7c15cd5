#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::call::Body;
use crate::sandbox::call::Part;
use crate::sandbox::chat;

#[test]
fn the_contracts_own_proof_holds() {
    let token = "4f7c1e0b9a2d4c6f8e1b3d5a7c9e0f2b4d6a8c0e1f3b5d7a9c";
    assert_eq!(
        signature("key-linktor-signing-0123456789abcdef", "1767268800", token),
        "1a78f2140b77db144814e1dee2cfe64ae69b5c5b67d4ef0428ba0a6698052068"
    );
}

fn call_of(bench: &Bench, method: Method, path: &str, pairs: &[(&str, &str)]) -> Call {
    let login = STANDARD.encode(format!("api:{}", bench.account.key("token")));
    let parts = pairs.iter().map(|(name, value)| Part {
        name: (*name).to_owned(),
        filename: (*name == "message").then(|| "message.mime".to_owned()),
        mime_type: None,
        bytes: value.as_bytes().to_vec(),
    });
    Call {
        method,
        path: path.replace("OWN", bench.account.key("domain")),
        query: String::new(),
        headers: Headers::default().with("authorization", format!("Basic {login}")),
        body: Body::Form(parts.collect()),
    }
}

fn ask(bench: &mut Bench, method: Method, path: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
    let call = call_of(bench, method, path, pairs);
    let reply = bench.reply(&call);
    let body = String::from_utf8_lossy(&reply.body).into_owned();
    (
        reply.status,
        serde_json::from_str(&body).unwrap_or(json!(body)),
    )
}

fn send(bench: &mut Bench, more: &[(&str, &str)]) -> (u16, Value) {
    let (from, to) = (bench.account.key("fromEmail").to_owned(), bench.customer());
    let mut pairs = vec![
        ("from", &*from),
        ("to", &*to),
        ("subject", "Re: Order"),
        ("text", "Hello"),
        ("h:Message-Id", "<msg_01.a7@a.example>"),
        ("v:linktor_message_id", "msg_01"),
        ("o:tracking-opens", "yes"),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(known, _)| known != name));
    pairs.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    ask(bench, Method::Post, "v3/OWN/messages", &pairs)
}

/// A mail of the business as it travels.
fn raw(bench: &Bench) -> String {
    format!(
        "From: Acme <{}>\r\nTo: {}\r\nCc: boss@b.example\r\nSubject: Hi\r\nMessage-ID: \
         <msg_02.b8@a.example>\r\n\r\nHello\r\n",
        bench.account.key("fromEmail"),
        bench.customer()
    )
}

#[test]
fn a_mail_keeps_its_id_and_its_story_is_told_and_kept() {
    let mut bench = Bench::of(Mailgun);
    let (status, answer) = send(&mut bench, &[]);
    assert_eq!(status, 200);
    let taken = json!({"id": "<msg_01.a7@a.example>", "message": "Queued. Thank you."});
    assert_eq!(answer, taken);
    let posted = bench.posted();
    let kinds: Vec<_> = posted
        .iter()
        .map(|one| &one["event-data"]["event"])
        .collect();
    assert_eq!(kinds, ["delivered", "opened"]);
    for one in &posted {
        let data = &one["event-data"];
        assert_eq!(
            data["message"]["headers"]["message-id"],
            "msg_01.a7@a.example"
        );
        assert_eq!(data["user-variables"]["linktor_message_id"], "msg_01");
    }
    let mut call = call_of(&bench, Method::Get, "v3/OWN/events", &[]);
    call.query = "message-id=msg_01.a7@a.example".to_owned();
    let told: Value = serde_json::from_slice(&bench.reply(&call).body).unwrap();
    assert_eq!(told["items"].as_array().unwrap().len(), 3);
}

#[test]
fn webhooks_carry_a_proof_that_a_wrong_key_does_not_give() {
    let mut bench = Bench::of(Mailgun);
    send(&mut bench, &[]);
    let events = bench.pass(Duration::from_secs(60));
    let proof = |bench: &Bench| {
        let body: Value = serde_json::from_slice(&bench.request(&events[0]).body).unwrap();
        body["signature"].clone()
    };
    let stamp = proof(&bench);
    let text = |name: &str| stamp[name].as_str().unwrap().to_owned();
    assert_eq!(text("token").len(), 50);
    let key = bench.account.key("signingKey");
    assert_eq!(
        text("signature"),
        signature(key, &text("timestamp"), &text("token"))
    );
    bench.account.faults.secret_changed = true;
    assert_ne!(proof(&bench)["signature"], stamp["signature"]);
}

#[test]
fn what_mailgun_does_not_take_it_refuses_in_its_own_words() {
    let mut bench = Bench::of(Mailgun);
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("from", "")], "from parameter is missing"),
        (&[("to", "")], "to parameter is missing"),
        (
            &[("to", "x")],
            "to parameter is not a valid address. please check documentation",
        ),
        (
            &[("text", "")],
            "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified",
        ),
        (
            &[("from", "x@other.example")],
            "from parameter: the domain is not one of this account",
        ),
    ];
    for (change, sentence) in cases {
        assert_eq!(
            send(&mut bench, change),
            (400, json!({ "message": sentence }))
        );
    }
    let tags = [("o:tag", "a"); 11];
    assert_eq!(send(&mut bench, &tags).0, 400);
    let (status, answer) = ask(&mut bench, Method::Post, "v3/other.example/messages", &[]);
    assert_eq!(
        (status, answer),
        (404, json!({"message": "Domain not found: other.example"}))
    );
    let greeting = ask(&mut bench, Method::Post, "v3/messages", &[]);
    assert_eq!(greeting, (200, json!("Mailgun Magnificent API")));
    let state = ask(&mut bench, Method::Get, "v3/domains/OWN", &[]).1;
    assert_eq!(state["domain"]["state"], "active");
    let mut stranger = call_of(&bench, Method::Get, "v3/domains/OWN", &[]);
    stranger.headers = Headers::default();
    let reply = bench.reply(&stranger);
    assert_eq!((reply.status, &*reply.body), (401, &b"Forbidden"[..]));
}

#[test]
fn a_mail_as_it_travels_reaches_whom_the_envelope_names() {
    let mut bench = Bench::of(Mailgun);
    let (raw, to) = (raw(&bench), bench.customer());
    let pairs = [("to", &*to), ("message", &*raw)];
    let (status, answer) = ask(&mut bench, Method::Post, "v3/OWN/messages.mime", &pairs);
    assert_eq!(
        (status, &answer["id"]),
        (200, &json!("<msg_02.b8@a.example>"))
    );
    let chat::Body::Mail(mail) = &bench.last().body else {
        unreachable!("it is a mail");
    };
    assert_eq!(mail.cc[0].email, "boss@b.example");
    assert_eq!(mail.text.trim(), "Hello");
    assert_eq!(
        bench.account.chats.len(),
        1,
        "the envelope does not name the other"
    );
    let none = [("to", &*to)];
    let (status, _) = ask(&mut bench, Method::Post, "v3/OWN/messages.mime", &none);
    assert_eq!(status, 400);
}

#[test]
fn a_full_mailbox_is_a_failure_for_now_and_a_gone_one_for_good() {
    let mut bench = Bench::of(Mailgun);
    for (to, severity, code) in [
        ("full@a.example", "temporary", 452),
        ("bounce@a.example", "permanent", 550),
    ] {
        send(&mut bench, &[("to", to)]);
        let data = &bench.posted()[0]["event-data"];
        assert_eq!(data["severity"], severity);
        assert_eq!(data["delivery-status"]["code"], code);
    }
    send(&mut bench, &[("to", "bounce@a.example")]);
    assert_eq!(bench.posted()[0]["event-data"]["reason"], "suppress-bounce");
}

#[test]
fn routes_hand_mail_on_whole_or_in_parts() {
    let mut bench = Bench::of(Mailgun);
    let write = |bench: &mut Bench| {
        bench
            .act(Act::Mail(crate::sandbox::act::Letter {
                subject: "A question".to_owned(),
                text: "Do you ship?".to_owned(),
                files: vec![picture()],
                ..Default::default()
            }))
            .unwrap();
        let events = bench.pass(Duration::from_secs(1));
        let requests: Vec<_> = events.iter().map(|event| bench.request(event)).collect();
        requests
    };
    let parsed = String::from_utf8_lossy(&write(&mut bench)[0].body).into_owned();
    assert!(parsed.contains("name=\"body-plain\"\r\n\r\nDo you ship?"));
    assert!(parsed.contains("name=\"attachment-1\"; filename=\"cup.png\""));
    assert!(parsed.contains("name=\"signature\"") && !parsed.contains("body-mime"));
    let route = [
        ("priority", "0"),
        (
            "expression",
            "match_recipient(\"hello(\\+.*)?@mailgun.auroracoffee.example\")",
        ),
        (
            "action",
            "forward(\"http://127.0.0.1:9/webhooks/email/1/mime\")",
        ),
        ("action", "stop()"),
    ];
    assert_eq!(ask(&mut bench, Method::Post, "v3/routes", &route).0, 200);
    let requests = write(&mut bench);
    assert_eq!(requests.len(), 1);
    assert!(requests[0].url.ends_with("/mime"));
    let whole = String::from_utf8_lossy(&requests[0].body).into_owned();
    assert!(whole.contains("name=\"body-mime\"") && !whole.contains("body-plain"));
}

#[test]
fn a_webhook_hears_what_it_is_registered_for() {
    let mut bench = Bench::of(Mailgun);
    let hook = [("id", "opened"), ("url", "http://127.0.0.1:9/hook")];
    assert_eq!(
        ask(&mut bench, Method::Post, "v3/domains/OWN/webhooks", &hook).0,
        200
    );
    assert_eq!(
        ask(&mut bench, Method::Post, "v3/domains/OWN/webhooks", &hook).0,
        400
    );
    send(&mut bench, &[]);
    let events = bench.pass(Duration::from_secs(60));
    let titles: Vec<_> = events.iter().map(|event| event.title.as_str()).collect();
    assert_eq!(titles, ["opened"]);
    assert_eq!(
        ask(
            &mut bench,
            Method::Delete,
            "v3/domains/OWN/webhooks/opened",
            &[]
        )
        .0,
        200
    );
}
