//! Agents whom the business lets see only a part: every way that leads to a conversation.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::base::page::Span;
use crate::engine::inbox::change::IfOpen;
use crate::engine::inbox::counting::Counts;
use crate::engine::inbox::history::Stretch;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Owner;
use crate::engine::inbox::searching::Kind;
use crate::engine::inbox::searching::Order;
use crate::engine::inbox::searching::Question;
use crate::model::conversation::Status;
use crate::model::event::Event;
use crate::model::fence::AgentVisibility;
use crate::model::ids::ConversationId;
use crate::store::Read as _;
use crate::store::Scan;
use crate::store::keyspaces::CONVERSATION_BY_TEAM;
use crate::store::keyspaces::COUNTERS;
use crate::store::migrate::STEPS;

const ME: u8 = 1;
const COLLEAGUE: u8 = 2;
const OURS: u8 = 3;
const THEIRS: u8 = 4;
/// The kinds of counts that an upgrade makes.
const COUNTS_OF_TEAMS: [u8; 2] = [7, 8];

/// An office in which every pair of person and team has one conversation.
struct Divided {
    office: Office,
    me: Actor,
    boss: Actor,
    talks: Vec<Talk>,
}

struct Talk {
    contact: Contact,
    conversation: Conversation,
    message: Message,
    /// Whether I see it where agents see all, their team's, their own.
    seen: [bool; 3],
}

impl Divided {
    async fn new() -> Self {
        let office = Office::new().await;
        let me = office.hire(ME, Role::Agent).await;
        let colleague = office.hire(COLLEAGUE, Role::Agent).await;
        let boss = office.hire(5, Role::Supervisor).await;
        office.team(OURS, &[&me]).await;
        office.team(THEIRS, &[&colleague]).await;
        let places = [
            (Some(ME), None, [true, true, true]),
            (Some(ME), Some(OURS), [true, true, true]),
            (Some(ME), Some(THEIRS), [true, true, true]),
            (None, None, [true, true, false]),
            (None, Some(OURS), [true, true, false]),
            (None, Some(THEIRS), [true, false, false]),
            (Some(COLLEAGUE), None, [true, false, false]),
            (Some(COLLEAGUE), Some(OURS), [true, true, false]),
            (Some(COLLEAGUE), Some(THEIRS), [true, false, false]),
        ];
        let mut talks = Vec::new();
        for (number, (assignee, team, seen)) in places.into_iter().enumerate() {
            let contact = office.customer(&format!("Customer {number}")).await;
            let (conversation, message) = office.hear(&contact, "parcel").await;
            office
                .give(&conversation, assignee.map(id), team.map(id))
                .await;
            talks.push(Talk {
                contact,
                conversation,
                message,
                seen,
            });
        }
        office.indexed();
        Self {
            office,
            me,
            boss,
            talks,
        }
    }

    async fn show(&self, visibility: AgentVisibility) {
        let changes = OrganisationChanges {
            agent_visibility: Some(visibility),
            ..OrganisationChanges::default()
        };
        self.office.set(changes).await;
    }

    fn listed(&self, actor: &Actor, filter: &Filter, limit: usize) -> Vec<ConversationId> {
        let mut ids = Vec::new();
        let mut cursor = None;
        loop {
            let span = Span {
                cursor,
                offset: 0,
                limit,
            };
            let page = self.office.engine.listing.page(actor, filter, &span);
            let page = page.unwrap();
            ids.extend(page.rows.iter().map(|row| row.conversation.id));
            if let Some(total) = page.total {
                assert!(ids.len() as u64 <= total);
                assert!(page.next.is_some() || ids.len() as u64 == total, "{total}");
            }
            cursor = page.next;
            if cursor.is_none() {
                return ids;
            }
        }
    }

    fn found(&self, actor: &Actor) -> Vec<ConversationId> {
        let question = Question {
            text: "parcel",
            kinds: &[Kind::Message],
            order: Order::Newest,
            limit: 50,
            after: None,
            count_to: 100,
            zone: TimeZone::UTC,
        };
        let answer = self.office.engine.searching.find(actor, &question).unwrap();
        assert_eq!(answer.total, answer.hits.len() as u64);
        let ids = answer
            .hits
            .iter()
            .filter_map(|found| found.hit.conversation);
        ids.collect()
    }

