//! The last rows of product.md's capability matrix: receipts and typing, told where the table says so
//! and never made up.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use serde_json::Value;

use crate::sandbox::line::Line;
use crate::sandbox::matrix::lines;
use crate::sandbox::matrix::mark;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

/// Where the phone's owner does not look, how far a message comes; and how far once they do.
const RECEIPTS: [(&str, &str); 5] = [
    ("delivered", "read"),
    ("sent", "sent"),
    ("delivered", "delivered"),
    ("delivered", "read"),
    // No delivery is reported by itself: what was read has also arrived.
    ("sent", "read"),
];

#[test]
fn receipts_tell_what_the_table_says_and_nothing_that_did_not_happen() {
    on_a_server_with(with_sandbox, async |server| {
        let lines = lines(server).await;
        for (column, line) in &lines {
            let cell = format!("receipts on {}", line.vendor.account);
            let (unseen, seen) = RECEIPTS[*column];
            let sandbox = server.sandbox();
            sandbox.set_reads(line.vendor.account, &line.customer, false);
            let message = line.write("Have you seen this?").await;
            at_rest(line, &message, unseen, &cell).await;
            sandbox.set_reads(line.vendor.account, &line.customer, true);
            line.act(Act::Read);
            let now = at_rest(line, &message, seen, &cell).await;
            for (mark, name) in [("delivered", "deliveredAt"), ("read", "readAt")] {
                let reached = seen == "read" || (seen == "delivered" && mark == "delivered");
                assert_eq!(!now[name].is_null(), reached, "{cell}: {name} in {now}");
            }
        }
        // A bot is told nothing; what it sent counts as read once it is answered.
        let (_, line) = lines
            .iter()
            .find(|(_, line)| line.vendor.account == "telegram")
            .unwrap();
        let asked = line.write("Which one?").await;
        line.stands(&asked, "sent").await;
        let bubble = line.on_phone(Side::Business).pop().unwrap();
        line.act(Act::Say {
            text: "The blue one".to_owned(),
            quoting: Some(bubble.id),
        });
        line.stands(&asked, "read").await;
    });
}

/// The message once nothing more is to be told of it.
async fn at_rest(line: &Line<'_>, message: &Value, status: &str, cell: &str) -> Value {
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    let now = line.until(cell, async || {
        let now = line.server.api().get(&path).await.ok();
        let quiet = line.server.sandbox().is_quiet(line.vendor.account);
        (quiet && now["status"] != "pending").then_some(now)
    });
    now.await;
    // Whatever was still to come has come after this.
    line.server.pass(Duration::from_secs(60));
    let what = format!("{cell}: {status}");
    let now = line.until(&what, async || {
        let now = line.server.api().get(&path).await.ok();
        (now["status"] == status).then_some(now)
    });
    now.await
}

#[test]
fn typing_is_shown_where_the_table_says_so_and_asked_of_nobody_else() {
    on_a_server_with(with_sandbox, async |server| {
        let lines = lines(server).await;
        let agent = server.agent(OWNER).await;
        for (column, line) in &lines {
            let cell = format!("typing on {}", line.vendor.account);
            let calls = line.wire().len();
            agent
                .submit(&format!("/app/c/{}/typing", line.conversation), &[])
                .await;
            if mark("typing", *column) == "Y" {
                line.until(&cell, async || {
                    let until = server.sandbox().look(|world| {
                        world.accounts[line.vendor.account].chats[&line.customer].typing_until
                    });
                    until.is_some().then_some(())
                })
                .await;
                continue;
            }
            let message = line.write("Here").await;
            line.stands(&message, line.vendor.end).await;
            let wire = line.wire();
            let made = wire.iter().take(wire.len() - calls);
            let sent = made.filter(|(title, ..)| title.starts_with("POST"));
            assert_eq!(sent.count(), 1, "{cell}: {wire:?}");
        }
    });
}
