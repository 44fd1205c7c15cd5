//! What visitors say, exactly once; receipts; forms; files.

use serde_json::json;

use super::Bench;
use super::refused;
use super::words;
use crate::channels::webchat::frames;
use crate::engine::webchat::Peer;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::uploads::Label;
use crate::model::content::Button;
use crate::model::content::Buttons;
use crate::model::content::Content;
use crate::model::message::Delivery;
use crate::store::records::contacts;
use crate::store::records::conversations;

#[tokio::test]
async fn fifty_copies_of_a_message_are_one() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let send = frames::send(words("cm_1", "once")).unwrap();
    let mut copies = Vec::new();
    for _ in 0..50 {
        let (webchat, caller, send) = (bench.webchat.clone(), browser.caller.clone(), send.clone());
        copies.push(tokio::spawn(async move {
            webchat.send(&caller, send, &Peer::default()).await
        }));
    }
    let mut first = 0;
    let mut ids = Vec::new();
    for copy in copies {
        let ack = copy.await.unwrap().unwrap();
        first += usize::from(!ack.duplicate);
        ids.push((ack.message_id, ack.seq));
    }
    ids.dedup();
    assert_eq!((first, ids.len()), (1, 1));
    assert_eq!(bench.history(&browser), [(1, "once".to_owned())]);
    let other = bench.send(&browser, words("cm_1", "twice")).await;
    assert_eq!(refused(other).code, Code::IdConflict);
}

#[tokio::test]
async fn ten_first_messages_at_once_make_one_conversation_in_order() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let mut sending = Vec::new();
    for number in 0..10 {
        let send = frames::send(words(&format!("cm_{number}"), &number.to_string())).unwrap();
        let (webchat, caller) = (bench.webchat.clone(), browser.caller.clone());
        sending.push(tokio::spawn(async move {
            webchat.send(&caller, send, &Peer::default()).await.unwrap()
        }));
    }
    let mut acks = Vec::new();
    for one in sending {
        acks.push(one.await.unwrap());
    }
    let mut seqs: Vec<u64> = acks.iter().map(|ack| ack.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=10).collect::<Vec<_>>());
    assert!(
        acks.iter()
            .all(|ack| ack.conversation_id == acks[0].conversation_id)
    );
    let read = bench.context.store.snapshot().unwrap();
    let contact = bench
        .browser(&browser.token)
        .caller
        .visitor
        .contact_id
        .unwrap();
    assert_eq!(conversations::of_contact(&read, contact).unwrap().len(), 1);
    let contact = contacts::get(&read, contact).unwrap().unwrap();
    assert_eq!(contact.conversation_count, 1);
}

#[tokio::test]
async fn nobody_is_a_contact_before_the_first_word() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    assert_eq!(browser.caller.visitor.contact_id, None);
    bench.say(&browser, "cm_1", "hello").await;
    assert!(
        bench
            .browser(&browser.token)
            .caller
            .visitor
            .contact_id
            .is_some()
    );
}

#[tokio::test]
async fn answers_are_sent_when_stored_and_receipts_follow() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    let first = bench.reply(ack.conversation_id, Content::text("one")).await;
    let second = bench.reply(ack.conversation_id, Content::text("two")).await;
    assert_eq!(first.delivery, Delivery::Sent);
    let visitor = browser.caller.visitor.id;
    assert_eq!(first.external_ids, [format!("wc:{visitor}:2")]);
    let act = |body| {
        let caller = bench.browser(&browser.token).caller;
        let webchat = bench.webchat.clone();
        async move { webchat.act(&caller, body, &Peer::default()).await.unwrap() }
    };
    assert_eq!(bench.browser(&browser.token).caller.visitor.unread, 2);
    act(frames::Body::Read { seq: 2 }).await;
    act(frames::Body::Delivered { seq: 99 }).await;
    act(frames::Body::Delivered { seq: 1 }).await;
    assert_eq!(bench.message(first.id).delivery, Delivery::Read);
    assert_eq!(bench.message(second.id).delivery, Delivery::Delivered);
    assert_eq!(bench.browser(&browser.token).caller.visitor.unread, 1);
    act(frames::Body::Read { seq: 4 }).await;
    assert_eq!(bench.browser(&browser.token).caller.visitor.unread, 0);

    // Whoever answers has read; looking again is no news.
    bench.look(ack.conversation_id).await;
    let caller = bench.browser(&browser.token).caller;
    let frames = json!(bench.webchat.frames_after(&caller, 2, 9).unwrap());
    assert_eq!(frames[0]["type"], "receipt");
    assert_eq!(frames[0]["payload"], json!({ "upTo": 1, "status": "read" }));
    let state = bench.webchat.state(&caller).unwrap();
    assert_eq!(state.last_read_by_agent_seq, 1);
}

