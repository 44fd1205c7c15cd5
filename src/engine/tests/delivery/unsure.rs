//! When nobody knows whether a vendor took a message, or it is told in an odd order.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use super::House;
use super::trouble::house;
use super::trouble::waits;
use super::vendor::Answer;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;

#[tokio::test]
async fn a_stop_between_call_and_answer_is_told_and_never_repeated_blindly() {
    let mut house = house("fast").await;
    house.vendor.answers_first(vec![Answer::Silence]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    let behind = house.send("ana", "behind").await.unwrap();
    house
        .until("it is on its way", |house| house.vendor.texts().len() == 1)
        .await;
    house.stop().await;
    house.work();
    house.until_state(&message, Delivery::Unsure).await;
    house.until_state(&behind, Delivery::Sent).await;
    assert_eq!(house.vendor.texts(), ["hello", "behind"]);
    assert_eq!(
        house.message(message.id).error.unwrap().reason,
        "interrupted"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_who_notices_repeats_is_asked_again() {
    let mut house = house("safe").await;
    house
        .vendor
        .answers_first(vec![Answer::Silence, Answer::HangUp]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house
        .until("it is on its way", |house| house.vendor.texts().len() == 1)
        .await;
    house.stop().await;
    house.work();
    waits(&house, &message).await;
    house.advance(6);
    house.until_state(&message, Delivery::Sent).await;
    let keys: Vec<_> = house
        .vendor
        .heard("/send")
        .iter()
        .map(|one| one.field("key"))
        .collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    house.stop().await;
}

#[tokio::test]
async fn an_answer_that_never_comes_leaves_the_message_unsure_until_somebody_says() {
    let mut house = house("fast").await;
    house
        .vendor
        .answers_first(vec![Answer::HangUp, Answer::HangUp, Answer::HangUp]);
    house.work();
    let texts = ["retried", "confirmed", "settled"];
    let mut unsure = Vec::new();
    for text in texts {
        let message = house.send("ana", text).await.unwrap();
        house.until_state(&message, Delivery::Unsure).await;
        unsure.push(message);
    }
    let system = Actor::system();
    let sending = &house.engine.sending;
    let among_many = sending.retry_failed(&system, unsure[0].id).await;
    let refused = among_many.unwrap_err().to_string();
    assert!(refused.contains("may have arrived"), "{refused}");
    house
        .engine
        .sending
        .retry(&system, unsure[0].id)
        .await
        .unwrap();
    house.until_state(&unsure[0], Delivery::Sent).await;
    house
        .engine
        .sending
        .confirm(&system, unsure[1].id)
        .await
        .unwrap();
    assert_eq!(house.state(&unsure[1]), Delivery::Sent);
    let receipt = Receipt {
        external_id: "v-late".to_owned(),
        state: Delivery::Delivered,
        at: None,
        error: None,
        tag: Some(unsure[2].id.to_string()),
        metadata: crate::model::Opaque::new(),
        address: None,
    };
    let events = vec![InboundEvent::Receipt(receipt)];
    house
        .engine
        .ingest
        .record(house.channel, events)
        .await
        .unwrap();
    assert_eq!(house.state(&unsure[2]), Delivery::Delivered);
    assert_eq!(
        house.vendor.texts(),
        ["retried", "confirmed", "settled", "retried"]
    );
    house.stop().await;
}

#[tokio::test]
async fn what_somebody_says_is_lost_is_not_called_taken_back() {
    let mut house = house("fast").await;
    house.vendor.answers_first(vec![Answer::HangUp]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house.until_state(&message, Delivery::Unsure).await;
    let somebody = Actor::system();
    let settled = house.engine.sending.cancel(&somebody, message.id);
    let error = settled.await.unwrap().error.unwrap();
    assert_eq!(error.reason, "not_arrived");
    house.stop().await;
}

#[tokio::test]
async fn a_receipt_may_be_quicker_than_the_answer() {
    let mut house = house("fast").await;
    let (engine, channel) = (house.engine.clone(), house.channel);
    let handle = tokio::runtime::Handle::current();
    let told = Arc::new(AtomicBool::new(false));
    let tell = told.clone();
    house.vendor.answers(move |request| {
        let id = format!("v-{}", request.field("key"));
        let receipt = Receipt {
            external_id: id.clone(),
            state: Delivery::Delivered,
            at: None,
            error: None,
            tag: None,
            metadata: crate::model::Opaque::new(),
            address: None,
        };
        let (engine, tell) = (engine.clone(), tell.clone());
        handle.spawn(async move {
            let events = vec![InboundEvent::Receipt(receipt)];
            engine.ingest.record(channel, events).await.unwrap();
            tell.store(true, Ordering::SeqCst);
        });
        Answer::taken(&id)
    });
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house.until_state(&message, Delivery::Delivered).await;
    house
        .until("the receipt came", |_| told.load(Ordering::SeqCst))
        .await;
    let found = house.message(message.id);
    assert!(found.reached(Delivery::Delivered).is_some());
    assert_eq!(found.external_ids.len(), 1);
    house.stop().await;
}

/// What a vendor reports of one of our messages.
async fn reported(house: &House, id: &str, state: Delivery) {
    let receipt = Receipt {
        external_id: id.to_owned(),
        state,
        at: None,
        error: None,
        tag: None,
        metadata: Opaque::new(),
        address: None,
    };
    let told = vec![InboundEvent::Receipt(receipt)];
    house
        .engine
        .ingest
        .record(house.channel, told)
        .await
        .unwrap();
}

/// A text that goes out as two parts.
fn in_two_parts() -> String {
    let words = ["first. ", "second. "].map(|word| word.repeat(900 / word.len()));
    words.concat()
}

#[tokio::test]
async fn a_message_of_several_parts_has_come_as_far_as_the_one_that_came_least_far() {
    use Delivery::{Delivered, Failed, Read, Sent};
    for told in [
        &[("one", Read, Sent), ("two", Delivered, Delivered)][..],
        &[("two", Delivered, Sent), ("one", Delivered, Delivered)],
        // The last was read, so all of it was.
        &[("two", Read, Read), ("one", Delivered, Read)],
        &[("one", Failed, Failed), ("two", Delivered, Failed)],
        &[("two", Failed, Failed), ("one", Read, Failed)],
        // What arrived did not fail.
        &[
            ("one", Delivered, Sent),
            ("two", Delivered, Delivered),
            ("one", Failed, Delivered),
        ],
    ] {
        let mut house = house("fast").await;
        let parts = ["one", "two"].map(Answer::taken);
        house.vendor.answers_first(parts.to_vec());
        house.work();
        let message = house.send("ana", &in_two_parts()).await.unwrap();
        house.until_state(&message, Sent).await;
        for (part, news, whole) in told {
            reported(&house, part, *news).await;
            assert_eq!(house.state(&message), *whole, "{part} of {told:?}");
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn the_parts_of_an_earlier_try_do_not_count() {
    use Delivery::{Delivered, Failed, Pending, Sent};
    let mut house = house("fast").await;
    let parts = ["one", "two", "three", "four"].map(Answer::taken);
    house.vendor.answers_first(parts.to_vec());
    house.work();
    let message = house.send("ana", &in_two_parts()).await.unwrap();
    house.until_state(&message, Sent).await;
    reported(&house, "two", Failed).await;
    let system = Actor::system();
    house
        .engine
        .sending
        .retry(&system, message.id)
        .await
        .unwrap();
    assert_eq!(house.state(&message), Pending);
    house.until_state(&message, Sent).await;
    for (part, whole) in [
        ("one", Sent),
        ("two", Sent),
        ("four", Sent),
        ("three", Delivered),
    ] {
        reported(&house, part, Delivered).await;
        assert_eq!(house.state(&message), whole, "{part}");
    }
    house.stop().await;
}

#[tokio::test]
async fn what_is_heard_of_the_first_part_waits_for_the_others_and_its_failure_spares_them() {
    for (state, meanwhile, made) in [
        (Delivery::Read, Delivery::Pending, 4),
        (Delivery::Failed, Delivery::Failed, 3),
    ] {
        let mut house = house("fast").await;
        house
            .vendor
            .answers_first(vec![Answer::taken("one"), Answer::status(503)]);
        house.work();
        let message = house.send("ana", &in_two_parts()).await.unwrap();
        waits(&house, &message).await;
        reported(&house, "one", state).await;
        assert_eq!(house.state(&message), meanwhile);
        let behind = house.send("ana", "behind").await.unwrap();
        house.advance(60);
        house.until_state(&behind, Delivery::Sent).await;
        assert_eq!(house.vendor.heard("/send").len(), made, "{state:?}");
        house.stop().await;
    }
}
