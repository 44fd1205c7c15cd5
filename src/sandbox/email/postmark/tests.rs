#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::call::Body;
use crate::sandbox::chat;

fn ask(bench: &mut Bench, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let token = bench.account.key("token").to_owned();
    let reply = bench.reply(&Call {
        method,
        path: path.to_owned(),
        query: String::new(),
        headers: Headers::default().with(TOKEN, token),
        body: Body::Bytes(if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        }),
    });
    let body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
    (reply.status, body)
}

fn mail(bench: &Bench) -> Value {
    json!({
        "From": format!("\"Acme\" <{}>", bench.account.key("fromEmail")), "To": bench.customer(),
        "Subject": "Re: Order", "TextBody": "Hello", "HtmlBody": "<p>Hello</p>",
        "MessageStream": "outbound", "Metadata": {"linktor_message_id": "msg_01"},
        "TrackOpens": true,
        "Headers": [{"Name": "Message-ID", "Value": "<msg_01.a7@a.example>"},
            {"Name": "X-PM-KeepID", "Value": "true"}],
    })
}

#[test]
fn a_mail_is_taken_delivered_and_opened() {
    let mut bench = Bench::of(Postmark);
    let body = mail(&bench);
    let (status, answer) = ask(&mut bench, Method::Post, "email", &body);
    assert_eq!((status, &answer["ErrorCode"]), (200, &json!(0)), "{answer}");
    let chat::Body::Mail(shown) = &bench.last().body else {
        unreachable!("it is a mail");
    };
    assert_eq!(shown.message_id, "msg_01.a7@a.example");
    let posted = bench.posted();
    let kinds: Vec<_> = posted.iter().map(|one| &one["RecordType"]).collect();
    assert_eq!(kinds, ["Delivery", "Open"]);
    for one in &posted {
        assert_eq!(one["MessageID"], answer["MessageID"]);
        assert_eq!(one["Metadata"]["linktor_message_id"], "msg_01");
    }
    assert!(
        posted[0]["DeliveredAt"]
            .as_str()
            .unwrap()
            .ends_with("0000Z")
    );
}

#[test]
fn what_postmark_does_not_take_it_refuses_in_its_own_words() {
    let mut bench = Bench::of(Postmark);
    let good = mail(&bench);
    let cases = [
        ("From", json!("x@other.example"), 422, 400),
        ("From", json!("nobody"), 422, 300),
        ("To", json!(""), 422, 300),
        ("To", json!("nobody"), 422, 300),
        ("MessageStream", json!("broadcasts"), 422, 1_235),
        ("Metadata", json!({"a": "b".repeat(81)}), 422, 300),
        (
            "Attachments",
            json!([{"Name": "a.exe", "Content": "", "ContentType": "x/y"}]),
            422,
            411,
        ),
        (
            "Attachments",
            json!([{"Name": "a.pdf", "Content": "?", "ContentType": "x/y"}]),
            422,
            300,
        ),
        (
            "Headers",
            json!([{"Name": "X", "Value": "a\r\nBcc: b@c.d"}]),
            422,
            300,
        ),
        ("TextBody", json!("x".repeat(5 * 1024 * 1024 + 1)), 413, 0),
    ];
    for (name, value, status, code) in cases {
        let mut body = good.clone();
        body[name] = value;
        let (found, answer) = ask(&mut bench, Method::Post, "email", &body);
        assert_eq!(
            (found, &answer["ErrorCode"]),
            (status, &json!(code)),
            "{name}: {answer}"
        );
    }
    let many: Vec<String> = (0..51).map(|at| format!("c{at}@c.example")).collect();
    let mut body = good.clone();
    body["To"] = many.join(",").into();
    assert_eq!(ask(&mut bench, Method::Post, "email", &body).0, 422);
    let mut bare = good;
    bare["TextBody"] = Value::Null;
    bare["HtmlBody"] = Value::Null;
    assert_eq!(
        ask(&mut bench, Method::Post, "email", &bare).1["ErrorCode"],
        300
    );
    bench.account.keys.insert("token", "other".to_owned());
    let stranger = Call {
        method: Method::Get,
        path: "server".to_owned(),
        query: String::new(),
        headers: Headers::default(),
        body: Body::Bytes(Vec::new()),
    };
    assert_eq!(bench.reply(&stranger).status, 401);
}

