//! Messenger and Instagram through the whole server.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::vendor::Account;
use super::vendor::Vendor;
use super::vendor::answer;
use super::vendor::conversations;
use super::vendor::messages;
use super::vendor::stands;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

const PAGE: &str = "1234567890";
const CUSTOMER: &str = "6543210987654321";

fn on_a_server(test: impl AsyncFnOnce(&Server, Vendor)) {
    on_a_server_with(
        |config| config.security.allow_private_targets = true,
        async |server| {
            let vendor = Vendor::open().await;
            test(server, vendor).await;
        },
    );
}

async fn page(server: &Server, vendor: &Vendor, more: Value) -> Account {
    let mut config = json!({ "pageId": PAGE, "appId": "7" });
    config
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Account::connect(server, vendor, "facebook", config).await
}

/// The account of the page `40`, as the vendor knows it.
const PROFESSIONAL: &str = "4099";

async fn professional(server: &Server, vendor: &Vendor) -> Account {
    Account::connect(server, vendor, "instagram", json!({ "pageId": "40" })).await
}

/// Something a customer did.
fn did(server: &Server, object: &str, own: &str, what: Value) -> Value {
    let mut element = what;
    let at = server.now().as_secs() * 1_000;
    element["sender"] = json!({ "id": CUSTOMER });
    element["recipient"] = json!({ "id": own });
    element["timestamp"] = at.into();
    json!({"object":object,"entry":[{"id":own,"time":at,"messaging":[element]}]})
}

fn on_page(server: &Server, what: Value) -> Value {
    did(server, "page", PAGE, what)
}

/// Something we did, from here or elsewhere.
fn echoed(server: &Server, object: &str, own: &str, message: &Value) -> Value {
    let mut event = did(server, object, own, json!({ "message": message }));
    let element = &mut event["entry"][0]["messaging"][0];
    element["sender"] = json!({ "id": own });
    element["recipient"] = json!({ "id": CUSTOMER });
    element["message"]["is_echo"] = true.into();
    event
}

#[test]
fn a_page_is_written_to_and_answers_and_watermarks_move_everything() {
    on_a_server(async |server, vendor| {
        let ours = page(server, &vendor, json!({})).await;
        let hello = on_page(server, json!({"message":{"mid":"m_IN","text":"hello"}}));
        assert_eq!(ours.report(server, &hello).await.status, 200);
        ours.report(server, &hello).await;
        assert_eq!(messages(server).await.len(), 1);
        let first = answer(server, json!({"text":"Hi!"})).await;
        let second = answer(
            server,
            json!({"content":{"type":"buttons","text":"What next?","buttons":[
            {"type":"reply","id":"ORDERS","title":"View orders"}]}}),
        )
        .await;
        let sent = vendor.sent(2).await;
        let expected = json!({"recipient":{"id":CUSTOMER},"messaging_type":"RESPONSE",
            "message":{"text":"Hi!","metadata":first["id"]}});
        assert_eq!(sent[0], expected);
        assert_eq!(
            sent[1]["message"]["attachment"]["payload"]["template_type"],
            "button"
        );
        stands(server, &first, "sent").await;
        stands(server, &second, "sent").await;
        server.pass(Duration::from_secs(60));
        let watermark = server.now().as_secs() * 1_000;
        for (kind, state) in [("delivery", "delivered"), ("read", "read")] {
            let event = on_page(server, json!({kind:{"watermark":watermark}}));
            ours.report(server, &event).await;
            stands(server, &first, state).await;
            stands(server, &second, state).await;
        }
        // The button comes back as a choice.
        let pressed = json!({"postback":{"mid":"m_P","title":"View orders","payload":"ORDERS"}});
        ours.report(server, &on_page(server, pressed)).await;
        let heard = messages(server).await.pop().unwrap();
        assert_eq!(heard["content"]["payload"], "ORDERS");
    });
}

