//! What people write at the same time, and what they have begun and not sent.

use std::time::Duration;

use super::Office;
use super::code;
use super::id;
use super::person;
use crate::engine::error::EngineError;
use crate::engine::inbox::change::Edit;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::overtaken::ANSWERED_MEANWHILE;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::engine::inbox::unsent::Writing;
use crate::engine::live::Heard;
use crate::engine::live::Signal;
use crate::model::actor::Actor;
use crate::model::conversation::ResolvedBy;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::message::Source;
use crate::model::permission::Role;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::unsent::Words;
use crate::store::records::unsent;

fn words(text: &str) -> Words {
    Words {
        text: text.to_owned(),
        ..Words::default()
    }
}

fn writing(text: &str, audience: Audience) -> Writing {
    Writing {
        audience,
        words: words(text),
        client_id: None,
    }
}

impl Office {
    async fn talk(&self) -> ConversationId {
        let customer = self.customer("Camila").await;
        self.hear(&customer, "Where is my order?").await.0.id
    }

    async fn reply(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        text: &str,
        seen: Option<u32>,
    ) -> Result<u32, EngineError> {
        let draft = Draft {
            seen,
            ..Draft::text(text, Source::Dashboard)
        };
        let target = Target::Conversation(conversation);
        let sent = self.engine.sending.send(actor, target, draft, None).await;
        sent.map(|sent| sent.message.position)
    }

    fn begun(&self, actor: &Actor, conversation: ConversationId) -> (String, String) {
        let begun = self.engine.unsents.of(actor, conversation).unwrap().unsent;
        (begun.reply.text, begun.note.text)
    }
}

fn refusal(result: Result<u32, EngineError>) -> Rejection {
    match result.unwrap_err() {
        EngineError::Refused(rejection) => rejection,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reply_that_a_colleague_overtook_waits_for_a_second_word() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let (ana, bia) = (person(1, Role::Agent), person(2, Role::Agent));
    let seen = 1;
    office
        .reply(&ana, conversation, "It ships today.", Some(seen))
        .await
        .unwrap();
    office.context.clock.advance(Duration::from_secs(20));

    let held = refusal(
        office
            .reply(&bia, conversation, "It ships soon.", Some(seen))
            .await,
    );
    assert_eq!(held.code, Code::RevisionMismatch);
    assert_eq!(held.reason, Some(ANSWERED_MEANWHILE));
    assert!(
        held.message.starts_with("Person 1 answered 20 s ago"),
        "{}",
        held.message
    );
    assert!(held.message.contains("It ships today."), "{}", held.message);

    // Named the position it was told, it goes out; and nobody is overtaken by an own message.
    let told = held.fields[0].message.parse().unwrap();
    office
        .reply(&bia, conversation, "It ships soon.", Some(told))
        .await
        .unwrap();
    office
        .reply(&bia, conversation, "By noon.", Some(told))
        .await
        .unwrap();
}

#[tokio::test]
async fn programs_and_notes_are_never_held_up() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let (ana, bia) = (person(1, Role::Agent), person(2, Role::Agent));
    office
        .reply(&ana, conversation, "It ships today.", Some(0))
        .await
        .unwrap();
    office
        .reply(&bia, conversation, "No position named.", None)
        .await
        .unwrap();
    let note = Draft {
        audience: Audience::Team,
        seen: Some(0),
        ..Draft::text("Is this right?", Source::Dashboard)
    };
    let target = Target::Conversation(conversation);
    office
        .engine
        .sending
        .send(&bia, target, note, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_begun_is_kept_until_it_is_sent() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let (ana, bia) = (person(1, Role::Agent), person(2, Role::Agent));
    let unsents = &office.engine.unsents;
    let begin = |text, audience| unsents.keep(&ana, conversation, writing(text, audience));
    begin("It sh", Audience::Customer).await.unwrap();
    begin("It ships", Audience::Customer).await.unwrap();
    begin("Ask Tom", Audience::Team).await.unwrap();
    assert_eq!(
        office.begun(&ana, conversation),
        ("It ships".to_owned(), "Ask Tom".to_owned())
    );
    assert_eq!(
        office.begun(&bia, conversation),
        (String::new(), String::new())
    );

    office
        .reply(&ana, conversation, "It ships today.", None)
        .await
        .unwrap();
    assert_eq!(
        office.begun(&ana, conversation),
        (String::new(), "Ask Tom".to_owned())
    );
    begin(" \n", Audience::Team).await.unwrap();
    assert_eq!(
        office.begun(&ana, conversation),
        (String::new(), String::new())
    );
    let left = unsent::of_user(&office.context.store.snapshot().unwrap(), id(1)).unwrap();
    assert_eq!(left, []);
}

#[tokio::test]
async fn a_late_copy_of_what_was_sent_is_not_kept_again() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let ana = person(1, Role::Agent);
    let repeat = Repeatable::by_client_id(&ana, conversation, "cm_1");
    let draft = Draft::text("It ships today.", Source::Dashboard);
    let target = Target::Conversation(conversation);
    office
        .engine
        .sending
        .send(&ana, target, draft, Some(repeat))
        .await
        .unwrap();
    let late = Writing {
        client_id: Some("cm_1".to_owned()),
        ..writing("It ships tod", Audience::Customer)
    };
    office
        .engine
        .unsents
        .keep(&ana, conversation, late)
        .await
        .unwrap();
    assert_eq!(office.begun(&ana, conversation).0, "");
}

