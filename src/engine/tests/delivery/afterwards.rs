//! What follows by itself: menus once a channel works, who somebody is once they wrote.

use serde_json::json;

use super::House;
use super::vendor::Answer;
use super::vendor::takes;
use crate::engine::setup::channels::ChannelChanges;
use crate::engine::workers::sweep;
use crate::model::actor::Actor;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::Story;
use crate::model::message::Message;
use crate::store::records::contacts;
use crate::store::records::identities;

/// The smallest picture there is.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";

impl House {
    async fn set_menu(&self, menu: &str) {
        let changes = ChannelChanges {
            config: serde_json::from_value(json!({ "menu": menu })).unwrap(),
            ..ChannelChanges::default()
        };
        let (channels, system) = (&self.engine.channels, Actor::system());
        let changed = channels.update(&system, self.channel, changes).await;
        changed.unwrap();
    }

    fn menus(&self) -> Vec<String> {
        let asked = self.vendor.heard("/menu");
        asked.iter().map(|request| request.field("text")).collect()
    }

    /// What the channel's notes of a kind say.
    fn notes(&self, kind: &str) -> Vec<String> {
        let notes = self.channel().notes.into_iter();
        let own = notes.filter(|note| note.kind == kind);
        own.map(|note| note.text).collect()
    }

    fn writer(&self, message: &Message) -> Contact {
        let read = self.context.store.snapshot().unwrap();
        contacts::get(&read, message.contact_id).unwrap().unwrap()
    }
}

#[tokio::test]
async fn menus_go_to_the_vendor_once_a_channel_works_and_when_they_change() {
    let mut house = House::with("fast").await;
    house.set_menu("Prices").await;
    house.work();
    house
        .until("it is shown", |house| house.menus() == ["Prices"])
        .await;
    let (channels, system) = (&house.engine.channels, Actor::system());
    channels.disconnect(&system, house.channel).await.unwrap();
    house.set_menu("Hours").await;
    assert_eq!(house.menus(), ["Prices"], "not while it is not connected");
    channels.connect(&system, house.channel).await.unwrap();
    house
        .until("the new one is shown", |house| {
            house.menus() == ["Prices", "Hours"]
        })
        .await;
    house.stop().await;
}

#[tokio::test]
async fn a_menu_that_the_vendor_does_not_take_is_a_warning_until_it_does() {
    let mut house = House::with("fast").await;
    house.vendor.answers(|request| {
        if request.line.contains("/menu") {
            Answer::status(400)
        } else {
            takes(request)
        }
    });
    house.work();
    house.set_menu("Prices").await;
    house
        .until("it is noted", |house| !house.notes("profile").is_empty())
        .await;
    let note = house.notes("profile").remove(0);
    assert!(
        note.contains("menu") && note.contains("The probe's vendor said no."),
        "{note}"
    );
    house.vendor.answers(takes);
    house.set_menu("Hours").await;
    house
        .until("it is forgotten", |house| house.notes("profile").is_empty())
        .await;
    house.stop().await;
}

/// A vendor that tells who somebody is and shows the picture.
fn tell_of(house: &House) {
    let picture = format!("{}/ana.png", house.vendor.url);
    house.vendor.answers(move |request| {
        let reply = |bytes: Vec<u8>| Answer::Reply(200, Vec::new(), bytes);
        if request.line.contains("/who") {
            let told = json!({ "name": "Ana Lima", "picture": picture });
            return reply(told.to_string().into_bytes());
        }
        if request.line.contains("/ana.png") {
            return reply(PNG.to_vec());
        }
        takes(request)
    });
}

#[tokio::test]
async fn somebody_who_writes_gets_a_name_and_a_picture_that_stays() {
    let mut house = House::with("reaching").await;
    tell_of(&house);
    house.work();
    let first = house.hear("ana", Content::text("hi")).await;
    house
        .until("the picture is here", |house| {
            house.writer(&first).avatar_url.is_some()
        })
        .await;
    let ana = house.writer(&first);
    assert_eq!(ana.name, "Ana Lima");
    let links = &house.context.links;
    let picture = links.media_of(ana.avatar_url.as_deref().unwrap()).unwrap();
    house.hear("ana", Content::text("hi again")).await;
    assert_eq!(
        house.vendor.heard("/who").len(),
        1,
        "not with every message"
    );

    house.advance(8 * 24 * 3_600);
    sweep::work(&house.context).await.unwrap();
    assert!(house.engine.files.get(picture).is_ok());
    house.hear("ana", Content::text("hi after days")).await;
    house
        .until("it was asked again", |house| {
            house.vendor.heard("/who").len() == 2
        })
        .await;
    house
        .until("and its picture too", |house| {
            house.vendor.heard("/ana.png").len() == 2
        })
        .await;
    house.stop().await;
    assert_eq!(
        house.writer(&first).avatar_url,
        ana.avatar_url,
        "the same picture"
    );
}

#[tokio::test]
async fn a_picture_that_somebody_chose_stays() {
    let mut house = House::with("reaching").await;
    tell_of(&house);
    let first = house.hear("ana", Content::text("hi")).await;
    let chosen = "https://x.example/ana.png";
    let mut ana = house.writer(&first);
    ana.avatar_url = Some(chosen.to_owned());
    house.change(move |tx| contacts::put(tx, &ana)).await;
    house.work();
    let seen = |house: &House| {
        let read = house.context.store.snapshot().unwrap();
        let found = identities::get(&read, house.channel, "ana").unwrap();
        found.unwrap().avatar_url.is_some()
    };
    house.until("the vendor's is kept beside it", seen).await;
    assert_eq!(house.writer(&first).avatar_url.as_deref(), Some(chosen));
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_that_says_nothing_of_somebody_leaves_them_as_they_are() {
    let mut house = House::with("reaching").await;
    house.vendor.answers(|_| Answer::status(404));
    house.work();
    let first = house.hear("ana", Content::text("hi")).await;
    house
        .until("it was asked", |house| {
            !house.vendor.heard("/who").is_empty()
        })
        .await;
    assert_eq!(house.writer(&first).name, first.sender.name);
    house.stop().await;
}

#[tokio::test]
async fn the_picture_of_a_story_is_copied_in_where_the_operator_wants_it() {
    let mut house = House::with("reaching").await;
    tell_of(&house);
    house.work();
    let url = format!("{}/ana.png", house.vendor.url);
    let story = |media: Option<Media>| {
        Content::StoryMention(Story {
            id: None,
            url: Some(url.clone()),
            media,
        })
    };
    let kept = Media {
        url: Some(url.clone()),
        ..Media::default()
    };
    let seen_only = house.hear("ana", story(None)).await;
    let copied = house.hear("ana", story(Some(kept))).await;
    house
        .until("the story is here", |house| {
            !house.message(copied.id).content.files().is_empty()
        })
        .await;
    assert_eq!(house.message(seen_only.id).content, story(None));
    house.stop().await;
}
