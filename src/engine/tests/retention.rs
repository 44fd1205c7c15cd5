//! What happens after days, by the clock of the test.

use super::*;
use crate::engine::inbox::searching::Kind;
use crate::engine::inbox::searching::Order;
use crate::engine::inbox::searching::Question;
use crate::engine::workers::retention;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::store::Direction as Way;
use crate::store::log;
use crate::store::records::conversations;
use crate::store::records::messages;

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn keep_for(office: &Office, retention: u16, auto_close: u16) {
    let changes = OrganisationChanges {
        retention_days: Some(retention),
        auto_close_after_days: Some(auto_close),
        ..OrganisationChanges::default()
    };
    office.set(changes).await;
}

fn stored(office: &Office, id: ConversationId) -> Option<Conversation> {
    conversations::get(&office.context.store.snapshot().unwrap(), id).unwrap()
}

fn found(office: &Office, actor: &Actor, text: &str) -> usize {
    office.indexed();
    let question = Question {
        text,
        kinds: &[Kind::Message, Kind::Conversation],
        order: Order::Newest,
        limit: 50,
        after: None,
        count_to: 1_000,
        zone: jiff::tz::TimeZone::UTC,
    };
    let answer = office.engine.searching.find(actor, &question).unwrap();
    usize::try_from(answer.total).unwrap()
}

#[tokio::test]
async fn what_waits_for_the_customer_is_resolved_and_what_waits_for_us_is_not() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let (answered, waiting) = (office.customer("Ana").await, office.customer("Bia").await);
    let (answered, _) = office.hear(&answered, "hello").await;
    let (waiting, _) = office.hear(&waiting, "hello").await;
    office.answer(&boss, &answered, "hello!").await.unwrap();
    keep_for(&office, 0, 3).await;

    office.context.clock.advance(DAY * 3);
    retention::work(&office.context).await.unwrap();
    assert_eq!(stored(&office, answered.id).unwrap().status, Status::Open);
    office.context.clock.advance(Duration::from_secs(1));
    retention::work(&office.context).await.unwrap();
    assert_eq!(
        stored(&office, answered.id).unwrap().status,
        Status::Resolved
    );
    assert_eq!(stored(&office, waiting.id).unwrap().status, Status::Open);
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_found_no_more() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let (ana, bia) = (office.customer("Ana").await, office.customer("Bia").await);
    let (old, message) = office.hear(&ana, "zeppelin").await;
    let (live, _) = office.hear(&bia, "zeppelin").await;
    let done = vec![Edit::Status(Status::Resolved)];
    let changing = &office.engine.changing;
    changing.change(&boss, old.id, done, None).await.unwrap();
    keep_for(&office, 30, 0).await;
    assert_eq!(found(&office, &boss, "zeppelin"), 2);
    let owner = person(2, Role::Owner);
    let would_go = |days| office.engine.organisations.would_forget(&owner, days);
    assert_eq!(would_go(1).unwrap(), 0);

    office.context.clock.advance(DAY * 29);
    assert_eq!((would_go(28).unwrap(), would_go(0).unwrap()), (1, 0));
    let refused = office.engine.organisations.would_forget(&boss, 28);
    assert_eq!(code(refused), Code::InsufficientPermissions);
    retention::work(&office.context).await.unwrap();
    assert_eq!(found(&office, &boss, "zeppelin"), 2);
    office.context.clock.advance(DAY * 2);
    retention::work(&office.context).await.unwrap();
    assert!(stored(&office, old.id).is_none());
    assert!(stored(&office, live.id).is_some());
    let unknown = office.engine.histories.message(&boss, message.id);
    assert_eq!(code(unknown), Code::MessageNotFound);
    assert_eq!(found(&office, &boss, "zeppelin"), 1);
    let counts = office.engine.listing.counts(&boss).unwrap();
    assert_eq!((counts.open, counts.resolved), (1, 0));
}

#[tokio::test]
async fn a_long_conversation_goes_in_steps() {
    const LENGTH: usize = 450;
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let ana = office.customer("Ana").await;
    let (old, _) = office.hear(&ana, "first").await;
    for number in 1..LENGTH {
        office.hear(&ana, &format!("more {number}")).await;
    }
    let done = vec![Edit::Status(Status::Resolved)];
    let changing = &office.engine.changing;
    changing.change(&boss, old.id, done, None).await.unwrap();
    keep_for(&office, 1, 0).await;
    office.context.clock.advance(DAY * 2);
    let begin = log::last_seq(&office.context.store.snapshot().unwrap()).unwrap();
    retention::work(&office.context).await.unwrap();
    let snapshot = office.context.store.snapshot().unwrap();
    assert!(stored(&office, old.id).is_none());
    let left = messages::near(&snapshot, old.id, None, Way::Forward, 10).unwrap();
    assert_eq!(left, []);
    assert_eq!(log::last_seq(&snapshot).unwrap(), begin + 1);
}

#[tokio::test]
async fn a_web_chat_keeps_what_is_over_for_its_own_days() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let (ana, bia) = (office.customer("Ana").await, office.customer("Bia").await);
    let (old, message) = office.hear(&ana, "zeppelin").await;
    let (live, _) = office.hear(&bia, "zeppelin").await;
    let done = vec![Edit::Status(Status::Resolved)];
    let changing = &office.engine.changing;
    changing.change(&boss, old.id, done, None).await.unwrap();
    office.context.clock.advance(DAY * 8);
    retention::work_of_chats(&office.context).await.unwrap();
    assert!(stored(&office, old.id).is_some(), "nobody chose days");

    let channel = office.channel;
    let chosen = serde_json::json!({ "dataRetention": 7 });
    office
        .write(move |tx| {
            let mut chat = channels::get(tx, channel)?.unwrap();
            chat.settings.insert("privacy".to_owned(), chosen.clone());
            channels::put(tx, &chat)
        })
        .await;
    retention::work_of_chats(&office.context).await.unwrap();
    assert!(stored(&office, old.id).is_none());
    let kept = messages::get(&office.context.store.snapshot().unwrap(), message.id).unwrap();
    assert!(kept.is_none());
    assert!(stored(&office, live.id).is_some(), "what is not over stays");
}
