#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::base::crypto::signed_in_hex;
use crate::base::http::Headers;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::bench::words;
use crate::sandbox::call::Part;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;

fn bench() -> Bench {
    Bench::of(WhatsApp)
}

fn path(bench: &Bench, below: &str) -> String {
    format!("v25.0/{}/{below}", bench.account.key("phoneNumberId"))
}

fn to_camila(bench: &Bench, kind: &str, part: &Value) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": bench.customer(),
        "type": kind, kind: part})
}

#[expect(clippy::needless_pass_by_value, reason = "a case is written in place")]
fn send(bench: &mut Bench, kind: &str, part: Value) -> (u16, Value) {
    let body = to_camila(bench, kind, &part);
    let path = path(bench, "messages");
    bench.ask(Method::Post, &path, &body)
}

/// The kinds of what was posted: types of messages, names of states.
fn heard(posted: &[Value]) -> Vec<String> {
    let value = |body: &Value| body["entry"][0]["changes"][0]["value"].clone();
    let kinds = posted.iter().map(|body| {
        let value = value(body);
        let kind = value["messages"][0]["type"].as_str();
        let state = value["statuses"][0]["status"].as_str();
        kind.or(state).unwrap_or_default().to_owned()
    });
    kinds.collect()
}

fn code_of(status: &Value) -> i64 {
    let value = &status["entry"][0]["changes"][0]["value"]["statuses"][0];
    value["errors"][0]["code"].as_i64().unwrap()
}

#[test]
fn inside_the_window_a_message_is_sent_delivered_and_read_and_outside_it_fails_later() {
    let mut bench = bench();
    let (status, _) = send(&mut bench, "text", json!({"body": "hi"}));
    assert_eq!(status, 200);
    let posted = bench.posted();
    assert_eq!(heard(&posted), ["failed"]);
    assert_eq!(code_of(&posted[0]), 131_047);
    assert!(bench.chat().bubbles.is_empty());
    bench.say("hello");
    assert_eq!(heard(&bench.posted()), ["text"]);
    send(&mut bench, "text", json!({"body": "hi"}));
    assert_eq!(heard(&bench.posted()), ["sent", "delivered", "read"]);
    assert_eq!(words(bench.last()), "hi");
    bench.pass(Duration::from_secs(24 * 3_600));
    send(&mut bench, "text", json!({"body": "too late"}));
    assert_eq!(heard(&bench.posted()), ["failed"]);
}

#[test]
fn webhooks_are_signed_over_the_bytes_that_are_sent_until_the_secret_changes() {
    let mut bench = bench();
    bench.say("Ol\u{e1}");
    let event = bench.pass(Duration::from_secs(1)).remove(0);
    let secret = bench.account.key("appSecret").to_owned();
    let signed = |request: &HttpRequest| {
        let header = request.headers.get("x-hub-signature-256").unwrap();
        let digest = header.strip_prefix("sha256=").unwrap();
        signed_in_hex(secret.as_bytes(), &request.body, digest)
    };
    let request = bench.request(&event);
    assert!(signed(&request) && request.body.is_ascii());
    bench.account.faults.secret_changed = true;
    assert!(!signed(&bench.request(&event)));
}

#[test]
fn strangers_and_wrong_proofs_are_refused() {
    let mut bench = bench();
    let number = path(&bench, "");
    let stranger = call::tests::call(Method::Get, &number, "EAAwrong", &Value::Null);
    let reply = bench.reply(&stranger);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((reply.status, &body["error"]["code"]), (401, &json!(190)));
    let (status, _) = bench.ask(Method::Get, &number, &Value::Null);
    assert_eq!(status, 200);
    let (_, body) = bench.ask(
        Method::Get,
        &format!("{number}?appsecret_proof=00"),
        &Value::Null,
    );
    assert_eq!(body["error"]["code"], 100);
    let (_, body) = bench.ask(Method::Get, "v25.0/1234567", &Value::Null);
    assert_eq!(body["error"]["error_subcode"], 33);
}

