//! One address for everything of a Meta app: what concerns another page, number or account of ours goes
//! to its own channel, after the signature was checked.

use linktor::sandbox::act::Act;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::Vendor;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::hook::hmac_hex;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// A second account of the same kind.
fn sibling(first: &'static Vendor, account: &'static str) -> &'static Vendor {
    // Tests are few and short: what they make may stay until they end.
    Box::leak(Box::new(first.another(account)))
}

/// Has two accounts be of one app, with one address.
fn share(server: &Server, first: &Line<'_>, account: &str) {
    let sandbox = server.sandbox();
    let (app, hook) = sandbox.look(|world| {
        let held = &world.accounts[first.vendor.account];
        (
            [
                held.key("appId").to_owned(),
                held.key("appSecret").to_owned(),
            ],
            held.hook.clone(),
        )
    });
    let [id, secret] = app;
    let shared = sandbox.change(account, |account| {
        account.keys.insert("appId", id);
        account.keys.insert("appSecret", secret);
        account.hook = hook;
    });
    shared.unwrap();
}

#[test]
fn what_concerns_another_account_of_the_app_goes_to_its_channel() {
    for (kind, second) in [
        ("whatsapp", "whatsapp-2"),
        ("facebook", "facebook-2"),
        ("instagram", "instagram-2"),
    ] {
        on_a_server_with(with_sandbox, async |server| {
            let mut first = Line::connected(server, vendor(kind)).await;
            assert_eq!(server.sandbox().open(kind).as_deref(), Some(second));
            share(server, &first, second);
            let mut other = Line::connected(server, sibling(vendor(kind), second)).await;
            // Whatever connecting told the vendor: the app has one address.
            share(server, &first, second);
            other.greet().await;
            first.greet().await;
            assert_ne!(first.conversation, other.conversation, "{kind}");
            // Receipts and answers find their way too.
            for line in [&first, &other] {
                let answer = line.write("hello to you").await;
                line.stands(&answer, line.vendor.end).await;
                assert_eq!(line.kept("inbound").await.len(), 1, "{kind}");
            }
        });
    }
}

#[test]
fn a_channel_with_another_secret_gets_nothing_of_what_this_one_signed() {
    on_a_server_with(with_sandbox, async |server| {
        let first = Line::open(server, vendor("facebook")).await;
        assert!(server.sandbox().open("facebook").is_some());
        // Of another app: its secret is its own, but it posts to the same address.
        let other = Line::connected(server, sibling(vendor("facebook"), "facebook-2")).await;
        let page = server
            .sandbox()
            .look(|world| world.accounts["facebook-2"].key("pageId").to_owned());
        let secret = server
            .sandbox()
            .look(|world| world.accounts["facebook"].key("appSecret").to_owned());
        let event = |page: &str| {
            json!({"object": "page", "entry": [{"id": page, "time": 1, "messaging": [{
                "sender": {"id": "77"}, "recipient": {"id": page}, "timestamp": 1_767_268_800_000_i64,
                "message": {"mid": "m_x", "text": "not for you"}}]}]})
            .to_string()
        };
        let post = async |body: String, secret: &str| {
            let signature = format!("sha256={}", hmac_hex(secret, body.as_bytes()));
            let url = first.channel["webhookUrl"].as_str().unwrap();
            let path = url.strip_prefix(server.url()).unwrap();
            let api = server.anonymous().with("x-hub-signature-256", &signature);
            api.send(Method::POST, path, Some(body.into_bytes())).await
        };
        assert_eq!(post(event(&page), &secret).await.status, 200);
        assert_eq!(post(event(&page), "a forged secret").await.status, 401);
        let list = server.api().get("/conversations").await.ok();
        let of = |channel: &Value| {
            let all = list["data"].as_array().unwrap().iter();
            all.filter(|one| one["channelId"] == channel["id"]).count()
        };
        assert_eq!((of(&first.channel), of(&other.channel)), (1, 0));
        // The channel still works for its own.
        let mut other = other;
        other.greet().await;
        other.act(Act::Read);
    });
}
