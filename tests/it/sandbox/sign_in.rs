//! An Instagram account that logs in by itself: a person lets us in on Instagram's page, and the channel
//! works with the token that comes of it.

use reqwest::Method;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

#[test]
fn a_person_lets_us_into_an_account_and_the_channel_is_connected() {
    on_a_server_with(with_sandbox, async |server| {
        let sandbox = server.sandbox();
        let account = sandbox.open("instagram").unwrap();
        let all = sandbox.settings(&account).unwrap();
        let mut config: Map<String, Value> = all
            .into_iter()
            .filter(|(name, _)| !["accessToken", "pageId", "instagramId"].contains(name))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let body = |config: &Map<String, Value>| json!({"type": "instagram", "name": "Ours", "config": config});
        let refused = server.api().post("/channels", body(&config)).await;
        assert_eq!(
            refused.status,
            400,
            "a page needs its token: {}",
            refused.text()
        );

        config.insert("loginType".to_owned(), "instagram".into());
        let made = server.api().post("/channels", body(&config)).await.ok();
        let channel = format!("/channels/{}", made["id"].as_str().unwrap());
        let agent = server.agent(OWNER).await;
        let shown = agent.open(&format!("/app/settings{channel}")).await.text();
        assert!(shown.contains("Sign in with Instagram"), "{shown}");
        let left = agent.open(&format!("/app/settings{channel}/sign-in")).await;
        assert_eq!(left.status, 303, "{}", left.text());
        let page = left.header("location");
        let at = page.find("/sandbox/").unwrap();
        let back = server
            .anonymous()
            .send(Method::GET, &page[at..], None)
            .await;
        assert_eq!(back.status, 302, "{}", back.text());
        let back = url::Url::parse(back.header("location")).unwrap();
        let place = &back[url::Position::BeforePath..];
        let done = agent.open(place).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let now = server.api().get(&channel).await.ok();
        assert_eq!(now["status"], "active", "{now}");
        assert!(now["health"]["expiresAt"].is_string(), "{now}");
    });
}
