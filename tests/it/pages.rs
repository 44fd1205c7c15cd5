//! What the dashboard's pages say.

use serde_json::json;

use crate::support::server::OWNER;
use crate::support::server::on_a_server;

#[test]
fn what_is_done_and_what_is_spam_is_counted_apart() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let agent = server.agent(OWNER).await;
        for status in ["resolved", "resolved", "spam"] {
            let visitor = server.visitor(&site).await;
            let ack = visitor.say("cm_0", "hello").await;
            let conversation = ack["conversationId"].as_str().unwrap();
            let address = format!("/app/c/{conversation}/status");
            agent.submit(&address, &[("status", status)]).await;
        }
        for (queue, words) in [("done", "2 in Done."), ("spam", "1 in Spam.")] {
            let page = agent.open(&format!("/app/inbox/{queue}")).await.text();
            assert!(page.contains(words), "{queue}: {page}");
        }
    });
}
