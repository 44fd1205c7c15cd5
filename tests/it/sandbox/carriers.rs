//! What carriers of text messages do that nobody else does: long texts in parts, proofs that hold once,
//! and refusals in their own form.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::hook::hmac_hex;
use crate::support::server::on_a_server_with;

fn long() -> String {
    let words: Vec<String> = (1..60).map(|number| format!("word {number}")).collect();
    words.join(", ")
}

#[test]
fn a_long_text_that_comes_in_parts_is_one_message() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["vonage", "vonage-2", "twilio", "plivo", "generic"] {
            let line = Line::open(server, vendor(account)).await;
            // In any order, and more than once.
            line.break_with(&Faults {
                swapped: true,
                copies: 2,
                ..Faults::default()
            });
            line.say(&long());
            line.say("and that is all");
            let heard = line.hears(3).await;
            line.until("nothing is under way", async || {
                server.sandbox().is_quiet(account).then_some(())
            })
            .await;
            let mut words: Vec<_> = line.kept("inbound").await;
            words.sort_by_key(|kept| kept.words.len());
            let words: Vec<_> = words.into_iter().map(|kept| kept.words).collect();
            assert_eq!(
                words,
                ["hello", "and that is all", &long()],
                "{account}: {heard:?}"
            );
        }
    });
}

/// One part of a long text, signed as the carrier signs.
async fn part(line: &Line<'_>, number: u32, text: &str) -> u16 {
    let account = line.vendor.account;
    let (secret, own, key) = line.server.sandbox().look(|world| {
        let held = &world.accounts[account];
        let key = |name: &str| held.key(name).trim_start_matches('+').to_owned();
        (key("signatureSecret"), key("phoneNumber"), key("apiKey"))
    });
    let now = line.server.now().as_secs().to_string();
    let (id, number) = (format!("0A0000000000000{number}"), number.to_string());
    let mut values = BTreeMap::from([
        ("api-key", key.as_str()),
        ("concat", "true"),
        ("concat-part", number.as_str()),
        ("concat-ref", "77"),
        ("concat-total", "2"),
        ("messageId", id.as_str()),
        ("msisdn", line.customer.trim_start_matches('+')),
        ("text", text),
        ("timestamp", now.as_str()),
        ("to", own.as_str()),
        ("type", "text"),
    ]);
    let joined: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("&{name}={value}"))
        .collect();
    let proof = hmac_hex(&secret, joined.concat().as_bytes());
    values.insert("sig", proof.as_str());
    let url = line.channel["webhookUrl"].as_str().unwrap();
    let path = url.strip_prefix(line.server.url()).unwrap();
    let body = json!(values).to_string().into_bytes();
    line.server
        .anonymous()
        .send(Method::POST, path, Some(body))
        .await
        .status
}

#[test]
fn parts_that_stay_away_are_not_waited_for_and_come_by_themselves() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("vonage")).await;
        for _ in 0..2 {
            assert_eq!(part(&line, 2, "the end").await, 204);
        }
        assert_eq!(line.messages("inbound").await.len(), 1);
        server.pass(Duration::from_secs(31));
        let heard = line.hears(2).await;
        let kept = &heard[1];
        assert_eq!(
            (&kept["text"], &kept["metadata"]["incomplete"]),
            (&json!("the end"), &json!(true))
        );
        assert_eq!(part(&line, 1, "the beginning").await, 204);
        let heard = line.hears(3).await;
        assert_eq!(heard[2]["text"], "the beginning");
        // What came already is not taken in again.
        assert_eq!(part(&line, 2, "the end").await, 204);
        server.pass(Duration::from_secs(31));
        line.say("done");
        assert_eq!(line.hears(4).await.len(), 4);
    });
}

