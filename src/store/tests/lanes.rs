//! The lanes of the outbox: whatever happens to their rows, each has one head.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::store::Tx;
use crate::store::kv::Verdict;
use crate::store::kv::memory::Memory;
use crate::store::records::outbox;
use crate::store::records::outbox::OutboxRow;

/// Messages that come and go, and the lanes they stand in.
const MESSAGES: u8 = 8;
const LANES: u8 = 2;

/// What happens to a message.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// It is sent, or tried again; nothing where it waits already.
    Queue(u8),
    /// An attempt of the head of a lane is put off.
    PutOff(u8, u8),
    /// The head of a lane is done with.
    Done(u8),
    /// It is taken back, wherever it stands.
    TakeBack(u8),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        3 => (0..MESSAGES).prop_map(Deed::Queue),
        2 => (0..LANES, any::<u8>()).prop_map(|(lane, secs)| Deed::PutOff(lane, secs)),
        2 => (0..LANES).prop_map(Deed::Done),
        2 => (0..MESSAGES).prop_map(Deed::TakeBack),
    ];
    proptest::collection::vec(deed, 0..40)
}

fn channel() -> ChannelId {
    ChannelId::from_bytes([1; 16])
}

fn row(message: u8) -> OutboxRow {
    OutboxRow {
        message_id: MessageId::from_bytes([message; 16]),
        conversation_id: ConversationId::from_bytes([1; 16]),
        channel_id: channel(),
        address: (message % LANES).to_string(),
        due: Timestamp::from_secs(i64::from(message)),
        attempt: 1,
        begun: false,
        handles: BTreeMap::new(),
        created_at: Timestamp::from_secs(0),
        first_tried_at: None,
        called_at: None,
        is_copy: false,
        gives_way: false,
        keeps_quiet: false,
    }
}

/// The heads of the lanes, as the outbox has them.
fn heads(tx: &Tx<'_>) -> BTreeMap<String, Vec<OutboxRow>> {
    let mut found: BTreeMap<String, Vec<OutboxRow>> = BTreeMap::new();
    for head in outbox::heads(tx, channel(), usize::MAX).unwrap() {
        let row = outbox::get(tx, &head.key).unwrap().unwrap();
        assert_eq!(row.due, head.due, "a head that is due at another time");
        found.entry(head.key.1).or_default().push(row);
    }
    found
}

fn head_of(tx: &Tx<'_>, lane: u8) -> Option<OutboxRow> {
    heads(tx).remove(&lane.to_string())?.pop()
}

fn happen(tx: &mut Tx<'_>, deed: Deed) {
    match deed {
        Deed::Queue(message) => {
            if outbox::get(tx, &outbox::key(&row(message)))
                .unwrap()
                .is_none()
            {
                outbox::push(tx, &row(message)).unwrap();
            }
        }
        Deed::PutOff(lane, secs) => {
            let Some(old) = head_of(tx, lane) else { return };
            let due = Timestamp::from_secs(i64::from(secs));
            let new = OutboxRow { due, ..old.clone() };
            outbox::update(tx, &old, &new).unwrap();
        }
        Deed::Done(lane) => {
            if let Some(head) = head_of(tx, lane) {
                outbox::remove(tx, &head).unwrap();
            }
        }
        Deed::TakeBack(message) => {
            if let Some(held) = outbox::get(tx, &outbox::key(&row(message))).unwrap() {
                outbox::remove(tx, &held).unwrap();
            }
        }
    }
}

/// Every lane that is not empty has one head. It is the one it had before while that is there,
/// else the first of the lane.
fn check(tx: &Tx<'_>, before: &BTreeMap<String, Vec<OutboxRow>>) {
    let now = heads(tx);
    for lane in 0..LANES {
        let name = lane.to_string();
        let rows = outbox::of_lane(tx, channel(), &name, usize::MAX).unwrap();
        let found = now.get(&name).map_or(&[][..], Vec::as_slice);
        assert_eq!(found.len(), usize::from(!rows.is_empty()), "lane {lane}");
        let Some(head) = found.first() else { continue };
        let held = before.get(&name).and_then(|heads| heads.first());
        let stays = held.filter(|held| rows.iter().any(|row| row.message_id == held.message_id));
        let expected = stays.unwrap_or(&rows[0]).message_id;
        assert_eq!(head.message_id, expected, "lane {lane}");
    }
}

fn within(work: impl Fn(&mut Tx<'_>)) {
    let written = Memory::default().write(&mut |batch| {
        work(&mut Tx::new(batch, &Cell::new(0)));
        Verdict::Commit
    });
    written.unwrap();
}

proptest! {
    #[test]
    fn whatever_happens_each_lane_has_one_head_and_keeps_its_order(deeds in deeds()) {
        within(|tx| {
            for deed in &deeds {
                let before = heads(tx);
                happen(tx, *deed);
                check(tx, &before);
            }
        });
    }
}

#[test]
fn an_older_message_that_is_tried_again_waits_for_the_head_and_makes_no_second_one() {
    within(|tx| {
        for deed in [
            Deed::Queue(4),
            Deed::Queue(6),
            Deed::Queue(2),
            Deed::TakeBack(6),
        ] {
            happen(tx, deed);
        }
        let head = |tx: &Tx<'_>| {
            heads(tx)["0"]
                .iter()
                .map(|row| row.message_id.bytes()[0])
                .collect::<Vec<_>>()
        };
        assert_eq!(head(tx), [4]);
        happen(tx, Deed::Done(0));
        assert_eq!(head(tx), [2]);
    });
}

#[test]
fn an_upgrade_leaves_one_head_a_lane() {
    use crate::store::keyspaces::OUTBOX_DUE;
    within(|tx| {
        for message in [0, 1, 2, 4] {
            outbox::push(tx, &row(message)).unwrap();
        }
        let place = (
            channel(),
            Timestamp::from_secs(4),
            "0".to_owned(),
            row(4).message_id,
        );
        tx.put(&OUTBOX_DUE, &place, &()).unwrap();
        outbox::set_heads(tx).unwrap();
        let found: Vec<_> = heads(tx).into_values().map(|rows| rows.len()).collect();
        assert_eq!(found, [1, 1]);
    });
}

#[test]
fn what_gives_way_is_passed_by_what_is_written_later_until_it_is_due() {
    let at = |message: u8, due: i64, gives_way: bool| OutboxRow {
        address: "lane".to_owned(),
        due: Timestamp::from_secs(due),
        gives_way,
        ..row(message)
    };
    within(|tx| {
        let head = |tx: &Tx<'_>| heads(tx).remove("lane").map(|found| found[0].message_id);
        let (later, sooner) = (at(1, 100, true), at(2, 50, true));
        let (first, second) = (at(3, 10, false), at(4, 5, false));
        for (pushed, expected) in [
            (&later, &later),
            (&sooner, &sooner),
            (&first, &first),
            // What gives way to nobody is passed by nobody.
            (&second, &first),
            (&at(5, 1, true), &first),
        ] {
            outbox::push(tx, pushed).unwrap();
            assert_eq!(head(tx), Some(expected.message_id));
            assert_eq!(heads(tx)["lane"].len(), 1);
        }
        for (gone, expected) in [
            (&first, Some(&second)),
            (&second, Some(&at(5, 1, true))),
            (&at(5, 1, true), Some(&sooner)),
            (&sooner, Some(&later)),
            (&later, None),
        ] {
            outbox::remove(tx, gone).unwrap();
            assert_eq!(head(tx), expected.map(|row| row.message_id));
        }
    });
}
