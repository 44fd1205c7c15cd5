//! What is said to mailboxes, and what of their answers is told.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use base64::Engine as _;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;

use super::*;
use crate::net::guard::Reach;

/// A server that lets anybody in, and falls silent once it is listened to; what it heard then.
async fn falls_silent(listener: TcpListener) -> Vec<String> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    stream.write_all(b"* OK here\r\n").await.unwrap();
    let mut heard = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap() == 0 {
            return heard;
        }
        let (tag, words) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let answer = match words.split(' ').next() {
            Some("CAPABILITY") => format!("* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n"),
            Some("IDLE") => "+ idling\r\n".to_owned(),
            Some("LOGIN") => format!("{tag} OK done\r\n"),
            _ => {
                heard.push(line.trim().to_owned());
                continue;
            }
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_fell_silent_while_it_was_listened_to_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        encryption: Encryption::None,
        hello: "here".to_owned(),
        login: Some(Login {
            user: "anna".to_owned(),
            proof: Proof::Password(Secret::new("secret".to_owned())),
        }),
    };
    let silent = tokio::spawn(falls_silent(listener));
    let lines = Lines::new(Reach::Everywhere);
    let mailbox = Mailbox::open(&lines, &server).await.unwrap();
    assert!(mailbox.can_listen());
    let soon = Duration::from_millis(50);
    let left = mailbox.listen_to(soon, soon).await.err();
    assert!(matches!(left, Some(MailboxError::Broken(_))), "{left:?}");
    assert_eq!(silent.await.unwrap(), ["DONE"], "it was asked once more");
}

#[test]
fn what_a_server_says_is_told_in_its_own_words() {
    let written = |info: Option<&str>| {
        let code: Option<&str> = None;
        words(format!("code: {code:?}, info: {info:?}"))
    };
    let said = "[AUTHENTICATIONFAILED] No \"such\" user";
    assert_eq!(written(Some(said)), said);
    assert_eq!(written(None), "code: None, info: None");
}

#[test]
fn a_token_is_proved_as_servers_want_it() {
    let token = Secret::new("ya29.test-token".to_owned());
    let written = xoauth2("support@example.com", &token);
    assert_eq!(
        base64::engine::general_purpose::STANDARD.encode(written),
        "dXNlcj1zdXBwb3J0QGV4YW1wbGUuY29tAWF1dGg9QmVhcmVyIHlhMjkudGVzdC10b2tlbgEB"
    );
}