#[tokio::test]
async fn what_a_program_answered_is_delivered_until_a_person_reads_it() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    assert_eq!(bench.statuses(&browser), ["sent"]);
    bench.robot(ack.conversation_id, "one").await;
    bench.robot(ack.conversation_id, "two").await;
    let caller = bench.browser(&browser.token).caller;
    let frames = json!(bench.webchat.frames_after(&caller, 1, 9).unwrap());
    let receipts: Vec<_> = frames.as_array().unwrap().iter().collect();
    let receipts: Vec<_> = receipts
        .iter()
        .filter(|all| all["type"] == "receipt")
        .collect();
    assert_eq!(receipts.len(), 1, "{frames}");
    assert_eq!(
        receipts[0]["payload"],
        json!({ "upTo": 1, "status": "delivered" })
    );
    bench.say(&browser, "cm_2", "and now?").await;
    assert_eq!(
        bench.statuses(&browser),
        ["delivered", "sent"],
        "drawn afresh"
    );

    bench.look(ack.conversation_id).await;
    assert_eq!(bench.statuses(&browser), ["read", "read"]);
    let seen = bench.browser(&browser.token).caller.visitor.newest;
    bench.robot(ack.conversation_id, "three").await;
    let caller = bench.browser(&browser.token).caller;
    let frames = json!(bench.webchat.frames_after(&caller, seen, 9).unwrap());
    assert_eq!(
        frames.as_array().unwrap().len(),
        1,
        "no step back: {frames}"
    );
}

#[tokio::test]
async fn who_is_not_told_what_we_read_is_told_what_a_program_has() {
    let bench = Bench::new(json!({ "showReadReceipts": false })).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    bench.robot(ack.conversation_id, "one").await;
    bench.say(&browser, "cm_2", "and now?").await;
    bench.look(ack.conversation_id).await;
    assert_eq!(bench.statuses(&browser), ["delivered", "sent"]);
    let caller = bench.browser(&browser.token).caller;
    let frames = json!(bench.webchat.frames_after(&caller, 0, 99).unwrap());
    let told = frames.as_array().unwrap().iter();
    let told: Vec<_> = told
        .filter(|frame| frame["type"] == "receipt")
        .map(|frame| frame["payload"]["status"].clone())
        .collect();
    assert_eq!(told, ["delivered"], "{frames}");
}

fn offer() -> Content {
    let button = |id: &str, title: &str| Button {
        id: id.to_owned(),
        title: title.to_owned(),
        ..Button::default()
    };
    Content::Buttons(Buttons {
        text: "What now?".to_owned(),
        buttons: vec![button("refund", "Refund"), button("swap", "Exchange")],
        ..Buttons::default()
    })
}

#[tokio::test]
async fn only_what_was_offered_can_be_chosen() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let stranger = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    let asked = bench.reply(ack.conversation_id, offer()).await;
    let choose = |id: &str, payload: &str| {
        json!({ "clientMessageId": id, "content":
            { "type": "postback", "payload": payload, "title": "Lies", "sourceMessageId": asked.id } })
    };
    let wrong = bench.send(&browser, choose("cm_2", "everything")).await;
    assert_eq!(refused(wrong).code, Code::InvalidPostback);
    let foreign = bench.send(&stranger, choose("cm_2", "refund")).await;
    assert_eq!(
        refused(foreign).code,
        Code::InvalidPostback,
        "ids are no credentials"
    );
    let chosen = bench
        .send(&browser, choose("cm_3", "refund"))
        .await
        .unwrap();
    let Content::Postback(postback) = bench.message(chosen.message_id).content else {
        unreachable!("it is a choice");
    };
    assert_eq!(
        (postback.payload.as_str(), postback.title.as_str()),
        ("refund", "Refund")
    );

    bench.reply(ack.conversation_id, offer()).await;
    let typed = bench.say(&browser, "cm_4", "2.").await;
    let Content::Postback(postback) = bench.message(typed.message_id).content else {
        unreachable!("a number is a choice too");
    };
    assert_eq!(postback.payload, "swap");
    assert_eq!(postback.typed.as_deref(), Some("2."));
}

