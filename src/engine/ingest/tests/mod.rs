//! What vendors tell besides messages, recorded over a real store.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod choices;

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::channels::Recorded;
use crate::engine::context::Context;
use crate::engine::context::Shared;
use crate::engine::ingest::Ingest;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::store::StoreError;
use crate::store::keyspaces::CONTACTS;
use crate::store::keyspaces::IDENTITIES;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::identities;
use crate::store::records::messages;

const ANA: &str = "+5511999990000";

fn the_channel() -> ChannelId {
    ChannelId::from_bytes([9; 16])
}

/// A WhatsApp number with everything behind it.
struct Bench {
    context: Context,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::from(Shared::for_tests(folder.path()));
        let now = context.clock.now();
        let kind = ChannelKind::named("whatsapp");
        let channel = Channel {
            state: ChannelState::Active,
            connected_at: Some(now),
            ..Channel::new(the_channel(), kind, "Shop".to_owned(), now)
        };
        let put = context.store.write("a test's channel", move |tx| {
            channels::put(tx, &channel)?;
            Ok::<_, StoreError>(())
        });
        put.await.unwrap();
        Self {
            context,
            _folder: folder,
        }
    }

    /// Records facts a second after whatever came before.
    async fn hear(&self, events: Value) -> Vec<Recorded> {
        self.context.clock.advance(Duration::from_secs(1));
        let events: Vec<InboundEvent> = serde_json::from_value(events).unwrap();
        let ingest = Ingest(self.context.clone());
        ingest.record(the_channel(), events).await.unwrap()
    }

    fn contact(&self, address: &str) -> Option<Contact> {
        let snapshot = self.context.store.snapshot().unwrap();
        let identity = identities::get(&snapshot, the_channel(), address).unwrap()?;
        contacts::get(&snapshot, identity.contact_id).unwrap()
    }

    fn conversation(&self) -> Conversation {
        let snapshot = self.context.store.snapshot().unwrap();
        let contact = self.contact(ANA).unwrap();
        let latest = conversations::latest(&snapshot, contact.id, the_channel()).unwrap();
        latest.unwrap()
    }

    /// Messages of Ana's conversation, oldest first.
    fn messages(&self) -> Vec<Message> {
        let snapshot = self.context.store.snapshot().unwrap();
        let conversation = self.conversation().id;
        let order = crate::store::Direction::Forward;
        messages::near(&snapshot, conversation, None, order, 100).unwrap()
    }

    fn channel(&self) -> Channel {
        let snapshot = self.context.store.snapshot().unwrap();
        channels::get(&snapshot, the_channel()).unwrap().unwrap()
    }
}

fn message(id: &str, from: &Value, text: &str) -> Value {
    json!({"event":"message","externalId":id,"from":from,"to":"+55118888","content":{"type":"text","text":text}})
}

fn echo(id: &str, text: &str, at: &str) -> Value {
    json!({"event":"echo","externalId":id,"to":{"address":ANA},"from":"+55118888","content":{"type":"text","text":text},"sentAt":at})
}

#[tokio::test]
async fn what_was_written_on_the_phone_is_ours_once() {
    let bench = Bench::new().await;
    bench
        .hear(json!([message("in1", &json!({"address":ANA}), "hi")]))
        .await;
    let written = echo("out1", "hello", "2026-01-01T12:00:02Z");
    let first = bench.hear(json!([written])).await;
    let again = bench.hear(json!([written])).await;
    assert!(!first[0].duplicate && again[0].duplicate);
    let messages = bench.messages();
    let shown: Vec<_> = messages
        .iter()
        .map(|message| (message.direction, message.source, message.delivery))
        .collect();
    let theirs = (Direction::Inbound, Source::Customer, Delivery::Delivered);
    let ours = (Direction::Outbound, Source::BusinessApp, Delivery::Sent);
    assert_eq!(shown, [theirs, ours]);
    assert_eq!(bench.conversation().waiting_since, None, "it was answered");
}

