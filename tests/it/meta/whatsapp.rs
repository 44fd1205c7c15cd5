//! WhatsApp through the whole server: a customer writes, we answer, what becomes of it is told, and
//! the vendor's rules hold.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use super::vendor::Account;
use super::vendor::PICTURE;
use super::vendor::Vendor;
use super::vendor::answer;
use super::vendor::conversations;
use super::vendor::messages;
use super::vendor::stands;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

const NUMBER: &str = "106540352242922";

fn on_a_server(test: impl AsyncFnOnce(&Server, Vendor)) {
    on_a_server_with(
        |config| config.security.allow_private_targets = true,
        async |server| {
            let vendor = Vendor::open().await;
            test(server, vendor).await;
        },
    );
}

async fn number(server: &Server, vendor: &Vendor) -> Account {
    let config = json!({ "phoneNumberId": NUMBER });
    Account::connect(server, vendor, "whatsapp", config).await
}

/// A change of a number.
fn change(number: &str, value: Value) -> Value {
    let mut value = value;
    value["metadata"] = json!({"display_phone_number":"15550783881","phone_number_id":number});
    json!({"object":"whatsapp_business_account","entry":[{"id":"102","changes":[{"field":"messages","value":value}]}]})
}

/// A message of Sheena's, at the server's present.
fn said(server: &Server, id: &str, message: Value) -> Value {
    said_to(server, NUMBER, id, message)
}

fn said_to(server: &Server, number: &str, id: &str, message: Value) -> Value {
    let mut message = message;
    message["from"] = "16505551234".into();
    message["id"] = id.into();
    message["timestamp"] = server.now().as_secs().to_string().into();
    let contacts = json!([{"profile":{"name":"Sheena Nelson"},"wa_id":"16505551234"}]);
    change(number, json!({"contacts":contacts,"messages":[message]}))
}

fn text(words: &str) -> Value {
    json!({"type":"text","text":{"body":words}})
}

fn status(server: &Server, id: &str, state: &str) -> Value {
    let at = server.now().as_secs().to_string();
    change(
        NUMBER,
        json!({"statuses":[{"id":id,"status":state,"timestamp":at,"recipient_id":"16505551234"}]}),
    )
}

#[test]
fn a_customer_writes_and_is_answered_and_receipts_move() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        let hello = said(server, "wamid.IN", text("Does it come in blue?"));
        assert_eq!(ours.report(server, &hello).await.status, 200);
        // The vendor repeats itself.
        assert_eq!(ours.report(server, &hello).await.status, 200);
        let heard = messages(server).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["text"], "Does it come in blue?");
        assert_eq!(
            conversations(server).await[0]["contact"]["name"],
            "Sheena Nelson"
        );

        let body = json!({"text":"It does.","replyTo":heard[0]["id"]});
        let message = answer(server, body).await;
        let sent = vendor.sent(1).await;
        let expected = json!({"messaging_product":"whatsapp","recipient_type":"individual","to":"16505551234",
            "biz_opaque_callback_data":message["id"],"context":{"message_id":"wamid.IN"},
            "type":"text","text":{"body":"It does."}});
        assert_eq!(sent, [expected]);
        let path = format!("POST /{NUMBER}/messages");
        assert_eq!(vendor.heard(&path)[0].authorization, "Bearer EAAT");
        stands(server, &message, "sent").await;
        for (state, standing) in [
            ("delivered", "delivered"),
            ("read", "read"),
            ("sent", "read"),
        ] {
            ours.report(server, &status(server, "out.1", state)).await;
            stands(server, &message, standing).await;
        }
        assert_eq!(vendor.messages().len(), 1);
    });
}

#[test]
fn a_new_address_is_confirmed_and_what_is_not_signed_is_not_heard() {
    on_a_server(async |server, vendor| {
        let config = json!({ "phoneNumberId": NUMBER });
        let ours = Account::make(server, &vendor, "whatsapp", config).await;
        let asked = |token: &str| {
            let query =
                format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
            format!("{}?{query}", ours.address())
        };
        let api = server.anonymous();
        let known = api.send(Method::GET, &asked("tok"), None).await;
        assert_eq!((known.status, known.text().as_str()), (200, "1158201444"));
        assert_eq!(
            api.send(Method::GET, &asked("other"), None).await.status,
            403
        );

        let hello = said(server, "wamid.IN", text("hello"));
        let forged = ours
            .post(server, hello.to_string().into_bytes(), "sha256=00")
            .await;
        assert_eq!(forged.status, 401);
        assert!(conversations(server).await.is_empty());
    });
}

