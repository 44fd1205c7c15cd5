//! The time from start to the first answer.

use std::time::Duration;
use std::time::Instant;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::client;
use crate::bench::client::Client;
use crate::bench::hooks;
use crate::bench::hooks::Pace;
use crate::bench::house::House;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;
use crate::bench::server::Server;

/// The longest start of an empty installation.
const EMPTY_MAX: Duration = Duration::from_millis(100);
/// The longest start of a large one after `kill -9`.
const LARGE_MAX: Duration = Duration::from_millis(500);
/// Starts of which the fastest counts: a shared machine makes single ones slow.
const STARTS: u32 = 5;
/// How long it writes before it is killed.
const LOAD: Duration = Duration::from_millis(300);
/// Connections that make it write.
const CONNECTIONS: u32 = 64;
/// More than it can write in that time.
const MESSAGES_MAX: u32 = 1_000_000;
/// Numbers that no other measurement has used for its messages.
const FIRST_MESSAGE: u32 = 10_000_000;

/// How fast a server starts.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let house = House::build(bench.folder("start")).await?;
    let empty = Amount::Time(fastest(&house).await?);
    let large = bench.large().await?;
    let full = Amount::Time(fastest(&large.house).await?);
    Ok(vec![
        Figure::new("start, empty", empty).held(empty, Target::AtMost(Amount::Time(EMPTY_MAX))),
        Figure::new(
            format!("start after kill -9, {} messages", large.messages),
            full,
        )
        .held(full, Target::AtMost(Amount::Time(LARGE_MAX))),
    ])
}

/// The fastest of several starts, each after `kill -9` in the middle of writing.
async fn fastest(house: &House) -> Result<Duration, BenchError> {
    let mut fastest = Duration::MAX;
    for start in 0..STARTS {
        let began = Instant::now();
        let server = Server::start(&house.folder)?;
        let mut client = Client::connect(server.address).await?;
        client.ask(&client::get("/healthz", "")).await?;
        fastest = fastest.min(began.elapsed());
        let first = FIRST_MESSAGE + start * MESSAGES_MAX;
        let load = hooks::post(
            &server,
            house,
            first..first + MESSAGES_MAX,
            CONNECTIONS,
            Pace::Flat,
        );
        // Ends in the middle of it, unless the load broke before that.
        if let Ok(ended) = tokio::time::timeout(LOAD, load).await {
            ended?;
        }
        drop(server);
    }
    Ok(fastest)
}