#[test]
fn a_file_of_a_customer_is_looked_up_and_fetched_while_its_link_lasts() {
    let mut bench = bench();
    let (file, caption) = (picture(), "my cup".to_owned());
    bench
        .act(Act::Send {
            sort: Sort::Image,
            file,
            caption,
            quoting: None,
        })
        .unwrap();
    let posted = bench.posted();
    let image = &posted[0]["entry"][0]["changes"][0]["value"]["messages"][0]["image"];
    assert_eq!(image["caption"], "my cup");
    let id = image["id"].as_str().unwrap().to_owned();
    let (_, found) = bench.ask(Method::Get, &format!("v25.0/{id}"), &Value::Null);
    assert_eq!(found["file_size"], picture().bytes.len());
    let url = found["url"]
        .as_str()
        .unwrap()
        .strip_prefix("https://lookaside.fbsbx.com/");
    let url = url.unwrap().to_owned();
    let token = bench.account.key("token").to_owned();
    let fetch = |bench: &mut Bench, token: &str| {
        bench.reply(&call::tests::call(Method::Get, &url, token, &Value::Null))
    };
    assert_eq!(fetch(&mut bench, &token).body, &picture().bytes[..]);
    assert_eq!(fetch(&mut bench, "").status, 401);
    bench.pass(Duration::from_secs(301));
    assert_eq!(fetch(&mut bench, &token).status, 404);
    bench.pass(Duration::from_secs(7 * 86_400));
    let (status, _) = bench.ask(Method::Get, &format!("v25.0/{id}"), &Value::Null);
    assert_eq!(status, 400);
}

#[test]
fn a_file_that_is_uploaded_goes_out_once_it_is_of_the_right_kind() {
    let mut bench = bench();
    bench.say("hello");
    let part = |name: &str, bytes: &[u8], mime: Option<&str>| Part {
        name: name.to_owned(),
        filename: mime.map(|_| "cup.png".to_owned()),
        mime_type: mime.map(str::to_owned),
        bytes: bytes.to_vec(),
    };
    let upload = |bench: &mut Bench, kind: &str| {
        let token = bench.account.key("token").to_owned();
        let mut upload =
            call::tests::call(Method::Post, &path(bench, "media"), &token, &Value::Null);
        upload.headers = Headers::default().with("authorization", format!("Bearer {token}"));
        upload.body = call::Body::Form(vec![
            part("messaging_product", b"whatsapp", None),
            part("type", kind.as_bytes(), None),
            part("file", b"bytes", Some(kind)),
        ]);
        let reply = bench.reply(&upload);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        (reply.status, body)
    };
    let (status, made) = upload(&mut bench, "image/png");
    assert_eq!(status, 200);
    let id = made["id"].clone();
    assert_eq!(send(&mut bench, "image", json!({"id": id})).0, 200);
    let (_, wrong) = send(&mut bench, "audio", json!({"id": id}));
    assert_eq!(wrong["error"]["code"], 131_053);
    assert_eq!(upload(&mut bench, "audio/webm").0, 400);
    assert_eq!(upload(&mut bench, "image/webp").0, 200);
    send(
        &mut bench,
        "image",
        json!({"link": "https://example.com/cup.png"}),
    );
    bench.pass(Duration::from_secs(9));
    assert!(matches!(
        &bench.last().body,
        Body::File {
            place: Place::Stored(_),
            ..
        }
    ));
    send(
        &mut bench,
        "video",
        json!({"link": "https://example.com/cup.png"}),
    );
    let failed = bench.posted();
    assert_eq!(code_of(failed.last().unwrap()), 131_053);
}

