//! Addresses that close, messages that are put otherwise, and presses that are answered.

use serde_json::Value;
use serde_json::json;

use super::House;
use super::code;
use super::vendor::Answer;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::rejection::Code;
use crate::store::records::identities;

impl House {
    async fn told(&self, events: Value) {
        let events: Vec<InboundEvent> = serde_json::from_value(events).unwrap();
        let recorded = self.engine.ingest.record(self.channel, events).await;
        recorded.unwrap();
    }

    fn closed(&self, address: &str) -> Option<Shut> {
        let read = self.context.store.snapshot().unwrap();
        let identity = identities::get(&read, self.channel, address).unwrap();
        identity.unwrap().closed.map(|closed| closed.why)
    }
}

async fn house() -> House {
    let house = House::with("fast").await;
    for address in ["ana", "ben"] {
        house.hear(address, Content::text("hi")).await;
    }
    house
}

fn consent(is_given: bool, answer: &str) -> Value {
    json!({"event":"consent","from":{"address":"ana"},"topic":"all","isGiven":is_given,"answer":answer})
}

fn reason(message: &Message) -> String {
    let error = message.error.clone();
    error.map(|error| error.reason).unwrap_or_default()
}

#[tokio::test]
async fn somebody_who_said_stop_gets_one_answer_and_nothing_more() {
    let mut house = house().await;
    let waiting = house.send("ana", "news").await.unwrap();
    house.told(json!([consent(false, "Stopped.")])).await;
    house.told(json!([consent(false, "Stopped.")])).await;
    assert_eq!(house.closed("ana"), Some(Shut::OptedOut));
    let failed = house.message(waiting.id);
    assert_eq!(
        (failed.delivery, reason(&failed).as_str()),
        (Delivery::Failed, "opted_out")
    );
    assert_eq!(code(house.send("ana", "more").await), Code::ContactOptedOut);
    let retried = house
        .engine
        .sending
        .retry(&super::Actor::system(), waiting.id)
        .await;
    assert_eq!(code(retried), Code::ContactOptedOut);
    let other = house.send("ben", "hello").await.unwrap();
    house.work();
    house.until_state(&other, Delivery::Sent).await;
    house
        .until("the one answer went out", |house| {
            house.vendor.texts().len() == 2
        })
        .await;
    house.told(json!([consent(true, "Welcome back.")])).await;
    let again = house.send("ana", "more").await.unwrap();
    house.until_state(&again, Delivery::Sent).await;
    let mut texts = house.vendor.texts();
    texts.sort();
    assert_eq!(texts, ["Stopped.", "Welcome back.", "hello", "more"]);
    house.stop().await;
}