#[test]
fn after_a_day_only_a_template_goes() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        server.pass(Duration::from_secs(24 * 3_600));
        let conversation = conversations(server).await[0]["id"].clone();
        let to = format!("/conversations/{}/messages", conversation.as_str().unwrap());
        let late = server.api().post(&to, json!({"text":"Sorry"})).await;
        late.refused(422, "OUTSIDE_MESSAGE_WINDOW");
        let template = json!({"template":{"name":"order_confirmation","language":"pt_BR","components":[
            {"type":"body","parameters":[{"type":"text","text":"John"}]}]}});
        answer(server, template).await;
        let sent = vendor.sent(1).await;
        assert_eq!(sent[0]["type"], "template");
        assert_eq!(sent[0]["template"]["language"], json!({"code":"pt_BR"}));
        // The customer writes again, and everything goes.
        ours.report(server, &said(server, "wamid.IN2", text("back")))
            .await;
        answer(server, json!({"text":"Welcome back"})).await;
        assert_eq!(vendor.sent(2).await[1]["text"]["body"], "Welcome back");
    });
}

#[test]
fn pictures_go_both_ways() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        let picture =
            json!({"type":"image","image":{"id":"5","mime_type":"image/png","caption":"Look"}});
        ours.report(server, &said(server, "wamid.IN", picture))
            .await;
        let stored = eventually("the picture is here", async || {
            let message = messages(server).await.pop().unwrap();
            message["content"]["mediaId"].is_string().then_some(message)
        });
        let stored = stored.await;
        assert_eq!(vendor.heard("GET /5")[0].authorization, "Bearer EAAT");
        assert_eq!(vendor.heard("GET /files/5")[0].authorization, "Bearer EAAT");
        assert_eq!(stored["content"]["caption"], "Look");
        let back = json!({"content":{"type":"image","mediaId":stored["content"]["mediaId"],"caption":"Yours"}});
        answer(server, back).await;
        // What the vendor calls the file it was handed.
        let sent = vendor.sent(1).await;
        assert_eq!(sent[0]["image"], json!({"id":NUMBER,"caption":"Yours"}));
        let form = &vendor.heard(&format!("POST /{NUMBER}/media"))[0].body;
        assert!(form.windows(PICTURE.len()).any(|bytes| bytes == PICTURE));
    });
}

#[test]
fn a_refusal_that_comes_later_fails_the_message_and_says_why() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        let message = answer(server, json!({"text":"Hi"})).await;
        stands(server, &message, "sent").await;
        let mut failed = status(server, "out.1", "failed");
        failed["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = json!([{"code":131_026,
            "title":"Message undeliverable","error_data":{"details":"Not on WhatsApp."}}]);
        ours.report(server, &failed).await;
        let message = stands(server, &message, "failed").await;
        let said = json!({"reason":"undeliverable","code":"131026","subcode":null,
            "title":"Message undeliverable","message":"Not on WhatsApp.","details":"Not on WhatsApp.",
            "traceId":null,"class":"permanent","retryable":false});
        assert_eq!(message["metadata"]["error"], said);
    });
}

#[test]
fn a_refusal_is_kept_with_all_that_the_vendor_said_of_it() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        let refused = json!({"message":"(#131030) Recipient phone number not in allowed list",
            "type":"OAuthException","code":131_030,"error_subcode":2_655_007,
            "error_user_title":"Test number","error_user_msg":"Add the phone to the list first.",
            "error_data":{"messaging_product":"whatsapp","details":"Recipient is not on the list."},
            "fbtrace_id":"AAxNzNBcmg6C8m6EWJ8kaOa"});
        vendor.refuses(400, refused);
        let message = answer(server, json!({"text":"Hi"})).await;
        let message = stands(server, &message, "failed").await;
        let said = json!({"reason":"recipient_not_allowed","code":"131030","subcode":"2655007",
            "title":"Test number","message":"Add the phone to the list first.",
            "details":"Recipient is not on the list.","traceId":"AAxNzNBcmg6C8m6EWJ8kaOa",
            "class":"permanent","retryable":false});
        assert_eq!(message["metadata"]["error"], said);

        let agent = server.agent(OWNER).await;
        let thread = format!("/app/c/{}", message["conversationId"].as_str().unwrap());
        for place in [thread.as_str(), "/app/failed"] {
            let mut page = agent.open(place).await;
            if page.status == 303 {
                page = agent.open(page.header("location")).await;
            }
            let page = page.text();
            for words in [
                "Add the phone to the list first. (131030/2655007)",
                "Test number",
                "Trace id AAxNzNBcmg6C8m6EWJ8kaOa",
            ] {
                assert!(page.contains(words), "{place}: {words}\n{page}");
            }
        }
    });
}

