//! A mail that is larger than the memory it may take.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::connected;
use super::email::through;
use super::email::upload;
use super::reachable;
use crate::support::exim::Exim;
use crate::support::server::on_a_server_with;
use crate::support::within;

const MB: u64 = 1024 * 1024;

/// How long it may take where nothing is optimised.
const PATIENCE: Duration = Duration::from_secs(300);

/// A figure of this process, in bytes.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

/// In a process of its own: the memory of other tests counts for nothing.
#[test]
fn a_file_of_forty_megabytes_goes_out_signed_without_being_held_in_memory() {
    let alone = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "vendors::large_mail::forty_megabytes_alone",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&alone.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "the test above runs it, in a process of its own"]
fn forty_megabytes_alone() {
    on_a_server_with(reachable, async |server| {
        let exim = Exim::open().await;
        let key = Command::new("openssl")
            .args(["genpkey", "-algorithm", "ed25519"])
            .output()
            .unwrap();
        let key = String::from_utf8(key.stdout).unwrap();
        let signing = json!({ "dkimSelector": "linktor", "dkimPrivateKey": key });
        let channel = connected(server, "email", &through(&exim, &signing)).await;
        let id = upload(server, &vec![b'x'; 40 * 1024 * 1024]).await;
        let body = json!({
            "channelId": channel["id"], "to": "ana@example.com", "text": "All of it",
            "metadata": { "email": {
                "attachments": [{ "mediaId": id, "filename": "film.bin" }],
            } },
        });
        // The highest that memory ever stood counts from here.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = memory("VmRSS");
        let sent = server.api().post("/messages", body).await.ok();
        let address = format!("/messages/{}", sent["id"].as_str().unwrap());
        within(PATIENCE, "the mail is sent", async || {
            let now = server.api().get(&address).await.ok();
            (now["status"] == "sent").then_some(())
        })
        .await;
        let grown = memory("VmHWM").saturating_sub(before);
        assert!(grown < 20 * MB, "memory grew by {grown} bytes");
        let arrived = async || exim.mails().pop();
        let mail = within(PATIENCE, "the mail arrives", arrived).await;
        assert!(mail.contains("a=ed25519-sha256;"));
        assert!(mail.len() as u64 > 54 * MB, "{}", mail.len());
    });
}