#[tokio::test]
async fn a_repeat_is_known_whatever_the_vendor_says_of_the_time() {
    const HOUR: i64 = 3_600;
    // How far the vendor's clock is from ours; how long it waits before it repeats.
    let clocks = [
        None,
        Some(0),
        Some(-11),
        Some(-6 * 24),
        Some(-9 * 24),
        Some(1),
        Some(30),
    ];
    let waits = [0, 1, 13, 5 * 24];
    for clock in clocks {
        for wait in waits {
            let bench = Bench::new().await;
            let mut written = message("in1", &json!({"address":ANA}), "hi");
            let sent_at = clock.map(|hours| {
                let now = bench.context.clock.now().as_millis() / 1_000;
                Timestamp::from_secs(now + hours * HOUR).to_string()
            });
            written["sentAt"] = json!(sent_at);
            bench.hear(json!([written])).await;
            let pause = u64::try_from(wait * HOUR).unwrap();
            bench.context.clock.advance(Duration::from_secs(pause));
            let again = bench.hear(json!([written])).await;
            assert!(again[0].duplicate, "{clock:?} after {wait} hours");
            let quoting = json!([{"event":"delete","externalId":"in1"}]);
            let found = bench.hear(quoting).await;
            assert!(
                found[0].message_id.is_some() || clock == Some(30),
                "{clock:?} after {wait} hours"
            );
        }
    }
}

#[tokio::test]
async fn a_burst_rewrites_nobody_and_who_comes_back_was_seen_again() {
    let bench = Bench::new().await;
    let store = &bench.context.store;
    let editions = || (store.edition(&CONTACTS), store.edition(&IDENTITIES));
    let says = |id: &str| json!([message(id, &json!({ "address": ANA, "name": "Ana" }), "hi")]);
    bench.hear(says("in1")).await;
    let (first, seen) = (editions(), bench.contact(ANA).unwrap().last_seen_at);
    bench.hear(says("in2")).await;
    bench.hear(says("in3")).await;
    assert_eq!(bench.messages().len(), 3);
    assert_eq!(editions(), first);
    bench.context.clock.advance(Duration::from_secs(10));
    bench.hear(says("in4")).await;
    let back = bench.contact(ANA).unwrap().last_seen_at;
    assert_eq!(back, Some(bench.context.clock.now()));
    assert_ne!(back, seen);
    let renamed = json!([message(
        "in5",
        &json!({ "address": ANA, "name": "Ana Lima" }),
        "hi"
    )]);
    bench.hear(renamed).await;
    assert_eq!(
        bench.contact(ANA).unwrap().name,
        "Ana Lima",
        "news is written at once"
    );
}

#[tokio::test]
async fn a_watermark_moves_what_was_sent_until_then() {
    let bench = Bench::new().await;
    bench
        .hear(json!([
            echo("out1", "one", "2026-01-01T12:00:01Z"),
            echo("out2", "two", "2026-01-01T12:00:05Z"),
            echo("out3", "three", "2026-01-01T12:00:09Z"),
        ]))
        .await;
    let state = || {
        bench
            .messages()
            .iter()
            .map(|one| one.delivery)
            .collect::<Vec<_>>()
    };
    let mark = |state: &str, up_to: &str| json!([{"event":"watermark","address":ANA,"state":state,"upTo":up_to}]);
    bench.hear(mark("read", "2026-01-01T12:00:01Z")).await;
    bench.hear(mark("delivered", "2026-01-01T12:00:05Z")).await;
    assert_eq!(
        state(),
        [Delivery::Read, Delivery::Delivered, Delivery::Sent]
    );
    let named = json!([{"event":"watermark","address":ANA,"state":"read","upTo":"2026-01-01T12:00:30Z","externalId":"out2"}]);
    bench.hear(named).await;
    assert_eq!(state(), [Delivery::Read, Delivery::Read, Delivery::Sent]);
    let nobody =
        json!([{"event":"watermark","address":"+1","state":"read","upTo":"2026-01-01T12:00:30Z"}]);
    assert_eq!(bench.hear(nobody).await[0].message_id, None);
}