#[test]
fn a_broken_token_stops_the_channel_and_nothing_is_lost_or_doubled() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        vendor.refuses(
            401,
            json!({"message":"Session has expired","code":190,"error_subcode":463}),
        );
        let first = answer(server, json!({"text":"one"})).await;
        let path = format!("/channels/{}", ours.id);
        let broken = eventually("the channel is in error", async || {
            let channel = server.api().get(&path).await.ok();
            (channel["status"] == "error").then_some(channel)
        });
        assert_eq!(broken.await["errorMessage"], "Session has expired");
        let second = answer(server, json!({"text":"two"})).await;
        assert_eq!(vendor.messages().len(), 1, "nothing more was tried");
        let agent = server.agent(OWNER).await;
        let waiting = agent.open("/app/failed?tab=retrying").await.text();
        for words in ["Session has expired", "once the channel is connected again"] {
            assert!(waiting.contains(words), "{waiting}");
        }
        let connect = format!("{path}/connect");
        server.api().post(&connect, json!({})).await.ok();
        stands(server, &first, "sent").await;
        stands(server, &second, "sent").await;
        let texts: Vec<_> = vendor
            .messages()
            .iter()
            .map(|sent| sent["text"]["body"].clone())
            .collect();
        assert_eq!(texts, ["one", "one", "two"]);
    });
}

/// An app has one address: what concerns another of our numbers goes there, if its secret is the
/// one that signed.
#[test]
fn one_address_serves_every_number_of_an_app() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        let other = json!({ "phoneNumberId": "222" });
        let other = Account::connect(server, &vendor, "whatsapp", other).await;
        let strange =
            json!({ "phoneNumberId": "333", "appSecret": "another secret of another app" });
        Account::connect(server, &vendor, "whatsapp", strange).await;
        for (number, id) in [("222", "wamid.A"), ("333", "wamid.B"), ("444", "wamid.C")] {
            let event = said_to(server, number, id, text("hello"));
            assert_eq!(ours.report(server, &event).await.status, 200);
        }
        let found = conversations(server).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["channelId"], other.id);
        answer(server, json!({"text":"Hi"})).await;
        vendor.sent(1).await;
        assert!(!vendor.heard("POST /222/messages").is_empty());
    });
}

/// The vendor's number of a customer may be another than the one we know, as in Brazil.
#[test]
fn a_customer_known_under_another_number_stays_in_one_conversation() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        vendor.knows_as("16505550000");
        let message = answer(server, json!({"text":"Hi"})).await;
        stands(server, &message, "sent").await;
        let from_there = || {
            let mut event = said(server, "wamid.IN2", text("thanks"));
            let value = &mut event["entry"][0]["changes"][0]["value"];
            value["messages"][0]["from"] = "16505550000".into();
            value["contacts"][0]["wa_id"] = "16505550000".into();
            event
        };
        // The alias is learnt right after the message is taken.
        let path = format!(
            "/contacts/{}",
            conversations(server).await[0]["contactId"]
                .as_str()
                .unwrap()
        );
        eventually("both numbers are known", async || {
            let contact = server.api().get(&path).await.ok();
            contact.to_string().contains("+16505550000").then_some(())
        })
        .await;
        ours.report(server, &from_there()).await;
        assert_eq!(messages(server).await.len(), 3);
    });
}

#[test]
fn what_the_phone_sent_is_shown_as_ours_and_opens_no_window() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        let mut echo = change(
            NUMBER,
            json!({"message_echoes":[{"from":"15550783881","to":"16505551234",
            "id":"wamid.ECHO","timestamp":server.now().as_secs().to_string(),"type":"text","text":{"body":"From the phone"}}]}),
        );
        echo["entry"][0]["changes"][0]["field"] = "smb_message_echoes".into();
        ours.report(server, &echo).await;
        ours.report(server, &echo).await;
        let shown = messages(server).await;
        assert_eq!(shown.len(), 1);
        assert_eq!(
            (&shown[0]["direction"], &shown[0]["status"]),
            (&json!("outbound"), &json!("sent"))
        );
        let to = format!(
            "/conversations/{}/messages",
            shown[0]["conversationId"].as_str().unwrap()
        );
        let closed = server.api().post(&to, json!({"text":"x"})).await;
        closed.refused(422, "OUTSIDE_MESSAGE_WINDOW");
    });
}