#[test]
fn buttons_lists_and_templates_are_pressed_and_the_business_hears_which() {
    let mut bench = bench();
    bench.say("hello");
    let buttons = json!({"type": "button", "body": {"text": "Proceed?"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]}});
    send(&mut bench, "interactive", buttons);
    let press = |bench: &mut Bench| {
        bench.posted();
        let bubble = bench.last().id.clone();
        bench.act(Act::Press { bubble, choice: 0 }).unwrap();
        let posted = bench.posted();
        posted[0]["entry"][0]["changes"][0]["value"]["messages"][0].clone()
    };
    let answer = press(&mut bench);
    assert_eq!(answer["interactive"]["button_reply"]["id"], "yes");
    assert!(
        answer["context"]["id"]
            .as_str()
            .unwrap()
            .starts_with("wamid.")
    );
    let list = json!({"type": "list", "body": {"text": "Which?"}, "action": {"button": "Open",
        "sections": [{"rows": [{"id": "r1", "title": "One", "description": "first"}]}]}});
    send(&mut bench, "interactive", list);
    bench.posted();
    assert_eq!(bench.last().offer, Offer::List("Open".to_owned()));
    let answer = press(&mut bench);
    assert_eq!(answer["interactive"]["list_reply"]["description"], "first");
    let body = json!([{"type": "body", "parameters": [
        {"type": "text", "text": "Camila"}, {"type": "text", "text": "AC-1"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "1"}]}]);
    bench.pass(Duration::from_secs(48 * 3_600));
    let template =
        json!({"name": "order_shipped", "language": {"code": "pt_BR"}, "components": body});
    let (status, _) = send(&mut bench, "template", template);
    assert_eq!(status, 200);
    bench.posted();
    assert!(words(bench.last()).starts_with("Oi Camila, seu pedido AC-1"));
    assert_eq!(press(&mut bench)["button"]["payload"], "Rastrear");
    let missing = json!({"name": "order_shipped", "language": {"code": "pt_BR"}});
    let (_, wrong) = send(&mut bench, "template", missing);
    assert_eq!(wrong["error"]["code"], 132_000);
    let unknown = json!({"name": "nothing", "language": {"code": "pt_BR"}});
    assert_eq!(
        send(&mut bench, "template", unknown).1["error"]["code"],
        132_001
    );
}

#[test]
fn templates_are_reviewed_before_they_can_be_sent() {
    let mut bench = bench();
    let account = bench.account.key("businessAccountId").to_owned();
    let path = format!("v25.0/{account}/message_templates");
    let draft = |name: &str, text: &str| {
        json!({"name": name, "language": "en", "category": "UTILITY",
            "components": [{"type": "BODY", "text": text}]})
    };
    let (_, made) = bench.ask(Method::Post, &path, &draft("thanks", "Thank you."));
    assert_eq!(made["status"], "PENDING");
    let thanks = json!({"name": "thanks", "language": {"code": "en"}});
    assert_eq!(
        send(&mut bench, "template", thanks.clone()).1["error"]["code"],
        132_001
    );
    let posted = bench.posted();
    assert_eq!(
        posted[0]["entry"][0]["changes"][0]["value"]["event"],
        "APPROVED"
    );
    assert_eq!(send(&mut bench, "template", thanks).0, 200);
    for (body, subcode) in [
        (draft("thanks", "Again."), 2_388_024),
        (draft("Upper", "x"), 2_388_040),
        (draft("ends", "Order {{1}}"), 2_388_299),
    ] {
        let (_, wrong) = bench.ask(Method::Post, &path, &body);
        assert_eq!(wrong["error"]["error_subcode"], subcode, "{body}");
    }
    let (_, list) = bench.ask(Method::Get, &format!("{path}?limit=2"), &Value::Null);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert!(list["paging"]["next"].is_string());
    let (_, gone) = bench.ask(Method::Delete, &format!("{path}?name=thanks"), &Value::Null);
    assert_eq!(gone["success"], true);
}

#[test]
fn a_template_that_customers_dislike_is_paused_and_sent_again_after_five_minutes() {
    let mut bench = bench();
    let account = bench.account.key("businessAccountId").to_owned();
    let draft = json!({"name": "pause_me", "language": "en", "category": "MARKETING",
        "components": [{"type": "BODY", "text": "Sale!"}]});
    let path = format!("v25.0/{account}/message_templates");
    let (_, made) = bench.ask(Method::Post, &path, &draft);
    let unpause = format!("v25.0/{}/unpause", made["id"].as_str().unwrap());
    let told = |posted: &[Value]| -> Vec<Value> {
        let value = |body: &Value| body["entry"][0]["changes"][0]["value"]["event"].clone();
        posted.iter().map(value).collect()
    };
    assert_eq!(told(&bench.posted()), ["APPROVED", "PAUSED"]);
    let sale = json!({"name": "pause_me", "language": {"code": "en"}});
    let (_, paused) = send(&mut bench, "template", sale.clone());
    assert_eq!(paused["error"]["code"], 132_015);
    let (early, _) = bench.ask(Method::Post, &unpause, &Value::Null);
    bench.now = bench.now.plus(Duration::from_secs(5 * 60));
    let (status, done) = bench.ask(Method::Post, &unpause, &Value::Null);
    assert_eq!((early, status, &done["success"]), (400, 200, &json!(true)));
    assert_eq!(told(&bench.posted()), ["APPROVED"]);
    assert_eq!(send(&mut bench, "template", sale).0, 200);
    let (twice, _) = bench.ask(Method::Post, &unpause, &Value::Null);
    assert_eq!(twice, 400, "it is not paused any more");
}