    fn of(&self, choice: usize, seen: bool) -> impl Iterator<Item = &Talk> {
        self.talks
            .iter()
            .filter(move |talk| talk.seen[choice] == seen)
    }
}

fn ids<'t>(talks: impl Iterator<Item = &'t Talk>) -> Vec<ConversationId> {
    sorted(talks.map(|talk| talk.conversation.id).collect())
}

fn sorted(mut ids: Vec<ConversationId>) -> Vec<ConversationId> {
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn lists_counts_and_search_hold_what_is_in_sight() {
    let divided = Divided::new().await;
    for (choice, visibility) in AgentVisibility::ALL.into_iter().enumerate() {
        divided.show(visibility).await;
        let wanted = ids(divided.of(choice, true));
        let all = Filter::default();
        for limit in [1, 2, 50] {
            let listed = divided.listed(&divided.me, &all, limit);
            assert_eq!(sorted(listed), wanted, "{visibility:?} by {limit}");
        }
        assert_eq!(sorted(divided.found(&divided.me)), wanted, "{visibility:?}");
        for owner in [None, Some(ME), Some(COLLEAGUE)] {
            let filter = Filter {
                owner: owner.map_or(Owner::Nobody, |user| Owner::User(id(user))),
                ..Filter::default()
            };
            let listed = divided.listed(&divided.me, &filter, 2);
            let wanted = ids(divided.of(choice, true).filter(|talk| {
                let row = divided
                    .office
                    .engine
                    .listing
                    .get(&divided.boss, talk.conversation.id);
                row.unwrap().conversation.assignee == owner.map(id)
            }));
            assert_eq!(sorted(listed), wanted, "{visibility:?} {owner:?}");
        }
        let counts = divided.office.engine.listing.counts(&divided.me).unwrap();
        let unassigned = [3, 2, 0][choice];
        assert_eq!(
            counts,
            Counts {
                open: wanted.len() as u64,
                unassigned,
                mine: 3,
                ..Counts::default()
            },
            "{visibility:?}"
        );
        assert_eq!(divided.listed(&divided.boss, &all, 50).len(), 9);
        assert_eq!(divided.found(&divided.boss).len(), 9);
    }
}

#[tokio::test]
async fn counts_follow_every_move() {
    let divided = Divided::new().await;
    divided.show(AgentVisibility::Team).await;
    let resolved = vec![Edit::Status(Status::Resolved)];
    let changing = &divided.office.engine.changing;
    for talk in &divided.talks {
        let id = talk.conversation.id;
        let done = changing.change(&divided.boss, id, resolved.clone(), None);
        done.await.unwrap();
    }
    let counts = divided.office.engine.listing.counts(&divided.me).unwrap();
    assert_eq!((counts.open, counts.resolved, counts.unassigned), (0, 6, 0));
    let team = Filter {
        team_id: Some(id(OURS)),
        ..Filter::default()
    };
    assert_eq!(divided.listed(&divided.me, &team, 1).len(), 3);
}

#[tokio::test]
async fn what_is_out_of_sight_is_answered_as_unknown() {
    let divided = Divided::new().await;
    for (choice, visibility) in AgentVisibility::ALL.into_iter().enumerate() {
        divided.show(visibility).await;
        let engine = &divided.office.engine;
        let me = &divided.me;
        for talk in divided.of(choice, false) {
            let (conversation, message) = (talk.conversation.id, talk.message.id);
            let stretch = Stretch {
                limit: 10,
                ..Stretch::default()
            };
            let unknown = [
                code(engine.listing.get(me, conversation)),
                code(engine.histories.of_conversation(me, conversation, stretch)),
                code(engine.reading.mark_read(me, conversation).await),
                code(engine.reading.mark_unread(me, conversation).await),
                code(engine.typing.tell(me, conversation, true)),
                code(
                    engine
                        .changing
                        .change(me, conversation, Vec::new(), None)
                        .await,
                ),
                code(divided.office.answer(me, &talk.conversation, "hello").await),
            ];
            assert_eq!(unknown, [Code::ConversationNotFound; 7], "{visibility:?}");
            let unknown = [
                code(engine.histories.message(me, message)),
                code(engine.histories.around(me, conversation, message, 10)),
                code(engine.sending.retry(me, message).await),
                code(engine.sending.cancel(me, message).await),
                code(engine.sending.confirm(me, message).await),
            ];
            assert_eq!(unknown, [Code::MessageNotFound; 5], "{visibility:?}");
            let (_, others) = engine.listing.across_channels(me, talk.contact.id).unwrap();
            assert_eq!(others, [], "{visibility:?}");
        }
        for talk in divided.of(choice, true) {
            let (conversation, message) = (talk.conversation.id, talk.message.id);
            assert_eq!(
                engine.histories.message(me, message).unwrap().id,
                message,
                "{visibility:?}"
            );
            assert!(engine.listing.get(me, conversation).is_ok());
            let (_, own) = engine.listing.across_channels(me, talk.contact.id).unwrap();
            assert_eq!(own.len(), 1, "{visibility:?}");
        }
    }
}

#[tokio::test]
async fn events_out_of_sight_are_not_heard_but_for_the_farewell() {
    let divided = Divided::new().await;
    divided.show(AgentVisibility::Own).await;
    let office = &divided.office;
    let begin = office.context.store.last_seq();
    let mine = &divided.talks[0];
    let theirs = &divided.talks[8];
    office.hear(&theirs.contact, "and where is it now?").await;
    office
        .give(&mine.conversation, Some(id(COLLEAGUE)), None)
        .await;
    office.hear(&mine.contact, "are you there?").await;

    let heard = office.engine.events.after(&divided.me, begin, 100).unwrap();
    let about: Vec<_> = heard
        .entries
        .iter()
        .map(|entry| match &entry.event {
            Event::ConversationChanged(changed) => Some(changed.conversation_id),
            other => unreachable!("{other:?}"),
        })
        .collect();
    assert_eq!(about, [Some(mine.conversation.id)]);
    assert!(heard.is_all);
    assert_eq!(heard.read_to, office.context.store.last_seq());
    let all = office.engine.events.after(&divided.boss, begin, 100);
    assert!(all.unwrap().entries.len() > 3);
    let pushed = office
        .engine
        .events
        .heard(&divided.me, &[Arc::clone(&heard.entries[0])]);
    assert_eq!(pushed.unwrap().len(), 1);
}

#[tokio::test]
async fn a_conversation_one_opens_stays_in_sight() {
    let divided = Divided::new().await;
    divided.show(AgentVisibility::Own).await;
    let office = &divided.office;
    let engine = &office.engine;
    let write = async |contact: &Contact| {
        let target = Target::Contact(office.channel, contact.id);
        let draft = Draft::text("Hello!", Source::Dashboard);
        let sending = engine.sending.send(&divided.me, target, draft, None);
        sending.await.map(|sent| sent.message)
    };
    let fresh = office.customer("Somebody new").await;
    let sent = write(&fresh).await.unwrap();
    let row = engine.listing.get(&divided.me, sent.conversation_id);
    assert_eq!(row.unwrap().conversation.assignee, divided.me.user_id());

    let taken = &divided.talks[8];
    assert_eq!(code(write(&taken.contact).await), Code::ConversationExists);
    for if_open in [IfOpen::Refuse, IfOpen::Take] {
        let contact = taken.contact.id;
        let changing = &engine.changing;
        let started = changing.start(&divided.me, office.channel, contact, Vec::new(), if_open);
        let refused = started.await.unwrap_err().to_string();
        assert!(
            !refused.contains(&taken.conversation.id.to_string()),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn an_upgrade_lists_and_counts_what_was_stored_before_there_were_teams_lists() {
    let divided = Divided::new().await;
    divided.show(AgentVisibility::Team).await;
    let office = &divided.office;
    let before = office.engine.listing.counts(&divided.me).unwrap();
    let forgotten = office.write(|tx| {
        for (key, ()) in tx.scan(&CONVERSATION_BY_TEAM, Scan::all())? {
            tx.remove(&CONVERSATION_BY_TEAM, &key)?;
        }
        for (key, _) in tx.scan(&COUNTERS, Scan::all())? {
            if COUNTS_OF_TEAMS.contains(&key.0) {
                tx.remove(&COUNTERS, &key)?;
            }
        }
        Ok(())
    });
    forgotten.await;
    let all = Filter::default();
    assert_ne!(office.engine.listing.counts(&divided.me).unwrap(), before);
    office.write(|tx| STEPS[0](tx)).await;
    assert_eq!(office.engine.listing.counts(&divided.me).unwrap(), before);
    assert_eq!(divided.listed(&divided.me, &all, 2).len(), 6);
}
