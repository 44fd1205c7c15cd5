//! A name server that knows what the test tells it, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::RecordType;
use hickory_resolver::proto::rr::rdata::MX;
use hickory_resolver::proto::rr::rdata::SRV;
use hickory_resolver::proto::rr::rdata::TXT;
use tokio::net::UdpSocket;

type Known = BTreeMap<(String, RecordType), Vec<RData>>;

/// The server.
#[derive(Clone)]
pub struct Names {
    known: Arc<Mutex<Known>>,
}

impl Names {
    /// A socket for one, before there is anything to run it: the server under test must know where it
    /// is before it starts.
    pub fn reserve() -> std::net::UdpSocket {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    }

    /// Answers on a socket.
    pub fn serve(socket: std::net::UdpSocket) -> Self {
        let names = Self {
            known: Arc::default(),
        };
        let known = Arc::clone(&names.known);
        let socket = UdpSocket::from_std(socket).unwrap();
        tokio::spawn(async move {
            let mut bytes = vec![0; 4_096];
            while let Ok((count, from)) = socket.recv_from(&mut bytes).await {
                let Ok(asked) = Message::from_vec(&bytes[..count]) else {
                    continue;
                };
                let answer = answer(asked, &known.lock().unwrap());
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        names
    }

    /// Puts a text under a name, in the place of those it had.
    pub fn text(&self, name: &str, text: &str) {
        let long = text.as_bytes().chunks(255);
        let pieces = long.map(|piece| String::from_utf8(piece.to_vec()).unwrap());
        self.put(
            name,
            RecordType::TXT,
            RData::TXT(TXT::new(pieces.collect())),
        );
    }

    /// Has a host take the mail of a domain.
    pub fn exchanger(&self, domain: &str, host: &str) {
        let host = Name::from_utf8(host).unwrap();
        self.put(domain, RecordType::MX, RData::MX(MX::new(10, host)));
    }

    /// Offers a service of a domain.
    pub fn offer(&self, name: &str, host: &str, port: u16) {
        let host = Name::from_utf8(host).unwrap();
        self.put(
            name,
            RecordType::SRV,
            RData::SRV(SRV::new(0, 1, port, host)),
        );
    }

    fn put(&self, name: &str, kind: RecordType, data: RData) {
        let name = name.to_lowercase();
        self.known.lock().unwrap().insert((name, kind), vec![data]);
    }
}

fn answer(asked: Message, known: &Known) -> Vec<u8> {
    let mut message = asked.into_response();
    message.metadata.recursion_available = true;
    let Some(query) = message.queries.first().cloned() else {
        return message.to_vec().unwrap();
    };
    let name = query.name.to_utf8().trim_end_matches('.').to_lowercase();
    let found = known.get(&(name.clone(), query.query_type));
    for data in found.into_iter().flatten() {
        message.add_answer(Record::from_rdata(query.name.clone(), 60, data.clone()));
    }
    let is_known = known.keys().any(|(other, _)| *other == name);
    if !is_known {
        message.metadata.response_code = ResponseCode::NXDomain;
    }
    message.to_vec().unwrap()
}