#[test]
fn what_customers_do_is_told_as_the_vendor_tells_it() {
    let mut bench = bench();
    bench.say("one");
    let mine = bench.last().id.clone();
    send(&mut bench, "text", json!({"body": "two"}));
    bench.posted();
    let theirs = bench.last().id.clone();
    let acts = [
        (
            Act::React {
                bubble: theirs.clone(),
                emoji: "\u{1f44d}".to_owned(),
            },
            "reaction",
        ),
        (
            Act::Edit {
                bubble: mine.clone(),
                text: "uno".to_owned(),
            },
            "edit",
        ),
        (
            Act::Delete {
                bubble: mine.clone(),
            },
            "revoke",
        ),
        (
            Act::Strange {
                kind: "poll".to_owned(),
            },
            "unsupported",
        ),
        (
            Act::Card {
                name: "Ana".to_owned(),
                phone: "+1 555 1".to_owned(),
            },
            "contacts",
        ),
    ];
    for (act, kind) in acts {
        bench.act(act).unwrap();
        assert_eq!(heard(&bench.posted()), [kind]);
    }
    assert!(
        bench
            .act(Act::Edit {
                bubble: theirs,
                text: "no".to_owned()
            })
            .is_err()
    );
    assert!(bench.act(Act::Delete { bubble: mine }).is_err());
    bench.act(Act::Block(true)).unwrap();
    send(&mut bench, "text", json!({"body": "three"}));
    assert_eq!(code_of(&bench.posted()[0]), 131_026);
}

#[test]
fn one_person_is_not_flooded() {
    let mut bench = bench();
    bench.say("hello");
    let mut codes = Vec::new();
    for _ in 0..46 {
        bench.now = bench.now.plus(Duration::from_millis(20));
        let (_, answer) = send(&mut bench, "text", json!({"body": "hi"}));
        codes.push(answer["error"]["code"].as_i64().unwrap_or(0));
    }
    assert_eq!(codes[44..], [0, 131_056]);
    bench.now = bench.now.plus(Duration::from_secs(6));
    for expected in [Value::Null, json!(131_056)] {
        let (_, answer) = send(&mut bench, "text", json!({"body": "hi"}));
        assert_eq!(
            answer["error"]["code"], expected,
            "six seconds pay one back"
        );
    }
}

#[test]
fn a_number_out_of_service_sends_nothing_until_it_is_registered_with_its_digits() {
    let mut bench = bench();
    bench.say("hello");
    let number = bench.account.key("phoneNumberId").to_owned();
    let ask = |bench: &mut Bench, below: &str, pin: &str| {
        let body = json!({"messaging_product": "whatsapp", "pin": pin});
        bench
            .ask(Method::Post, &format!("v25.0/{number}/{below}"), &body)
            .1
    };
    assert_eq!(ask(&mut bench, "register", "123456")["success"], true);
    assert_eq!(ask(&mut bench, "deregister", "")["success"], true);
    let (_, refused) = send(&mut bench, "text", json!({"body": "hi"}));
    assert_eq!(refused["error"]["code"], 133_010);
    assert_eq!(
        ask(&mut bench, "register", "12345")["error"]["code"],
        131_009
    );
    assert_eq!(
        ask(&mut bench, "register", "654321")["error"]["code"],
        133_005
    );
    assert_eq!(ask(&mut bench, "register", "123456")["success"], true);
    assert_eq!(send(&mut bench, "text", json!({"body": "hi"})).0, 200);
}

#[test]
fn a_number_that_was_asked_for_says_so() {
    let mut bench = bench();
    bench.say("hello");
    bench.posted();
    let wish = json!({"type": "request_contact_info", "body": {"text": "May we call you?"},
        "action": {"name": "request_contact_info"}});
    assert_eq!(send(&mut bench, "interactive", wish).0, 200);
    let asked = bench.last().id.clone();
    bench.posted();
    let press = Act::Press {
        bubble: asked.clone(),
        choice: 0,
    };
    bench.act(press).unwrap();
    let told = bench.posted();
    let message = &told[0]["entry"][0]["changes"][0]["value"]["messages"][0];
    assert_eq!(message["contacts"][0]["origin"], "contact_request");
    assert_eq!(message["context"]["id"], asked);
}
