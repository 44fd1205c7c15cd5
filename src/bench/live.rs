//! How long after a message is durable every agent's screen hears of it.

use std::cell::Cell;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;

use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::client::Client;
use crate::bench::hooks;
use crate::bench::house::House;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;
use crate::bench::server::Server;
use crate::bench::sockets;
use crate::search::bench::Times;

/// Agents' screens that are open.
const SCREENS: usize = 1_000;
/// The longest until the last of them hears.
const HEARD_MAX: Duration = Duration::from_millis(20);
/// Messages that are measured.
const MESSAGES: u32 = 40;
/// Messages before that, which the screens hear as well: what is built once is built by then.
const FIRST: u32 = 10;
/// How long screens get to hear a message.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most that is read at a time.
const READ_BYTES: usize = 64 * 1024;
/// Time between messages, in which all that follows from one comes to its end.
const BETWEEN: Duration = Duration::from_millis(300);

/// What the screens heard of the present message.
#[derive(Default)]
struct Ears {
    /// Which message is being listened for.
    turn: Cell<u32>,
    /// When each screen heard of it first.
    heard: RefCell<Vec<Instant>>,
    /// All have.
    all: Notify,
    /// Where bytes are read to.
    bytes: RefCell<Vec<u8>>,
}

/// How fast screens hear.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    sockets::raise_open_files()?;
    let house = House::build(bench.folder("live")).await?;
    let server = Server::start(&house.folder)?;
    let ears = Rc::new(Ears {
        bytes: RefCell::new(vec![0; READ_BYTES]),
        ..Ears::default()
    });
    for _ in 0..SCREENS {
        let stream = connect(&server, &house).await?;
        tokio::task::spawn_local(listen(stream, ears.clone()));
    }
    let mut client = Client::connect(server.address).await?;
    let mut took = Vec::new();
    for turn in 1..=FIRST + MESSAGES {
        tokio::time::sleep(BETWEEN).await;
        ears.turn.set(turn);
        ears.heard.borrow_mut().clear();
        client.ask(&hooks::request(&house, turn)).await?;
        let durable = Instant::now();
        tokio::time::timeout(PATIENCE, ears.all.notified())
            .await
            .map_err(|_| BenchError::new("some screens heard nothing of a message"))?;
        if turn > FIRST {
            let heard = ears.heard.borrow();
            took.extend(heard.iter().map(|at| at.saturating_duration_since(durable)));
        }
    }
    let times = Times::of(took);
    let p99 = Amount::Time(times.p99);
    Ok(vec![
        Figure::new(format!("on {SCREENS} agents' screens, p99"), p99)
            .against("median", Amount::Time(times.p50))
            .held(p99, Target::AtMost(Amount::Time(HEARD_MAX))),
    ])
}

/// The stream below a screen's socket, once that is open.
async fn connect(server: &Server, house: &House) -> Result<TcpStream, BenchError> {
    let trouble = BenchError::while_doing("connecting a screen");
    let url = format!("ws://{}/app/ws", server.address);
    let mut request = url.into_client_request().map_err(&trouble)?;
    let origin = format!("http://{}", server.address);
    let cookie = format!("linktor_session={}", house.cookie);
    for (name, value) in [("Origin", origin), ("Cookie", cookie)] {
        let value = HeaderValue::from_str(&value).map_err(BenchError::new)?;
        request.headers_mut().insert(name, value);
    }
    let connected = tokio_tungstenite::connect_async(request).await;
    match connected.map_err(&trouble)?.0.into_inner() {
        MaybeTlsStream::Plain(stream) => Ok(stream),
        _ => Err(BenchError::new("the screens' connections are encrypted")),
    }
}

/// Notes when a screen first hears of each message, until the server is gone. What it hears is read
/// and not looked at: whoever listens shares the cores with the server, and must cost little.
async fn listen(stream: TcpStream, ears: Rc<Ears>) {
    let mut last = 0;
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut ears.bytes.borrow_mut()) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(_) => return,
        }
        let turn = ears.turn.get();
        if turn != last {
            last = turn;
            let mut heard = ears.heard.borrow_mut();
            heard.push(Instant::now());
            if heard.len() == SCREENS {
                ears.all.notify_one();
            }
        }
    }
}
