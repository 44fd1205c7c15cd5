//! Memory: idle, with many visitors' sockets that say nothing, and at rest afterwards.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::hooks;
use crate::bench::hooks::Pace;
use crate::bench::house::House;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;
use crate::bench::server::Server;
use crate::bench::sockets;
use crate::channels::webchat::frames::SessionRequest;
use crate::engine::webchat::Peer;

/// The most an idle server may hold.
const IDLE_MAX: u64 = 40_000_000;
/// The most an idle socket may hold, with as many open as are allowed.
const SOCKET_MAX: u64 = 26_000;
/// Sockets open when it is looked.
const SOCKETS: [u32; 2] = [1_000, 10_000];
/// The most a server may hold that rests again after many visitors or much work.
const AFTER_MAX: u64 = 60_000_000;
/// Connections that post webhooks for the work.
const CONNECTIONS: u32 = 64;
/// How long a server gets until it has given back what it does not need: the search index keeps the
/// memory it writes with for half a minute.
const RESTING: Duration = Duration::from_secs(40);
/// How long it gets to settle after sockets were opened.
const SETTLING: Duration = Duration::from_secs(3);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How much memory a server holds.
pub async fn measure(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let most = SOCKETS.iter().copied().max().unwrap_or_default();
    let house = House::build(bench.folder("memory")).await?;
    let tokens = invite(&house, most).await?;
    sockets::raise_open_files()?;
    let server = Server::start(&house.folder)?;
    tokio::time::sleep(RESTING).await;
    let idle = server.resident_bytes()?;
    let held = Amount::Bytes(idle);
    let mut figures =
        vec![Figure::new("memory, idle", held).held(held, Target::AtMost(Amount::Bytes(IDLE_MAX)))];
    let mut open: Vec<Socket> = Vec::new();
    for sockets in SOCKETS {
        for (number, token) in (0..).zip(&tokens).take(sockets as usize).skip(open.len()) {
            open.push(connect(&server, &house, number, token).await?);
        }
        tokio::time::sleep(SETTLING).await;
        let bytes = server.resident_bytes()?;
        let each = Amount::Bytes(bytes.saturating_sub(idle) / u64::from(sockets));
        let figure = Figure::new(format!("memory of an idle visitor, {sockets} open"), each)
            .against("in all", Amount::Bytes(bytes));
        figures.push(figure.held(each, Target::AtMost(Amount::Bytes(SOCKET_MAX))));
    }
    drop(open);
    tokio::time::sleep(RESTING).await;
    let left = Amount::Bytes(server.resident_bytes()?);
    let figure = Figure::new(format!("memory, at rest after {most} visitors left"), left);
    figures.push(figure.held(left, Target::AtMost(Amount::Bytes(AFTER_MAX))));
    drop(server);
    figures.push(after_work(bench, &house).await?);
    Ok(figures)
}

/// How much one that has taken many webhooks holds when it rests again.
async fn after_work(bench: &Bench, house: &House) -> Result<Figure, BenchError> {
    let server = Server::start(&house.folder)?;
    let all = 0..bench.webhooks;
    hooks::post(&server, house, all, CONNECTIONS, Pace::Flat).await?;
    let most = Amount::Bytes(server.resident_bytes()?);
    tokio::time::sleep(RESTING).await;
    let held = Amount::Bytes(server.resident_bytes()?);
    let name = format!("memory, at rest after {} webhooks", bench.webhooks);
    let target = Target::AtMost(Amount::Bytes(AFTER_MAX));
    Ok(Figure::new(name, held)
        .against("at work", most)
        .held(held, target))
}

/// Visitors with a session each; what proves theirs.
async fn invite(house: &House, visitors: u32) -> Result<Vec<String>, BenchError> {
    let offline = house.open()?;
    let webchat = &offline.engine.webchat;
    let site = webchat.site(house.channel).map_err(|error| refused(&error));
    let site = site?;
    let mut tokens = Vec::new();
    for number in 0..visitors {
        let peer = Peer {
            ip: Some(IpAddr::V4(address_of(number))),
            ..Peer::default()
        };
        let said = SessionRequest {
            protocol: 1,
            ..SessionRequest::default()
        };
        let opened = webchat.open(&site, None, said, &peer).await;
        tokens.extend(opened.map_err(|error| refused(&error))?.token);
    }
    offline.close();
    Ok(tokens)
}

/// An address of its own for each visitor: one address may not open thousands of sockets.
fn address_of(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + number)
}

fn refused(error: &impl std::fmt::Debug) -> BenchError {
    BenchError::new(format!("a visitor was refused: {error:?}"))
}

/// Connects a visitor and waits to be welcomed.
async fn connect(
    server: &Server,
    house: &House,
    number: u32,
    token: &str,
) -> Result<Socket, BenchError> {
    let trouble = BenchError::while_doing("connecting a visitor");
    let url = format!("ws://{}/webchat/v1/{}/ws", server.address, house.channel);
    let mut request = url.into_client_request().map_err(&trouble)?;
    let headers = request.headers_mut();
    headers.insert(
        "Sec-WebSocket-Protocol",
        HeaderValue::from_static("linktor.v1"),
    );
    let own_page = format!("http://{}", server.address);
    let from = address_of(number).to_string();
    for (name, value) in [("Origin", own_page), ("X-Forwarded-For", from)] {
        let value = HeaderValue::from_str(&value).map_err(BenchError::new)?;
        headers.insert(name, value);
    }
    let connected = tokio_tungstenite::connect_async(request).await;
    let (mut socket, _) = connected.map_err(&trouble)?;
    let hello = serde_json::json!({
        "type": "hello", "id": "h1",
        "payload": { "protocol": 1, "token": token, "visible": true },
    });
    let hello = Message::text(hello.to_string());
    socket.send(hello).await.map_err(&trouble)?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("\"welcome\"") => Ok(socket),
        other => Err(refused(&other)),
    }
}
