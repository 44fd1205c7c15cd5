//! Choices spelled out as numbered words, and the numbers that come back.

use std::time::Duration;

use serde_json::json;

use super::ANA;
use super::Bench;
use super::echo;
use super::message;
use super::the_channel;
use crate::base::time::Timestamp;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::StoreError;

impl Bench {
    /// Offers Ana two choices, spelled out.
    async fn ask(&self) {
        let stamp = self.context.stamp();
        let conversation = self.conversation();
        let entry = question(&conversation, self.context.clock.now());
        let asked = self.context.store.write("a test's question", move |tx| {
            let mut conversation = conversation.clone();
            entries::append(tx, &mut stamp.pen(), &mut conversation, entry.clone())?;
            Ok::<_, StoreError>(())
        });
        asked.await.unwrap();
    }
}

/// What was put to Ana as numbered words, because her channel has no such buttons.
fn question(conversation: &Conversation, now: Timestamp) -> Entry {
    let content = json!({"type":"buttons","text":"Help?","buttons":[
        {"type":"reply","id":"refund","title":"Refund"},
        {"type":"reply","id":"swap","title":"Swap"}]});
    Entry {
        direction: Direction::Outbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Agent,
            id: None,
            name: "Shop".to_owned(),
        },
        from: the_channel().to_string(),
        to: conversation.address.clone(),
        content: serde_json::from_value(content).unwrap(),
        sent_as: vec![Content::text("Help?\n1. Refund\n2. Swap")],
        converted: Vec::new(),
        delivery: Delivery::Sent,
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: Source::Api,
        metadata: Opaque::new(),
        at: now,
    }
}

#[tokio::test]
async fn a_number_means_the_choice_that_was_offered_last_whatever_else_was_said() {
    let bench = Bench::new().await;
    let ana = json!({"address":ANA});
    bench.hear(json!([message("in1", &ana, "2")])).await;
    bench.ask().await;
    bench
        .hear(json!([message("in2", &ana, "one moment")]))
        .await;
    bench.hear(json!([message("in3", &ana, "2")])).await;
    let later = echo("out1", "never mind", "2026-01-01T12:00:04Z");
    bench.hear(json!([later])).await;
    bench.hear(json!([message("in4", &ana, "2")])).await;
    let chosen: Vec<_> = bench
        .messages()
        .into_iter()
        .filter(|message| message.direction == Direction::Inbound)
        .map(|message| match message.content {
            Content::Postback(postback) => Some(postback.payload),
            _ => None,
        })
        .collect();
    let swap = Some("swap".to_owned());
    assert_eq!(chosen, [None, None, swap.clone(), swap]);
}

#[tokio::test]
async fn a_number_means_nothing_a_day_after_the_choices() {
    let bench = Bench::new().await;
    let ana = json!({"address":ANA});
    bench.hear(json!([message("in", &ana, "hi")])).await;
    bench.ask().await;
    // Each is heard a second later.
    let almost = Duration::from_secs(24 * 3_600 - 2);
    bench.context.clock.advance(almost);
    bench.hear(json!([message("soon", &ana, "1")])).await;
    bench.hear(json!([message("late", &ana, "2")])).await;
    let contents: Vec<_> = bench
        .messages()
        .into_iter()
        .map(|one| one.content)
        .collect();
    let [.., soon, late] = &contents[..] else {
        unreachable!("two answers")
    };
    assert_eq!(soon.kind(), "postback");
    assert_eq!(*late, Content::text("2"));
}
