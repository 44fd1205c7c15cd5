//! Somebody who is blocked here is kept out by the vendor too, and let in again with us.

use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

/// The newest call with which a vendor was told of it: what, and with which body.
fn told(line: &Line<'_>, path: &str) -> Option<(String, String)> {
    line.server.sandbox().look(|world| {
        let mut all = world.journal.newest();
        let is_it = |title: &str| title.contains(path);
        let found = all.find(|one| one.account == line.vendor.account && is_it(&one.title));
        found.map(|one| (one.title.clone(), one.request.clone()))
    })
}

async fn contact_of(line: &Line<'_>) -> String {
    let talk = line.talk().await;
    talk["contactId"].as_str().unwrap().to_owned()
}

#[test]
fn a_blocked_customer_of_whatsapp_cannot_write_until_unblocked() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("whatsapp")).await;
        let contact = format!("/contacts/{}", contact_of(&line).await);
        for (blocked, method) in [(true, "POST"), (false, "DELETE")] {
            let body = json!({ "blocked": blocked });
            server.api().patch(&contact, body).await.ok();
            line.until("the vendor knows", async || {
                let (title, request) = told(&line, "block_users")?;
                (title.starts_with(method) && request.contains(&line.customer)).then_some(())
            })
            .await;
            let kept = server.sandbox().look(|world| {
                let kept = &world.accounts["whatsapp"].kept;
                kept.contains_key(&format!("blocked/{}", line.customer))
            });
            assert_eq!(kept, blocked);
        }
    });
}

#[test]
fn a_blocked_customer_of_instagram_is_moderated() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("instagram")).await;
        let contact = format!("/contacts/{}", contact_of(&line).await);
        for (blocked, action) in [(true, "\"block_user\""), (false, "\"unblock_user\"")] {
            let body = json!({ "blocked": blocked });
            server.api().patch(&contact, body).await.ok();
            line.until("the vendor knows", async || {
                let (_, request) = told(&line, "moderate_conversations")?;
                (request.contains(action) && request.contains(&line.customer)).then_some(())
            })
            .await;
        }
    });
}

#[test]
fn a_vendor_that_does_not_block_somebody_is_no_obstacle_and_the_channel_says_so() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::connected(server, vendor("whatsapp")).await;
        let body = json!({"name": "Nobody", "identifiers": {"whatsapp": "+15550000001"}});
        let made: Value = server.api().post("/contacts", body).await.ok();
        let contact = format!("/contacts/{}", made["id"].as_str().unwrap());
        let blocked = server.api().patch(&contact, json!({"blocked": true})).await;
        assert_eq!(blocked.ok()["blocked"], true);
        let agent = server.agent(OWNER).await;
        let page = format!(
            "/app/settings/channels/{}/events",
            line.channel["id"].as_str().unwrap()
        );
        line.until("the log says so", async || {
            let log = agent.open(&page).await.text();
            log.contains("changed here and not at the vendor")
                .then_some(())
        })
        .await;
    });
}
