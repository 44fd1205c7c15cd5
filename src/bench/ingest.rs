//! Webhooks received, against the database alone.

use std::sync::Arc;
use std::time::Duration;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::client;
use crate::bench::client::Client;
use crate::bench::hooks;
use crate::bench::hooks::Pace;
use crate::bench::house::House;
use crate::bench::postgres::Postgres;
use crate::bench::raw;
use crate::bench::record;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;
use crate::bench::server::Server;

/// Connections that post at the same time, and for each, how many times what `PostgreSQL` does it
/// should be.
const CONNECTIONS: [(u32, f64); 2] = [(64, 4.0), (256, 7.0)];
/// Our share of what the database alone would do.
const SHARE_MIN: f64 = 0.5;
/// The slowest answers at half load, in commits.
const COMMITS_MAX: f64 = 5.0;

/// How fast webhooks become durable messages, and how fast they are answered at half that load.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let rows = record::rows_of(bench.webhooks, &bench.folder("ingest-rows")).await?;
    let rows = Arc::new(rows);
    let mut figures = Vec::new();
    let mut reached = Vec::new();
    for (connections, times) in CONNECTIONS {
        let file = bench.folder(&format!("ingest-raw-{connections}.redb"));
        let bare = raw::rate(&file, &rows, connections as usize).await?;
        let folder = bench.folder(&format!("ingest-{connections}"));
        let house = House::build(folder).await?;
        let server = Server::start(&house.folder)?;
        let all = 0..bench.webhooks;
        let posted = hooks::post(&server, &house, all, connections, Pace::Flat).await?;
        figures.push(
            Figure::new(
                format!("webhooks made durable, {connections} connections"),
                Amount::PerSecond(posted.rate),
            )
            .against("redb alone", Amount::PerSecond(bare))
            .held(
                Amount::Ratio(posted.rate / bare),
                Target::AtLeast(Amount::Ratio(SHARE_MIN)),
            ),
        );
        figures.push(half_load(bench, &server, &house, connections, posted.rate).await?);
        reached.push((connections, posted.rate, times));
    }
    // Last, and with its trouble in its own lines: the others are no worse for it.
    let postgres = Postgres::start(bench.folder("postgres"));
    figures.extend(reached.into_iter().map(|(connections, rate, times)| {
        let figure = Figure::new(
            format!("the same beside PostgreSQL, {connections} connections"),
            Amount::PerSecond(rate),
        );
        beside_postgres(figure, postgres.as_ref(), connections, rate, times)
    }));
    Ok(figures)
}

/// The rate that was reached, in what `PostgreSQL` does with as many connections.
fn beside_postgres(
    figure: Figure,
    postgres: Result<&Option<Postgres>, &BenchError>,
    connections: u32,
    rate: f64,
    times: f64,
) -> Figure {
    let postgres = match postgres {
        Ok(Some(postgres)) => postgres,
        Ok(None) => return figure.against("PostgreSQL", "is not installed"),
        Err(error) => return figure.against("no comparison:", error),
    };
    match postgres.rate(connections) {
        Ok(its) => figure.against("PostgreSQL", Amount::PerSecond(its)).held(
            Amount::Ratio(rate / its),
            Target::AtLeast(Amount::Ratio(times)),
        ),
        Err(error) => figure.against("no comparison:", error),
    }
}

/// How long answers take at half of the rate that was reached.
async fn half_load(
    bench: &Bench,
    server: &Server,
    house: &House,
    connections: u32,
    rate: f64,
) -> Result<Figure, BenchError> {
    let messages = bench.webhooks..bench.webhooks + bench.webhooks / 2;
    let before = Commits::of(server).await?;
    let pace = Pace::PerSecond(rate / 2.0);
    let posted = hooks::post(server, house, messages, connections, pace).await?;
    let commit = Commits::of(server).await?.mean_since(&before);
    Ok(Figure::new(
        format!("answered at half that load, p99, {connections} connections"),
        Amount::Time(posted.times.p99),
    )
    .against("a commit", Amount::Time(commit))
    .held(
        Amount::ratio_of(posted.times.p99, commit),
        Target::AtMost(Amount::Ratio(COMMITS_MAX)),
    ))
}

/// Commits so far, from the server's metrics.
struct Commits {
    count: u64,
    micros: u64,
}

impl Commits {
    async fn of(server: &Server) -> Result<Self, BenchError> {
        let mut client = Client::connect(server.address).await?;
        let answer = client.ask(&client::get("/metrics", "")).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let value = |name: &str| {
            text.lines()
                .filter_map(|line| line.split_once(' '))
                .find(|(known, _)| *known == name)
                .and_then(|(_, value)| value.parse().ok())
                .ok_or_else(|| BenchError::new(format!("the server does not tell {name}")))
        };
        Ok(Self {
            count: value("linktor_commits_total")?,
            micros: value("linktor_commit_microseconds_total")?,
        })
    }

    fn mean_since(&self, before: &Self) -> Duration {
        let commits = (self.count - before.count).max(1);
        Duration::from_micros((self.micros - before.micros) / commits)
    }
}
