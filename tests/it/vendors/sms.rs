//! Text messages through Twilio, as Twilio would speak to us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use sha1::Sha1;

use super::PUBLIC;
use super::connected;
use super::messages;
use super::reachable;
use super::send;
use super::until;
use crate::support::reply::Reply;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Answer;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const ANA: &str = "+15552223333";

/// What Twilio answers when all is well.
#[expect(clippy::unnecessary_wraps, reason = "a script may also hang up")]
fn twilio(call: &Call) -> Answer {
    let body = match (
        call.method.as_str(),
        call.path.contains("/IncomingPhoneNumbers"),
    ) {
        ("GET", true) => json!({"incoming_phone_numbers":[{"sid":"PN1"}]}),
        ("GET", false) => json!({"status":"active"}),
        (_, true) => json!({}),
        _ => return Some((201, json!({"sid":"SM900","status":"queued"}))),
    };
    Some((200, body))
}

fn config(vendor: &Vendor, more: &Value) -> Value {
    let mut config = json!({
        "provider": "twilio",
        "accountSid": "AC00000000000000000000000000000000",
        "authToken": TOKEN,
        "phoneNumber": "+15550001111",
        "apiBaseUrl": vendor.url,
    });
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

/// Twilio calls us, signed.
async fn hook(server: &Server, channel: &Value, end: &str, pairs: &[(&str, &str)]) -> Reply {
    let address = format!("/webhooks/sms/{}{end}", channel["id"].as_str().unwrap());
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    let joined: String = sorted
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(format!("{PUBLIC}{address}{joined}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    server
        .anonymous()
        .with("x-twilio-signature", &signature)
        .send(Method::POST, &address, Some(form.finish().into_bytes()))
        .await
}

/// Ana writes.
async fn says(server: &Server, channel: &Value, id: &str, text: &str) {
    let pairs = [
        ("MessageSid", id),
        ("SmsStatus", "received"),
        ("From", ANA),
        ("To", "+15550001111"),
        ("Body", text),
        ("NumMedia", "0"),
    ];
    let reply = hook(server, channel, "", &pairs).await;
    assert_eq!(
        (reply.status, reply.bytes.len()),
        (204, 0),
        "nothing that Twilio would pass on"
    );
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

#[test]
fn a_text_comes_in_the_answer_goes_out_and_its_delivery_is_told() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(twilio).await;
        let channel = connected(server, "sms", &config(&vendor, &json!({}))).await;
        let pointed = vendor.hears("/PN1.json", 1).await.body();
        assert_eq!(
            pointed["SmsUrl"],
            format!("{PUBLIC}/webhooks/sms/{}", channel["id"].as_str().unwrap())
        );
        says(server, &channel, "SM1", "Is it in stock?").await;
        says(server, &channel, "SM1", "Is it in stock?").await;
        assert_eq!(messages(server).await.len(), 1);
        let contact = server.api().get("/contacts").await.ok()["data"][0].clone();
        assert_eq!(
            (&contact["phone"], &contact["name"]),
            (&json!(ANA), &json!(ANA))
        );

        let answer = send(server, &channel, ANA, text("Yes")).await.ok();
        until(server, &answer, "sent").await;
        let body = vendor.hears("/Messages.json", 1).await.body();
        assert_eq!((&body["To"], &body["Body"]), (&json!(ANA), &json!("Yes")));
        let status = |word: &'static str| {
            [
                ("MessageSid", "SM900"),
                ("MessageStatus", word),
                ("To", ANA),
            ]
        };
        hook(server, &channel, "/status", &status("delivered")).await;
        until(server, &answer, "delivered").await;
        hook(server, &channel, "/status", &status("sent")).await;
        until(server, &answer, "delivered").await;
    });
}

#[test]
fn what_found_a_full_queue_goes_out_once_more_and_only_once() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(twilio).await;
        let channel = connected(server, "sms", &config(&vendor, &json!({}))).await;
        says(server, &channel, "SM1", "Is it in stock?").await;
        let answer = send(server, &channel, ANA, text("Yes")).await.ok();
        until(server, &answer, "sent").await;
        let overflow = |sid: &'static str| {
            [
                ("MessageSid", sid),
                ("MessageStatus", "failed"),
                ("ErrorCode", "30001"),
                ("To", ANA),
            ]
        };
        vendor.answers(|call| {
            let is_send = call.method == "POST" && call.path.ends_with("/Messages.json");
            if is_send {
                Some((201, json!({"sid":"SM901","status":"queued"})))
            } else {
                twilio(call)
            }
        });
        hook(server, &channel, "/status", &overflow("SM900")).await;
        until(server, &answer, "pending").await;
        hook(server, &channel, "/status", &overflow("SM900")).await;
        assert_eq!(vendor.heard("/Messages.json").len(), 1, "not at once");
        server.pass(std::time::Duration::from_secs(61));
        let again = until(server, &answer, "sent").await;
        assert_eq!(again["externalId"], "SM901");
        assert_eq!(vendor.heard("/Messages.json").len(), 2);
        hook(server, &channel, "/status", &overflow("SM901")).await;
        let failed = until(server, &answer, "failed").await;
        assert_eq!(failed["metadata"]["error"]["reason"], "queue_full");
        assert_eq!(vendor.heard("/Messages.json").len(), 2);
    });
}

