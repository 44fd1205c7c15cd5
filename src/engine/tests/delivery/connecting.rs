//! Proving a channel's account with its vendor: by hand, by itself, and both at once.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Notify;

use super::House;
use super::trouble::house;
use super::vendor::Answer;
use super::vendor::takes;
use crate::engine::setup::channels::ChannelChanges;
use crate::engine::setup::connecting::Rechecked;
use crate::model::actor::Actor;
use crate::model::channel::ChannelState;
use crate::model::job::JobKind;
use crate::store::records::jobs;

#[tokio::test]
async fn connecting_proves_the_account_with_the_vendor() {
    let house = house("fast").await;
    let system = Actor::system();
    let channels = &house.engine.channels;
    house.vendor.answers(|_| Answer::status(401));
    let refused = channels.connect(&system, house.channel).await.unwrap();
    assert_eq!(refused.state, ChannelState::Error);
    assert_eq!(
        refused.error.as_deref(),
        Some("The probe's vendor said no.")
    );
    let checks = channels.test(&system, house.channel).await.unwrap();
    let last = checks.last().unwrap();
    assert_eq!((last.name, last.ok), ("me", false));
    assert!(last.message.ends_with("(401)"), "{}", last.message);
    house.vendor.answers(takes);
    let connected = channels.connect(&system, house.channel).await.unwrap();
    assert_eq!(
        (connected.state, connected.error),
        (ChannelState::Active, None)
    );
}

/// A probe whose vendor answers the next questions about its account with these statuses, each once
/// it is let go, and accepts it from then on.
fn held_answers(house: &House, statuses: &[u16]) -> Vec<Arc<Notify>> {
    let gates: Vec<_> = statuses.iter().map(|_| Arc::new(Notify::new())).collect();
    let mut left: VecDeque<_> = statuses.iter().copied().zip(gates.clone()).collect();
    house.vendor.answers(move |request| match left.pop_front() {
        Some((status, gate)) => Answer::Held(status, gate),
        None => takes(request),
    });
    gates
}

async fn asked(house: &House, times: usize) {
    let about_account = |house: &House| house.vendor.heard("/me").len() == times;
    house.until("the vendor was asked", about_account).await;
}

fn another_key() -> ChannelChanges {
    ChannelChanges {
        config: serde_json::from_value(serde_json::json!({"token": "another"})).unwrap(),
        ..ChannelChanges::default()
    }
}

#[tokio::test]
async fn a_look_at_old_credentials_says_nothing_of_the_new_ones() {
    let house = house("fast").await;
    let system = Actor::system();
    let channels = &house.engine.channels;
    house.vendor.answers(|_| Answer::status(401));
    channels.connect(&system, house.channel).await.unwrap();
    let [look, connecting] = held_answers(&house, &[401, 200]).try_into().unwrap();
    let rechecked = {
        let (channels, id) = (channels.clone(), house.channel);
        tokio::spawn(async move { channels.recheck(id).await })
    };
    asked(&house, 2).await;
    channels
        .update(&system, house.channel, another_key())
        .await
        .unwrap();
    let connected = {
        let (channels, id) = (channels.clone(), house.channel);
        tokio::spawn(async move { channels.connect(&Actor::system(), id).await })
    };
    asked(&house, 3).await;
    look.notify_one();
    let rechecked = rechecked.await.unwrap().unwrap();
    assert_eq!(rechecked, Rechecked::StillBroken);
    assert_eq!(house.channel().state, ChannelState::Connecting);
    connecting.notify_one();
    let connected = connected.await.unwrap().unwrap();
    assert_eq!(connected.state, ChannelState::Active);
}

#[tokio::test]
async fn credentials_that_change_while_they_are_proved_are_proved_again() {
    let mut house = house("fast").await;
    let channels = house.engine.channels.clone();
    let [gate] = held_answers(&house, &[401]).try_into().unwrap();
    let connected = {
        let (channels, id) = (channels.clone(), house.channel);
        tokio::spawn(async move { channels.connect(&Actor::system(), id).await })
    };
    asked(&house, 1).await;
    channels
        .update(&Actor::system(), house.channel, another_key())
        .await
        .unwrap();
    gate.notify_one();
    let unproved = connected.await.unwrap().unwrap();
    assert_eq!(
        (unproved.state, unproved.error),
        (ChannelState::Connecting, None)
    );
    house.work();
    house
        .until("the new ones are proved", |house| {
            house.channel().state == ChannelState::Active
        })
        .await;
    house.stop().await;
}

#[tokio::test]
async fn a_broken_channel_is_looked_at_once_at_a_time_and_at_once_when_it_is_changed() {
    let mut house = house("fast").await;
    house.vendor.answers(|_| Answer::status(401));
    let system = Actor::system();
    for _ in 0..3 {
        let channels = &house.engine.channels;
        channels.connect(&system, house.channel).await.unwrap();
    }
    let ahead = |house: &House| {
        let read = house.context.store.snapshot().unwrap();
        let mut ahead = jobs::first(&read, 10).unwrap();
        ahead.retain(|job| matches!(job.kind, JobKind::CheckChannel { .. }));
        ahead.len()
    };
    assert_eq!(ahead(&house), 1);
    house.vendor.answers(takes);
    let changes = ChannelChanges {
        name: Some("Mended".to_owned()),
        ..ChannelChanges::default()
    };
    let channels = &house.engine.channels;
    channels
        .update(&system, house.channel, changes)
        .await
        .unwrap();
    house.work();
    house
        .until("it works", |house| {
            house.channel().state == ChannelState::Active
        })
        .await;
    house
        .until("no look is ahead", |house| ahead(house) == 0)
        .await;
    house.stop().await;
}
