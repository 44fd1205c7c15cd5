//! A disk that is full: what cannot be kept is refused and said, what is there can be read, and with
//! room again everything goes on.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::eventually;
use crate::support::process::Process;

/// More contacts than the database has room for without growing.
const MANY: usize = 20_000;

/// Contacts that were asked for, and those that were promised.
#[derive(Default)]
struct Book {
    asked: usize,
    promised: Vec<(String, String)>,
}

impl Book {
    /// Asks for one more contact; the refusal, where it is refused.
    async fn add(&mut self, api: &Api) -> Result<(), (u16, Value)> {
        self.asked += 1;
        let name = format!("contact {}", self.asked);
        let body = json!({ "name": name, "metadata": { "about": "x".repeat(4_000) } });
        let reply = api.call(Method::POST, "/contacts", Some(body)).await;
        let answer = reply.json();
        if reply.status != 201 {
            return Err((reply.status, answer));
        }
        let id = answer["id"].as_str().unwrap().to_owned();
        self.promised.push((id, name));
        Ok(())
    }

    /// Checks that everything that was promised is there, once, and nothing else.
    async fn check(&self, api: &Api) {
        for (id, name) in &self.promised {
            let contact = api.get(&format!("/contacts/{id}")).await.ok();
            assert_eq!(contact["name"], *name);
        }
        let list = api.get("/contacts?limit=1").await.ok();
        assert_eq!(list["total"], self.promised.len());
    }
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    linktor::app::run(async {
        drop(rustls::crypto::ring::default_provider().install_default());
        let server = Process::start_limited(&data);
        let api = server.api();
        let mut book = Book::default();
        book.add(&api).await.unwrap();

        let size = std::fs::metadata(data.join("linktor.redb")).unwrap().len();
        server.limit_files(Some(size));
        let (status, refusal) = loop {
            assert!(book.asked < MANY, "the disk never becomes full");
            if let Err(refused) = book.add(&api).await {
                break refused;
            }
        };
        assert_eq!(
            (status, &refusal["code"]),
            (503, &json!("SERVICE_UNAVAILABLE"))
        );
        assert!(
            refusal["message"]
                .as_str()
                .unwrap()
                .contains("disk is full"),
            "{refusal}"
        );
        // It stays so, and reading goes on.
        for _ in 0..20 {
            assert!(book.add(&api).await.is_err());
        }
        book.check(&api).await;
        let ready = api.send(Method::GET, "/readyz", None).await;
        assert_eq!(
            (ready.status, &ready.json()["store"]["writable"]),
            (503, &json!(false))
        );

        server.limit_files(None);
        eventually("there is room again", async || book.add(&api).await.ok()).await;
        eventually("it is ready again", async || {
            let ready = api.send(Method::GET, "/readyz", None).await;
            (ready.status == 200).then_some(())
        })
        .await;
        book.check(&api).await;
        // Said when it began and when it ended, not for each who was refused.
        eventually("its end is said", async || {
            let ended = server.said("changes are committed again");
            (ended.len() == 1).then_some(())
        })
        .await;
        assert_eq!(server.said("ERROR").len(), 1, "{:#?}", server.said("ERROR"));

        server.kill();
        let server = Process::start(&data);
        book.check(&server.api()).await;
    })
    .unwrap();
}

#[test]
fn a_log_that_cannot_be_written_harms_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    linktor::app::run(async {
        drop(rustls::crypto::ring::default_provider().install_default());
        let server = Process::start_unheard(&data);
        let api = server.api();
        let mut book = Book::default();
        for _ in 0..5 {
            book.add(&api).await.unwrap();
        }
        book.check(&api).await;
    })
    .unwrap();
}
