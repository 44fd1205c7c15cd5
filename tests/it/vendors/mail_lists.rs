//! The lists of a mail channel in the dashboard: to whom nothing is sent any more, and mails that could
//! not be read.

use serde_json::Value;
use serde_json::json;

use super::connected;
use super::email::ANA;
use super::email::config;
use super::email::hook;
use super::email::postmark;
use super::reachable;
use super::send;
use crate::support::agent::Agent;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Vendor;

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

/// The hidden field of a name in the row of a page that shows some words.
fn hidden(page: &str, row: &str, name: &str) -> String {
    let at = page.find(row).unwrap();
    let (_, rest) = page[at..]
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// What a page of a channel shows.
async fn shown(agent: &Agent, page: &str) -> String {
    agent.open(page).await.text()
}

#[test]
fn who_gets_nothing_more_is_listed_added_and_removed() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let page = format!(
            "/app/settings/channels/{}/opt-outs",
            channel["id"].as_str().unwrap()
        );
        let owner = server.agent(OWNER).await;
        let empty = shown(&owner, &page).await;
        assert!(empty.contains("Nobody is suppressed."), "{empty}");
        // Ana's mailbox is gone, Kim unsubscribed, Eve asked for it on the phone.
        send(server, &channel, ANA, text("Hello")).await.ok();
        let report = |more: Value| {
            let mut body = json!({ "MessageID": "guid-1", "Recipient": ANA, "Email": ANA });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            body
        };
        let bounce = report(
            json!({ "RecordType": "Bounce", "Type": "HardBounce", "Inactive": true,
            "ID": 1, "BouncedAt": "2030-01-01T12:00:00Z" }),
        );
        hook(server, &channel, "linktor:hook", &bounce).await;
        let leaves = report(
            json!({ "RecordType": "SubscriptionChange", "Recipient": "kim@c.example",
            "Email": "kim@c.example", "SuppressSending": true, "ChangedAt": "2030-01-01T12:00:00Z" }),
        );
        hook(server, &channel, "linktor:hook", &leaves).await;
        let add = [("address", "Eve <EVE@e.example>"), ("reason", "Said so")];
        owner.submit(&page, &add).await;
        let all = eventually("all three are listed", async || {
            let all = shown(&owner, &page).await;
            let three = ["Cannot be reached", "Wants no advertising", "Opted out"];
            three.iter().all(|why| all.contains(why)).then_some(all)
        })
        .await;
        let order = [ANA, "eve@e.example", "kim@c.example"].map(|one| all.find(one).unwrap());
        assert!(order.is_sorted(), "{all}");
        assert!(!all.contains("data-label=\"Since\"></td>"), "{all}");
        send(server, &channel, "eve@e.example", text("Hello"))
            .await
            .refused(422, "CONTACT_OPTED_OUT");

        let wrong = owner
            .try_submit(&page, &[("address", "nobody"), ("reason", "")])
            .await;
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.text().contains("must be an address"),
            "{}",
            wrong.text()
        );
        // A server's mistake needs no reason; a person's own word does.
        let of = |who: &str| hidden(&all, who, "identity");
        let remove = |identity: String, reason: &'static str| {
            let (owner, page) = (&owner, &page);
            async move {
                let fields = [("identity", identity.as_str()), ("reason", reason)];
                owner.try_submit(page, &fields).await
            }
        };
        assert_eq!(remove(of(ANA), "").await.status, 303);
        assert_eq!(remove(of("eve@e.example"), "").await.status, 422);
        assert_eq!(remove(of("eve@e.example"), "Asked again").await.status, 303);
        assert_eq!(remove(of("kim@c.example"), "Signed up").await.status, 303);
        assert!(shown(&owner, &page).await.contains("Nobody is suppressed."));
        send(server, &channel, "eve@e.example", text("Hello"))
            .await
            .ok();
    });
}

#[test]
fn a_mail_that_cannot_be_read_is_looked_at_tried_again_and_thrown_away() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let page = format!(
            "/app/settings/channels/{}/quarantine",
            channel["id"].as_str().unwrap()
        );
        let owner = server.agent(OWNER).await;
        assert!(shown(&owner, &page).await.contains("Every mail was read."));
        let mut bomb = String::from("From: eve@evil.example\r\nSubject: Boom\r\n");
        for level in 0..40 {
            let kind = format!("Content-Type: multipart/mixed; boundary=b{level}.");
            bomb.extend([&kind, "\r\n\r\n--b", &level.to_string(), ".\r\n"]);
        }
        let posted = json!({ "FromFull": { "Email": "eve@evil.example" }, "MessageID": "1",
            "RawEmail": bomb });
        hook(server, &channel, "linktor:hook", &posted).await;
        let held = eventually("the mail is put aside", async || {
            let held = shown(&owner, &page).await;
            held.contains("Boom").then_some(held)
        })
        .await;
        assert!(held.contains("eve@evil.example"), "{held}");
        assert!(held.contains("nested too deep"), "{held}");
        let mail = hidden(&held, "Boom", "mail");
        let source = owner.open(&format!("{page}/{mail}")).await;
        assert_eq!(source.text(), bomb);
        assert_eq!(source.header("content-type"), "text/plain; charset=utf-8");

        let again = [("mail", mail.as_str()), ("do", "again")];
        assert_eq!(owner.submit(&page, &again).await.status, 303);
        let held = eventually("it stands there once more", async || {
            let held = shown(&owner, &page).await;
            held.contains("Boom").then_some(held)
        })
        .await;
        let mail = hidden(&held, "Boom", "mail");
        let delete = [("mail", mail.as_str()), ("do", "delete")];
        assert_eq!(owner.submit(&page, &delete).await.status, 303);
        assert!(shown(&owner, &page).await.contains("Every mail was read."));
        assert_eq!(owner.try_submit(&page, &delete).await.status, 404);
        server.colleague("agent").await;
        let agent = server.agent("agent@example.com").await;
        assert_eq!(agent.open(&page).await.status, 404);
    });
}
