#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use ring::signature::RsaKeyPair;
use ring::signature::UnparsedPublicKey;

use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::call::Body;
use crate::sandbox::chat;

const SEND: &str = "v2/email/outbound-emails";

fn ask(bench: &mut Bench, method: Method, path: &str, body: &Value) -> HttpReply {
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let (key, secret) = (bench.account.key("accessKeyId"), bench.account.key("token"));
    let service = if path.starts_with(S3) { S3 } else { "ses" };
    let name = if method == Method::Get { "GET" } else { "POST" };
    let whole = format!("/sandbox/api/ses/{path}");
    let headers = sigv4::tests::signed(name, &whole, service, key, secret, &bytes);
    bench.reply(&Call {
        method,
        path: path.to_owned(),
        query: String::new(),
        headers,
        body: Body::Bytes(bytes),
    })
}

fn json_of(reply: &HttpReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// The account, with its topic heard.
fn stage() -> Bench {
    let mut bench = Bench::of(Ses);
    let token = sns::token(&bench.account, &bench.account.hook.url);
    let topic = bench.account.key("topic").to_owned();
    let reply = bench.reply(&Call {
        method: Method::Get,
        path: String::new(),
        query: format!("Action=ConfirmSubscription&TopicArn={topic}&Token={token}"),
        headers: Headers::default(),
        body: Body::Bytes(Vec::new()),
    });
    assert_eq!(reply.status, 200);
    bench
}

fn mail(bench: &Bench) -> Value {
    let raw = format!(
        "From: Acme <{}>\r\nTo: {}\r\nSubject: Re: Order\r\nMessage-ID: <msg_01.a7@a.example>\r\n\
         References: <CAF1x@mail.example.com>\r\n\r\nHello\r\n",
        bench.account.key("fromEmail"),
        bench.customer()
    );
    json!({
        "FromEmailAddress": bench.account.key("fromEmail"), "ConfigurationSetName": "linktor",
        "Destination": {"ToAddresses": [bench.customer()]},
        "Content": {"Raw": {"Data": STANDARD.encode(raw)}},
        "EmailTags": [{"Name": "linktor_message_id", "Value": "msg_01"}],
    })
}

/// What an envelope says, where its proof holds.
fn proven(request: &HttpRequest) -> Option<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let pair = RsaKeyPair::from_pkcs8(include_bytes!("../keys/sns.der")).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref().to_vec());
    let proof = STANDARD
        .decode(body["Signature"].as_str().unwrap())
        .unwrap();
    key.verify(sns::to_sign(&body).as_bytes(), &proof).ok()?;
    Some(body)
}

fn told(bench: &mut Bench) -> Vec<Value> {
    let events = bench.pass(Duration::from_secs(60));
    let messages = events.iter().map(|event| {
        let body = proven(&bench.request(event)).unwrap();
        serde_json::from_str(body["Message"].as_str().unwrap()).unwrap()
    });
    messages.collect()
}

#[test]
fn a_mail_gets_another_id_and_its_story_is_told_on_the_topic() {
    let mut bench = stage();
    let body = mail(&bench);
    let reply = ask(&mut bench, Method::Post, SEND, &body);
    assert_eq!(
        reply.status,
        200,
        "{}",
        String::from_utf8_lossy(&reply.body)
    );
    let id = json_of(&reply)["MessageId"].as_str().unwrap().to_owned();
    let chat::Body::Mail(shown) = &bench.last().body else {
        unreachable!("it is a mail");
    };
    assert_eq!(shown.message_id, format!("{id}@email.amazonses.com"));
    assert_eq!(shown.references, ["CAF1x@mail.example.com"]);
    let told = told(&mut bench);
    let kinds: Vec<_> = told.iter().map(|one| &one["eventType"]).collect();
    assert_eq!(kinds, ["Send", "Delivery", "Open"]);
    for one in &told {
        assert_eq!(one["mail"]["messageId"], id.as_str());
        assert_eq!(one["mail"]["tags"]["linktor_message_id"], json!(["msg_01"]));
    }
    let mut quiet = body;
    quiet["ConfigurationSetName"] = Value::Null;
    assert_eq!(ask(&mut bench, Method::Post, SEND, &quiet).status, 200);
    assert!(
        bench.posted().is_empty(),
        "without a configuration set nothing is told"
    );
}

#[test]
fn a_topic_asks_first_and_its_proof_can_be_broken() {
    let mut bench = Bench::of(Ses);
    let body = mail(&bench);
    let url = bench.account.hook.url.clone();
    let asked = bench.work(|vendor, desk| vendor.question(desk.account, &url, "pa", desk.now));
    let asked = asked.unwrap();
    let envelope = proven(&asked).unwrap();
    assert_eq!(envelope["Type"], "SubscriptionConfirmation");
    let basic = format!("Basic {}", STANDARD.encode("linktor:pa"));
    assert_eq!(asked.headers.get("authorization"), Some(&*basic));
    ask(&mut bench, Method::Post, SEND, &body);
    let events = bench.pass(Duration::from_secs(60));
    let silent =
        bench.work(|vendor, desk| vendor.request(desk.account, &events[0], desk.now).is_none());
    assert!(silent, "nobody confirmed");
    let mut bench = stage();
    bench.account.faults.secret_changed = true;
    ask(&mut bench, Method::Post, SEND, &body);
    let events = bench.pass(Duration::from_secs(60));
    assert_eq!(proven(&bench.request(&events[0])), None);
    let certificate = bench.reply(&Call {
        method: Method::Get,
        path: "SimpleNotificationService-sandbox.pem".to_owned(),
        query: String::new(),
        headers: Headers::default(),
        body: Body::Bytes(Vec::new()),
    });
    assert!(certificate.body.starts_with(b"-----BEGIN CERTIFICATE-----"));
}

