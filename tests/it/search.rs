//! Full-text search from outside: what was said is found within a second.

use std::time::Duration;

use serde_json::json;

use crate::support::agent::Agent;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::within;

/// How long something may be on disk before it is found.
const FOUND_WITHIN: Duration = Duration::from_secs(1);

/// Whether a search shows something with these words in it.
pub async fn finds(agent: &Agent, query: &str, words: &str) -> bool {
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let page = agent.open(&format!("/app/search?q={query}")).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    // The query stands in the search box too; hits come after it, with marks around what fits.
    let (_, results) = text.split_once("id=\"results\"").unwrap_or_default();
    results
        .replace("<mark>", "")
        .replace("</mark>", "")
        .contains(words)
}

/// Waits as long as promised until it is found.
async fn is_found(agent: &Agent, query: &str, words: &str) {
    within(FOUND_WITHIN, query, async || {
        finds(agent, query, words).await.then_some(())
    })
    .await;
}

/// A conversation with words worth finding.
async fn said(server: &Server) {
    let site = server.website(json!({})).await;
    let ana = server.visitor(&site).await;
    let ack = ana
        .say("cm_1", "The turquoise gr\u{ed}nder is broken")
        .await;
    let address = format!(
        "/conversations/{}/messages",
        ack["conversationId"].as_str().unwrap()
    );
    let note = json!({ "text": "Difficult customer", "private": true });
    server.api().post(&address, note).await.ok();
}

#[test]
fn what_was_said_is_found_within_a_second() {
    on_a_server(async |server| {
        let agent = server.agent(OWNER).await;
        said(server).await;
        for (query, words) in [
            ("turquoise", "is broken"),
            ("grinder", "is broken"),
            ("turqoise", "is broken"),
            ("turq", "is broken"),
            ("\"turquoise grinder\"", "is broken"),
            ("channel:webchat broken", "is broken"),
            ("difficult", "Difficult customer"),
        ] {
            is_found(&agent, query, words).await;
        }
        for query in [
            "\"grinder turquoise\"",
            "channel:email turquoise",
            "grizzly",
        ] {
            assert!(!finds(&agent, query, "is broken").await, "{query}");
        }
    });
}

#[test]
fn a_contact_is_found_under_its_new_name_and_no_longer_under_the_old() {
    on_a_server(async |server| {
        let api = server.api();
        let agent = server.agent(OWNER).await;
        let made = json!({ "name": "Marina Costa" });
        let made = api.post("/contacts", made).await.ok();
        is_found(&agent, "marina", "Marina Costa").await;
        let found = api.get("/search?q=marina").await.ok();
        assert_eq!(found["data"][0]["snippet"], "<mark>Marina</mark> Costa");
        let address = format!("/contacts/{}", made["id"].as_str().unwrap());
        let renamed = json!({ "name": "Rafaela Lima" });
        api.patch(&address, renamed).await.ok();
        is_found(&agent, "rafaela", "Rafaela Lima").await;
        assert!(!finds(&agent, "marina", "Marina Costa").await);
        api.delete(&address).await;
        within(FOUND_WITHIN, "an erased person", async || {
            (!finds(&agent, "rafaela", "Rafaela Lima").await).then_some(())
        })
        .await;
    });
}

#[test]
fn an_index_that_was_deleted_comes_back_by_itself() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let server = Server::start(data.path()).await;
        said(&server).await;
        server.stop().await;
        std::fs::remove_dir_all(data.path().join("index")).unwrap();
        let server = Server::start(data.path()).await;
        let agent = server.agent(OWNER).await;
        crate::support::eventually("the index is rebuilt", async || {
            finds(&agent, "turquoise", "is broken").await.then_some(())
        })
        .await;
        let ready = server.anonymous();
        let ready = ready.send(reqwest::Method::GET, "/readyz", None).await;
        assert_eq!(ready.ok()["index"]["behind"], 0);
        server.stop().await;
    })
    .unwrap();
}
