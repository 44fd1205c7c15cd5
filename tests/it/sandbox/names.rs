//! Who somebody is, where a vendor tells it only when it is asked.

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

#[test]
fn what_was_said_before_the_name_was_known_is_shown_under_it() {
    on_a_server_with(with_sandbox, async |server| {
        for (account, name, initials) in [
            ("facebook", "Ana Ribeiro", "AR"),
            ("instagram", "Luc\u{ed}a G\u{f3}mez", "LG"),
        ] {
            let line = Line::open(server, vendor(account)).await;
            line.until("the name is known", async || {
                let heard = line.hears(1).await.remove(0);
                (heard["senderName"] == name).then_some(())
            })
            .await;
            let agent = server.agent(OWNER).await;
            let page = agent
                .open(&format!("/app/inbox/all/{}", line.conversation))
                .await;
            let page = page.text();
            let (_, bubble) = page.split_once("class=\"msg in").unwrap();
            let bubble = bubble.split("</article>").next().unwrap();
            assert!(
                bubble.contains(&format!(">{initials}</span>")),
                "{account}: {bubble}"
            );
        }
    });
}