#[test]
fn what_ses_does_not_take_it_refuses_in_its_own_words() {
    let mut bench = stage();
    let good = mail(&bench);
    let many: Vec<String> = (0..51).map(|at| format!("c{at}@c.example")).collect();
    let cases = [
        (
            "FromEmailAddress",
            json!("x@other.example"),
            400,
            "MessageRejected",
        ),
        ("Destination", json!({}), 400, "BadRequestException"),
        (
            "Destination",
            json!({"ToAddresses": ["x"]}),
            400,
            "BadRequestException",
        ),
        (
            "Destination",
            json!({ "ToAddresses": many }),
            400,
            "BadRequestException",
        ),
        ("Content", json!({}), 400, "BadRequestException"),
        (
            "Content",
            json!({"Raw": {"Data": "?"}}),
            400,
            "BadRequestException",
        ),
        (
            "ConfigurationSetName",
            json!("other"),
            404,
            "NotFoundException",
        ),
        (
            "EmailTags",
            json!([{"Name": "a b", "Value": "c"}]),
            400,
            "BadRequestException",
        ),
    ];
    for (name, value, status, kind) in cases {
        let mut body = good.clone();
        body[name] = value;
        let reply = ask(&mut bench, Method::Post, SEND, &body);
        let found = (reply.status, reply.headers.get("x-amzn-errortype").unwrap());
        assert_eq!(found, (status, kind), "{name}");
        assert!(json_of(&reply)["message"].is_string());
    }
    bench.account.keys.insert("token", "other".to_owned());
    let secret = bench.account.key("token").to_owned();
    bench.account.keys.insert("token", "another".to_owned());
    let (key, path) = (
        bench.account.key("accessKeyId"),
        "/sandbox/api/ses/v2/email/account",
    );
    let call = Call {
        method: Method::Get,
        path: "v2/email/account".to_owned(),
        query: String::new(),
        headers: sigv4::tests::signed("GET", path, "ses", key, &secret, b""),
        body: Body::Bytes(Vec::new()),
    };
    let reply = bench.reply(&call);
    assert_eq!(
        reply.headers.get("x-amzn-errortype"),
        Some("SignatureDoesNotMatch")
    );
    bench
        .account
        .keys
        .insert("accessKeyId", "AKIAOTHER".to_owned());
    let reply = bench.reply(&call);
    assert_eq!(
        reply.headers.get("x-amzn-errortype"),
        Some("UnrecognizedClientException")
    );
}

#[test]
fn bounces_say_whether_they_are_for_good() {
    let mut bench = stage();
    let mut body = mail(&bench);
    for (to, kind, below) in [
        ("bounce@simulator.amazonses.com", "Permanent", "General"),
        ("full@a.example", "Transient", "MailboxFull"),
        (
            "suppressionlist@simulator.amazonses.com",
            "Permanent",
            "OnAccountSuppressionList",
        ),
    ] {
        body["Destination"] = json!({"ToAddresses": [to]});
        ask(&mut bench, Method::Post, SEND, &body);
        let told = told(&mut bench);
        assert_eq!(told[1]["bounce"]["bounceType"], kind);
        assert_eq!(told[1]["bounce"]["bounceSubType"], below);
    }
    body["Destination"] = json!({"ToAddresses": ["complaint@simulator.amazonses.com"]});
    ask(&mut bench, Method::Post, SEND, &body);
    let kinds: Vec<_> = told(&mut bench)
        .iter()
        .map(|one| one["eventType"].clone())
        .collect();
    assert!(kinds.contains(&json!("Complaint")), "{kinds:?}");
}

#[test]
fn mail_to_the_business_fits_the_topic_or_lies_in_the_bucket() {
    let mut bench = stage();
    bench.say("Hello there");
    let small = told(&mut bench).remove(0);
    assert_eq!(small["receipt"]["action"]["type"], "SNS");
    let raw = STANDARD.decode(small["content"].as_str().unwrap()).unwrap();
    assert!(String::from_utf8(raw).unwrap().contains("Hello there"));
    bench.say(&"x".repeat(200 * 1024));
    let large = told(&mut bench).remove(0);
    let action = &large["receipt"]["action"];
    assert_eq!(
        (&action["type"], &action["bucketName"]),
        (&json!("S3"), &json!(BUCKET))
    );
    let path = format!("{S3}/{BUCKET}/{}", action["objectKey"].as_str().unwrap());
    let reply = ask(&mut bench, Method::Get, &path, &Value::Null);
    assert_eq!(reply.status, 200);
    assert!(reply.body.len() > 200 * 1024);
    let missing = ask(
        &mut bench,
        Method::Get,
        &format!("{S3}/{BUCKET}/none"),
        &Value::Null,
    );
    assert_eq!(missing.status, 404);
    assert!(String::from_utf8_lossy(&missing.body).contains("NoSuchKey"));
}
