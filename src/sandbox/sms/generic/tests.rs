#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::bench::words;
use crate::sandbox::call::tests::call;

const REPORTS: &str = "http://127.0.0.1:9/status?message=msg_1";

fn send(bench: &mut Bench, more: &Value) -> (u16, Value) {
    let mut body = json!({
        "to": bench.customer(), "from": bench.account.key("phoneNumber"), "text": "Hi",
        "report": REPORTS,
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    bench.ask(Method::Post, "messages", &body)
}

#[test]
fn webhooks_are_signed_as_the_contract_computed_it() {
    let body = r#"{"id":"m-1","from":"+15552223333","to":"+15550001111","text":"Hello","timestamp":"2024-01-15T10:30:00Z"}"#;
    assert_eq!(
        signature("generic_secret", 1_705_314_600, body),
        "t=1705314600,v1=a765fab64f8b63c0505ec7a760a95f50ed676817c2582cac5bcef78197cf2af9"
    );
}

#[test]
fn a_message_is_taken_and_reported_where_its_sender_asked_for_it() {
    let mut bench = Bench::of(Generic);
    let (status, made) = send(&mut bench, &json!({}));
    assert_eq!((status, &made["status"]), (200, &json!("ok")));
    assert_eq!(words(bench.last()), "Hi");
    let events = bench.pass(Duration::from_secs(10));
    let told: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(&event.body).unwrap())
        .collect();
    let states: Vec<_> = told.iter().map(|told| told["status"].clone()).collect();
    assert_eq!(states, ["ACCEPTD", "DELIVRD"]);
    assert!(told.iter().all(|told| told["id"] == made["id"]));
    let request = bench.request(&events[0]);
    assert_eq!(request.url, REPORTS);
    let proof = signature(
        bench.account.key("webhookSecret"),
        bench.now.as_secs(),
        &events[0].body,
    );
    assert_eq!(
        request.headers.get("x-linktor-signature"),
        Some(proof.as_str())
    );
    bench.account.faults.secret_changed = true;
    let request = bench.request(&events[0]);
    assert_ne!(
        request.headers.get("x-linktor-signature"),
        Some(proof.as_str())
    );
}

#[test]
fn what_it_does_not_take_is_said_in_a_sentence() {
    let mut bench = Bench::of(Generic);
    let own = bench.account.key("phoneNumber").to_owned();
    let cases = [
        (json!({"to": "15550110000"}), 422, "to is no number"),
        (json!({"to": own}), 422, "to and from are the same"),
        (json!({"from": "Acme"}), 422, "from is no number of yours"),
        (json!({"text": ""}), 422, "nothing to say"),
        (json!({"media": "file:///etc"}), 422, "media is no address"),
        (
            json!({"text": "a".repeat(1_601)}),
            422,
            "text is longer than 1600 characters",
        ),
    ];
    for (more, status, sentence) in cases {
        let (found, body) = send(&mut bench, &more);
        assert_eq!(
            (found, &body["error"]),
            (status, &json!(sentence)),
            "{more}"
        );
    }
    assert_eq!(send(&mut bench, &json!({"text": "a".repeat(1_600)})).0, 200);
    assert_eq!(bench.ask(Method::Get, "health", &Value::Null).0, 200);
    assert_eq!(bench.ask(Method::Get, "nowhere", &Value::Null).0, 404);
    let stranger = call(Method::Post, "messages", "somebody", &json!({}));
    assert_eq!(bench.reply(&stranger).status, 401);
}

#[test]
fn a_phone_that_is_off_the_network_for_good_is_said_to_be() {
    let mut bench = Bench::of(Generic);
    bench.act(Act::Block(true)).unwrap();
    send(&mut bench, &json!({}));
    let told = bench.posted();
    assert_eq!(told[0]["status"], "UNDELIV");
    assert_eq!(told[0]["errorCode"], "27");
}

#[test]
fn files_lie_where_anybody_may_fetch_them_who_knows_the_address() {
    let mut bench = Bench::of(Generic);
    bench
        .act(Act::Album {
            files: vec![picture(), picture()],
            caption: "cups".to_owned(),
        })
        .unwrap();
    let told = bench.posted().remove(0);
    assert_eq!(told["text"], "cups");
    let urls = told["mediaUrls"].as_array().unwrap();
    assert_eq!(urls.len(), 2);
    let (_, path) = urls[0].as_str().unwrap().split_once("/generic/").unwrap();
    let reply = bench.reply(&call(Method::Get, path, "", &Value::Null));
    assert_eq!(reply.body, &picture().bytes[..]);
    // One of ours is fetched before it is on its way.
    send(
        &mut bench,
        &json!({"media": "https://files.example/cup.png"}),
    );
    let states: Vec<_> = bench.posted();
    assert_eq!(states[0]["status"], "ACCEPTD");
}
