//! Changing and taking back what was sent.

use super::House;
use super::code;
use super::vendor::Answer;
use crate::engine::error::EngineError;
use crate::engine::inbox::revising::Revision;
use crate::engine::inbox::revising::Saying;
use crate::engine::rules::revising::Scope;
use crate::model::actor::Actor;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::store::records::conversations;
use crate::store::records::messages;

fn bo(role: Role) -> Actor {
    Actor::user(UserId::from_bytes([3; 16]), role, "Bo")
}

impl House {
    async fn reword(&self, message: &Message, words: &str) -> Result<Message, EngineError> {
        let revision = Revision {
            saying: Some(Saying::Words(words.to_owned())),
            ..Revision::default()
        };
        let revising = &self.engine.revising;
        revising.edit(&bo(Role::Agent), message.id, revision).await
    }

    async fn withdraw(&self, message: &Message, scope: Scope) -> Result<Message, EngineError> {
        let revising = &self.engine.revising;
        revising.delete(&bo(Role::Agent), message.id, scope).await
    }

    /// A house in which a message went out to Ana.
    async fn with_sent(kind: &str, text: &str) -> (Self, Message) {
        let mut house = Self::with(kind).await;
        house.hear("ana", Content::text("hi")).await;
        house.work();
        let message = house.send("ana", text).await.unwrap();
        house.until_state(&message, Delivery::Sent).await;
        (house, message)
    }

    /// The newest line of Ana's conversation, as lists show it.
    fn preview(&self, message: &Message) -> (String, String) {
        let read = self.context.store.snapshot().unwrap();
        let found = conversations::get(&read, message.conversation_id).unwrap();
        let last = found.unwrap().last.unwrap();
        (last.kind, last.text)
    }
}

#[tokio::test]
async fn a_change_reaches_the_vendor_and_then_our_copy() {
    let (mut house, message) = House::with_sent("reaching", "helo").await;
    house.reword(&message, "hello").await.unwrap();
    let asked = house.vendor.heard("/edit");
    assert_eq!(
        (asked.len(), asked[0].field("text")),
        (1, "hello".to_owned())
    );
    let changed = house.message(message.id);
    assert_eq!(asked[0].field("id"), changed.external_ids[0]);
    assert_eq!(changed.content, Content::text("hello"));
    assert!(changed.edited_at.is_some());
    assert_eq!(changed.metadata["editHistory"][0]["text"], "helo");
    assert_eq!(house.preview(&message).1, "hello");
    house.stop().await;
}

#[tokio::test]
async fn what_the_vendor_does_not_change_stays_as_the_customer_sees_it() {
    let (mut house, message) = House::with_sent("reaching", "one").await;
    for (answer, wait) in [(400, false), (503, true)] {
        house.vendor.answers(move |_| Answer::status(answer));
        let Err(EngineError::Refused(refused)) = house.reword(&message, "two").await else {
            unreachable!("the vendor said no");
        };
        assert_eq!(refused.code, Code::ChannelError);
        assert_eq!(refused.message, "The probe's vendor said no.");
        assert_eq!(refused.retry_after_secs.is_some(), wait, "{answer}");
    }
    assert_eq!(house.message(message.id).content, Content::text("one"));
    house.advance(48 * 3_600);
    let late = house.reword(&message, "two").await;
    assert_eq!(code(late), Code::OutsideMessageWindow);
    let late = house.withdraw(&message, Scope::Everyone).await;
    assert_eq!(code(late), Code::DeleteWindowExpired);
    house.stop().await;
}

#[tokio::test]
async fn what_is_taken_back_is_gone_there_and_here() {
    let (mut house, message) = House::with_sent("reaching", "a secret").await;
    house.reword(&message, "no secret").await.unwrap();
    for _ in 0..2 {
        let gone = house.withdraw(&message, Scope::Everyone).await.unwrap();
        assert!(gone.deleted_for_everyone);
    }
    assert_eq!(house.vendor.heard("/delete").len(), 1);
    let left = house.message(message.id);
    assert_eq!(left.content, Content::deleted());
    assert!(!format!("{left:?}").contains("secret"), "{left:?}");
    assert_eq!(
        house.preview(&message),
        ("deleted".to_owned(), String::new())
    );
    assert_eq!(
        code(house.reword(&message, "x").await),
        Code::ValidationError
    );
    house.stop().await;
}

