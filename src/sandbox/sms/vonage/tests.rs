#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::words;

#[test]
fn values_are_signed_as_the_contract_computed_it() {
    let values = json!({"api-key":"abcd1234","keyword":"HELLO",
        "message-timestamp":"2020-01-01 12:00:00","messageId":"0A0000000123ABCD1",
        "msisdn":"447700900001","nonce":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        "text":"Hello & a=b","timestamp":"1577880000","to":"447700900000","type":"text"});
    assert_eq!(
        signature("vonage_signature_secret", values.as_object().unwrap()),
        "0aa09a4dbb8f047dfab45703cc0e2e6bc678332b15001f948ab2e18d440c39cf"
    );
}

fn send(bench: &mut Bench, more: &[(&str, &str)]) -> Value {
    let account = &bench.account;
    let key = |name: &str| account.key(name).to_owned();
    let mut pairs = vec![
        ("api_key".to_owned(), key("apiKey")),
        ("api_secret".to_owned(), key("token")),
        (
            "from".to_owned(),
            bare(account.key("phoneNumber")).to_owned(),
        ),
        ("to".to_owned(), bare(&bench.customer()).to_owned()),
        (
            "callback".to_owned(),
            "http://127.0.0.1:9/status".to_owned(),
        ),
    ];
    pairs.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let call = Call {
        method: Method::Post,
        path: "sms/json".to_owned(),
        query: String::new(),
        headers: Headers::default().with("content-type", "application/x-www-form-urlencoded"),
        body: call::Body::Bytes(call::form(&pairs).into_bytes()),
    };
    let reply = bench.reply(&call);
    assert_eq!(reply.status, 200);
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn each_part_of_a_long_text_has_its_receipt() {
    let mut bench = Bench::of(Vonage);
    let sent = send(&mut bench, &[("text", &"a".repeat(161)), ("type", "text")]);
    assert_eq!(sent["message-count"], "2");
    let told = bench.posted();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["messageId"], sent["messages"][0]["message-id"]);
    assert_eq!(told[0]["status"], "delivered");
}

#[test]
fn what_is_not_taken_is_said_within_an_answer_of_200() {
    let mut bench = Bench::of(Vonage);
    for (pairs, status) in [
        (vec![("text", "")], "2"),
        (vec![("text", &*"a".repeat(3_201))], "6"),
        (vec![("text", "x"), ("client-ref", &*"r".repeat(41))], "3"),
    ] {
        let answer = send(&mut bench, &pairs);
        assert_eq!(answer["messages"][0]["status"], status);
    }
    send(&mut bench, &[("text", "Ol\u{e1}"), ("type", "text")]);
    assert_eq!(words(bench.last()), "Ol?");
    send(&mut bench, &[("text", "Ol\u{e1}"), ("type", "unicode")]);
    assert_eq!(words(bench.last()), "Ol\u{e1}");
}

#[test]
fn long_texts_come_in_parts_and_each_is_proved() {
    let mut bench = Bench::of(Vonage);
    bench.say(&"b".repeat(200));
    let events = bench.pass(Duration::from_secs(1));
    assert_eq!(events.len(), 2);
    let request = bench.request(&events[1]);
    let values: Map<String, Value> = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(
        (&values["concat-part"], &values["concat-total"]),
        (&json!("2"), &json!("2"))
    );
    assert_eq!(
        values["sig"],
        signature(bench.account.key("signatureSecret"), &values)
    );
    assert_eq!(values["timestamp"], bench.now.as_secs().to_string());
}
