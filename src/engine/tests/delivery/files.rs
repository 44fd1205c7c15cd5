//! Files on their way out and in.

use futures_util::stream;

use super::House;
use super::vendor::Answer;
use super::vendor::takes;
use crate::config::Config;
use crate::engine::inbox::files::Bringer;
use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::permission::Role;

/// The smallest picture there is.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";

fn picture(url: String) -> Content {
    Content::Image(Media {
        url: Some(url),
        mime_type: Some("image/png".to_owned()),
        ..Media::default()
    })
}

#[tokio::test]
async fn a_file_is_given_to_the_vendor_once_however_often_the_message_is_tried() {
    let mut house = House::with("pictures").await;
    house.hear("ana", Content::text("hi")).await;
    house.vendor.answers_first(vec![Answer::status(503)]);
    let bringer = Bringer {
        who: Who::System,
        session: None,
    };
    let bytes = stream::iter([Ok::<_, std::io::Error>(PNG)]);
    let files = &house.engine.files;
    let kept = files
        .keep(bringer, "cat.png", bytes, 1_000, |_, _| Ok(()))
        .await
        .unwrap();
    let content = Content::Image(Media {
        media_id: Some(kept.id),
        ..Media::default()
    });
    house.work();
    let message = house.send_content("ana", content).await.unwrap();
    house
        .until("it waits", |house| {
            house.message(message.id).error.is_some()
        })
        .await;
    house.advance(6);
    house.until_state(&message, Delivery::Sent).await;
    let uploads = house.vendor.heard("/upload");
    assert_eq!(uploads.len(), 1);
    let form = &uploads[0].body;
    assert!(
        form.contains("name=\"file\"; filename=\"cat.png\"\r\ncontent-type: image/png"),
        "{form}"
    );
    let sends = house.vendor.heard("/send");
    assert_eq!(sends.len(), 2);
    assert!(sends.iter().all(|send| send.field("handle") == "v-"));
    house.stop().await;
}

#[tokio::test]
async fn what_a_customer_sends_is_copied_in() {
    let mut house = House::with("fast").await;
    let mut tries = 0;
    house.vendor.answers(move |request| {
        if !request.line.contains("/cat.png") {
            return takes(request);
        }
        tries += 1;
        match tries {
            1 => Answer::status(503),
            _ => Answer::Reply(200, Vec::new(), PNG.to_vec()),
        }
    });
    house.work();
    let url = format!("{}/cat.png", house.vendor.url);
    let message = house.hear("ana", picture(url)).await;
    assert_eq!(message.metadata["mediaState"], "pending");
    house
        .until("the file is here", |house| {
            house.advance(1);
            let found = house.message(message.id);
            found
                .content
                .media()
                .is_some_and(|media| media.media_id.is_some())
        })
        .await;
    let found = house.message(message.id);
    let media = found.content.media().unwrap();
    assert_eq!(
        (media.url.as_deref(), media.width, media.height),
        (None, Some(3), Some(2))
    );
    assert_eq!(media.filename.as_deref(), Some("image.png"));
    assert!(!found.metadata.contains_key("mediaState"));
    let kept = house.engine.files.get(media.media_id.unwrap()).unwrap();
    assert_eq!(std::fs::read(house.engine.files.path(&kept)).unwrap(), PNG);
    assert!(kept.used);
    house.stop().await;
}

#[tokio::test]
async fn a_file_in_a_private_network_is_not_fetched() {
    let mut house = House::over("fast", &Config::default()).await;
    house.work();
    let url = format!("{}/cat.png", house.vendor.url);
    let message = house.hear("ana", picture(url)).await;
    house
        .until("it is given up", |house| {
            house.message(message.id).metadata["mediaState"] == "failed"
        })
        .await;
    let why = house.message(message.id).metadata["mediaError"].to_string();
    assert!(why.contains("private address"), "{why}");
    assert_eq!(house.vendor.heard("/").len(), 0);
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_hears_once_that_a_message_was_seen() {
    let mut house = House::with("fast").await;
    let message = house.hear("ana", Content::text("hi")).await;
    house.work();
    for number in [1, 2] {
        let user = UserId::from_bytes([number; 16]);
        let actor = Actor::user(user, Role::Owner, "Bo");
        let reading = &house.engine.reading;
        reading
            .mark_read(&actor, message.conversation_id)
            .await
            .unwrap();
    }
    house
        .until("the vendor heard", |house| {
            !house.vendor.heard("/seen").is_empty()
        })
        .await;
    let seen = house.vendor.heard("/seen");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].field("text"), message.external_ids[0]);
    house.stop().await;
}
