//! Mail that other servers bring.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::PATIENCE;
use super::bombs::REASONS;
use super::bombs::bombs;
use super::bombs::put_aside;
use super::certificate;
use super::mailbox::memory;
use super::mailbox::plain;
use super::mailbox::with_file;
use super::office;
use super::passes_alone;
use super::received;
use super::words;
use crate::engine::tests::Office;
use crate::engine::workers::Workers;
use crate::engine::workers::reception;
use crate::net::reception::Terms;

/// A server that brings mail.
struct Courier<S> {
    stream: BufReader<S>,
}

impl Courier<TcpStream> {
    async fn come(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.unwrap();
        let mut courier = Self {
            stream: BufReader::new(stream),
        };
        assert_eq!(courier.hear().await, 220);
        courier
    }

    /// Goes on encrypted with somebody who has this certificate.
    async fn encrypted(
        self,
        certificate: CertificateDer<'static>,
    ) -> Courier<TlsStream<TcpStream>> {
        let mut known = RootCertStore::empty();
        known.add(certificate).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(known)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = self.stream.into_inner();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
        Courier {
            stream: BufReader::new(stream.await.unwrap()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Courier<S> {
    /// The code of the next answer.
    async fn hear(&mut self) -> u16 {
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line);
            let count = tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
            assert!(count > 0, "the listener hung up");
            if line.as_bytes()[3] == b' ' {
                return line[..3].parse().unwrap();
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
    }

    async fn say(&mut self, words: &str) -> u16 {
        self.write(format!("{words}\r\n").as_bytes()).await;
        self.hear().await
    }
}

/// Workers that take mail in, and where.
async fn listening(
    office: &Office,
    tls: Option<Arc<ServerConfig>>,
    mail_bytes: usize,
) -> (Workers, SocketAddr) {
    let mut workers = Workers::start(&office.context);
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let place = listener.local_addr().unwrap();
    let terms = Terms {
        host: "mx.acme.example".to_owned(),
        mail_bytes,
        tls,
    };
    workers.run("reception", &office.context, move |context, stop| {
        reception::run(context, listener.clone(), terms.clone(), stop)
    });
    (workers, place)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_servers_bring_mail_for_us_and_for_nobody_else() {
    let settings = json!({"fromEmail": "support@acme.example", "inboundMode": "smtp"});
    let (office, _) = office(settings).await;
    let (workers, place) = listening(&office, None, 100_000).await;
    let mut courier = Courier::come(place).await;
    for (words, expected) in [
        ("MAIL FROM:<ana@x.example>", 503),
        ("EHLO mail.x.example", 250),
        ("STARTTLS", 502),
        ("AUTH PLAIN AGEAYg==", 503),
        ("FROBNICATE", 500),
        ("DATA", 503),
        ("MAIL FROM:<ana@x.example> SIZE=100001", 552),
        ("MAIL FROM:<ana@x.example>", 250),
        ("DATA", 503),
        ("RCPT TO:<someone@elsewhere.example>", 550),
        ("RCPT TO:<support%elsewhere.example@acme.example>", 550),
        ("RCPT TO:<Support+conv-x@acme.example>", 250),
        ("DATA", 354),
    ] {
        assert_eq!(courier.say(words).await, expected, "{words}");
    }
    courier
        .write(b"From: ana@x.example\r\nMessage-ID: <s1@x.example>\r\n\r\n..dotted\r\n.\r\n")
        .await;
    assert_eq!(courier.hear().await, 250);
    let message = words(&office, ".dotted").await;
    assert_eq!(message.from, "ana@x.example");
    // Too large, though nobody said so: read to its end and refused; the session goes on.
    courier.say("MAIL FROM:<>").await;
    courier.say("RCPT TO:<support@acme.example>").await;
    courier.say("DATA").await;
    courier.write(&b"0123456789abcdef\r\n".repeat(10_000)).await;
    courier.write(b".\r\n").await;
    assert_eq!(courier.hear().await, 552);
    // Several commands in one piece.
    courier
        .write(
            b"MAIL FROM:<bob@x.example>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n\
              From: bob@x.example\r\n\r\nIn one piece\r\n.\r\nQUIT\r\n",
        )
        .await;
    for expected in [250, 250, 354, 250, 221] {
        assert_eq!(courier.hear().await, expected);
    }
    words(&office, "In one piece").await;
    assert_eq!(received(&office).len(), 2);
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_that_are_made_to_hurt_are_put_aside_and_those_behind_them_are_read() {
    let settings = json!({"fromEmail": "support@acme.example", "inboundMode": "smtp"});
    let (office, channel) = office(settings).await;
    let (workers, place) = listening(&office, None, 60 * 1024 * 1024).await;
    let mut courier = Courier::come(place).await;
    assert_eq!(courier.say("EHLO mail.evil.example").await, 250);
    for raw in bombs().into_iter().chain([plain(1)]) {
        for (words, expected) in [
            ("MAIL FROM:<eve@evil.example>", 250),
            ("RCPT TO:<support@acme.example>", 250),
            ("DATA", 354),
        ] {
            assert_eq!(courier.say(words).await, expected, "{words}");
        }
        courier.write(&raw).await;
        courier.write(b"\r\n.\r\n").await;
        assert_eq!(courier.hear().await, 250);
    }
    words(&office, "Words 1").await;
    assert_eq!(put_aside(&office, channel), REASONS);
    workers.stop(Duration::from_secs(5)).await;
}

/// In a process of its own: the memory of other tests counts for nothing.
#[test]
fn a_file_of_forty_megabytes_is_brought_without_being_held_in_memory() {
    passes_alone("listener::forty_megabytes_alone", []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in a process of its own"]
async fn forty_megabytes_alone() {
    let settings = json!({"fromEmail": "support@acme.example", "inboundMode": "smtp"});
    let (office, _) = office(settings).await;
    let (workers, place) = listening(&office, None, 60 * 1024 * 1024).await;
    let folder = tempfile::tempdir().unwrap();
    let big = folder.path().join("big");
    with_file(&big, 40 * 1024 * 1024);
    let mut courier = Courier::come(place).await;
    let before = memory("VmHWM");
    for (words, expected) in [
        ("EHLO mail.x.example", 250),
        ("MAIL FROM:<ana@x.example>", 250),
        ("RCPT TO:<support@acme.example>", 250),
        ("DATA", 354),
    ] {
        assert_eq!(courier.say(words).await, expected, "{words}");
    }
    let mut file = tokio::fs::File::open(&big).await.unwrap();
    tokio::io::copy(&mut file, courier.stream.get_mut())
        .await
        .unwrap();
    courier.write(b"\r\n.\r\n").await;
    assert_eq!(courier.hear().await, 250);
    words(&office, "A big file").await;
    let grown = memory("VmHWM").saturating_sub(before);
    assert!(grown < 40 * 1024 * 1024, "memory grew by {grown} bytes");
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_in_the_open_counts_for_nothing_once_it_is_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate::made(folder.path(), "DNS:localhost");
    let certificate = CertificateDer::from_pem_file(certificate).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.clone()],
            PrivateKeyDer::from_pem_file(key).unwrap(),
        );
    let settings = json!({"fromEmail": "support@acme.example", "inboundMode": "smtp"});
    let (office, _) = office(settings).await;
    let (workers, place) = listening(&office, Some(Arc::new(config.unwrap())), 100_000).await;
    let mut courier = Courier::come(place).await;
    assert_eq!(courier.say("EHLO mail.x.example").await, 250);
    // Somebody in between puts a sender of his own behind the word.
    courier
        .write(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@evil.example>\r\n")
        .await;
    assert_eq!(courier.hear().await, 220);
    let mut courier = courier.encrypted(certificate).await;
    for (words, expected) in [
        ("RCPT TO:<support@acme.example>", 503),
        ("EHLO mail.x.example", 250),
        ("STARTTLS", 502),
        ("MAIL FROM:<ana@x.example>", 250),
        ("RCPT TO:<support@acme.example>", 250),
        ("DATA", 354),
    ] {
        assert_eq!(courier.say(words).await, expected, "{words}");
    }
    courier
        .write(b"From: ana@x.example\r\n\r\nSealed\r\n.\r\n")
        .await;
    assert_eq!(courier.hear().await, 250);
    assert_eq!(words(&office, "Sealed").await.from, "ana@x.example");
    workers.stop(Duration::from_secs(5)).await;
}
