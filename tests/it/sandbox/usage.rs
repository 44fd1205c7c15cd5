//! A vendor that says how much of its allowance is used: what can wait waits, messages go out all the
//! same, and the channel shows it for as long as it is so.

use std::time::Duration;

use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

const SAID: &str = "More than 90 % of what the vendor allows in an hour is used.";

/// When the vendor was asked who the customer is.
fn asked_who(line: &Line<'_>) -> Option<i64> {
    let is_it = |title: &str| title.starts_with("GET") && title.contains(&line.customer);
    line.server.sandbox().look(|world| {
        let mut all = world.journal.newest();
        let found = all.find(|one| one.account == line.vendor.account && is_it(&one.title));
        found.map(|one| one.at.as_secs())
    })
}

async fn warned(line: &Line<'_>) -> bool {
    let channel: Value = line.channel_now().await;
    let warnings = channel["health"]["warnings"].as_array().cloned();
    let is_it = |warning: &Value| warning.as_str().is_some_and(|text| text.starts_with(SAID));
    warnings.unwrap_or_default().iter().any(is_it)
}

#[test]
fn a_channel_near_its_limit_asks_for_names_later_and_still_sends() {
    on_a_server_with(with_sandbox, async |server| {
        let mut line = Line::connected(server, vendor("facebook")).await;
        line.break_with(&Faults {
            usage_percent: 90,
            ..Faults::default()
        });
        let connect = format!("/channels/{}/connect", line.channel["id"].as_str().unwrap());
        server.api().post(&connect, json!({})).await.ok();
        line.until("the warning", async || warned(&line).await.then_some(()))
            .await;
        let page = format!(
            "/app/settings/channels/{}",
            line.channel["id"].as_str().unwrap()
        );
        let shown = server.agent(OWNER).await.open(&page).await.text();
        assert!(shown.contains(SAID), "the page of the channel says so");

        let from = server.now().as_secs();
        line.greet().await;
        let sent = line.write("Coming.").await;
        line.stands(&sent, "sent").await;
        assert!(line.shown(Side::Business).contains(&"Coming.".to_owned()));
        line.until("who the customer is", async || {
            server.pass(Duration::from_secs(30));
            asked_who(&line)
        })
        .await;
        let waited = asked_who(&line).unwrap() - from;
        assert!(waited >= 4 * 60, "it was asked after {waited} s");

        line.mend();
        line.break_with(&Faults {
            usage_percent: 12,
            ..Faults::default()
        });
        let sent = line.write("There.").await;
        line.stands(&sent, "sent").await;
        line.until("no warning", async || (!warned(&line).await).then_some(()))
            .await;
    });
}
