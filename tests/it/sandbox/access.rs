//! What a token allows and until when, as its vendor tells, in the wizard, on the channel's page and
//! over REST; and a token that is renewed before it ends.

use std::time::Duration;

use linktor::sandbox::faults::Faults;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[test]
fn what_a_token_allows_and_until_when_is_shown_where_a_channel_is_looked_after() {
    on_a_server_with(with_sandbox, async |server| {
        for (account, permission) in [
            ("whatsapp", "whatsapp_business_messaging"),
            ("facebook", "pages_messaging"),
            ("instagram", "instagram_basic"),
        ] {
            let line = Line::connected(server, vendor(account)).await;
            let channel = format!("/channels/{}", line.channel["id"].as_str().unwrap());
            let page = format!("/app/settings{channel}");
            let places = [
                page.clone(),
                format!("{page}/webhook"),
                format!("{page}/setup?step=webhook"),
            ];
            let agent = server.agent(OWNER).await;
            for place in &places {
                let shown = agent.open(place).await.text();
                assert!(shown.contains("Granted: "), "{account} {place}");
                assert!(shown.contains(permission), "{account} {place}");
                assert!(shown.contains("It never ends."), "{account} {place}");
            }
            line.break_with(&Faults {
                token_ends_in: 6 * DAY,
                permission_missing: true,
                ..Faults::default()
            });
            let connect = format!("{channel}/connect");
            let connected = server.api().post(&connect, json!({})).await.ok();
            let health = &connected["health"];
            assert!(health["expiresAt"].is_string(), "{account}: {health}");
            let missing = format!("The access token lacks permissions: {permission}.");
            let warnings = health["warnings"].as_array().unwrap();
            assert!(warnings.contains(&json!(missing)), "{account}: {health}");
            for place in &places {
                let shown = agent.open(place).await.text();
                let missing = format!("Missing: {permission}.");
                assert!(shown.contains(&missing), "{account} {place}");
                assert!(shown.contains("Ends in "), "{account} {place}");
            }
            let list = agent.open("/app/settings/channels").await.text();
            assert!(list.contains("Token expiring"), "{account}");
            line.mend();
            let mended = server.api().post(&connect, json!({})).await.ok();
            assert!(
                mended["health"]["expiresAt"].is_null(),
                "{account}: {mended}"
            );
        }
    });
}

#[test]
fn an_account_that_logs_in_by_itself_has_its_token_renewed_before_it_ends() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("instagram-2")).await;
        let ends = |channel: &serde_json::Value| {
            let ends = channel["health"]["expiresAt"].as_str().unwrap();
            ends.to_owned()
        };
        let first = ends(&line.channel_now().await);
        let renewals = || {
            let wire = line.wire();
            wire.iter()
                .filter(|(title, ..)| title.contains("refresh"))
                .count()
        };
        let before = renewals();
        line.until("the token is renewed", async || {
            server.pass(DAY);
            let now = line.channel_now().await;
            (ends(&now) != first).then_some(())
        })
        .await;
        assert!(renewals() > before);
    });
}
