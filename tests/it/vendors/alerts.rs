//! A program of the operator's hears of channels that need somebody.

use std::time::Duration;

use linktor::channels::Timestamp;
use serde_json::Value;
use serde_json::json;

use super::connected;
use super::reachable;
use super::send;
use super::telegram::bot;
use super::telegram::config;
use super::telegram::greets;
use crate::support::agent::value_of;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

const ADDRESS: &str = "/app/settings/general/alerts";

/// The value of the field with that id.
fn shown(page: &str, id: &str) -> String {
    let (_, field) = page.split_once(&format!("id=\"{id}\"")).unwrap();
    value_of(
        &format!("name=\"x\" {}", &field[field.find("value").unwrap()..]),
        "x",
    )
}

/// Checks what proves a post, by the secret and nothing else.
fn is_proved(call: &Call, secret: &str) {
    use linktor::channels::meta::sign::proof;
    // The same function over other bytes: the hex HMAC-SHA256.
    assert_eq!(
        call.header("x-linktor-signature"),
        proof(secret, &call.text)
    );
    let stamped = format!("{}.{}", call.header("x-linktor-timestamp"), call.text);
    let expected = format!("sha256={}", proof(secret, &stamped));
    assert_eq!(call.header("x-linktor-signature-256"), expected);
}

/// Lets time pass until the program was told so often; the last it was told.
async fn in_time(server: &Server, program: &Vendor, count: usize) -> Call {
    let what = format!("{count} posts");
    eventually(&what, async || {
        let heard = program.heard("/alerts");
        if heard.len() < count {
            server.pass(Duration::from_secs(30));
        }
        heard.get(count - 1).cloned()
    })
    .await
}

#[test]
fn a_program_hears_once_of_each_change_with_proof_and_again_where_it_did_not_take_it() {
    on_a_server_with(reachable, async |server| {
        let program = Vendor::open(|_| Some((200, json!({})))).await;
        let owner = server.agent(OWNER).await;
        let page = owner
            .submit(ADDRESS, &[("alertUrl", &format!("{}/alerts", program.url))])
            .await;
        let secret = shown(&page.text(), "alert-secret");
        assert!(secret.starts_with("whsec_"), "{secret}");
        let later = owner.open("/app/settings/general").await.text();
        assert!(!later.contains(&secret), "it is shown once");

        owner.submit(&format!("{ADDRESS}/test"), &[]).await;
        let test = program.hears("/alerts", 1).await;
        is_proved(&test, &secret);
        assert_eq!(test.body()["type"], "test.ping");
        let told = owner.open("/app/settings/general").await.text();
        assert!(told.contains("Taken, "), "{told}");

        let vendor = Vendor::open(bot).await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        greets(server, &channel).await;
        vendor.answers(|_| {
            Some((
                401,
                json!({"ok":false,"error_code":401,"description":"Unauthorized"}),
            ))
        });
        program.answers(|_| Some((500, json!({}))));
        send(server, &channel, "5", json!({"type":"text","text":"Yes"}))
            .await
            .ok();
        let path = format!("/channels/{}", channel["id"].as_str().unwrap());
        eventually("the channel is broken", async || {
            let now = server.api().get(&path).await.ok();
            (now["status"] == "error").then_some(())
        })
        .await;
        let first = in_time(server, &program, 2).await;
        is_proved(&first, &secret);
        let told = first.body();
        assert_eq!(
            (&told["type"], &told["event"]),
            (&json!("channel.error"), &json!("channel.error"))
        );
        assert_eq!(
            (&told["data"]["channelId"], &told["data"]["alert"]),
            (&channel["id"], &json!("broke"))
        );
        assert_eq!(told["data"]["error"], "Unauthorized", "{told}");
        assert_eq!(told["meta"]["attempt"], 1);
        program.answers(|_| Some((200, json!({}))));
        let again = in_time(server, &program, 3).await;
        is_proved(&again, &secret);
        let repeated: Value = again.body();
        assert_eq!(repeated["id"], told["id"], "the same news");
        assert_eq!(repeated["meta"]["attempt"], 2);

        // The webhook stays where it is, so that whoever looks after the channel finds all well.
        let url = vendor.hears("/setWebhook", 1).await.body()["url"].clone();
        vendor.answers(move |call| {
            if !call.path.ends_with("/getWebhookInfo") {
                return bot(call);
            }
            let info = json!({"url":url,"pending_update_count":0});
            Some((200, json!({"ok":true,"result":info})))
        });
        eventually("the channel is well", async || {
            server.pass(Duration::from_secs(61));
            let now = server.api().get(&path).await.ok();
            (now["status"] == "active").then_some(())
        })
        .await;
        let mended = in_time(server, &program, 4).await.body();
        assert_eq!(
            (&mended["type"], &mended["data"]["alert"]),
            (&json!("channel.connected"), &json!("mended"))
        );
        let at = mended["timestamp"].as_str().and_then(Timestamp::parse);
        assert!(at.is_some(), "{mended}");
    });
}