#[test]
fn an_echo_of_ours_is_no_second_message_and_one_from_elsewhere_is() {
    on_a_server(async |server, vendor| {
        let ours = page(server, &vendor, json!({})).await;
        ours.report(
            server,
            &on_page(server, json!({"message":{"mid":"m_IN","text":"hello"}})),
        )
        .await;
        let message = answer(server, json!({"text":"Hi!"})).await;
        stands(server, &message, "sent").await;
        let own = json!({"mid":"out.1","text":"Hi!","app_id":7,"metadata":message["id"]});
        ours.report(server, &echoed(server, "page", PAGE, &own))
            .await;
        assert_eq!(messages(server).await.len(), 2);
        let inbox = json!({"mid":"m_X","text":"From the inbox","app_id":263_902_037_430_900_u64});
        ours.report(server, &echoed(server, "page", PAGE, &inbox))
            .await;
        let shown = messages(server).await;
        assert_eq!(shown.len(), 3);
        assert_eq!(shown[2]["direction"], "outbound");
        assert_eq!(shown[2]["metadata"]["source"], "page_inbox");
        assert_eq!(conversations(server).await.len(), 1);
    });
}

#[test]
fn the_echo_of_an_album_is_the_album_and_one_from_elsewhere_is_shown_picture_by_picture() {
    on_a_server(async |server, vendor| {
        let ours = professional(server, &vendor).await;
        let hello = json!({"message":{"mid":"aWdf1","text":"hello"}});
        let hello = did(server, "instagram", PROFESSIONAL, hello);
        ours.report(server, &hello).await;
        let [cup, beans] = ["cup", "beans"].map(|name| format!("https://shop.example/{name}.jpg"));
        let album = json!({"content":{"type":"image","url":cup},"metadata":{"album":[beans]}});
        let message = answer(server, album).await;
        let sent = vendor.sent(1).await;
        assert_eq!(
            sent[0]["message"]["attachments"].as_array().unwrap().len(),
            2
        );
        stands(server, &message, "sent").await;
        let picture = |number: u8| {
            let url = format!("https://lookaside.fbsbx.com/files/{number}");
            json!({"type":"image","payload":{"url":url}})
        };
        let pictures = json!([picture(1), picture(2)]);
        for (mid, count) in [("out.1", 2), ("aWdfPhone", 4)] {
            let echo = json!({"mid":mid,"attachments":pictures});
            let echo = echoed(server, "instagram", PROFESSIONAL, &echo);
            for _ in 0..2 {
                ours.report(server, &echo).await;
                assert_eq!(messages(server).await.len(), count, "{mid}");
            }
        }
        let shown = messages(server).await;
        let from_the_phone: Vec<_> = shown[2..].iter().map(|one| &one["externalId"]).collect();
        assert_eq!(from_the_phone, ["aWdfPhone", "aWdfPhone#1"]);
        for one in &shown[2..] {
            assert_eq!(one["metadata"]["source"], "native_app");
        }
        // What is attached is seen with the message it came with.
        let read = json!({"read":{"mid":"out.1"}});
        let read = did(server, "instagram", PROFESSIONAL, read);
        ours.report(server, &read).await;
        stands(server, &message, "read").await;
    });
}

