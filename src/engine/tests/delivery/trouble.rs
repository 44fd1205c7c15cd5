//! What happens when something breaks: the vendor, the account, the channel's code, or we.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use super::House;
use super::vendor::Answer;
use super::vendor::takes;
use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::engine::context::secret_place;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::store::log;
use crate::store::records::channels;
use crate::store::records::quarantine;
use crate::store::records::quarantine::Quarantined;

pub(super) async fn house(kind: &str) -> House {
    let house = House::with(kind).await;
    for address in ["ana", "ben"] {
        house.hear(address, Content::text("hi")).await;
    }
    house
}

/// The public names of what happened, in order.
fn happened(house: &House) -> Vec<String> {
    let read = house.context.store.snapshot().unwrap();
    let log::Entries::Next(entries) = log::read_after(&read, 0, 10_000).unwrap() else {
        unreachable!("nothing is forgotten in a test");
    };
    let names = entries.iter().flat_map(|entry| entry.event.names());
    names.map(str::to_owned).collect()
}

pub(super) async fn waits(house: &House, message: &Message) {
    house
        .until("it waits for its next try", |house| {
            house.message(message.id).error.is_some()
        })
        .await;
}

#[tokio::test]
async fn a_vendor_that_is_down_is_tried_again_with_growing_pauses() {
    let mut house = house("fast").await;
    house
        .vendor
        .answers_first(vec![Answer::status(503), Answer::status(500)]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    waits(&house, &message).await;
    assert_eq!(house.state(&message), Delivery::Pending);
    house.advance(6);
    house
        .until("the second try failed", |house| {
            house.message(message.id).attempts.len() == 2
        })
        .await;
    let tries = house.message(message.id).attempts;
    let pause = |index: usize| {
        tries[index]
            .next_at
            .unwrap()
            .since(tries[index].at)
            .as_secs()
    };
    assert!((4..=6).contains(&pause(0)), "{tries:?}");
    assert!((24..=36).contains(&pause(1)), "{tries:?}");
    house.advance(36);
    house.until_state(&message, Delivery::Sent).await;
    let sent = house.message(message.id);
    assert_eq!((sent.error, sent.external_ids.len()), (None, 1));
    assert!(happened(&house).contains(&"message.sent".to_owned()));
    house.stop().await;
}

#[tokio::test]
async fn what_fails_for_good_is_tried_again_by_hand_as_the_same_message() {
    let mut house = house("fast").await;
    house.vendor.answers_first(vec![Answer::status(400)]);
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    let behind = house.send("ana", "behind").await.unwrap();
    house.until_state(&message, Delivery::Failed).await;
    house.until_state(&behind, Delivery::Sent).await;
    let failed = house.message(message.id);
    assert_eq!(failed.error.unwrap().vendor_code.as_deref(), Some("400"));
    assert!(happened(&house).contains(&"message.failed".to_owned()));
    let again = house
        .engine
        .sending
        .retry(&Actor::system(), message.id)
        .await
        .unwrap();
    assert_eq!(again.delivery, Delivery::Pending);
    house.until_state(&message, Delivery::Sent).await;
    assert_eq!(house.vendor.texts(), ["hello", "behind", "hello"]);
    house.stop().await;
}

#[tokio::test]
async fn a_message_is_given_up_after_a_day() {
    let mut house = house("fast").await;
    house.vendor.answers(|_| Answer::status(503));
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house
        .until("it failed", |house| {
            let found = house.message(message.id);
            let due = found.attempts.last().and_then(|attempt| attempt.next_at);
            let now = house.context.clock.now();
            if let Some(due) = due {
                house.context.clock.advance(due.since(now));
            }
            found.delivery == Delivery::Failed
        })
        .await;
    let tries = house.message(message.id).attempts.len();
    assert!((8..=9).contains(&tries), "{tries}");
    house.stop().await;
}

#[tokio::test]
async fn days_in_the_queue_of_a_channel_that_does_not_send_do_not_count() {
    let mut house = house("safe").await;
    house.vendor.answers_first(vec![Answer::status(503)]);
    let message = house.send("ana", "hello").await.unwrap();
    house.advance(3 * 24 * 3_600);
    house.work();
    waits(&house, &message).await;
    assert_eq!(house.state(&message), Delivery::Pending);
    house.advance(6);
    house.until_state(&message, Delivery::Sent).await;
    house.stop().await;
}

#[tokio::test]
async fn an_account_that_is_refused_stops_and_comes_back_by_itself() {
    let mut house = house("fast").await;
    let broken = Arc::new(AtomicBool::new(true));
    let lock = broken.clone();
    house.vendor.answers(move |request| {
        if lock.load(Ordering::SeqCst) {
            Answer::status(401)
        } else {
            takes(request)
        }
    });
    house.work();
    let first = house.send("ana", "one").await.unwrap();
    house
        .until("the channel is in error", |house| {
            house.channel().state == ChannelState::Error
        })
        .await;
    let second = house.send("ben", "two").await.unwrap();
    house.advance(61);
    house
        .until("it was looked at", |house| {
            !house.vendor.heard("/me").is_empty()
        })
        .await;
    assert_eq!(
        house.channel().error.as_deref(),
        Some("The probe's vendor said no.")
    );
    assert_eq!(house.vendor.texts(), ["one"], "nothing goes out meanwhile");
    broken.store(false, Ordering::SeqCst);
    house
        .until("it works again", |house| {
            house.advance(1);
            house.channel().state == ChannelState::Active
        })
        .await;
    house.until_state(&first, Delivery::Sent).await;
    house.until_state(&second, Delivery::Sent).await;
    let channel = house.channel();
    assert_eq!(channel.error, None);
    assert_eq!(
        channel.settings["known"], true,
        "what the vendor told is kept"
    );
    assert_eq!(channel.notes.len(), 1);
    let names = happened(&house);
    assert!(names.contains(&"channel.error".to_owned()));
    assert!(names.contains(&"channel.connected".to_owned()));
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_that_fails_everybody_is_left_alone() {
    let mut house = house("fast").await;
    house.vendor.answers(|_| Answer::status(503));
    for number in 0..10 {
        let address = format!("p{number}");
        house.hear(&address, Content::text("hi")).await;
        house.send(&address, "hello").await.unwrap();
    }
    house.work();
    house
        .until("the channel is in error", |house| {
            house.channel().state == ChannelState::Error
        })
        .await;
    house.stop().await;
}

#[tokio::test]
async fn access_is_renewed_before_it_is_used() {
    let mut house = house("fast").await;
    let mut channel = house.channel();
    channel.settings.insert("stale".to_owned(), "yes".into());
    house
        .change(move |tx| crate::store::records::channels::put(tx, &channel))
        .await;
    house.work();
    let (first, second) = (
        house.send("ana", "one").await.unwrap(),
        house.send("ben", "two").await.unwrap(),
    );
    house.until_state(&first, Delivery::Sent).await;
    house.until_state(&second, Delivery::Sent).await;
    assert_eq!(
        house.vendor.heard("/token").len(),
        1,
        "one renewal serves everybody"
    );
    assert!(house.channel().secrets.contains_key("token"));
    house.stop().await;
}

#[tokio::test]
async fn a_channel_that_panics_harms_only_its_own_message() {
    let mut house = house("fast").await;
    house
        .vendor
        .answers_first(vec![Answer::Reply(200, Vec::new(), b"panic".to_vec())]);
    house.work();
    let unread = house.send("ben", "answered strangely").await.unwrap();
    house.until_state(&unread, Delivery::Unsure).await;
    let unwritten = house.send("ana", "panic").await.unwrap();
    house.until_state(&unwritten, Delivery::Failed).await;
    let fine = house.send("ana", "fine").await.unwrap();
    house.until_state(&fine, Delivery::Sent).await;
    let hook = |body: &str| Webhook {
        method: Method::Post,
        headers: Headers::default(),
        query: String::new(),
        body: body.as_bytes().to_vec(),
    };
    let kind = ChannelKind::named("fast");
    let ingest = &house.engine.ingest;
    let answer = ingest
        .receive(&kind, house.channel, hook(r#"{"panic":true}"#))
        .await;
    assert_eq!(answer.unwrap().status, 200);
    let held = |house: &House| quarantine::list(&house.context.store.snapshot().unwrap()).unwrap();
    let [unread] = held(&house).try_into().unwrap();
    assert_eq!(house.engine.ingest.replay().await.unwrap(), 0);
    assert_eq!(held(&house).len(), 1, "what cannot be read yet stays");

    // A later version understands it.
    house
        .change(move |tx| {
            let body = br#"{"events":[]}"#.to_vec();
            let understood = Quarantined {
                body,
                ..unread.clone()
            };
            quarantine::put(tx, &understood)
        })
        .await;
    assert_eq!(house.engine.ingest.replay().await.unwrap(), 1);
    assert!(held(&house).is_empty());
    house.stop().await;
}

#[tokio::test]
async fn a_message_of_several_parts_goes_on_behind_those_taken() {
    let mut house = house("fast").await;
    house.vendor.answers_first(vec![
        Answer::taken("part-1"),
        Answer::status(503),
        Answer::status(400),
    ]);
    house.work();
    let text = ["first. ", "second. ", "third. "].map(|word| word.repeat(900 / word.len()));
    let message = house.send("ana", &text.concat()).await.unwrap();
    assert_eq!(message.sent_as.len(), 3);
    waits(&house, &message).await;
    house.advance(6);
    house.until_state(&message, Delivery::Failed).await;
    house
        .engine
        .sending
        .retry(&Actor::system(), message.id)
        .await
        .unwrap();
    house.until_state(&message, Delivery::Sent).await;
    let parts: Vec<String> = house
        .vendor
        .heard("/send")
        .iter()
        .map(|request| request.field("key").chars().last().unwrap().to_string())
        .collect();
    assert_eq!(parts, ["0", "1", "1", "1", "2"]);
    let ids = house.message(message.id).external_ids;
    assert_eq!((ids.len(), ids[0].as_str()), (3, "part-1"));
    house.stop().await;
}

/// A webhook in which somebody wrote to both channels of an app.
fn to_both() -> Webhook {
    let said = |id: &str| {
        serde_json::json!([{"event":"message","externalId":id,"to":"us",
            "from":{"address":"cleo"},"content":{"type":"text","text":id}}])
    };
    let body = serde_json::json!({ "events": said("mine"), "others": said("theirs") });
    Webhook {
        method: Method::Post,
        headers: Headers::default(),
        query: String::new(),
        body: body.to_string().into_bytes(),
    }
}

/// The channels in which messages were recorded, in order.
fn spoken_in(house: &House) -> Vec<ChannelId> {
    let read = house.context.store.snapshot().unwrap();
    let log::Entries::Next(entries) = log::read_after(&read, 0, 10_000).unwrap() else {
        unreachable!("nothing is forgotten in a test");
    };
    let channels = entries.iter().filter_map(|entry| match &entry.event {
        Event::MessageCreated(message) => Some(message.channel_id),
        _ => None,
    });
    channels.collect()
}

#[tokio::test]
async fn one_webhook_may_speak_for_several_channels() {
    let house = House::with("fast").await;
    let other = ChannelId::from_bytes([2; 16]);
    house.put_channel(other, "fast", "others").await;
    let kind = ChannelKind::named("fast");
    let ingest = &house.engine.ingest;
    ingest
        .receive(&kind, house.channel, to_both())
        .await
        .unwrap();
    assert_eq!(spoken_in(&house), [house.channel, other]);
}

#[tokio::test]
async fn a_webhook_waits_for_the_secrets_of_every_channel_it_speaks_for() {
    let house = House::with("fast").await;
    let other = ChannelId::from_bytes([2; 16]);
    house.put_channel(other, "fast", "others").await;
    let seal = async |sealed: Vec<u8>| {
        let change = move |tx: &mut crate::store::Tx<'_>| {
            let mut channel = channels::get(tx, other)?.unwrap();
            channel.secrets.insert("token".to_owned(), sealed.clone());
            channels::put(tx, &channel)
        };
        house.change(change).await;
    };
    let kind = ChannelKind::named("fast");
    let ingest = &house.engine.ingest;
    seal(b"sealed with another key".to_vec()).await;
    let answered = ingest.receive(&kind, house.channel, to_both()).await;
    assert!(
        matches!(answered, Err(EngineError::Broken(_))),
        "{answered:?}"
    );
    assert!(spoken_in(&house).is_empty());

    // The key is back, and the vendor comes again.
    let place = secret_place(other, "token");
    seal(house.context.sealer.seal(&place, b"secret")).await;
    ingest
        .receive(&kind, house.channel, to_both())
        .await
        .unwrap();
    assert_eq!(spoken_in(&house), [house.channel, other]);
}

#[tokio::test]
async fn what_waits_for_a_channel_that_is_deleted_has_failed() {
    let house = house("fast").await;
    let message = house.send("ana", "hello").await.unwrap();
    let system = Actor::system();
    let channels = &house.engine.channels;
    channels.delete(&system, house.channel, true).await.unwrap();
    let found = house.message(message.id);
    assert_eq!(found.delivery, Delivery::Failed);
    assert_eq!(found.error.unwrap().reason, "channel_deleted");
}
