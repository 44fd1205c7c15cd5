//! A file that lies on a server of somebody else's.

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

/// The address of a program that answers one call with this, and hangs up.
pub async fn answering(name: &str, answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/{name}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 4_096]).await.unwrap(), 0);
        // Whoever has enough of it hangs up first.
        drop(stream.write_all(&answer).await);
    });
    url
}