#[test]
fn after_a_day_people_may_answer_where_the_app_has_the_feature_and_programs_may_not() {
    on_a_server(async |server, vendor| {
        let ours = page(server, &vendor, json!({ "humanAgentTag": true })).await;
        ours.report(
            server,
            &on_page(server, json!({"message":{"mid":"m_IN","text":"hello"}})),
        )
        .await;
        server.pass(Duration::from_secs(30 * 3_600));
        let conversation = conversations(server).await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let to = format!("/conversations/{conversation}/messages");
        let program = server.api().post(&to, json!({"text":"Sorry"})).await;
        program.refused(422, "OUTSIDE_MESSAGE_WINDOW");
        let agent = server.agent(OWNER).await;
        let address = format!("/app/c/{conversation}/messages");
        let reply = [
            ("text", "Sorry for the wait"),
            ("mode", "reply"),
            ("clientId", "c_1"),
        ];
        agent.submit(&address, &reply).await;
        let sent = vendor.sent(1).await;
        assert_eq!(
            (&sent[0]["messaging_type"], &sent[0]["tag"]),
            (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT"))
        );
    });
}

#[test]
fn while_another_app_has_the_conversation_nothing_goes_out_until_it_is_taken_back() {
    on_a_server(async |server, vendor| {
        let ours = page(server, &vendor, json!({})).await;
        let hello = on_page(server, json!({"message":{"mid":"m_IN","text":"hello"}}));
        ours.report(server, &hello).await;
        let passed = json!({"pass_thread_control":{"new_owner_app_id":"263902037430900"}});
        ours.report(server, &on_page(server, passed.clone())).await;
        let conversation = conversations(server).await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let to = format!("/conversations/{conversation}/messages");
        let refused = server.api().post(&to, json!({"text":"Hi"})).await;
        refused.refused(422, "CONTACT_UNREACHABLE");
        let agent = server.agent(OWNER).await;
        agent
            .submit(&format!("/app/c/{conversation}/take"), &[])
            .await;
        let asked = vendor.heard(&format!("POST /{PAGE}/take_thread_control"));
        assert_eq!(asked[0].json(), json!({"recipient":{"id":CUSTOMER}}));
        answer(server, json!({"text":"Hi!"})).await;
        vendor.sent(1).await;
        // It comes back by itself too.
        ours.report(server, &on_page(server, passed)).await;
        let refused = server.api().post(&to, json!({"text":"Hi"})).await;
        refused.refused(422, "CONTACT_UNREACHABLE");
        let back = json!({"take_thread_control":{"new_owner_app_id":"7"}});
        ours.report(server, &on_page(server, back)).await;
        answer(server, json!({"text":"Here again"})).await;
        vendor.sent(2).await;
    });
}

/// The vendor tells of a message before it answers for it, and does not say whose it is.
#[test]
fn an_echo_before_the_answer_waits_for_it() {
    on_a_server(async |server, vendor| {
        let ours = professional(server, &vendor).await;
        let hello = json!({"message":{"mid":"aWdf1","text":"hello"}});
        ours.report(server, &did(server, "instagram", PROFESSIONAL, hello))
            .await;
        let held = vendor.holds();
        let message = answer(server, json!({"text":"Hi!"})).await;
        vendor.sent(1).await;
        for (mid, text) in [("out.1", "Hi!"), ("aWdfX", "From the phone")] {
            let echo = json!({"mid":mid,"text":text});
            ours.report(server, &echoed(server, "instagram", PROFESSIONAL, &echo))
                .await;
        }
        assert_eq!(
            messages(server).await.len(),
            2,
            "nobody knows yet whose they are"
        );
        held.notify_one();
        stands(server, &message, "sent").await;
        let shown = messages(server).await;
        let texts: Vec<_> = shown.iter().map(|one| one["text"].clone()).collect();
        assert_eq!(texts, ["hello", "Hi!", "From the phone"]);
    });
}

#[test]
fn one_address_serves_every_page_of_an_app() {
    on_a_server(async |server, vendor| {
        let ours = page(server, &vendor, json!({})).await;
        // The vendor knows every token as that of the first page, so the second is only made.
        let other = json!({ "pageId": "555" });
        let other = Account::make(server, &vendor, "facebook", other).await;
        let hello = json!({"message":{"mid":"m_IN","text":"hello"}});
        let mut both = did(server, "page", "555", hello.clone());
        let mine = on_page(server, hello)["entry"][0].clone();
        both["entry"].as_array_mut().unwrap().push(mine);
        assert_eq!(ours.report(server, &both).await.status, 200);
        let found = conversations(server).await;
        let mut channels: Vec<_> = found.iter().map(|one| one["channelId"].clone()).collect();
        let mut expected = vec![json!(ours.id), json!(other.id)];
        channels.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(channels, expected);
    });
}

#[test]
fn a_professional_account_is_written_to_and_answers_and_is_read_by_message() {
    on_a_server(async |server, vendor| {
        let ours = professional(server, &vendor).await;
        let channel = server
            .api()
            .get(&format!("/channels/{}", ours.id))
            .await
            .ok();
        assert_eq!(channel["config"]["instagramId"], PROFESSIONAL);
        let on = |what: Value| did(server, "instagram", PROFESSIONAL, what);
        ours.report(
            server,
            &on(json!({"message":{"mid":"aWdf1","text":"Love this!",
            "reply_to":{"story":{"url":"https://lookaside.fbsbx.com/x","id":"178"}}}})),
        )
        .await;
        assert_eq!(messages(server).await[0]["content"]["type"], "storyReply");
        let message = answer(server, json!({"text":"Thanks!"})).await;
        let sent = vendor.sent(1).await;
        assert_eq!(
            sent[0],
            json!({"recipient":{"id":CUSTOMER},"message":{"text":"Thanks!"}})
        );
        assert!(!vendor.heard("POST /40/messages").is_empty());
        stands(server, &message, "sent").await;
        let own = json!({"mid":"out.1","text":"Thanks!"});
        ours.report(server, &echoed(server, "instagram", PROFESSIONAL, &own))
            .await;
        assert_eq!(messages(server).await.len(), 2);
        ours.report(server, &on(json!({"read":{"mid":"out.1"}})))
            .await;
        stands(server, &message, "read").await;
        // What is taken back is not there any more.
        ours.report(
            server,
            &on(json!({"message":{"mid":"aWdf1","is_deleted":true}})),
        )
        .await;
        let shown = messages(server).await;
        assert!(!shown[0].to_string().contains("Love this!"), "{}", shown[0]);
    });
}

/// The page of an Instagram account reports for Messenger too: who leaves first takes nothing away.
#[test]
fn a_page_stops_reporting_when_its_last_channel_leaves() {
    on_a_server(async |server, vendor| {
        let messenger = page(server, &vendor, json!({})).await;
        let config = json!({ "pageId": PAGE });
        let instagram = Account::connect(server, &vendor, "instagram", config).await;
        let ended = || {
            vendor
                .heard(&format!("DELETE /{PAGE}/subscribed_apps"))
                .len()
        };
        for (account, expected) in [(&messenger, 0), (&instagram, 1)] {
            let path = format!("/channels/{}/disconnect", account.id);
            server.api().post(&path, json!({})).await.ok();
            assert_eq!(ended(), expected);
        }
    });
}

/// An hour in which we could not be reached ends what a page reports: it is asked for again daily.
#[test]
fn a_page_is_subscribed_to_again_every_day() {
    on_a_server(async |server, vendor| {
        page(server, &vendor, json!({})).await;
        let subscribed = || vendor.heard(&format!("POST /{PAGE}/subscribed_apps")).len();
        assert_eq!(subscribed(), 1);
        eventually("it is subscribed to again", async || {
            server.pass(Duration::from_secs(3_600));
            (subscribed() > 1).then_some(())
        })
        .await;
    });
}

#[test]
fn a_file_the_vendor_could_not_fetch_is_handed_over_once() {
    on_a_server(async |server, vendor| {
        let ours = page(server, &vendor, json!({})).await;
        let hello = on_page(server, json!({"message":{"mid":"m_IN","text":"hello"}}));
        ours.report(server, &hello).await;
        let not_fetched = json!({"message":"Failed to fetch","code":100,"error_subcode":2_018_008});
        vendor.refuses(400, not_fetched.clone());
        let url = format!("{}/files/cup.png", vendor.url);
        let picture = json!({"content":{"type":"image","url":url}});
        let message = answer(server, picture.clone()).await;
        stands(server, &message, "sent").await;
        let sent = vendor.sent(2).await;
        let attachment = |payload: Value| json!({"type":"image","payload":payload});
        assert_eq!(
            sent[0]["message"]["attachment"],
            attachment(json!({"url":url}))
        );
        let handed_over = attachment(json!({"attachment_id":"attached"}));
        assert_eq!(sent[1]["message"]["attachment"], handed_over);
        // It is tried so once.
        for _ in 0..2 {
            vendor.refuses(400, not_fetched.clone());
        }
        let message = answer(server, picture).await;
        stands(server, &message, "failed").await;
        assert_eq!(vendor.messages().len(), 4);
    });
}

#[test]
fn an_account_that_cannot_show_typing_is_not_asked_again_until_it_is_connected_anew() {
    on_a_server(async |server, vendor| {
        let ours = professional(server, &vendor).await;
        vendor.shows_nothing();
        let hello = json!({"message":{"mid":"m_IN","text":"hello"}});
        ours.report(server, &did(server, "instagram", PROFESSIONAL, hello))
            .await;
        let talk = conversations(server).await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let agent = server.agent(OWNER).await;
        let types = async || {
            server.pass(Duration::from_secs(60));
            agent.submit(&format!("/app/c/{talk}/typing"), &[]).await;
        };
        types().await;
        let asked = async |count: usize| {
            let look = async || (vendor.typed() == count).then_some(());
            eventually("the vendor is asked to show it", look).await;
        };
        asked(1).await;
        for words in ["One", "Two"] {
            types().await;
            let message = answer(server, json!({ "text": words })).await;
            stands(server, &message, "sent").await;
        }
        assert_eq!(vendor.typed(), 1);
        let connect = format!("/channels/{}/connect", ours.id);
        server.api().post(&connect, json!({})).await.ok();
        types().await;
        asked(2).await;
    });
}
