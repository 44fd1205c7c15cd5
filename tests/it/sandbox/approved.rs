//! Templates of a page: handed in, approved by the vendor, sent after the reply window, and answered.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::matrix::drawn;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;

fn draft(name: &str, category: &str) -> Value {
    json!({"name": name, "language": "en", "category": category, "parameterFormat": "NAMED",
    "components": [
        {"type": "BODY", "text": "Your order {{order}} is ready now.", "example": {
            "body_text_named_params": [{"param_name": "order", "example": "123"}]}},
        {"type": "BUTTONS", "buttons": [
            {"type": "POSTBACK", "text": "Details", "payload": "DETAILS"},
            {"type": "URL", "text": "Open", "url": "https://shop.example/orders"}]},
    ]})
}

#[test]
fn a_pages_template_reaches_a_customer_whose_window_is_closed() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("facebook")).await;
        let api = server.api();
        let id = line.channel["id"].as_str().unwrap();
        let templates = format!("/channels/{id}/templates");
        let wrong = api.post(&templates, draft("news", "MARKETING")).await;
        wrong.refused(502, "CHANNEL_ERROR");
        let mut standing = Vec::new();
        for name in ["order_ready", "reject_order"] {
            let made = api.post(&templates, draft(name, "UTILITY")).await.ok();
            assert_eq!(made["status"], "PENDING", "{made}");
            let path = format!("{templates}/{}", made["id"].as_str().unwrap());
            let ended = line.until("a decision", async || {
                let now = api.get(&path).await.ok();
                (now["status"] != "PENDING").then(|| now["status"].clone())
            });
            standing.push(ended.await);
        }
        assert_eq!(standing, ["APPROVED", "REJECTED"]);
        server.pass(Duration::from_secs(48 * 3_600));
        line.send(json!({"type": "text", "text": "Too late"}))
            .await
            .refused(422, "OUTSIDE_MESSAGE_WINDOW");
        let order = json!({"type": "text", "parameter_name": "order", "text": "AC-1"});
        let used = json!({"type": "template", "name": "order_ready", "language": "en",
            "components": [{"type": "body", "parameters": [order]}]});
        let sent = line.send(used).await.ok();
        line.stands(&sent, "read").await;
        let shown = line.on_phone(Side::Business);
        let words: Vec<String> = shown.iter().map(drawn).collect();
        assert_eq!(words, ["Your order AC-1 is ready now. <Details> <Open>"]);
        line.act(Act::Press {
            bubble: shown[0].id.clone(),
            choice: 0,
        });
        let heard = line.hears(2).await;
        assert_eq!(heard[1]["content"]["type"], "postback");
        assert_eq!(heard[1]["content"]["payload"], "DETAILS");
        // Its answer opens the window again.
        let answer = line.write("Here they are").await;
        line.stands(&answer, "read").await;
    });
}
