//! What an agent's browser and programs ask for, of an installation of some age.

use std::time::Duration;
use std::time::Instant;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::client;
use crate::bench::client::Client;
use crate::bench::large::Large;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;
use crate::bench::server::KEY;
use crate::bench::server::Server;
use crate::search::bench::Times;
use crate::search::corpus;

/// How long any request may take.
const REQUEST_MAX: Duration = Duration::from_millis(20);
/// How often each is made.
const TIMES: usize = 500;

/// Something asked for: its name, and the path of the `n`-th time.
type Asked = (&'static str, fn(&Large, usize) -> String);

const ASKED: &[Asked] = &[
    ("page of the inbox", |_, _| "/app/inbox/all".to_owned()),
    ("page of a conversation", |large, n| {
        format!("/app/inbox/all/{}", conversation(large, n))
    }),
    ("page of search results", |_, n| {
        format!("/app/search?q={}", word(n))
    }),
    ("page of contacts", |_, _| "/app/contacts".to_owned()),
    ("list of conversations", |_, n| {
        format!("/api/v1/conversations?limit=50&offset={}", n % 10 * 50)
    }),
    ("a conversation", |large, n| {
        format!("/api/v1/conversations/{}", conversation(large, n))
    }),
    ("its messages", |large, n| {
        format!("/api/v1/conversations/{}/messages", conversation(large, n))
    }),
    ("counts", |_, _| "/api/v1/conversations/counts".to_owned()),
    ("list of contacts", |_, n| {
        format!("/api/v1/contacts?limit=50&search={}", word(n))
    }),
];

fn conversation(large: &Large, n: usize) -> String {
    large.conversations[n % large.conversations.len()].to_string()
}

fn word(n: usize) -> String {
    corpus::word(u32::try_from(n).unwrap_or_default() * 7 % 2_000)
}

/// How long requests take.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let large = bench.large().await?;
    let server = Server::start(&large.house.folder)?;
    let headers = format!(
        "cookie: linktor_session={}\r\nauthorization: Bearer {KEY}\r\n",
        large.house.cookie
    );
    let mut client = Client::connect(server.address).await?;
    let mut figures = Vec::new();
    for (name, path) in ASKED {
        let mut took = Vec::new();
        for n in 0..TIMES {
            let request = client::get(&path(large, n), &headers);
            let began = Instant::now();
            client.ask(&request).await?;
            took.push(began.elapsed());
        }
        let p99 = Amount::Time(Times::of(took).p99);
        figures.push(
            Figure::new(format!("{name}, p99"), p99)
                .held(p99, Target::AtMost(Amount::Time(REQUEST_MAX))),
        );
    }
    Ok(figures)
}
