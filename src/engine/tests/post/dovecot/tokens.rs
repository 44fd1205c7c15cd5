//! Whoever gives out tokens, asked by a server whether one of them still counts.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;

/// Answers for one token; the address behind which the one to be looked at is written.
pub(super) fn believing(token: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let question = format!("GET /?token={token} ");
    // It ends with the process.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A server that hangs up has its answer.
            drop(answer(&stream, &question));
        }
    });
    format!("http://{place}/?token=")
}

fn answer(mut stream: &TcpStream, question: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let asked = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let counts = if asked.starts_with(question) {
        "yes"
    } else {
        "no"
    };
    let body = format!(r#"{{"active":"{counts}","email":"anna"}}"#);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}
