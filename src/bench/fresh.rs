//! How long after its arrival a message can be found, while more come in as fast as they can.

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
use crate::search::bench::Times;

/// Connections that post all the while.
const CONNECTIONS: u32 = 64;
/// The longest until a message can be found.
const FOUND_MAX: Duration = Duration::from_secs(1);
/// Time between two questions for the same message.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// A message that is not found by then never is.
const PATIENCE: Duration = Duration::from_secs(60);
/// Word that stands beside the one that is searched for.
const BESIDE: &str = "needle";

/// How fast messages can be found.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let house = House::build(bench.folder("fresh")).await?;
    let server = Server::start(&house.folder)?;
    let all = 0..bench.webhooks * 2;
    let mut took = Vec::new();
    // Only what is found while the load lasts counts.
    let load = async {
        let posted = hooks::post(&server, &house, all, CONNECTIONS, Pace::Flat).await;
        posted.map(|_| ())
    };
    tokio::select! {
        loaded = load => loaded?,
        looked = look_again_and_again(&server, &house, &mut took) => looked?,
    }
    let longest = Amount::Time(took.iter().max().copied().unwrap_or_default());
    let times = Times::of(took);
    Ok(vec![
        Figure::new("found after arrival, under full load, longest", longest)
            .against("median", Amount::Time(times.p50))
            .held(longest, Target::AtMost(Amount::Time(FOUND_MAX))),
    ])
}

/// Posts a message with a word of its own and looks for it until it is found, then another.
async fn look_again_and_again(
    server: &Server,
    house: &House,
    took: &mut Vec<Duration>,
) -> Result<(), BenchError> {
    let mut poster = Client::connect(server.address).await?;
    let mut seeker = Client::connect(server.address).await?;
    let cookie = format!("cookie: linktor_session={}\r\n", house.cookie);
    for number in 0.. {
        let word = format!("qq{number}x");
        let text = format!("{word} {BESIDE}");
        poster.ask(&hooks::saying(house, &word, &text)).await?;
        let arrived = Instant::now();
        let question = client::get(&format!("/app/search?q={word}"), &cookie);
        loop {
            let answer = seeker.ask(&question).await?;
            if String::from_utf8_lossy(&answer.body).contains(BESIDE) {
                break;
            }
            if arrived.elapsed() > PATIENCE {
                return Err(BenchError::new("a message was never found"));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        took.push(arrived.elapsed());
    }
    Ok(())
}
