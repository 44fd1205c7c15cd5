//! The least HTTP client that keeps a connection: it shares the machine with the server, so it
//! must cost next to nothing.

use std::net::SocketAddr;

use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::bench::BenchError;

/// One kept connection.
pub struct Client {
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(BenchError::while_doing("connecting"))?;
        stream
            .set_nodelay(true)
            .map_err(BenchError::while_doing("connecting"))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Asks and waits for the whole answer; anything but 2xx is an error.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer, BenchError> {
        let answer = self
            .exchange(request)
            .await
            .map_err(BenchError::while_doing("asking the server"))?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        Err(BenchError::new(format!(
            "the server answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )))
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.stream.write_all(request).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| unreadable(&line))?;
        let mut length = None;
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(unreadable("no end of the head"));
            }
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
        }
        let length: usize = length.ok_or_else(|| unreadable("no length"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(Answer { status, body })
    }
}

fn unreadable(what: &str) -> std::io::Error {
    std::io::Error::other(format!("unreadable answer: {what}"))
}

/// The bytes of a GET; `headers` end with a line break each.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

/// The bytes of a POST of JSON; `headers` end with a line break each.
pub fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}