#[tokio::test]
async fn a_channel_that_takes_nothing_back_says_so_and_forgets_our_copy_alone() {
    let (mut house, message) = House::with_sent("fast", "hello").await;
    assert_eq!(
        code(house.reword(&message, "x").await),
        Code::UnsupportedContentType
    );
    let refused = house.withdraw(&message, Scope::Everyone).await;
    assert_eq!(code(refused), Code::DeleteNotSupported);
    let gone = house.withdraw(&message, Scope::Here).await.unwrap();
    assert!(!gone.deleted_for_everyone);
    assert_eq!(house.vendor.heard("/delete").len(), 0);
    house.stop().await;
}

#[tokio::test]
async fn what_waits_goes_out_as_it_was_changed_or_not_at_all() {
    let mut house = House::with("fast").await;
    house.hear("ana", Content::text("hi")).await;
    let first = house.send("ana", "helo").await.unwrap();
    let second = house.send("ana", "never seen").await.unwrap();
    house.reword(&first, "hello").await.unwrap();
    house.withdraw(&second, Scope::Everyone).await.unwrap();
    house.work();
    house.until_state(&first, Delivery::Sent).await;
    assert_eq!(house.vendor.texts(), ["hello"]);
    assert_eq!(house.state(&second), Delivery::Pending);
    house.stop().await;
}

#[tokio::test]
async fn a_failed_message_that_is_deleted_is_no_longer_waited_for() {
    let mut house = House::with("fast").await;
    house.hear("ana", Content::text("hi")).await;
    house.vendor.answers(|_| Answer::status(400));
    house.work();
    let message = house.send("ana", "hello").await.unwrap();
    house.until_state(&message, Delivery::Failed).await;
    house.withdraw(&message, Scope::Here).await.unwrap();
    let read = house.context.store.snapshot().unwrap();
    assert_eq!(messages::undelivered(&read, None, 10).unwrap(), []);
    let again = house
        .engine
        .sending
        .retry(&bo(Role::Agent), message.id)
        .await;
    assert_eq!(code(again), Code::ValidationError);
    house.stop().await;
}

#[tokio::test]
async fn a_sent_message_keeps_its_file_and_its_number_of_parts() {
    let (mut house, message) = House::with_sent("reaching", "hello").await;
    let picture = Content::Image(Media {
        url: Some("https://x.example/a.png".to_owned()),
        ..Media::default()
    });
    let revision = Revision {
        saying: Some(Saying::Content(Box::new(picture))),
        ..Revision::default()
    };
    let revising = &house.engine.revising;
    let refused = revising.edit(&bo(Role::Agent), message.id, revision).await;
    assert_eq!(code(refused), Code::ValidationError);
    let long = house.reword(&message, &"long ".repeat(300)).await;
    assert_eq!(code(long), Code::ContentTooLong);
    assert_eq!(house.vendor.heard("/edit").len(), 0);
    house.stop().await;
}

#[tokio::test]
async fn what_a_customer_wrote_is_deleted_by_those_who_may_delete_conversations() {
    let house = House::with("fast").await;
    let theirs = house.hear("ana", Content::text("my card is 4111")).await;
    let refused = house.withdraw(&theirs, Scope::Here).await;
    assert_eq!(code(refused), Code::InsufficientPermissions);
    let revising = &house.engine.revising;
    let boss = bo(Role::Supervisor);
    let for_all = revising.delete(&boss, theirs.id, Scope::Everyone).await;
    assert_eq!(code(for_all), Code::DeleteNotSupported);
    let gone = revising
        .delete(&boss, theirs.id, Scope::Here)
        .await
        .unwrap();
    assert_eq!(gone.content, Content::deleted());
}