#[tokio::test]
async fn a_required_form_comes_first() {
    let form = json!({ "preChatForm": { "enabled": true, "fields":
        [{ "name": "email", "label": "Email", "type": "email", "required": true }] } });
    let bench = Bench::new(form).await;
    let browser = bench.stranger().await;
    let early = bench.send(&browser, words("cm_1", "hello")).await;
    assert_eq!(refused(early).code, Code::PrechatRequired);
    let fill = |email: &str| {
        let form = json!({ "fields": { "email": email }, "consent": true, "elapsed": 5_000 });
        serde_json::from_value(form).unwrap()
    };
    let wrong = bench.webchat.prechat(&browser.caller, fill("nobody")).await;
    assert!(refused(wrong).fields.contains_key("email"));
    bench
        .webchat
        .prechat(&browser.caller, fill("ana@example.com"))
        .await
        .unwrap();
    let ack = bench.say(&browser, "cm_1", "hello").await;
    let read = bench.context.store.snapshot().unwrap();
    let conversation = conversations::get(&read, ack.conversation_id)
        .unwrap()
        .unwrap();
    assert_eq!(conversation.metadata["prechat"]["email"], "ana@example.com");
    assert_eq!(conversation.metadata["prechat"]["consent"], true);
}

#[tokio::test]
async fn an_ended_conversation_stays_ended() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let first = bench.say(&browser, "cm_1", "hello").await;
    let caller = bench.browser(&browser.token).caller;
    let end = frames::Body::EndConversation;
    bench
        .webchat
        .act(&caller, end, &Peer::default())
        .await
        .unwrap();
    let second = bench.say(&browser, "cm_2", "something else").await;
    assert_ne!(first.conversation_id, second.conversation_id);
}

#[tokio::test]
async fn a_file_is_sent_once_and_by_its_own_session() {
    let bench = Bench::new(json!({ "fileUpload": { "maxSize": 100 } })).await;
    let browser = bench.stranger().await;
    let other = bench.stranger().await;
    let upload = |browser: &super::Browser, id: &str, bytes: &[u8]| {
        let label = Label {
            filename: "../a.txt".to_owned(),
            client_id: Some(id.to_owned()),
        };
        let chunks = [Ok::<_, String>(bytes.to_vec())];
        let (webchat, caller) = (bench.webchat.clone(), browser.caller.clone());
        async move {
            let stream = futures_util::stream::iter(chunks);
            webchat.upload(&caller, label, stream).await
        }
    };
    let cases: [(&[u8], Code); 3] = [
        (b"", Code::Validation),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            Code::UnsupportedMedia,
        ),
        (&[b'x'; 101], Code::TooLarge),
    ];
    for (number, (bytes, code)) in cases.into_iter().enumerate() {
        let id = format!("cu_bad{number}");
        assert_eq!(refused(upload(&browser, &id, bytes).await).code, code);
    }
    let kept = upload(&browser, "cu_1", b"words").await.unwrap();
    assert_eq!(upload(&browser, "cu_1", b"other").await.unwrap(), kept);
    let file = json!(kept)["fileId"].clone();
    let send = |id: &str| json!({ "clientMessageId": id, "content": { "type": "document", "fileId": file } });
    assert_eq!(
        refused(bench.send(&other, send("cm_1")).await).code,
        Code::NotFound
    );
    bench.send(&browser, send("cm_1")).await.unwrap();
    assert_eq!(
        refused(bench.send(&browser, send("cm_2")).await).code,
        Code::NotFound
    );
    assert_eq!(bench.history(&browser), [(1, "a.txt".to_owned())]);
}
