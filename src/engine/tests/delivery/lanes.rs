//! Order, pace, and what thousands of messages do.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use super::House;
use super::code;
use super::vendor::Answer;
use super::vendor::takes;
use crate::base::random::Random;
use crate::base::time::Timestamp;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::rejection::Code;
use crate::store::records::outbox;

const LANES: usize = 50;
const MESSAGES: usize = 1_000;
/// More would use up the attempts of a message.
const FAULTS_MAX: u32 = 4;

/// A thousand messages to fifty people, in a shuffled but known order.
async fn fill(house: &House) -> Vec<Message> {
    let random = Random::seeded(3);
    for lane in 0..LANES {
        house.hear(&format!("p{lane}"), Content::text("hi")).await;
    }
    let mut sent = Vec::new();
    for number in 0..MESSAGES {
        let lane = random.below(LANES as u64);
        let text = format!("{number:04}");
        sent.push(house.send(&format!("p{lane}"), &text).await.unwrap());
    }
    sent
}

/// When the first of those who wait is due; none when nobody waits.
fn next_due(house: &House) -> Option<Timestamp> {
    let read = house.context.store.snapshot().unwrap();
    let heads = outbox::heads(&read, house.channel, 1).unwrap();
    heads.first().map(|head| head.due)
}

/// Lets the time pass that nothing happens in, and a little of the time that something does.
fn pass(house: &House, due: Timestamp) {
    let clock = &house.context.clock;
    clock.advance(due.since(clock.now()).max(Duration::from_millis(500)));
}

fn all_sent(house: &House, messages: &[Message]) -> bool {
    next_due(house).is_none()
        && messages
            .iter()
            .all(|one| house.state(one) == Delivery::Sent)
}

#[tokio::test]
async fn each_recipient_hears_in_order_and_nobody_waits_for_another() {
    let mut house = House::with("fast").await;
    let messages = fill(&house).await;
    house.work();
    house
        .until("everything is sent", |house| all_sent(house, &messages))
        .await;
    let mut heard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in house.vendor.heard("/send") {
        heard
            .entry(request.field("to"))
            .or_default()
            .push(request.field("text"));
    }
    assert_eq!(heard.values().map(Vec::len).sum::<usize>(), MESSAGES);
    assert!(heard.values().all(|texts| texts.is_sorted()), "{heard:?}");
    assert!(!house.vendor.overlapped(), "one at a time in a lane");
    let at_once = house.vendor.most_at_once();
    assert!((2..=16).contains(&at_once), "{at_once} at once");
    house.stop().await;
}

#[tokio::test]
async fn under_random_faults_everything_arrives_once_and_in_order() {
    let mut house = House::with("safe").await;
    let messages = fill(&house).await;
    let random = Random::seeded(17);
    let mut known = BTreeSet::new();
    let mut faults: BTreeMap<String, u32> = BTreeMap::new();
    let taken = std::sync::Arc::new(std::sync::Mutex::new(Vec::<(String, String)>::new()));
    let book = taken.clone();
    house.vendor.answers(move |request| {
        if !request.line.contains("/send") {
            return takes(request);
        }
        // Half of what fails was taken all the same: the vendor notices it when it comes again.
        let (mut fault, is_kept) = (random.below(6), random.below(2) == 0);
        let so_far = faults.entry(request.field("key")).or_default();
        *so_far += u32::from(fault <= 2);
        if *so_far > FAULTS_MAX {
            fault = 3;
        }
        if (fault > 2 || is_kept) && known.insert(request.field("key")) {
            let entry = (request.field("to"), request.field("text"));
            book.lock().unwrap().push(entry);
        }
        match fault {
            0 => Answer::status(503),
            1 => Answer::HangUp,
            2 => Answer::Reply(429, vec![("retry-after", "1".to_owned())], Vec::new()),
            _ => takes(request),
        }
    });
    house.work();
    house
        .until("everything is sent", |house| {
            if let Some(due) = next_due(house) {
                pass(house, due);
            }
            all_sent(house, &messages)
        })
        .await;
    let taken = taken.lock().unwrap().clone();
    assert_eq!(taken.len(), MESSAGES);
    let mut by_lane: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (to, text) in taken {
        by_lane.entry(to).or_default().push(text);
    }
    assert!(
        by_lane.values().all(|texts| texts.is_sorted()),
        "{by_lane:?}"
    );
    assert!(!house.vendor.overlapped(), "one at a time in a lane");
    house.stop().await;
}