#[test]
fn an_address_that_is_private_is_not_kept_and_hears_nothing() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let program = Vendor::open(|_| Some((200, json!({})))).await;
        let url = format!("{}/alerts", program.url);
        let server = Server::start(data.path()).await;
        let wanted = json!({ "alertUrl": url });
        let refused = server.api().patch("/system/alerts", wanted.clone()).await;
        let refused = refused.refused(400, "INVALID_URL");
        let told = refused["message"].as_str().unwrap();
        assert!(told.contains("is a private address"), "{told}");
        let owner = server.agent(OWNER).await;
        let drawn = owner.try_submit(ADDRESS, &[("alertUrl", &url)]).await;
        assert_eq!(drawn.status, 422);
        assert!(drawn.text().contains("is a private address"));
        server.stop().await;

        // One that was kept while the operator allowed it.
        let server = Server::start_with(data.path(), reachable).await;
        server.api().patch("/system/alerts", wanted).await.ok();
        server.stop().await;
        let server = Server::start(data.path()).await;
        let owner = server.agent(OWNER).await;
        owner.submit(&format!("{ADDRESS}/test"), &[]).await;
        let page = owner.open("/app/settings/general").await.text();
        assert!(page.contains("is a private address"), "{page}");
        assert_eq!(program.heard("/alerts").len(), 0);
        owner.submit(&format!("{ADDRESS}/remove"), &[]).await;
        let page = owner.open("/app/settings/general").await.text();
        assert!(!page.contains("Stop posting"));
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn an_address_that_wants_no_more_hears_nothing() {
    on_a_server_with(reachable, async |server| {
        let program = Vendor::open(|_| Some((410, json!({})))).await;
        let owner = server.agent(OWNER).await;
        owner
            .submit(ADDRESS, &[("alertUrl", &format!("{}/alerts", program.url))])
            .await;
        owner.submit(&format!("{ADDRESS}/test"), &[]).await;
        let page = owner.open("/app/settings/general").await.text();
        assert!(page.contains("wants no more"), "{page}");
    });
}

#[test]
fn programs_set_try_and_remove_the_address_of_alerts() {
    on_a_server_with(reachable, async |server| {
        let program = Vendor::open(|_| Some((204, json!({})))).await;
        let api = server.api();
        let here = "/system/alerts";
        api.get(here).await.refused(404, "RESOURCE_NOT_FOUND");
        let test = "/system/alerts/test";
        api.post(test, json!({}))
            .await
            .refused(404, "RESOURCE_NOT_FOUND");
        let wrong = json!({ "alertUrl": "ftp://elsewhere.example" });
        api.patch(here, wrong).await.refused(400, "INVALID_URL");

        let url = format!("{}/alerts", program.url);
        let set = api.patch(here, json!({ "alertUrl": url })).await.ok();
        let secret = set["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_"));
        let read = api.get(here).await.ok();
        assert_eq!((&read["alertUrl"], read.get("secret")), (&json!(url), None));

        let tried = api.post(test, json!({})).await.ok();
        assert_eq!(tried["taken"], true, "{tried}");
        program.hears("/alerts", 1).await;
        assert_eq!(api.get(here).await.ok()["last"]["taken"], true);

        let renewed = api.post("/system/alerts/secret", json!({})).await.ok();
        assert_ne!(renewed["secret"], json!(secret));
        assert_eq!(api.delete(here).await.status, 204);
        api.get(here).await.refused(404, "RESOURCE_NOT_FOUND");
    });
}
