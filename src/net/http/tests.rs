//! What goes out, what comes back, and what is refused.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;

/// A vendor that gives prepared answers, one a connection, and shows what it was asked.
struct Vendor {
    url: String,
    asked: mpsc::UnboundedReceiver<String>,
}

impl Vendor {
    async fn answering(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.windows(4).any(|four| four == b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap() == 0 {
                        break;
                    }
                }
                tell.send(String::from_utf8(request).unwrap()).unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, asked }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

fn everywhere() -> Http {
    let mut config = Config::default();
    config.security.allow_private_targets = true;
    Http::new(&config)
}

fn get(url: &str) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url: url.to_owned(),
        headers: Headers::default(),
        authorization: None,
        body: Vec::new(),
        timeout: Duration::from_secs(5),
    }
}

async fn read(mut download: Download) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = download.body.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(bytes)
}

#[tokio::test]
async fn a_request_goes_out_as_it_is_and_any_status_is_an_answer() {
    let refusal = answer("429 Too Many Requests", "retry-after: 3\r\n", "slower");
    let mut vendor = Vendor::answering(vec![refusal]).await;
    let request = HttpRequest {
        method: Method::Post,
        headers: Headers::default().with("Content-Type", "text/plain"),
        authorization: Some(Secret::new("Bearer secret".to_owned())),
        body: b"hello".to_vec(),
        ..get(&format!("{}/send?x=1", vendor.url))
    };
    let reply = everywhere().exchange(request).await.unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.headers.get("Retry-After"), Some("3"));
    assert_eq!(reply.body, b"slower");
    let asked = vendor.asked.recv().await.unwrap();
    assert!(asked.starts_with("POST /send?x=1 HTTP/1.1\r\n"), "{asked}");
    assert!(
        asked.contains("authorization: Bearer secret\r\n"),
        "{asked}"
    );
}

#[tokio::test]
async fn failures_tell_whether_anything_was_handed_over() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = everywhere().exchange(get(&closed)).await.unwrap_err();
    assert!(matches!(error, HttpError::NeverLeft(_)), "{error}");

    let error = everywhere().exchange(get("http://nowhere.invalid/")).await;
    let error = error.unwrap_err();
    assert!(matches!(error, HttpError::NeverLeft(_)), "{error}");

    let vendor = Vendor::answering(vec![String::new()]).await;
    let error = everywhere().exchange(get(&vendor.url)).await.unwrap_err();
    assert!(matches!(error, HttpError::Unsure(_)), "{error}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let request = HttpRequest {
        timeout: Duration::from_millis(50),
        ..get(&format!("http://{}", silent.local_addr().unwrap()))
    };
    let error = everywhere().exchange(request).await.unwrap_err();
    assert!(matches!(error, HttpError::Unsure(_)), "{error}");
}

#[tokio::test]
async fn private_targets_are_refused_also_by_name_and_after_a_redirect() {
    let http = Http::new(&Config::default());
    for url in [
        "http://127.0.0.1:1/secret-token",
        "http://localhost:1/secret-token",
    ] {
        let error = http.exchange(get(url)).await.unwrap_err();
        assert!(matches!(error, HttpError::Target(_)), "{error}");
        assert!(!error.to_string().contains("secret-token"), "{error}");
    }
    let mut vendor = Vendor::answering(vec![answer(
        "302 Found",
        "location: file:///etc/passwd\r\n",
        "",
    )])
    .await;
    let error = everywhere().download(&vendor.url, None, 10).await;
    assert!(matches!(error, Err(HttpError::Target(_))));
    assert!(vendor.asked.recv().await.is_some());
}

#[tokio::test]
async fn a_file_goes_out_as_the_whole_body_with_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, "picture").unwrap();
    let mut vendor = Vendor::answering(vec![answer("200 OK", "", "taken")]).await;
    let request = HttpRequest {
        method: Method::Post,
        headers: Headers::default().with("file_offset", "0"),
        ..get(&vendor.url)
    };
    let reply = everywhere().exchange_file(request, &path).await.unwrap();
    assert_eq!(reply.body, b"taken");
    let asked = vendor.asked.recv().await.unwrap();
    for part in ["file_offset: 0\r\n", "content-length: 7\r\n"] {
        assert!(asked.contains(part), "{asked}");
    }
    assert!(!asked.contains("transfer-encoding"), "{asked}");

    std::fs::remove_file(&path).unwrap();
    let gone = everywhere().exchange_file(get(&vendor.url), &path).await;
    assert!(matches!(gone, Err(HttpError::NeverLeft(_))));
}

#[tokio::test]
async fn a_file_is_followed_without_giving_credentials_away() {
    let mut storage = Vendor::answering(vec![answer("200 OK", "", "picture")]).await;
    let place = format!("location: {}/file\r\n", storage.url);
    let mut vendor = Vendor::answering(vec![answer("302 Found", &place, "")]).await;
    let secret = Secret::new("Bearer secret".to_owned());
    let http = everywhere();
    let download = http.download(&vendor.url, Some(&secret), 7).await.unwrap();
    assert_eq!(read(download).await.unwrap(), b"picture");
    assert!(vendor.asked.recv().await.unwrap().contains("secret"));
    assert!(!storage.asked.recv().await.unwrap().contains("secret"));
}

#[tokio::test]
async fn a_file_that_is_too_large_is_given_up() {
    let announced = answer("200 OK", "", "too much");
    let endless = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ntoo much".to_owned();
    let vendor = Vendor::answering(vec![announced, endless]).await;
    let http = everywhere();
    let error = http.download(&vendor.url, None, 7).await;
    assert!(matches!(error, Err(HttpError::TooLarge { max_bytes: 7 })));
    let download = http.download(&vendor.url, None, 7).await.unwrap();
    let error = read(download).await;
    assert!(matches!(error, Err(HttpError::TooLarge { max_bytes: 7 })));
}