#[tokio::test]
async fn what_is_begun_goes_with_its_conversation() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let (ana, owner) = (person(1, Role::Agent), person(3, Role::Owner));
    let begun = writing("It ships", Audience::Customer);
    office
        .engine
        .unsents
        .keep(&ana, conversation, begun)
        .await
        .unwrap();
    office
        .engine
        .changing
        .delete(&owner, conversation)
        .await
        .unwrap();
    let left = unsent::of_user(&office.context.store.snapshot().unwrap(), id(1)).unwrap();
    assert_eq!(left, []);
}

#[tokio::test]
async fn nobody_begins_where_they_may_not_write() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let begun = || writing("It ships", Audience::Customer);
    let unsents = &office.engine.unsents;
    let viewer = person(4, Role::Viewer);
    let refused = unsents.keep(&viewer, conversation, begun()).await;
    assert_eq!(code(refused), Code::InsufficientPermissions);
    let ana = person(1, Role::Agent);
    let elsewhere = unsents.keep(&ana, id(99), begun()).await;
    assert_eq!(code(elsewhere), Code::ConversationNotFound);
    let mut foreign = begun();
    foreign.words.files = vec![id(77)];
    let refused = unsents.keep(&ana, conversation, foreign).await;
    assert_eq!(code(refused), Code::ValidationError);
}

/// A note that names people, by their numbers.
async fn note(office: &Office, author: &Actor, conversation: ConversationId, people: &[u8]) {
    let named: Vec<_> = people
        .iter()
        .map(|number| id::<UserId>(*number).to_string())
        .collect();
    let draft = Draft {
        audience: Audience::Team,
        metadata: [("mentions".to_owned(), named.into())]
            .into_iter()
            .collect(),
        ..Draft::text("Please look.", Source::Dashboard)
    };
    let target = Target::Conversation(conversation);
    office
        .engine
        .sending
        .send(author, target, draft, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn who_is_named_in_a_note_hears_of_it_and_finds_it_again() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let (ana, bia) = (
        office.hire(1, Role::Agent).await,
        office.hire(2, Role::Agent).await,
    );
    let mut heard = office.context.live.listen();
    note(&office, &ana, conversation, &[1, 2, 2, 99]).await;

    let listing = &office.engine.listing;
    let named = listing.mentioning(&bia).unwrap();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].conversation.participants, [id(1), id(2)]);
    assert!(named[0].mentioned);
    assert_eq!(
        listing.mentioning(&ana).unwrap(),
        [],
        "nobody names themselves"
    );
    let mut told = Vec::new();
    while let Ok(news) = heard.try_recv() {
        if let Heard::Signal(signal) = news
            && let Signal::Mentioned { user_id, .. } = *signal
        {
            told.push(user_id);
        }
    }
    assert!(told.contains(&id(2)), "{told:?}");

    assert_eq!(listing.unseen_mentions(&bia).unwrap(), 1);
    office
        .engine
        .reading
        .mark_read(&bia, conversation)
        .await
        .unwrap();
    assert_eq!(listing.unseen_mentions(&bia).unwrap(), 0);
    assert_eq!(
        listing.mentioning(&bia).unwrap().len(),
        1,
        "it is still found"
    );

    let owner = person(3, Role::Owner);
    office
        .engine
        .changing
        .delete(&owner, conversation)
        .await
        .unwrap();
    assert_eq!(listing.mentioning(&bia).unwrap(), []);
}

#[tokio::test]
async fn a_finished_conversation_says_who_finished_it() {
    let office = Office::new().await;
    let conversation = office.talk().await;
    let ana = person(1, Role::Agent);
    let changing = &office.engine.changing;
    let done = || vec![Edit::Status(Status::Resolved)];
    for (actor, expected) in [
        (&ana, ResolvedBy::Agent),
        (&Actor::system(), ResolvedBy::System),
    ] {
        let ended = changing
            .change(actor, conversation, done(), None)
            .await
            .unwrap();
        assert_eq!(ended.resolved_by, Some(expected));
        let again = vec![Edit::Status(Status::Open)];
        let open = changing
            .change(actor, conversation, again, None)
            .await
            .unwrap();
        assert_eq!(open.resolved_by, None);
    }
}
