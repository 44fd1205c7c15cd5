//! What did not go out, and what becomes of it.

use super::House;
use super::vendor::Answer;
use crate::engine::inbox::failing::Which;
use crate::model::actor::Actor;
use crate::model::content::Content;
use crate::model::ids::Id as _;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::permission::Role;
use crate::store::records::conversations;

fn agent(number: u8) -> Actor {
    Actor::user(UserId::from_bytes([number; 16]), Role::Agent, "Ana")
}

fn lead() -> Actor {
    Actor::user(UserId::from_bytes([9; 16]), Role::Supervisor, "Lead")
}

fn listed(house: &House, actor: &Actor, which: Which) -> Vec<MessageId> {
    let found = house.engine.failing.list(actor, which, 10).unwrap();
    found
        .into_iter()
        .map(|failure| failure.message.id)
        .collect()
}

/// A message the vendor refused for good.
async fn refused(house: &mut House) -> Message {
    house.hear("ana", Content::text("hi")).await;
    house.vendor.answers_first(vec![Answer::status(400)]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house
        .until("it fails", |house| {
            house.state(&message) == Delivery::Failed
        })
        .await;
    message
}

#[tokio::test]
async fn what_failed_waits_for_who_answers_there_and_for_who_leads() {
    let mut house = House::with("fast").await;
    let message = refused(&mut house).await;
    let (ana, ben) = (agent(1), agent(2));
    let (conversation, assignee) = (message.conversation_id, ana.user_id());
    let store = &house.context.store;
    let given = store.write("giving a conversation", move |tx| {
        let mut held = conversations::get(tx, conversation)?.unwrap();
        held.assignee = assignee;
        conversations::put(tx, &held)
    });
    given.await.unwrap();
    for (actor, expected) in [(&ana, 1), (&lead(), 1), (&ben, 0)] {
        assert_eq!(house.engine.failing.count(actor).unwrap(), expected);
        assert_eq!(listed(&house, actor, Which::Waiting).len() as u64, expected);
    }
}

#[tokio::test]
async fn what_is_handled_is_put_aside_until_it_is_tried_again() {
    let mut house = House::with("fast").await;
    let message = refused(&mut house).await;
    let lead = lead();
    house
        .engine
        .failing
        .discard(&lead, message.id)
        .await
        .unwrap();
    assert_eq!(house.engine.failing.count(&lead).unwrap(), 0);
    assert_eq!(listed(&house, &lead, Which::Handled), [message.id]);
    assert_eq!(house.state(&message), Delivery::Failed, "it did fail");

    house.engine.sending.retry(&lead, message.id).await.unwrap();
    house
        .until("it goes out", |house| {
            house.state(&message) == Delivery::Sent
        })
        .await;
    assert_eq!(listed(&house, &lead, Which::Handled), []);
    assert!(
        house
            .engine
            .failing
            .discard(&lead, message.id)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_is_tried_again_by_itself_stands_apart() {
    let mut house = House::with("fast").await;
    house.hear("ana", Content::text("hi")).await;
    house.vendor.answers_first(vec![Answer::status(503)]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house
        .until("it waits for its next try", |house| {
            !listed(house, &lead(), Which::Retrying).is_empty()
        })
        .await;
    assert_eq!(listed(&house, &lead(), Which::Retrying), [message.id]);
    assert_eq!(house.engine.failing.count(&lead()).unwrap(), 0);
}
