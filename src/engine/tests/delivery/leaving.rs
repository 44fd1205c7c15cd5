//! What waits to go out while its conversation, its person or its time goes.

use super::House;
use crate::engine::inbox::change::Edit;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::engine::workers::retention;
use crate::model::actor::Actor;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::model::ids::UserId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::jobs;
use crate::store::records::outbox;
use crate::store::records::read_marks;
use crate::store::records::read_marks::ReadMark;

fn conversation(house: &House, message: &Message) -> Option<Conversation> {
    let read = house.context.store.snapshot().unwrap();
    conversations::get(&read, message.conversation_id).unwrap()
}

fn contact(house: &House, message: &Message) -> Option<Contact> {
    let read = house.context.store.snapshot().unwrap();
    contacts::get(&read, message.contact_id).unwrap()
}

fn waiting(house: &House) -> usize {
    let read = house.context.store.snapshot().unwrap();
    outbox::list(&read).unwrap().len()
}

/// A job about a message, due in some distant time.
async fn want(house: &House, message: &Message) {
    let now = house.context.clock.now();
    let job = Job {
        id: JobId::from_bytes([7; 16]),
        kind: JobKind::FetchFile {
            message_id: message.id,
        },
        due: now.plus(super::PATIENCE),
        attempts: 0,
        created_at: now,
    };
    house.change(move |tx| jobs::put(tx, &job)).await;
}

async fn resolve(house: &House, message: &Message) {
    let done = vec![Edit::Status(Status::Resolved)];
    let (changing, system) = (&house.engine.changing, Actor::system());
    let changed = changing.change(&system, message.conversation_id, done, None);
    changed.await.unwrap();
}

#[tokio::test]
async fn a_conversation_that_is_deleted_leaves_nothing_in_its_lane() {
    let mut house = House::with("fast").await;
    house.hear("ana", Content::text("hi")).await;
    let gone = house.send("ana", "never seen").await.unwrap();
    want(&house, &gone).await;
    let (changing, system) = (&house.engine.changing, Actor::system());
    let deleted = changing.delete(&system, gone.conversation_id);
    deleted.await.unwrap();
    assert_eq!(waiting(&house), 0);
    let read = house.context.store.snapshot().unwrap();
    assert_eq!(jobs::first(&read, 10).unwrap(), []);
    assert_eq!(contact(&house, &gone).unwrap().conversation_count, 0);

    house.hear("ana", Content::text("hi again")).await;
    let next = house.send("ana", "hello").await.unwrap();
    house.work();
    house.until_state(&next, Delivery::Sent).await;
    assert_eq!(house.vendor.texts(), ["hello"]);
    assert_eq!(contact(&house, &next).unwrap().conversation_count, 1);
    house.stop().await;
}

#[tokio::test]
async fn a_conversation_that_is_forgotten_takes_what_waits_and_all_marks_along() {
    let house = House::with("fast").await;
    let heard = house.hear("ana", Content::text("hi")).await;
    house.send("ana", "never seen").await.unwrap();
    resolve(&house, &heard).await;
    let (user, id) = (UserId::from_bytes([3; 16]), heard.conversation_id);
    house.hire(user).await;
    let mark = ReadMark {
        inbound_count: 1,
        position: 1,
    };
    house
        .change(move |tx| read_marks::put(tx, user, id, mark))
        .await;
    let days = OrganisationChanges {
        retention_days: Some(30),
        ..OrganisationChanges::default()
    };
    let organisations = &house.engine.organisations;
    organisations.update(&Actor::system(), days).await.unwrap();
    house.advance(31 * 24 * 3_600);
    retention::work(&house.context).await.unwrap();
    assert_eq!(conversation(&house, &heard), None);
    assert_eq!(waiting(&house), 0);
    assert_eq!(contact(&house, &heard).unwrap().conversation_count, 0);
    let read = house.context.store.snapshot().unwrap();
    let left = read_marks::get(&read, user, id).unwrap();
    assert_eq!(left, ReadMark::default());
}

#[tokio::test]
async fn what_waits_for_a_person_who_is_deleted_has_failed() {
    let mut house = House::with("fast").await;
    for address in ["ana", "ben"] {
        house.hear(address, Content::text("hi")).await;
    }
    let to_ana = house.send("ana", "never seen").await.unwrap();
    let to_ben = house.send("ben", "hello").await.unwrap();
    let (people, system) = (&house.engine.contacts, Actor::system());
    let erased = people.erase(&system, to_ana.contact_id);
    erased.await.unwrap();
    let found = house.message(to_ana.id);
    assert_eq!(found.delivery, Delivery::Failed);
    assert_eq!(found.error.unwrap().reason, "contact_deleted");
    house.work();
    house.until_state(&to_ben, Delivery::Sent).await;
    assert_eq!(house.vendor.texts(), ["hello"]);
    house.stop().await;
}

#[tokio::test]
async fn what_waited_until_the_window_closed_is_not_sent() {
    let mut house = House::with("fast").await;
    house.hear("ana", Content::text("hi")).await;
    let message = house.send("ana", "too late").await.unwrap();
    house.advance(24 * 3_600);
    house.work();
    house.until_state(&message, Delivery::Failed).await;
    let error = house.message(message.id).error.unwrap();
    assert_eq!(error.reason, "messaging_window_closed");
    assert_eq!(house.vendor.texts(), [""; 0]);
    house.stop().await;
}

#[tokio::test]
async fn the_window_stays_open_over_a_conversation_that_we_begin() {
    let mut house = House::with("fast").await;
    let heard = house.hear("ana", Content::text("hi")).await;
    resolve(&house, &heard).await;
    house.work();
    let ours = house.send("ana", "one more thing").await.unwrap();
    assert_ne!(ours.conversation_id, heard.conversation_id);
    house.until_state(&ours, Delivery::Sent).await;
    house.stop().await;
}