#[tokio::test]
async fn a_question_that_a_machine_answers_is_answered_once_whatever_was_forbidden() {
    let mut house = house().await;
    let answer =
        json!({"event":"answer","to":{"address":"ana"},"text":"Call us.","externalId":"m1"});
    let asked = json!({"event":"message","externalId":"m1","from":{"address":"ana"},"to":"us",
        "content":{"type":"text","text":"help"}});
    house
        .told(json!([asked, consent(false, ""), answer, answer]))
        .await;
    house.told(json!([asked, answer])).await;
    house.work();
    house
        .until("it was answered", |house| !house.vendor.texts().is_empty())
        .await;
    let other = house.send("ben", "after it").await.unwrap();
    house.until_state(&other, Delivery::Sent).await;
    assert_eq!(house.vendor.texts(), ["Call us.", "after it"]);
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_who_says_the_person_shut_us_out_closes_the_address() {
    let mut house = house().await;
    house.vendor.answers_first(vec![Answer::status(403)]);
    let first = house.send("ana", "one").await.unwrap();
    let second = house.send("ana", "two").await.unwrap();
    house.work();
    house.until_state(&first, Delivery::Failed).await;
    house.until_state(&second, Delivery::Failed).await;
    assert_eq!(house.closed("ana"), Some(Shut::Unreachable));
    assert_eq!(reason(&house.message(second.id)), "unreachable");
    assert_eq!(
        code(house.send("ana", "three").await),
        Code::ContactUnreachable
    );
    assert_eq!(house.vendor.texts(), ["one"]);
    let access =
        |is_open: bool| json!([{"event":"access","from":{"address":"ana"},"isOpen":is_open}]);
    house.told(access(true)).await;
    let again = house.send("ana", "three").await.unwrap();
    house.until_state(&again, Delivery::Sent).await;
    house.told(access(false)).await;
    assert_eq!(
        code(house.send("ana", "four").await),
        Code::ContactUnreachable
    );
    house.stop().await;
}

#[tokio::test]
async fn being_let_in_is_no_consent() {
    let house = house().await;
    house.told(json!([consent(false, "")])).await;
    let access =
        |is_open: bool| json!({"event":"access","from":{"address":"ana"},"isOpen":is_open});
    house.told(json!([access(false), access(true)])).await;
    assert_eq!(house.closed("ana"), Some(Shut::OptedOut));
    house
        .told(json!([{"event":"access","from":{"address":"nobody"},"isOpen":false}]))
        .await;
}

#[tokio::test]
async fn a_message_is_put_otherwise_once_and_at_once() {
    let mut house = house().await;
    house.vendor.answers_first(vec![Answer::status(409)]);
    let message = house.send("ana", "one").await.unwrap();
    house.work();
    house.until_state(&message, Delivery::Sent).await;
    let tries = house.vendor.heard("/send");
    let handles: Vec<_> = tries
        .iter()
        .map(|request| request.field("handle"))
        .collect();
    assert_eq!(handles, ["", "plain"]);
    assert!(house.message(message.id).attempts.is_empty());
    house
        .vendor
        .answers_first(vec![Answer::status(409), Answer::status(409)]);
    let stubborn = house.send("ana", "two").await.unwrap();
    house.until_state(&stubborn, Delivery::Failed).await;
    house.stop().await;
}

#[tokio::test]
async fn a_press_is_told_to_the_vendor_and_means_what_was_offered() {
    let mut house = house().await;
    house.work();
    let long = "x".repeat(80);
    let offer: Content = serde_json::from_value(json!({"type":"buttons","text":"Well?","buttons":[
        {"type":"reply","id":"yes","title":"Yes"},{"type":"reply","id":long,"title":"No"}]}))
    .unwrap();
    let asked = house.send_content("ana", offer).await.unwrap();
    house.until_state(&asked, Delivery::Sent).await;
    let under = house.message(asked.id).external_id().unwrap().to_owned();
    let key = crate::channels::short_key::fitting(&long, 64);
    house
        .told(json!([{"event":"message","externalId":"cb:1","from":{"address":"ana"},"to":"us","replyTo":under,
            "content":{"type":"postback","payload":key,"title":""},"metadata":{"press":"1"}}]))
        .await;
    house
        .until("the vendor heard of the press", |house| {
            !house.vendor.heard("/pressed").is_empty()
        })
        .await;
    let heard = house.vendor.heard("/pressed");
    assert_eq!(
        (heard[0].field("press"), heard[0].field("under")),
        ("1".to_owned(), under)
    );
    let read = house.context.store.snapshot().unwrap();
    let contact = identities::get(&read, house.channel, "ana")
        .unwrap()
        .unwrap()
        .contact_id;
    let conversation = crate::store::records::conversations::latest(&read, contact, house.channel);
    let id = conversation.unwrap().unwrap().id;
    let order = crate::store::Direction::Backward;
    let newest = crate::store::records::messages::near(&read, id, None, order, 1).unwrap();
    let Content::Postback(postback) = &newest[0].content else {
        unreachable!("it is a press");
    };
    assert_eq!(
        (postback.payload.as_str(), postback.title.as_str()),
        (long.as_str(), "No")
    );
    house.stop().await;
}