#[test]
fn a_mailbox_that_is_gone_bounces_once_and_is_inactive_from_then_on() {
    let mut bench = Bench::of(Postmark);
    let body = mail(&bench);
    bench.act(Act::Block(true)).unwrap();
    assert_eq!(ask(&mut bench, Method::Post, "email", &body).0, 200);
    let posted = bench.posted();
    assert_eq!(posted[0]["Type"], "HardBounce");
    assert_eq!(posted[0]["Inactive"], true);
    let (status, answer) = ask(&mut bench, Method::Post, "email", &body);
    assert_eq!((status, &answer["ErrorCode"]), (422, &json!(406)));
    let mut both = body.clone();
    both["Cc"] = "zoe@z.example".into();
    let (status, answer) = ask(&mut bench, Method::Post, "email", &both);
    assert_eq!(status, 200);
    assert!(
        answer["Message"]
            .as_str()
            .unwrap()
            .contains("inactive addresses")
    );
    let forgiven = json!({"Suppressions": [{"EmailAddress": bench.customer()}]});
    let path = "message-streams/outbound/suppressions/delete";
    assert_eq!(ask(&mut bench, Method::Post, path, &forgiven).0, 200);
    bench.act(Act::Block(false)).unwrap();
    assert_eq!(ask(&mut bench, Method::Post, "email", &body).0, 200);
}

#[test]
fn an_answer_reaches_the_inbound_address_with_its_hash_and_its_files() {
    let mut bench = Bench::of(Postmark);
    let mut body = mail(&bench);
    body["ReplyTo"] = format!("hello+conv-k3J9xQ2m@{}", bench.account.key("domain")).into();
    ask(&mut bench, Method::Post, "email", &body);
    bench.posted();
    let setup = json!({"InboundHookUrl": "https://linktor:pa%40ss@127.0.0.1:9/in", "RawEmailEnabled": true});
    assert_eq!(
        ask(&mut bench, Method::Put, "server", &setup).1["RawEmailEnabled"],
        true
    );
    bench
        .act(Act::Send {
            sort: chat::Sort::Image,
            file: picture(),
            caption: "Thanks".to_owned(),
            quoting: None,
        })
        .unwrap();
    let events = bench.pass(Duration::from_secs(1));
    let read: Value = serde_json::from_str(&events[0].body).unwrap();
    assert_eq!(read["MailboxHash"], "conv-k3J9xQ2m");
    assert_eq!(read["Subject"], "Re: Order");
    assert_eq!(read["StrippedTextReply"], "Thanks");
    assert_eq!(read["Attachments"][0]["Name"], "cup.png");
    assert!(read["TextBody"].as_str().unwrap().contains("> Hello"));
    let headers = read["Headers"].as_array().unwrap();
    let answered = headers
        .iter()
        .find(|one| one["Name"] == "In-Reply-To")
        .unwrap();
    assert_eq!(answered["Value"], "<msg_01.a7@a.example>");
    let raw = read["RawEmail"].as_str().unwrap();
    assert!(raw.contains("In-Reply-To: <msg_01.a7@a.example>") && !raw.contains('\r'));
    let request = bench.request(&events[0]);
    assert_eq!(request.url, "https://127.0.0.1:9/in");
    let pair = "Basic bGlua3RvcjpwYUBzcw==";
    assert_eq!(request.headers.get("authorization"), Some(pair));
}

#[test]
fn webhooks_are_posted_for_what_they_are_triggered_by() {
    let mut bench = Bench::of(Postmark);
    let hook = json!({"Url": "https://u:p@127.0.0.1:9/hook", "MessageStream": "outbound",
        "Triggers": {"SpamComplaint": {"Enabled": true}}});
    let (status, added) = ask(&mut bench, Method::Post, "webhooks", &hook);
    assert_eq!((status, &added["ID"]), (200, &json!(1)));
    let body = mail(&bench);
    ask(&mut bench, Method::Post, "email", &body);
    assert!(bench.posted().is_empty());
    let bubble = bench.last().id.clone();
    bench.act(Act::Complain { bubble }).unwrap();
    let posted = bench.posted();
    assert_eq!(posted[0]["RecordType"], "SpamComplaint");
    assert_eq!(
        ask(&mut bench, Method::Delete, "webhooks/1", &Value::Null).0,
        200
    );
    assert_eq!(
        ask(&mut bench, Method::Delete, "webhooks/1", &Value::Null).0,
        422
    );
    bench.act(Act::Marketing(true)).unwrap();
    assert_eq!(bench.posted()[0]["SuppressSending"], false);
}

#[test]
fn one_press_goes_to_the_address_the_mail_names() {
    let mut bench = Bench::of(Postmark);
    let mut body = mail(&bench);
    body["Headers"] = json!([{"Name": "List-Unsubscribe", "Value": "<https://a.example/u/t0k>"}]);
    ask(&mut bench, Method::Post, "email", &body);
    bench.posted();
    let bubble = bench.last().id.clone();
    bench.act(Act::Unsubscribe { bubble }).unwrap();
    let events = bench.pass(Duration::from_secs(1));
    let request = bench.request(&events[0]);
    assert_eq!(request.url, "https://a.example/u/t0k");
    assert_eq!(request.body, b"List-Unsubscribe=One-Click");
}
