//! Messages that did not go out, as the thread shows them while somebody settles them.

use std::time::Duration;

use linktor::sandbox::faults::Faults;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::agent::Agent;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

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