#[tokio::test]
async fn an_account_sends_no_faster_than_its_vendor_allows() {
    let mut house = House::with("slow").await;
    let mut messages = Vec::new();
    for number in 0..12 {
        let address = format!("p{number}");
        house.hear(&address, Content::text("hi")).await;
        messages.push(house.send(&address, "hello").await.unwrap());
    }
    house.work();
    for (round, expected) in [5, 10, 12].into_iter().enumerate() {
        house
            .until("a second's worth is sent", |house| {
                let sent = messages
                    .iter()
                    .filter(|one| house.state(one) == Delivery::Sent);
                sent.count() == expected
            })
            .await;
        assert_eq!(house.vendor.texts().len(), expected, "round {round}");
        house.advance(1);
    }
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_who_asks_for_a_pause_gets_it_from_the_whole_account() {
    let mut house = House::with("fast").await;
    for address in ["ana", "ben"] {
        house.hear(address, Content::text("hi")).await;
    }
    let wait = vec![("retry-after", "7".to_owned())];
    house
        .vendor
        .answers_first(vec![Answer::Reply(429, wait, Vec::new())]);
    house.work();
    let first = house.send("ana", "one").await.unwrap();
    house
        .until("the vendor asked for a pause", |house| {
            house.message(first.id).error.is_some()
        })
        .await;
    let second = house.send("ben", "two").await.unwrap();
    house.advance(6);
    assert_eq!(house.vendor.texts(), ["one"]);
    assert_eq!(house.state(&second), Delivery::Pending);
    house.advance(3);
    house.until_state(&first, Delivery::Sent).await;
    house.until_state(&second, Delivery::Sent).await;
    let tries = house.message(first.id).attempts;
    assert_eq!(tries.len(), 1);
    assert_eq!(tries[0].error.reason, "status_429");
    house.stop().await;
}

#[tokio::test]
async fn a_channel_that_does_not_send_keeps_its_queue() {
    let mut house = House::with("fast").await;
    house.hear("ana", Content::text("hi")).await;
    let waiting = house.send("ana", "one").await.unwrap();
    for (enabled, state, refusal) in [
        (false, ChannelState::Active, Some(Code::ChannelDisabled)),
        (
            true,
            ChannelState::Inactive,
            Some(Code::ChannelNotConnected),
        ),
        (true, ChannelState::Error, None),
    ] {
        let mut channel = house.channel();
        channel.enabled = enabled;
        channel.state = state;
        house
            .change(move |tx| crate::store::records::channels::put(tx, &channel))
            .await;
        house.work();
        let sent = house.send("ana", "more").await;
        match refusal {
            Some(expected) => assert_eq!(code(sent), expected),
            None => assert_eq!(sent.unwrap().delivery, Delivery::Pending),
        }
        house.stop().await;
        assert_eq!(house.state(&waiting), Delivery::Pending, "{state:?}");
        assert_eq!(house.vendor.texts().len(), 0, "{state:?}");
    }
    let mut channel = house.channel();
    channel.state = ChannelState::Active;
    house
        .change(move |tx| crate::store::records::channels::put(tx, &channel))
        .await;
    house.work();
    house
        .until("the queue goes out", |house| {
            house.vendor.texts() == ["one", "more"]
        })
        .await;
    house.stop().await;
}

#[tokio::test]
async fn nothing_goes_to_people_who_may_not_be_written_to() {
    let house = House::with("fast").await;
    let first = house.hear("ana", Content::text("hi")).await;
    house.advance(25 * 3_600);
    assert_eq!(
        code(house.send("ana", "late").await),
        Code::OutsideMessageWindow
    );
    house.hear("ana", Content::text("still there?")).await;
    assert!(house.send("ana", "yes").await.is_ok());
    let id = first.contact_id;
    for (blocked, topic, expected) in [
        (false, "all", Code::ContactOptedOut),
        (true, "marketing", Code::ContactBlocked),
    ] {
        house
            .change(move |tx| {
                let mut contact = crate::store::records::contacts::get(tx, id)?.unwrap();
                contact.blocked = blocked;
                contact.opted_out = vec![topic.to_owned()];
                crate::store::records::contacts::put(tx, &contact)
            })
            .await;
        assert_eq!(code(house.send("ana", "no").await), expected);
    }
}