/// A template whose quality the vendor looks at first has not gone out yet.
#[test]
fn what_the_vendor_keeps_back_waits_until_it_is_reported() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        vendor.calls_them("held_for_quality_assessment");
        let template = json!({"template":{"name":"order_confirmation","language":"pt_BR"}});
        let path = |message: &Value| format!("/messages/{}", message["id"].as_str().unwrap());
        for (id, state) in [("out.1", "delivered"), ("out.2", "failed")] {
            let message = answer(server, template.clone()).await;
            let held = eventually("the vendor has it", async || {
                let found = server.api().get(&path(&message)).await.ok();
                (found["externalId"] == id).then_some(found)
            });
            let held = held.await;
            assert_eq!(held["status"], "pending", "{held}");
            let why = &held["metadata"]["messageStatus"];
            assert_eq!(why, "held_for_quality_assessment");
            let mut told = status(server, id, state);
            if state == "failed" {
                let errors = json!([{"code":132_015,"title":"Template paused"}]);
                told["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = errors;
            }
            ours.report(server, &told).await;
            stands(server, &message, state).await;
        }
        assert_eq!(vendor.messages().len(), 2, "nothing is sent twice");
    });
}

/// Some refusals of one message are news of the account or of its templates.
#[test]
fn what_a_refusal_tells_of_the_account_is_told_to_operators() {
    on_a_server(async |server, vendor| {
        let config = json!({ "phoneNumberId": NUMBER, "businessAccountId": "102" });
        let ours = Account::make(server, &vendor, "whatsapp", config).await;
        let path = format!("/channels/{}", ours.id);
        vendor.owns(NUMBER);
        let connected = server
            .api()
            .post(&format!("{path}/connect"), json!({}))
            .await;
        connected.ok();
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        let asked = || vendor.heard("GET /102/message_templates").len();
        eventually("the templates are there", async || {
            (asked() > 0).then_some(())
        })
        .await;
        let unpaid = json!({"code":131_042,"message":"Business eligibility payment issue"});
        vendor.refuses(400, unpaid);
        let message = answer(server, json!({"text":"Hi"})).await;
        stands(server, &message, "failed").await;
        let channel = server.api().get(&path).await.ok();
        assert_eq!(channel["status"], "active");
        let warned = channel["health"]["warnings"].to_string();
        assert!(warned.contains("payment issue"), "{warned}");
        // Nobody knows the template any more: the list is asked for again at once.
        let before = asked();
        vendor.refuses(
            404,
            json!({"code":132_001,"message":"Template does not exist"}),
        );
        let template = json!({"template":{"name":"gone","language":"en"}});
        let message = answer(server, template).await;
        stands(server, &message, "failed").await;
        eventually("the templates are asked for", async || {
            (asked() > before).then_some(())
        })
        .await;
    });
}

/// The vendor forgets whom it reports to; once a day it is asked whether it still does.
#[test]
fn once_a_day_the_account_is_proved_again() {
    on_a_server(async |server, vendor| {
        let config = json!({ "phoneNumberId": NUMBER, "businessAccountId": "102" });
        let ours = Account::make(server, &vendor, "whatsapp", config).await;
        vendor.owns(NUMBER);
        let connect = format!("/channels/{}/connect", ours.id);
        server.api().post(&connect, json!({})).await.ok();
        let subscribed = || vendor.heard("POST /102/subscribed_apps").len();
        assert_eq!(subscribed(), 1);
        eventually("it is asked again", async || {
            server.pass(Duration::from_secs(3_600));
            (subscribed() > 1).then_some(())
        })
        .await;
    });
}

/// A file at somebody's address that the vendor cannot fetch is fetched here and handed over, once.
#[test]
fn a_file_the_vendor_could_not_fetch_is_handed_over_once() {
    on_a_server(async |server, vendor| {
        let ours = number(server, &vendor).await;
        ours.report(server, &said(server, "wamid.IN", text("hello")))
            .await;
        let url = format!("{}/files/cup.png", vendor.url);
        let picture = json!({"content":{"type":"image","url":url,"caption":"Yours"}});
        let message = answer(server, picture).await;
        let sent = vendor.sent(1).await;
        assert_eq!(sent[0]["image"], json!({"link":url,"caption":"Yours"}));
        stands(server, &message, "sent").await;
        let failed = |id: &str| {
            let mut failed = status(server, id, "failed");
            let errors = json!([{"code":131_053,"title":"Media upload error"}]);
            failed["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = errors;
            failed
        };
        ours.report(server, &failed("out.1")).await;
        let sent = vendor.sent(2).await;
        assert_eq!(sent[1]["image"], json!({"id":NUMBER,"caption":"Yours"}));
        stands(server, &message, "sent").await;
        // The vendor repeats itself, and that is about the first try.
        ours.report(server, &failed("out.1")).await;
        stands(server, &message, "sent").await;
        ours.report(server, &failed("out.2")).await;
        stands(server, &message, "failed").await;
        assert_eq!(vendor.messages().len(), 2);
    });
}
