//! What only pages and professional accounts do: an inbox of the vendor's beside ours, and news for
//! whoever asked for them.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

#[test]
fn a_conversation_goes_to_the_vendors_inbox_and_comes_back() {
    on_a_server_with(with_sandbox, async |server| {
        for (account, inbox) in [
            ("facebook", "Hand to the Messenger inbox"),
            ("instagram", "Hand to the Instagram inbox"),
        ] {
            let line = Line::open(server, vendor(account)).await;
            let agent = server.agent(OWNER).await;
            let thread = format!("/app/inbox/all/{}", line.conversation);
            assert!(
                agent.open(&thread).await.text().contains(inbox),
                "{account}"
            );
            let form = |name: &str| format!("/app/c/{}/{name}", line.conversation);
            agent.submit(&form("hand-over"), &[]).await;
            let page = agent.open(&thread).await.text();
            assert!(
                page.contains("Another app has this conversation"),
                "{account}"
            );
            assert!(!page.contains(inbox), "{account}: it is there");
            let text = json!({"type": "text", "text": "Hi"});
            line.send(text).await.refused(422, "CONTACT_UNREACHABLE");
            // What the customer says meanwhile is heard all the same.
            line.say("anybody?");
            let heard = line.hears(2).await;
            assert_eq!(heard[1]["metadata"]["standby"], true, "{heard:?}");
            agent.submit(&form("take"), &[]).await;
            let answer = line.write("Here I am").await;
            line.stands(&answer, "read").await;
            // People take it and give it back by themselves too.
            for (elsewhere, words) in [(true, "Another app has"), (false, inbox)] {
                line.act(Act::Hold(elsewhere));
                line.until(words, async || {
                    agent
                        .open(&thread)
                        .await
                        .text()
                        .contains(words)
                        .then_some(())
                })
                .await;
            }
            let last = line.write("Back again").await;
            line.stands(&last, "read").await;
            assert_eq!(
                line.shown(Side::Business),
                ["Here I am", "Back again"],
                "{account}"
            );
        }
        let line = Line::open(server, vendor("whatsapp")).await;
        let agent = server.agent(OWNER).await;
        let path = format!("/app/c/{}/hand-over", line.conversation);
        let refused = agent.try_submit(&path, &[]).await;
        assert!(
            refused.text().contains("no inbox of its own"),
            "{}",
            refused.text()
        );
    });
}

#[test]
fn whoever_asked_for_news_gets_them_after_the_window_until_they_stop() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("facebook")).await;
        let api = server.api();
        line.act(Act::Marketing(true));
        let heard = line.hears(2).await;
        assert_eq!(heard[1]["content"]["payload"], "NEWS", "{heard:?}");
        let contact = format!("/contacts/{}", heard[1]["contactId"].as_str().unwrap());
        let person = api.get(&contact).await.ok();
        let token = person["metadata"]["notificationMessagesToken"].clone();
        assert!(token.is_string(), "{person}");
        server.pass(Duration::from_secs(48 * 3_600));
        let card = json!({"title": "The new harvest", "subtitle": "Cerrado"});
        let content = json!({"type": "template", "name": "generic", "language": "en",
            "components": [{"elements": [card]}]});
        let path = format!("/conversations/{}/messages", line.conversation);
        let news = json!({"content": content, "metadata": {"notificationMessagesToken": token}});
        let sent = api.post(&path, news.clone()).await.ok();
        line.stands(&sent, "read").await;
        line.act(Act::Marketing(false));
        line.until("no more token", async || {
            let person = api.get(&contact).await.ok();
            person["metadata"]["notificationMessagesToken"]
                .is_null()
                .then_some(())
        })
        .await;
        let more = api.post(&path, news).await.ok();
        let failed = line.stands(&more, "failed").await;
        assert!(failed.to_string().contains("opted out"), "{failed}");
        assert_eq!(line.on_phone(Side::Business).len(), 1);
    });
}