#[test]
fn a_proof_holds_for_one_webhook() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("plivo")).await;
        let (token, own) = server.sandbox().look(|world| {
            let held = &world.accounts["plivo"];
            (
                held.key("token").to_owned(),
                held.key("phoneNumber").to_owned(),
            )
        });
        let url = line.channel["webhookUrl"].as_str().unwrap();
        let path = url.strip_prefix(server.url()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap();
        mac.update(format!("{url}12345").as_bytes());
        let proof = STANDARD.encode(mac.finalize().into_bytes());
        // The body is not signed: what was copied carries another one.
        for (id, text, status) in [("1", "mine", 200), ("2", "slipped in", 403)] {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs([
                ("MessageUUID", id),
                ("From", line.customer.trim_start_matches('+')),
                ("To", own.trim_start_matches('+')),
                ("Type", "sms"),
                ("Text", text),
            ]);
            let api = server
                .anonymous()
                .of_kind("application/x-www-form-urlencoded")
                .with("x-plivo-signature-v2", &proof)
                .with("x-plivo-signature-v2-nonce", "12345");
            let body = Some(form.finish().into_bytes());
            let reply = api.send(Method::POST, path, body).await;
            assert_eq!(reply.status, status, "{text}");
        }
        line.say("and on");
        let heard = line.hears(3).await;
        let texts: Vec<_> = heard
            .iter()
            .map(|one| one["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["hello", "mine", "and on"]);
    });
}

