//! What a vendor is asked without a message: for news, and to show that one of us types.

use serde_json::json;

use super::House;
use super::vendor::Answer;
use super::vendor::takes;
use crate::model::actor::Actor;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;
use crate::model::permission::Role;
use crate::store::records::channels;
use crate::store::records::identities;
use crate::store::records::intake;

/// Three messages, one an answer, and then silence; each asked for once more after a fault.
fn news(request: &super::vendor::Request, faults: &mut usize) -> Answer {
    let Some((_, rest)) = request.line.split_once("after=") else {
        return takes(request);
    };
    let after: usize = rest.split_whitespace().next().unwrap().parse().unwrap();
    if after == 3 {
        return Answer::Silence;
    }
    if *faults < 2 {
        *faults += 1;
        return Answer::status(503);
    }
    let told = json!({
        "next": (after + 1).to_string(),
        "events": [{"event":"message","externalId":format!("u{after}"),"to":"us",
            "from":{"address":format!("p{after}")},"content":{"type":"text","text":"hi"}}],
    });
    Answer::Reply(200, Vec::new(), told.to_string().into_bytes())
}

#[tokio::test]
async fn a_vendor_that_does_not_call_is_asked_and_asked_again_where_it_left_off() {
    let mut house = House::with("fast").await;
    let mut faults = 0;
    house
        .vendor
        .answers(move |request| news(request, &mut faults));
    let mut channel = house.channel();
    channel.settings.insert("polled".to_owned(), "yes".into());
    house.change(move |tx| channels::put(tx, &channel)).await;
    house.work();
    house
        .until("everything was told", |house| {
            house.advance(1);
            let read = house.context.store.snapshot().unwrap();
            intake::position(&read, house.channel).unwrap().as_deref() == Some("3")
        })
        .await;
    let read = house.context.store.snapshot().unwrap();
    for number in 0..3 {
        let known = identities::get(&read, house.channel, &format!("p{number}"));
        assert!(known.unwrap().is_some(), "p{number}");
    }
    let asked = house.vendor.heard("/updates").len();
    assert!(
        (5..=6).contains(&asked),
        "{asked}: two faults, three answers, silence"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_that_refuses_to_tell_takes_its_channel_out_of_service() {
    let mut house = House::with("fast").await;
    house.vendor.answers(|_| Answer::status(401));
    let mut channel = house.channel();
    channel.settings.insert("polled".to_owned(), "yes".into());
    house.change(move |tx| channels::put(tx, &channel)).await;
    house.work();
    house
        .until("the channel is in error", |house| {
            house.channel().state == ChannelState::Error
        })
        .await;
    assert_eq!(house.vendor.heard("/updates").len(), 1);
    house.stop().await;
}

#[tokio::test]
async fn a_customer_is_shown_that_one_of_us_types_but_not_all_the_time() {
    let mut house = House::with("fast").await;
    let heard = house.hear("ana", Content::text("hi")).await;
    house.work();
    let actor = Actor::user(UserId::from_bytes([3; 16]), Role::Owner, "Bo");
    let tell = |house: &House| {
        let typing = &house.engine.typing;
        typing.tell(&actor, heard.conversation_id, true).unwrap();
    };
    house
        .until("the vendor heard", |house| {
            tell(house);
            !house.vendor.heard("/typing").is_empty()
        })
        .await;
    house.advance(5);
    house
        .until("the vendor heard again", |house| {
            tell(house);
            house.vendor.heard("/typing").len() > 1
        })
        .await;
    let shown = house.vendor.heard("/typing");
    assert_eq!(shown.len(), 2, "at most every five seconds");
    assert_eq!(shown[0].field("text"), heard.external_ids[0]);
    house.stop().await;
}