#[test]
fn stop_is_obeyed_before_any_vendor_hears_and_start_lifts_it() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(twilio).await;
        let more = json!({ "optOutHandling": "linktor", "optOutReply": "Bye." });
        let channel = connected(server, "sms", &config(&vendor, &more)).await;
        says(server, &channel, "SM1", "stop.").await;
        let bye = vendor.hears("/Messages.json", 1).await.body();
        assert_eq!(bye["Body"], "Bye.");
        send(server, &channel, ANA, text("News!"))
            .await
            .refused(422, "CONTACT_OPTED_OUT");
        let contact = server.api().get("/contacts").await.ok()["data"][0].clone();
        assert!(
            contact["identifiers"][0]["optedOutAt"].is_string(),
            "{contact}"
        );
        // One a second, as the carrier wants it.
        server.pass(std::time::Duration::from_secs(2));
        says(server, &channel, "SM2", "START").await;
        vendor.hears("/Messages.json", 2).await;
        server.pass(std::time::Duration::from_secs(2));
        let again = send(server, &channel, ANA, text("News!")).await.ok();
        until(server, &again, "sent").await;
        let bodies: Vec<_> = vendor
            .heard("/Messages.json")
            .iter()
            .map(|call| call.body()["Body"].clone())
            .collect();
        assert_eq!(bodies.len(), 3, "{bodies:?}");
        let contact = server.api().get("/contacts").await.ok()["data"][0].clone();
        assert!(
            contact["identifiers"][0]["optedOutAt"].is_null(),
            "{contact}"
        );
    });
}

#[test]
fn a_carrier_that_says_stop_closes_the_number_too() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(twilio).await;
        let channel = connected(server, "sms", &config(&vendor, &json!({}))).await;
        vendor.answers(|_| {
            Some((
                400,
                json!({"code":21_610,"message":"Recipient unsubscribed","status":400}),
            ))
        });
        let refused = send(server, &channel, ANA, text("News!")).await.ok();
        let failed = until(server, &refused, "failed").await;
        assert_eq!(
            failed["metadata"]["error"]["reason"], "opted_out",
            "{failed}"
        );
        send(server, &channel, ANA, text("More!"))
            .await
            .refused(422, "CONTACT_OPTED_OUT");
        assert_eq!(vendor.heard("/Messages.json").len(), 1);
    });
}

#[test]
fn anybody_with_a_number_can_be_written_to_first() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(twilio).await;
        let more = json!({ "defaultCountryCode": "1" });
        let channel = connected(server, "sms", &config(&vendor, &more)).await;
        let first = send(server, &channel, "(555) 222-3333", text("Hello"))
            .await
            .ok();
        until(server, &first, "sent").await;
        assert_eq!(vendor.hears("/Messages.json", 1).await.body()["To"], ANA);
        says(server, &channel, "SM1", "Hi").await;
        assert_eq!(
            server.api().get("/contacts").await.ok()["total"],
            1,
            "the same person answered"
        );
        send(server, &channel, "nobody", text("Hello"))
            .await
            .refused(400, "INVALID_RECIPIENT");
        let long = "\u{e1}".repeat(67 * 10 + 1);
        send(server, &channel, ANA, text(&long))
            .await
            .refused(422, "CONTENT_TOO_LONG");
        let estimate = format!(
            "/channels/{}/estimate-cost",
            channel["id"].as_str().unwrap()
        );
        let cost = server
            .api()
            .post(&estimate, json!({"text":"Ol\u{e1}"}))
            .await
            .ok();
        assert_eq!(
            cost,
            json!({"encoding":"ucs2","units":3,"segments":1,"remaining":67,"maxSegments":10})
        );
    });
}

#[test]
fn choices_are_numbered_and_a_number_that_comes_back_is_the_choice() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(twilio).await;
        let channel = connected(server, "sms", &config(&vendor, &json!({}))).await;
        says(server, &channel, "SM1", "hi").await;
        let offer = json!({"type":"buttons","text":"What now?","buttons":[
            {"type":"reply","id":"track","title":"Track"},{"type":"url","title":"Shop","url":"https://ex.com"},{"type":"reply","id":"cancel","title":"Cancel"}]});
        let asked = send(server, &channel, ANA, offer).await.ok();
        until(server, &asked, "sent").await;
        let body = vendor.hears("/Messages.json", 1).await.body();
        assert_eq!(
            body["Body"],
            "What now?\n\n1. Track\nShop: https://ex.com\n2. Cancel"
        );
        says(server, &channel, "SM2", "2)").await;
        let chosen = &messages(server).await[0];
        assert_eq!(chosen["content"]["payload"], "cancel", "{chosen}");
    });
}
