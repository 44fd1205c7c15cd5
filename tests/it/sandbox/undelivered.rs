//! Messages that did not go out, as the list and the thread show them while somebody settles them.

use std::time::Duration;

use linktor::sandbox::faults::Faults;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::agent::Agent;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;
use crate::support::socket::Socket;

const UNSURE: &str = "May have arrived";
const FAILED: &str = "Not sent";

/// Writes a message of which nobody can know whether the vendor took it.
async fn lose(line: &Line<'_>, text: &str) -> String {
    line.break_with(&Faults {
        silent_every: 1,
        silent_for: Duration::from_millis(5),
        receipts_lost: true,
        ..Faults::default()
    });
    let message = line.write(text).await;
    let id = message["id"].as_str().unwrap().to_owned();
    let path = format!("/messages/{id}");
    line.until("nobody knows what became of it", async || {
        let held = line.server.api().get(&path).await.ok();
        (held["metadata"]["outcome"] == "unknown").then_some(())
    })
    .await;
    line.mend();
    id
}

/// Says of a message what became of it, in the thread.
async fn settle(agent: &Agent, line: &Line<'_>, message: &str, what: &str) {
    let address = format!("/app/c/{}/messages/{message}/settle", line.conversation);
    agent.submit(&address, &[("what", what)]).await;
}

/// The row as it was pushed last, once that is so.
async fn row(line: &Line<'_>, socket: &mut Socket, wanted: impl Fn(&str) -> bool) -> String {
    let target = format!("row-{}", line.conversation);
    line.until("a row", async || {
        socket.say(json!({ "kind": "ping" })).await;
        let mut newest = None;
        loop {
            let frame: Value = socket.hear().await;
            if frame["kind"] == "pong" {
                break;
            }
            if frame["target"] == *target {
                newest = frame["html"].as_str().map(ToOwned::to_owned);
            }
        }
        newest.filter(|html| wanted(html))
    })
    .await
}

fn is_unmarked(html: &str) -> bool {
    !html.contains(UNSURE) && !html.contains(FAILED)
}

#[test]
fn a_row_tells_of_a_last_message_that_did_not_go_out_until_it_is_settled() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("vonage")).await;
        let agent = server.agent(OWNER).await;
        let mut socket = agent.connected(None).await;

        let lost = lose(&line, "Is it there?").await;
        let html = row(&line, &mut socket, |html| html.contains(UNSURE)).await;
        assert!(html.contains("warn-text"), "{html}");
        let page = agent.open("/app/inbox/all").await.text();
        assert!(page.contains(UNSURE), "also where the page is opened");
        settle(&agent, &line, &lost, "arrived").await;
        row(&line, &mut socket, is_unmarked).await;

        let lost = lose(&line, "And this one?").await;
        settle(&agent, &line, &lost, "lost").await;
        let html = row(&line, &mut socket, |html| html.contains(FAILED)).await;
        assert!(html.contains("bad-text"), "{html}");
        settle(&agent, &line, &lost, "retry").await;
        row(&line, &mut socket, is_unmarked).await;

        let lost = lose(&line, "And the last?").await;
        settle(&agent, &line, &lost, "lost").await;
        row(&line, &mut socket, |html| html.contains(FAILED)).await;
        let handled = [("what", "handled"), ("message", lost.as_str())];
        agent.submit("/app/failed", &handled).await;
        row(&line, &mut socket, is_unmarked).await;
    });
}

#[test]
fn a_bubble_of_unknown_outcome_offers_what_the_page_of_failed_messages_does() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("vonage")).await;
        server.colleague("viewer").await;
        let agent = server.agent(OWNER).await;
        let viewer = server.agent("viewer@example.com").await;
        let lost = lose(&line, "Is it there?").await;
        let address = format!("/app/inbox/all/{}", line.conversation);
        let bubble = async |reader: &Agent| {
            let page = reader.open(&address).await.text();
            let bubble = page.split(&format!("<article id=\"{lost}\"")).nth(1);
            let bubble = bubble.unwrap().split("</article>").next();
            bubble.unwrap().to_owned()
        };
        let failed = agent.open("/app/failed").await.text();
        for what in ["arrived", "lost", "resend"] {
            let button = format!("name=\"what\" value=\"{what}\"");
            assert!(failed.contains(&button), "{what}");
            assert!(bubble(&agent).await.contains(&button), "{what}");
            assert!(!bubble(&viewer).await.contains(&button), "{what}");
        }
        settle(&agent, &line, &lost, "lost").await;
        assert!(bubble(&agent).await.contains("it did not arrive"));
    });
}
