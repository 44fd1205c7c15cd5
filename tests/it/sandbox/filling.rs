//! The end of the set-up: a tile for each kind of channel, and a sandbox that fills itself.

use std::time::Duration;

use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;

const STEP: &str = "/app/welcome?step=channel";
const FILL: [(&str, &str); 2] = [("step", "channel"), ("next", "sample")];

#[test]
fn the_set_up_fills_a_sandbox_with_the_sample_conversations_once() {
    on_a_server_with(with_sandbox, async |server| {
        let agent = server.agent(OWNER).await;
        let page = agent.open(STEP).await.text();
        for kind in [
            "webchat",
            "whatsapp",
            "telegram",
            "sms",
            "email",
            "facebook",
            "instagram",
        ] {
            let tile = format!("href=\"/app/settings/channels/new/{kind}\"");
            assert!(page.contains(&tile), "{kind}: {page}");
        }
        assert!(page.contains("Try the demo data"));
        let passing = async {
            loop {
                server.pass(Duration::from_secs(1));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            filled = agent.submit("/app/welcome", &FILL) => {
                assert_eq!(filled.header("location"), "/app/inbox/all");
            }
            () = passing => unreachable!("time does not end"),
        }
        let api = server.api();
        let told = async || {
            let talks = api.get("/conversations?limit=100").await.ok();
            let channels = api.get("/channels").await.ok();
            (
                talks["data"].as_array().unwrap().len(),
                channels["total"].clone(),
            )
        };
        let first = told().await;
        assert!(first.0 >= 8, "{first:?}");
        agent.submit("/app/welcome", &FILL).await;
        assert_eq!(told().await, first, "pressed twice, it is filled once");
    });
}

#[test]
fn without_a_sandbox_the_set_up_names_the_demo_instead() {
    on_a_server(async |server| {
        let agent = server.agent(OWNER).await;
        let page = agent.open(STEP).await.text();
        assert!(page.contains("linktor demo") && !page.contains("Try the demo data"));
        assert_eq!(agent.try_submit("/app/welcome", &FILL).await.status, 404);
        let skipped = agent
            .submit("/app/welcome", &[("step", "channel"), ("next", "")])
            .await;
        assert_eq!(skipped.header("location"), "/app/inbox");
    });
}
