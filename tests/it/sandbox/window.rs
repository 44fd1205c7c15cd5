//! A vendor's reply window that is closed although we thought otherwise: the vendor knows better,
//! until the customer writes.

use linktor::sandbox::faults::Faults;

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
            line.break_with(&Faults {
                window_closed: true,
                ..Faults::default()
            });
            let late = line.write("Is it all right now?").await;
            line.stands(&late, "failed").await;
            assert_eq!(stance().await, "closed", "{account}");
            let refused = line.send(serde_json::json!({"type":"text","text":"Hello?"}));
            assert_eq!(refused.await.status, 422, "{account}");
            line.mend();
            line.say("Yes, thank you");
            line.hears(2).await;
            assert_eq!(stance().await, "open", "{account}");
            let answer = line.write("Good to hear.").await;
            line.stands(&answer, line.vendor.end).await;
        }
    });
}
