//! An installation of some age: many people, many messages, and their search index.

use std::time::Duration;
use std::time::Instant;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::house::House;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::engine::Engine;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::ids::ConversationId;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::search::corpus;
use crate::store::records::conversations;

/// Messages recorded at once.
const STEP: usize = 500;

/// The installation, and how long it took to make.
pub struct Large {
    /// Where it is.
    pub house: House,
    /// Its messages.
    pub messages: u32,
    /// Some of its conversations, spread over all of them.
    pub conversations: Vec<ConversationId>,
    recorded_in: Duration,
    indexed_in: Duration,
}

impl Large {
    /// Makes one with so many messages, a tenth as many people.
    pub async fn build(bench: &Bench) -> Result<Self, BenchError> {
        let messages = bench.messages;
        let house = House::build(bench.folder("large")).await?;
        let offline = house.open()?;
        let began = Instant::now();
        fill(&offline.engine, &house, messages).await?;
        let recorded_in = began.elapsed();
        let began = Instant::now();
        offline.reindex(|_| ()).map_err(BenchError::new)?;
        let indexed_in = began.elapsed();
        let conversations = sample(&offline.engine)?;
        offline.close();
        Ok(Self {
            house,
            messages,
            conversations,
            recorded_in,
            indexed_in,
        })
    }
}

/// How fast an index is built anew from the database.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let large = bench.large().await?;
    let rate = |took: Duration| Amount::PerSecond(f64::from(large.messages) / took.as_secs_f64());
    Ok(vec![
        Figure::new("messages recorded, many at a time", rate(large.recorded_in)),
        Figure::new(
            "messages indexed anew, read from disk",
            rate(large.indexed_in),
        )
        .against("in all", Amount::Time(large.indexed_in)),
    ])
}

async fn fill(engine: &Engine, house: &House, messages: u32) -> Result<(), BenchError> {
    let numbers: Vec<u32> = (0..messages).collect();
    for step in numbers.chunks(STEP) {
        let events = step.iter().map(|number| event(*number, messages)).collect();
        engine
            .ingest
            .record(house.channel, events)
            .await
            .map_err(BenchError::while_doing("recording messages"))?;
    }
    Ok(())
}

fn event(number: u32, messages: u32) -> InboundEvent {
    let words: Vec<String> = corpus::ranks_of(number)
        .into_iter()
        .map(corpus::word)
        .collect();
    let person = corpus::conversation_of(number, messages);
    let id = format!("user_{person}");
    InboundEvent::Message(InboundMessage {
        external_id: format!("cm_{number}"),
        from: InboundSender {
            address: id.clone(),
            name: Some(format!("{} {}", corpus::word(person % 5_000), person)),
            proof: Proof {
                external_id: Some(id),
                ..Proof::default()
            },
            ..InboundSender::default()
        },
        to: String::new(),
        content: Content::text(words.join(" ")),
        reply_to: None,
        sent_at: None,
        metadata: Opaque::new(),
    })
}

/// A conversation out of every few hundred.
fn sample(engine: &Engine) -> Result<Vec<ConversationId>, BenchError> {
    let trouble = BenchError::while_doing("reading conversations");
    let snapshot = engine.context.store.snapshot().map_err(&trouble)?;
    let mut sample = Vec::new();
    let mut after = None;
    loop {
        let found = conversations::scan(&snapshot, after, STEP).map_err(&trouble)?;
        let Some(last) = found.last() else {
            return Ok(sample);
        };
        sample.push(last.id);
        after = Some(last.id);
    }
}
