//! What a domain tells mail programs of its servers, over an encrypted line.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::certificate;
use super::office;
use super::passes_alone;

const ADDRESS: &str = "desk@aurora.example";
const PLACE: &str = "/.well-known/autoconfig/mail/config-v1.1.xml";
const FILE: &str = "<clientConfig><emailProvider id=\"aurora\">\
    <incomingServer type=\"imap\"><hostname>imap.aurora.example</hostname><port>993</port>\
    <socketType>SSL</socketType><username>%EMAILLOCALPART%</username></incomingServer>\
    <outgoingServer type=\"smtp\"><hostname>smtp.aurora.example</hostname><port>587</port>\
    <socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>\
    </emailProvider></clientConfig>";

/// Holds the file for whoever asks, at a port of its own: the one where such files lie is only for whoever
/// runs the machine. Where it lies under a name.
async fn serve(certificate: &Path) -> impl Fn(&str) -> [String; 2] {
    let own = CertificateDer::from_pem_file(certificate).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificate::key_beside(certificate)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever does not believe the certificate hangs up.
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut stream = BufReader::new(stream);
            let mut asked = String::new();
            while !asked.ends_with("\r\n\r\n") && stream.read_line(&mut asked).await.unwrap() > 0 {}
            let (status, body) = if asked.starts_with(&format!("GET {PLACE} ")) {
                ("200 OK", FILE)
            } else {
                ("404 Not Found", "")
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    move |host| ["/nothing", PLACE].map(|path| format!("https://{host}:{port}{path}"))
}

/// In a process of its own, which believes the certificate of the test.
#[test]
fn the_servers_that_a_domain_tells_over_an_encrypted_line_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, _) = certificate::made(folder.path(), "DNS:localhost");
    passes_alone("autoconfig::told_alone", [("SSL_CERT_FILE", certificate)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in a process of its own"]
async fn told_alone() {
    let certificate = PathBuf::from(std::env::var("SSL_CERT_FILE").unwrap());
    let (office, _) = office(json!({})).await;
    let place = serve(&certificate).await;
    let find = async |host: &str| {
        let channels = &office.engine.channels;
        channels.told_to_programs(place(host), ADDRESS).await
    };
    let expected = json!({
        "imapHost": "imap.aurora.example", "imapPort": "993", "imapEncryption": "tls",
        "imapUsername": "desk",
        "smtpHost": "smtp.aurora.example", "smtpPort": "587", "smtpEncryption": "starttls",
        "smtpUsername": ADDRESS,
    });
    let found = find("localhost").await.unwrap();
    let settings = serde_json::Value::Object(found.settings(ADDRESS));
    assert_eq!(settings, expected);
    // Whoever shows the certificate of somebody else decides nothing.
    assert_eq!(find("127.0.0.1").await, None);
}
