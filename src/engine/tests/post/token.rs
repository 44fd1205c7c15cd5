//! Access to a mailbox by tokens that end while it is read.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::dovecot::Dovecot;
use super::mailbox::after_pauses;
use super::mailbox::plain;
use super::office_with;
use super::received;
use crate::engine::context::secret_place;
use crate::engine::workers::Workers;
use crate::store::records::channels;

/// Gives out one token for one refresh token, and a new refresh token with it; its address.
async fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut asked, mut piece) = (Vec::new(), [0; 4_096]);
            while !String::from_utf8_lossy(&asked).contains("refresh_token=") {
                let read = stream.read(&mut piece).await.unwrap_or(0);
                if read == 0 {
                    break;
                }
                asked.extend_from_slice(&piece[..read]);
            }
            let is_known = String::from_utf8_lossy(&asked).contains("refresh_token=r1");
            let (status, body) = if is_known {
                let body = json!({ "access_token": "second", "expires_in": 86_400_000, "refresh_token": "r2" });
                ("200 OK", body)
            } else {
                ("400 Bad Request", json!({ "error": "invalid_grant" }))
            };
            let body = body.to_string();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://127.0.0.1:{port}/token")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_withdrawn_while_a_mailbox_is_read_is_renewed_and_nothing_is_missed() {
    let mut dovecot = Dovecot::by_token("first");
    dovecot.deliver(&plain(1));
    let mut settings = dovecot.settings();
    for (name, value) in [
        ("imapAuth", "oauth2".to_owned()),
        ("oauthProvider", "custom".to_owned()),
        ("oauthClientId", "client".to_owned()),
        ("oauthTokenUrl", provider().await),
        ("oauthAccessEndsAt", "2099-01-01T00:00:00Z".to_owned()),
    ] {
        settings[name] = value.into();
    }
    let secrets = [("oauthAccessToken", "first"), ("oauthRefreshToken", "r1")];
    let (office, channel) = office_with(settings, &secrets).await;
    let workers = Workers::start(&office.context);
    after_pauses(&office, "Words 1").await;
    dovecot.believe("second");
    dovecot.deliver(&plain(2));
    after_pauses(&office, "Words 2").await;
    assert_eq!(received(&office).len(), 2, "nothing came twice");
    let kept = {
        let read = office.context.store.snapshot().unwrap();
        channels::get(&read, channel).unwrap().unwrap()
    };
    for (name, expected) in [("oauthAccessToken", "second"), ("oauthRefreshToken", "r2")] {
        let place = secret_place(channel, name);
        let plain = office.context.sealer.open(&place, &kept.secrets[name]);
        assert_eq!(plain.unwrap(), expected.as_bytes(), "{name}");
    }
    workers.stop(Duration::from_secs(5)).await;
}
