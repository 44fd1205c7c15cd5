//! Starting, stopping, copying: a stop under load loses nothing, a backup taken while running is
//! whole, and a second start goes on where the first ended.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::search::finds;
use crate::support::browser::Browser;
use crate::support::browser::words;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::webchat::files::PNG;

/// What the systemd unit gives a stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Runs the binary as an operator does; what it says.
fn linktor(data: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_linktor"))
        .args(words)
        .args(["--data", data.to_str().unwrap()])
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{words:?}: {said}");
    said
}

/// Says one thing after the other, slowly enough for the limits, until nobody answers; the ids of
/// what was acknowledged.
async fn talk_until_the_end(browser: Browser) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0..10 {
        let id = format!("cm_{number}");
        let said = browser.try_call(Method::POST, "messages", words(&id, &id));
        match said.await {
            Ok(reply) if reply.status == 201 => acknowledged.push(id),
            _ => break,
        }
    }
    acknowledged
}

#[test]
fn a_stop_under_load_ends_in_time_and_loses_nothing_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let server = Server::start(data.path()).await;
        let site = server.website(json!({})).await;
        let mut browsers = Vec::new();
        for _ in 0..40 {
            browsers.push(server.visitor(&site).await);
        }
        let (mut socket, _) = browsers[0].connect(0).await;
        let mut desk = server.agent(OWNER).await.connected(None).await;
        let talking: Vec<_> = browsers
            .iter()
            .map(|browser| tokio::spawn(talk_until_the_end(browser.clone())))
            .collect();
        let api = server.api();
        eventually("the load is on", async || {
            let list = api.get("/conversations?limit=1").await.ok();
            (list["total"].as_u64()? > 20).then_some(())
        })
        .await;
        let asked = Instant::now();
        server.stop().await;
        assert!(asked.elapsed() < STOP_WITHIN, "{:?}", asked.elapsed());
        assert_eq!(socket.end().await, 1012, "come again");
        assert_eq!(desk.end().await, 1012);
        let acknowledged = futures_util::future::join_all(talking).await;

        let server = Server::start(data.path()).await;
        for (browser, acknowledged) in browsers.iter().zip(acknowledged) {
            let browser = server.moved(browser);
            let kept: Vec<String> = browser
                .history()
                .await
                .into_iter()
                .map(|(_, text)| text)
                .collect();
            for id in acknowledged.unwrap() {
                let copies = kept.iter().filter(|text| **text == id).count();
                assert_eq!(copies, 1, "{id} of {kept:?}");
            }
        }
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn a_backup_of_a_running_server_is_a_whole_one_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file, copy) = (
        folder.path().join("data"),
        folder.path().join("linktor.backup"),
        folder.path().join("copy"),
    );
    linktor::app::run(async {
        let server = Server::start(&data).await;
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        ana.say("cm_1", "before the backup").await;
        let kept = ana.upload("cu_1", "photo.png", PNG).await.ok();
        let sends = json!({ "clientMessageId": "cm_2", "content":
            { "type": "image", "fileId": kept["fileId"] } });
        ana.call(Method::POST, "messages", sends).await.ok();
        let busy = server.visitor(&site).await;
        let talking = tokio::spawn(talk_until_the_end(busy.clone()));
        let (from, to) = (data.clone(), file.clone());
        let backup =
            tokio::task::spawn_blocking(move || linktor(&from, &["backup", to.to_str().unwrap()]));
        backup.await.unwrap();
        let noted = server.api().get("/audit?limit=1").await.ok();
        assert_eq!(noted["data"][0]["action"], "system.backup_taken");
        talking.await.unwrap();
        ana.say("cm_3", "after the backup").await;

        linktor(&copy, &["restore", file.to_str().unwrap()]);
        let other = Server::start(&copy).await;
        let there = other.moved(&ana);
        let texts: Vec<String> = there
            .history()
            .await
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(texts[0], "before the backup");
        assert_eq!(texts.len(), 2, "a moment is copied: {texts:?}");
        let history = there.get("messages").await.ok();
        let picture = history["messages"][1]["content"]["url"].as_str().unwrap();
        let picture = picture.strip_prefix(other.url()).unwrap();
        let picture = other.anonymous().send(Method::GET, picture, None).await;
        assert_eq!(picture.bytes, PNG);
        // What the busy one said is there as far as it had come, without a gap.
        let mut texts = Vec::new();
        for (_, text) in other.moved(&busy).history().await {
            texts.push(text);
        }
        let expected: Vec<String> = (0..texts.len()).map(|n| format!("cm_{n}")).collect();
        assert_eq!(texts, expected);
        let agent = other.agent(OWNER).await;
        eventually("the index of the copy is built", async || {
            finds(&agent, "before", "before the backup")
                .await
                .then_some(())
        })
        .await;
        // Both go on, each by itself.
        there.say("cm_4", "in the copy").await;
        ana.say("cm_4", "in the first").await;
        other.stop().await;
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn a_second_start_goes_on_where_the_first_ended() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let server = Server::start(data.path()).await;
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let first = ana.say("cm_1", "hello").await;
        let keyed = server.api().with("idempotency-key", "k");
        let made = keyed.post("/tags", json!({ "name": "vip" })).await.ok();
        server.stop().await;

        let server = Server::start(data.path()).await;
        let ana = server.moved(&ana);
        let again: Value = ana.say("cm_1", "hello").await;
        assert_eq!(
            (&again["messageId"], &again["duplicate"]),
            (&first["messageId"], &json!(true))
        );
        let second = ana.say("cm_2", "and again").await;
        assert_eq!(second["conversationId"], first["conversationId"]);
        let keyed = server.api().with("idempotency-key", "k");
        let same = keyed.post("/tags", json!({ "name": "vip" })).await.ok();
        assert_eq!(same, made, "an answer is remembered");
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn what_was_exported_is_all_there_in_a_new_installation_without_its_secrets() {
    let old = tempfile::tempdir().unwrap();
    let new = tempfile::tempdir().unwrap();
    let file = old.path().join("everything.jsonl");
    linktor::app::run(async {
        let server = Server::start(&old.path().join("data")).await;
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        ana.say("cm_1", "is the grinder still on sale").await;
        let said = linktor_on(
            &old.path().join("data"),
            &["export", file.to_str().unwrap()],
        )
        .await;
        assert!(said.contains("records, one a line"), "{said}");
        let before = server.api().get("/conversations").await.ok();
        server.stop().await;

        let text = std::fs::read_to_string(&file).unwrap();
        for secret in ["argon2", "passwordHash", "\"secrets\"", "\"hash\""] {
            assert!(!text.contains(secret), "{secret}");
        }
        let data = new.path().join("data");
        linktor_on(&data, &["import", file.to_str().unwrap()]).await;
        let link = linktor_on(&data, &["user", "link", OWNER]).await;
        let server = Server::start_with(&data, crate::signing_in::unowned).await;
        let token = link.split_once("token=").unwrap().1.trim().to_owned();
        let body = json!({ "token": token, "password": PASSWORD });
        server
            .anonymous()
            .post("/auth/password/confirm", body)
            .await
            .ok();
        let owner = server.signed_in(OWNER).await;
        let after = owner.get("/conversations").await.ok();
        assert_eq!(after["total"], 1);
        for field in ["id", "contactId", "messageCount", "lastMessage", "status"] {
            assert_eq!(after["data"][0][field], before["data"][0][field], "{field}");
        }
        let found = eventually("the index is built", async || {
            let found = owner.get("/search?q=grinder&types=messages").await.ok();
            (!found["data"].as_array()?.is_empty()).then_some(found)
        });
        found.await;
        let channel = owner.get("/channels").await.ok();
        assert_eq!(channel["data"][0]["status"], "inactive");
        server.stop().await;
        let twice = Command::new(env!("CARGO_BIN_EXE_linktor"))
            .args([
                "import",
                file.to_str().unwrap(),
                "--data",
                data.to_str().unwrap(),
            ])
            .env_clear()
            .output()
            .unwrap();
        assert!(!twice.status.success());
    })
    .unwrap();
}

/// Runs the binary while servers of this process go on.
async fn linktor_on(data: &Path, words: &[&str]) -> String {
    let (data, words): (_, Vec<String>) = (
        data.to_owned(),
        words.iter().map(ToString::to_string).collect(),
    );
    let run = tokio::task::spawn_blocking(move || {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        linktor(&data, &words)
    });
    run.await.unwrap()
}

#[test]
fn a_backup_that_was_downloaded_is_whole_and_an_owners_alone() {
    let data = tempfile::tempdir().unwrap();
    let from = data.path().join("data");
    let copy = data.path().join("copy");
    linktor::app::run(async {
        let server = Server::start(&from).await;
        let site = server.website(json!({})).await;
        server.visitor(&site).await.say("cm_1", "hello").await;
        server.colleague("admin").await;
        let admin = server.signed_in("admin@example.com").await;
        let refused = admin.post("/system/backup", json!({})).await;
        refused.refused(403, "INSUFFICIENT_PERMISSIONS");

        let owner = server.api().with("idempotency-key", "once");
        let taken = owner.post("/system/backup", json!({})).await;
        assert_eq!(taken.status, 200);
        assert_eq!(taken.header("content-type"), "application/octet-stream");
        assert!(
            taken
                .header("content-disposition")
                .starts_with("attachment; filename=\"linktor-2026-01-01")
        );
        let file = data.path().join("taken");
        std::fs::write(&file, &taken.bytes).unwrap();
        linktor_on(&copy, &["restore", file.to_str().unwrap()]).await;
        let told = eventually("it is noted", async || {
            let system = server.api().get("/system").await.ok();
            system["backups"]["lastAt"].is_string().then_some(system)
        });
        told.await;
        let before = server.api().get("/conversations").await.ok();
        server.stop().await;
        let server = Server::start(&copy).await;
        let after = server.api().get("/conversations").await.ok();
        assert_eq!(after["data"][0]["id"], before["data"][0]["id"]);
        server.stop().await;
    })
    .unwrap();
}
