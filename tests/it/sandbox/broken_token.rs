//! A token that the vendor does not take any more: the channel turns red and says so everywhere, and
//! comes back by itself or by hand, with nothing lost and nothing twice.

use std::time::Duration;

use linktor::sandbox::faults::Faults;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::ledger::Order;
use crate::sandbox::ledger::agrees;
use crate::sandbox::line::Line;
use crate::sandbox::line::VENDORS;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::post_office::PostOffice;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

fn expired() -> Faults {
    Faults {
        token_refused: true,
        ..Faults::default()
    }
}

/// The channel's events so far, by their names.
async fn events(line: &Line<'_>) -> Vec<String> {
    let list = line
        .server
        .api()
        .get("/events?limit=500&types=channel.*")
        .await
        .ok();
    let all = list["data"].as_array().unwrap().iter();
    let own = all.filter(|event| event["data"]["channelId"] == line.channel["id"]);
    own.map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

async fn turns(line: &Line<'_>, status: &str) -> Value {
    line.until(&format!("the channel is {status}"), async || {
        let now = line.channel_now().await;
        (now["status"] == status).then_some(now)
    })
    .await
}

#[test]
fn every_channel_turns_red_with_an_alert_and_recovers_with_nothing_lost_or_doubled() {
    on_a_server_with(with_sandbox, async |server| {
        let mut lines = Vec::new();
        for vendor in VENDORS {
            lines.push(Line::open(server, vendor).await);
        }
        let agent = server.agent(OWNER).await;
        for line in &lines {
            let who = line.vendor.account;
            line.break_with(&expired());
            line.write("before it is noticed").await;
            let now = turns(line, "error").await;
            assert_eq!(now["health"]["status"], "unhealthy", "{who}");
            assert!(!now["errorMessage"].as_str().unwrap().is_empty(), "{who}");
            assert!(
                events(line).await.contains(&"channel.error".to_owned()),
                "{who}"
            );
            let thread = agent
                .open(&format!("/app/inbox/all/{}", line.conversation))
                .await
                .text();
            let banner = format!("{who} does not work.");
            assert!(thread.contains(&banner), "{who}: {thread}");
            let list = agent.open("/app/settings/channels").await.text();
            assert!(list.contains("Not working"), "{who}");
            // What is written meanwhile waits, and what is said meanwhile comes in.
            line.write("while it is red").await;
            line.say("are you there?");
        }
        for line in &lines {
            line.mend();
        }
        for line in &lines {
            let who = line.vendor.account;
            turns(line, "active").await;
            line.write("after").await;
            let seen = events(line).await;
            let broke = seen
                .iter()
                .position(|name| name == "channel.error")
                .unwrap();
            assert!(
                seen[broke..].contains(&"channel.connected".to_owned()),
                "{who}: {seen:?}"
            );
        }
        agrees(&lines, Order::Kept, "a token that was refused").await;
        let thread = agent
            .open(&format!("/app/inbox/all/{}", lines[0].conversation))
            .await
            .text();
        assert!(!thread.contains("does not work."), "{thread}");
    });
}

#[test]
fn who_looks_after_channels_is_written_to_when_one_breaks_and_when_it_works_again() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let office = PostOffice::open().await;
        let server = Server::start_with(&data.path().join("data"), |config| {
            with_sandbox(config);
            office.config(config);
        })
        .await;
        let line = Line::open(&server, vendor("whatsapp")).await;
        line.break_with(&expired());
        line.write("hello?").await;
        turns(&line, "error").await;
        let told = line.until("a mail that it broke", async || {
            office.letters().first().cloned()
        });
        let told = told.await;
        assert_eq!(told.to, OWNER);
        assert!(
            told.text
                .contains("Subject: whatsapp (whatsapp) does not work"),
            "{}",
            told.text
        );
        line.mend();
        turns(&line, "active").await;
        // Operators are left in peace for a while after each mail.
        server.pass(Duration::from_secs(1_800));
        let told = line.until("a mail that it works", async || {
            office.letters().get(1).cloned()
        });
        assert!(
            told.await
                .text
                .contains("Subject: whatsapp (whatsapp) works again")
        );
        agrees(std::slice::from_ref(&line), Order::Kept, "a refused token").await;
        assert_eq!(office.letters().len(), 2);
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn a_token_that_was_replaced_at_the_vendor_is_put_in_and_connected_by_hand() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["whatsapp", "facebook", "instagram", "telegram", "twilio"] {
            let line = Line::open(server, vendor(account)).await;
            let sandbox = server.sandbox();
            // The vendor gives out another one: what the channel holds is nobody's from now on.
            let fresh = sandbox.change(account, |account| {
                let token = account.keys.get_mut("token").unwrap();
                let turned = match token.split_once(':') {
                    Some((id, key)) => format!("{id}:{}", key.chars().rev().collect::<String>()),
                    None => format!("{}ab", &token[..token.len() - 2]),
                };
                turned.clone_into(token);
                turned
            });
            line.write("through the old one").await;
            turns(&line, "error").await;
            let name = match account {
                "telegram" => "botToken",
                "facebook" => "pageAccessToken",
                "twilio" => "authToken",
                _ => "accessToken",
            };
            let path = format!("/channels/{}", line.channel["id"].as_str().unwrap());
            let body = json!({"config": {name: fresh.unwrap()}});
            server.api().patch(&path, body).await.ok();
            let connect = format!("{path}/connect");
            let now = server.api().post(&connect, json!({})).await.ok();
            assert_eq!(now["status"], "active", "{account}: {now}");
            line.say("through the new one");
            agrees(std::slice::from_ref(&line), Order::Kept, "a new token").await;
        }
    });
}