#[tokio::test]
async fn the_past_is_nobodys_turn_and_a_late_file_takes_its_place() {
    let bench = Bench::new().await;
    let past = |content: Value| json!([{"event":"past","direction":"inbound","externalId":"h1","from":{"address":ANA},"to":"","content":content,"sentAt":"2025-12-01T00:00:00Z"}]);
    bench
        .hear(past(
            json!({"type":"unsupported","kind":"media_placeholder"}),
        ))
        .await;
    bench
        .hear(past(json!({"type":"image","url":"https://x.example/1"})))
        .await;
    let again = bench
        .hear(past(json!({"type":"image","url":"https://x.example/1"})))
        .await;
    assert!(again[0].duplicate);
    let messages = bench.messages();
    assert_eq!((messages.len(), messages[0].content.kind()), (1, "image"));
    let conversation = bench.conversation();
    assert_eq!(
        (conversation.waiting_since, conversation.inbound_count),
        (None, 0)
    );
    assert_eq!(
        conversation.last_inbound_at,
        Timestamp::parse("2025-12-01T00:00:00Z")
    );
}

#[tokio::test]
async fn every_address_of_a_person_leads_to_the_same_contact() {
    let bench = Bench::new().await;
    let both = json!({"address":ANA,"also":["US.1"],"name":"Ana"});
    bench.hear(json!([message("in1", &both, "hi")])).await;
    bench
        .hear(json!([message(
            "in2",
            &json!({"address":"US.1"}),
            "me again"
        )]))
        .await;
    let moved = json!([{"event":"contact","address":"+5511777770000","also":[ANA]}]);
    bench.hear(moved).await;
    let ana = bench.contact(ANA).unwrap();
    for address in ["US.1", "+5511777770000"] {
        assert_eq!(bench.contact(address).unwrap().id, ana.id, "{address}");
    }
    assert_eq!(bench.messages().len(), 2);
    bench
        .hear(json!([{"event":"contact","address":"+1999","name":"Stranger"}]))
        .await;
    assert!(
        bench.contact("+1999").is_none(),
        "an address book makes nobody"
    );
}

#[tokio::test]
async fn consent_is_kept_and_taken_back() {
    let bench = Bench::new().await;
    let consent = |given: bool| json!([{"event":"consent","from":{"address":ANA},"topic":"marketing","isGiven":given}]);
    bench.hear(consent(false)).await;
    bench.hear(consent(false)).await;
    assert_eq!(bench.contact(ANA).unwrap().opted_out, ["marketing"]);
    bench.hear(consent(true)).await;
    assert!(bench.contact(ANA).unwrap().opted_out.is_empty());
}

#[tokio::test]
async fn answers_follow_somebody_who_moved() {
    let bench = Bench::new().await;
    bench
        .hear(json!([message("in1", &json!({"address":ANA}), "hi")]))
        .await;
    let moved = json!([{"event":"contact","address":"+5511777770000","also":[ANA]}]);
    bench.hear(moved).await;
    assert_eq!(bench.conversation().address, "+5511777770000");
}

#[tokio::test]
async fn what_the_vendor_breaks_stops_and_says_why() {
    let bench = Bench::new().await;
    let notice = |effect: &str, text: &str| json!([{"event":"notice","kind":"accountUpdate","effect":effect,"text":text}]);
    for _ in 0..25 {
        bench.hear(notice("warn", "Look.")).await;
    }
    assert_eq!(bench.channel().state, ChannelState::Active);
    bench
        .hear(json!([{"event":"template","name":"promo","language":"en","status":"PAUSED"}]))
        .await;
    bench
        .hear(notice("break", "The account was deleted."))
        .await;
    let channel = bench.channel();
    assert_eq!(channel.state, ChannelState::Error);
    assert_eq!(channel.error.as_deref(), Some("The account was deleted."));
    let told: Vec<_> = channel
        .notes
        .iter()
        .map(|note| note.text.as_str())
        .collect();
    assert_eq!(told.len(), 20);
    assert_eq!(
        told[18..],
        ["promo (en): status PAUSED.", "The account was deleted."]
    );
}