#[test]
fn forgeries_are_refused_as_each_vendor_expects() {
    on_a_server_with(with_sandbox, async |server| {
        let body = br#"{"update_id": 1}"#.to_vec();
        for (account, status, text) in [
            ("whatsapp", 401, None),
            ("telegram-2", 401, Some("")),
            (
                "twilio",
                403,
                Some(r#"{"error":{"code":"invalid_signature"}}"#),
            ),
            (
                "vonage",
                403,
                Some(r#"{"error":{"code":"invalid_signature"}}"#),
            ),
            // Without a token it is the vendor's own mistake, which comes again.
            (
                "vonage-2",
                503,
                Some(r#"{"error":{"code":"invalid_signature"}}"#),
            ),
            (
                "plivo",
                403,
                Some(r#"{"error":{"code":"invalid_signature"}}"#),
            ),
            (
                "generic",
                403,
                Some(r#"{"error":{"code":"invalid_signature"}}"#),
            ),
        ] {
            let line = Line::connected(server, vendor(account)).await;
            let url = line.channel["webhookUrl"].as_str().unwrap();
            let path = url.strip_prefix(server.url()).unwrap();
            let reply = server
                .anonymous()
                .send(Method::POST, path, Some(body.clone()))
                .await;
            assert_eq!(reply.status, status, "{account}: {}", reply.text());
            if let Some(text) = text {
                assert_eq!(reply.text(), text, "{account}");
            }
        }
        let list = server.api().get("/conversations").await.ok();
        assert_eq!(list["total"], 0);
    });
}

#[test]
fn stop_closes_the_number_everywhere_and_start_opens_it_again() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["twilio", "vonage", "vonage-2", "plivo", "generic"] {
            let line = Line::open(server, vendor(account)).await;
            line.say("STOP");
            let to = line.customer.clone();
            let news = json!({"channelId": line.channel["id"], "to": to, "text": "News!"});
            line.until("nothing may be sent", async || {
                let reply = server.api().post("/messages", news.clone()).await;
                (reply.status == 422).then(|| reply.refused(422, "CONTACT_OPTED_OUT"))
            })
            .await;
            line.say("START");
            let again = line.until("it may again", async || {
                let reply = server.api().post("/messages", news.clone()).await;
                (reply.status < 300).then(|| reply.json())
            });
            let again = again.await;
            line.stands(&again, "delivered").await;
            assert!(
                line.shown(Side::Business).contains(&"News!".to_owned()),
                "{account}"
            );
            line.act(Act::Read);
        }
    });
}

/// The accounts of carriers.
const CARRIERS: [&str; 5] = ["twilio", "vonage", "vonage-2", "plivo", "generic"];

#[test]
fn a_number_does_not_write_to_itself_and_no_carrier_is_asked() {
    on_a_server_with(with_sandbox, async |server| {
        for account in CARRIERS {
            let line = Line::connected(server, vendor(account)).await;
            let own = server.sandbox().look(|world| {
                let held = &world.accounts[account];
                held.key("phoneNumber").to_owned()
            });
            let calls = line.wire().len();
            let body = json!({"channelId": line.channel["id"], "to": own, "text": "hello me"});
            let reply = server.api().post("/messages", body).await;
            let refused = reply.refused(400, "INVALID_RECIPIENT");
            let words = refused["message"].as_str().unwrap_or_default();
            assert!(
                words.contains("the number this channel sends from"),
                "{account}: {words}"
            );
            assert_eq!(line.wire().len(), calls, "{account}");
        }
        let people = server.api().get("/contacts").await.ok();
        assert_eq!(people["total"], 0, "and nobody was made of it");
    });
}

#[test]
fn a_carrier_that_takes_short_texts_gets_a_long_one_in_several() {
    on_a_server_with(with_sandbox, async |server| {
        let more = json!({"maxLength": 160, "rateLimitPerSecond": 50});
        let mut line = Line::with(server, vendor("generic"), &more).await;
        line.greet().await;
        for length in [160, 161] {
            let before = line.shown(Side::Business).len();
            let text = "a".repeat(length);
            let sent = line.write(&text).await;
            line.stands(&sent, "delivered").await;
            let shown = line.shown(Side::Business).split_off(before);
            assert_eq!(shown.concat(), text);
            assert_eq!(shown.len(), length.div_ceil(160), "{length}");
        }
    });
}

#[test]
fn a_number_sends_no_faster_than_its_network_lets_it() {
    on_a_server_with(with_sandbox, async |server| {
        // How many messages a second each takes; as many go out at once.
        for (account, more, rate) in [
            ("twilio", json!({}), 1),
            ("plivo", json!({}), 5),
            ("generic", json!({"rateLimitPerSecond": 3}), 3),
            ("twilio-2", json!({"rateLimitPerSecond": 100}), 100),
        ] {
            if account == "twilio-2" {
                assert_eq!(server.sandbox().open("twilio").as_deref(), Some(account));
            }
            let known = vendor(account.trim_end_matches("-2"));
            let known = Box::leak(Box::new(known.another(account)));
            let mut line = Line::with(server, known, &more).await;
            line.greet().await;
            // From before the first: on a busy machine that one may come late, and the last does not wait for it.
            let began = server.now();
            let mut sent = Vec::new();
            for number in 0..7 {
                sent.push(line.write(&format!("news {number}")).await);
            }
            for message in &sent {
                line.stands(message, "delivered").await;
            }
            let shown = line.on_phone(Side::Business);
            let span = shown[6].at.since(began);
            let at_least =
                Duration::from_secs(7_u64.saturating_sub(rate)) / u32::try_from(rate).unwrap();
            assert!(span >= at_least, "{account}: {span:?} of {at_least:?}");
        }
    });
}

#[test]
fn choices_are_numbered_however_many_there_are() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("twilio")).await;
        let rows: Vec<_> = (1..=24)
            .map(|number| json!({"id": format!("r{number}"), "title": format!("Row {number}")}))
            .collect();
        let list = json!({"type": "list", "text": "Which?", "buttonText": "Choose",
            "sections": [{"title": "All", "rows": rows}]});
        let sent = line.send(list).await.ok();
        line.stands(&sent, "delivered").await;
        assert!(line.shown(Side::Business)[0].ends_with("24. Row 24"));
        for (typed, payload) in [("20)", "r20"), ("row 24", "r24"), ("two.", "r2")] {
            let before = line.messages("inbound").await.len();
            line.say(typed);
            let heard = line.hears(before + 1).await;
            assert_eq!(heard[before]["content"]["payload"], payload, "{typed}");
        }
    });
}
