#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::bench::words;
use crate::sandbox::chat::Sort;

#[test]
fn forms_are_signed_as_the_contract_computed_it() {
    let pairs = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ];
    let pairs = pairs.map(|(name, value)| pair(name, value));
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert_eq!(
        signature("12345", url, &pairs),
        "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    );
}

fn call_of(bench: &Bench, method: Method, path: &str, pairs: &[(&str, &str)]) -> Call {
    let account = &bench.account;
    let login = format!("{}:{}", account.key("accountSid"), account.key("token"));
    let pairs: Pairs = pairs
        .iter()
        .map(|(name, value)| pair(name, *value))
        .collect();
    Call {
        method,
        path: format!("{VERSION}/Accounts/{}{path}", account.key("accountSid")),
        query: String::new(),
        headers: Headers::default()
            .with("content-type", "application/x-www-form-urlencoded")
            .with("authorization", format!("Basic {}", STANDARD.encode(login))),
        body: call::Body::Bytes(call::form(&pairs).into_bytes()),
    }
}

fn send(bench: &mut Bench, more: &[(&str, &str)]) -> (u16, Value) {
    let (to, from) = (
        bench.customer(),
        bench.account.key("phoneNumber").to_owned(),
    );
    let hook = "http://127.0.0.1:9/status";
    let mut pairs = vec![("To", &*to), ("From", &*from), ("StatusCallback", hook)];
    pairs.extend(more);
    let call = call_of(bench, Method::Post, "/Messages.json", &pairs);
    let reply = bench.reply(&call);
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

fn heard(bench: &mut Bench) -> Vec<Pairs> {
    let events = bench.pass(Duration::from_secs(60)).into_iter();
    events
        .map(|event| call::pairs(event.body.as_bytes()))
        .collect()
}

fn field(pairs: &[(String, String)], name: &str) -> String {
    let found = pairs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn a_message_is_queued_sent_and_delivered_where_its_sender_asked_for_it() {
    let mut bench = Bench::of(Twilio);
    let (status, made) = send(&mut bench, &[("Body", "Hi")]);
    assert_eq!((status, made["status"].as_str()), (201, Some("queued")));
    let states: Vec<String> = heard(&mut bench)
        .iter()
        .map(|pairs| field(pairs, "MessageStatus"))
        .collect();
    assert_eq!(states, ["sent", "delivered"]);
    assert_eq!(words(bench.last()), "Hi");
    let (status, _) = send(&mut bench, &[("MediaUrl", "https://example.com/cup.png")]);
    assert_eq!(status, 201);
    assert_eq!(heard(&mut bench).len(), 2);
}

#[test]
fn what_the_carrier_does_not_take_is_said_with_its_number() {
    let mut bench = Bench::of(Twilio);
    for (pairs, code) in [
        (vec![("Body", "")], 21_602),
        (vec![("Body", &*"a".repeat(1_601))], 21_617),
    ] {
        let (status, body) = send(&mut bench, &pairs);
        assert_eq!((status, body["code"].as_u64()), (400, Some(code)));
    }
    assert_eq!(send(&mut bench, &[("Body", &"a".repeat(1_600))]).0, 201);
    let mut stranger = call_of(&bench, Method::Get, ".json", &[]);
    assert_eq!(bench.reply(&stranger).status, 200);
    stranger.headers = Headers::default();
    assert_eq!(bench.reply(&stranger).status, 401);
}

#[test]
fn stop_is_obeyed_answered_and_passed_on_until_start() {
    let mut bench = Bench::of(Twilio);
    bench.say("STOP");
    let told = heard(&mut bench);
    assert_eq!(field(&told[0], "OptOutType"), "STOP");
    assert!(words(bench.last()).contains("unsubscribed"));
    let (_, refused) = send(&mut bench, &[("Body", "Hi")]);
    assert_eq!(refused["code"], 21_610);
    bench.say("start");
    assert_eq!(send(&mut bench, &[("Body", "Hi")]).0, 201);
}

#[test]
fn pictures_come_with_addresses_that_ask_for_the_account() {
    let mut bench = Bench::of(Twilio);
    let (file, caption) = (picture(), "cup".to_owned());
    bench
        .act(Act::Send {
            sort: Sort::Image,
            file,
            caption,
            quoting: None,
        })
        .unwrap();
    let told = heard(&mut bench).remove(0);
    assert_eq!(
        (&*field(&told, "NumMedia"), &*field(&told, "Body")),
        ("1", "cup")
    );
    let url = field(&told, "MediaUrl0");
    let (_, path) = url.split_once(bench.account.key("accountSid")).unwrap();
    let reply = bench.reply(&call_of(&bench, Method::Get, path, &[]));
    assert_eq!(reply.body, &picture().bytes[..]);
}
