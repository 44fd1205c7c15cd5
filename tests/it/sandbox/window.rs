//! A vendor's reply window that is closed although we thought otherwise: the vendor knows better,
//! until the customer writes.

use linktor::sandbox::faults::Faults;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

#[test]
fn a_window_the_vendor_calls_closed_is_closed_until_the_customer_writes() {
    on_a_server_with(with_sandbox, async |server| {
        let agent = server.agent(OWNER).await;
        for account in ["whatsapp", "facebook", "instagram"] {
            let line = Line::open(server, vendor(account)).await;
            let address = format!("/app/inbox/all/{}", line.conversation);
            let stance = async || {
                let page = agent.open(&address).await.text();
                let at = page.split("data-stance=\"").nth(1).unwrap();
                at.split('"').next().unwrap().to_owned()
            };
            assert_eq!(stance().await, "open", "{account}");
            let mut socket = agent.connected(None).await;
            let look = json!({ "kind": "look", "conversation": line.conversation, "queue": "all" });
            socket.say(look).await;
            line.break_with(&Faults {
                window_closed: true,
                ..Faults::default()
            });
            let late = line.write("Is it all right now?").await;
            line.stands(&late, "failed").await;
            let id = late["id"].as_str().unwrap();
            let page = agent.open(&address).await.text();
            let bubble = page.split(&format!("<article id=\"{id}\"")).nth(1).unwrap();
            let bubble = bubble.split("</article>").next().unwrap();
            assert!(
                !bubble.contains("value=\"retry\""),
                "it is bound to fail: {bubble}"
            );
            let remedy = match account {
                "instagram" => "Nothing can be sent until the customer writes again.",
                _ => "Send template",
            };
            assert!(bubble.contains(remedy), "{account}: {bubble}");
            let failed = agent.open("/app/failed").await.text();
            assert!(failed.contains(remedy), "{account}: {failed}");
            assert_eq!(stance().await, "closed", "{account}");
            let refused = line.send(json!({"type":"text","text":"Hello?"}));
            assert_eq!(refused.await.status, 422, "{account}");
            line.mend();
            line.say("Yes, thank you");
            line.hears(2).await;
            loop {
                let frame = socket.hear_of("fragment").await;
                let html = frame["html"].as_str().unwrap();
                if frame["target"] == *id && html.contains("value=\"retry\"") {
                    break;
                }
            }
            assert_eq!(stance().await, "open", "{account}");
            let answer = line.write("Good to hear.").await;
            line.stands(&answer, line.vendor.end).await;
        }
    });
}