#[tokio::test]
async fn a_receipt_brings_its_price_along_even_when_nothing_moves() {
    let bench = Bench::new().await;
    bench
        .hear(json!([echo("out1", "one", "2026-01-01T12:00:01Z")]))
        .await;
    let priced = json!([{"event":"receipt","externalId":"out1","state":"sent","metadata":{"pricing":{"category":"utility"}}}]);
    bench.hear(priced).await;
    let pricing = bench.messages()[0].metadata.get("pricing").cloned();
    assert_eq!(pricing, Some(json!({"category":"utility"})));
}

#[tokio::test]
async fn the_reply_window_counts_from_when_the_customer_wrote() {
    let bench = Bench::new().await;
    let said = |id: &str, at: &str| json!([{"event":"message","externalId":id,"from":{"address":ANA},"to":"","content":{"type":"text","text":"hi"},"sentAt":at}]);
    let cases = [
        ("late", "2025-12-31T09:00:00Z", "2025-12-31T09:00:00Z"),
        (
            "later still",
            "2025-12-31T08:00:00Z",
            "2025-12-31T09:00:00Z",
        ),
        (
            "from a clock ahead",
            "2026-01-09T00:00:00Z",
            "2026-01-01T12:00:03Z",
        ),
    ];
    for (id, written, expected) in cases {
        bench.hear(said(id, written)).await;
        let heard = bench.conversation().last_inbound_at;
        assert_eq!(heard, Timestamp::parse(expected), "{id}");
    }
}

#[tokio::test]
async fn what_is_done_with_a_message_before_it_comes_is_done_when_it_does() {
    let bench = Bench::new().await;
    let ana = json!({"address":ANA});
    bench.hear(json!([message("in0", &ana, "hello")])).await;
    let edit = |text: &str, at: &str| json!({"event":"edit","externalId":"in1","content":{"type":"text","text":text},"at":at});
    let third = edit("third", "2026-01-01T12:00:30Z");
    let second = edit("second", "2026-01-01T12:00:20Z");
    let liked = json!({"event":"reaction","externalId":"re1","from":ana,"targetExternalId":"in1","emoji":"+"});
    bench.hear(json!([third, liked])).await;
    bench.hear(json!([second])).await;
    bench.hear(json!([message("in1", &ana, "first")])).await;
    let held = bench.messages().pop().unwrap();
    assert_eq!(held.content.words(), "third");
    assert_eq!(held.reactions.len(), 1);

    bench
        .hear(json!([{"event":"delete","externalId":"in2"}]))
        .await;
    bench.hear(json!([message("in2", &ana, "oops")])).await;
    let late = json!({"event":"edit","externalId":"in2","content":{"type":"text","text":"back"},"at":null});
    bench.hear(json!([late])).await;
    let held = bench.messages().pop().unwrap();
    assert!(held.deleted_at.is_some() && held.content == Content::deleted());
    assert_eq!(bench.messages().len(), 3);
}

#[tokio::test]
async fn an_edit_changes_what_is_kept_also_where_the_words_stay() {
    let bench = Bench::new().await;
    let ana = json!({"address":ANA});
    let mut sent = message("in1", &ana, "on my way");
    sent["metadata"] = json!({"livePeriod":3600,"chatId":"5"});
    bench.hear(json!([sent])).await;
    let over = json!({"livePeriod":null,"liveEnded":true});
    let edit = json!({"event":"edit","externalId":"in1","content":{"type":"text","text":"on my way"},
        "at":"2026-01-01T12:00:30Z","metadata":over});
    bench.hear(json!([edit])).await;
    let held = bench.messages().pop().unwrap();
    let kept = |name: &str| held.metadata.get(name).cloned();
    assert_eq!(kept("livePeriod"), None);
    assert_eq!(kept("liveEnded"), Some(true.into()));
    assert_eq!(kept("chatId"), Some("5".into()));
    assert!(kept("editHistory").is_none(), "it says what it said");
    let star = json!({"event":"reaction","externalId":"re1","from":ana,"targetExternalId":"in1",
        "emoji":"*","metadata":{"customEmojiId":"5"}});
    bench.hear(json!([star])).await;
    let held = bench.messages().pop().unwrap();
    assert_eq!(held.reactions[0].metadata["customEmojiId"], "5");
}
