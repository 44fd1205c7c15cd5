//! Signatures of mails, checked by a program of others: dkimpy, as Debian has it.

use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;

use serde_json::json;

use super::connected;
use super::email::through;
use super::email::upload;
use super::reachable;
use super::until;
use crate::support::eventually;
use crate::support::exim::Exim;
use crate::support::server::on_a_server_with;

/// Says whether a mail is signed by the key of a record.
const CHECK: &str = "import dkim, sys
record = sys.argv[1].encode()
mail = sys.stdin.buffer.read()
sys.exit(0 if dkim.verify(mail, dnsfunc=lambda name, timeout=5: record) else 1)";

/// Debian's, whatever other there is.
const PYTHON: &str = "/usr/bin/python3";

fn openssl(command: &[&str], input: &[u8]) -> Vec<u8> {
    piped(Command::new("openssl").args(command), input).expect("openssl does it")
}

/// What a program makes of its input; none where it fails.
fn piped(command: &mut Command, input: &[u8]) -> Option<Vec<u8>> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let done = child.wait_with_output().unwrap();
    done.status.success().then_some(done.stdout)
}

fn is_signed(mail: &str, record: &str) -> bool {
    piped(
        Command::new(PYTHON).args(["-c", CHECK, record]),
        mail.as_bytes(),
    )
    .is_some()
}

#[test]
fn what_goes_out_is_signed_and_others_find_it_genuine() {
    on_a_server_with(reachable, async |server| {
        let exim = Exim::open().await;
        let key = openssl(&["genrsa", "2048"], b"");
        let public = openssl(&["rsa", "-pubout", "-outform", "DER"], &key);
        use base64::Engine as _;
        let public = base64::engine::general_purpose::STANDARD.encode(public);
        let record = format!("v=DKIM1; k=rsa; p={public}");
        // A form makes one line of it.
        let key = String::from_utf8(key).unwrap().replace('\n', " ");
        let config = through(
            &exim,
            &json!({"dkimSelector": "linktor", "dkimPrivateKey": key}),
        );
        let channel = connected(server, "email", &config).await;
        let id = upload(server, &[b'x'; 300_000]).await;
        let body = json!({
            "channelId": channel["id"], "to": "ana@example.com", "text": "Gr\u{fc}\u{df}e  an alle \n\n",
            "metadata": { "email": {
                "subject": "R\u{e9}sum\u{e9}",
                "attachments": [{ "mediaId": id, "filename": "cv.txt" }],
            } },
        });
        let sent = server.api().post("/messages", body).await.ok();
        until(server, &sent, "sent").await;
        let mail = eventually("the mail arrives", async || exim.mails().pop()).await;
        // What the server wrote above it is not of the mail.
        let (_, mail) = mail.split_once("DKIM-Signature:").unwrap();
        let mail = format!("DKIM-Signature:{mail}").replace('\n', "\r\n");
        assert!(mail.contains("d=aurora.example;"), "{mail}");
        assert!(is_signed(&mail, &record));
        assert!(!is_signed(&mail.replace("cv.txt", "cw.txt"), &record));
        assert!(!is_signed(
            &mail.replacen("Subject:", "Subject: x", 1),
            &record
        ));
    });
}
