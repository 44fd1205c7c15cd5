//! The business profile of a number: read from the vendor, edited on the channel's page and over REST.

use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

fn held(line: &Line<'_>) -> Value {
    let kept = |world: &linktor::sandbox::World| {
        let kept = &world.accounts["whatsapp"].kept;
        kept.get("profile").cloned().unwrap_or_default()
    };
    line.server.sandbox().look(kept)
}

#[test]
fn a_profile_is_shown_as_it_is_and_changed_where_somebody_changes_it() {
    on_a_server_with(with_sandbox, async |server| {
        let picture = "https://pps.whatsapp.net/v/aurora.jpg";
        let there = json!({"about": "Fresh since 2009", "vertical": "RETAIL",
            "address": "Rua A, 1", "profile_picture_url": picture});
        let set = server.sandbox().change("whatsapp", |account| {
            account.kept.insert("profile".to_owned(), there);
        });
        set.unwrap();
        let line = Line::connected(server, vendor("whatsapp")).await;
        let channel = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        let page = format!("/app/settings{channel}/menu");
        let agent = server.agent(OWNER).await;
        let shown = agent.open(&page).await.text();
        for words in ["Business profile", "Fresh since 2009", "Rua A, 1", picture] {
            assert!(shown.contains(words), "{words}");
        }

        let fields = [
            ("profileAbout", "Fresh every day"),
            ("profileDescription", "Coffee & more"),
            ("profileAddress", ""),
            ("profileEmail", "hello@aurora.example"),
            ("profileWebsites", "https://aurora.example"),
            ("profileVertical", "RESTAURANT"),
            ("iceBreakers", ""),
        ];
        let saved = agent.submit(&page, &fields).await.text();
        assert!(saved.contains("the vendor shows it"), "{saved}");
        let now = json!({"about": "Fresh every day", "description": "Coffee & more",
            "email": "hello@aurora.example", "websites": ["https://aurora.example"],
            "vertical": "RESTAURANT", "profile_picture_url": picture});
        assert_eq!(held(&line), now);

        let config = json!({"config": {"profileAbout": "Closed on Mondays"}});
        server.api().patch(&channel, config).await.ok();
        line.until("the new line", async || {
            (held(&line)["about"] == "Closed on Mondays").then_some(())
        })
        .await;
        let wrong = json!({"config": {"profileAbout": "x".repeat(140)}});
        let refused = server.api().patch(&channel, wrong).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains("config.profileAbout"));
    });
}
